"""A gigabyte in chunks, without a length: whoever sends it is told, and nobody keeps it."""

import asyncio
import json
import tracemalloc
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async
from django.core.signals import request_finished
from django.db import connections

from sentinel.asgi import application
from tests.factories import make_yaori
from tests.monitoring.bring import pushed, token_for

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio]

MEGABYTE = bytes(1024 * 1024)
GIGABYTE = 1024  # of these


@pytest_asyncio.fixture(autouse=True)
async def _leave_nothing_behind() -> AsyncIterator[None]:
    request_finished.connect(_close_connections)  # those of the thread that a request had to itself
    yield
    request_finished.disconnect(_close_connections)
    await sync_to_async(connections.close_all)()


def _close_connections(**_: object) -> None:
    connections.close_all()


async def answered(path: str, token: str = "", kind: str = "application/json") -> tuple[int, bytes]:
    """Status and body of the answer to a gigabyte."""
    taken = 0
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        nonlocal taken
        if taken == GIGABYTE:
            await asyncio.sleep(3600)
        taken += 1
        return {"type": "http.request", "body": MEGABYTE, "more_body": taken < GIGABYTE}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    headers = [(b"host", b"localhost"), (b"content-type", kind.encode()), (b"transfer-encoding", b"chunked")]
    headers += [(b"authorization", f"Bearer {token}".encode())] if token else []
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
    }
    scope |= {"path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "", "headers": headers}
    scope |= {"client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80)}
    await application(scope, receive, send)  # type: ignore[arg-type]
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent)


@pytest.mark.parametrize(("path", "kind"), [("/api/v1/posts", "api"), ("/api/v1/inbox/crm", "webhook")])
async def test_an_interface_says_in_its_own_form_that_it_is_too_much(path: str, kind: str) -> None:
    cast = await sync_to_async(make_yaori)()
    token = await sync_to_async(lambda: token_for(cast, pushed(cast, kind)))()
    tracemalloc.start()
    status, body = await answered(path, token)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    problem = json.loads(body)
    assert (status, problem["status"], problem["code"]) == (413, 413, "too-large")
    assert "5 MB" in problem["detail"]
    assert peak < 40_000_000


async def test_a_page_says_in_words_that_it_is_too_much() -> None:
    status, body = await answered("/login/", kind="multipart/form-data; boundary=x")
    assert (status, b"50 MB" in body) == (413, True)


async def test_who_may_not_send_is_told_that_first() -> None:
    assert (await answered("/api/v1/posts"))[0] == 401
