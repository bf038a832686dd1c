"""Tags and filters of the pages of what people and programs bring."""

from typing import Any

from django import template
from django.utils.translation import gettext as _

from monitoring.intake.tables import Row
from monitoring.models import Post
from monitoring.queries.intake import attached_files, attached_pictures, left_out_files

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
