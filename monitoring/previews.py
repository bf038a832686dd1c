"""Try a source before it is saved: one visit that stores nothing, and what it found."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ParamSpec, TypeVar

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connection, connections

from monitoring.crawler import allowed_private_hosts, visit_source
from monitoring.crawling.receipts import blotted_said, blotted_text
from monitoring.detecting.estimates import Estimate, estimate
from monitoring.matching import Document
from monitoring.models import Post, Source, Topic
from monitoring.operations.definitions import readable_secrets
from monitoring.operations.mentions import watch
from monitoring.operations.posts import without_secrets
from monitoring.ports import ports_of
from monitoring.queries.names import author_code
from monitoring.sources import KINDS
from monitoring.sources.items import Item
from monitoring.visiting.visit import Ports, VisitLimits, VisitResult
from sentinel.core.models import Workspace
from sentinel.core.net.client import GuardedClient
from sentinel.core.net.guard import RefusedAddressError, parse_target

LIMITS = VisitLimits(pages=3, details=5, seconds=20.0)  # an index of sitemaps is a page, and so are two of its maps
SHOWN = 5
USUAL = ("title", "text", "author", "published_at", "url")  # said even where they are missing
GENERIC = "text density"  # the origin of what the generic extractor finds
PRECISE = ("second", "minute", "hour")
Given = ParamSpec("Given")
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class FieldCheck:
    """A field of an item: what it holds, where it was read from, and in how many of the items it is filled.

    `is_found` says that it was found without being told where it stands.
    """

    name: str
    value: Any
    origin: str
    filled: int
    is_found: bool


@dataclass(frozen=True, slots=True)
class PreviewItem:
    """One of the newest items, whether a topic of the workspace would match it, and its fields."""

    item: Item
    matches: bool
    fields: list[FieldCheck]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a visit would bring; `tested_at` is when it was tried."""

    result: VisitResult
    tested_at: datetime
    items: list[PreviewItem]
    listed: int  # on the page or in the feed
    read: int  # of these, read whole
    matching: int
    imprecise: int  # items whose time is only a day, or unknown
    closed_place: str  # the private `host:port` that the guard refused and that an operator may open
    estimate: Estimate | None  # at the automatic pace; None where too little is known

    @property
    def succeeded(self) -> bool:
        return self.result.outcome == "ok" and self.read > 0

    @property
    def outcome(self) -> tuple[str, str]:
        """The code of what came of it, with its detail; a list none of whose pages can be read did not go well."""
        if self.result.outcome == "ok" and not self.read:
            return "details", str(min(self.listed, LIMITS.details))
        return self.result.outcome, self.result.detail


def try_source(source: Source, workspace: Workspace, now: datetime) -> Preview:
    """Visit an unsaved source once; takes up to twenty seconds."""
    matches = _matcher(workspace)
    allowed = allowed_private_hosts()
    connection.close()  # a connection of the pool is not kept waiting for a site
    # A thread of its own: what speaks with the database would wait for the request's thread, which waits here.
    with ThreadPoolExecutor(1) as thread:
        result = thread.submit(asyncio.run, _visit(source, allowed)).result()
    result = _blotted(result, list(readable_secrets(source).values()))
    newest = sorted(result.items, key=lambda item: item.published_at or now, reverse=True)
    fields = _fields(source, newest, workspace.pk)
    found = [PreviewItem(item, matches(item), checks) for item, checks in zip(newest, fields, strict=True)]
    return Preview(
        result=result,
        tested_at=now,
        items=found[:SHOWN],
        listed=len(result.listed),
        read=len(newest),
        matching=sum(one.matches for one in found),
        imprecise=sum(item.precision not in PRECISE for item in newest),
        closed_place=_closed_place(source, result, allowed),
        estimate=estimate(_times(newest), _has_pages(newest), None, now),
    )


def _blotted(result: VisitResult, secrets: Sequence[str]) -> VisitResult:
    """The same without what a site repeats of our secrets, which no page shows again."""
    if not secrets:
        return result
    return replace(
        result,
        detail=blotted_text(result.detail, secrets),
        log=[replace(line, said=blotted_said(line.said, secrets)) for line in result.log],
        items=[without_secrets(item, secrets) for item in result.items],
        listed=[blotted_text(url, secrets) for url in result.listed],
    )


def _times(items: Sequence[Item]) -> list[datetime]:
    """When the items were published, where that is known well enough."""
    return [item.published_at for item in items if item.published_at and item.precision in PRECISE]


def _has_pages(items: Sequence[Item]) -> bool:
    """Whether items came from pages of their own, each of which is a request."""
    answers = {item.response.url for item in items if item.response}
    return len(answers) > 1


async def _visit(source: Source, allowed: frozenset[str]) -> VisitResult:
    ports = replace(trial_ports(source, allowed), unknown=_everything)  # what was stored before is of interest here too
    async with GuardedClient(allowed_private=allowed, contact=settings.CONTACT_URL) as client:
        return await visit_source(source, client, ports, LIMITS)


def trial_ports(source: Source, allowed: frozenset[str]) -> Ports:
    """What a visit that stores nothing asks of the database, from a thread whose connections nobody else ends."""
    ports = ports_of(source, allowed)
    return replace(
        ports,
        reserve=_released(ports.reserve),
        unknown=_released(ports.unknown),
        release=_released(ports.release),
        recall_robots=_released(ports.recall_robots),
        keep_robots=_released(ports.keep_robots),
    )


async def _everything(items: Sequence[Item]) -> Sequence[Item]:
    return items


def _released(port: Callable[Given, Awaitable[Answer]]) -> Callable[Given, Awaitable[Answer]]:
    """The same port, which gives its database connection back after each call."""

    async def call(*args: Given.args, **kwargs: Given.kwargs) -> Answer:
        try:
            return await port(*args, **kwargs)
        finally:
            await sync_to_async(connections.close_all)()

    return call


def _matcher(workspace: Workspace) -> Callable[[Item], bool]:
    watched = watch(Topic.objects.active().real().filter(workspace=workspace).select_related("current"))

    def matches(item: Item) -> bool:
        return bool(watched.engine.match(Document(text=item.text, title=item.title, author=item.author, url=item.url)))

    return matches


def _closed_place(source: Source, result: VisitResult, allowed: frozenset[str]) -> str:
    try:
        target = parse_target(source.url)
    except RefusedAddressError:
        return ""
    refused_here = result.outcome == "refused-address" and result.detail.startswith(f"{target.host} (")
    return target.place if refused_here and target.place not in allowed else ""


def _fields(source: Source, items: Sequence[Item], workspace_id: int) -> list[list[FieldCheck]]:
    """Every field of each item with its origin; what is neither looked for nor found is left out of the rarer ones."""
    origins = KINDS[source.kind].origins(source.definition)
    values = [_values(item, workspace_id) for item in items]
    filled = Counter(name for one in values for name, value in one.items() if value not in ("", None))
    shown = [
        name
        for name in {**_values(Item(""), workspace_id), **dict.fromkeys(filled), **origins}
        if name in USUAL or origins.get(name) or filled[name]
    ]
    return [[_check(name, one.get(name), origins.get(name, ""), filled[name]) for name in shown] for one in values]


def _check(name: str, value: Any, origin: str, filled: int) -> FieldCheck:
    selector = origin.removeprefix(GENERIC).removeprefix(", ")
    return FieldCheck(name, value, selector, filled, selector != origin or (not origin and filled > 0))


def _values(item: Item, workspace_id: int) -> dict[str, Any]:
    return {
        "title": item.title,
        "text": item.text,
        "author": author_code(Post(author=item.author, url=item.url), workspace_id),
        "published_at": item.published_at,
        "url": item.url,
        "site_id": item.site_id,
        **item.figures,
    }
