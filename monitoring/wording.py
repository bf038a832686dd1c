"""Codes of visits, posts and queries in the reader's language."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from monitoring.matching import Finding, QueryError
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


def mood_text(label: str) -> str:
    """The label of a mention."""
    return {"neg": _("Negative"), "pos": _("Positive"), "unsure": _("Not clear"), "": ""}[label]


def precision_text(precision: str) -> str:
    """How exactly a publication is known."""
    return {
        "second": pgettext("precision", "to the second"),
        "minute": pgettext("precision", "to the minute"),
        "hour": pgettext("precision", "to the hour"),
        "day": pgettext("precision", "to the day"),
        "month": pgettext("precision", "to the month"),
        "": pgettext("precision", "not stated"),
    }[precision]


def figure_text(name: str) -> str:
    """What a site counts; its own word where it is none that we know."""
    return {
        "reposts": _("Reposts"),
        "comments": _("Comments"),
        "likes": _("Likes"),
        "views": _("Views"),
        "shares": _("Shares"),
    }.get(name, name)


def category_text(category: str) -> str:
    """What a sensitive term is about."""
    return {
        "boycott": _("Boycott"),
        "coordination": _("Coordination"),
        "data_leak": _("Data leak"),
        "discrimination": _("Discrimination"),
        "environment": _("Environment"),
        "executive_scandal": _("Executives"),
        "food_safety": _("Food safety"),
        "fraud": _("Fraud"),
        "injury_death": _("Injury or death"),
        "labour": _("Labour"),
        "product_recall": _("Recall"),
        "product_safety": _("Product safety"),
        "regulator_police": _("Authorities"),
        "rumour": _("Rumour"),
    }.get(category, category)


def query_error_text(error: QueryError) -> str:
    """Why a query cannot be used, and what to do."""
    return _(error.message) % error.params


def finding_text(finding: Finding) -> str:
    """Why a query holds for a text, or what stopped it; see `monitoring.matching.explain.Finding`."""
    params = dict(finding.params)
    if "terms" in params:
        params["terms"] = _(", ").join(params["terms"])
    said = {
        "hit": _("“%(term)s” stands there"),
        "near": _("“%(left)s” and “%(right)s” stand %(distance)s characters apart"),
        "missing": _("“%(term)s” is missing"),
        "missing_any": _("none of these stands there: %(terms)s"),
        "too_far": _("“%(left)s” and “%(right)s” stand %(distance)s characters apart; %(limit)s are allowed"),
        "apart": _("“%(left)s” and “%(right)s” do not stand together in the title or in the text"),
        "excluded": _("the excluded word “%(term)s” stands there"),
        "excluded_near": _("the excluded words “%(left)s” and “%(right)s” stand close together"),
    }[finding.code] % params
    if finding.code == "hit" and params["count"] > 1:
        return _("%(said)s %(count)s times") % {"said": said, "count": params["count"]}
    return said
