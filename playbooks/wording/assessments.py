"""Verdicts, responsibility, strategies and stakeholders in the reader's language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from playbooks.wording.codes import reputation_word, responsibility_word, strategy_word, verdict_word
from sentinel.core.templatetags.sentinel import tier_colour, tier_word


@dataclass(frozen=True, slots=True)
class Named:
    """A strategy in words: its name, and what it does or what harm it would do."""

    code: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class AdviceWords:
    """What follows from a verdict and a responsibility, in words; see `playbooks.strategy.Advice`."""

    strategies: Sequence[Named]
    effective: str
    reasons: Sequence[str]
    contradictions: Sequence[str]
    avoid: Sequence[Named]


def level_text(level: int) -> str:
    """Number, colour and word: «1 · Red · Critical»."""
    return f"{level} · {tier_colour(level)} · {tier_word(level)}"


def level_help(level: int) -> str:
    """When a level fits."""
    return {
        1: _("People are harmed or in danger, or the whole country talks about it"),
        2: _("Mainstream media report it, or it may grow into harm"),
        3: _("It spreads beyond where it began and is mostly negative"),
        4: _("A single complaint or a small circle"),
    }[level]


def verdict_help(verdict: str) -> str:
    """When a verdict fits, and what it leads to."""
    return {
        "pending": _("Not settled yet: say that it is being looked into, and admit or deny nothing"),
        "true": _("What is said happened: apologise, remedy, own it"),
        "inaccurate": _("Exaggerated, outdated or misunderstood: a short, plain clarification"),
        "rumour": _("Made up to do harm: preserve evidence, rebut, report it lawfully"),
    }[verdict]


def responsibility_help(responsibility: str) -> str:
    """When a responsibility fits."""
    return {
        "unknown": _("The cause is open"),
        "victim": _("Harmed ourselves: nature, tampering, rumour"),
        "accidental": _("Not intended and hard to foresee: a technical fault, a charge against us"),
        "preventable": _("We knew or had to know: human error, a rule that was broken"),
    }[responsibility]


def stakeholder_gap_text(kind: str) -> str:
    """What is missing where a kind has no measure."""
    return {
        "victims": _("No measure yet. Who is harmed, and who calls them?"),
        "authorities": _("No measure yet. Which authority has to know, and until when?"),
        "partners": _("No measure yet. Which shops and suppliers wait for word?"),
        "media": _("No measure yet. Who answers enquiries?"),
        "public": _("No measure yet. Where do people find the one word that counts?"),
    }[kind]


def field_text(field: str) -> str:
    """A part of an assessment."""
    return {
        "level": pgettext("assessment", "Level"),
        "level_reason": pgettext("assessment", "Why this level"),
        "verdict": pgettext("assessment", "Verdict"),
        "verdict_evidence": pgettext("assessment", "Evidence of the verdict"),
        "responsibility": pgettext("assessment", "Responsibility"),
        "responsibility_reason": pgettext("assessment", "Why this responsibility"),
        "has_history": pgettext("assessment", "Similar crises before"),
        "reputation": pgettext("assessment", "Reputation before"),
        "victims": pgettext("assessment", "Who is harmed"),
        "damage": pgettext("assessment", "Damage"),
        "impact": pgettext("assessment", "Impact on the business"),
        "diagnosis": pgettext("assessment", "First diagnosis of the cause"),
    }[field]


def value_text(field: str, value: Any) -> str:
    """What a part of an assessment says."""
    if field == "level":
        return level_text(value)
    if field == "has_history":
        return pgettext("history", "Yes") if value else pgettext("history", "No")
    words = {"verdict": verdict_word, "responsibility": responsibility_word, "reputation": reputation_word}
    return words[field](value) if field in words else str(value)


def strategy_text(strategy: str) -> Named:
    """A strategy, and what it does."""
    text = {
        "instructing": _("Say how people protect themselves: what to stop, where to ask, how to return it."),
        "adjusting": _(
            "Show care, say what happened as far as known, what is being done, and when the next word comes."
        ),
        "deny": _("Say shortly and plainly that it is not so, with the proof."),
        "diminish": _(
            "Explain how it came about and how far it reaches, without making it small for those who are harmed."
        ),
        "rebuild": _("Apologise sincerely and promptly, take the responsibility, remedy and compensate."),
        "bolster": _("Thank those who help and recall what was done well, beside another strategy and never alone."),
    }[strategy]
    return Named(strategy, strategy_word(strategy), text)


def avoided_text(strategy: str) -> Named:
    """A strategy to keep away from, and what harm it would do."""
    text = {
        "deny": _("A denial that falls later costs more than the matter itself."),
        "diminish": _("It would read as an excuse or as half an admission."),
        "rebuild": _("An apology now would read as an admission of fault."),
        "bolster": _("Without goodwill, praise of oneself makes people angry."),
        "attack-accuser": _("Never: it makes a second crisis, and may harm a victim."),
        "scapegoat": _("Never: the public holds the one responsible whose name is on the product."),
    }[strategy]
    return Named(strategy, strategy_word(strategy), text)


def reason_text(reason: str) -> str:
    """Why the advice is what it is; see `playbooks.strategy.ReasonCode`."""
    return {
        "information-first": _("People come first: how not to be harmed, then care and what is being done."),
        "pending": _("The verdict is pending, so neither an apology nor a denial stands on firm ground."),
        "information-enough": _(
            "We are harmed ourselves, without history and without a poor name: information is enough."
        ),
        "accident": _("An accident: the explanation counts, beside the care."),
        "preventable": _("It could have been prevented: only taking responsibility rebuilds trust."),
        "true-not-judged": _("It is true and nobody has judged the responsibility: own it until somebody has."),
        "false-claim": _("What is said is not so, and none of it is ours: it may be denied."),
        "partly-ours": _("What is said is not exact, but a part of it is ours: correct it and answer for that part."),
        "lifted-by-history": _("Similar crises before: the public lays more of it at our door than we would."),
        "lifted-by-reputation": _("A poor name before: the public lays more of it at our door than we would."),
        "denial-will-be-doubted": _("A denial will be doubted here: let a third party confirm it."),
        "goodwill": _("A good name before: recalling it helps, beside the rest."),
        "no-goodwill": _("There is no goodwill to draw on."),
        "rumour-but-responsible": _("A malicious rumour for which we are responsible: look at one of the two again."),
        "inaccurate-but-preventable": _(
            "Inaccurate, and yet preventable by us: look again whether the core of it is true."
        ),
        "responsible-before-verdict": _(
            "The responsibility is judged before the verdict: look again when the verdict is in."
        ),
    }[reason]


def advice_words(advice: Mapping[str, Any]) -> AdviceWords:
    """An advice (`dataclasses.asdict` of `playbooks.strategy.Advice`, or as kept with an assessment) in words."""
    contradictory = ("rumour-but-responsible", "inaccurate-but-preventable", "responsible-before-verdict")
    reasons = [str(reason) for reason in advice["reasons"]]
    return AdviceWords(
        strategies=[strategy_text(str(strategy)) for strategy in advice["strategies"]],
        effective=responsibility_word(str(advice["effective"])),
        reasons=[reason_text(reason) for reason in reasons if reason not in contradictory],
        contradictions=[reason_text(reason) for reason in reasons if reason in contradictory],
        avoid=[avoided_text(str(strategy)) for strategy in advice["avoid"]],
    )


def measures_text(covered: int, kinds: int) -> str:
    """How many kinds of stakeholders have a measure."""
    if covered == kinds:
        return _("each of the %(kinds)s kinds has a measure") % {"kinds": kinds}
    return _("%(covered)s of %(kinds)s kinds have a measure") % {"covered": covered, "kinds": kinds}
