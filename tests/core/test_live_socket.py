"""The websocket tells whom it concerns, closes when access ends, and never waits for a slow browser."""

import asyncio
from collections.abc import AsyncIterator, Callable
from importlib import import_module
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connections
from django.test import Client

from sentinel.asgi import application
from sentinel.core import consumers, live, operations
from sentinel.core.live import announce
from sentinel.core.models import Membership, User
from sentinel.core.permissions import Permission, Role
from tests.factories import NOW, PASSWORD, Cast, make_tsukimi, make_yaori
from tests.fakes.browser_socket import BrowserSocket

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio]

Open = Callable[..., Any]


@pytest.fixture(autouse=True)
def _own_channel(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test before this one said late is not heard."""
    monkeypatch.setattr(live, "CHANNEL", f"test.{uuid4()}")
    monkeypatch.setattr(consumers, "RECONNECT_AFTER", 0.05)


@pytest_asyncio.fixture(autouse=True)
async def _leave_nothing_behind() -> AsyncIterator[None]:
    yield
    for socket in list(consumers.hub.sockets):
        consumers.hub.leave(socket)
    await asyncio.sleep(0.05)
    await sync_to_async(connections.close_all)()


@pytest_asyncio.fixture
async def cast() -> Cast:
    return await sync_to_async(make_yaori)()


def session_of(user: User) -> str:
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return str(session.session_key)


async def connect(user: User | None, slug: str = "yaori", origin: str = "http://localhost") -> BrowserSocket:
    headers = [(b"origin", origin.encode())]
    if user is not None:
        key = await sync_to_async(session_of)(user)
        headers.append((b"cookie", f"{settings.SESSION_COOKIE_NAME}={key}".encode()))
    return BrowserSocket(application, f"/ws/{slug}/", headers=headers)


async def listen(user: User, slug: str = "yaori") -> BrowserSocket:
    """A socket that has said hello and hears what is published from now on."""
    socket = await connect(user, slug)
    is_first = not consumers.hub.sockets
    assert await socket.connect()
    assert (await socket.next_json())["type"] == "hello"
    if is_first:  # the process subscribes to the broker, and says so with a beat
        assert (await socket.next_json())["type"] == "beat"
    return socket


async def tell(cast: Cast, **fields: Any) -> None:
    await sync_to_async(announce)(workspace_id=cast.workspace.pk, now=NOW, **{"kind": "alert.opened", **fields})


async def test_a_socket_says_hello_with_the_newest_number_and_then_what_happens(cast: Cast) -> None:
    await tell(cast)
    socket = await connect(cast.staff)
    await socket.connect()
    hello = await socket.next_json()
    assert hello["seq"] == 1
    assert "server_time" in hello
    assert (await socket.next_json())["type"] == "beat"
    await tell(cast, object_id=7, tier=1, counts={"open": 2})
    await tell(cast, kind="pulse")
    events = [await socket.next_json() for _number in range(2)]
    assert [event["seq"] for event in events] == [2, 3]
    assert events[0] == {
        "type": "event",
        "seq": 2,
        "kind": "alert.opened",
        "id": 7,
        "tier": 1,
        "counts": {"open": 2},
    }
    await socket.leave()


async def test_the_heart_beats_with_the_newest_number(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumers, "BEAT_EVERY", 0.1)
    socket = await listen(cast.staff)
    beats = [await socket.next_json() for _number in range(2)]
    assert {(beat["type"], beat["seq"]) for beat in beats} == {("beat", 0)}
    await socket.leave()


async def test_what_the_role_may_not_see_shows_as_a_number_alone(cast: Cast) -> None:
    staff, admin = await listen(cast.staff), await listen(cast.admin)
    await tell(cast, kind="outlet.failing", object_id=5, permission=Permission.EDIT_OUTLETS)
    assert await staff.next_json() == {"type": "event", "seq": 1, "kind": "hidden"}
    assert (await admin.next_json())["id"] == 5
    await staff.leave()
    await admin.leave()


async def test_two_workspaces_never_hear_each_other(cast: Cast) -> None:
    other = await sync_to_async(make_tsukimi)()
    ours, theirs = await listen(cast.staff), await listen(other.staff, "tsukimi")
    await tell(cast, object_id=1)
    await tell(other, object_id=2)
    assert (await ours.next_json())["id"] == 1
    assert (await theirs.next_json())["id"] == 2
    assert await ours.receive_nothing(timeout=0.2)
    assert await theirs.receive_nothing(timeout=0.2)
    await ours.leave()
    await theirs.leave()


@pytest.mark.parametrize("who", ["visitor", "stranger", "nowhere", "elsewhere"])
async def test_who_has_no_business_here_is_refused(cast: Cast, who: str) -> None:
    other = await sync_to_async(make_tsukimi)()
    socket = await {
        "visitor": lambda: connect(None),
        "stranger": lambda: connect(other.admin),
        "nowhere": lambda: connect(cast.admin, "nowhere"),
        "elsewhere": lambda: connect(cast.admin, origin="https://evil.example"),
    }[who]()
    assert not await socket.connect()


async def test_signing_out_closes_the_persons_sockets(cast: Cast) -> None:
    socket, other = await connect(cast.staff), await listen(cast.manager)
    await socket.connect()
    await socket.next_json()
    key = dict(socket.scope["headers"])[b"cookie"].decode().split("=")[1]
    browser = Client()
    browser.cookies[settings.SESSION_COOKIE_NAME] = key
    await sync_to_async(browser.post)("/logout/")
    assert await socket.closing_code() == consumers.CLOSED_ACCESS
    assert await other.receive_nothing(timeout=0.2)
    await other.leave()


async def test_a_lost_membership_closes_the_socket(cast: Cast) -> None:
    socket = await listen(cast.staff)
    membership = await Membership.objects.select_related("workspace", "user").aget(user=cast.staff)
    await sync_to_async(operations.remove_member)(membership=membership, by=cast.admin, now=NOW)
    assert await socket.closing_code() == consumers.CLOSED_ACCESS


async def test_a_changed_password_closes_the_socket(cast: Cast) -> None:
    socket = await listen(cast.staff)
    await sync_to_async(operations.change_password)(user=cast.staff, password=PASSWORD, now=NOW)
    assert await socket.closing_code() == consumers.CLOSED_ACCESS


async def test_changed_roles_change_what_is_told(cast: Cast) -> None:
    socket = await listen(cast.staff)
    membership = await Membership.objects.select_related("workspace").aget(user=cast.staff)
    await sync_to_async(operations.change_roles)(membership=membership, roles=[Role.ADMIN], by=cast.admin, now=NOW)
    assert (await socket.next_json())["type"] == "beat"
    await tell(cast, object_id=5, permission=Permission.EDIT_OUTLETS)
    assert (await socket.next_json())["id"] == 5
    await socket.leave()


async def test_a_busy_workspace_does_not_keep_out_the_beat(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumers, "BEAT_EVERY", 0.3)
    socket = await listen(cast.staff)
    kinds = []
    for _number in range(12):
        await tell(cast)
        await asyncio.sleep(0.05)
    while not await socket.receive_nothing(timeout=0.05):
        kinds.append((await socket.next_json())["type"])
        if kinds.count("event") >= 12:
            break
    assert "beat" in kinds
    await socket.leave()


async def test_a_browser_that_does_not_read_is_disconnected_and_hurts_nobody(cast: Cast) -> None:
    slow, quick = await listen(cast.staff), await listen(cast.manager)
    (consumer,) = [one for one in consumers.hub.sockets if one.user_id == cast.staff.pk]
    blocked = asyncio.Event()

    async def never_sent(content: Any, close: bool = False) -> None:
        await blocked.wait()

    consumer.send_json = never_sent  # type: ignore[method-assign]
    message = {"workspace": cast.workspace.pk, "type": "event", "permission": "view", "kind": "pulse"}
    for seq in range(consumers.QUEUE_LENGTH + 3):
        consumers.hub.hand_out({**message, "seq": seq, "id": None, "tier": None, "counts": {}})
        await asyncio.sleep(0)  # the quick one reads on
    assert await slow.closing_code() == consumers.CLOSED_SLOW
    assert consumer not in consumers.hub.sockets
    assert (await quick.next_json())["seq"] == 0
    await quick.leave()


async def test_what_a_browser_sends_is_not_even_read(cast: Cast) -> None:
    socket = await listen(cast.staff)
    await socket.send(text="{not json")
    await socket.send(bytes=b"\x00")
    await tell(cast, object_id=3)
    assert (await socket.next_json())["id"] == 3
    await socket.leave()


async def test_the_subscription_ends_with_the_last_socket(cast: Cast) -> None:
    socket = await listen(cast.staff)
    task = consumers.hub.task
    assert task is not None
    await socket.leave()
    await asyncio.sleep(0.05)
    assert task.done()
    assert consumers.hub.task is None


def subscribers() -> set[str]:
    """The numbers of the broker's connections that are subscribed to something."""
    return {str(client["id"]) for client in live.broker().client_list(_type="pubsub")}


async def test_a_broker_that_comes_back_is_heard_again_and_every_socket_learns_the_newest_number(
    cast: Cast,
) -> None:
    strangers = subscribers()
    socket = await listen(cast.staff)
    for number in subscribers() - strangers:
        live.broker().client_kill_filter(_id=number)
    await tell(cast, object_id=1)  # perhaps unheard
    beat = await socket.next_json()
    while beat["type"] != "beat":
        beat = await socket.next_json()
    assert beat["seq"] == 1
    await tell(cast, object_id=2)
    event = await socket.next_json()
    while event.get("id") != 2:
        event = await socket.next_json()
    await socket.leave()


async def test_what_was_missed_is_fetched_over_http(cast: Cast) -> None:
    for number in range(3):
        await tell(cast, object_id=number, permission=[Permission.VIEW, Permission.EDIT_OUTLETS][number % 2])
    browser = Client()
    await sync_to_async(browser.force_login)(cast.staff)
    answer = (await sync_to_async(browser.get)("/w/yaori/live/", {"after": "1"})).json()
    assert [event["seq"] for event in answer["events"]] == [3]
    assert (answer["seq"], answer["reset"]) == (3, False)
    assert "permission" not in answer["events"][0]
    assert (await sync_to_async(browser.get)("/w/yaori/live/", {"after": "99"})).json()["reset"] is True
    for nonsense in ("", "x", "-1", "²", "9" * 40):
        assert (await sync_to_async(browser.get)("/w/yaori/live/", {"after": nonsense})).status_code == 400
