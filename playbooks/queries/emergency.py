"""What stops the harm: the measures, the holding statement, and who decides fast."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from playbooks.models import Crisis, EmergencyMeasure, HoldingText, Statement
from playbooks.operations.prefilling import public_language
from playbooks.queries.people import memberships_of
from playbooks.wording.codes import channel_word
from sentinel.core.models import User
from sentinel.core.permissions import Role


@dataclass(frozen=True, slots=True)
class HoldingStatement:
    """One holding statement of the crisis."""

    statement: Statement
    channel: str


@dataclass(frozen=True, slots=True)
class EmergencyRow:
    """The two sheets that are there at every stage. `approvers` are who decides alone and at once: the commander and
    the deputy where they may, else every manager."""

    measures: Sequence[EmergencyMeasure]
    waiting: int
    done: int
    counted: int  # without the declined
    holdings: Sequence[HoldingStatement]
    published_at: datetime | None
    holding_text: HoldingText | None  # the newest that a manager authorised, in the crisis' language
    approvers: Sequence[str]


def emergency_row(crisis: Crisis) -> EmergencyRow:
    """What is proposed, decided, done and said."""
    measures = list(crisis.measures.select_related("owner", "proposed_by", "decided_by", "done_by").order_by("-pk"))
    statements = (
        crisis.statements.filter(kind="holding")
        .select_related("created_by", "approved_by", "published_by")
        .order_by("pk")
    )
    holdings = [HoldingStatement(statement, channel_word(statement.channel)) for statement in statements]
    published = [one.statement.published_at for one in holdings if one.statement.published_at]
    return EmergencyRow(
        measures=measures,
        waiting=sum(measure.status == "proposed" for measure in measures),
        done=sum(measure.status == "done" for measure in measures),
        counted=sum(measure.status != "declined" for measure in measures),
        holdings=holdings,
        published_at=max(published, default=None),
        holding_text=newest_holding_text(crisis),
        approvers=[user.name for user in approvers_of(crisis)],
    )


def newest_holding_text(crisis: Crisis) -> HoldingText | None:
    """What a manager authorised ahead in the language that the workspace speaks, else in any."""
    texts = HoldingText.objects.filter(workspace=crisis.workspace_id).order_by("-authorised_at", "-pk")
    return texts.filter(language=public_language(crisis.workspace, crisis.opened_by)).first() or texts.first()


def approvers_of(crisis: Crisis) -> list[User]:
    """Who may decide alone and at once: the commander and the deputy where they are managers, else every manager."""
    managers = {
        membership.user_id: membership.user
        for membership in memberships_of(crisis).filter(roles__contains=[Role.MANAGER])
    }
    commander = crisis.team.filter(duty="commander").first()
    leading = [managers[pk] for pk in (commander.user_id, commander.deputy_id) if pk in managers] if commander else []
    return leading or sorted(managers.values(), key=lambda user: user.name)
