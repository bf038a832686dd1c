"""`manage.py import_posts FILE --workspace SLUG --source NAME`: import a file of posts, here and now.

Progress goes to standard error. The file is imported as the browser does it, by the same turns, so that what is ended
half-way goes on by itself in a running installation.
"""

import argparse
import json
import secrets
import time
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from monitoring.intake.guessing import SAMPLED, propose
from monitoring.intake.mapping import TARGETS, Mapped, apply, presets, problems_of
from monitoring.intake.tables import FORMATS, TableError, format_of, open_table
from monitoring.intake_wording import mapping_problem, problem_text, table_problem
from monitoring.models import FileImport, RejectedRow, Subscription
from monitoring.operations.imports import IMPORTS, LARGEST, begin_import, remembered_mapping, start_import
from monitoring.operations.sources import add_source
from sentinel.core.models import Membership, User, Workspace

RETENTION_DAYS = 180
SHOWN = 20
LOOK_AGAIN = 0.5  # seconds, while a worker has the file


class Command(BaseCommand):
    help = "Import posts from a CSV, Excel or JSON-lines file."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--workspace", required=True, help="the workspace's name in addresses")
        parser.add_argument("--source", required=True, help="name of the source; made where there is none yet")
        parser.add_argument("--by", default="", help="e-mail address of who imports; by default an admin")
        parser.add_argument("--preset", choices=[one.key for one in presets()], help="read it like this export")
        parser.add_argument("--column", action="append", default=[], metavar="FIELD=COLUMN", help=", ".join(TARGETS))
        parser.add_argument("--zone", default="", help="time zone of the times; by default the workspace's")
        parser.add_argument(
            "--sheet", action="append", default=[], help="of a workbook; several are read by the columns of the first"
        )
        parser.add_argument("--format", choices=FORMATS, help="by default as the file looks")

    def handle(self, *_: Any, **options: Any) -> None:
        workspace = Workspace.objects.filter(slug=options["workspace"]).first()
        if workspace is None:
            raise CommandError(f"There is no workspace {options['workspace']!r}.")
        file: Path = options["file"]
        data = _bytes_of(file)
        try:
            kind = options["format"] or format_of(file.name, data)
            table = open_table(kind, data, next(iter(options["sheet"]), ""))
            rows = [row.cells for row in islice(table.rows, SAMPLED)]
        except TableError as error:
            raise CommandError(table_problem(error.code)) from error
        if unknown := sorted({*options["sheet"]} - {table.sheet, *table.others}):
            raise CommandError(f"There is no sheet {', '.join(unknown)}.")
        mapping = _mapping(workspace, table.columns, rows, options["preset"], options["column"])
        by = _person(workspace, options["by"])
        subscription = _source(workspace, options["source"], by)
        zone = options["zone"] or workspace.time_zone
        now = timezone.now()
        begun = begin_import(
            subscription=subscription, name=file.name, format=kind, data=data, zone=zone, by=by, now=now
        )
        start_import(file_import=begun, mapping=mapping, sheets=options["sheet"], zone=zone, by=by, now=now)
        unused = [column for column in table.columns if column not in mapping.values()]
        self.stderr.write(f"columns: {mapping}; not used: {', '.join(unused) or 'none'}")
        self._work(begun)

    def _work(self, begun: FileImport) -> None:
        """Do the file's turns until it is read, or wait where a worker does them."""
        while begun.finished_at is None:
            if begun.parked_at:
                raise CommandError(f"Stopped by a fault: {begun.error}")
            if not IMPORTS.run(now=timezone.now()):
                time.sleep(LOOK_AGAIN)
            begun.refresh_from_db()
            total = begun.rows if begun.rows is not None else "?"
            self.stderr.write(f"\r{begun.done} / {total} rows", ending="")
        self.stderr.write("")
        self._report(begun)

    def _report(self, begun: FileImport) -> None:
        known = begun.done - begun.new_posts - begun.rejected
        counts = {"rows": begun.rows, "new": begun.new_posts, "known": known, "rejected": begun.rejected}
        self.stdout.write(json.dumps({"import": begun.pk, **counts}))
        for row in RejectedRow.objects.filter(file_import=begun).order_by("sheet", "number")[:SHOWN]:
            reasons = "; ".join(f"{one['field']}: {problem_text(one['code'])}" for one in row.problems)
            self.stderr.write(f"row {row.number}: {reasons}")
        if begun.problem:
            raise CommandError(table_problem(begun.problem))


def _bytes_of(file: Path) -> bytes:
    try:
        if file.stat().st_size > LARGEST:
            raise CommandError(table_problem("too-large"))
        return file.read_bytes()
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}") from error


def _mapping(
    workspace: Workspace, columns: list[str], rows: list[dict[str, Any]], preset: str | None, chosen: list[str]
) -> Mapped:
    """The columns by the preset, by what was chosen for such a file before, or as proposed; then as written."""
    wanted = next((one for one in presets() if one.key == preset), None)
    mapping = (
        apply(wanted, columns) if wanted else (remembered_mapping(workspace.pk, columns) or propose(columns, rows)[1])
    )
    for one in chosen:
        target, _, column = one.partition("=")
        if target not in TARGETS or column not in columns:
            raise CommandError(f"{one!r} is not FIELD=COLUMN; the file has the columns {', '.join(columns)}.")
        mapping = {**{name: held for name, held in mapping.items() if held != column}, target: column}
    problems = problems_of(mapping)
    if problems:
        raise CommandError(f"{mapping_problem(problems[0])} ({', '.join(columns)})")
    return mapping


def _person(workspace: Workspace, email: str) -> User:
    members = Membership.objects.filter(workspace=workspace, roles__contains=["admin"]).select_related("user")
    found = members.filter(user__email=email.lower()).first() if email else members.order_by("pk").first()
    if found is None:
        raise CommandError("An admin of the workspace is needed to import.")
    return found.user


def _source(workspace: Workspace, name: str, by: User) -> Subscription:
    """The pushed source of that name, or a new one."""
    found = Subscription.objects.filter(workspace=workspace, name=name, source__is_pushed=True)
    identity = secrets.token_hex(8)
    return found.select_related("source", "workspace").first() or add_source(
        workspace=workspace,
        kind="file",
        definition={"id": identity},
        url=f"sentinel:file/{identity}",
        zone=workspace.time_zone,
        interval=None,
        name=name,
        retention_days=RETENTION_DAYS,
        by=by,
        now=timezone.now(),
        channel="social",
        is_pushed=True,
    )
