"""Evidence: what was received is kept byte for byte, once, and never changed."""

import hashlib
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection, transaction
from isal import isal_zlib

from monitoring.crawling.receipts import BLOTTED, blotted, blotted_text, kept_headers
from monitoring.models import Body, Capture, Post, Source
from monitoring.operations.definitions import unsealed
from sentinel.core import audit
from sentinel.core.models import User, Workspace
from sentinel.core.net.types import Response

COMPRESSION = 2  # of isal: in a seventh of the time of zlib's 4, a tenth larger


@dataclass(slots=True)
class Received:
    """An answer, and the posts that were read from it, each with the revision that it says."""

    response: Response
    posts: dict[int, int] = field(default_factory=dict)
    is_barred: bool = False  # it also shows what was deleted on request


def keep_received(*, source: Source, received: Sequence[Received], now: datetime) -> list[Capture]:
    """Keep answers as evidence of the posts that were read from them: each distinct body once."""
    if not received:
        return []
    secrets = list(unsealed(source).values())
    bodies = [blotted(one.response.body, secrets) if secrets else (one.response.body, 0) for one in received]
    hashes = [hashlib.sha256(body).digest() for body, _blots in bodies]
    ids = _keep_bodies({each: body for each, (body, _blots) in zip(hashes, bodies, strict=True)})
    captures = Capture.objects.bulk_create(
        [
            Capture(
                body_id=ids[each],
                source=source,
                url=blotted_text(one.response.url, secrets).replace("\x00", ""),
                http_status=one.response.status or None,  # None: nobody asked a server for it
                headers=kept_headers(one.response.headers, secrets) | ({BLOTTED: str(blots)} if blots else {}),
                captured_at=now,
            )
            for one, each, (_body, blots) in zip(received, hashes, bodies, strict=True)
        ]
    )
    _link(
        [
            (post, capture.pk, revision)
            for capture, one in zip(captures, received, strict=True)
            for post, revision in one.posts.items()
        ]
    )
    return captures


def keep_bytes(content: bytes) -> int:
    """Keep bytes that nobody asked a server for (an attachment, a message); the id of their body."""
    digest = hashlib.sha256(content).digest()
    return _keep_bodies({digest: content})[digest]


def unpacked(body: Body) -> bytes | None:
    """The bytes as received, or None where what is stored cannot be read as them; never more than they should be."""
    reader = zlib.decompressobj()
    try:
        content = reader.decompress(bytes(body.data), body.size + 1)
    except zlib.error:
        return None
    return content if len(content) <= body.size else None


def is_whole(body: Body, content: bytes | None) -> bool:
    """Whether the bytes are the ones that were received, by their SHA-256."""
    return content is not None and hashlib.sha256(content).digest() == bytes(body.sha256)


@transaction.atomic
def verify_capture(*, capture: Capture, post: Post, workspace: Workspace, by: User, now: datetime) -> bool:
    """Compute the hash of what is stored anew; whether it is the one of the day it was received. Written down."""
    content = unpacked(capture.body)
    is_same = is_whole(capture.body, content)
    audit.record(
        verb="verify",
        subject=post,
        by=by,
        now=now,
        workspace=workspace,
        data={
            "outcome": "same" if is_same else "damaged",
            "capture": capture.pk,
            "sha256": bytes(capture.body.sha256).hex(),
            "found": hashlib.sha256(content).hexdigest() if content is not None else "",
            "stored_sha256": hashlib.sha256(bytes(capture.body.data)).hexdigest(),
        },
        is_drill=post.source.is_drill,
    )
    return is_same


def _keep_bodies(bodies: Mapping[bytes, bytes]) -> dict[bytes, int]:
    """The ids of bodies by hash; only those that nobody has kept are compressed."""
    known = _ids(bodies)
    # In order of hash, so that two workers with the same bodies wait in line.
    new = [
        Body(sha256=each, data=isal_zlib.compress(body, COMPRESSION), size=len(body))
        for each, body in sorted(bodies.items())
        if each not in known
    ]
    if not new:
        return known
    Body.objects.bulk_create(new, ignore_conflicts=True)
    return known | _ids([bytes(body.sha256) for body in new])


def _ids(hashes: Iterable[bytes]) -> dict[bytes, int]:
    """The bodies that are kept, held until the transaction ends: retention takes none away that is needed again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sha256, id FROM monitoring_body WHERE sha256 = ANY(%s) ORDER BY sha256 FOR KEY SHARE",
            [list(hashes)],
        )
        return {bytes(each): pk for each, pk in cursor.fetchall()}


def _link(links: Sequence[tuple[int, int, int]]) -> None:
    posts, captures, revisions = zip(*sorted(links), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO monitoring_postcapture (post_id, capture_id, revision)
               SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::int[]) ON CONFLICT DO NOTHING""",
            [list(posts), list(captures), list(revisions)],
        )
