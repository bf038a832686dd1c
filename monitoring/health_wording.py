"""How sources are doing, in the reader's language: the word of a state, why it is so, and what to do about it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from monitoring.queries.latencies import NORM
from monitoring.source_health import SourceHealth
from monitoring.source_wording import QUOTA_SPENT, field_text, outcome_text, pace_words, refusal_sign
from monitoring.sources import KINDS
from sentinel.core.formats import grouped
from sentinel.core.templatetags.sentinel import clock_text, span

NAMES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class StateWords:
    """A state of a source: its word, an icon of the sprite, and the kind of `components/state.html`."""

    label: str
    icon: str
    kind: str


def state_words(state: str) -> StateWords:
    """A state of `monitoring.source_health`; no two of them look alike."""
    return {
        "parked": StateWords(pgettext("source", "Stuck"), "circle-alert", "bad"),
        "blocked": StateWords(pgettext("source", "Blocked"), "ban", "bad"),
        "login": StateWords(pgettext("source", "Login needed"), "lock", "bad"),
        "robots": StateWords(pgettext("source", "Not allowed"), "hand", "bad"),
        "layout": StateWords(pgettext("source", "Layout changed"), "panels-top-left", "bad"),
        "down": StateWords(pgettext("source", "Down"), "unplug", "bad"),
        "late": StateWords(pgettext("source", "Late"), "clock-alert", "warn"),
        "empty": StateWords(pgettext("source", "Empty"), "circle-dashed", "warn"),
        "quiet": StateWords(pgettext("source", "Unusually quiet"), "volume-x", "warn"),
        "retrying": StateWords(pgettext("source", "Trying again"), "refresh-cw", "warn"),
        "waiting": StateWords(pgettext("source", "Not read yet"), "circle", "off"),
        "unsent": StateWords(pgettext("source", "Nothing received yet"), "inbox", "off"),
        "ok": StateWords(pgettext("source", "Well"), "check", "good"),
        "paused": StateWords(pgettext("source", "Paused"), "pause", "off"),
    }[state]


def source_told(health: SourceHealth) -> str:
    """Why a source is in its state, in one short sentence; of one that is well, what it is."""
    return _TOLD[health.state](health)


def source_explained(health: SourceHealth) -> str:
    """The same at length: since when, what the last visit said, and what was captured last."""
    source = health.subscription.source
    if health.state not in _FAILING:
        return source_told(health)
    said = outcome_text(source.outcome, source.outcome_detail)
    if source.failing_since:
        said = _("Since %(time)s: %(said)s") % {"time": clock_text(source.failing_since), "said": said}
    if health.is_hidden and source.last_item_at:
        last = _("Nothing was captured after %(time)s.") % {"time": clock_text(source.last_item_at)}
        said = _("%(sentence)s %(next)s") % {"sentence": said, "next": last}
    return said


def source_advice(health: SourceHealth) -> str:
    """What a person can do about it; "" where nothing is to be done."""
    return {
        "parked": _("An admin can start it again on the System page."),
        "blocked": _(
            "Ask the site for access or read its official interface; until then colleagues can paste what matters."
        ),
        "login": _("Read the network's official interface instead, or let colleagues paste what matters."),
        "robots": _("Ask the site for its permission, or read another address of it."),
        "layout": _("Edit the source and test it: what is read has to be chosen anew."),
        "down": _("It is tried again by itself. If the site has moved, edit the address."),
        "late": _late_advice(health),
        "empty": _("Open the address in a browser. If there are posts, edit what is read."),
        "quiet": _("Open the address in a browser. If there are new posts, what is read misses them; edit it."),
        "unsent": _unsent_advice(health),
    }.get(health.state, "")


def standstill_sentence(since: datetime) -> str:
    """That nothing at all is collected, whatever the sources looked like at their last visits."""
    return _("Nothing has been collected since %(time)s: visits are due, and none is made.") % {
        "time": clock_text(since)
    }


def unseen_sentence(blind: Sequence[str], weak: Sequence[str], standstill: datetime | None = None) -> str:
    """What cannot be seen right now, by the names of sources; "" where nothing is hidden."""
    if standstill:
        return standstill_sentence(standstill)
    if blind and weak:
        return _("Not collected right now: %(names)s; unusually quiet: %(quiet)s.") % {
            "names": named(blind),
            "quiet": named(weak),
        }
    if blind:
        return _("Not collected right now: %(names)s.") % {"names": named(blind)}
    return _("Unusually quiet right now: %(quiet)s.") % {"quiet": named(weak)} if weak else ""


def named(names: Sequence[str]) -> str:
    """The first few names, and how many more there are."""
    shown = _(", ").join(names[:NAMES_SHOWN])
    rest = len(names) - NAMES_SHOWN
    return _("%(names)s and %(more)s more") % {"names": shown, "more": rest} if rest > 0 else shown


# --- one state each ---------------------------------------------------------------------------------------------------


def _paused(health: SourceHealth) -> str:
    subscription = health.subscription
    by = subscription.paused_by
    told = _("Paused by %(name)s") % {"name": by.name} if by else _("Paused")
    if subscription.pause_reason:
        told = _("%(paused)s: %(reason)s") % {"paused": told, "reason": subscription.pause_reason}
    if subscription.paused_until:
        until = clock_text(subscription.paused_until)
        told = _("%(paused)s; read again from %(time)s") % {"paused": told, "time": until}
    return told


def _parked(_health: SourceHealth) -> str:
    return _("Its visits failed again and again by a fault of ours.")


def _waiting(_health: SourceHealth) -> str:
    return _("The first visit is on its way.")


def _unsent(_health: SourceHealth) -> str:
    return _("It is never visited: its posts are sent to it, and none was so far.")


def _unsent_advice(health: SourceHealth) -> str:
    return {
        "api": _("Make a token, and let your program send the first posts with it."),
        "webhook": _("Enter its address in the form or the CRM, and send a first message."),
        "file": _("Import the first file."),
        "manual": _("Enter the first post by hand."),
    }.get(health.subscription.source.kind, "")


def _login(health: SourceHealth) -> str:
    n = health.subscription.source.failures
    return ngettext(
        "%(n)s visit led to the login page, which we do not get around",
        "%(n)s visits led to the login page, which we do not get around",
        n,
    ) % {"n": n}


def _blocked(health: SourceHealth) -> str:
    source = health.subscription.source
    if source.outcome_detail.startswith(QUOTA_SPENT):
        return outcome_text(source.outcome, source.outcome_detail)
    return ngettext(
        "%(n)s visit was refused (%(detail)s), which we do not get around",
        "%(n)s visits were refused (%(detail)s), which we do not get around",
        source.failures,
    ) % {"n": source.failures, "detail": refusal_sign(source.outcome_detail)[:60]}


def _robots(_health: SourceHealth) -> str:
    return _("The site's robots.txt closes this address to us.")


def _layout(health: SourceHealth) -> str:
    source = health.subscription.source
    lost = source.outcome_detail.removeprefix("lost: ")
    if lost != source.outcome_detail:
        return _("%(field)s is empty in every post now, what is read no longer matches") % {"field": field_text(lost)}
    return outcome_text(source.outcome, source.outcome_detail)


def _failed(health: SourceHealth) -> str:
    source = health.subscription.source
    status = source.outcome_detail.removeprefix("HTTP ")
    said = f"HTTP {status}" if source.outcome == "http" else outcome_text(source.outcome, source.outcome_detail)
    if source.failures < 2 or source.failing_since is None:
        return said
    return ngettext(
        "since %(time)s %(said)s, %(n)s time", "since %(time)s %(said)s, %(n)s times in a row", source.failures
    ) % {"said": said.rstrip(".。"), "time": clock_text(source.failing_since), "n": source.failures}


def _late(health: SourceHealth) -> str:
    slowest = span(health.latency.p95) if health.latency else ""
    interval = health.subscription.source.interval
    if interval > NORM.total_seconds() and not health.subscription.source.is_pushed:
        return _("It is visited %(pace)s only, which is rarer than once an hour.") % {"pace": pace_words(interval)}
    if health.missed:
        return ngettext(
            "%(n)s page waits for its turn at the pace that the site allows.",
            "%(n)s pages wait for their turn at the pace that the site allows.",
            health.missed,
        ) % {"n": health.missed}
    return _("One post in twenty comes later than %(slowest)s after its publication.") % {"slowest": slowest}


def _late_advice(health: SourceHealth) -> str:
    if health.subscription.source.is_pushed:
        return _("Whatever sends these posts sends them late.")
    if health.subscription.source.interval > NORM.total_seconds():
        return _("Edit the source and let it be visited more often.")
    return _("Read fewer pages of it at once, or split it into several sources.")


def _empty(health: SourceHealth) -> str:
    since = clock_text(health.since) if health.since else ""
    return _("Visits go well, but its lists are empty since %(time)s.") % {"time": since}


def _quiet(health: SourceHealth) -> str:
    detail = health.notice.detail if health.notice else {}
    seen, hours = int(detail.get("seen", 0)), timedelta(hours=float(detail.get("hours", 0)))
    usual = range_text(int(detail.get("low", 0)), int(detail.get("high", 0)))
    return ngettext(
        "Visits go well; %(n)s post in %(span)s, where %(usual)s are usual.",
        "Visits go well; %(n)s posts in %(span)s, where %(usual)s are usual.",
        seen,
    ) % {"n": grouped(seen), "span": span(hours), "usual": usual}


def _ok(health: SourceHealth) -> str:
    source = health.subscription.source
    if health.missed:
        missed = ngettext("%(count)s page could not be read", "%(count)s pages could not be read", health.missed)
        return missed % {"count": health.missed}
    kind = _(KINDS[source.kind].NAME)
    if source.is_pushed:
        return _("%(kind)s, comes by itself") % {"kind": kind}
    return _("%(kind)s, %(pace)s") % {"kind": kind, "pace": pace_words(source.interval)}


_TOLD: dict[str, Callable[[SourceHealth], str]] = {
    "parked": _parked,
    "blocked": _blocked,
    "login": _login,
    "robots": _robots,
    "layout": _layout,
    "down": _failed,
    "late": _late,
    "empty": _empty,
    "quiet": _quiet,
    "retrying": _failed,
    "waiting": _waiting,
    "unsent": _unsent,
    "ok": _ok,
    "paused": _paused,
}


_FAILING = ("blocked", "login", "robots", "layout", "down", "retrying")


def range_text(low: int, high: int) -> str:
    """A range of posts: 33–61, or 33 alone."""
    return grouped(low) if low == high else f"{grouped(low)}–{grouped(high)}"
