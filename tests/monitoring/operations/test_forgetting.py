"""What people brought goes as posts go: by age, and on request wherever a name stands."""

import io
import json
import zlib
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from openpyxl import Workbook

from monitoring.models import Body, Erasure, FileImport, FilePiece, Post, RejectedRow, Subscription
from monitoring.operations.erasing import checked, connect, erase, touched
from monitoring.operations.imports import IMPORTS, begin_import, start_import
from monitoring.operations.judging import judge_post
from monitoring.operations.posts import reveal_author
from monitoring.operations.retention import IMPORTS_WITHOUT_SOURCE, expire
from monitoring.operations.sources import remove_source
from playbooks.operations.collecting import file_evidence
from playbooks.operations.crises import open_crisis
from playbooks.operations.erasing import Copies
from sentinel.core.models import AuditEntry
from tests.factories import NOW, Cast
from tests.monitoring.bring import pushed, token_for
from tests.monitoring.stage import HOUR, captured, item, subscribe, watch_brand, work

NAME = "王曉明"
MAPPING = {"title": "標題", "text": "內容", "url": "網址", "author": "作者"}
connect(Copies())  # as the addresses do


def imported(cast: Cast, *rows: str, name: str = "export.csv") -> FileImport:
    """A file that was read to its end, some of its rows rejected."""
    subscription = cast.workspace.subscriptions.filter(source__kind="file").first() or pushed(cast, "file")
    data = "\n".join(["標題,內容,網址,作者", *rows]).encode()
    begun = begin_import(
        subscription=subscription, name=name, format="csv", data=data, zone="Asia/Taipei", by=cast.admin, now=NOW
    )
    start_import(file_import=begun, mapping=MAPPING, zone="Asia/Taipei", by=cast.admin, now=NOW)
    while IMPORTS.run(now=NOW):
        pass
    begun.refresh_from_db()
    return begun


def forget(cast: Cast, kind: str = "author", value: str = NAME) -> Erasure:
    return erase(workspace=cast.workspace, wish=checked(kind, value), reason="本人來信", by=cast.admin, now=NOW + HOUR)


# --- by age -------------------------------------------------------------------------------------


def test_a_file_and_its_rejected_rows_go_after_the_term_of_their_source(cast: Cast) -> None:
    imported(cast, f"曜日,肚子痛,不是網址,{NAME}")
    term = timedelta(days=Subscription.objects.get().retention_days)
    expire(now=NOW + term)
    assert RejectedRow.objects.count() == 1
    gone = expire(now=NOW + term + HOUR)
    assert gone.imports == 1
    assert not RejectedRow.objects.exists()
    assert not FileImport.objects.exists()
    entry = AuditEntry.objects.get(verb="expire")
    assert (entry.workspace_id, entry.data["imports"]) == (cast.workspace.pk, 1)


def test_without_a_source_a_fixed_term_holds(cast: Cast) -> None:
    imported(cast, f"曜日,肚子痛,不是網址,{NAME}")
    subscription = Subscription.objects.get()
    Subscription.objects.update(retention_days=3650)
    remove_source(subscription=subscription, by=cast.admin, now=NOW)
    expire(now=NOW + IMPORTS_WITHOUT_SOURCE)
    assert FileImport.objects.exists()
    expire(now=NOW + IMPORTS_WITHOUT_SOURCE + HOUR)
    assert not FileImport.objects.exists()


def test_a_file_that_was_parked_half_way_goes_too(cast: Cast) -> None:
    file_import = imported(cast, "曜日,肚子痛,,")
    FileImport.objects.update(finished_at=None, parked_at=NOW, error="x")
    FilePiece.objects.create(file_import=file_import, number=9, data=b"x")
    expire(now=NOW + timedelta(days=181))
    assert not FilePiece.objects.exists()


# --- on request ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [NAME, 'O"Neill \\ 曉', "50%_曉明", "ALICE Wang"])
def test_rejected_rows_that_hold_the_name_go(cast: Cast, name: str) -> None:
    cell = '"' + name.replace('"', '""') + '"'
    imported(cast, f"曜日,肚子痛,不是網址,{cell}", "曜日,別人的話,不是網址,陳美")
    assert touched(cast.workspace, checked("author", name.swapcase())).rows == 1
    forget(cast, value=name)
    assert [row.row["作者"] for row in RejectedRow.objects.all()] == ["陳美"]


@pytest.mark.parametrize("written", ["http://www.a.example/p/1/?utm_source=line", "https://a.example/p/1"])
def test_rejected_rows_that_hold_the_address_go_however_it_is_written(cast: Cast, written: str) -> None:
    imported(cast, f"曜日,見 {written} 這篇,不是網址,甲", "曜日,見 https://a.example/p/12,不是網址,乙")
    assert touched(cast.workspace, checked("address", "https://a.example/p/1")).rows == 1
    forget(cast, "address", "https://a.example/p/1")
    assert [row.row["作者"] for row in RejectedRow.objects.all()] == ["乙"]


def test_who_was_deleted_is_not_kept_as_a_rejected_row_either(cast: Cast) -> None:
    forget(cast)
    done = imported(cast, f"曜日,他的話,https://a.example/1,{NAME}", f"曜日,又一句,不是網址,{NAME}", "曜日,好,,陳美")
    assert (done.new_posts, done.rejected) == (1, 2)
    assert [(row.number, row.row, row.problems[0]["code"]) for row in RejectedRow.objects.order_by("number")] == [
        (2, {}, "erased"),
        (3, {}, "erased"),
    ]


def everything() -> str:
    """Every row of every table as text, what is compressed in full as well."""
    said = []
    for model in apps.get_models(include_auto_created=True):
        with connection.cursor() as cursor:
            table = connection.ops.quote_name(model._meta.db_table)
            cursor.execute(f"SELECT one::text FROM {table} AS one")
            said += [f"{model._meta.label}: {row}" for (row,) in cursor.fetchall()]
    said += [zlib.decompress(bytes(body.data)).decode("utf-8", "replace") for body in Body.objects.all()]
    return "\n".join(said)


def test_after_a_deletion_no_table_holds_the_name_nor_the_words(cast: Cast) -> None:
    secret = "只有他說過的話"
    watch_brand(cast)
    source = subscribe(cast).source
    captured(source, item(f"曜日 {secret}", author=NAME, figures={"likes": 3}))
    captured(source, item(f"曜日 {secret} 改", author=NAME, figures={"likes": 4}), now=NOW + HOUR)
    imported(cast, f"曜日,{secret},https://a.example/2,{NAME}", f"曜日,{secret},不是網址,{NAME}")
    token = token_for(cast, pushed(cast, definition={"id": "api"}))
    body = {"posts": [{"id": "9", "text": f"曜日 {secret}", "author": NAME}]}
    sent = Client().post(
        "/api/v1/posts", json.dumps(body), content_type="application/json", headers={"Authorization": f"Bearer {token}"}
    )
    assert sent.json()["counts"]["new"] == 1
    work()
    crisis = open_crisis(workspace=cast.workspace, title="異物", level=2, summary="", by=cast.staff, now=NOW)
    for post in Post.objects.all():
        judge_post(post=post, workspace=cast.workspace, verdict="true", by=cast.staff, now=NOW)
        reveal_author(post=post, workspace=cast.workspace, by=cast.staff, now=NOW)
        file_evidence(crisis=crisis, post=post, note=NAME, by=cast.staff, now=NOW)
    before = everything()
    assert NAME in before
    assert secret in before
    assert forget(cast).touched["posts"] == 3
    after = everything()
    assert NAME not in after
    assert secret not in after


def waiting(cast: Cast, data: bytes, format: str = "csv") -> FileImport:
    """A file whose columns nobody has chosen yet."""
    subscription = cast.workspace.subscriptions.filter(source__kind="file").first() or pushed(cast, "file")
    return begin_import(
        subscription=subscription, name="a", format=format, data=data, zone="Asia/Taipei", by=cast.admin, now=NOW
    )


@pytest.mark.parametrize("charset", ["utf-8", "big5", "utf-16"])
def test_a_file_that_waits_for_its_columns_goes_where_it_holds_the_name(cast: Cast, charset: str) -> None:
    waiting(cast, f"標題,作者\n曜日的鮮乳有異味,{NAME}\n".encode(charset))
    other = waiting(cast, "標題,作者\n曜日,陳美\n".encode())
    assert touched(cast.workspace, checked("author", NAME)).files == 1
    assert FileImport.objects.count() == 2
    assert forget(cast).touched["files"] == 1
    assert list(FileImport.objects.all()) == [other]


def test_a_workbook_that_waits_goes_too_and_so_does_what_is_no_table(cast: Cast) -> None:
    book = Workbook()
    book.active.append(["標題", "作者"])  # type: ignore[union-attr]
    book.active.append(["曜日", f"{NAME}（本人）"])  # type: ignore[union-attr]
    held = io.BytesIO()
    book.save(held)
    waiting(cast, held.getvalue(), "xlsx")
    waiting(cast, f"{NAME}".encode(), "xlsx")
    assert forget(cast).touched["files"] == 2
    assert not FilePiece.objects.exists()


def test_a_file_that_a_fault_stopped_loses_the_rows_that_hold_the_address(cast: Cast) -> None:
    begun = waiting(cast, "標題,網址\n一,https://a.example/p/1\n二,https://a.example/p/12\n".encode())
    start_import(file_import=begun, mapping={"title": "標題", "url": "網址"}, zone="UTC", by=cast.admin, now=NOW)
    IMPORTS.run(now=NOW)
    FileImport.objects.update(parked_at=NOW, error="x")
    assert forget(cast, "address", "http://www.a.example/p/1/").touched["files"] == 1
    kept = zlib.decompress(FilePiece.objects.get().data).decode()
    assert "https://a.example/p/12" in kept
    assert "一" not in kept


def test_the_files_of_another_workspace_are_none_of_ours(cast: Cast, tsukimi: Cast) -> None:
    waiting(tsukimi, f"標題,作者\n曜日,{NAME}\n".encode())
    assert touched(cast.workspace, checked("author", NAME)).files == 0
    forget(cast)
    assert FileImport.objects.count() == 1
