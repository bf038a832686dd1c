"""Which other posts a post points at: by an address in its text, or by quoting one behind `//@name:` (pure)."""

import hashlib
import re

from monitoring.crawling.addresses import canonical_url, post_key

MOST = 50  # of one post
QUOTED = 16  # characters that tell a quoted text
_ADDRESS = re.compile(r"https?://[^\s<>\"'，。；！？、）】」』\u3000]+", re.IGNORECASE)
_QUOTE = re.compile(r"//\s*@[^:：\s]{1,40}\s*[:：]")
_SIGNS = re.compile(r"[\W_]+")


def cited_keys(text: str) -> list[bytes]:
    """The keys of what a text points at, each once."""
    keys: dict[bytes, None] = {}
    if "://" in text:
        for found in _ADDRESS.findall(text)[:MOST]:
            keys[address_key(found.rstrip(").,;:!?"))] = None
    if "//" in text and "@" in text:
        for quote in _QUOTE.split(text)[1 : MOST + 1]:
            if (key := quote_key(quote)) is not None:
                keys[key] = None
    return list(keys)


def keys_of_cited(url: str, text: str) -> list[bytes]:
    """Under which keys a post is pointed at: its address, and the beginning of its text."""
    quoted = quote_key(text)
    return [address_key(url), *([quoted] if quoted else [])]


def address_key(url: str) -> bytes:
    """The key of an address, without scheme, `www.`, trackers and a trailing slash."""
    return post_key(canonical_url(url), "", "")


def quote_key(text: str) -> bytes | None:
    """The key of a quoted text: its first letters, whatever the signs between; None where there are too few."""
    letters = _SIGNS.sub("", text)[:QUOTED]
    if len(letters) < QUOTED:
        return None
    return hashlib.sha256(f"quote\0{letters.lower()}".encode("utf-8", "replace")).digest()
