"""Say whether the crawler may open an address: {id, url} → {id, allowed, reason, addresses}.

Names are resolved by this system's resolver; no request is sent. Private places are open only where the environment's
ALLOWED_PRIVATE_HOSTS (comma-separated host:port) names them.
"""

import asyncio
import os
from argparse import ArgumentParser
from collections.abc import Iterable
from typing import Any

from monitoring.lab import Answer, Line, require_text
from sentinel.core.net.guard import (
    RefusedAddressError,
    Resolver,
    SystemResolver,
    allow_list,
    parse_target,
    resolve_checked,
)
from sentinel.core.net.types import FetchError

FIELDS = ("url",)


def add_arguments(parser: ArgumentParser) -> None:
    """No options."""


def build(_options: dict[str, Any]) -> Answer:
    """The function that answers one line; `reason` is null where the address is allowed."""
    places = os.environ.get("ALLOWED_PRIVATE_HOSTS", "").split(",")
    return answer_with(allow_list(place.strip() for place in places if place.strip()), SystemResolver(threads=2))


def answer_with(allowed_private: Iterable[str], resolver: Resolver) -> Answer:
    """`build` with a given allow-list and resolver."""
    allowed = frozenset(allowed_private)

    def answer(line: Line) -> Line:
        return asyncio.run(_check(require_text(line, "url"), allowed, resolver))

    return answer


async def _check(url: str, allowed_private: frozenset[str], resolver: Resolver) -> Line:
    try:
        addresses = await resolve_checked(parse_target(url), allowed_private, resolver)
    except RefusedAddressError as refused:
        return {"allowed": False, "reason": refused.reason, "addresses": list(refused.addresses)}
    except FetchError as error:
        return {"allowed": False, "reason": error.code, "addresses": []}
    return {"allowed": True, "reason": None, "addresses": addresses}
