"""Try a source before it is saved: one visit that writes nothing, and what it found."""

import asyncio
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connection, connections

from monitoring.crawler import allowed_private_hosts, visit_source
from monitoring.matching import Document
from monitoring.models import Source, Topic
from monitoring.operations.mentions import watch
from monitoring.sources import KINDS
from monitoring.sources.items import Item
from monitoring.visiting.visit import VisitLimits, VisitResult
from sentinel.core.models import Workspace
from sentinel.core.net.client import GuardedClient

LIMITS = VisitLimits(pages=1, details=3, seconds=20.0)
SHOWN = 5
PRECISE = ("second", "minute", "hour")


@dataclass(frozen=True, slots=True)
class PreviewItem:
    """One of the newest items, and whether a topic of the workspace would match it."""

    item: Item
    matches: bool


@dataclass(frozen=True, slots=True)
class FieldCheck:
    """A field of the newest item: where it was read from, and in how many of the items it is filled."""

    name: str
    value: str
    origin: str
    filled: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What a visit would bring; `tested_at` is when it was tried."""

    result: VisitResult
    tested_at: datetime
    items: list[PreviewItem]
    fields: list[FieldCheck]
    total: int
    matching: int
    imprecise: int  # items whose time is only a day, or unknown

    @property
    def succeeded(self) -> bool:
        return self.result.outcome in ("ok", "unchanged") and self.total > 0


def try_source(source: Source, workspace: Workspace, now: datetime) -> Preview:
    """Visit an unsaved source once; takes up to twenty seconds."""
    matches = _matcher(workspace)
    allowed = allowed_private_hosts()
    connection.close()  # the pool's connection is not kept waiting for a site
    result = asyncio.run(_visit(source, allowed))
    newest = sorted(result.items, key=lambda item: item.published_at or now, reverse=True)
    found = [PreviewItem(item, matches(item)) for item in newest]
    return Preview(
        result=result,
        tested_at=now,
        items=found[:SHOWN],
        fields=_fields(source, newest),
        total=len(newest),
        matching=sum(one.matches for one in found),
        imprecise=sum(item.precision not in PRECISE for item in newest),
    )


async def _visit(source: Source, allowed: frozenset[str]) -> VisitResult:
    async with GuardedClient(allowed_private=allowed, contact=settings.CONTACT_URL) as client:
        result = await visit_source(source, client, allowed, LIMITS)
    await sync_to_async(connections.close_all)()
    return result


def _matcher(workspace: Workspace) -> Any:
    watched = watch(Topic.objects.active().filter(workspace=workspace).select_related("current"))

    def matches(item: Item) -> bool:
        return bool(watched.engine.match(Document(text=item.text, title=item.title, author=item.author, url=item.url)))

    return matches


def _fields(source: Source, items: list[Item]) -> list[FieldCheck]:
    """Every field of the newest item with its origin."""
    if not items:
        return []
    origins = KINDS[source.kind].origins(source.definition)
    filled: Counter[str] = Counter()
    for item in items:
        filled.update(name for name, value in _values(item).items() if value)
    return [FieldCheck(name, value, origins.get(name, ""), filled[name]) for name, value in _values(items[0]).items()]


def _values(item: Item) -> dict[str, str]:
    return {
        "title": item.title,
        "text": item.text[:200],
        "author": item.author,
        "published_at": item.published_at.isoformat() if item.published_at else "",
        "url": item.url,
        "site_id": item.site_id,
    }
