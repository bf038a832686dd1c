"""Facts, evidence and channels in the reader's language."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from sentinel.core.templatetags.sentinel import clock_text

MINUTE = timedelta(minutes=1)


def status_heads(status: str) -> str:
    """What the column's right side names."""
    if status == "unknown":
        return _("Owner, due")
    return _("Owner, verified at")


def nothing_text(status: str) -> str:
    """A column without facts, and what belongs there."""
    return {
        "known": _("Nothing is verified yet. Begin with time, place, batch and number of people."),
        "unknown": _("No open question is noted. What would a reporter ask first?"),
        "disproved": _("No claim is disproved."),
    }[status]


def sources_text(count: int) -> str:
    """How many sources a fact has."""
    return ngettext("%(count)s source", "%(count)s sources", count) % {"count": count}


def check_text(check: str) -> str:
    """Whether evidence still is what can be read."""
    return {
        "same": pgettext("evidence", "Same"),
        "changed": pgettext("evidence", "Changed"),
        "gone": pgettext("evidence", "No longer stored"),
        "damaged": pgettext("evidence", "Damaged"),
        "erased": pgettext("evidence", "Deleted on request"),
    }[check]


def check_help(check: str) -> str:
    """What the check compared, and what follows."""
    return {
        "same": _("The words on file have this fingerprint, and so has the post as it was captured last."),
        "changed": _("The post says something else by now. What is on file stays as it was."),
        "gone": _("The post is no longer stored. What is on file stays as it was."),
        "damaged": _("The words on file no longer have their own fingerprint. Tell whoever runs this installation."),
        "erased": _("A person asked for its deletion; that something was on file stays, what it said is gone."),
    }[check]


def check_kind(check: str) -> str:
    """The kind of `components/state.html` for a check."""
    return {"same": "good", "changed": "warn", "gone": "off", "damaged": "bad", "erased": "off"}[check]


def gap_text(kind: str) -> str:
    """Why a source's figures are too low, in a word."""
    return {
        "blind": pgettext("gap", "Not collected"),
        "failed": pgettext("gap", "Collected with gaps"),
        "late": pgettext("gap", "Late"),
        "unread": pgettext("gap", "Not read in this time"),
        "paused": pgettext("gap", "Paused"),
    }[kind]


def ranked_text(ranked_by: str) -> str:
    """How the loudest posts are ranked."""
    return {
        "reactions": _("by reposts, comments, likes and shares, as the sites counted them last"),
        "sensitive": _("by sensitive terms, since no site here counts reactions"),
        "newest": _("newest first: no reactions and no sensitive terms were captured"),
    }[ranked_by]


def gap_sentence(kind: str, *, failed: int, visits: int, since: datetime | None, until: datetime | None) -> str:
    """What was missed of a source, and since when, so that its figures are read as too low."""
    if kind == "failed" and since and until:
        span = clock_text(since)
        if until - since >= MINUTE:
            span = _("%(since)s to %(until)s") % {"since": span, "until": clock_text(until)}
        return ngettext(
            "%(failed)s of %(visits)s visits failed (%(span)s): figures too low",
            "%(failed)s of %(visits)s visits failed (%(span)s): figures too low",
            failed,
        ) % {"failed": failed, "visits": visits, "span": span}
    return {
        "blind": _("Nothing is seen of it right now: what is said there is not captured"),
        "failed": _("Visits failed: figures too low"),
        "late": _("Captured more than an hour after publication: newest figures too low"),
        "unread": _("Not read in this time: what was said there is not captured"),
        "paused": _("Paused by a person: what is said there is not captured"),
    }[kind]
