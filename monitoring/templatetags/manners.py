"""Fragments of a source's page: how politely it is read, and how far back."""

from typing import Any

from django import template
from django.utils import timezone

from monitoring.manners_wording import history_text
from monitoring.models import BackRead, Subscription
from monitoring.operations.back_reading import KINDS_READ_BACK
from monitoring.queries.manners import manners_of

register = template.Library()


@register.inclusion_tag("monitoring/source_robots.html", takes_context=True)
def source_robots(context: dict[str, Any], subscription: Subscription) -> dict[str, Any]:
    """The robots.txt that is obeyed at a source, and what it says of its addresses."""
    manners = manners_of(subscription.source, timezone.now())
    return {"subscription": subscription, "manners": manners, "workspace": context["workspace"]}


@register.inclusion_tag("monitoring/source_history.html", takes_context=True)
def source_history(context: dict[str, Any], subscription: Subscription) -> dict[str, Any]:
    """How far a source was read back, with the verbs for admins."""
    source = subscription.source
    row = BackRead.objects.filter(source=source).first()
    return {
        "subscription": subscription,
        "row": row,
        "said": history_text(row) if row else "",
        "is_offered": source.kind in KINDS_READ_BACK and not (source.is_drill or source.is_pushed),
        "is_paused": bool(subscription.paused_at),
        "workspace": context["workspace"],
        "may": context.get("may"),
        "csrf_token": context.get("csrf_token"),
    }
