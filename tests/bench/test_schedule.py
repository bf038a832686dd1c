"""Whether 10,000 sources are visited on time, what a visit costs, and whether memory stays flat.

Run with `pytest tests/bench/test_schedule.py -m bench -s`; MINUTES says how long the simulated schedule runs (30), and
HTTP_SECONDS how long the sample over HTTP does (60). The schedule's clock is simulated, but it never runs faster than
the machine: what claiming, storing and planning take is time that passes. The servers of the schedule are simulated
too; those of the sample are not.
"""

import heapq
import os
import random
import resource
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from monitoring import crawler
from monitoring.crawler import HANDED_OVER_AFTER, SOCKETS, TURN, crawl_round
from monitoring.models import Host, Source, Subscription, Visit
from monitoring.operations.domains import rest_domains
from monitoring.operations.visits import Claimed, Report, claim_visits, finish_visit, finish_visits
from monitoring.sources.items import Item
from tests.bench.test_fetching import page_server
from tests.factories import make_yaori
from tests.fakes.loopback import feed_of

SOURCES, DOMAINS = 10_000, 7_000
MINUTES = float(os.environ.get("MINUTES", "30"))
HTTP_SECONDS = float(os.environ.get("HTTP_SECONDS", "60"))
STARTED = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
# share of the sources → seconds between visits, as news sites have them
INTERVALS = ((0.1, 120), (0.5, 900), (0.2, 3600), (0.2, 14_400))
TABLES = ("source", "subscription", "visit", "host", "volume", "backread", "sourceversion")
TICK = 0.5
BEAT = 2.0  # seconds until the next round is begun by another worker
PAGE = os.sysconf("SC_CLK_TCK")


def add_sources(count: int, url: Any, domain: Any, *, spread: bool = True) -> None:
    workspace, picker = make_yaori().workspace, random.Random(7)
    intervals = [seconds for share, seconds in INTERVALS for _ in range(round(share * count))]
    sources = Source.objects.bulk_create(
        Source(
            kind="feed",
            definition={"url": url(n)},
            definition_hash=f"{n:064x}",
            url=url(n),
            domain=domain(n),
            interval=intervals[n],
            created_at=STARTED,
        )
        for n in range(count)
    )
    Subscription.objects.bulk_create(
        Subscription(workspace=workspace, source=one, name=f"n{n}", interval=intervals[n])
        for n, one in enumerate(sources)
    )
    Visit.objects.bulk_create(
        Visit(source=one, due_at=STARTED + timedelta(seconds=picker.uniform(0, intervals[n]) if spread else 0))
        for n, one in enumerate(sources)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def report_for(picker: random.Random, visit: Visit, now: datetime) -> Report:
    """As news sites answer: mostly nothing new, now and then three of twenty are, sometimes an error."""
    told = {"url": visit.source.url, "status": 200, "bytes": 60_000, "took_ms": 80}
    log = [{"ms": 3, "what": "robots", "said": {"status": 200}}, {"ms": 90, "what": "answer", "said": told}]
    rolled = picker.random()
    if rolled < 0.75:
        return Report("unchanged", "", 304, 1, 0, state=visit.source.state, log=log)
    if rolled < 0.8:
        return Report("timeout", "n.example:443", None, 1, 0, log=log)
    first = int(now.timestamp()) // 600 * 3
    items = [
        Item(
            f"{visit.source.url}/{first - n}",
            title=f"曜日乳業 {first - n}",
            text="曜日乳業表示，相關批次已經全面下架。" * 20,
            published_at=now - timedelta(minutes=3 * n),
            precision="minute",
        )
        for n in range(20)
    ]
    return Report("ok", "", 200, 1, 60_000, state={visit.source.url: {"etag": f'"{first}"'}}, log=log, items=items)


def seconds_of(picker: random.Random, report: Report) -> float:
    """How long a visit holds its socket."""
    return 20.0 if report.outcome == "timeout" else min(picker.lognormvariate(-0.7, 0.8), 20.0)


@dataclass
class Simulated:
    """The crawler's round with servers that only take time."""

    now: datetime = STARTED
    picker: random.Random = field(default_factory=lambda: random.Random(11))
    running: list[tuple[datetime, int, Claimed, Report]] = field(default_factory=list)
    lateness: list[float] = field(default_factory=list)
    behind: float = 0.0

    def run(self, minutes: float) -> None:
        while self.now < STARTED + timedelta(minutes=minutes):
            began = time.perf_counter()
            self.tick()
            took = time.perf_counter() - began
            self.behind = max(self.behind, took)
            self.now += timedelta(seconds=max(TICK, took))

    def tick(self) -> None:
        done = []
        while self.running and self.running[0][0] <= self.now:
            done.append(heapq.heappop(self.running))
        if done:
            self.finish([(claimed, report) for _at, _key, claimed, report in done])
        if len(self.running) < SOCKETS and not self.is_handed_over():
            for claimed in claim_visits(now=self.now, limit=SOCKETS - len(self.running)):
                assert claimed.visit.due_at is not None
                self.lateness.append((self.now - claimed.visit.due_at).total_seconds())
                report = report_for(self.picker, claimed.visit, self.now)
                ends = self.now + timedelta(seconds=seconds_of(self.picker, report))
                heapq.heappush(self.running, (ends, claimed.visit.pk, claimed, report))

    def is_handed_over(self) -> bool:
        """A round takes on visits for so long, then another worker's begins; there are always slow visits here."""
        return (self.now - STARTED).total_seconds() % (TURN + HANDED_OVER_AFTER + BEAT) >= TURN

    def finish(self, done: Sequence[tuple[Claimed, Report]]) -> None:
        rests = {claimed.domain: self.now + timedelta(seconds=1.25) for claimed, _report in done}
        rest_domains(rests=rests, held_until=[claimed.held_until for claimed, _report in done])
        quiet = [(claimed.visit, report) for claimed, report in done if not report.items]
        finish_visits(finished=quiet, now=self.now)
        for claimed, report in done:
            if report.items:
                finish_visit(visit=claimed.visit, report=report, now=self.now)


def database_seconds() -> float:
    """CPU time of the PostgreSQL process that serves this connection, where it is on this machine."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / PAGE


def state_bytes() -> int:
    with connection.cursor() as cursor:
        names = [f"monitoring_{name}" for name in TABLES]
        cursor.execute("SELECT sum(pg_total_relation_size(name::regclass)) FROM unnest(%s::text[]) AS name", [names])
        (size,) = cursor.fetchone()
    return int(size)


def resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


@contextmanager
def measured() -> Iterator[dict[str, float]]:
    """CPU seconds of this process and of its database process."""
    own, database, spent = time.process_time(), database_seconds(), {}
    yield spent
    spent["own"], spent["database"] = time.process_time() - own, database_seconds() - database


def p95(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=20)[18]


@pytest.mark.bench
@pytest.mark.django_db(transaction=True)
def test_ten_thousand_sources_on_a_schedule(capsys: pytest.CaptureFixture[str]) -> None:
    add_sources(SOURCES, lambda n: f"https://www.d{n % DOMAINS}.example/{n}", lambda n: f"d{n % DOMAINS}.example")
    empty = state_bytes()
    simulated = Simulated()
    simulated.run(MINUTES / 10)  # warm up
    before, counted = resident_mb(), len(simulated.lateness)
    with measured() as spent:
        simulated.run(MINUTES)
    visits = len(simulated.lateness) - counted
    with capsys.disabled():
        print(
            f"\n{len(simulated.lateness)} visits in {MINUTES:g} simulated minutes "
            f"({visits / (MINUTES * 54):.1f}/s): late p50 {statistics.median(simulated.lateness):.2f} s, "
            f"p95 {p95(simulated.lateness):.2f} s, most {max(simulated.lateness):.1f} s; slowest tick "
            f"{simulated.behind:.2f} s\nCPU per visit: {spent['own'] / visits * 1000:.2f} ms of ours, "
            f"{spent['database'] / visits * 1000:.2f} ms of PostgreSQL's"
            f"\nmemory grew by {resident_mb() - before:.1f} MB\nstate per 1,000 sources: {empty / SOURCES:.0f} kB at "
            f"first, {state_bytes() / SOURCES:.0f} kB with the visits of {MINUTES:g} minutes "
            f"({Visit.objects.finished().count()} rows)"
        )


class Everywhere:
    """A resolver that finds every name on this machine."""

    def __init__(self, *_: Any) -> None:
        pass

    def __enter__(self) -> "Everywhere":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    async def __call__(self, host: str, port: int) -> list[str]:
        return ["127.0.0.1"]


@pytest.mark.bench
@pytest.mark.django_db(transaction=True)
def test_a_sample_over_http(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """400 feeds on 400 domains, read again as soon as manners allow, with all manners."""
    monkeypatch.setattr(crawler, "SystemResolver", Everywhere)
    now = datetime.now(UTC)
    feed = feed_of(
        *({"title": f"t{n}", "link": f"https://n.example/{n}", "at": now, "text": "曜日" * 200} for n in range(20))
    )
    settings.PRIVATE_HOST_DELAY = 1.0
    with page_server(feed) as place:
        port = place.rpartition(":")[2]
        settings.ALLOWED_PRIVATE_HOSTS = [f"s{n}.test:{port}" for n in range(400)]
        add_sources(400, lambda n: f"http://s{n}.test:{port}/feed", lambda n: f"s{n}.test", spread=False)
        Host.objects.bulk_create(
            Host(name=f"s{n}.test:{port}", free_at=now, robots="", robots_status=404, robots_fetched_at=now)
            for n in range(400)
        )
        Source.objects.update(interval=5)
        Subscription.objects.update(interval=5)
        monkeypatch.setattr(crawler, "TURN", 5.0)
        while Source.objects.filter(last_success_at=None).exists():  # the first visits store the posts
            crawl_round()
        before, began, count, own = resident_mb(), time.monotonic(), 0, time.process_time()
        while time.monotonic() - began < HTTP_SECONDS:
            count += crawl_round()
        seconds = time.process_time() - own
    outcomes = dict.fromkeys(Visit.objects.finished().values_list("outcome", flat=True))
    with capsys.disabled():
        print(
            f"\n{count} visits over HTTP in {time.monotonic() - began:.0f} s ({', '.join(outcomes)}): "
            f"{seconds / count * 1000:.2f} ms of CPU each; memory grew by {resident_mb() - before:.1f} MB"
        )
    assert set(outcomes) <= {"ok", "unchanged"}
