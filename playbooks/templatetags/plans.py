"""Words and figures of plans in templates."""

from collections.abc import Iterable
from datetime import datetime

from django import template
from django.utils.translation import gettext as _

from playbooks.models import Candidate
from playbooks.models.plans import candidate_letter
from playbooks.plan_drafts import CandidateDraft
from playbooks.wording import codes
from playbooks.wording.plans import cost_text
from sentinel.core.templatetags.sentinel import clock_text

register = template.Library()

register.filter("answer_word", codes.answer_word)
register.filter("plan_status_word", codes.plan_status_word)
register.filter("fact_status_word", codes.fact_status_word)


@register.filter
def letter(index: int) -> str:
    """`{{ forloop.counter0|letter }}` → 甲, or A."""
    return candidate_letter(index + 1)


@register.filter
def strategy_names(strategies: Iterable[str]) -> str:
    """The strategies of a candidate in one line."""
    return _(", ").join(codes.strategy_word(code) for code in strategies)


@register.filter
def cost(candidate: Candidate | CandidateDraft) -> str:
    """What a candidate costs, as a range."""
    return cost_text(candidate.cost_low, candidate.cost_high)


@register.filter
def until(moment: datetime | None) -> str:
    """A deadline in short, or that there is none."""
    return clock_text(moment) if moment else _("no time yet")


@register.filter
def paragraphs(parts: Iterable[tuple[str, str]]) -> list[list[tuple[str, str]]]:
    """Pieces of a text `(text, kind)` by its paragraphs; blank lines part them."""
    rows: list[list[tuple[str, str]]] = [[]]
    for text, kind in parts:
        first, *further = text.split("\n")
        rows[-1].append((first, kind))
        rows += [[(line, kind)] for line in further]
    return [row for row in rows if any(text.strip() for text, _kind in row)]
