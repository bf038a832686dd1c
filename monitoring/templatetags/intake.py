"""Tags and filters of the pages of what people and programs bring."""

from typing import Any

from django import template
from django.utils.translation import gettext as _

from monitoring.intake.tables import Row
from monitoring.models import Post
from monitoring.queries.intake import attached_pictures

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
    """The pictures that were entered with a post, in full on the post's page."""
    captures = attached_pictures(post)
    shown = [(one.pk, bytes(one.body.sha256).hex()) for one in captures]
    return {"pictures": shown, "workspace": context["workspace"], "request": context["request"]}
