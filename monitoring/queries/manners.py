"""How politely a source is read: whose turn it takes, what its robots.txt says, how far it was read back."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from monitoring.crawling.robots import RobotsFile, Rules, lines_for, read_robots
from monitoring.models import Host, Source
from monitoring.operations.definitions import full_definition
from monitoring.sources import KINDS
from sentinel.core.net.guard import RefusedAddressError, Target, parse_target
from sentinel.core.net.types import PRODUCT

SHOWN_TEXT = 60_000  # characters of a robots.txt on a page


@dataclass(frozen=True, slots=True)
class RobotsAddress:
    """An address that a visit asks for, and the line of robots.txt that decides over it (empty: none does)."""

    url: str
    is_allowed: bool
    line: str


@dataclass(frozen=True, slots=True)
class ShownRobots:
    """The robots.txt of one site, as it is kept and obeyed.

    `status` None: not asked for yet. `group` holds the lines that hold for us; `is_named` says that they name us and
    not everybody.
    """

    place: str
    status: int | None
    fetched_at: datetime | None
    text: str
    group: tuple[str, ...]
    delay: float
    addresses: tuple[RobotsAddress, ...]
    is_cut: bool = False

    @property
    def has_rules(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def closed(self) -> int:
        return sum(not one.is_allowed for one in self.addresses)


@dataclass(frozen=True, slots=True)
class ShownManners:
    """The domain whose turn a source takes, when it may be asked next, and the robots.txt of each of its sites."""

    agent: str
    domain: str
    free_at: datetime | None  # in the future: the domain is resting, or asked us to stay away
    sites: tuple[ShownRobots, ...]


def manners_of(source: Source, now: datetime) -> ShownManners:
    """What holds for the addresses that a visit of `source` begins with."""
    targets: dict[str, list[Target]] = {}
    for request in KINDS[source.kind].start(full_definition(source)) if source.kind in KINDS else ():
        try:
            target = parse_target(request.url)
        except RefusedAddressError:
            continue
        targets.setdefault(target.place, []).append(target)
    hosts = {host.name: host for host in Host.objects.filter(name__in=[*targets, source.domain])}
    domain = hosts.get(source.domain)
    return ShownManners(
        agent=PRODUCT,
        domain=source.domain,
        free_at=domain.free_at if domain and domain.free_at > now else None,
        sites=tuple(_robots_of(place, found, hosts.get(place)) for place, found in targets.items()),
    )


def _robots_of(place: str, targets: list[Target], host: Host | None) -> ShownRobots:
    status = host.robots_status if host else None
    text = (host.robots or "") if host else ""
    file = RobotsFile(status or 0, text)
    rules = read_robots(file, PRODUCT) if status is not None else Rules()
    lines = lines_for(text, PRODUCT) if status is not None and 200 <= status < 300 else []
    return ShownRobots(
        place=place,
        status=status,
        fetched_at=host.robots_fetched_at if host else None,
        text=text[:SHOWN_TEXT],
        group=tuple(f"{field.capitalize()}: {value}" for field, value in lines),
        delay=rules.delay,
        addresses=tuple(_address(target, rules) for target in targets),
        is_cut=len(text) > SHOWN_TEXT,
    )


def _address(target: Target, rules: Rules) -> RobotsAddress:
    deciding = rules.deciding(target.resource)
    line = f"{'Allow' if deciding[1] else 'Disallow'}: {deciding[0]}" if deciding else ""
    path = urlsplit(target.url)
    shown = f"{path.path}?{path.query}" if path.query else path.path
    return RobotsAddress(shown, rules.allows(target.resource), line)
