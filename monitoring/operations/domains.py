"""Whose turn it is with a domain, across all workers: one connection at a time, and a rest after every request."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Q

from monitoring.crawling.domains import domain_of
from monitoring.models import Host, Source
from sentinel.core.net.guard import RefusedAddressError, parse_target

SOON = timedelta(seconds=2)  # a domain that is free so soon is waited for
LONGEST_REST = timedelta(hours=25)  # a day, as a Retry-After may say
LONGEST_HOLD = timedelta(minutes=10)
ONE_REQUEST = timedelta(seconds=30)  # a request takes 20 s at most; a worker that died gives its turn back then


def domain_of_url(url: str) -> str:
    """The domain whose turn a visit of `url` needs; "?" where the address cannot be asked at all."""
    if url.startswith("imaps://"):
        url = f"https://{url.rpartition('@')[2]}"  # a mailbox has the turn of its server's domain
    try:
        return domain_of(parse_target(url).place)
    except RefusedAddressError:
        return "?"


def note_domain(*, source: Source) -> None:
    """Write down whose turn the source's visits need."""
    source.domain = domain_of_url(source.url)
    Source.objects.filter(pk=source.pk).update(domain=source.domain)


def hold_domains(*, names: Iterable[str], until: datetime, now: datetime) -> dict[str, datetime]:
    """Take the one connection to each of these domains that is free (or nearly); when each may be asked."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO monitoring_host AS host (name, free_at, busy_until)
               SELECT name, %(now)s, %(until)s FROM unnest(%(names)s::text[]) AS name ORDER BY name
               ON CONFLICT (name) DO UPDATE SET busy_until = EXCLUDED.busy_until
                WHERE (host.busy_until IS NULL OR host.busy_until <= %(now)s) AND host.free_at <= %(soon)s
               RETURNING name, free_at""",
            {"names": sorted(set(names)), "until": until, "now": now, "soon": now + SOON},
        )
        return dict(cursor.fetchall())


@dataclass(frozen=True, slots=True)
class Hold:
    """A domain that is ours `until` then at the latest; it may be asked in `wait` seconds."""

    domain: str
    wait: float
    until: datetime


def take_domain(*, name: str, now: datetime) -> Hold | None:
    """Take the one connection to a domain for one request; None while somebody else has it."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO monitoring_host AS host (name, free_at, busy_until) VALUES (%(name)s, %(now)s, %(until)s)
               ON CONFLICT (name) DO UPDATE
                  SET busy_until = GREATEST(LEAST(host.free_at, %(until)s), %(now)s) + make_interval(secs => %(hold)s)
                WHERE host.busy_until IS NULL OR host.busy_until <= %(now)s
               RETURNING GREATEST(EXTRACT(EPOCH FROM free_at - %(now)s), 0), busy_until""",
            {"name": name, "now": now, "until": now + ONE_REQUEST, "hold": ONE_REQUEST.total_seconds()},
        )
        row = cursor.fetchone()
    return Hold(name, float(row[0]), row[1]) if row else None


def rest_domains(*, rests: Mapping[str, datetime], held_until: Sequence[datetime]) -> None:
    """Give connections back: name → when the domain may be asked again; what another worker holds by now stays its."""
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE monitoring_host AS host SET free_at = GREATEST(host.free_at, rest.free_at), busy_until = NULL
                 FROM unnest(%s::text[], %s::timestamptz[], %s::timestamptz[]) AS rest(name, free_at, held)
                WHERE host.name = rest.name AND host.busy_until = rest.held""",
            [list(rests), list(rests.values()), list(held_until)],
        )


def release_hosts(*, now: datetime) -> int:
    """Free the domains that rest or are held for longer than can be: a clock was ahead; how many there were."""
    never = Q(free_at__gt=now + LONGEST_REST) | Q(busy_until__gt=now + LONGEST_HOLD)
    return Host.objects.filter(never).update(free_at=now, busy_until=None)


def remember_robots(*, host: str, robots: str | None, status: int | None, now: datetime) -> None:
    """Keep the robots.txt of a `host:port` for a day."""
    Host.objects.update_or_create(
        name=host,
        defaults={"robots": robots, "robots_status": status, "robots_fetched_at": now},
        create_defaults={"robots": robots, "robots_status": status, "robots_fetched_at": now, "free_at": now},
    )
