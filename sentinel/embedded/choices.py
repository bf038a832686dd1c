"""What the environment says about where to listen and which database and broker to use."""

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import dj_database_url
import psycopg
import redis
from psycopg.conninfo import make_conninfo

from .processes import StartFailed, port_is_free

LOOPBACK = ("127.0.0.1", "localhost", "::1")
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  how this machine reaches a server on all addresses
CONNECT_SECONDS = 5


@dataclass(frozen=True)
class Listening:
    """Where the web process listens."""

    host: str
    port: int

    @property
    def address(self) -> str:
        """What a browser on this machine opens."""
        host = EVERYWHERE.get(self.host, self.host)
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"


def listening(variables: Mapping[str, str]) -> Listening:
    """Where to listen, by HOST and PORT. Raises StartFailed when that is not possible."""
    host, text = variables.get("HOST") or "127.0.0.1", variables.get("PORT") or "8000"
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65_536):
        raise StartFailed(f"PORT={text} is not a port: choose a number from 1 to 65535.")
    if not port_is_free(host, int(text)):
        raise StartFailed(f"Port {text} on {host} is in use by another program: choose another with PORT.")
    return Listening(host, int(text))


def allowed_hosts(host: str) -> str:
    """The host names that browsers may ask for when we listen on `host`, comma-separated."""
    names = ["localhost", "127.0.0.1", "[::1]"]
    if host in EVERYWHERE:
        names += [socket.gethostname(), socket.getfqdn(), *own_addresses()]
    elif host not in LOOPBACK:
        names.append(f"[{host}]" if ":" in host else host)
    return ",".join(dict.fromkeys(names))


def own_addresses() -> list[str]:
    """The addresses that this machine's outgoing connections have; nothing is sent."""
    found = []
    for family, elsewhere in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                probe.connect((elsewhere, 9))
                address = probe.getsockname()[0]
        except OSError:
            continue  # no network of that kind
        found.append(f"[{address}]" if ":" in address else address)
    return found


def check_database(url: str) -> None:
    """Raises StartFailed when no PostgreSQL answers at DATABASE_URL. The sentence names no password."""
    try:
        parsed: dict[str, Any] = dict(dj_database_url.parse(url))
    except (ValueError, KeyError) as error:
        raise StartFailed(
            "DATABASE_URL is not an address: it looks like postgresql://user:password@host:5432/name."
        ) from error
    if "postgresql" not in str(parsed.get("ENGINE")):
        raise StartFailed("DATABASE_URL must name a PostgreSQL database: postgresql://user:password@host:5432/name.")
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    given = {option: parsed[name] for option, name in names.items() if parsed[name]} | parsed.get("OPTIONS", {})
    try:
        psycopg.connect(make_conninfo(**given), connect_timeout=CONNECT_SECONDS).close()
    except psycopg.Error as error:
        place = f"{parsed['HOST'] or 'localhost'}:{parsed['PORT'] or 5432}/{parsed['NAME']}"
        raise StartFailed(f"The database in DATABASE_URL ({place}) does not answer: {one_line(error)}") from error


def check_broker(url: str) -> None:
    """Raises StartFailed when no Valkey or Redis answers at REDIS_URL. The sentence names no password."""
    try:
        client = redis.Redis.from_url(url, socket_connect_timeout=CONNECT_SECONDS, socket_timeout=CONNECT_SECONDS)
    except ValueError as error:
        raise StartFailed("REDIS_URL is not an address: it looks like redis://:password@host:6379/0.") from error
    with client:
        try:
            client.ping()
        except redis.RedisError as error:
            place = url.rpartition("@")[2].removeprefix("redis://")
            raise StartFailed(f"The broker in REDIS_URL ({place}) does not answer: {one_line(error)}") from error


def one_line(error: Exception) -> str:
    """An error's text without line breaks."""
    return " ".join(str(error).split())
