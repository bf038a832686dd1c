"""Where the drill's sites stand, and the sources that the ordinary crawler reads them by."""

import socket
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from monitoring.sources import KINDS
from sentinel.drill.scenario import SITES
from sentinel.drill.sites import forum, news, weibo
from sentinel.drill.storyline import Run

__all__ = ["PORTS", "SITES", "NoFreePortError", "SourceDefinition", "free_ports", "places", "source_definitions"]

HOST = "127.0.0.1"
PORTS = range(18300, 18400)  # below the ports that systems hand out by themselves
INTERVAL = 5  # seconds between two visits
ZONE = "Asia/Taipei"


class NoFreePortError(OSError):
    """Every port that a drill may use is taken."""


@dataclass(frozen=True, slots=True)
class SourceDefinition:
    """What `monitoring.operations.sources.add_source` needs to read a site; `interval` in seconds."""

    kind: str
    definition: dict[str, Any]
    url: str
    zone: str
    name: str
    channel: str  # see monitoring.models.CHANNELS
    interval: int = INTERVAL


def places(ports: Mapping[str, int]) -> list[str]:
    """The `host:port` of each site: what the crawler must be allowed, and nothing else."""
    return [f"{HOST}:{ports[site]}" for site in SITES]


def source_definitions(run: Run, ports: Mapping[str, int]) -> list[SourceDefinition]:
    """A source for each site, in the order of SITES."""
    at = {site: f"http://{HOST}:{ports[site]}" for site in SITES}
    search = urlencode({"containerid": f"100103type=61&q={run.names.brand}", "page_type": "searchall", "page": "1"})
    return [
        _source("feed", "news", news.NAME, {"url": f"{at['news']}{news.FEED}"}),
        _source(
            "listing", "forum", forum.NAME, {"url": f"{at['forum']}{forum.LIST}", "follow": True, **forum.SELECTORS}
        ),
        _source(
            "weibo", "social", weibo.NAME, {"url": f"{at['weibo']}{weibo.API}?{search}", "pages": str(weibo.PAGES)}
        ),
    ]


def _source(kind: str, channel: str, name: str, definition: dict[str, Any]) -> SourceDefinition:
    return SourceDefinition(kind, KINDS[kind].validate(definition), definition["url"], ZONE, name, channel)


def free_ports(taken: Collection[int] = ()) -> dict[str, int]:
    """A port for each site that is not `taken` and on which nobody listens; raises NoFreePortError."""
    free = list(islice((port for port in PORTS if port not in taken and _is_free(port)), len(SITES)))
    if len(free) < len(SITES):
        raise NoFreePortError("no free port for the drill")
    return dict(zip(SITES, free, strict=True))


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
