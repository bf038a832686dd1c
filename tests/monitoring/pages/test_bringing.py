"""The pages of collectors and their tokens, of imported files, and of entries by hand."""

import io
import re
import zipfile
import zlib
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook

from monitoring.models import (
    Body,
    Capture,
    Enquiry,
    FileImport,
    IngestToken,
    Mention,
    Post,
    PostCapture,
    Source,
    Subscription,
)
from monitoring.operations.imports import IMPORTS
from monitoring.operations.sources import restore_version
from monitoring.operations.tokens import admit
from monitoring.templatetags.intake import time_left
from sentinel.core.models import AuditEntry, Membership
from sentinel.core.permissions import Role
from tests.factories import NOW, Cast, make_tsukimi
from tests.monitoring.bring import pushed, token_for
from tests.monitoring.intake.test_pictures import PNG
from tests.monitoring.stage import watch_brand

LINE = "2026/02/28（週六）\n14:03\t王小明\t客人說喝完肚子痛\n14:04\t林雅婷\t請問批號\n"


@pytest.fixture
def admin(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.admin)
    return client


@pytest.fixture
def staff(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.staff)
    return client


def at(name: str, *args: Any) -> str:
    return reverse(name, args=["yaori", *args])


def text(answer: Any) -> str:
    return str(answer.content.decode())


# --- collectors and tokens ----------------------------------------------------------------------

SETTINGS = {"name": "臉書社團", "channel": "social", "zone": "Asia/Taipei", "retention_days": "90", "legal_note": ""}


def test_an_interface_is_made_with_its_first_token_shown_once(admin: Client, cast: Cast) -> None:
    answer = admin.post(at("collector-add-kind", "api"), SETTINGS)
    (token,) = set(re.findall(r"sentinel_[\w-]{32}", text(answer)))
    assert admit(text=token, kinds=("api",), now=NOW).label == "臉書社團"
    subscription = Subscription.objects.get()
    assert subscription.source.is_pushed
    assert subscription.source.owner == cast.workspace
    assert token not in text(admin.get(at("collector", subscription.pk)))


def test_sending_the_form_again_makes_no_second_source(admin: Client) -> None:
    given = {**SETTINGS, "identity": "0123456789abcdef"}
    admin.post(at("collector-add-kind", "api"), given)
    again = admin.post(at("collector-add-kind", "api"), given)
    assert again["Location"] == at("collector", Subscription.objects.get().pk)
    assert IngestToken.objects.count() == 1


def test_two_interfaces_of_a_workspace_are_two_sources(admin: Client) -> None:
    for name in ("一", "二"):
        admin.post(at("collector-add-kind", "api"), {**SETTINGS, "name": name})
    assert Source.objects.count() == 2


def test_a_webhook_keeps_its_secret_to_itself(admin: Client) -> None:
    admin.post(at("collector-add-kind", "webhook"), {**SETTINGS, "path_text": "ticket.body", "secret": "geheimnis"})
    subscription = Subscription.objects.get()
    assert subscription.source.definition["path_text"] == "ticket.body"
    assert "geheimnis" not in subscription.source.secrets
    page = text(admin.get(at("collector-edit", subscription.pk)))
    assert "geheimnis" not in page
    assert "ticket.body" in page
    admin.post(at("collector-edit", subscription.pk), {**SETTINGS, "path_text": "body", "secret": ""})
    edited = Source.objects.get()
    assert (edited.definition["path_text"], bool(edited.secrets), edited.is_pushed) == ("body", True, True)


def test_a_mailbox_is_a_source_that_is_visited(admin: Client) -> None:
    given = {**SETTINGS, "host": "imap.example.com", "user": "a@example.com", "password": "geheim", "folder": "INBOX"}
    answer = admin.post(at("collector-add-kind", "imap"), given)
    assert answer.status_code == 302
    source = Source.objects.get()
    assert (source.kind, source.is_pushed, source.url) == (
        "imap",
        False,
        "imaps://a%40example.com@imap.example.com/INBOX",
    )
    assert "geheim" not in str(source.definition)
    assert source.visits.filter(finished_at=None).exists()


def test_a_mailbox_that_cannot_be_is_refused_with_what_was_typed(admin: Client) -> None:
    given = {**SETTINGS, "host": "https://imap.example.com", "user": "a@example.com", "password": "x", "folder": "Post"}
    answer = admin.post(at("collector-add-kind", "imap"), given)
    assert answer.status_code == 422
    assert 'value="Post"' in text(answer)
    assert not Source.objects.exists()


def test_a_trial_of_a_mailbox_at_home_is_refused_by_the_guard(admin: Client) -> None:
    given = {**SETTINGS, "host": "localhost", "user": "a", "password": "x", "folder": "INBOX", "action": "test"}
    answer = admin.post(at("collector-add-kind", "imap"), given)
    assert "is-bad intake-trial" in text(answer)
    assert not Source.objects.exists()


def test_a_token_is_revoked_and_another_made(admin: Client, cast: Cast) -> None:
    subscription = pushed(cast)
    token_for(cast, subscription)
    assert admin.post(at("token-revoke", IngestToken.objects.get().pk)).status_code == 302
    page = text(admin.post(at("token-add", subscription.pk), {"label": "新機房"}))
    assert "新機房" in page
    assert [bool(token.revoked_at) for token in IngestToken.objects.order_by("pk")] == [True, False]
    assert set(AuditEntry.objects.values_list("verb", flat=True)) >= {"issue", "revoke"}
    assert admin.post(at("token-add", subscription.pk), {"label": ""}).status_code == 422


def test_the_usual_way_to_add_leads_here(admin: Client) -> None:
    assert admin.get(at("source-add-kind", "imap"))["Location"] == at("collector-add-kind", "imap")
    assert admin.get(at("collector-add-kind", "file"))["Location"] == at("import-add")
    assert admin.get(at("collector-add-kind", "feed")).status_code == 404


# --- imports ------------------------------------------------------------------------------------

CSV = """Query Id,Query Name,Date,Title,Snippet,Full Text,Url,Author,Page Type
1,曜日,2026-03-01 10:00,標題,摘要,喝完肚子痛,https://a.example/1,小明,forum
1,曜日,2026-03-01 10:00,=1+1,,壞了,nonsense,小明,forum
"""


def upload(admin: Client, data: bytes, name: str = "export.csv", **more: str) -> Any:
    file = SimpleUploadedFile(name, data)
    return admin.post(at("import-add"), {"file": file, "source": "", "name": "舊服務", **more})


def test_a_file_is_uploaded_mapped_read_and_its_rejected_rows_taken_home(admin: Client, cast: Cast) -> None:
    answer = upload(admin, CSV.encode("gb18030"))
    begun = FileImport.objects.get()
    assert answer["Location"] == at("import-map", begun.pk)
    page = text(admin.get(at("import-map", begun.pk)))
    assert "Brandwatch" in page
    assert "喝完肚子痛" in page
    assert "GB18030" in page
    chosen = dict(
        re.findall(r'<select name="(\w+)"[^>]*>(?:(?!</select>).)*?<option value="([^"]*)" selected', page, re.DOTALL)
    )
    assert (chosen["text"], chosen["url"]) == ("Full Text", "Url")
    assert admin.post(at("import-map", begun.pk), chosen).status_code == 302
    assert 'hx-trigger="every 1s"' in text(admin.get(at("import", begun.pk)))
    while IMPORTS.run(now=NOW.replace(year=2100)):
        pass
    done = text(admin.get(at("import", begun.pk), headers={"HX-Request": "true"}))
    assert "hx-trigger" not in done
    assert "<html" not in done
    rejected = admin.get(at("import-rejected", begun.pk))
    assert rejected["Content-Type"].startswith("text/csv")
    table = rejected.content.decode("utf-8-sig").splitlines()
    assert len(table) == 2
    assert "'=1+1" in table[1]
    assert (Post.objects.get().text, Subscription.objects.get().name) == ("喝完肚子痛", "舊服務")


def test_a_workbook_is_mapped_too(admin: Client) -> None:
    book = Workbook()
    book.active.append(["標題", "內文", "網址", "發布時間"])  # type: ignore[union-attr]
    book.active.append(["曜日", "好喝", "https://a.example/1", "2026/03/01 10:00"])  # type: ignore[union-attr]
    file = io.BytesIO()
    book.save(file)
    upload(admin, file.getvalue(), "list.xlsx")
    assert "好喝" in text(admin.get(at("import-map", FileImport.objects.get().pk)))


def months() -> bytes:
    """A workbook of two months with the same columns and a bad row each, and a sheet of another kind."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for month in (1, 2):
        sheet = book.create_sheet(f"{month}月")
        sheet.append(["標題", "內文", "網址", "發布時間"])
        sheet.append([f"{month} 月的曜日", "好喝", f"https://a.example/{month}", f"2026/0{month}/01 10:00"])
        sheet.append(["壞", "x", "不是網址", ""])
    book.create_sheet("摘要").append(["標題", "聲量"])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_sheets_with_the_same_columns_are_read_together_unless_somebody_says_otherwise(admin: Client) -> None:
    upload(admin, months(), "list.xlsx")
    address = at("import-map", FileImport.objects.get().pk)
    page = text(admin.get(address, headers={"Accept-Language": "zh-Hant"}))
    assert re.findall(r'name="also" value="([^"]+)"[^>]*checked', page) == ["2月"]
    admin.post(address, {"zone": "Asia/Taipei", "text": "內文", "url": "網址", "sheet": "1月", "also": ["2月"]})
    while IMPORTS.run(now=NOW.replace(year=2100)):
        pass
    done = FileImport.objects.get()
    assert (done.sheets, done.new_posts, done.rejected) == (["1月", "2月"], 2, 2)
    answer = admin.get(at("import-rejected", done.pk))
    assert [line.split(",")[:2] for line in answer.content.decode("utf-8-sig").splitlines()[1:]] == [
        ["1月", "3"],
        ["2月", "3"],
    ]
    assert "2月" in text(admin.get(at("import", done.pk)))


def test_another_sheet_can_be_chosen_and_is_read_alone(admin: Client) -> None:
    upload(admin, months(), "list.xlsx")
    address = at("import-map", FileImport.objects.get().pk)
    assert "2 月的曜日" in text(admin.get(address, {"sheet": "2月"}))
    admin.post(address, {"zone": "Asia/Taipei", "text": "內文", "sheet": "2月"})
    while IMPORTS.run(now=NOW.replace(year=2100)):
        pass
    assert FileImport.objects.get().sheets == ["2月"]
    assert Post.objects.filter(text="好喝").count() == 1
    assert admin.get(at("import", FileImport.objects.get().pk)).status_code == 200


def test_a_sheet_that_is_not_there_leaves_the_likeliest(admin: Client) -> None:
    upload(admin, months(), "list.xlsx")
    address = at("import-map", FileImport.objects.get().pk)
    assert "1 月的曜日" in text(admin.get(address, {"sheet": "三月"}))
    answer = admin.post(address, {"zone": "Asia/Taipei", "text": "內文", "sheet": "1月", "also": ["摘要"]})
    assert answer.status_code == 422


def test_a_new_source_without_a_name_takes_that_of_its_file(admin: Client) -> None:
    file = SimpleUploadedFile("OpView 十一月.csv", CSV.encode())
    admin.post(at("import-add"), {"file": file, "source": "", "name": " "})
    assert Subscription.objects.get().name == "OpView 十一月"


def test_columns_without_words_are_refused(admin: Client) -> None:
    upload(admin, b"a,b\n1,2\n")
    answer = admin.post(at("import-map", FileImport.objects.get().pk), {"zone": "Asia/Taipei", "url": "a"})
    assert answer.status_code == 422
    answer = admin.post(
        at("import-map", FileImport.objects.get().pk), {"zone": "Asia/Taipei", "text": "a", "title": "a"}
    )
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("name", "data"), [("a.xls", b"\xd0\xcf\x11\xe0xx"), ("a.pdf", b"%PDF-1.4"), ("a.csv", b""), ("a.csv", b"\n")]
)
def test_what_is_no_table_is_refused_at_once(admin: Client, name: str, data: bytes) -> None:
    assert upload(admin, data, name).status_code == 422
    assert not FileImport.objects.exists()


def test_a_file_that_turns_out_to_be_broken_says_so_and_can_be_thrown_away(admin: Client) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("[Content_Types].xml", "x")
        archive.writestr("xl/workbook.xml", "no workbook")
    upload(admin, file.getvalue(), "a.xlsx")
    begun = FileImport.objects.get()
    assert 'role="alert"' in text(admin.get(at("import-map", begun.pk)))
    admin.post(at("import", begun.pk))
    assert not FileImport.objects.exists()


def test_the_next_file_alike_is_read_like_the_last(admin: Client) -> None:
    upload(admin, b"what,where\nx,https://a.example/1\n")
    first = FileImport.objects.get()
    admin.post(at("import-map", first.pk), {"zone": "Asia/Taipei", "text": "what", "url": "where"})
    source = Subscription.objects.get().pk
    upload(admin, b"where,what\nhttps://a.example/2,y\n", source=str(source))
    second = FileImport.objects.latest("pk")
    assert second.source == first.source
    assert '<option value="what" selected' in text(admin.get(at("import-map", second.pk)))


def test_a_file_goes_into_no_source_of_others(admin: Client) -> None:
    theirs = pushed(make_tsukimi(), "file")
    assert upload(admin, b"a,b\n1,2\n", source=str(theirs.pk)).status_code == 422


# --- entries by hand ----------------------------------------------------------------------------


def entry(staff: Client, **given: Any) -> Any:
    return staff.post(at("entry-add"), given)


def test_a_conversation_becomes_a_post_for_each_message(staff: Client, cast: Cast) -> None:
    topic = watch_brand(cast)
    answer = entry(staff, kind="line", chat=LINE, topics=[topic.pk])
    assert answer["Location"] == at("mention-list")
    assert list(Post.objects.order_by("placed_at").values_list("author", "text")) == [
        ("王小明", "客人說喝完肚子痛"),
        ("林雅婷", "請問批號"),
    ]
    assert Mention.objects.count() == 2


def test_a_conversation_may_stay_one_post(staff: Client, cast: Cast) -> None:
    answer = entry(staff, kind="line", chat=LINE, whole="on", topics=[watch_brand(cast).pk])
    post = Post.objects.get()
    assert answer["Location"] == at("post", post.pk)
    assert "請問批號" in text(staff.get(answer["Location"]))


def test_a_screenshot_is_kept_with_its_words(staff: Client, cast: Cast) -> None:
    picture = SimpleUploadedFile("shot.png", PNG, content_type="text/html")
    answer = entry(
        staff, kind="picture", picture=picture, transcript="喝完肚子痛", where="IG 限動", topics=[watch_brand(cast).pk]
    )
    assert answer.status_code == 302
    post = Post.objects.get()
    assert "IG 限動" in post.title
    assert post.text == "喝完肚子痛"


def test_an_enquiry_says_who_asks_until_when(staff: Client, cast: Cast) -> None:
    given = {"who": "陳記者", "outlet": "時報", "question": "是否下架？", "deadline": "2026-03-02T15:00"}
    entry(staff, kind="enquiry", topics=[watch_brand(cast).pk], **given)
    post = Post.objects.get()
    assert "時報 · 陳記者" in post.title
    assert "15:00" in post.text


@pytest.mark.parametrize(
    "given",
    [
        {"kind": "line", "chat": ""},
        {"kind": "line", "chat": "沒有時間的一段話"},
        {"kind": "picture", "transcript": "x"},
        {"kind": "enquiry"},
        {"kind": "nonsense", "chat": LINE},
    ],
)
def test_what_is_missing_is_asked_for_and_nothing_is_lost(staff: Client, cast: Cast, given: dict[str, Any]) -> None:
    answer = entry(staff, topics=[watch_brand(cast).pk], **given)
    assert answer.status_code == 422
    assert given.get("chat", "") in text(answer)
    assert not Post.objects.exists()


@pytest.mark.parametrize("data", [b"<svg onload='alert(1)'>", b"GIF89a", b"<html>"])
def test_what_is_no_picture_is_not_kept(staff: Client, cast: Cast, data: bytes) -> None:
    picture = SimpleUploadedFile("shot.png", data, content_type="image/png")
    given = {"kind": "picture", "picture": picture, "transcript": "x", "topics": [watch_brand(cast).pk]}
    assert entry(staff, **given).status_code == 422


def test_an_entry_needs_a_topic_of_the_workspace(staff: Client, cast: Cast) -> None:
    theirs = watch_brand(make_tsukimi())
    for topics in ([], [theirs.pk]):
        assert entry(staff, kind="line", chat=LINE, topics=topics).status_code == 422


def picture_of(cast: Cast, post: Post, data: bytes = PNG) -> Capture:
    body = Body.objects.create(sha256=b"h" * 32, data=zlib.compress(data), size=len(data))
    source = Source.objects.get(kind="manual", owner=cast.workspace)
    capture = Capture.objects.create(
        body=body, source=source, url="sentinel:x", headers={"content-type": "image/png"}, captured_at=NOW
    )
    PostCapture.objects.create(post=post, capture=capture, revision=1)
    return capture


def test_a_picture_is_shown_as_a_picture_and_nothing_else(staff: Client, cast: Cast) -> None:
    entry(staff, kind="line", chat=LINE, whole="on", topics=[watch_brand(cast).pk])
    post = Post.objects.get()
    capture = picture_of(cast, post)
    shown = staff.get(at("attachment", capture.pk))
    assert (shown["Content-Type"], shown["X-Content-Type-Options"]) == ("image/png", "nosniff")
    assert "sandbox" in shown["Content-Security-Policy"]
    assert shown.content == PNG
    assert at("attachment", capture.pk) in text(staff.get(at("post", post.pk)))


def test_a_body_that_is_no_picture_is_never_served(staff: Client, cast: Cast) -> None:
    entry(staff, kind="line", chat=LINE, whole="on", topics=[watch_brand(cast).pk])
    capture = picture_of(cast, Post.objects.get(), b"<script>alert(1)</script>")
    assert staff.get(at("attachment", capture.pk)).status_code == 404


def test_a_picture_of_another_workspace_does_not_exist(staff: Client, cast: Cast) -> None:
    entry(staff, kind="line", chat=LINE, whole="on", topics=[watch_brand(cast).pk])
    capture = picture_of(cast, Post.objects.get())
    theirs = make_tsukimi()
    Membership.objects.filter(user=theirs.admin).update(roles=[role.value for role in Role])
    stranger = Client()
    stranger.force_login(theirs.admin)
    assert stranger.get(f"/w/tsukimi/attachments/{capture.pk}/").status_code == 404


def test_an_earlier_version_of_a_form_can_be_gone_back_to(admin: Client, cast: Cast) -> None:
    admin.post(at("collector-add-kind", "webhook"), {**SETTINGS, "path_text": "first", "secret": "geheimnis"})
    subscription = Subscription.objects.get()
    admin.post(at("collector-edit", subscription.pk), {**SETTINGS, "path_text": "second"})
    restore_version(subscription=Subscription.objects.get(), number=1, by=cast.admin, now=NOW)
    source = Source.objects.get()
    assert (source.definition["path_text"], source.is_pushed, bool(source.secrets)) == ("first", True, True)
    assert source.url.startswith("sentinel:webhook/")


def test_a_file_of_an_unknown_service_shows_what_it_takes_from_where_and_what_it_leaves(admin: Client) -> None:
    head = "匯出編號,輿情標題,輿情內文,原始網址,輿情時間,氣氛"
    upload(admin, f"曜日輿情月報\n{head}\n1,鮮乳,喝完肚子痛,www.a.example/p/1,46083.4375,普通\n".encode())
    page = text(admin.get(at("import-map", FileImport.objects.get().pk)))
    for column in ("輿情標題", "輿情內文", "原始網址", "輿情時間"):
        assert f'class="from-column">{column}</small>' in page
    assert "2026-03-02 10:30" in page
    assert "https://www.a.example/p/1" in page
    unused = page[page.index('id="unused-title"') :]
    assert "<b>匯出編號</b>" in unused
    assert "<b>氣氛</b>" in unused
    assert "普通" in unused


def test_an_enquiry_shows_how_long_there_is_for_an_answer(cast: Cast, staff: Client) -> None:
    topic = watch_brand(cast)
    at_six = (timezone.now() + timedelta(hours=6)).astimezone(ZoneInfo("Asia/Taipei"))
    given = {"kind": "enquiry", "question": "曜日怎麼說？", "outlet": "報社", "topics": [topic.pk]}
    staff.post(at("entry-add"), {**given, "deadline": f"{at_six:%Y-%m-%dT%H:%M}"})
    post = Post.objects.get()
    assert Enquiry.objects.get(post=post).answer_by == at_six.replace(second=0, microsecond=0)
    assert f"{at_six:%Y-%m-%d %H:%M}" in post.text
    for page in (at("post", post.pk), at("mention-list")):
        shown = text(staff.get(page))
        assert time_left(Enquiry.objects.get().answer_by) in shown
        assert f"{at_six:%H:%M}" in shown
    Enquiry.objects.update(answer_by=timezone.now() - timedelta(hours=1, minutes=1))
    assert 'class="is-late"' in text(staff.get(at("post", post.pk)))
    assert 'class="chip is-negative"' in text(staff.get(at("mention-list")))


def test_an_enquiry_without_a_time_has_none(cast: Cast, staff: Client) -> None:
    topic = watch_brand(cast)
    staff.post(at("entry-add"), {"kind": "enquiry", "question": "曜日怎麼說？", "topics": [topic.pk]})
    assert Post.objects.count() == 1
    assert not Enquiry.objects.exists()
