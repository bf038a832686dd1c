"""The worst attacks at full size, each visited by a process of its own within the crawler's own limits.

Each ends within 25 seconds and takes at most 150 MB more than an idle crawler. Run with `-s` to see the figures.
"""

import asyncio
import json
import sys
from typing import Any

from monitoring.crawler import LIMITS
from tests.fakes.hostile import MEGABYTE, Behaviour, answer, brotli_bomb, endless, gzip_bomb, serving
from tests.fakes.hostile_pages import FEEDS, PAGES, POSTS
from tests.monitoring.visiting import hostile_visit

SECONDS, MEGABYTES = 25, 150
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
LISTING = {"rows": "li, div", "title": "em", "summary": "p", "time": "span", "author": "i", "follow": False}
WORST: dict[str, tuple[str, Behaviour]] = {
    "dripping body": ("feed", endless(CHUNKED, b"1\r\nx\r\n", pause=0.5)),
    "informational answers without end": ("feed", endless(b"", b"HTTP/1.1 103 E\r\nLink: </a>\r\n\r\n" * 999)),
    "chunks of a byte without end": ("feed", endless(CHUNKED, b"1\r\nx\r\n" * 9999)),
    "trailers without end": ("feed", endless(CHUNKED + b"0\r\n", b"X-T: y\r\n" * 9999)),
    "a chunk extension without end": ("feed", endless(CHUNKED + b"5;", b"x" * MEGABYTE)),
    "a gigabyte of chunks": ("feed", endless(CHUNKED, b"100000\r\n" + bytes(MEGABYTE) + b"\r\n")),
    "gzip bomb": ("feed", answer(gzip_bomb(1000), "Content-Encoding: gzip")),
    "brotli bomb": ("feed", answer(brotli_bomb(1000), "Content-Encoding: br")),
    "five megabytes of compressed zeros": ("listing", answer(gzip_bomb(4), "Content-Encoding: gzip")),
    "empty entries": ("feed", answer(FEEDS["empty entries"]())),
    "as many entries as fit": ("feed", answer(FEEDS["as many entries as fit"]())),
    "thousands of namespaces": ("feed", answer(FEEDS["thousands of namespaces"]())),
    "a base that every link repeats": ("feed", answer(FEEDS["a base that every link repeats"]())),
    "a million lists": ("feed", answer(FEEDS["JSON of a million lists"]())),
    "a million objects": ("weibo", answer(POSTS["a million objects"]())),
    "100,000 posts": ("weibo", answer(POSTS["100,000 posts"]())),
    "200,000 open blocks": ("listing", answer(PAGES["200,000 open blocks"]())),
    "500,000 attributes": ("listing", answer(PAGES["500,000 attributes"]())),
    "rows within rows": ("listing", answer(PAGES["rows within rows around a large text"]())),
    "two charsets at once": ("listing", answer(PAGES["two charsets at once"]())),
    "one endless tag": ("listing", answer(PAGES["one endless tag"]())),
}


async def measured(kind: str, url: str, place: str, turns: asyncio.Semaphore) -> dict[str, Any]:
    definition = {"url": f"{url}?page=1"} | (LISTING if kind == "listing" else {})
    async with turns:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", hostile_visit.__name__, kind, place, json.dumps(definition),
            stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, _ = await process.communicate()
    assert process.returncode == 0
    return dict(json.loads(out))


def test_the_measured_visits_have_the_limits_of_the_crawler() -> None:
    assert hostile_visit.LIMITS.seconds >= LIMITS.seconds
    assert hostile_visit.LIMITS.pages >= LIMITS.pages


async def test_the_worst_attacks_end_in_time_and_in_little_memory() -> None:
    turns = asyncio.Semaphore(3)
    behaviours = {f"/{n}": behaviour for n, (_, behaviour) in enumerate(WORST.values())}
    async with serving(behaviours) as server:
        costs = await asyncio.gather(
            *(measured(kind, server.url(f"/{n}"), server.place, turns) for n, (kind, _) in enumerate(WORST.values()))
        )
    figures = dict(zip(WORST, costs, strict=True))
    for name, cost in figures.items():
        took = f"{cost['seconds']:5.1f} s, CPU {cost['cpu']:4.1f} s, {cost['megabytes']:4.0f} MB"
        print(f"{name:36} {cost['outcome']:12} {took}")
    assert {name: cost for name, cost in figures.items() if cost["seconds"] > SECONDS} == {}
    assert {name: cost for name, cost in figures.items() if cost["megabytes"] > MEGABYTES} == {}
