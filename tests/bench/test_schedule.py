"""Whether 10,000 sources are visited on time, what a visit costs, and whether memory stays flat.

Run with `pytest tests/bench/test_schedule.py -m bench -s`; MINUTES says how long the simulated schedule runs (30), and
HTTP_SECONDS how long the sample over HTTP does (60). The schedule's clock is simulated, but it never runs faster than
the machine: what claiming, storing and planning take is time that passes. Its two workers are two processes that claim
from one PostgreSQL, and move on together. The servers of the schedule are simulated too; those of the sample are not.
"""

import ctypes
import gc
import heapq
import multiprocessing
import os
import random
import resource
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from multiprocessing.queues import Queue
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections

from monitoring import crawler
from monitoring.crawler import HANDED_OVER_AFTER, SOCKETS, TURN, crawl_round, own_round
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
BEAT = 2.0  # seconds from one attempt to begin a round to the next
LATEST = 30.0  # seconds that the 95th percentile may be late
FLAT = 5.0  # MB that a process may grow by in MINUTES; 0.5 measured in 30
CLOCK_STOPS = 120.0  # seconds that a tick may take
FORK = multiprocessing.get_context("fork")
LIBC = ctypes.CDLL(None)
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


class Clock:
    """The simulated time of several workers, which begin each tick together."""

    def __init__(self, workers: int) -> None:
        self._all = FORK.Barrier(workers, timeout=CLOCK_STOPS)
        self._took = FORK.Array("d", workers)

    def step(self, number: int, took: float) -> timedelta:
        """How far time moves for all of them after a tick: as far as the slowest took, and a tick at least."""
        self._took[number] = took
        self._all.wait()
        step = max(TICK, *self._took)
        self._all.wait()  # nobody writes the next before everybody has read
        return timedelta(seconds=step)


@dataclass
class Worker:
    """One process that crawls, with servers that only take time; its rounds are begun and handed over as the crawler's.

    Workers on one `machine` have one round between them.
    """

    number: int
    machine: str
    clock: Clock
    now: datetime = STARTED
    running: list[tuple[datetime, int, Claimed, Report]] = field(default_factory=list)
    lateness: dict[tuple[int, datetime], float] = field(default_factory=dict)  # by visit and when it was due
    rounds: int = 0
    behind: float = 0.0

    def __post_init__(self) -> None:
        self.picker = random.Random(11 + self.number)
        self.lock = ExitStack()
        self.ends: datetime | None = None  # of the turn, while a round is on
        self.asked_at = STARTED

    def run(self, minutes: float) -> None:
        while self.now < STARTED + timedelta(minutes=minutes):
            began = time.perf_counter()
            self.tick()
            took = time.perf_counter() - began
            self.behind = max(self.behind, took)
            self.now += self.clock.step(self.number, took)

    def tick(self) -> None:
        done = []
        while self.running and self.running[0][0] <= self.now:
            done.append(heapq.heappop(self.running))
        if done:
            self.finish([(claimed, report) for _at, _key, claimed, report in done])
        if self.ends is None:
            self.begin_round()
        if self.ends is not None and self.now < self.ends and len(self.running) < SOCKETS:
            self.take_on()
        if self.ends is not None and self.now >= self.ends + timedelta(seconds=HANDED_OVER_AFTER):
            self.lock.close()
        if not self.running:
            self.lock.close()
            self.ends = None

    def begin_round(self) -> None:
        if self.now < self.asked_at:
            return
        self.asked_at = self.now + timedelta(seconds=BEAT)
        if self.lock.enter_context(own_round(f"bench-{self.machine}")):
            self.ends = self.now + timedelta(seconds=TURN)
            self.rounds += 1
        else:
            self.lock.close()

    def take_on(self) -> None:
        for claimed in claim_visits(now=self.now, limit=SOCKETS - len(self.running)):
            assert claimed.visit.due_at is not None
            due_at = claimed.visit.due_at
            self.lateness[claimed.visit.pk, due_at] = (self.now - due_at).total_seconds()
            report = report_for(self.picker, claimed.visit, self.now)
            ends = self.now + timedelta(seconds=seconds_of(self.picker, report))
            heapq.heappush(self.running, (ends, claimed.visit.pk, claimed, report))

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
    """What this process takes, without what it could give back: room that its parent left would hide a growth."""
    gc.collect()
    if hasattr(LIBC, "malloc_trim"):
        LIBC.malloc_trim(0)
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


@dataclass(frozen=True)
class Told:
    """What a worker's process says at its end."""

    lateness: dict[tuple[int, datetime], float]
    rounds: int
    behind: float
    grown: float  # MB
    visits: int  # whose CPU seconds these are:
    own: float
    database: float


def crawl(worker: Worker, told: "Queue[Told]") -> None:
    """The whole life of a worker's process."""
    worker.run(MINUTES / 10)  # warm up
    before, counted = resident_mb(), len(worker.lateness)
    with measured() as spent:
        worker.run(MINUTES)
    visits = len(worker.lateness) - counted
    told.put(Told(worker.lateness, worker.rounds, worker.behind, resident_mb() - before, visits, **spent))


def crawled_by(machines: Sequence[str]) -> list[Told]:
    """What each worker says, one process for each of the `machines`; all claim from this test's database."""
    connections.close_all()  # a connection is not shared between processes
    clock, told = Clock(len(machines)), FORK.Queue()
    workers = [Worker(number, machine, clock) for number, machine in enumerate(machines)]
    processes = [FORK.Process(target=crawl, args=(worker, told), daemon=True) for worker in workers]
    for process in processes:
        process.start()
    most = MINUTES * 60 + CLOCK_STOPS  # simulated time never runs faster than the machine
    answers = [told.get(timeout=most) for _ in processes]
    for process in processes:
        process.join()
    return answers


@pytest.mark.bench
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("machines", [("a", "a"), ("a", "b")], ids=["on one machine", "on two machines"])
def test_two_workers_and_ten_thousand_sources_on_a_schedule(
    machines: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    add_sources(SOURCES, lambda n: f"https://www.d{n % DOMAINS}.example/{n}", lambda n: f"d{n % DOMAINS}.example")
    empty = state_bytes()
    told = crawled_by(machines)
    lateness = [seconds for one in told for seconds in one.lateness.values()]
    visits = sum(one.visits for one in told)
    with capsys.disabled():
        print(
            f"\n{len(lateness)} visits in {MINUTES:g} simulated minutes ({visits / (MINUTES * 54):.1f}/s) by "
            f"{' and '.join(f'{len(one.lateness)} in {one.rounds} rounds' for one in told)}: late p50 "
            f"{statistics.median(lateness):.2f} s, p95 {p95(lateness):.2f} s, most {max(lateness):.1f} s; slowest tick "
            f"{max(one.behind for one in told):.2f} s\n"
            f"CPU per visit: {sum(one.own for one in told) / visits * 1000:.2f} ms of ours, "
            f"{sum(one.database for one in told) / visits * 1000:.2f} ms of PostgreSQL's\n"
            f"memory grew by {' and '.join(f'{one.grown:.1f}' for one in told)} MB\nstate per 1,000 sources: "
            f"{empty / SOURCES:.0f} kB at first, {state_bytes() / SOURCES:.0f} kB with the visits of {MINUTES:g} "
            f"minutes ({Visit.objects.finished().count()} rows)"
        )
    assert p95(lateness) < LATEST
    assert all(one.grown < FLAT for one in told)
    assert all(one.lateness for one in told)
    assert not set(told[0].lateness) & set(told[1].lateness)  # no visit is run by both


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
