"""Filters of the drill's pages."""

from django import template

from sentinel.drill import report_wording

register = template.Library()

register.filter("clock_span", report_wording.clock_span)
