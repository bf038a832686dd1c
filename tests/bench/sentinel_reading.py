"""Our visits on the bench's pages, with every manner but the delay; run as a script in a process of its own.

Arguments: port, number of pages, the selectors as JSON, and `keep` where the bytes are to be packed as evidence. Prints
`{"pages", "items", "cpu"}`; `cpu` are seconds of user and system time after the imports.
"""

import asyncio
import hashlib
import json
import resource
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import islice

from isal import isal_zlib

from monitoring.crawling.robots import RobotsFile
from monitoring.sources import listing
from monitoring.sources.items import Item
from monitoring.visiting.manners import Ports
from monitoring.visiting.pacing import Turn, rest_after
from monitoring.visiting.visit import VisitLimits, visit
from sentinel.core.net.client import GuardedClient

CONCURRENT = 20
COMPRESSION = 2  # as in monitoring.operations.evidence


class Office:
    """What the crawler's ports do, without its database."""

    def __init__(self) -> None:
        self.robots: dict[str, RobotsFile] = {}

    def ports(self) -> Ports:
        turn = Turn("127.0.0.1", 0.0)

        async def reserve(_place: str, delay: float) -> float:
            return turn.wait(time.monotonic(), delay)

        async def release(_place: str, delay: float, took: float) -> None:
            turn.rest(time.monotonic(), rest_after(least=0.0, asked=delay, took=took, luck=0.5))

        async def unknown(items: Sequence[Item]) -> Sequence[Item]:
            return items

        async def recall(place: str) -> RobotsFile | None:
            return self.robots.get(place)

        async def keep(place: str, file: RobotsFile) -> None:
            self.robots[place] = file

        return Ports(reserve, unknown, recall, keep, time.monotonic, release)


async def read_all(port: int, count: int, selectors: dict[str, str], *, is_kept: bool) -> tuple[int, int]:
    """How many pages were read, and how many items stood on them."""
    definition = listing.validate({"url": f"http://127.0.0.1:{port}/", "follow": False, **selectors})
    office, left, pages, items = Office(), iter(range(count)), 0, 0

    async def read_some(client: GuardedClient, most: int | None = None) -> None:
        nonlocal pages, items
        for number in islice(left, most):
            result = await visit(
                listing,
                {**definition, "url": f"http://127.0.0.1:{port}/page/{number}"},
                client=client,
                now=datetime.now(UTC),
                zone=UTC,
                ports=office.ports(),
                limits=VisitLimits(),
                state={},
            )
            pages += result.http_status == 200
            items += len(result.items)
            json.dumps([line.as_json() for line in result.log])
            if is_kept:
                for body in {item.response.body for item in result.items if item.response}:
                    hashlib.sha256(body).digest(), isal_zlib.compress(body, COMPRESSION)

    async with GuardedClient(allowed_private=frozenset({f"127.0.0.1:{port}"})) as client:
        await read_some(client, 1)  # robots.txt is read once a domain, which is one visit's at a time
        await asyncio.gather(*(read_some(client) for _ in range(CONCURRENT)))
    return pages, items


def cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    port, count, selectors = int(sys.argv[1]), int(sys.argv[2]), json.loads(sys.argv[3])
    began = cpu()
    pages, items = asyncio.run(read_all(port, count, selectors, is_kept="keep" in sys.argv))
    print(json.dumps({"pages": pages, "items": items, "cpu": cpu() - began}))


if __name__ == "__main__":
    main()
