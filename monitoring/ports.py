"""What a visit asks of the installation: its turn with a domain, what is known already, and the robots.txt at hand."""

import asyncio
import math
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from asgiref.sync import sync_to_async
from django.conf import settings
from django.utils import timezone

from monitoring.crawling.domains import domain_of
from monitoring.crawling.robots import RobotsFile
from monitoring.models import Host, Post, Source
from monitoring.operations.domains import Hold, remember_robots, rest_domains, take_domain
from monitoring.operations.posts import barred_keys, expired_keys, key_of
from monitoring.sources.items import Item
from monitoring.visiting.pacing import Turn, rest_after
from monitoring.visiting.visit import Ports

DOMAIN_DELAY = 1.0  # seconds between two requests to one public domain, at least
LOOK_AGAIN = 0.5  # seconds, while another worker asks the domain
ROBOTS_KEPT = timedelta(hours=24)
STALE_ROBOTS_KEPT = 2 * ROBOTS_KEPT  # while a site's robots.txt cannot be had


def ports_of(
    source: Source, allowed: frozenset[str], turn: Turn | None = None, held_until: datetime | None = None
) -> Ports:
    """What a visit of the source asks of the database; `turn` is the domain that is held for all of it, until then.

    Any other domain is taken for one request at a time. Nobody waits for one while holding another, so that visits
    that are led to each other's domains never wait for each other.
    """
    manners = _Politeness(source, allowed, turn, held_until)
    return Ports(
        manners.reserve,
        _unknown_of(source),
        recall_robots,
        keep_robots,
        time.monotonic,
        manners.release,
    )


class _Politeness:
    """One connection to each domain, and the rest between two requests."""

    def __init__(self, source: Source, allowed: frozenset[str], turn: Turn | None, held_until: datetime | None) -> None:
        self._source, self._allowed = source, allowed
        self._turn, self._held_until = turn, held_until
        self._holds: dict[str, Hold] = {}
        self._ended: dict[str, float] = {}  # when the last request to a domain ended

    async def reserve(self, place: str, delay: float) -> float:
        domain = domain_of(place)
        if self._turn and domain == self._turn.domain:
            return self._turn.wait(time.monotonic(), delay)
        while (hold := await sync_to_async(take_domain)(name=domain, now=timezone.now())) is None:
            await self._give_up_turn()
            await asyncio.sleep(LOOK_AGAIN)
        self._holds[domain] = hold
        asked = self._ended.get(domain, -math.inf) + delay - time.monotonic()
        return max(hold.wait, asked)

    async def _give_up_turn(self) -> None:
        """Leave the domain that is held to whoever waits for it; from now on it is taken like any other."""
        turn, self._turn = self._turn, None
        if turn and self._held_until:
            free_at = timezone.now() + timedelta(seconds=turn.wait(time.monotonic(), 0.0))
            await sync_to_async(rest_domains)(rests={turn.domain: free_at}, held_until=[self._held_until])

    async def release(self, place: str, delay: float, took: float) -> None:
        domain, now = domain_of(place), time.monotonic()
        rest = rest_after(least=self._least(place), asked=delay, took=took, luck=random.random())  # noqa: S311
        self._ended[domain] = now
        if self._turn and domain == self._turn.domain:
            self._turn.rest(now, rest)
        elif hold := self._holds.pop(domain, None):
            free_at = timezone.now() + timedelta(seconds=rest)
            await sync_to_async(rest_domains)(rests={domain: free_at}, held_until=[hold.until])

    def _least(self, place: str) -> float:
        """Seconds between two requests: an operator's own machines and a drill's sites may be asked faster."""
        asked = self._source.delay
        if self._source.is_drill:
            return asked or 0.0
        if place in self._allowed:
            return settings.PRIVATE_HOST_DELAY if asked is None else asked
        return max(DOMAIN_DELAY, asked or 0.0)


def _unknown_of(source: Source) -> Callable[[Sequence[Item]], Awaitable[Sequence[Item]]]:
    @sync_to_async
    def unknown(items: Sequence[Item]) -> list[Item]:
        keys = {key_of(item, source): item for item in items}
        known = {bytes(key) for key in Post.objects.filter(key__in=list(keys)).values_list("key", flat=True)}
        known |= expired_keys(keys.keys() - known)
        known |= barred_keys(source, {key: item for key, item in keys.items() if key not in known})
        return [item for key, item in keys.items() if key not in known]

    return unknown


@sync_to_async
def recall_robots(place: str) -> RobotsFile | None:
    """The robots.txt of a `host:port` as we know it; after a day it is stale, and after two it is forgotten."""
    now = timezone.now()
    known = Host.objects.filter(name=place, robots_fetched_at__gt=now - STALE_ROBOTS_KEPT).first()
    if known is None or known.robots_fetched_at is None:
        return None
    age = now - known.robots_fetched_at
    return RobotsFile(known.robots_status or 0, known.robots or "", age >= ROBOTS_KEPT, age.total_seconds())


@sync_to_async
def keep_robots(place: str, file: RobotsFile) -> None:
    """Keep the robots.txt of a `host:port`."""
    remember_robots(host=place, robots=file.text, status=file.status, now=timezone.now())
