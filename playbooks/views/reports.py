"""The handling report (處理報告): what it will say, what it lacks, and the PDF."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from playbooks.models import Crisis
from playbooks.operations.reports import export_report
from playbooks.reports.compose import document_of
from playbooks.reports.document import Block, Document, Notice, Section, Subhead
from playbooks.reports.pdf import ReportError, pdf_of
from playbooks.reports.reading import read_report
from playbooks.reports.wording import labels
from sentinel.core.access import WorkspaceRequest, in_workspace, needs
from sentinel.core.permissions import Permission


@require_GET
@needs(Permission.VIEW)
def crisis_report(request: WorkspaceRequest, crisis_id: int) -> HttpResponse:
    """The summary, what the report still lacks, and the way to the file."""
    crisis = _crisis(request, crisis_id)
    return _page(request, crisis, _document(request, crisis))


@require_GET
@needs(Permission.VIEW)
def crisis_report_pdf(request: WorkspaceRequest, crisis_id: int) -> HttpResponse:
    """The report as a file; the page with the reason where it cannot be made."""
    crisis = _crisis(request, crisis_id)
    document = _document(request, crisis)
    try:
        made = pdf_of(document)
    except ReportError as error:
        return _page(request, crisis, document, problem=str(error), status=500)
    export_report(crisis=crisis, by=request.user, now=timezone.now())
    name = f"{crisis.label}-{document.kind}.pdf"
    return HttpResponse(
        made,
        content_type="application/pdf",
        headers={"Content-Disposition": content_disposition_header(as_attachment=True, filename=name)},
    )


def _crisis(request: WorkspaceRequest, crisis_id: int) -> Crisis:
    found = Crisis.objects.select_related("workspace", "alert", "earliest_post", "opened_by", "closed_by")
    return in_workspace(request, found, crisis_id)


def _document(request: WorkspaceRequest, crisis: Crisis) -> Document:
    return document_of(read_report(crisis, by=request.user, now=timezone.now()), labels())


def _page(
    request: WorkspaceRequest, crisis: Crisis, document: Document, *, problem: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "crisis": crisis,
        "document": document,
        "parts": _parts(document.sections[0]),
        "missing": [(section, lacks) for section in document.sections if (lacks := _lacks(section))],
        "problem": problem,
        "section": "crises",
    }
    return render(request, "playbooks/crisis_report.html", context, status=status)


def _parts(section: Section) -> list[tuple[Subhead | None, list[Block]]]:
    """What stands under each heading of a section; what stands under none comes one by one."""
    parts: list[tuple[Subhead | None, list[Block]]] = []
    for block in section.blocks:
        if isinstance(block, Subhead):
            parts.append((block, []))
        elif parts and parts[-1][0]:
            parts[-1][1].append(block)
        else:
            parts.append((None, [block]))
    return parts


def _lacks(section: Section) -> list[str]:
    return [block.text for block in section.blocks if isinstance(block, Notice) and block.missing]
