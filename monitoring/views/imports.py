"""Importing files: upload, say what the columns hold, watch it being read, take the rejected rows home."""

import json
import secrets
from itertools import islice
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from monitoring.intake.cells import look_of
from monitoring.intake.guessing import SAMPLED, propose
from monitoring.intake.mapping import TARGETS, apply, presets, problems_of, record_of
from monitoring.intake.records import BadRecordError
from monitoring.intake.tables import Row, TableError
from monitoring.intake_forms import ImportForm, MappingForm, preset_choices
from monitoring.intake_wording import (
    import_state,
    import_state_text,
    look_text,
    problem_text,
    table_problem,
    target_text,
    wrong_intake_state,
)
from monitoring.models import FileImport, RejectedRow, Subscription
from monitoring.operations.imports import (
    begin_import,
    discard_import,
    record_of_row,
    remembered_mapping,
    sample_of,
    start_import,
)
from monitoring.operations.sources import add_source
from monitoring.queries.intake import fillable, imports_of, kept_until
from sentinel.core.access import WorkspaceRequest, in_workspace, needs
from sentinel.core.csv_text import csv_text
from sentinel.core.operations import WrongStateError
from sentinel.core.permissions import Permission

SHOWN = 50
SAMPLES = 5
RETENTION_DAYS = 180


@require_GET
@needs(Permission.EDIT_SOURCES)
def import_list(request: WorkspaceRequest) -> HttpResponse:
    """The files that were imported, those under way with their progress."""
    shown = [_shown(one) for one in imports_of(request.workspace)[:SHOWN]]
    context = {"section": "sources", "imports": shown, "is_moving": any(one["is_moving"] for one in shown)}
    part = "#live" if request.headers.get("HX-Request") else ""
    return render(request, f"monitoring/import_list.html{part}", context)


def _shown(one: FileImport) -> dict[str, Any]:
    state = import_state(one)
    return {
        "file": one,
        "state": state,
        "words": import_state_text(state),
        "is_moving": state == "reading",
        "known": one.done - one.new_posts - one.rejected,
        "problem": table_problem(one.problem) if one.problem else "",
    }


@require_http_methods(["GET", "POST"])
@needs(Permission.EDIT_SOURCES)
def import_add(request: WorkspaceRequest) -> HttpResponse:
    """Upload a file; nothing is stored of it before its columns are chosen."""
    subscriptions = list(fillable(request.workspace))
    initial = {"source": request.GET.get("source", "")}
    form = ImportForm(request.POST or None, request.FILES or None, subscriptions=subscriptions, initial=initial)
    if request.method == "POST" and form.is_valid():
        begun = _begin(request, form, {str(one.pk): one for one in subscriptions})
        return redirect("import-map", workspace=request.workspace.slug, import_id=begun.pk)
    context = {"section": "sources", "form": form}
    return render(request, "monitoring/import_add.html", context, status=422 if form.errors else 200)


def _begin(request: WorkspaceRequest, form: ImportForm, known: dict[str, Subscription]) -> FileImport:
    given, now = form.cleaned_data, timezone.now()
    subscription = known.get(given["source"])
    if subscription is None:
        identity = secrets.token_hex(8)
        subscription = add_source(
            workspace=request.workspace,
            kind="file",
            definition={"id": identity},
            url=f"sentinel:file/{identity}",
            zone=request.workspace.time_zone,
            interval=None,
            name=given["name"],
            retention_days=RETENTION_DAYS,
            by=request.user,
            now=now,
            channel="social",
            is_pushed=True,
        )
    return begin_import(
        subscription=subscription,
        name=given["file"].name,
        format=given["format"],
        data=given["data"],
        zone=subscription.source.zone,
        by=request.user,
        now=now,
    )


@require_http_methods(["GET", "POST"])
@needs(Permission.EDIT_SOURCES)
def import_map(request: WorkspaceRequest, import_id: int) -> HttpResponse:
    """Say what the columns hold; proposed from the last file alike or a vendor's export.

    `?preset=` asks for one, `?sheet=` for another sheet of a workbook.
    """
    file_import = _find(request, import_id)
    if file_import.mapping:
        return redirect("import", workspace=request.workspace.slug, import_id=import_id)
    try:
        table = sample_of(file_import, request.POST.get("sheet") or request.GET.get("sheet", ""))
        sampled = list(islice(table.rows, SAMPLED))
    except TableError as error:
        context = {"section": "sources", "file": file_import, "problem": table_problem(error.code)}
        return render(request, "monitoring/import_broken.html", context)
    rows = sampled[:SAMPLES]
    preset, mapping, is_remembered = _proposal(request, file_import, table.columns, sampled)
    initial = {**mapping, "zone": file_import.zone, "also": table.alike}
    form = MappingForm(request.POST or None, columns=table.columns, alike=table.alike, initial=initial)
    if request.method == "POST" and form.is_valid():
        mapping = form.mapping()
        form.refuse(problems_of(mapping))
        if not form.errors:
            sheets = [table.sheet, *form.cleaned_data["also"]] if table.sheet else []
            return _start(request, file_import, mapping, form.cleaned_data["zone"], sheets)
    context = {
        "section": "sources",
        "file": file_import,
        "table": table,
        "unlike": [name for name in table.others if name not in table.alike],
        "rows": rows,
        "form": form,
        "samples": _samples(rows, form, file_import),
        "unused": _unused(table.columns, sampled, form),
        "preset": preset,
        "presets": preset_choices(),
        "is_remembered": is_remembered,
    }
    return render(request, "monitoring/import_map.html", context, status=422 if form.errors else 200)


def _proposal(
    request: WorkspaceRequest, file_import: FileImport, columns: list[str], rows: list[Row]
) -> tuple[Any, dict[str, str], bool]:
    """The preset, what is proposed, and whether the workspace chose it itself before."""
    wanted = next((one for one in presets() if one.key == request.GET.get("preset")), None)
    if wanted:
        return wanted, apply(wanted, columns), False
    preset, guessed = propose(columns, [row.cells for row in rows])
    remembered = remembered_mapping(file_import.workspace_id, columns)
    return preset, remembered or guessed, bool(remembered)


def _samples(rows: list[Row], form: MappingForm, file_import: FileImport) -> list[dict[str, Any]]:
    """What the first rows would become by the columns that the page shows: each field, and from which column."""
    mapping = _shown_mapping(form)
    samples = []
    for row in rows:
        said = record_of(row, mapping)
        read = {**said, **said.get("figures", {})}
        problems = []
        try:
            taken = record_of_row(row, mapping, "", timezone.now(), file_import.zone).item
            at = taken.published_at
            read |= {"published_at": f"{at:%Y-%m-%d %H:%M}" if at else "", **taken.figures}
        except BadRecordError as error:
            problems = [
                {"field": mapping.get(one.field, one.field), "text": problem_text(one.code)} for one in error.problems
            ]
        values = [
            (target_text(target), str(read[target])[:200], _columns_of(target, mapping))
            for target in TARGETS
            if read.get(target) not in (None, "", {})
        ]
        samples.append({"number": row.number, "values": values, "problems": problems})
    return samples


def _shown_mapping(form: MappingForm) -> dict[str, str]:
    return {one.name: str(one.value()) for one in form.target_fields() if one.value()}


def _columns_of(target: str, mapping: dict[str, str]) -> str:
    """The columns that a field is read from: a time may stand in two, a text's excerpt in another."""
    also = {"published_at": "time", "text": "snippet"}.get(target, "")
    return " + ".join(column for column in (mapping.get(target), mapping.get(also)) if column)


def _unused(columns: list[str], rows: list[Row], form: MappingForm) -> list[tuple[str, str, str]]:
    """The columns that the page makes nothing of: name, what their cells look like, the first that says something."""
    taken = set(_shown_mapping(form).values())
    left = []
    for column in columns:
        cells = [str(cell) for row in rows if (cell := row.cells.get(column)) not in (None, "")]
        if column not in taken:
            left.append((column, look_text(look_of(cells).kind), cells[0][:80] if cells else ""))
    return left


def _start(
    request: WorkspaceRequest, file_import: FileImport, mapping: dict[str, str], zone: str, sheets: list[str]
) -> HttpResponse:
    given: dict[str, Any] = {"mapping": mapping, "zone": zone, "sheets": sheets}
    try:
        start_import(file_import=file_import, **given, by=request.user, now=timezone.now())
    except WrongStateError as error:
        messages.error(request, wrong_intake_state(error.code))
    return redirect("import", workspace=request.workspace.slug, import_id=file_import.pk)


@require_http_methods(["GET", "POST"])
@needs(Permission.EDIT_SOURCES)
def import_page(request: WorkspaceRequest, import_id: int) -> HttpResponse:
    """How far a file is; POST throws one away whose columns were not chosen yet."""
    file_import = _find(request, import_id)
    if request.method == "POST":
        return _discard(request, file_import)
    if not file_import.mapping:
        return redirect("import-map", workspace=request.workspace.slug, import_id=import_id)
    rejected = RejectedRow.objects.filter(file_import=file_import).order_by("sheet", "number")[:SAMPLES]
    subscription = Subscription.objects.filter(workspace=request.workspace, source=file_import.source).first()
    context = {
        "section": "sources",
        "subscription": subscription,
        "one": _shown(file_import),
        "mapping": [(target_text(target), column) for target, column in file_import.mapping.items()],
        "rejected": [(row, _reasons(row)) for row in rejected],
        "has_sheets": len(file_import.sheets) > 1,
        "kept_until": kept_until(file_import),
    }
    part = "#live" if request.headers.get("HX-Request") else ""
    return render(request, f"monitoring/import.html{part}", context)


def _discard(request: WorkspaceRequest, file_import: FileImport) -> HttpResponse:
    try:
        discard_import(file_import=file_import, by=request.user, now=timezone.now())
    except WrongStateError as error:
        messages.error(request, wrong_intake_state(error.code))
    else:
        messages.success(request, _("“%(name)s” is deleted.") % {"name": file_import.name})
    return redirect("import-list", workspace=request.workspace.slug)


@require_GET
@needs(Permission.EDIT_SOURCES)
def import_rejected(request: WorkspaceRequest, import_id: int) -> HttpResponse:
    """The rows that could not be taken, as they stood in the file, with the reason: to correct and import again."""
    file_import = _find(request, import_id)
    rejected = list(RejectedRow.objects.filter(file_import=file_import).order_by("sheet", "number"))
    columns = list(dict.fromkeys(name for row in rejected for name in row.row))
    has_sheets = len(file_import.sheets) > 1
    head = [*([_("Sheet")] if has_sheets else []), _("Row"), _("Reason"), *columns]
    rows = [
        [
            *([row.sheet] if has_sheets else []),
            str(row.number),
            _reasons(row),
            *(str(row.row.get(name, "")) for name in columns),
        ]
        for row in rejected
    ]
    name = f"{file_import.name.rpartition('.')[0] or file_import.name}-rejected.csv"
    disposition = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return HttpResponse(
        csv_text([head, *rows]), content_type="text/csv; charset=utf-8", headers={"Content-Disposition": disposition}
    )


def _reasons(row: RejectedRow) -> str:
    return "; ".join(
        _("%(name)s: %(text)s") % {"name": one["field"], "text": problem_text(one["code"])}
        if one["field"]
        else problem_text(one["code"])
        for one in json.loads(json.dumps(row.problems))
    )


def _find(request: WorkspaceRequest, import_id: int) -> FileImport:
    found = in_workspace(request, FileImport.objects.select_related("source", "created_by", "workspace"), import_id)
    if found.source.owner_id != request.workspace.pk:
        raise Http404
    return found
