"""Mailboxes: read politely and without a trace, whatever their server does."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from monitoring import mailboxes
from monitoring.mailboxes import try_mailbox, utf7, visit_mailbox
from monitoring.sources import imap
from monitoring.sources.items import DefinitionError
from monitoring.visiting.manners import Ports
from monitoring.visiting.visit import VisitResult
from tests.fakes.authority import Authority
from tests.fakes.imap import Mailroom, serving_mail

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
HOST = "imap.yaori.example"


def mail(number: int = 1, text: str = "喝完肚子痛", **headers: str) -> bytes:
    message = EmailMessage()
    message["Subject"] = headers.get("subject", f"曜日鮮乳 {number}")
    message["From"] = headers.get("sender", "王小明 <ming@mail.example>")
    message["Message-ID"] = f"<{number}@mail.example>"
    message["Date"] = "Mon, 02 Mar 2026 10:30:00 +0800"
    message.set_content(text)
    return message.as_bytes()


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def room(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailroom]:
    with serving_mail(Mailroom({1: mail(1), 2: mail(2)}), authority.server_context(HOST)) as served:
        monkeypatch.setattr(mailboxes, "PORT", served.port)
        yield served


def definition(**more: str) -> dict[str, str]:
    given = {"host": HOST, "user": "inbox@yaori.example", "folder": "INBOX", "rules": ""}
    return {**given, "password": "geheim", **more}


async def resolver(host: str, port: int) -> list[str]:
    return ["127.0.0.1"]


async def _nothing(*_: Any) -> Any:
    return 0.0


PORTS = Ports(_nothing, _nothing, _nothing, _nothing, time.monotonic)


async def visited(room: Mailroom, authority: Authority, state: Any = None, **more: Any) -> VisitResult:
    return await visit_mailbox(
        more.pop("definition", definition()),
        state=state or {},
        now=NOW,
        ports=PORTS,
        allowed=more.pop("allowed", frozenset({f"{HOST}:{room.port}", f"127.0.0.1:{room.port}"})),
        resolver=resolver,
        tls=more.pop("tls", authority.client_context()),
    )


async def test_new_mails_become_items_and_the_place_is_kept(room: Mailroom, authority: Authority) -> None:
    result = await visited(room, authority)
    assert (result.outcome, [one.title for one in result.items]) == ("ok", ["曜日鮮乳 1", "曜日鮮乳 2"])
    assert result.items[0].url == "mid:1@mail.example"
    assert (result.items[0].author, result.items[0].text) == ("王小明", "喝完肚子痛")
    assert result.state == {"mailbox": {"uid_validity": "7", "uid": "2"}}
    again = await visited(room, authority, result.state)
    assert (again.outcome, again.items, again.state) == ("unchanged", [], result.state)
    room.mails[5] = mail(5)
    assert [one.title for one in (await visited(room, authority, result.state)).items] == ["曜日鮮乳 5"]


async def test_it_leaves_no_trace(room: Mailroom, authority: Authority) -> None:
    await visited(room, authority)
    asked = " ".join(room.asked)
    assert "BODY.PEEK[]" in asked
    assert not any(verb in asked for verb in ("SELECT", "STORE", "EXPUNGE", "COPY", "MOVE", "APPEND"))


async def test_a_folder_that_was_made_anew_is_read_from_its_beginning(room: Mailroom, authority: Authority) -> None:
    result = await visited(room, authority)
    room.uid_validity = 8
    assert len((await visited(room, authority, result.state)).items) == 2


async def test_many_mails_are_read_over_several_visits(room: Mailroom, authority: Authority) -> None:
    room.mails = {number: mail(number) for number in range(1, 121)}
    state: Any = {}
    seen = []
    for _ in range(3):
        result = await visited(room, authority, state)
        state, seen = result.state, seen + [one.url for one in result.items]
    assert len(set(seen)) == 120


async def test_rules_leave_mails_out(room: Mailroom, authority: Authority) -> None:
    room.mails[3] = mail(3, subject="網站表單：退款", sender="form@yaori.example")
    only = definition(only_subject="表單,form")
    assert len((await visited(room, authority, definition=only)).items) == 1
    assert len((await visited(room, authority, definition=definition(only_from="form@"))).items) == 1


async def test_a_server_without_plain_authentication_is_signed_in_to(room: Mailroom, authority: Authority) -> None:
    room.has_plain = False
    assert (await visited(room, authority)).outcome == "ok"


@pytest.mark.parametrize(
    ("more", "outcome"),
    [({"password": "wrong"}, "login"), ({"folder": "Nowhere"}, "layout"), ({"user": "né"}, "login")],
)
async def test_what_is_wrong_is_told(room: Mailroom, authority: Authority, more: dict[str, str], outcome: str) -> None:
    result = await visited(room, authority, definition=definition(**more))
    assert (result.outcome, result.items) == (outcome, [])


async def test_a_password_stands_nowhere_in_the_result(room: Mailroom, authority: Authority) -> None:
    result = await visited(room, authority, definition=definition(password="geheimnis-123"))
    assert "geheimnis-123" not in repr(result)


async def test_the_address_guard_stands_before_the_mailbox(room: Mailroom, authority: Authority) -> None:
    result = await visited(room, authority, allowed=frozenset())
    assert result.outcome == "refused-address"
    assert not room.asked


async def test_a_certificate_of_somebody_else_is_refused(room: Mailroom, authority: Authority, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    result = await visited(room, authority, tls=Authority(other).client_context())
    assert result.outcome == "tls"


@pytest.mark.parametrize("misdeed", ["silent", "drip", "huge-literal", "endless-lines", "nonsense", "cut"])
async def test_a_hostile_server_ends_in_time(
    room: Mailroom, authority: Authority, monkeypatch: pytest.MonkeyPatch, misdeed: str
) -> None:
    monkeypatch.setattr(mailboxes, "SECONDS", 2.0)
    room.misdeed = misdeed
    began = time.monotonic()
    result = await visited(room, authority)
    assert time.monotonic() - began < 6
    assert result.outcome in ("timeout", "malformed", "reset")
    assert result.items == []


async def test_a_trial_counts_the_mails(room: Mailroom, authority: Authority) -> None:
    allowed = frozenset({f"{HOST}:{room.port}"})
    context = authority.client_context()
    assert await try_mailbox(definition(), allowed, resolver=resolver, tls=context) == ("ok", "2")
    wrong = await try_mailbox(definition(password="x"), allowed, resolver=resolver, tls=context)
    assert wrong[0] == "login"


def test_folders_have_names_in_any_script() -> None:
    assert utf7("收件匣") == "&ZTZO9lMj-"
    assert utf7("R&D/Inbox") == "R&-D/Inbox"


def test_a_definition_names_a_host_and_nothing_else() -> None:
    clean = imap.validate({"host": "IMAP.example.com", "user": "a@b", "password": "x", "folder": ""})
    assert clean["folder"] == "INBOX"
    assert "password" not in clean
    assert imap.address(clean) == "imaps://a%40b@imap.example.com/INBOX"
    for wrong in ("imap.example.com:143", "https://imap.example.com", "a b", "imap.example.com/x", "user@host"):
        with pytest.raises(DefinitionError):
            imap.validate({"host": wrong, "user": "a"})
    with pytest.raises(DefinitionError):
        imap.validate({"host": "a.example", "user": "a\r\nA1 DELETE INBOX"})
    with pytest.raises(DefinitionError):
        imap.validate({"host": "a.example", "user": "a", "rules": "nonsense"})
