"""Do the database and the broker answer? The sentences name no password."""

from typing import Any

import dj_database_url
import psycopg
import redis
from psycopg.conninfo import make_conninfo

from .processes import StartFailed

CONNECT_SECONDS = 5


def check_database(url: str) -> None:
    """Raises StartFailed when no PostgreSQL answers at DATABASE_URL."""
    parsed: dict[str, Any] = dict(dj_database_url.parse(url))
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    given = {option: parsed[name] for option, name in names.items() if parsed[name]} | parsed.get("OPTIONS", {})
    try:
        psycopg.connect(make_conninfo(**given), connect_timeout=CONNECT_SECONDS).close()
    except psycopg.Error as error:
        place = f"{parsed['HOST'] or 'localhost'}:{parsed['PORT'] or 5432}/{parsed['NAME']}"
        raise StartFailed(f"The database in DATABASE_URL ({place}) does not answer: {one_line(error)}") from error


def check_broker(url: str) -> None:
    """Raises StartFailed when no Valkey or Redis answers at REDIS_URL."""
    place = url.rpartition("@")[2].removeprefix("redis://")
    try:
        with redis.Redis.from_url(
            url, socket_connect_timeout=CONNECT_SECONDS, socket_timeout=CONNECT_SECONDS
        ) as client:
            client.ping()
    except (redis.RedisError, ValueError) as error:
        raise StartFailed(f"The broker in REDIS_URL ({place}) does not answer: {one_line(error)}") from error


def one_line(error: Exception) -> str:
    """An error's text without line breaks."""
    return " ".join(str(error).split())
