"""Who and what was deleted on request: known by a keyed hash alone, and not captured again."""

import hashlib
import hmac
from collections import defaultdict
from collections.abc import Collection, Iterable

from django.conf import settings

from monitoring.crawling.addresses import canonical_url, host_of
from monitoring.models import Erasure

Subject = tuple[str, str, str]  # kind, host ("" for an address), author or address


def subject_hash(kind: str, value: str, host: str = "") -> bytes:
    """The tombstone's name for an author at a site, or an address: HMAC-SHA-256 under the installation's key."""
    subject = value.strip().casefold() if kind == "author" else bare_address(value)
    message = f"erasure\0{kind}\0{host.lower().removeprefix('www.')}\0{subject}".encode("utf-8", "surrogatepass")
    return hmac.new(settings.SECRET_KEY.encode(), message, hashlib.sha256).digest()


def bare_address(url: str) -> str:
    """An address as the same page may be written: without scheme, `www.` and the last slash."""
    return canonical_url(url.strip()).partition("://")[2].removeprefix("www.").rstrip("/")


def hashes_of(author: str, url: str) -> list[bytes]:
    """Every name under which a tombstone may stand for a post: its address, its author here, its author anywhere."""
    by_address = [subject_hash("address", url)]
    if not author.strip():
        return by_address
    return [*by_address, subject_hash("author", author, host_of(url)), subject_hash("author", author)]


def suppressed_for(workspaces: Collection[int], posts: Iterable[tuple[str, str]]) -> dict[tuple[str, str], set[int]]:
    """Which of these posts (author, address) each workspace had deleted: by post, the workspaces. One question."""
    if not workspaces or not Erasure.objects.filter(workspace__in=workspaces).exists():
        return {}
    named: dict[bytes, list[tuple[str, str]]] = defaultdict(list)
    for post in set(posts):
        for each in hashes_of(*post):
            named[each].append(post)
    found: dict[tuple[str, str], set[int]] = defaultdict(set)
    tombstones = Erasure.objects.filter(workspace__in=workspaces, subject_hash__in=list(named))
    for workspace_id, subject in tombstones.values_list("workspace_id", "subject_hash"):
        for post in named[bytes(subject)]:
            found[post].add(workspace_id)
    return found
