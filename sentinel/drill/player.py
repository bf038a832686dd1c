"""Plays the practice colleagues: what waits for a manager or for legal in the crises of a drill, and nowhere else.

Each decision is an ordinary operation in a transaction of its own; where a person was faster, the colleague lets it be.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeVar

from django.db.models import Model, Q
from django.utils import translation

from playbooks.channels import Channel
from playbooks.models import Cosign, Crisis, EmergencyMeasure, Plan, Statement
from playbooks.operations.emergency import approve_measure, release_submitted
from playbooks.operations.plans import answer_cosign, approve_plan, return_plan
from playbooks.operations.statements import approve_statement, publish_statement, return_statement
from playbooks.statements import check
from playbooks.strategy import Verdict as CrisisVerdict
from sentinel.core.models import Membership, User
from sentinel.core.operations import WrongStateError
from sentinel.core.permissions import GRANTS, Permission
from sentinel.drill.models import Drill
from sentinel.drill.practice import Verdict, is_time, judge
from sentinel.drill.queries import crises_of
from sentinel.drill.report_wording import agreed_text, objection_text

logger = logging.getLogger(__name__)

Row = TypeVar("Row", bound=Model)
APPROVING = [role.value for role, granted in GRANTS.items() if Permission.APPROVE in granted]


def play_parts(*, now: datetime) -> int:
    """Let every practice colleague do what has waited long enough; how many decisions were taken."""
    drills = Drill.objects.filter(removed_at__isnull=True).exclude(practice={}).select_related("workspace")
    return sum(_play(drill, now) for drill in drills)


def _play(drill: Drill, now: datetime) -> int:
    people = User.objects.in_bulk(drill.practice.values())
    manager, legal = (people.get(drill.practice.get(part, 0)) for part in ("manager", "legal"))
    done = 0
    for crisis in crises_of(drill).open().select_related("workspace"):
        for asked in filter(None, (legal, manager)):
            done += _Colleague(drill, crisis, asked, now).sign()
        if manager is not None:
            done += _Colleague(drill, crisis, manager, now).decide()
    return done


class _Colleague:
    """One practice colleague at one crisis of the drill, at one moment."""

    def __init__(self, drill: Drill, crisis: Crisis, user: User, now: datetime) -> None:
        self.drill, self.crisis, self.user, self.now = drill, crisis, user, now

    def sign(self) -> int:
        """Answer the co-signatures that wait for this person."""
        waiting = Cosign.objects.filter(
            Q(signer=self.user) | Q(deputy=self.user), plan__crisis=self.crisis, plan__status="submitted", answer=""
        )
        return self._each(
            "cosign", ((one, one.plan.submitted_at) for one in waiting.select_related("plan__crisis")), self._sign
        )

    def decide(self) -> int:
        """Decide what waits for an approver."""
        measures = EmergencyMeasure.objects.filter(crisis=self.crisis, status="proposed")
        statements = Statement.objects.filter(crisis=self.crisis, plan__isnull=True, status="submitted")
        plans = Plan.objects.filter(crisis=self.crisis, status="submitted").exclude(authors__user=self.user)
        done = self._each("measure", ((one, one.proposed_at) for one in measures), self._approve_measure)
        done += self._each("statement", ((one, one.submitted_at) for one in statements), self._decide_statement)
        done += self._each("plan", ((one, self._ready_since(one)) for one in plans), self._decide_plan)
        if not self._has_a_real_approver():
            approved = Statement.objects.filter(crisis=self.crisis, status="approved")
            done += self._each("publish", ((one, one.approved_at) for one in approved), self._publish)
        return done

    def _each(self, kind: str, waiting: Iterable[tuple[Row, datetime | None]], act: Callable[[Row], None]) -> int:
        done = 0
        for one, since in waiting:
            if since is None or not is_time(kind, since, self.drill.speed, self.now):
                continue
            try:
                with translation.override(self.user.language):
                    act(one)
                done += 1
            except WrongStateError as error:
                logger.info("practice: %s %s is left as it is: %s", kind, one, error.code)
        return done

    # --- legal

    def _sign(self, cosign: Cosign) -> None:
        objected = Cosign.objects.filter(plan__crisis=self.crisis, answered_by=self.user, answer="object").exists()
        found = self._judge(cosign.plan.statements.all(), has_objected=objected)
        comment = objection_text(found) if found.decision == "object" else agreed_text()
        answer_cosign(cosign=cosign, answer=found.decision, comment=comment, by=self.user, now=self.now)

    # --- manager

    def _approve_measure(self, measure: EmergencyMeasure) -> None:
        approve_measure(measure=measure, by=self.user, now=self.now)

    def _decide_statement(self, statement: Statement) -> None:
        quick = statement.kind == "holding" or bool(statement.return_reason)
        found = self._judge([statement], has_objected=quick)
        if found.decision == "object":
            return_statement(statement=statement, reason=objection_text(found), by=self.user, now=self.now)
        elif statement.kind == "holding":
            release_submitted(statement=statement, by=self.user, now=self.now)
        else:
            approve_statement(statement=statement, by=self.user, now=self.now)

    def _ready_since(self, plan: Plan) -> datetime | None:
        """Since when there is nothing more to wait for: the last co-signature, or its deadline."""
        moments = [one.answered_at or one.due_at for one in plan.cosigns.all()]
        since = max([moment for moment in (plan.submitted_at, *moments) if moment], default=None)
        return since if since is None or since <= self.now else None

    def _decide_plan(self, plan: Plan) -> None:
        returned = Plan.objects.filter(crisis=self.crisis, approval__decided_by=self.user, approval__decision="return")
        found = self._judge(plan.statements.all(), has_objected=returned.exists())
        if found.decision == "object":
            return_plan(plan=plan, reason=objection_text(found), by=self.user, now=self.now)
            return
        chosen = plan.candidates.order_by("-is_recommended", "position").first()
        if chosen is not None:
            approve_plan(plan=plan, candidate=chosen, reason=agreed_text(), by=self.user, now=self.now)

    def _publish(self, statement: Statement) -> None:
        publish_statement(statement=statement, url="", by=self.user, now=self.now)

    def _has_a_real_approver(self) -> bool:
        """Whether a person of the workspace may publish; then Sentinel does not."""
        real = Membership.objects.filter(workspace=self.crisis.workspace_id, is_practice=False)
        return real.filter(roles__overlap=APPROVING).exists()

    def _judge(self, statements: Iterable[Statement], *, has_objected: bool) -> Verdict:
        """What the check of statements finds missing under the verdict of the newest assessment."""
        assessment = self.crisis.assessments.order_by("number").last()
        verdict = CrisisVerdict(assessment.verdict) if assessment else CrisisVerdict.PENDING
        checks = [
            check(one.text, verdict, Channel(one.channel), next_update_given=one.next_update_at is not None)
            for one in statements
        ]
        missing = [element.value for found in checks for element in found.missing]
        return judge(missing, blanks=any(found.errors for found in checks), has_objected=has_objected)
