"""Paste an address: look at it once, politely, and say in which ways it can be read; stores nothing."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

from monitoring.crawler import allowed_private_hosts
from monitoring.crawling.robots import RobotsFile
from monitoring.detecting.checks import Check, check_page
from monitoring.detecting.offers import Offer, offers_of
from monitoring.detecting.signs import Candidate, look, look_at_address
from monitoring.models import Source
from monitoring.previews import trial_ports
from monitoring.sources import KINDS
from monitoring.sources.items import SourceError
from monitoring.visiting.manners import LogLine, Manners, Ports
from monitoring.visiting.visit import guarded
from sentinel.core.net.client import GuardedClient
from sentinel.core.net.guard import parse_target
from sentinel.core.net.types import FetchError, Request, Response

SECONDS = 20.0
ASKED_FOR = 18.0  # seconds from the beginning, in which places that are only likely may answer
MOST_ASKED = 8  # places that are only likely

_ACCEPT = "text/html, application/xhtml+xml, application/rss+xml, application/atom+xml, application/json, */*;q=0.5"


@dataclass(frozen=True, slots=True)
class Detection:
    """What a first look brought.

    `outcome` is ok, or a code of SourceError or FetchError with its `detail`; `url` is where the `asked` address led
    to, `title` what the page calls itself.
    """

    asked: str
    url: str
    outcome: str = "ok"
    detail: str = ""
    title: str = ""
    checks: list[Check] = field(default_factory=list)
    offers: list[Offer] = field(default_factory=list)
    log: list[LogLine] = field(default_factory=list)


def detect(url: str, zone: str, now: datetime) -> Detection:
    """Look at an address; takes up to twenty seconds."""
    allowed = allowed_private_hosts()
    connection.close()  # a connection of the pool is not kept waiting for a site
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, _detect(url, ZoneInfo(zone), now, allowed)).result()


async def _detect(url: str, zone: tzinfo, now: datetime, allowed: frozenset[str]) -> Detection:
    ports = trial_ports(Source(kind="feed", url=url), allowed)
    async with GuardedClient(allowed_private=allowed, contact=settings.CONTACT_URL) as client:
        manners = Manners(client, ports, now, SECONDS)
        try:
            async with asyncio.timeout(SECONDS):
                found = await _look(url, zone, now, manners, ports)
        except TimeoutError:
            found = Detection(url, url, "timeout", f"{SECONDS:g} s")
        except (SourceError, FetchError) as failure:
            found = Detection(url, url, failure.code, failure.detail)
        return replace(found, log=manners.lines)


async def _look(url: str, zone: tzinfo, now: datetime, manners: Manners, ports: Ports) -> Detection:
    known = look_at_address(url)
    if known and all(one.is_certain for one in known):
        return Detection(url, url, offers=offers_of(known))  # its pages show a stranger nothing
    response = await manners.ask(Request(url, headers={"Accept": _ACCEPT}))
    robots = await ports.recall_robots(parse_target(response.url).place) or RobotsFile(404, "")
    checks = check_page(url, response, robots)
    bad = next((check for check in checks if check.state == "bad"), None)
    if bad and not known:
        return Detection(url, response.url, _refused(bad), str(bad.said.get("sign", "")), checks=checks)
    if not 200 <= response.status < 300:
        return Detection(url, response.url, "http", str(response.status), checks=checks)
    seen = look(response, robots.text, now, zone)
    candidates = [*known, *seen.candidates]
    likely = [one for one in candidates if not one.is_certain][:MOST_ASKED]
    answered = await _those_that_answer(likely, response, zone, now, manners)
    offers = offers_of(one for one in candidates if one.is_certain or one in answered)
    closed = next((check for check in checks if check.name == "login" and check.state == "warn"), None)
    if closed and not offers:
        return Detection(url, response.url, "login", str(closed.said["sign"]), title=seen.title, checks=checks)
    return Detection(url, response.url, title=seen.title, checks=checks, offers=offers)


def _refused(check: Check) -> str:
    return {"robots": "robots", "answer": "http"}.get(check.name, "blocked")


async def _those_that_answer(
    candidates: Sequence[Candidate], page: Response, zone: tzinfo, now: datetime, manners: Manners
) -> list[Candidate]:
    """Those of likely places that hold what was thought and say so in time; of usual places the first alone.

    `page` is what was looked at, which is not asked for again.
    """
    answered: list[Candidate] = []
    with suppress(TimeoutError):
        async with asyncio.timeout(max(ASKED_FOR - manners.elapsed(), 0.0)):
            for one in candidates:
                if one.sign == "usual-place" and any(other.sign == "usual-place" for other in answered):
                    continue
                with suppress(SourceError, FetchError):
                    if await _answers(one, page, zone, now, manners):
                        answered.append(one)
    return answered


async def _answers(candidate: Candidate, page: Response, zone: tzinfo, now: datetime, manners: Manners) -> bool:
    """Whether the place holds what was thought; raises SourceError and FetchError where it does not."""
    offer = next(iter(offers_of([candidate])), None)
    if offer is None:
        return False
    kind = KINDS[offer.kind]
    first = kind.start(offer.definition)[0]
    response = page if first.url == page.url else await manners.ask(first)
    guarded(lambda: kind.parse(offer.definition, response, now, zone))
    return True
