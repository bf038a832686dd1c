"""The servers of `tests.fakes.hostile`, for tests that run outside an event loop."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import format_datetime
from typing import Any
from xml.sax.saxutils import escape

from tests.fakes.hostile import Behaviour, HostileServer, serving


@contextmanager
def serving_in_thread(behaviours: dict[str, Behaviour]) -> Iterator[HostileServer]:
    """Serve `behaviours` (a path without query → what happens there) on a free loopback port, from a thread."""
    started: list[HostileServer] = []
    ready, loop = threading.Event(), asyncio.new_event_loop()
    over = asyncio.Event()

    async def serve() -> None:
        async with serving(behaviours) as server:
            started.append(server)
            ready.set()
            await over.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), daemon=True)
    thread.start()
    assert ready.wait(30)
    try:
        yield started[0]
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(30)
        loop.close()


def feed_of(*entries: dict[str, Any]) -> bytes:
    """An RSS feed; an entry is `{title, link, at?, text?, author?}` with an aware time."""
    items = "".join(
        "<item>"
        + "".join(
            f"<{tag}>{escape(entry[name])}</{tag}>"
            for name, tag in (("title", "title"), ("link", "link"), ("text", "description"), ("author", "author"))
            if name in entry
        )
        + (f"<pubDate>{format_datetime(entry['at'])}</pubDate>" if "at" in entry else "")
        + "</item>"
        for entry in entries
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>t</title>{items}</channel></rss>'.encode()
