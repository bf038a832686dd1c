"""What each kind of input costs when it is hostile: a process of its own for each case, its memory and its time.

    python -m tests.bench.hostile_costs [kind…] [--case words]

prints a line for each case over half of a bound, and the largest of each kind. Each case runs in a fork of a process
that has imported everything, so that what it adds is what the input costs, the input itself included.
"""

import argparse
import asyncio
import contextlib
import multiprocessing
import os
import re
import resource
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sentinel.settings")
os.environ.setdefault("MALLOC_ARENA_MAX", "2")  # as `./run` starts its processes
django.setup()

from monitoring.crawler import LIMITS  # noqa: E402
from monitoring.crawling.robots import RobotsFile  # noqa: E402
from monitoring.detections import _look  # noqa: E402
from monitoring.previews import LIMITS as TEST_LIMITS  # noqa: E402
from monitoring.revisiting import LIMITS as AGAIN_LIMITS  # noqa: E402
from monitoring.sources import KINDS  # noqa: E402
from monitoring.sources.items import Item, SourceError  # noqa: E402
from monitoring.sources.kinds import Kind  # noqa: E402
from monitoring.sources.presets import PRESETS  # noqa: E402
from monitoring.visiting.again import look_again  # noqa: E402
from monitoring.visiting.back import read_page  # noqa: E402
from monitoring.visiting.manners import Manners, Ports  # noqa: E402
from monitoring.visiting.visit import visit  # noqa: E402
from sentinel.core.net.client import GuardedClient  # noqa: E402
from sentinel.core.net.types import FetchError  # noqa: E402
from tests.bench.hostile_inputs import (  # noqa: E402
    as_batch,
    as_columns,
    as_definition,
    as_mail,
    as_message,
    as_opml,
    as_rows,
    as_snapshot,
    as_upload,
    as_words,
)
from tests.fakes import hostile, hostile_files, hostile_pages  # noqa: E402
from tests.fakes.hostile import Behaviour, answer, serving  # noqa: E402
from tests.monitoring.sources.test_presets import case_of  # noqa: E402
from tests.monitoring.visiting.visits import ALL_OPEN, Office  # noqa: E402

SECONDS, MEGABYTES = 25.0, 150.0
Make = Callable[[], bytes]
Use = Callable[[Path], str]
Meet = Callable[[str, str], Awaitable[str]]  # address, `host:port` → outcome


@dataclass(frozen=True)
class Cost:
    """What a case took; `outcome` is what the product says of it."""

    outcome: str
    seconds: float
    cpu: float
    megabytes: float


def largest() -> float:
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found
    return int(found[1]) / 1024


def in_fork(work: Callable[[], str], seconds: float = 45.0) -> Cost:
    """Run `work` in a fork and measure it; one that is still running after a while is ended."""
    near, far = multiprocessing.Pipe(duplex=False)
    began = time.monotonic()
    pid = os.fork()
    if pid == 0:
        before = largest()
        started = resource.getrusage(resource.RUSAGE_SELF)
        try:
            outcome = work()
        except Exception as error:
            outcome = f"FAULT {type(error).__name__}: {error}"[:200]
        used = resource.getrusage(resource.RUSAGE_SELF)
        cpu = used.ru_utime + used.ru_stime - started.ru_utime - started.ru_stime
        far.send((outcome, cpu, largest() - before))
        os._exit(0)
    far.close()
    try:
        told = near.recv() if near.poll(seconds) else None
    except EOFError:
        told = ("KILLED", 0.0, 0.0)
    if told is None:
        peak = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
        told = ("NEVER ENDS", seconds, int(peak[1]) / 1024 if peak else 0.0)
        os.kill(pid, 9)
    os.waitpid(pid, 0)
    return Cost(told[0], time.monotonic() - began, told[1], told[2])


# --- what is read from a server


def of_kind(kind: Kind, given: dict[str, Any], limits: Any = LIMITS) -> Meet:
    async def meet(url: str, place: str) -> str:
        definition = kind.validate({name: _at(value, url) for name, value in given.items()})
        async with GuardedClient(allowed_private=frozenset({place})) as client:
            found = await visit(
                kind, definition, client=client, now=datetime.now(UTC), zone=UTC, ports=ports(place), limits=limits,
                state={},
            )  # fmt: skip
        return f"{found.outcome}, {len(found.items)} items"

    return meet


def _at(value: Any, url: str) -> Any:
    """The address of a definition, on our server."""
    return re.sub(r"https?://[^/\s]+", url.rstrip("/"), value) if isinstance(value, str) else value


def ports(place: str) -> Ports:
    return Office(robots={place: RobotsFile(404, "")}).ports()


async def detecting(url: str, place: str) -> str:
    now = datetime.now(UTC)
    async with GuardedClient(allowed_private=frozenset({place})) as client:
        manners = Manners(client, ports(place), now, 20.0)
        try:
            async with asyncio.timeout(20.0):
                found = await _look(url, UTC, now, manners, ports(place))
        except TimeoutError:
            return "timeout"
        except (SourceError, FetchError) as failure:
            return failure.code
    return f"{found.outcome}, {len(found.offers)} offers"


def reading_back(kind: Kind, given: dict[str, Any]) -> Meet:
    async def meet(url: str, place: str) -> str:
        definition = kind.validate({name: _at(value, url) for name, value in given.items()})
        now = datetime.now(UTC)
        async with GuardedClient(allowed_private=frozenset({place})) as client:
            manners = Manners(client, ports(place), now, 22.0)
            try:
                async with asyncio.timeout(22.0):
                    request = kind.start(definition)[0]
                    page = await read_page(kind, definition, request, number=1, manners=manners, now=now, zone=UTC)
            except TimeoutError:
                return "timeout"
            except (SourceError, FetchError) as failure:
                return failure.code
        return f"{len(page.items)} items"

    return meet


def again(kind: Kind, given: dict[str, Any], address: str) -> Meet:
    async def meet(url: str, place: str) -> str:
        definition = kind.validate({name: _at(value, url) for name, value in given.items()})
        async with GuardedClient(allowed_private=frozenset({place})) as client:
            seen = await look_again(
                kind, definition, [Item(_at(address, url), "x", text="x", site_id="1")], client=client,
                now=datetime.now(UTC), zone=UTC, ports=ports(place), limits=AGAIN_LIMITS,
            )  # fmt: skip
        return ", ".join(one.outcome if one else "not reached" for one in seen)

    return meet


class Anywhere(dict[str, Behaviour]):
    """The same behaviour at every address but that of robots.txt."""

    def __init__(self, behaviour: Behaviour) -> None:
        super().__init__(ALL_OPEN)
        self.behaviour = behaviour

    def get(self, path: str, _default: Any = None) -> Behaviour:  # type: ignore[override]
        return super().get(path, self.behaviour)


def serve(make: Callable[[], Behaviour], tell: Connection) -> None:
    """A server in a process of its own; its port is told."""

    async def go() -> None:
        async with serving(Anywhere(make())) as server:
            tell.send(server.port)
            await asyncio.sleep(3600)

    asyncio.run(go())


@contextlib.contextmanager
def served(make: Callable[[], Behaviour]) -> Iterator[int]:
    near, far = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(target=serve, args=(make, far), daemon=True)
    process.start()
    try:
        yield near.recv()
    finally:
        process.kill()
        process.join()


# --- the cases

SPECIMENS: dict[str, tuple[str, dict[str, Make]]] = {
    "feeds": ("application/xml", hostile_pages.FEEDS),
    "pages": ("text/html", hostile_pages.PAGES),
    "posts": ("application/json", hostile_pages.POSTS),
}
OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
MEGABYTE = bytes(1024 * 1024)
CONDUCT: dict[str, Callable[[], Behaviour]] = {
    "gzip bomb": lambda: answer(hostile.gzip_bomb(1000), "Content-Encoding: gzip"),
    "deflate bomb": lambda: answer(hostile.deflate_bomb(1000), "Content-Encoding: deflate"),
    "brotli bomb": lambda: answer(hostile.brotli_bomb(1000), "Content-Encoding: br"),
    "many gzip members": lambda: answer(hostile.many_gzip_members(200_000), "Content-Encoding: gzip"),
    "a gigabyte of chunks": lambda: hostile.endless(CHUNKED, b"100000\r\n" + MEGABYTE + b"\r\n"),
    "a gigabyte announced": lambda: hostile.raw(OK + b"Content-Length: 1073741824\r\n\r\n", MEGABYTE),
    "chunks of a byte": lambda: hostile.endless(CHUNKED, b"1\r\nx\r\n" * 9999),
    "trailers without end": lambda: hostile.endless(CHUNKED + b"0\r\n", b"X-T: y\r\n" * 9999),
    "interim answers": lambda: hostile.endless(b"", b"HTTP/1.1 103 E\r\nLink: </a>\r\n\r\n" * 999),
    "dripping head": lambda: hostile.endless(OK, b"X-A: b\r\n", pause=0.2),
    "dripping body": lambda: hostile.endless(CHUNKED, b"1\r\nx\r\n", pause=0.5),
    "endless redirect": lambda: hostile.deeper,
    "a video stream": lambda: hostile.endless(OK + b"Content-Type: video/mp4\r\n\r\n", MEGABYTE),
}
LISTING = {"rows": "li, div", "title": "em", "summary": "p", "time": "span", "author": "i"}
SELECTORS = {
    "rows": "div:has(> b ~ i), li:nth-child(2n+1 of li)", "title": "* * * * a", "text": ":is(div, p) :not(b) *",
    "follow": "on",
}  # fmt: skip
GIVEN: dict[str, tuple[str, dict[str, Any]]] = {
    "feed": ("feed", {"url": "http://x/f"}),
    "sitemap": ("sitemap", {"url": "http://x/s"}),
    "listing": ("listing", {"url": "http://x/l", **LISTING}),
    "listing, hard selectors": ("listing", {"url": "http://x/l", **SELECTORS}),
    "json": ("json", {"url": "http://x/j", "rows": "[*]", "link": "url", "title": "title", "summary": "text"}),
    "weibo": ("weibo", {"url": "http://x/api?containerid=1&page=1", "query": "", "pages": "10"}),
    "tieba": ("tieba", {"url": "http://x/", "forum": "鮮乳", "pages": "2"}),
    "youtube": ("youtube", {"url": "http://x/", "query": "鮮乳"}),
    "threads": ("threads", {"url": "http://x/", "query": "鮮乳"}),
}
AGAIN = {
    "weibo": "https://m.weibo.cn/detail/1",
    "tieba": "https://x/p/1",
    "youtube": "https://x/watch?v=1",
    "listing": "https://x/t/1",
    "json": "https://x/t/1",
}
FILES: dict[str, tuple[Use, str, dict[str, Make]]] = {
    **{
        f"{ending}, {stage}": (use, f"a.{ending}", cases)
        for ending, cases in (
            ("xlsx", hostile_files.WORKBOOKS),
            ("csv", hostile_files.TABLES),
            ("jsonl", {name: make for name, make in hostile_files.TABLES.items() if "JSON" in name}),
        )
        for stage, use in (("uploaded", as_upload), ("its columns", as_columns), ("its rows", as_rows))
    },
    "opml": (as_opml, "a.opml", hostile_files.OPMLS),
    "definition": (as_definition, "a.json", hostile_files.DEFINITIONS),
    "api": (as_batch, "a.json", hostile_files.BATCHES),
    "webhook": (as_message, "a.json", hostile_files.BATCHES),
    "mail": (as_mail, "a.eml", hostile_files.MAILS),
    "snapshot": (as_snapshot, "a.html", hostile_pages.PAGES | hostile_pages.FEEDS | hostile_pages.POSTS),
    "words": (as_words, "a.txt", hostile_pages.PAGES | hostile_pages.POSTS),
}


def kinds() -> dict[str, tuple[Meet, bool]]:
    """Every way to meet a server, and whether the page of a person waits for it on a thread of the web process."""
    met: dict[str, tuple[Meet, bool]] = {
        name: (of_kind(KINDS[kind], given), False) for name, (kind, given) in GIVEN.items()
    }
    met |= {f"preset {name}": (of_kind(KINDS[one.kind], _filled(one)), False) for name, one in PRESETS.items()}
    met |= {f"test {name}": (of_kind(KINDS[GIVEN[name][0]], GIVEN[name][1], TEST_LIMITS), True) for name in
            ("feed", "listing", "json", "sitemap")}  # fmt: skip
    met |= {f"back {name}": (reading_back(KINDS[name], GIVEN[name][1]), False) for name in ("feed", "listing", "weibo")}
    met |= {f"again {name}": (again(KINDS[name], GIVEN[name][1], address), False) for name, address in AGAIN.items()}
    return met | {"detect": (detecting, True)}


def _filled(preset: Any) -> dict[str, Any]:
    keys = [one.name for one in preset.parameters if one.secret]
    return dict(preset.definition({**case_of(preset.name)["values"], **dict.fromkeys(keys, "k3y-0123456789abcdef")}))


def on_a_thread(meet: Meet, url: str, place: str) -> str:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, meet(url, place)).result()  # type: ignore[arg-type]


def measured(name: str, wanted: str) -> Iterator[tuple[str, Cost]]:
    """Each case of a kind with what it took."""
    if name in FILES:
        use, file, cases = FILES[name]
        for case, make in cases.items():
            if wanted in case:
                with tempfile.TemporaryDirectory(prefix="hostile-") as folder:
                    path = Path(folder) / file
                    in_fork(lambda path=path, make=make: str(path.write_bytes(make())))  # type: ignore[misc]
                    yield case, in_fork(lambda path=path, use=use: use(path))  # type: ignore[misc]
        return
    meet, is_page = kinds()[name]
    behaviours: dict[str, Callable[[], Behaviour]] = {
        f"{corpus}: {case}": lambda make=make, kind=kind: answer(make(), f"Content-Type: {kind}")  # type: ignore[misc]
        for corpus, (kind, cases) in SPECIMENS.items()
        for case, make in cases.items()
    } | {f"conduct: {case}": make for case, make in CONDUCT.items()}
    for case, behaviour in behaviours.items():
        if wanted in case:
            with served(behaviour) as port:
                url, place = f"http://127.0.0.1:{port}/", f"127.0.0.1:{port}"
                run = on_a_thread if is_page else lambda meet, url, place: asyncio.run(meet(url, place))
                yield case, in_fork(lambda run=run, url=url, place=place: run(meet, url, place))  # type: ignore[misc]


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("kinds", nargs="*")
    options.add_argument("--case", default="")
    options.add_argument("--all", action="store_true")
    given = options.parse_args()
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    for name in given.kinds or [*FILES, *kinds()]:
        costs = list(_told(name, given.case, given.all))
        if costs:
            memory, clock = max(costs, key=lambda one: one[1].megabytes), max(costs, key=lambda one: one[1].seconds)
            print(
                f"== {name:28} {len(costs):3} cases   {memory[1].megabytes:4.0f} MB ({memory[0]})   "
                f"{clock[1].seconds:4.1f} s ({clock[0]})",
                flush=True,
            )


def _told(name: str, wanted: str, everything: bool) -> Iterator[tuple[str, Cost]]:
    for case, cost in measured(name, wanted):
        is_broken = cost.outcome.startswith(("FAULT", "KILLED", "NEVER"))
        is_near = is_broken or cost.seconds > SECONDS / 2 or cost.megabytes > MEGABYTES * 0.6
        if everything or is_near:
            is_over = is_broken or cost.cpu > SECONDS or cost.megabytes > MEGABYTES
            mark = "!!" if is_over else "  "
            print(
                f"{mark} {name}: {case:44} {cost.megabytes:5.0f} MB {cost.seconds:5.1f} s CPU {cost.cpu:5.1f}  "
                f"{cost.outcome}",
                flush=True,
            )
        yield case, cost


if __name__ == "__main__":
    main()
