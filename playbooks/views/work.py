"""My work: what do I owe?"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from playbooks.queries.owing import Owed
from playbooks.queries.work import work_of
from sentinel.core.access import WorkspaceRequest, needs
from sentinel.core.permissions import Permission


@dataclass(frozen=True, slots=True)
class Row:
    """A line with the addresses where it is done; `verb_url` is "" where one click is not enough."""

    line: Owed
    url: str
    verb_url: str


@require_GET
@needs(Permission.VIEW)
def work(request: WorkspaceRequest) -> HttpResponse:
    """Overdue, now, today, later; and what others owe me."""
    read = work_of(request.membership, timezone.now())
    context = {
        "work": read,
        "groups": [(group, _rows(request, group.lines)) for group in read.groups],
        "waiting": _rows(request, read.waiting),
    }
    return render(request, "playbooks/work.html", context)


def _rows(request: WorkspaceRequest, lines: Iterable[Owed]) -> list[Row]:
    slug = request.workspace.slug
    return [
        Row(
            line,
            reverse(line.page, args=[slug, *line.args]) + line.rest,
            reverse(line.verb, args=[slug, line.verb_id]) if line.verb else "",
        )
        for line in lines
    ]
