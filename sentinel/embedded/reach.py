"""Do the database and the broker answer? The sentences name no password."""

from typing import Any

import dj_database_url
import psycopg
import redis
from psycopg.conninfo import make_conninfo

from .processes import StartFailed

CONNECT_SECONDS = 5


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
