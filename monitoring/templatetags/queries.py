"""Filters of pages that show queries: why one cannot be read, and why it holds or not."""

from django import template
from django.utils.translation import gettext as _

from monitoring.matching import Explanation
from monitoring.wording import finding_text, query_error_text

register = template.Library()
register.filter("query_error_text", query_error_text)


@register.filter
def findings_text(explanation: Explanation) -> str:
    """The reasons in one line."""
    return _("; ").join(finding_text(finding) for finding in explanation.findings)
