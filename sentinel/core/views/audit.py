"""Who did what, and when."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from sentinel.core.access import WorkspaceRequest, needs
from sentinel.core.audit_words import facts, kind_words, verb_words
from sentinel.core.csv_text import csv_text
from sentinel.core.forms import AuditFilterForm
from sentinel.core.models import AuditEntry, AuditEntryQuerySet
from sentinel.core.permissions import Permission

PAGE = 50
MOST_EXPORTED = 20_000


@require_GET
@needs(Permission.VIEW_AUDIT)
def audit(request: WorkspaceRequest) -> HttpResponse:
    """The trail, newest first."""
    everything = AuditEntry.objects.visible_to(request.workspace, request.user)
    form = _filter(request, everything)
    narrowed = form.narrow(everything)
    page = narrowed.one_page(request.GET, PAGE)
    chosen = {name: value for name, value in request.GET.items() if value and name in form.fields}
    return render(
        request,
        "core/audit.html",
        {
            "form": form,
            "entries": [_words(entry) for entry in page.entries],
            "is_narrowed": bool(chosen),
            "newer_url": page.newer and f"?{urlencode({**chosen, 'after': page.newer})}",
            "older_url": page.older and f"?{urlencode({**chosen, 'before': page.older})}",
            "export_url": f"{reverse('audit-export', args=[request.workspace.slug])}?{urlencode(chosen)}",
        },
    )


@require_GET
@needs(Permission.VIEW_AUDIT)
def export(request: WorkspaceRequest) -> HttpResponse:
    """What the page's filters show, as CSV; the newest 20,000 entries of it."""
    everything = AuditEntry.objects.visible_to(request.workspace, request.user)
    entries = _filter(request, everything).narrow(everything).newest_first()[:MOST_EXPORTED]
    head = [_("Time"), _("Person"), pgettext("audit", "What"), _("Of what"), _("Name"), _("Number"), _("Details")]
    response = HttpResponse(csv_text([head, *map(_row, entries)]), content_type="text/csv; charset=utf-8")
    day = timezone.localdate().isoformat()
    response["Content-Disposition"] = f'attachment; filename="audit-{request.workspace.slug}-{day}.csv"'
    return response


def _filter(request: WorkspaceRequest, everything: AuditEntryQuerySet) -> AuditFilterForm:
    actors = everything.filter(actor_id__isnull=False).order_by("actor_id", "-at").distinct("actor_id")
    people = sorted(actors.values_list("actor_id", "actor_name"), key=lambda actor: str(actor[1]))
    return AuditFilterForm(request.GET, people=[(int(pk or 0), name) for pk, name in people])


def _words(entry: AuditEntry) -> dict[str, Any]:
    return {
        "entry": entry,
        "who": entry.actor_name or _("Sentinel itself"),
        "verb": verb_words(entry.verb),
        "kind": kind_words(entry.object_kind),
        "facts": facts(entry.data),
    }


def _row(entry: AuditEntry) -> list[str]:
    words = _words(entry)
    return [
        timezone.localtime(entry.at).isoformat(timespec="seconds"),
        words["who"],
        words["verb"],
        words["kind"],
        entry.object_label,
        entry.object_id,
        "; ".join(f"{name}: {value}" for name, value in words["facts"]),
    ]
