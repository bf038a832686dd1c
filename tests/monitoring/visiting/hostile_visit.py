"""One visit within the limits of the crawler, in a process of its own that measures it; run as a module.

Arguments: kind, address, `host:port` of the server, definition as JSON. Prints `{"outcome", "seconds", "megabytes",
"cpu"}`; the megabytes are what the visit added to the largest size that the process had before.
"""

import asyncio
import json
import re
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from monitoring.crawling.robots import RobotsFile
from monitoring.sources import KINDS
from monitoring.visiting.visit import VisitLimits, VisitResult, visit
from sentinel.core.net.client import GuardedClient
from tests.monitoring.visiting.visits import Office

LIMITS = VisitLimits(pages=10, seconds=22.0)  # as in monitoring.crawler


def largest() -> float:
    """Megabytes that this process ever held (`ru_maxrss` would count the one that started it)."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found
    return int(found[1]) / 1024


async def go(kind: str, definition: dict[str, object], place: str) -> VisitResult:
    office = Office(robots={place: RobotsFile(404, "")})
    async with GuardedClient(allowed_private=frozenset({place})) as client:
        return await visit(
            KINDS[kind],
            KINDS[kind].validate(definition),
            client=client,
            now=datetime.now(UTC),
            zone=UTC,
            ports=office.ports(),
            limits=LIMITS,
            state={},
        )


def main() -> None:
    kind, place, definition = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
    before, cpu, began = largest(), time.process_time(), time.monotonic()
    result = asyncio.run(go(kind, definition, place))
    measured = {
        "outcome": result.outcome,
        "seconds": time.monotonic() - began,
        "cpu": time.process_time() - cpu,
        "megabytes": largest() - before,
    }
    print(json.dumps(measured))


if __name__ == "__main__":
    main()
