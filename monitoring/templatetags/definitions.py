"""Filters of the pages of definitions."""

from django import template
from django.utils.translation import gettext as _

from monitoring.source_wording import channel_text
from monitoring.sources import KINDS
from monitoring.sources.definition_file import Problem, is_exportable

register = template.Library()
register.filter("channel_text", channel_text)


@register.filter
def has_definition(kind: str) -> bool:
    """Whether sources of this kind have a definition to look at and to take out."""
    return is_exportable(KINDS.get(kind))


@register.filter
def problem_text(problem: Problem) -> str:
    """What is wrong at a field of a file, in words."""
    text = _(problem.text)
    return text % {"value": problem.value} if problem.value else text
