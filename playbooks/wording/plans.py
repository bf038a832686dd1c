"""Codes of plans, statements and their checks in the reader's language."""

from django.utils.translation import gettext as _

from playbooks.statements import Remark, RemarkKind
from playbooks.strategy import Verdict
from sentinel.core.formats import grouped


def verdict_advice(verdict: str) -> str:
    """What a response does under this verdict, in one line below the plan's title."""
    return {
        Verdict.PENDING: _(
            "While it is being checked: show care, say what is being done and when the next word comes; admit and deny "
            "no fault."
        ),
        Verdict.TRUE: _("It is true: apologise, say what was found, what we stand for and how we make it good."),
        Verdict.INACCURATE: _("It is not accurate: a short, plain clarification with evidence, on many channels."),
        Verdict.RUMOUR: _("It is a rumour: state the fact with evidence, and use lawful routes alone."),
    }[Verdict(verdict)]


def remark_text(remark: Remark) -> str:
    """What a remark is about, with the words that it is about."""
    said = {
        RemarkKind.OFFICIALESE: _("Official language: “%(text)s”"),
        RemarkKind.ABSOLUTE: _("Too absolute: “%(text)s”"),
        RemarkKind.ADMISSION: _("Reads as an admission: “%(text)s”"),
        RemarkKind.DENIAL: _("Reads as a denial: “%(text)s”"),
        RemarkKind.ATTACK: _("Attacks a person: “%(text)s”"),
        RemarkKind.OPEN_BLANK: _("Still to fill in: %(text)s"),
        RemarkKind.PLACEHOLDER: _("Perhaps still to fill in: “%(text)s”"),
        RemarkKind.TOO_LONG: _("Longer than the platform takes"),
        RemarkKind.LONG: _("Longer than people read there"),
        RemarkKind.UNDATED_UPDATE: _("The next update has no time beside it: “%(text)s”"),
    }[remark.kind]
    return said % {"text": remark.text}


def hint_text(hint: str) -> str:
    """How to put it better; empty where the remark says all."""
    return {
        "say-what-was-done": _("Say what was done, and when."),
        "say-sorry-plainly": _("Say sorry in plain words."),
        "apologise-without-if": _("Apologise without an “if”."),
        "say-what-is-true": _("State the fact itself."),
        "name-the-time": _("Name the time."),
        "name-who": _("Name who it is."),
        "say-what-changes": _("Say what changes."),
        "leave-out": _("This can be left out."),
        "do-not-threaten": _("Do not threaten; say what was lawfully done."),
        "do-not-lecture": _("Do not lecture; give the fact to pass on."),
        "do-not-belittle": _("Do not belittle it; say how many."),
        "say-what-was-tested": _("Say what was tested, by whom, with what result."),
        "promise-what-you-control": _("Promise what you control: what changes, by when."),
        "say-what-is-not-known": _("Say what is not known yet."),
        "speak-of-the-matter": _("Speak of the matter, not of persons."),
        "fill-the-blank": _("Fill it in, or take the sentence out."),
    }.get(hint, "")


def return_reasons() -> list[str]:
    """The quick reasons to send a plan back with; the words go into the reason itself."""
    return [
        _("A fact is wrong"),
        _("Something is missing"),
        _("The tone is wrong"),
        _("Not the right moment"),
        _("Beyond our authority"),
    ]


def department_names() -> list[str]:
    """Departments that commonly co-sign; any other can be typed."""
    return [_("Legal"), _("Quality"), _("Customer service"), _("Spokesperson")]


def cost_text(low: int | None, high: int | None) -> str:
    """A range of costs: 140,000–240,000."""
    if low is None and high is None:
        return ""
    if low is None or high is None:
        known = grouped(low if low is not None else high or 0)
        return _("from %(cost)s") % {"cost": known} if high is None else _("up to %(cost)s") % {"cost": known}
    return grouped(low) if low == high else f"{grouped(low)}–{grouped(high)}"
