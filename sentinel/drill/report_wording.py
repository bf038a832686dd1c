"""The report, the parts of the story and the practice colleagues, in the reader's language."""

from datetime import timedelta
from math import ceil

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from playbooks.wording.codes import element_word
from sentinel.core.permissions import Role
from sentinel.drill.operations.practice import Colleague
from sentinel.drill.practice import Verdict
from sentinel.drill.report import Line


def phase_text(phase: str) -> str:
    """A part of the story."""
    return {
        "archive": _("Before the start"),
        "calm": _("Calm"),
        "complaint": _("First complaint"),
        "spread": _("Spread"),
        "media": _("Media pick-up"),
        "rumour": _("Rumour beside it"),
        "clarification": _("Clarification"),
        "decline": _("Decline"),
        "over": _("Story told"),
    }[phase]


def line_name(code: str) -> str:
    """What a line of the report is about."""
    return {
        "complaint": _("First complaint published"),
        "captured": _("First complaint captured"),
        "blue": _("Alert opened (blue)"),
        "yellow": _("Alert at yellow"),
        "orange": _("Alert at orange"),
        "red": _("Alert at red"),
        "claimed": _("Alert claimed"),
        "crisis": _("Crisis opened"),
        "reply": _("First reply published"),
        "assessed": _("First assessment made"),
        "submitted": _("Response plan submitted"),
        "decided": _("Response plan decided"),
        "position": _("First position published"),
        "tasks": _("Tasks done"),
        "closed": _("Crisis closed"),
    }[code]


def line_since(code: str) -> str:
    """From when its time counts."""
    return {
        "captured": _("after it was published"),
        "blue": _("after the first complaint"),
        "yellow": _("after the first complaint"),
        "orange": _("after the first complaint"),
        "red": _("after the first complaint"),
        "claimed": _("after the alert opened"),
        "crisis": _("after the alert opened"),
        "reply": _("after the earliest captured publication"),
        "assessed": _("after the crisis was opened"),
        "submitted": _("after the crisis was opened"),
        "decided": _("after it was submitted"),
        "position": _("after the earliest captured publication"),
        "tasks": _("after the crisis was opened"),
        "closed": _("after the crisis was opened"),
    }.get(code, "")


def line_state(line: Line) -> str:
    """How it ended, in words."""
    return {
        "met": _("in time"),
        "late": _("late"),
        "done": _("done"),
        "open": _("still open"),
        "not-done": _("not done"),
    }[line.state]


def tasks_text(line: Line) -> str:
    """How many of the tasks are done."""
    done, of = line.figures
    return ngettext("%(done)s of %(of)s task", "%(done)s of %(of)s tasks", of) % {"done": done, "of": of}


def clock_span(duration: timedelta | None) -> str:
    """A duration to the second: 0:42, 12:05, 1:02:30."""
    if duration is None:
        return ""
    seconds = ceil(duration.total_seconds())  # what took a moment did not take none
    hours, minutes, rest = seconds // 3600, seconds % 3600 // 60, seconds % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def speed_text(speed: float) -> str:
    """½×, 1×, 2.5×."""
    return "½×" if speed == 0.5 else f"{speed:g}×"


def practice_colleagues() -> dict[str, Colleague]:
    """The people whom Sentinel can play."""
    return {
        "manager": Colleague(pgettext("practice colleague", "Supervisor Chen"), Role.MANAGER),
        "legal": Colleague(pgettext("practice colleague", "Counsel Ho"), Role.STAFF),
    }


def agreed_text() -> str:
    """What a practice colleague writes with a yes."""
    return _("Read and agreed (practice).")


def objection_text(found: Verdict) -> str:
    """Why a practice colleague says not yet, and what would change that."""
    said = []
    if found.blanks:
        said.append(_("A statement cannot go out like this: fill in its blanks and keep to the channel's length."))
    if found.missing:
        names = _(", ").join(element_word(element) for element in found.missing)
        said.append(_("The statements lack: %(elements)s. Please add that.") % {"elements": names})
    return " ".join(said)


def refused_text(code: str) -> str:
    """Why a drill was not started; the codes of WrongStateError in `sentinel.drill.operations`."""
    return {
        "running": _("A drill runs already. End it before you start another."),
        "name-taken": _("A topic with the name of this drill exists. Rename that topic, then start again."),
    }[code]


def verdict_text(verdict: str) -> str:
    """What the scenario turns out to be."""
    return {"true": _("what is said turns out to be true"), "rumour": _("what is said turns out to be a rumour")}[
        verdict
    ]


def asked_text(verdict: str) -> str:
    """What the team will have to do."""
    return {
        "true": _(
            "Claim the alert, open a crisis, stop the harm, say something early, assess, have a plan approved, "
            "apologise and remedy."
        ),
        "rumour": _(
            "Claim the alert, open a crisis, keep the evidence, say something early, assess, have a plan approved, "
            "and set the record straight in plain words."
        ),
    }[verdict]
