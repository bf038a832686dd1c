"""Outcomes of visits and lines of their log, in the reader's language."""

from typing import Any

from django.utils.translation import gettext as _

from sentinel.core.wording import fetch_error_text


def outcome_text(code: str, detail: str) -> str:
    """Why a visit found nothing, and what to do."""
    said = {
        "ok": _("Read."),
        "unchanged": _("Nothing has changed since the visit before."),
        "blocked": _("The site refuses us (%(detail)s). Sentinel does not get around logins, captchas or blocks."),
        "robots": _("The site's robots.txt closes this address to us."),
        "robots-unreachable": _("The site's robots.txt does not answer, so nothing may be asked for: %(detail)s."),
        "layout": _("The page has changed: nothing matches %(detail)s. Edit the selectors and test again."),
        "malformed": _("The answer is not what this kind of source reads: %(detail)s."),
        "http": _("The site answered with status %(detail)s."),
        "empty": _("The answer is well formed, but there is nothing in it."),
        "out-of-time": _("The site's pace left no time for this visit; the next one goes on."),
    }.get(code)
    return said % {"detail": detail} if said else fetch_error_text(code, detail)


def log_text(line: dict[str, Any]) -> str:
    """One line of a visit's log."""
    said = line["said"]
    what = line["what"]
    if what in ("no-answer", "detail-failed", "failed"):
        return outcome_text(str(said["code"]), str(said.get("detail", "")))
    text: str = {
        "wait": _("Waited %(seconds)s s for the next free moment of %(host)s."),
        "answer": _("%(status)s, %(bytes)s bytes in %(took_ms)s ms."),
        "robots": _("robots.txt of %(host)s: status %(status)s."),
        "unchanged": _("Not changed since the visit before."),
        "items": _("%(count)s items on the page."),
        "details": _("%(wanted)s pages were new; %(unread)s are left for the next visit."),
        "out-of-time": _("No time was left to ask %(host)s."),
    }.get(what, what)
    return str(text % said)
