"""What tells that a list is as it was at the visit before (pure)."""

import hashlib
from collections.abc import Sequence

from isal import isal_zlib

from monitoring.sources.items import Item
from sentinel.core.net.types import Response

VALIDATORS = {"etag": "if-none-match", "last_modified": "if-modified-since"}


def validators_of(response: Response) -> dict[str, str]:
    """The validators that a server gave and that can be sent back."""
    values = {name: response.headers.get(name.replace("_", "-"), "") for name in VALIDATORS}
    return {name: value for name, value in values.items() if value.isascii() and 0 < len(value) <= 500}


def contents_of(items: Sequence[Item]) -> str:
    """What tells that a list says what it said: a digest of its items, but for times, which pages often tell as "3
    minutes ago"."""
    said: list[str] = []
    for item in items:
        said += (item.url, item.site_id, item.title, item.text, item.author, "1" if item.needs_detail else "")
        said.append(repr(sorted(item.figures.items())) if item.figures else "")
        said.append(contents_of(item.replies) if item.replies else "")
    return hashlib.blake2b("\0".join(said).encode("utf-8", "replace"), digest_size=16).hexdigest()


def digest_of(response: Response) -> str:
    """What tells that an answer is the same to the byte, and need not be read again: no secret, so a checksum will do,
    which takes a tenth of what a digest does."""
    return f"{isal_zlib.crc32(response.body):08x}-{len(response.body)}" if response.status == 200 else ""
