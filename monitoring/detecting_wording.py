"""What a first look at an address brought, in the reader's language."""

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from monitoring.detecting.checks import Check
from monitoring.detecting.offers import Offer
from monitoring.sources import KINDS
from monitoring.sources.presets import PRESETS, in_language


def check_name(name: str) -> str:
    """What was looked at."""
    return {
        "address": _("Address"),
        "robots": "robots.txt",
        "answer": _("Answer"),
        "login": _("Login"),
        "charset": _("Charset"),
    }[name]


def check_text(check: Check) -> str:
    """How that is."""
    words = {"address": _address, "robots": _robots, "answer": _answer, "login": _login, "charset": _charset}
    return words[check.name](check)


def _address(check: Check) -> str:
    moved = check.said["moved"]
    return _("let through, leads to %(url)s") % {"url": moved} if moved else _("let through, leads nowhere else")


def _robots(check: Check) -> str:
    if not check.said["allowed"]:
        return _("closes this address to us")
    if check.said["status"] != 200:
        return _("there is none: everything is allowed")
    delay = float(check.said["delay"])
    return _("allows it, a page every %(n)s seconds") % {"n": f"{delay:g}"} if delay else _("allows it")


def _answer(check: Check) -> str:
    return _("no page, but status %(status)s") % {"status": check.said["sign"]}


def _login(check: Check) -> str:
    sign = check.said["sign"]
    if check.state == "good":
        return _("not needed")
    if sign == "login":
        return _("this is the site's login page")
    return _("stands in the way (%(sign)s)") % {"sign": sign}


def _charset(check: Check) -> str:
    declared, actual = str(check.said["declared"]), str(check.said["actual"])
    if check.state == "warn":
        said = _("says %(declared)s, is %(actual)s; what it is counts")
        return said % {"declared": declared.upper(), "actual": actual.upper()}
    return actual.upper()


def offer_name(offer: Offer) -> str:
    """A way to read an address: its kind, and what the page calls it."""
    if offer.preset in PRESETS:
        return in_language(PRESETS[offer.preset].label, get_language() or "en")
    kind = _(KINDS[offer.kind].NAME)
    return _("%(kind)s: %(name)s") % {"kind": kind, "name": offer.name} if offer.name else kind


def offer_sign(offer: Offer) -> str:
    """What it was recognised by."""
    if offer.sign == "structure":
        rows = int(offer.seen)
        return ngettext("%(n)s row that repeats on the page", "%(n)s rows that repeat on the page", rows) % {"n": rows}
    said = {
        "is-feed": _("The address is a feed itself"),
        "is-sitemap": _("The address is a sitemap itself"),
        "software": _("The page shows its software: %(seen)s"),
        "names-feed": _("The page names this feed: %(seen)s"),
        "names-sitemap": _("robots.txt names this sitemap: %(seen)s"),
        "usual-place": _("Found where feeds usually are: %(seen)s"),
    }[offer.sign]
    if not offer.seen and offer.preset in PRESETS:
        return in_language(PRESETS[offer.preset].about, get_language() or "en")
    return said % {"seen": offer.seen}


def legal_note_of(offer: Offer) -> str:
    """On what ground a source like this is usually read, as a proposal."""
    note = PRESETS[offer.preset].legal_note if offer.preset in PRESETS else None
    return in_language(note, get_language() or "en")


def group_text(region: str) -> str:
    """A region of the starter pack."""
    return {"tw": _("Taiwan"), "cn": _("Mainland"), "hk": _("Hong Kong")}[region]


def opml_problem(code: str) -> str:
    """Why a list of feeds cannot be taken, and what to do."""
    return {
        "too-large": _("This file is larger than 2 MB. Export fewer subscriptions at a time."),
        "malformed": _(
            "This is not an OPML list. Export your subscriptions from your reader as OPML and send that file."
        ),
        "no-feeds": _("This OPML list names no feeds."),
        "none-ticked": _("Tick at least one feed."),
    }[code]


def added_text(added: int, known: int, refused: list[str]) -> str:
    """What became of the feeds that were ticked."""
    parts = [ngettext("%(n)s feed is read from now on.", "%(n)s feeds are read from now on.", added) % {"n": added}]
    if known:
        parts.append(ngettext("%(n)s was read already.", "%(n)s were read already.", known) % {"n": known})
    if refused:
        parts.append(_("Not a public address: %(names)s.") % {"names": ", ".join(refused)})
    return " ".join(parts)
