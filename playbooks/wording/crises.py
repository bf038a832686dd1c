"""A crisis' stages, verdicts, clocks, seats and gaps in the reader's language."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext


def clock_word(kind: str) -> str:
    """What a clock of a crisis waits for."""
    return {
        "reach": _("Taken on"),
        "progress": _("Progress report"),
        "closure": _("To be closed"),
        "reply": _("First reply"),
        "position": _("Golden four hours"),
        "next-update": _("Next public update"),
        "co-sign": _("Co-signing ends"),
    }[kind]


def gap_word(item: str) -> str:
    """What is missing, as a noun."""
    return {
        "earliest": _("Earliest captured post"),
        "evidence": _("Evidence on file"),
        "facts": _("Facts"),
        "commander": pgettext("gap", "Commander"),
        "spokesperson": pgettext("gap", "Spokesperson"),
        "assessment": _("First assessment"),
        "verdict": _("Verdict"),
        "responsibility": _("Responsibility"),
        "stakeholders": _("A measure for each kind of stakeholder"),
        "diagnosis": _("First diagnosis of the cause"),
        "plan": _("Approved plan"),
        "measures": _("Open emergency measures"),
        "position": _("Public position"),
        "tasks": _("Tasks carried out"),
        "cause": _("Cause"),
        "department": _("Responsible department"),
        "lessons": _("What went well and badly"),
        "actions": _("Corrective actions"),
    }[item]


def log_group_word(group: str) -> str:
    """A part of the log."""
    return {
        "": pgettext("log", "Everything"),
        "notes": pgettext("log", "Notes and progress"),
        "facts": pgettext("log", "Facts and evidence"),
        "assessment": pgettext("log", "Assessment"),
        "plan": pgettext("log", "Plan"),
        "measures": pgettext("log", "Emergency measures"),
        "statements": pgettext("log", "Statements"),
        "tasks": pgettext("log", "Tasks"),
        "people": pgettext("log", "Team"),
        "review": pgettext("log", "Review"),
    }[group]
