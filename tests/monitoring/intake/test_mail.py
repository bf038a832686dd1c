"""A mail's subject, sender, time and text, whatever its charset says, and what a form's mail says by its labels."""

import email
import time
import tracemalloc
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.intake.mail import NotWantedError, read_mail, rules_of
from monitoring.intake.mime import read_part
from monitoring.sources.items import Item
from tests.fakes.hostile_files import MAILS

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
HEAD = b"From: ming@mail.example\r\nDate: Mon, 02 Mar 2026 10:30:00 +0800\r\nMessage-ID: <a b@x>\r\n"
TRADITIONAL = "曜日鮮乳的味道有問題，我們全家喝了以後都覺得肚子不舒服，希望你們可以處理"
SIMPLIFIED = "这个牛奶的味道有问题，我们全家喝了以后都觉得肚子不舒服，希望你们可以处理镕"


def read(raw: bytes, **definition: str) -> Item:
    return read_mail(raw, definition, place="imaps://a@b/INBOX;UID=1", now=NOW)


def body(text: bytes, charset: str = "", kind: str = "text/plain", encoding: str = "8bit") -> bytes:
    typed = f'{kind}; charset="{charset}"' if charset else kind
    return HEAD + f"Content-Type: {typed}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n".encode() + text


@pytest.mark.parametrize(
    ("stated", "real"),
    [
        ("utf-8", "utf-8"),
        ("gb2312", "gb18030"),
        ("big5", "big5"),
        ("big5", "utf-8"),
        ("us-ascii", "gb18030"),
        ("x-none", "utf-8"),
    ],
)
def test_the_text_is_read_by_its_bytes(stated: str, real: str) -> None:
    text = SIMPLIFIED if real == "gb18030" else TRADITIONAL
    assert read(body(text.encode(real), stated)).text == text


@pytest.mark.parametrize(
    ("subject", "shown"),
    [
        ("=?utf-8?B?5puc5pel6a6u5Lmz?=", "曜日鮮乳"),
        ("=?gb2312?B?xPrKx8u=?=", None),
        ("=?utf-8?Q?=E6=9B=9C=E6=97=A5?= =?utf-8?Q?=E9=AE=AE=E4=B9=B3?=", "曜日鮮乳"),
        ("=?big5?B?prGk6cJB?=", None),
        ("plain", "plain"),
        ("=?x-none?B?aGVsbG8=?=", "hello"),
    ],
)
def test_subjects_are_encoded_words(subject: str, shown: str | None) -> None:
    title = read(f"Subject: {subject}\r\n".encode() + body(b"x")).title
    assert title
    assert shown is None or title == shown


def test_a_subject_in_raw_bytes_is_read() -> None:
    raw = "Subject: 曜日鮮乳有問題請處理\r\n".encode() + body(b"x")
    assert read(raw).title == "曜日鮮乳有問題請處理"


def test_html_alone_becomes_text() -> None:
    html = "<html><style>p{}</style><p>喝完<b>肚子痛</b></p><script>alert(1)</script></html>".encode()
    assert read(body(html, "utf-8", "text/html")).text == "喝完肚子痛"


MULTIPART = (
    HEAD
    + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n'
    + "見附件".encode()
    + b'\r\n--b\r\nContent-Type: application/pdf; name="report.pdf"'
    + b'\r\nContent-Disposition: attachment; filename="report.pdf"'
    + b"\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERi0xLjcK\r\n--b--\r\n"
)


def test_attachments_are_kept_beside_the_text() -> None:
    item = read(MULTIPART)
    assert item.text == "見附件"
    assert item.response is not None
    assert b"JVBERi" not in item.response.body
    assert b"ming@mail.example" in item.response.body
    (file,) = item.attached
    assert (file.body, file.headers) == (
        b"%PDF-1.7\n",
        {"content-type": "application/pdf", "x-sentinel-attachment": "report.pdf"},
    )


def mixed(*parts: EmailMessage | tuple[str, bytes]) -> bytes:
    message = EmailMessage()
    message["From"] = "ming@mail.example"
    message.set_content("見附件")
    for part in parts:
        if isinstance(part, EmailMessage):
            message.add_attachment(part)
        else:
            message.add_attachment(part[1], maintype="image", subtype="jpeg", filename=part[0])
    return message.as_bytes()


def test_files_beyond_the_bound_are_named_with_it() -> None:
    item = read(mixed(("一.jpg", b"x" * 6_000_000), ("二.jpg", b"y" * 5_000_000), ("三.jpg", b"z")))
    assert [one.headers["x-sentinel-attachment"] for one in item.attached] == ["一.jpg", "三.jpg"]
    assert item.response is not None
    assert item.response.headers["x-sentinel-left-out"] == "二.jpg"


def test_a_file_whose_end_was_not_read_is_not_kept() -> None:
    item = read(mixed(("一.jpg", b"x"), ("長.jpg", b"y" * 14_000_000)))
    assert [len(one.body) for one in item.attached] == [1]
    assert item.response is not None
    assert item.response.headers["x-sentinel-left-out"] == "長.jpg"


def test_a_forwarded_mail_is_read_with_its_head_and_files() -> None:
    inner = EmailMessage()
    inner["From"], inner["Subject"] = "客人 <guest@mail.example>", "肚子痛"
    inner.set_content("喝完肚子痛")
    inner.add_attachment(b"x", maintype="image", subtype="jpeg", filename="收據.jpg")
    item = read(mixed(inner))
    assert item.text == "見附件\n\nFrom: 客人 <guest@mail.example>\nSubject: 肚子痛\n\n喝完肚子痛"
    assert len(item.attached) == 1


def test_texts_between_pictures_are_all_read_and_of_alternatives_one() -> None:
    raw = (
        HEAD
        + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\none'
        + b"\r\n--b\r\nContent-Type: image/png\r\n\r\nx\r\n--b\r\n"
        + b"Content-Type: multipart/alternative; boundary=c\r\n\r\n"
        + b"--c\r\nContent-Type: text/plain\r\n\r\n\r\n--c\r\n"
        + b"Content-Type: text/html\r\n\r\n<p>two</p>\r\n--c--\r\n--b--\r\n"
    )
    assert read(raw).text == "one\n\ntwo"
    assert [one.headers["x-sentinel-attachment"] for one in read(raw).attached] == ["?"]


def test_a_mail_of_files_alone_is_called_by_their_names() -> None:
    message = EmailMessage()
    message.add_attachment(b"x", maintype="image", subtype="jpeg", filename="收據.jpg")
    assert (read(message.as_bytes()).title, read(message.as_bytes()).text) == ("", "[收據.jpg]")


def test_what_outlook_wraps_is_kept_as_it_came() -> None:
    message = EmailMessage()
    message.set_content("")
    message.add_attachment(b"\x78\x9f\x3e\x22", maintype="application", subtype="ms-tnef", filename="winmail.dat")
    assert [one.headers["x-sentinel-attachment"] for one in read(message.as_bytes()).attached] == ["winmail.dat"]


@pytest.mark.parametrize(
    ("name", "kept"), [("../../etc/passwd", "passwd"), ("C:\\x\\a.exe", "a.exe"), ("a\tb.pdf", "a b.pdf"), ("", "?")]
)
def test_a_files_name_is_a_name_and_no_path(name: str, kept: str) -> None:
    raw = MULTIPART.replace(b'; name="report.pdf"', b"").replace(b"report.pdf", name.replace("\\", "\\\\").encode())
    assert read(raw).attached[0].headers["x-sentinel-attachment"] == kept


def test_a_mail_is_known_by_its_identifier() -> None:
    raw = HEAD.replace(b"<a b@x>", b"<a/b+c@x.example>") + b"\r\nx"
    assert read(raw).url == "mid:a%2Fb%2Bc@x.example"
    assert read(HEAD + b"\r\nx").url == "imaps://a@b/INBOX;UID=1"


@pytest.mark.parametrize("date", [b"Mon, 02 Mar 2036 10:30:00 +0800", b"nonsense", b"", b"Mon, 99 Foo 2026"])
def test_a_time_to_come_is_now(date: bytes) -> None:
    raw = HEAD.replace(b"Mon, 02 Mar 2026 10:30:00 +0800", date)
    assert read(raw + b"\r\nx").published_at == NOW


def test_a_forms_mail_is_read_by_its_labels() -> None:
    text = "姓名：王小明\n電話：0912345678\n內容：喝完肚子痛\n第二行\n主旨：鮮乳\n"
    rules = "author = 姓名\ntext = 內容\ntitle = 主旨"
    item = read(body(text.encode(), "utf-8"), rules=rules)
    assert (item.author, item.text, item.title) == ("王小明", "喝完肚子痛\n第二行", "鮮乳")


def test_rules_that_are_none_are_named() -> None:
    assert rules_of("author = 姓名：\nphone = 電話\n\n") == ({"author": "姓名"}, ["phone = 電話"])


def test_mails_that_are_not_wanted_are_left_out() -> None:
    with pytest.raises(NotWantedError):
        read(b"Subject: spam\r\n" + body(b"x"), only_subject="表單, form")
    assert read(b"Subject: New FORM entry\r\n" + body(b"x"), only_subject="表單, form")


def test_a_mail_that_nests_without_end_is_read_as_far_as_it_goes() -> None:
    nested = HEAD + b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (depth, depth) for depth in range(5000)
    )
    assert read(b"Subject: x\r\n" + nested).title == "x"


@given(st.binary(max_size=300), st.sampled_from([b"", HEAD, HEAD + b"\r\n", MULTIPART[:200], b"Subject: =?utf-8?B?"]))
def test_any_bytes_are_a_mail(rest: bytes, start: bytes) -> None:
    item = read(start + rest)
    assert item.url
    assert item.published_at
    item.text.encode()
    item.title.encode()


@pytest.mark.parametrize("name", MAILS)
def test_a_hostile_mail_costs_no_more_than_an_honest_one(name: str) -> None:
    raw = MAILS[name]()[:3_000_000]
    began = time.process_time()
    tracemalloc.start()
    item = read_mail(raw, {"rules": "author = 姓名"}, place="imap://x/1", now=NOW)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 30_000_000
    assert time.process_time() - began < 5
    assert len(item.text) <= 200_000


def test_parts_are_those_that_the_standard_parser_finds() -> None:
    inner = b'Content-Type: multipart/alternative; boundary="i"\r\n\r\n--i\r\n\r\nplain\r\n--i\r\n\r\nother\r\n'
    raw = (
        b'Subject: s\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\npreamble\r\n--b\r\n'
        + inner
        + b"--i--\r\n--b  \r\nContent-Transfer-Encoding: base64\r\n\r\n5puc5pelDQo=\r\n"
        + b"--b\nX: y\nno header\n\nlast\n--b--\r\nepilogue\r\n--b\r\n"
    )
    expected = [
        part.get_payload(decode=True) for part in email.message_from_bytes(raw).walk() if not part.is_multipart()
    ]
    found, waiting = [], [read_part(raw)]
    while waiting:
        part = waiting.pop(0)
        waiting[:0] = part.inner()
        found += [] if part.kind.startswith("multipart/") else [part.content()]
    assert found == expected
