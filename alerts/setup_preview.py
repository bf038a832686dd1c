"""What the set-up page shows of the first topic while the names are typed."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from monitoring.matching import Document, QueryError, ambiguous, explain, parse, suggest_brand_query
from monitoring.matching.printer import print_term
from monitoring.matching.query import terms_of

LONGEST_TRIAL = 2000
MOST_WARNED = 5


@dataclass(frozen=True, slots=True)
class TopicPreview:
    """The query in its words, and the names that will find strangers."""

    words: list[str]
    warnings: list[str]


@dataclass(frozen=True, slots=True)
class Trial:
    """Whether a sentence is matched, and why, in words."""

    matched: bool
    why: str


def preview_topic(names: Sequence[str]) -> TopicPreview:
    """The first topic for `names`; without words where there is nothing to look for yet."""
    try:
        words = [print_term(term) for term in terms_of(parse(suggest_brand_query(names)).root)]
    except QueryError:
        return TopicPreview([], [])
    return TopicPreview(words, [name for name in names if ambiguous(name)][:MOST_WARNED])


def try_sentence(names: Sequence[str], sentence: str) -> Trial | None:
    """Match a sentence; None where there is no sentence or nothing to look for yet."""
    if not sentence.strip():
        return None
    try:
        found = explain(parse(suggest_brand_query(names)), Document(sentence[:LONGEST_TRIAL]))
    except QueryError:
        return None
    if not found.matched:
        return Trial(False, _("It holds none of the names."))
    words = [_("“%(word)s”") % {"word": finding.params["term"]} for finding in found.findings]
    return Trial(True, _("because of %(words)s") % {"words": _(", ").join(words)})
