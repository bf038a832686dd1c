"""Scenarios that a workspace writes itself."""

from datetime import datetime

from django.db import transaction

from sentinel.core import audit
from sentinel.core.models import User, Workspace
from sentinel.drill.models import ScenarioFile
from sentinel.drill.scenario import read_scenario


@transaction.atomic
def upload_scenario(*, workspace: Workspace, name: str, text: str, by: User, now: datetime) -> ScenarioFile:
    """Keep a scenario; one of the same name is replaced. Raises scenario.ScenarioError with all of its problems."""
    read_scenario(text)
    file, created = ScenarioFile.objects.update_or_create(
        workspace=workspace, name=name, defaults={"text": text, "uploaded_by": by, "uploaded_at": now}
    )
    audit.record(verb="add" if created else "edit", subject=file, by=by, now=now, workspace=workspace)
    return file


@transaction.atomic
def delete_scenario(*, file: ScenarioFile, by: User, now: datetime) -> None:
    """Forget a scenario; the drills that played it keep its text."""
    audit.record(verb="remove", subject=file, by=by, now=now, workspace=file.workspace)
    file.delete()
