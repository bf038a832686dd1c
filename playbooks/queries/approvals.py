"""What who decides has to know: what changed since the reader last decided, and how things stand now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from monitoring.models import Mention
from monitoring.queries.names import is_from
from monitoring.text.differences import Part
from playbooks.differences import marked, passages
from playbooks.models import Approval, Cosign, Crisis, Plan
from playbooks.models.plans import candidate_letter
from playbooks.operations.plans import draft_of
from playbooks.plan_drafts import CandidateDraft, ItemDraft, PlanDraft
from playbooks.queries.volume import undercount_words
from playbooks.wording.codes import channel_word, strategy_word
from playbooks.wording.plans import cost_text
from sentinel.core.models import Membership, User, Workspace
from sentinel.core.permissions import Permission
from sentinel.core.templatetags.sentinel import clock_text

HOUR = timedelta(hours=1)
CHANGES_SHOWN = 6
# Official sites of Taiwan, the mainland, Hong Kong and Macau, by their domains.
AUTHORITIES = r"^https?://([^/]+\.)?gov\.(tw|cn|hk|mo)([/:]|$)"


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One change: what went, what came, and where."""

    old: str
    new: str
    where: str


@dataclass(frozen=True, slots=True)
class Changes:
    """A version against an earlier one; `base` is None where the reader sees the first."""

    base: Plan | None
    decision: Approval | None  # the reader's own on `base`
    shown: tuple[ChangeLine, ...]
    rest: tuple[ChangeLine, ...]
    parts: dict[str, tuple[Part, ...]]  # per channel both texts as one

    @property
    def total(self) -> int:
        return len(self.shown) + len(self.rest)


@dataclass(frozen=True, slots=True)
class Figures:
    """What was captured of a crisis up to a moment: the last hour's volume and its negative share, outlets in all."""

    volume: int
    negative_share: float | None
    media: int


@dataclass(frozen=True, slots=True)
class SituationNow:
    """The figures now and when the plan was submitted; `has_topic` is False where nothing is counted."""

    has_topic: bool
    at: datetime
    now: Figures | None = None
    then: Figures | None = None
    authority_at: datetime | None = None  # the newest captured word of an authority
    authority_post: int | None = None
    undercount: str = ""


# --- what changed -----------------------------------------------------------------------------------------------------


def changes_for(plan: Plan, reader: User) -> Changes:
    """Against the version that the reader last decided, else the last one that anybody decided, else the one before."""
    earlier = Approval.objects.filter(plan__crisis=plan.crisis, plan__number__lt=plan.number).select_related("plan")
    ordered = earlier.order_by("-plan__number")
    decision = ordered.filter(decided_by=reader).first()
    newest = decision or ordered.first()
    base = newest.plan if newest else plan.crisis.plans.filter(number__lt=plan.number).order_by("number").last()
    if base is None:
        return Changes(None, None, (), (), {})
    before, after = draft_of(base), draft_of(plan)
    lines = list(change_lines(before, after))
    texts = {one.channel: one.text for one in before.statements}
    parts = {
        one.channel: tuple(marked(texts[one.channel], one.text)) for one in after.statements if one.channel in texts
    }
    return Changes(base, decision, tuple(lines[:CHANGES_SHOWN]), tuple(lines[CHANGES_SHOWN:]), parts)


def change_lines(before: PlanDraft, after: PlanDraft) -> Iterable[ChangeLine]:
    """Every difference as a line; a passage that changed alike on several channels is one."""
    yield from _statement_lines(before, after)
    yield from _text_lines(_("Stance"), before.stance, after.stance)
    yield from _list_lines(_("Risks"), before.risks.splitlines(), after.risks.splitlines())
    yield from _candidate_lines(before.candidates, after.candidates)
    yield from _list_lines(
        _("Tasks and promises"), [_item(one) for one in before.items], [_item(one) for one in after.items]
    )


def _statement_lines(before: PlanDraft, after: PlanDraft) -> Iterable[ChangeLine]:
    old = {one.channel: one for one in before.statements}
    new = {one.channel: one for one in after.statements}
    where: dict[tuple[str, str], list[str]] = {}
    for channel, statement in new.items():
        name = channel_word(channel)
        if channel not in old:
            yield ChangeLine("", name, _("A statement more"))
            continue
        for passage in passages(old[channel].text, statement.text):
            where.setdefault((passage.old.strip(), passage.new.strip()), []).append(name)
        yield from _text_lines(_("%(channel)s, headline") % {"channel": name}, old[channel].title, statement.title)
        due = [clock_text(at) if at else "" for at in (old[channel].next_update_at, statement.next_update_at)]
        yield from _text_lines(_("%(channel)s, next update") % {"channel": name}, *due)
    for (went, came), names in where.items():
        if went or came:
            yield ChangeLine(went, came, _(", ").join(names))
    for channel in old.keys() - new.keys():
        yield ChangeLine(channel_word(channel), "", _("A statement less"))


def _text_lines(where: str, before: str, after: str) -> Iterable[ChangeLine]:
    if before.strip() != after.strip():
        yield ChangeLine(before.strip(), after.strip(), where)


def _list_lines(where: str, before: list[str], after: list[str]) -> Iterable[ChangeLine]:
    for line in before:
        if line.strip() and line not in after:
            yield ChangeLine(line, "", where)
    for line in after:
        if line.strip() and line not in before:
            yield ChangeLine("", line, where)


def _candidate_lines(before: tuple[CandidateDraft, ...], after: tuple[CandidateDraft, ...]) -> Iterable[ChangeLine]:
    old = {one.title: one for one in before}
    for index, one in enumerate(after):
        letter = _("Candidate %(letter)s") % {"letter": candidate_letter(index + 1)}
        if one.title not in old:
            yield ChangeLine("", one.title, letter)
            continue
        said = _candidate(one)
        for name, words in _candidate(old[one.title]).items():
            where = _("%(candidate)s, %(what)s") % {"candidate": letter, "what": name}
            yield from _text_lines(where, words, said[name])
    for title in old.keys() - {one.title for one in after}:
        yield ChangeLine(title, "", _("A candidate less"))


def _candidate(one: CandidateDraft) -> dict[str, str]:
    """What is said of it, by what it is called."""
    return {
        _("strategies"): _(", ").join(strategy_word(strategy) for strategy in one.in_order().strategies),
        _("scope"): one.scope,
        _("for consumers"): one.remedy,
        _("cost"): " ".join(part for part in (cost_text(one.cost_low, one.cost_high), one.cost_note) if part),
        _("risk"): one.risk,
        _("authority"): one.authority,
        _("recommendation"): _("recommended") if one.is_recommended else "",
    }


def _item(one: ItemDraft) -> str:
    due = clock_text(one.due_at) if one.due_at else ""
    return " · ".join(part for part in (one.text, due, one.owner.name if one.owner else "") if part)


# --- the situation ----------------------------------------------------------------------------------------------------


def situation_now(plan: Plan, now: datetime) -> SituationNow:
    """How much is said now against when the plan was submitted, counted the same way."""
    crisis = plan.crisis
    undercount = undercount_words(crisis.workspace, now)
    if crisis.topic_id is None:
        return SituationNow(has_topic=False, at=now, undercount=undercount)
    word = (
        _mentions(crisis, now)
        .filter(post__url__iregex=AUTHORITIES)
        .order_by("-placed_at")
        .values_list("placed_at", "post")
        .first()
    )
    return SituationNow(
        has_topic=True,
        at=now,
        now=figures_at(crisis, now),
        then=figures_at(crisis, plan.submitted_at) if plan.submitted_at else None,
        authority_at=word[0] if word else None,
        authority_post=word[1] if word else None,
        undercount=undercount,
    )


def figures_at(crisis: Crisis, at: datetime) -> Figures:
    """What had been captured by `at`."""
    hour = _mentions(crisis, at).filter(placed_at__gt=at - HOUR)
    counted = hour.aggregate(total=Count("pk"), negative=Count("pk", filter=Q(label="neg")))
    outlets = _mentions(crisis, at).filter(is_from(crisis.workspace, "news"), placed_at__gte=crisis.started_at)
    return Figures(
        volume=counted["total"],
        negative_share=counted["negative"] / counted["total"] if counted["total"] else None,
        media=outlets.values("source").distinct().count(),
    )


def _mentions(crisis: Crisis, at: datetime) -> "QuerySet[Mention]":
    return Mention.objects.counted().filter(
        topic=crisis.topic_id, is_history=False, placed_at__lte=at, captured_at__lte=at
    )


# --- what waits -------------------------------------------------------------------------------------------------------


def submitted_plans(workspace: Workspace) -> "QuerySet[Plan]":
    """What waits for a decision, the longest first."""
    waiting = Plan.objects.filter(crisis__workspace=workspace, status="submitted", crisis__closed_at__isnull=True)
    return waiting.select_related("crisis", "submitted_by", "assessment").order_by("submitted_at")


def waiting_for(membership: Membership) -> "QuerySet[Plan]":
    """What waits for this reader's decision: nothing for who may not approve, nothing of one's own."""
    plans = submitted_plans(membership.workspace)
    if not membership.may(Permission.APPROVE):
        return plans.none()
    return plans.exclude(authors__user=membership.user_id)


def cosigns_for(membership: Membership) -> "QuerySet[Cosign]":
    """What waits for this reader's co-signature, as signer or deputy."""
    mine = Q(signer=membership.user_id) | Q(deputy=membership.user_id)
    asked = Cosign.objects.filter(mine, plan__crisis__workspace=membership.workspace, plan__status="submitted")
    waiting = asked.filter(answer="", plan__crisis__closed_at__isnull=True)
    return waiting.select_related("plan__crisis", "signer", "deputy").order_by("due_at")
