"""Outcomes of visits and lines of their log, in the reader's language; states are in `monitoring.health_wording`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from monitoring.operations.pacing import Rest
from monitoring.operations.rations import SpentTest
from monitoring.wording import figure_text
from sentinel.core.net.guard import RefusedAddressError
from sentinel.core.templatetags.sentinel import clock_text, span
from sentinel.core.wording import fetch_error_text

QUOTA_SPENT = "quotaExceeded "  # as monitoring.sources.youtube says it, with the time
FAILED_LINES = ("no-answer", "detail-failed", "failed")


@dataclass(frozen=True, slots=True)
class LogWords:
    """A line of a visit's log: seconds after it began, what, and how that went."""

    at: str
    what: str
    text: str
    is_bad: bool


def pace_words(seconds: int) -> str:
    """How often a source is visited."""
    if seconds < 60:
        return ngettext("every %(n)s second", "every %(n)s seconds", seconds) % {"n": seconds}
    if seconds < 3600:
        return ngettext("every %(n)s minute", "every %(n)s minutes", seconds // 60) % {"n": seconds // 60}
    return ngettext("every %(n)s hour", "every %(n)s hours", seconds // 3600) % {"n": seconds // 3600}


def channel_text(channel: str) -> str:
    """What a source is to a workspace; see `monitoring.models.CHANNELS`."""
    return {
        "news": pgettext("channel", "News"),
        "forum": pgettext("channel", "Forums"),
        "social": pgettext("channel", "Social networks"),
        "search": pgettext("channel", "Hot lists and search results"),
        "inbox": pgettext("channel", "Our own inboxes"),
    }[channel]


def wrong_source_state(code: str) -> str:
    """Why a verb did not apply to a source; the codes of WrongStateError in `monitoring.operations.sources`."""
    return {
        "already-subscribed": _("This workspace reads that source already."),
        "already-paused": _("This source is paused already."),
        "drill": _("This source belongs to a drill. It comes and goes with the drill."),
        "no-version": _("This source has no such version."),
        "not-paused": _("This source is not paused."),
        "old-version": _("The definition of that version is no longer understood. Edit the source instead."),
        "paused": _("This source is paused. Resume it first."),
        "same-version": _("The source is read like that already."),
        "visiting": _("A visit is under way."),
    }[code]


def source_done(what: str) -> str:
    """What was done to the source `%(name)s`."""
    return {
        "added": _("%(name)s is read from now on."),
        "edited": _("%(name)s is saved."),
        "restored": _("%(name)s is read as it was in that version."),
        "paused": _("%(name)s is paused."),
        "resumed": _("%(name)s is read again."),
        "seen": _("You know of it: %(name)s is not announced again for the same reason."),
        "wanted": _("%(name)s is queued for a visit."),
        "removed": _("%(name)s is no longer read. Its posts stay."),
        "closed": _("%(name)s is closed to the crawler."),
    }[what]


def rest_text(rest: Rest) -> str:
    """Why a visit that somebody asked for has to wait, and until when."""
    return {
        "asked": _("The site asked to be left alone until %(time)s; it is visited then."),
        "quota": _("The quota of its key allows the next visit at %(time)s."),
        "calm": _("It was visited a moment ago; the next visit is at %(time)s."),
    }[rest.why] % {"time": clock_text(rest.until)}


def ration_spent_text(free_at: datetime) -> str:
    """Why a test of a source with a customer's key was not made."""
    return _(
        "Tests and visits have used up what this key may ask for, so nobody was asked. The next test is possible at"
        " %(time)s. You can save without testing."
    ) % {"time": clock_text(free_at)}


def test_spent_text(spent: SpentTest) -> str:
    """What a test took of a customer's key."""
    counted = _("This test counts as one visit of the key's ration, which is spoken for until %(time)s.")
    left = (
        ngettext("%(n)s more test can follow at once.", "%(n)s more tests can follow at once.", spent.left)
        if spent.left
        else _("It was the last one that can follow at once.")
    )
    counted, left = counted % {"time": clock_text(spent.until)}, left % {"n": spent.left}
    return _("%(sentence)s %(next)s") % {"sentence": counted, "next": left}


def outcome_text(code: str, detail: str) -> str:
    """What came of a visit, why, and what to do."""
    if code == "blocked" and detail.startswith(QUOTA_SPENT):
        return _quota_text(detail.removeprefix(QUOTA_SPENT))
    if code in ("http", "layout", "malformed"):
        return {"http": _http_text, "layout": _layout_text, "malformed": _malformed_text}[code](detail)
    if (code, detail) == ("login", "login"):
        return _("The site shows its login page. Sentinel does not get around logins.")
    said = {
        "ok": _("Read."),
        "unchanged": _("Nothing has changed since the visit before."),
        "blocked": _("The site refuses us (%(detail)s). Sentinel does not get around logins, captchas or blocks."),
        "login": _("The site shows its login page (%(detail)s). Sentinel does not get around logins."),
        "robots": _("The site's robots.txt closes this address to us."),
        "robots-unreachable": _("The site's robots.txt does not answer, so nothing may be asked for: %(detail)s."),
        "details": _("None of the %(detail)s pages that the list leads to can be read."),
        "web-page": _("This is a web page, not a feed. It names this feed: %(detail)s"),
        "too-costly": _("This page takes too long to read: it is broken, or built to stop those who read it."),
        "empty": _("The answer is well formed, but there is nothing in it."),
        "out-of-time": _("The site's pace left no time for this visit; the next one goes on."),
    }.get(code)
    shown = refusal_sign(detail) if code == "blocked" else detail
    return said % {"detail": shown} if said else fetch_error_text(code, detail)


def refusal_sign(detail: str) -> str:
    """What shows that a site refuses us: a code of ours in words, a status or the site's own words as they are."""
    words = {"login": pgettext("refusal", "login page"), "challenge": pgettext("refusal", "bot check")}
    return words.get(detail, detail)


def _quota_text(free_at: str) -> str:
    """A whole key's quota is used up, by us or by others who have the key; it is free again at a time in ISO form."""
    try:
        time = clock_text(datetime.fromisoformat(free_at))
    except ValueError:
        return _("The quota of this key is used up.")
    return _("The quota of this key is used up; it is free again at %(time)s.") % {"time": time}


def _http_text(detail: str) -> str:
    status = detail.removeprefix("HTTP ")
    if status in ("404", "410"):
        return _("There is no page at this address (%(status)s).") % {"status": status}
    if status.startswith("5"):
        return _("The site has trouble of its own (%(status)s).") % {"status": status}
    return _("The site answered with status %(status)s.") % {"status": status}


def _layout_text(detail: str) -> str:
    """`detail` is "<what is missing>: <selector>", as `monitoring.sources.listing` writes it."""
    missing, _colon, selector = detail.partition(": ")
    if missing == "lost":
        lost = field_text(selector)
        return _("Its posts come without %(field)s, which they always had: the page has changed.") % {"field": lost}
    if missing == "no row":
        return _("Nothing on the page matches %(selector)s. Edit the selector and test again.") % {"selector": selector}
    if missing.endswith("rows without a link"):
        return _("What matches %(selector)s holds no link. Edit the selectors and test again.") % {"selector": selector}
    if missing == "no text" and selector:
        return _("Nothing on an article's page matches %(selector)s.") % {"selector": selector}
    return _("No text was found on an article's page.")


def _malformed_text(detail: str) -> str:
    """`detail` is "not <a format>: <how it begins>", as `monitoring.sources.answers` writes it."""
    expected, _colon, begins = detail.removeprefix("not ").partition(": ")
    said = {
        "a feed": _("This is not a feed."),
        "a sitemap": _("This is not a sitemap."),
        "JSON": _("There is no JSON in the answer."),
    }.get(expected, _("This is not the JSON that such a network answers with."))
    return _("%(said)s The answer begins with: %(begins)s") % {"said": said, "begins": begins} if begins else said


def address_text(error: RefusedAddressError) -> str:
    """Why something typed cannot be an address that is read."""
    said = {
        "userinfo": _("Take the user name and password out of the address: sources are read without signing in."),
        "scheme": _("The address must begin with http:// or https://."),
        "too-long": _("This address is too long."),
        "bad-port": _("The port in this address is not a number from 1 to 65535."),
        "lookalike-host": _("The name of the site contains letters that only look like others. Type it anew."),
    }.get(error.reason)
    return said or fetch_error_text(error.code, error.detail)


def field_text(name: str) -> str:
    """A field of an item; what a site counts is worded by `figure_text`."""
    return {
        "title": _("Title"),
        "text": _("Text"),
        "author": _("Author"),
        "published_at": _("Published"),
        "url": _("Address"),
        "site_id": _("The site's identifier"),
    }.get(name) or figure_text(name)


def log_words(lines: Iterable[dict[str, Any]]) -> list[LogWords]:
    """The log of a visit, as `monitoring.visiting.manners.LogLine` keeps it."""
    return [
        LogWords(f"+{line['ms'] / 1000:.2f}", _log_subject(line), _log_text(line), line["what"] in FAILED_LINES)
        for line in lines
    ]


def _log_subject(line: dict[str, Any]) -> str:
    what: str = line["what"]
    said: dict[str, Any] = line["said"]
    if what in ("answer", "redirect", "no-answer", "detail-failed"):
        parts = urlsplit(said["url"])
        return f"GET {parts.path or '/'}{'?…' if parts.query else ''}"
    words = {
        "wait": pgettext("log", "Wait"),
        "robots": "robots.txt",
        "address": pgettext("log", "Address check"),
        "unchanged": pgettext("log", "Result"),
        "items": pgettext("log", "List"),
        "details": pgettext("log", "Pages"),
        "failed": pgettext("log", "Verdict"),
        "out-of-time": pgettext("log", "Time"),
    }
    return words.get(what, what)


def _log_text(line: dict[str, Any]) -> str:
    what: str = line["what"]
    said: dict[str, Any] = line["said"]
    if what in FAILED_LINES:
        return outcome_text(str(said["code"]), str(said.get("detail", "")))
    if what == "robots":
        read = _("nothing is forbidden") if said["status"] >= 400 else _("read, and kept to")
        return _("%(read)s; kept for %(span)s") % {"read": read, "span": span(said["age"])} if "age" in said else read
    if what == "redirect":
        return f"{said['status']} → {_place_of(str(said['url']), str(said['to']))}"
    if what == "answer":
        size = filesizeformat(said["bytes"])
        return _("%(status)s, %(size)s, %(took_ms)s ms") % {**said, "size": size}
    if what == "items":
        return ngettext("%(count)s item", "%(count)s items", said["count"]) % said
    if what == "details":
        return _pages_text(said["wanted"], said["unread"])
    text: str = {
        "wait": _("%(seconds)s s, until %(host)s may be asked again"),
        "address": _("%(address)s, let through"),
        "unchanged": _("not changed since the visit before"),
        "out-of-time": _("none left to ask %(host)s"),
    }.get(what, what)
    return text % said


def _place_of(asked: str, to: str) -> str:
    """Where a redirect leads: the path alone where the site stays the same."""
    here, there = urlsplit(asked), urlsplit(to)
    return f"{'' if here.netloc == there.netloc else there.netloc}{there.path or '/'}"


def _pages_text(wanted: int, unread: int) -> str:
    said = ngettext("%(count)s is new", "%(count)s are new", wanted) % {"count": wanted}
    if not unread:
        return said
    left = ngettext("%(count)s is left for later", "%(count)s are left for later", unread) % {"count": unread}
    return _("%(one)s, %(other)s") % {"one": said, "other": left}
