"""The evidence of a crisis leaves as one archive that anyone can check."""

import hashlib
import io
import json
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from monitoring.models import Body, Post, PostHold, Subscription
from playbooks import exporting
from playbooks.exporting import export_round
from playbooks.models import Crisis, Evidence, EvidenceExport, ExportPiece
from playbooks.operations.collecting import file_evidence
from playbooks.operations.crises import open_crisis
from playbooks.operations.exports import KEPT, ask_export, forget_exports, note_export_progress
from sentinel.core.models import AuditEntry
from sentinel.core.net.types import Response
from sentinel.core.permissions import GRANTS, Permission
from tests.factories import NOW, Cast
from tests.monitoring.stage import HOUR, SPOILT, captured, item, subscribe, watch_brand
from tests.reading import signed_in

NAME = "王小明"
PAGE = f"<html>{NAME} 說{SPOILT}</html>".encode("big5", "replace")


@pytest.fixture
def post(cast: Cast) -> Post:
    watch_brand(cast)
    source = subscribe(cast).source
    Subscription.objects.update(legal_note="個資法第 19 條")
    answer = Response("https://dcard.example/p/1", 200, {"content-type": "text/html; charset=big5"}, PAGE)
    captured(source, item(author=NAME, title="異物", response=answer, figures={"likes": 3}))
    captured(source, item(SPOILT + "。更新", author=NAME, title="異物", response=answer), now=NOW + HOUR)
    return Post.objects.get()


@pytest.fixture
def crisis(cast: Cast, post: Post) -> Crisis:
    crisis = open_crisis(workspace=cast.workspace, title="鮮乳異物", level=2, summary="", by=cast.staff, now=NOW)
    file_evidence(crisis=crisis, post=post, note="第一手", by=cast.staff, now=NOW + HOUR)
    return crisis


def export(cast: Cast, crisis: Crisis, **form: str) -> zipfile.ZipFile:
    """Ask for the archive in the browser, let a worker build it, and take it."""
    staff = signed_in(cast.staff)
    asked = staff.post(f"/w/yaori/crises/{crisis.pk}/evidence/export/", form)
    assert asked.headers["Location"] == f"/w/yaori/crises/{crisis.pk}/collect/#evidence"
    assert export_round() == 1
    answer = staff.get(f"/w/yaori/evidence/exports/{EvidenceExport.objects.latest('pk').pk}/")
    assert answer["Content-Type"] == "application/zip"
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert int(answer["Content-Length"]) == len(content)
    return zipfile.ZipFile(io.BytesIO(content))


def manifest_of(archive: zipfile.ZipFile) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads(archive.read("manifest.json"))
    return manifest


def test_it_is_whole_by_the_usual_tool_and_its_manifest_is_proved_by_the_audit(
    cast: Cast, crisis: Crisis, tmp_path: Path
) -> None:
    archive = export(cast, crisis)
    archive.extractall(tmp_path)
    checked = subprocess.run(
        ["sha256sum", "-c", "SHA256SUMS"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout
    listed = {line.split("  ")[1] for line in archive.read("SHA256SUMS").decode().splitlines()}
    assert listed == set(archive.namelist()) - {"SHA256SUMS"}
    entry = AuditEntry.objects.get(verb="export-evidence")
    assert entry.data["sha256"] == hashlib.sha256(archive.read("manifest.json")).hexdigest()
    assert (entry.thread, entry.data["names"]) == (crisis.thread, "no")


def test_it_holds_the_words_the_versions_the_figures_and_the_bytes_as_received(cast: Cast, crisis: Crisis) -> None:
    archive = export(cast, crisis)
    (told,) = manifest_of(archive)["evidence"]
    assert archive.read(told["captures"][0]["file"]) == PAGE
    assert told["captures"][0]["headers"] == {"content-type": "text/html; charset=big5"}
    assert told["legal_note"] == "個資法第 19 條"
    assert (told["revision"], told["note"], told["check"]) == (2, "第一手", "same")
    assert archive.read("posts/001/text.txt").decode() == f"異物\n\n{SPOILT}。更新"
    assert [one["number"] for one in json.loads(archive.read("posts/001/versions.json"))] == [1, 2]
    assert archive.read("posts/001/figures.csv").decode().splitlines()[1].endswith("likes,3")
    page = archive.read("index.html").decode()
    assert "鮮乳異物" in page
    assert "<script" not in page


def test_names_are_pseudonyms_unless_somebody_asks_for_them_which_is_written_down(cast: Cast, crisis: Crisis) -> None:
    def outside_of_bodies(archive: zipfile.ZipFile) -> str:
        return "".join(archive.read(name).decode() for name in archive.namelist() if not name.startswith("bodies/"))

    assert NAME not in outside_of_bodies(export(cast, crisis))
    assert NAME in outside_of_bodies(export(cast, crisis, names="yes"))
    assert list(
        AuditEntry.objects.filter(verb="export-evidence").order_by("pk").values_list("data__names", flat=True)
    ) == [
        "no",
        "yes",
    ]


def test_a_body_that_was_tampered_with_is_called_out(cast: Cast, crisis: Crisis) -> None:
    tamper()
    archive = export(cast, crisis)
    assert [one["whole"] for one in manifest_of(archive)["evidence"][0]["captures"]] == [False, False]
    assert "not what was received" in archive.read("index.html").decode().lower()


def test_what_is_on_file_is_held(cast: Cast, crisis: Crisis, post: Post) -> None:
    assert PostHold.objects.get().reason == crisis.thread
    assert Evidence.objects.get().post == post


def test_an_empty_file_is_an_archive_too(cast: Cast) -> None:
    crisis = open_crisis(workspace=cast.workspace, title="空", level=4, summary="", by=cast.staff, now=NOW)
    assert manifest_of(export(cast, crisis))["evidence"] == []


# --- while it is built


def shown(cast: Cast, crisis: Crisis) -> str:
    """The list of archives as 雅婷 sees it, in English."""
    cast.staff.language = "en"
    cast.staff.save()
    return signed_in(cast.staff).get(f"/w/yaori/crises/{crisis.pk}/evidence/exports/").content.decode()


def test_the_page_shows_how_far_it_is_and_when_it_is_ready(
    cast: Cast, crisis: Crisis, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def look(**progress: Any) -> None:
        note_export_progress(**progress)
        seen.append(shown(cast, crisis))

    monkeypatch.setattr(exporting, "note_export_progress", look)
    ask_export(crisis=crisis, with_names=False, language="en", by=cast.staff, now=timezone.now())
    waiting = shown(cast, crisis)
    assert "waits for a worker" in waiting
    assert "data-moving" in waiting
    assert export_round() == 1
    assert "0 / 1" in seen[0]
    ready = shown(cast, crisis)
    made = EvidenceExport.objects.get()
    assert f"/w/yaori/evidence/exports/{made.pk}/" in ready
    assert made.manifest_sha256 in ready
    assert "data-moving" not in ready
    page = signed_in(cast.staff).get(f"/w/yaori/crises/{crisis.pk}/collect/").content.decode()
    assert made.manifest_sha256 in page


def test_asking_again_while_it_is_packed_asks_for_the_same(cast: Cast, crisis: Crisis) -> None:
    for _ in range(3):
        ask_export(crisis=crisis, with_names=False, language="en", by=cast.staff, now=timezone.now())
    assert EvidenceExport.objects.count() == 1


def test_one_that_cannot_be_built_is_tried_again_and_then_says_so(
    cast: Cast, crisis: Crisis, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(*_: Any, **__: Any) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(exporting, "evidence_archive", no_room)
    ask_export(crisis=crisis, with_names=False, language="en", by=cast.staff, now=timezone.now())
    export_round()
    assert "tried again by itself" in shown(cast, crisis)
    assert "no space left on device" in shown(cast, crisis)
    for _ in range(2):
        EvidenceExport.objects.update(due_at=timezone.now())
        export_round()
    assert "could not be built" in shown(cast, crisis)
    made = EvidenceExport.objects.get()
    assert made.parked_at is not None
    assert signed_in(cast.staff).get(f"/w/yaori/evidence/exports/{made.pk}/").status_code == 404
    assert not AuditEntry.objects.filter(verb="export-evidence").exists()


def test_an_archive_is_kept_for_a_day_in_pieces_of_a_bounded_size(
    cast: Cast, crisis: Crisis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "PIECE", 100)
    assert manifest_of(export(cast, crisis))["evidence"]
    assert ExportPiece.objects.count() > 10
    forget_exports(now=timezone.now() + KEPT - HOUR)
    assert EvidenceExport.objects.exists()
    forget_exports(now=timezone.now() + KEPT + HOUR)
    assert not ExportPiece.objects.exists()


def test_one_with_names_is_for_those_alone_who_may_see_names(
    cast: Cast, crisis: Crisis, monkeypatch: pytest.MonkeyPatch
) -> None:
    export(cast, crisis, names="yes")
    granted = {role: {one for one in held if one != Permission.REVEAL_AUTHOR} for role, held in GRANTS.items()}
    monkeypatch.setattr("sentinel.core.permissions.GRANTS", granted)
    made = EvidenceExport.objects.get()
    assert signed_in(cast.staff).get(f"/w/yaori/evidence/exports/{made.pk}/").status_code == 403


def tamper() -> None:
    """Change the stored bytes as only somebody with the database's keys could."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE monitoring_body DISABLE TRIGGER body_is_never_changed")
        Body.objects.update(data=b"x\x9c tampered")
        cursor.execute("ALTER TABLE monitoring_body ENABLE TRIGGER body_is_never_changed")
