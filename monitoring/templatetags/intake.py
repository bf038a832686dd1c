"""Tags and filters of the pages of what people and programs bring."""

from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.translation import gettext as _

from monitoring.intake.tables import Row
from monitoring.models import Enquiry, Post
from monitoring.queries.intake import attached_files, attached_pictures, left_out_files
from sentinel.core.templatetags.sentinel import span

register = template.Library()


@register.filter
def delimiter_text(delimiter: str) -> str:
    """What stands between the cells of a file."""
    return {
        ",": _("commas"),
        "\t": _("tabs"),
        ";": _("semicolons"),
        "|": _("vertical bars"),
    }.get(delimiter, delimiter)


@register.filter
def cells(row: Row, columns: list[str]) -> list[str]:
    """A row's cells in the order of the columns; what is no row stands in the first."""
    texts = [str(row.cells.get(one, "")) for one in columns]
    return [row.broken, *texts[1:]] if row.broken else texts


@register.inclusion_tag("monitoring/entry_pictures.html", takes_context=True)
def entered_pictures(context: dict[str, Any], post: Post) -> dict[str, Any]:
    """What came with a post: entered pictures in full, a mail's files by name."""
    captures = attached_pictures(post)
    workspace = context["workspace"]
    return {
        "pictures": [(one.pk, bytes(one.body.sha256).hex()) for one in captures],
        "files": attached_files(workspace, post),
        "left_out": left_out_files(workspace, post),
        "workspace": workspace,
        "request": context["request"],
    }


@register.simple_tag
def enquiry_deadline(post: Post) -> datetime | None:
    """Until when an enquiry wants its answer; None: it is none, or names no time."""
    return Enquiry.objects.filter(post=post).values_list("answer_by", flat=True).first()


@register.filter
def time_left(deadline: datetime) -> str:
    """How long there is until a deadline, or since when it has passed."""
    left = deadline - timezone.now()
    if left.total_seconds() < 0:
        return _("%(span)s overdue") % {"span": span(-left)}
    return _("%(span)s left") % {"span": span(left)}


@register.filter
def has_passed(deadline: datetime) -> bool:
    """Whether a deadline is over."""
    return deadline < timezone.now()
