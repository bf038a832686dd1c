"""A visit of a test: its kind of source, and what the installation would remember and decide."""

import asyncio
import datetime as dt
import json
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from monitoring.crawling.robots import RobotsFile
from monitoring.sources.items import Item, SourceError
from monitoring.sources.kinds import Page
from monitoring.visiting.visit import Ports, VisitLimits, VisitResult, visit
from sentinel.core.net.client import GuardedClient, Limits
from sentinel.core.net.types import Request, Response
from tests.fakes.hostile import Behaviour, HostileServer, answer

NOW = dt.datetime(2026, 3, 1, 12, 0, tzinfo=dt.UTC)
LIMITS = VisitLimits(pages=3, details=30, seconds=30)
PATIENT = Limits(connect=20, total=20)
HASTY = Limits(connect=0.5, total=0.5)  # for servers that never answer
ALL_OPEN = {"/robots.txt": answer(status="404 Not Found")}


class JsonLists:
    """A kind of source for the tests: a page is `{"items": [{"url", "title", "more"?}], "next"?}`."""

    def start(self, definition: Any) -> list[Request]:
        return [Request(url, headers=definition.get("headers", {})) for url in definition["lists"]]

    def parse(self, definition: Any, response: Response, now: dt.datetime, zone: dt.tzinfo) -> Page:
        assert now == NOW
        page = json.loads(response.body)
        if page.get("ok") == -100:
            raise SourceError("blocked", "ok:-100")
        said = definition.get("said", "")
        items = [Item(row["url"], row["title"], said, needs_detail=row.get("more", False)) for row in page["items"]]
        return Page(items, [Request(page["next"])] if "next" in page else [])

    def detail_request(self, definition: Any, item: Item) -> Request:
        return Request(item.url)

    def detail(self, definition: Any, item: Item, response: Response, now: dt.datetime, zone: dt.tzinfo) -> Item:
        if b"redesigned" in response.body:
            raise SourceError("layout", "h1")
        return replace(item, text=response.body.decode())


@dataclass
class Office:
    """What the installation would remember and decide."""

    known: set[str] = field(default_factory=set)
    waits: Callable[[str, float], float] = lambda host, delay: 0.0
    robots: dict[str, RobotsFile] = field(default_factory=dict)
    reserved: list[tuple[str, float]] = field(default_factory=list)

    async def reserve(self, host: str, delay: float) -> float:
        self.reserved.append((host, delay))
        return self.waits(host, delay)

    async def unknown(self, items: Sequence[Item]) -> Sequence[Item]:
        return [item for item in items if item.title not in self.known]

    async def recall_robots(self, place: str) -> RobotsFile | None:
        return self.robots.get(place)

    async def keep_robots(self, place: str, file: RobotsFile) -> None:
        self.robots[place] = file

    def ports(self) -> Ports:
        return Ports(self.reserve, self.unknown, self.recall_robots, self.keep_robots, time.monotonic)


def a_list(server_url: Callable[[str], str], rows: Iterable[tuple[str, str, bool]], onward: str = "") -> bytes:
    page: dict[str, Any] = {
        "items": [{"url": server_url(path), "title": title, "more": more} for path, title, more in rows]
    }
    return json.dumps(page | ({"next": server_url(onward)} if onward else {})).encode()


def listing(*rows: tuple[str, str, bool], onward: str = "", fields: Sequence[str] = ()) -> Behaviour:
    """A list page whose addresses point to the server itself."""

    async def behave(server: HostileServer, seen: Any, writer: asyncio.StreamWriter) -> None:
        await answer(a_list(server.url, rows, onward), *fields)(server, seen, writer)

    return behave


async def visiting(
    server: HostileServer,
    *lists: str,
    office: Office | None = None,
    limits: VisitLimits = LIMITS,
    fetch: Limits = PATIENT,
    state: dict[str, dict[str, str]] | None = None,
    headers: dict[str, str] | None = None,
    said: str = "",
    missed: Sequence[str] = (),
) -> VisitResult:
    definition = {"lists": [server.url(path) for path in lists or ("/list",)], "headers": headers or {}, "said": said}
    async with GuardedClient(allowed_private=frozenset({server.place}), limits=fetch) as client:
        return await visit(
            JsonLists(),
            definition,
            client=client,
            now=NOW,
            zone=dt.UTC,
            ports=(office or Office()).ports(),
            limits=limits,
            state=state or {},
            missed={server.url(path): [1.0, 0.0] for path in missed},
        )


def paths(server: HostileServer) -> list[str]:
    return [seen.path for seen in server.seen]


def whats(result: VisitResult) -> list[str]:
    return [line.what for line in result.log]
