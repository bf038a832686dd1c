"""Template filters of people."""

from collections.abc import Iterable

from django import template
from django.utils.translation import gettext as _

from sentinel.core.audit_words import ROLE_WORDS
from sentinel.core.permissions import Role

register = template.Library()


@register.filter
def role_words(roles: Iterable[str]) -> str:
    """`["admin", "staff"]` → "PR staff, admin", in the order of the roles."""
    return _(", ").join(in_order(roles))


@register.filter
def in_order(roles: Iterable[str]) -> list[str]:
    """The words of the roles, one each, in the order of the roles."""
    held = set(roles)
    return [str(ROLE_WORDS[role]) for role in Role if role in held]
