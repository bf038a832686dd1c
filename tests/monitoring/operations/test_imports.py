"""A file is read in turns: nothing is lost when it is ended half-way, and nothing happens twice."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from openpyxl import Workbook

from monitoring.models import Analysis, ColumnMapping, FileImport, FilePiece, Mention, Post, RejectedRow
from monitoring.operations import imports
from monitoring.operations.imports import (
    IMPORTS,
    begin_import,
    discard_import,
    forget_abandoned_imports,
    remembered_mapping,
    start_import,
)
from sentinel.core.operations import WrongStateError
from tests.factories import NOW, Cast
from tests.monitoring.bring import pushed
from tests.monitoring.stage import DAY, watch_brand, work

MAPPING = {"title": "標題", "text": "內容", "url": "網址", "published_at": "時間"}


def table(rows: int = 5, bad: int = 0) -> bytes:
    lines = ["標題,內容,網址,時間"]
    lines += [f"曜日 {n},喝完肚子痛 {n},https://a.example/{n},2026-03-01 10:{n % 60:02}" for n in range(rows)]
    lines += [f"壞 {n},x,不是網址,2026-03-01" for n in range(bad)]
    return "\n".join(lines).encode("big5")


def begun(cast: Cast, data: bytes, *, kind: str = "csv", **more: Any) -> FileImport:
    subscription = cast.workspace.subscriptions.filter(source__kind="file").first() or pushed(cast, "file")
    given = {"name": "export.csv", "format": kind, "zone": "Asia/Taipei", "by": cast.admin, "now": NOW, **more}
    return begin_import(subscription=subscription, data=data, **given)


def started(cast: Cast, data: bytes, *, mapping: dict[str, str] = MAPPING, **more: Any) -> FileImport:
    file_import = begun(cast, data, **more)
    start_import(file_import=file_import, mapping=mapping, zone="Asia/Taipei", by=cast.admin, now=NOW)
    return file_import


def run(file_import: FileImport) -> FileImport:
    while IMPORTS.run(now=NOW):
        pass
    file_import.refresh_from_db()
    return file_import


def test_a_file_becomes_posts_and_says_how_many(cast: Cast) -> None:
    done = run(started(cast, table(rows=5, bad=2)))
    assert (done.rows, done.done, done.new_posts, done.rejected) == (7, 7, 5, 2)
    assert done.finished_at == NOW
    assert Post.objects.count() == 5
    assert not FilePiece.objects.exists()


def test_rejected_rows_are_kept_with_their_reasons(cast: Cast) -> None:
    run(started(cast, table(rows=1, bad=1)))
    row = RejectedRow.objects.get()
    assert (row.number, row.row["標題"]) == (3, "壞 0")
    assert row.problems == [{"field": "網址", "code": "not-a-url"}]


def test_importing_twice_does_no_harm(cast: Cast) -> None:
    run(started(cast, table()))
    again = run(started(cast, table()))
    assert (again.done, again.new_posts, again.rejected) == (5, 0, 0)
    assert Post.objects.count() == 5


def test_a_file_goes_on_where_it_stood(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "ROWS_A_TURN", 2)
    file_import = started(cast, table(rows=5))
    IMPORTS.run(now=NOW)  # cut into batches
    IMPORTS.run(now=NOW)
    file_import.refresh_from_db()
    assert (file_import.done, Post.objects.count(), file_import.finished_at) == (2, 2, None)
    assert run(file_import).done == 5


def test_a_turn_that_fails_is_done_again_from_its_beginning(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    file_import = started(cast, table(rows=3))
    IMPORTS.run(now=NOW)
    with monkeypatch.context() as broken:
        broken.setattr(imports, "receive_posts", lambda **_: 1 / 0)
        IMPORTS.run(now=NOW)
    file_import.refresh_from_db()
    assert (file_import.done, file_import.attempt, Post.objects.count()) == (0, 1, 0)
    FileImport.objects.update(due_at=NOW)
    assert run(file_import).new_posts == 3


def test_what_is_old_or_of_unknown_age_fills_history(cast: Cast) -> None:
    watch_brand(cast)
    lines = "標題,內容,網址,時間\n曜日,舊,https://a.example/1,2026-02-01 10:00\n曜日,新,https://a.example/2,2026-03-02 10:00\n曜日,不明,https://a.example/3,"
    run(started(cast, lines.encode()))
    run(started(cast, (lines + "\n曜日,也不明,https://a.example/4,").encode()))
    assert {post.text: post.is_history for post in Post.objects.all()} == {
        "舊": True,
        "新": False,
        "不明": True,
        "也不明": True,
    }
    work()
    assert Mention.objects.count() == 4


def test_the_row_as_it_stood_is_the_evidence(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    kept = imports.receive_posts
    monkeypatch.setattr(imports, "receive_posts", lambda **given: seen.extend(given["records"]) or kept(**given))
    run(started(cast, table(rows=1)))
    assert json.loads(seen[0].item.response.body)["標題"] == "曜日 0"


def test_a_file_that_breaks_off_gives_what_stands_before(cast: Cast) -> None:
    done = run(started(cast, table(rows=40) + b'\n"' + b"x" * 4_500_000))
    assert done.problem.startswith("line-too-long")
    assert done.new_posts == 40


def test_a_file_that_is_too_much_is_refused_as_a_whole(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "ROWS_A_TURN", 2)
    file_import = started(cast, table(rows=10))
    monkeypatch.setattr("monitoring.intake.tables.MOST_ROWS", 6)
    done = run(file_import)
    assert (done.problem, done.rows, Post.objects.count()) == ("too-many-rows", 0, 0)


def test_the_choice_of_columns_is_remembered_for_files_alike(cast: Cast) -> None:
    run(started(cast, table()))
    columns = ["標題", "內容", "網址", "時間"]
    assert remembered_mapping(cast.workspace.pk, columns) == MAPPING
    assert remembered_mapping(cast.workspace.pk, ["標題"]) == {}
    assert ColumnMapping.objects.count() == 1


def test_a_file_is_started_once_and_thrown_away_only_before(cast: Cast) -> None:
    file_import = started(cast, table())
    with pytest.raises(WrongStateError, match="started"):
        start_import(file_import=file_import, mapping=MAPPING, zone="UTC", by=cast.admin, now=NOW)
    with pytest.raises(WrongStateError, match="started"):
        discard_import(file_import=file_import, by=cast.admin, now=NOW)
    waiting = begun(cast, table())
    discard_import(file_import=waiting, by=cast.admin, now=NOW)
    assert not FileImport.objects.filter(pk=waiting.pk).exists()


def test_nothing_is_read_before_its_columns_are_chosen(cast: Cast) -> None:
    waiting = begun(cast, table())
    assert IMPORTS.run(now=NOW + DAY) == 0
    assert imports.sample_of(waiting).columns == ["標題", "內容", "網址", "時間"]


def test_of_a_long_file_the_beginning_tells_the_columns(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "PIECE", 200)
    long = begun(cast, table(rows=50).decode("big5").encode())
    sample = imports.sample_of(long)
    assert sample.columns == ["標題", "內容", "網址", "時間"]
    assert len(list(sample.rows)) < 10


def test_files_that_nobody_went_on_with_are_forgotten(cast: Cast) -> None:
    begun(cast, table())
    kept = started(cast, table())
    forget_abandoned_imports(now=NOW + DAY + DAY)
    assert [one.pk for one in FileImport.objects.all()] == [kept.pk]


def test_a_restart_of_the_importer_repeats_nothing(cast: Cast) -> None:
    """Two workers on one file: each batch is claimed by one of them."""
    file_import = started(cast, table())
    claimed = IMPORTS.claim(now=NOW, limit=1)
    assert claimed
    assert IMPORTS.claim(now=NOW, limit=1) == []
    assert run(file_import).done == 0  # it is leased
    later = NOW + IMPORTS.lease + IMPORTS.lease
    while IMPORTS.run(now=later):
        pass
    assert Post.objects.count() == Analysis.objects.count() == 5


THREAD = {"title": "標題", "text": "內容", "url": "原始連結", "author": "作者", "published_at": "發佈時間"}


def thread(*rows: str) -> bytes:
    return "\n".join(["標題,內容,原始連結,作者,發佈時間", *rows]).encode()


FIRST = "酸掉了,喝完肚子痛,https://a.example/t/1,甲,2026-03-01 10:00"
REPLY = "酸掉了,我也是,https://a.example/t/1,乙,2026-03-01 10:05"
AGAIN = "酸掉了,去退貨,https://a.example/t/1,甲,2026-03-01 10:09"


def test_the_replies_of_a_thread_at_one_address_are_posts_of_their_own(cast: Cast) -> None:
    done = run(started(cast, thread(FIRST, REPLY, AGAIN), mapping=THREAD))
    assert (done.new_posts, done.rejected) == (3, 0)
    posts = list(Post.objects.order_by("published_at"))
    assert [(one.text, one.author, one.revision) for one in posts] == [
        ("喝完肚子痛", "甲", 1),
        ("我也是", "乙", 1),
        ("去退貨", "甲", 1),
    ]
    assert [one.reply_to for one in posts] == [None, posts[0], posts[0]]


def test_a_thread_that_comes_again_or_in_turns_stays_what_it_is(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "ROWS_A_TURN", 1)
    run(started(cast, thread(FIRST, REPLY), mapping=THREAD))
    again = run(started(cast, thread(REPLY, FIRST, AGAIN), mapping=THREAD))
    assert (again.new_posts, Post.objects.count()) == (1, 3)
    assert not Post.objects.filter(revision__gt=1).exists()


def test_the_same_post_with_other_words_is_an_edit(cast: Cast) -> None:
    run(started(cast, thread(FIRST), mapping=THREAD))
    run(started(cast, thread(FIRST.replace("肚子痛", "肚子很痛")), mapping=THREAD))
    assert [(one.text, one.revision) for one in Post.objects.all()] == [("喝完肚子很痛", 2)]


# --- by command ---------------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "export.csv"
    path.write_bytes(table(rows=3, bad=1))
    return path


def test_a_command_imports_a_file_into_a_named_source(cast: Cast, file: Path) -> None:
    out, progress = io.StringIO(), io.StringIO()
    call_command("import_posts", file, workspace="yaori", source="OpView", stdout=out, stderr=progress)
    said = json.loads(out.getvalue())
    assert {name: said[name] for name in ("rows", "new", "known", "rejected")} == {
        "rows": 4,
        "new": 3,
        "known": 0,
        "rejected": 1,
    }
    assert "4 / 4 rows" in progress.getvalue()
    assert "row 5" in progress.getvalue()
    call_command("import_posts", file, workspace="yaori", source="OpView", stdout=out, stderr=progress)
    assert cast.workspace.subscriptions.get().name == "OpView"
    assert Post.objects.filter(captured_at__lte=timezone.now()).count() == 3


def test_a_command_reads_the_sheets_it_is_told(cast: Cast, tmp_path: Path) -> None:
    book = Workbook()
    book.remove(book.worksheets[0])
    for month in ("一月", "二月", "三月"):
        sheet = book.create_sheet(month)
        sheet.append(["標題", "內容"])
        sheet.append([month, f"{month}喝完肚子痛"])
    path = tmp_path / "months.xlsx"
    book.save(path)
    call_command("import_posts", path, workspace="yaori", source="x", sheet=["一月", "三月"], stdout=io.StringIO())
    assert sorted(Post.objects.values_list("title", flat=True)) == ["一月", "三月"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"workspace": "nobody"}, "nobody"),
        ({"column": ["text=沒有"]}, "沒有"),
        ({"by": "yating@yaori.example"}, "admin"),
        ({"sheet": ["三月"]}, "三月"),
    ],
)
def test_a_command_that_cannot_work_says_why(cast: Cast, file: Path, options: dict[str, Any], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        call_command("import_posts", file, **{"workspace": "yaori", "source": "x", **options})


def test_a_command_names_a_file_that_is_not_there(cast: Cast, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_posts", tmp_path / "none.csv", workspace="yaori", source="x")
