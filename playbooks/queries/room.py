"""The frame of every page of a crisis: level, situation, clocks by time left, stages and what is missing.

Read by `crisis_frame`, drawn by `templates/playbooks/crisis_base.html`; words are in the reader's language.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alerts.clocks import Clock, ClockState
from playbooks.models import Assessment, Cosign, Crisis, Plan, Statement, TeamMember
from playbooks.queries.progress import clocks_of, newest_assessment, newest_plan, progress_of, seat_of
from playbooks.queries.volume import Situation, situation_of
from playbooks.readiness import ITEMS, Item, Progress, gaps, next_stage, ready
from playbooks.wording.codes import stage_word, verdict_word
from playbooks.wording.crises import clock_word, gap_word
from playbooks.workflow import Stage
from sentinel.core.models import Membership, User
from sentinel.core.permissions import Permission

CLOCKS_SHOWN = 3
# where an item is done: the name of the page's address
PAGES: dict[Item, str] = {
    Item.COMMANDER: "crisis-team",
    Item.SPOKESPERSON: "crisis-team",
    Item.PLAN: "crisis-plan",
    **dict.fromkeys((Item.EARLIEST, Item.EVIDENCE, Item.FACTS), "crisis-collect"),
    **dict.fromkeys(
        (Item.ASSESSMENT, Item.VERDICT, Item.RESPONSIBILITY, Item.STAKEHOLDERS, Item.DIAGNOSIS), "crisis-assess"
    ),
    **dict.fromkeys((Item.MEASURES, Item.POSITION, Item.TASKS), "crisis-act"),
    **dict.fromkeys((Item.CAUSE, Item.DEPARTMENT, Item.LESSONS, Item.ACTIONS), "crisis-review"),
}
STAGE_PAGES = {stage: f"crisis-{stage}" for stage in Stage}


@dataclass(frozen=True, slots=True)
class FrameClock:
    """One running clock of the head; `page` names the address where it is met."""

    kind: str
    label: str
    due_at: datetime
    is_hot: bool  # overdue, or a quarter of its time is left
    note: str
    page: str


@dataclass(frozen=True, slots=True)
class StageStep:
    """One stage on the rail: `state` is done, now or later; `ready` of `total` items are there."""

    code: str
    label: str
    state: str
    ready: int
    total: int
    page: str


@dataclass(frozen=True, slots=True)
class GapLine:
    """What is missing, whose it is, until when, and where it is done."""

    code: str
    label: str
    owner: str
    due_at: datetime | None
    page: str


@dataclass(frozen=True, slots=True)
class NextStep:
    """The one thing to do next: a link to `page`, or, with a `verb`, a form that is posted to `page`."""

    label: str
    page: str
    verb: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class CrisisFrame:
    """Everything around the content of a crisis' page."""

    crisis: Crisis
    assessment: Assessment | None
    situation: Situation
    clocks: tuple[FrameClock, ...]
    position_due_at: datetime | None  # until when the position has to be out; None when it is
    steps: tuple[StageStep, ...]
    next_stage: StageStep | None
    gaps: tuple[GapLine, ...]
    open_gaps: tuple[GapLine, ...]  # of every stage: what is missing before closing
    action: NextStep | None
    plan: Plan | None
    team: tuple[TeamMember, ...]
    progress: Progress
    may_work: bool
    may_approve: bool
    may_close: bool
    may_take_charge: bool

    @property
    def verdict(self) -> str:
        return self.assessment.verdict if self.assessment else "pending"

    @property
    def verdict_label(self) -> str:
        return verdict_word(self.verdict)

    @property
    def is_closed(self) -> bool:
        return self.crisis.closed_at is not None

    @property
    def missing_words(self) -> str:
        """How much is missing before the next stage, or before closing."""
        if not self.gaps:
            return _missing_nothing(self.next_stage)
        return _missing_words(len(self.gaps), self.next_stage)


def crisis_frame(crisis: Crisis, membership: Membership, now: datetime) -> CrisisFrame:
    """The frame for one reader at one moment."""
    assessment, plan = newest_assessment(crisis), newest_plan(crisis)
    team = tuple(crisis.team.select_related("user", "deputy").order_by("pk"))
    published = list(crisis.statements.filter(status="published"))
    cosigns = list(plan.cosigns.all()) if plan and plan.status == "submitted" else []
    clocks = clocks_of(crisis, published, cosigns)
    position = next(clock for clock in clocks if clock.kind == "position")
    progress = progress_of(
        crisis, assessment=assessment, team=team, published=published, position_due_at=position.due_at
    )
    stage = Stage(crisis.stage)
    steps = _steps(stage, progress)
    after = next_stage(stage)
    missing = _gap_lines(stage, progress)
    is_open = crisis.closed_at is None
    may_work = is_open and membership.may(Permission.WORK_CRISIS)
    may_take_charge = may_work and crisis.reached_at is None and _commands(team, membership.user)
    return CrisisFrame(
        crisis=crisis,
        assessment=assessment,
        situation=situation_of(crisis, now),
        clocks=_frame_clocks(crisis, clocks, cosigns, progress, now) if is_open else (),
        position_due_at=progress.position_due_at,
        steps=steps,
        next_stage=next((step for step in steps if after and step.code == after), None),
        gaps=missing if is_open else (),
        open_gaps=tuple(line for each in Stage for line in _gap_lines(each, progress)) if is_open else (),
        action=_action(crisis, plan, missing, after, membership, may_take_charge) if may_work else None,
        plan=plan,
        team=team,
        progress=progress,
        may_work=may_work,
        may_approve=is_open and membership.may(Permission.APPROVE),
        may_close=membership.may(Permission.CLOSE_CRISIS),
        may_take_charge=may_take_charge,
    )


def _commands(team: Sequence[TeamMember], user: User) -> bool:
    commander = seat_of(team, "commander")
    return commander is not None and user.pk in (commander.user_id, commander.deputy_id)


def _steps(current: Stage, progress: Progress) -> tuple[StageStep, ...]:
    there, order = ready(progress), list(Stage)
    return tuple(
        StageStep(
            code=stage.value,
            label=stage_word(stage),
            state="now" if stage is current else "done" if order.index(stage) < order.index(current) else "later",
            ready=sum(item in there for item in ITEMS[stage]),
            total=len(ITEMS[stage]),
            page=STAGE_PAGES[stage],
        )
        for stage in order
    )


def _gap_lines(stage: Stage, progress: Progress) -> tuple[GapLine, ...]:
    return tuple(
        GapLine(gap.code.value, gap_word(gap.code), gap.owner, gap.due_at, PAGES[gap.code])
        for gap in gaps(stage, progress)
    )


def _frame_clocks(
    crisis: Crisis, clocks: Sequence[Clock], cosigns: Sequence[Cosign], progress: Progress, now: datetime
) -> tuple[FrameClock, ...]:
    """The running ones by time left: the overdue first."""
    running = sorted((clock for clock in clocks if clock.met_at is None), key=lambda clock: clock.left(now))
    return tuple(
        FrameClock(
            kind=clock.kind,
            label=clock_word(clock.kind),
            due_at=clock.due_at,
            is_hot=clock.state(now) in (ClockState.OVERDUE, ClockState.PRESSING),
            note=_clock_note(clock, crisis, cosigns, progress),
            page=_clock_page(clock.kind),
        )
        for clock in running[:CLOCKS_SHOWN]
    )


def _clock_page(kind: str) -> str:
    return {
        "co-sign": "crisis-plan",
        "position": "crisis-act",
        "next-update": "crisis-act",
        "reply": "crisis-act",
        "closure": "crisis-close",
    }.get(kind, "crisis-team")


def _clock_note(clock: Clock, crisis: Crisis, cosigns: Sequence[Cosign], progress: Progress) -> str:
    """What a clock runs from, or on whom it waits, in a few words."""
    started = f"{localtime(clock.started_at):%H:%M}"
    if clock.kind == "co-sign":
        answered = sum(bool(cosign.answer) for cosign in cosigns)
        return _("%(answered)s of %(all)s answered") % {"answered": answered, "all": len(cosigns)}
    if clock.kind == "position":
        if crisis.earliest_post_id:
            return _("from %(time)s, earliest captured") % {"time": started}
        return _("from %(time)s, opened") % {"time": started}
    if clock.kind == "next-update":
        return _("promised at %(time)s") % {"time": started}
    if clock.kind in ("reach", "progress"):
        return progress.commander or _("no commander yet")
    return _("since %(time)s") % {"time": started}


def _action(
    crisis: Crisis,
    plan: Plan | None,
    missing: Sequence[GapLine],
    after: Stage | None,
    membership: Membership,
    may_take_charge: bool,
) -> NextStep | None:
    """What to do next: what waits for this reader, then what is decided and not done, then what is missing."""
    if may_take_charge:
        return NextStep(_("I have taken over"), "crisis-take-charge", verb="take-charge")
    if plan and plan.status == "submitted":
        is_author = plan.authors.filter(user=membership.user).exists()
        decides = membership.may(Permission.APPROVE) and not is_author
        words = _("Decide on plan v%(number)s") if decides else _("Plan v%(number)s waits for a decision")
        return NextStep(words % {"number": plan.number}, "crisis-plan")
    if plan and plan.status == "approved" and Statement.objects.filter(plan=plan, status="approved").exists():
        return NextStep(_("Publish the statements of plan v%(number)s") % {"number": plan.number}, "crisis-act")
    if missing:
        return NextStep(missing[0].label, missing[0].page)
    if after:
        return NextStep(_("Go on to “%(stage)s”") % {"stage": stage_word(after)}, "crisis-move", "move", after.value)
    if membership.may(Permission.CLOSE_CRISIS):
        return NextStep(_("Close the crisis"), "crisis-close")
    return None


def _missing_words(count: int, stage: StageStep | None) -> str:
    if stage is None:
        words = ngettext("%(n)s thing is missing before closing", "%(n)s things are missing before closing", count)
        return words % {"n": count}
    words = ngettext("%(n)s thing is missing before “%(stage)s”", "%(n)s things are missing before “%(stage)s”", count)
    return words % {"n": count, "stage": stage.label}


def _missing_nothing(stage: StageStep | None) -> str:
    if stage is None:
        return _("Nothing is missing before closing")
    return _("Nothing is missing before “%(stage)s”") % {"stage": stage.label}
