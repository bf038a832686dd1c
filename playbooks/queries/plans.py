"""What the page of a plan shows: its parts, what the checks find in each statement, and its versions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from monitoring.text.differences import Part
from playbooks.channels import Channel
from playbooks.differences import Passage, marked, passages
from playbooks.models import Approval, Cosign, Crisis, Plan, Statement
from playbooks.models.plans import candidate_letter
from playbooks.plan_drafts import PlanDraft, StatementDraft
from playbooks.queries.people import members_of, memberships_of
from playbooks.statements import Checks, Remark, RemarkKind, check
from playbooks.strategy import Verdict
from playbooks.wording.codes import audience_word, channel_word, element_word, plan_status_word, verdict_word
from playbooks.wording.plans import hint_text, remark_text
from sentinel.core.models import User, Workspace
from sentinel.core.permissions import Permission

LISTED = 100  # crises whose plans are listed


@dataclass(frozen=True, slots=True)
class RemarkLine:
    """Something to look at in a text, in words."""

    kind: str
    text: str
    hint: str
    paragraph: int
    is_error: bool


@dataclass(frozen=True, slots=True)
class ElementLine:
    """A part that the reply has to carry; `paragraph` where it stands, `elsewhere` the channels that have it."""

    name: str
    found: bool
    paragraph: int | None
    elsewhere: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckedText:
    """What the checks find in one statement; `parts` is the text in pieces `(text, kind)` for the page to mark."""

    channel: str
    name: str
    audience: str
    elements: tuple[ElementLine, ...]
    remarks: tuple[RemarkLine, ...]
    parts: tuple[Part, ...]
    words: int
    advised: int
    is_complete: bool

    @property
    def missing(self) -> tuple[str, ...]:
        """The names of the parts that were not found."""
        return tuple(line.name for line in self.elements if not line.found)

    @property
    def errors(self) -> tuple[RemarkLine, ...]:
        """The remarks with which the text cannot go out."""
        return tuple(line for line in self.remarks if line.is_error)

    @property
    def faults(self) -> int:
        """How many things keep the text from being ready."""
        return len(self.missing) + len(self.errors)


@dataclass(frozen=True, slots=True)
class Comparison:
    """One statement against another version's: the places where they differ, and both texts as one."""

    passages: tuple[Passage, ...]
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A version in the list: who did what to it last, when, and why."""

    plan: Plan
    status: str
    who: str
    at: datetime
    reason: str
    changes: int  # against the version before it

    @property
    def number(self) -> int:
        return self.plan.number


def verdict_of(plan: Plan) -> Verdict:
    """The verdict that the version follows: a draft the newest one, later the one with which it was submitted.

    Being checked while nobody assessed it.
    """
    assessment = plan.crisis.assessments.order_by("number").last() if plan.status == "draft" else plan.assessment
    return Verdict(assessment.verdict) if assessment else Verdict.PENDING


def turned_from(plan: Plan, verdict: str) -> str:
    """The word of the verdict that the version was written for, where the facts have turned since; else empty."""
    followed = verdict_of(plan)
    return "" if followed == verdict else verdict_word(followed)


def people_of(crisis: Crisis) -> list[User]:
    """Everybody who can own something."""
    return list(members_of(crisis))


def with_permission(crisis: Crisis, permission: Permission) -> list[User]:
    """Those who can work on the crisis and hold a permission, by name."""
    return [one.user for one in memberships_of(crisis) if one.may(permission)]


def approvers_of(plan: Plan) -> list[User]:
    """Who may decide on the version: managers who wrote none of it."""
    authors = set(plan.authors.values_list("user", flat=True))
    managers = with_permission(plan.crisis, Permission.APPROVE)
    return [user for user in managers if user.pk not in authors]


def cosigns_of(plan: Plan) -> list[Cosign]:
    """Who was asked to co-sign the version, in the order of asking."""
    return list(plan.cosigns.select_related("signer", "deputy", "answered_by").order_by("pk"))


def places_of(plan: Plan) -> dict[str, int | None]:
    """The place of the approved candidate, and of the one to stand out: the approved, else the recommended one."""
    decision = Approval.objects.filter(plan=plan).select_related("candidate").first()
    approved = decision.candidate.position if decision and decision.candidate else None
    recommended = plan.candidates.filter(is_recommended=True).values_list("position", flat=True).first()
    return {"approved": approved, "marked": approved or recommended}


# --- checks -----------------------------------------------------------------------------------------------------------


def checked(statements: Sequence[StatementDraft | Statement], verdict: Verdict) -> list[CheckedText]:
    """What the checks find in each of a plan's statements."""
    found = [
        check(one.text, verdict, Channel(one.channel), next_update_given=one.next_update_at is not None)
        for one in statements
    ]
    has = {
        element: tuple(
            channel_word(statement.channel)
            for statement, checks in zip(statements, found, strict=True)
            if element not in checks.missing
        )
        for checks in found
        for element in checks.missing
    }
    return [
        CheckedText(
            channel=statement.channel,
            name=channel_word(statement.channel),
            audience=audience_word(statement.audience),
            elements=tuple(
                ElementLine(
                    element_word(one.element), one.found, one.paragraph, () if one.found else has.get(one.element, ())
                )
                for one in checks.elements
            ),
            remarks=tuple(_remark_line(remark) for remark in checks.remarks),
            parts=tuple(remarked(statement.text, checks)),
            words=checks.words,
            advised=checks.advised,
            is_complete=checks.is_complete,
        )
        for statement, checks in zip(statements, found, strict=True)
    ]


def _remark_line(remark: Remark) -> RemarkLine:
    return RemarkLine(remark.kind.value, remark_text(remark), hint_text(remark.hint), remark.paragraph, remark.is_error)


def remarked(text: str, checks: Checks) -> list[Part]:
    """The text in pieces: what a remark is about is `blank` or `remark`, the rest is plain."""
    parts: list[Part] = []
    at = 0
    whole = (RemarkKind.LONG, RemarkKind.TOO_LONG)
    for remark in sorted((one for one in checks.remarks if one.kind not in whole), key=lambda one: one.start):
        if remark.start < at:
            continue  # two remarks on one place are marked once
        parts.append((text[at : remark.start], ""))
        kind = "blank" if remark.kind is RemarkKind.OPEN_BLANK else "remark"
        parts.append((text[remark.start : remark.end], kind))
        at = remark.end
    return [part for part in [*parts, (text[at:], "")] if part[0]]


def lacks(draft: PlanDraft, texts: Iterable[CheckedText]) -> list[str]:
    """What is missing in a plan, a phrase each; it can be submitted all the same, and the approver reads this list."""
    lines = []
    if not any(one.is_recommended for one in draft.candidates):
        lines.append(_("No candidate is recommended"))
    lines += [
        _("Candidate %(letter)s has no title") % {"letter": candidate_letter(index + 1)}
        for index, one in enumerate(draft.candidates)
        if not one.title.strip()
    ]
    if not draft.statements:
        lines.append(_("There is no statement"))
    for text in texts:
        what = [*text.missing, *(line.text for line in text.errors)]
        if what:
            lines.append(_("%(channel)s: %(missing)s") % {"channel": text.name, "missing": _(", ").join(what)})
    unowned = sum(1 for one in draft.items if one.is_promise and one.text.strip() and not (one.owner and one.due_at))
    if unowned:
        lines.append(
            ngettext("%(n)d promise has no owner or no time", "%(n)d promises have no owner or no time", unowned)
            % {"n": unowned}
        )
    return lines


# --- versions ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PlanList:
    """The plans of a workspace; a crisis stands with its newest version."""

    waiting: tuple[Plan, ...]  # for the reader's decision
    asked: tuple[Cosign, ...]  # for the reader's co-signature
    submitted: tuple[Plan, ...]  # for somebody else's decision
    drafts: tuple[Plan, ...]
    decided: tuple[Plan, ...]

    @property
    def is_empty(self) -> bool:
        return not (self.waiting or self.asked or self.submitted or self.drafts or self.decided)


def plan_list(workspace: Workspace, waiting: Sequence[Plan], asked: Sequence[Cosign]) -> PlanList:
    """The newest version of each crisis's plan by where it stands; what was decided lately comes first."""
    newest = (
        Plan.objects.filter(crisis__workspace=workspace).order_by("crisis", "-number").distinct("crisis").values("pk")
    )
    plans = list(
        Plan.objects.filter(pk__in=newest)
        .select_related("crisis", "assessment", "submitted_by", "changed_by", "approval__decided_by")
        .order_by("-changed_at", "-pk")[:LISTED]
    )
    mine = {plan.pk for plan in waiting}

    def with_status(*statuses: str) -> tuple[Plan, ...]:
        return tuple(plan for plan in plans if plan.status in statuses and plan.pk not in mine)

    return PlanList(
        waiting=tuple(waiting),
        asked=tuple(asked),
        submitted=with_status("submitted"),
        drafts=with_status("draft"),
        decided=with_status("approved", "returned", "void"),
    )


def newest_plan(crisis: Crisis) -> Plan | None:
    """The version that people work on or decided on last."""
    return _read(crisis).last()


def version(crisis: Crisis, number: int | None) -> Plan | None:
    """The version of that number."""
    return None if number is None else _read(crisis).filter(number=number).first()


def _read(crisis: Crisis) -> "QuerySet[Plan]":
    return crisis.plans.select_related(
        "crisis__workspace", "assessment", "based_on", "changed_by", "submitted_by", "created_by"
    ).order_by("number")


def texts_of(plan: Plan | None) -> dict[str, str]:
    """The statements of a version by channel."""
    return dict(plan.statements.values_list("channel", "text")) if plan else {}


def compared(statements: Iterable[StatementDraft | Statement], before: dict[str, str]) -> dict[str, Comparison]:
    """Each statement against another version's of the same channel; a new channel has nothing to be compared with."""
    return {
        one.channel: Comparison(
            tuple(passages(before[one.channel], one.text)), tuple(marked(before[one.channel], one.text))
        )
        for one in statements
        if one.channel in before
    }


def version_lines(crisis: Crisis) -> list[VersionLine]:
    """The versions of a crisis's plan, the newest first."""
    plans = list(_read(crisis).prefetch_related("statements"))
    decisions = {
        one.plan_id: one
        for one in Approval.objects.filter(plan__crisis=crisis).select_related("decided_by", "voided_by", "candidate")
    }
    lines = []
    for index, plan in enumerate(plans):
        before = {one.channel: one.text for one in plans[index - 1].statements.all()} if index else {}
        now = {one.channel: one.text for one in plan.statements.all()}
        changes = sum(len(passages(before.get(channel, ""), text)) for channel, text in now.items() if index) + len(
            before.keys() - now.keys()
        )
        lines.append(_version_line(plan, decisions.get(plan.pk), changes))
    return lines[::-1]


def _version_line(plan: Plan, decision: Approval | None, changes: int) -> VersionLine:
    status = plan_status_word(plan.status)
    if plan.status == "draft":
        return VersionLine(plan, status, plan.changed_by.name, plan.changed_at, "", changes)
    if decision is None:
        by, at = plan.submitted_by or plan.changed_by, plan.submitted_at or plan.changed_at
        return VersionLine(plan, status, by.name, at, "", changes)
    if decision.voided_at and decision.voided_by:
        reason = _("edited after %(name)s approved it") % {"name": decision.decided_by.name}
        return VersionLine(plan, status, decision.voided_by.name, decision.voided_at, reason, changes)
    reason = decision.reason
    if decision.candidate:
        reason = f"{decision.candidate} {reason}".strip()
    return VersionLine(plan, status, decision.decided_by.name, decision.decided_at, reason, changes)


def suggested_cosigns(plan: Plan) -> list[dict[str, object]]:
    """Whom to ask: those of the version before, else who speaks for a department in the control centre.

    The commander is left out, who decides.
    """
    before = Cosign.objects.filter(plan__crisis=plan.crisis, plan__number__lt=plan.number).order_by("-plan__number")
    newest = before.first()
    if newest:
        asked = Cosign.objects.filter(plan=newest.plan).select_related("signer", "deputy").order_by("pk")
        return [{"department": one.department, "signer": one.signer, "deputy": one.deputy} for one in asked]
    team = (
        plan.crisis.team.exclude(department="")
        .exclude(duty="commander")
        .select_related("user", "deputy")
        .order_by("pk")
    )
    return [{"department": one.department, "signer": one.user, "deputy": one.deputy} for one in team]
