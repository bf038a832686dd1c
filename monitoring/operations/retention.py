"""What is kept long enough goes: mentions by each workspace's own term, posts when nobody keeps them any more.

An imported file goes after the term of its source, with its rejected rows, which hold people's words as posts do.
Measures, meters and volumes stay: they count, and name nobody. What is on file as evidence is held and stays.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Exists, Min, OuterRef

from monitoring.models import Expired, FileImport, Mention, Post, PostHold, Subscription
from monitoring.operations.analyses import lock_analyses
from monitoring.operations.discarding import captures_to_go, discard
from sentinel.core import audit
from sentinel.core.models import Workspace

BATCH = 500
KEYS_KEPT = timedelta(days=365)  # of what went: longer than a site lists it
WITHOUT_SOURCE = 180  # days, for what came from a source that the workspace reads no longer
IMPORTS_WITHOUT_SOURCE = timedelta(days=WITHOUT_SOURCE)


@dataclass(frozen=True, slots=True)
class LetGo:
    """How much a run let go."""

    mentions: int
    posts: int
    captures: int
    bodies: int
    imports: int = 0  # files, with their rejected rows


def expire(*, now: datetime, batches: int = 200) -> LetGo:
    """Let go what is past its term, in transactions of at most 500 rows; at most `batches` of either kind a run."""
    mentions = _expire_mentions(now, batches)
    posts, captures, bodies = _expire_posts(now, batches)
    imports = _expire_imports(now)
    Expired.objects.filter(at__lt=now - KEYS_KEPT).delete()
    for workspace in Workspace.objects.filter(pk__in=mentions | imports):
        audit.record(
            verb="expire",
            subject=workspace,
            by=None,
            now=now,
            workspace=workspace,
            data={
                "mentions": mentions[workspace.pk],
                "posts": posts,
                "captures": captures,
                "imports": imports[workspace.pk],
            },
        )
    return LetGo(mentions.total(), posts, captures, bodies, imports.total())


def _expire_mentions(now: datetime, batches: int) -> Counter[int]:
    """By workspace, how many mentions went."""
    gone: Counter[int] = Counter()
    for workspace_id, source_id, days in _terms():
        while batches and (count := _expire_some_mentions(workspace_id, source_id, now - timedelta(days=days))):
            gone[workspace_id] += count
            batches -= 1
    return gone


def _terms() -> list[tuple[int, int, int]]:
    """Each workspace and source of which there are mentions, with how many days they are kept."""
    kept = {
        (workspace_id, source_id): days
        for workspace_id, source_id, days in Subscription.objects.values_list("workspace", "source", "retention_days")
    }
    pairs = Mention.objects.order_by().values_list("workspace", "source").distinct()
    return [(workspace, source, kept.get((workspace, source), WITHOUT_SOURCE)) for workspace, source in pairs]


@transaction.atomic
def _expire_some_mentions(workspace_id: int, source_id: int, until: datetime) -> int:
    held = PostHold.objects.filter(post=OuterRef("post"), workspace=workspace_id)
    due = Mention.objects.filter(
        ~Exists(held), workspace=workspace_id, source=source_id, captured_at__lt=until
    ).order_by("pk")
    found = list(due.values_list("pk", "post")[:BATCH])
    lock_analyses([post_id for _pk, post_id in found])
    Mention.objects.filter(pk__in=[pk for pk, _post in found]).delete()
    return len(found)


@transaction.atomic
def _expire_imports(now: datetime) -> Counter[int]:
    """By workspace, how many imported files went, read or not, with what is left of them."""
    gone: Counter[int] = Counter()
    files = FileImport.objects.order_by().values_list("workspace", "source").distinct()
    terms = import_terms()
    for workspace_id, source_id in files:
        term = terms.get((workspace_id, source_id), IMPORTS_WITHOUT_SOURCE)
        due = FileImport.objects.filter(workspace=workspace_id, source=source_id, created_at__lt=now - term)
        gone[workspace_id] += due.delete()[1].get(FileImport._meta.label, 0)
    return +gone


def import_terms() -> dict[tuple[int, int], timedelta]:
    """How long a workspace keeps the files of a source that it reads."""
    readings = Subscription.objects.values_list("workspace", "source", "retention_days")
    return {(workspace, source): timedelta(days=days) for workspace, source, days in readings}


def _expire_posts(now: datetime, batches: int) -> tuple[int, int, int]:
    posts = captures = bodies = 0
    after = (datetime.min.replace(tzinfo=now.tzinfo), 0)
    while batches and (found := _due_posts(now, after)):
        after = (found[-1][1], found[-1][0])
        gone = _discard_posts([pk for pk, _at in found], now)
        posts, captures, bodies = posts + gone[0], captures + gone[1], bodies + gone[2]
        batches -= 1
    return posts, captures, bodies


_KEPT_BY_NOBODY = """
    NOT EXISTS (SELECT 1 FROM monitoring_mention WHERE post_id = post.id)
    AND NOT EXISTS (SELECT 1 FROM monitoring_posthold WHERE post_id = post.id)
    AND NOT EXISTS (
        SELECT 1 FROM monitoring_sighting AS sighting
          JOIN monitoring_subscription AS reading ON reading.source_id = sighting.source_id
         WHERE sighting.post_id = post.id
           AND post.captured_at >= %(now)s - make_interval(days => reading.retention_days::int))
    AND (post.captured_at < %(now)s - make_interval(days => %(without)s)
         OR EXISTS (
            SELECT 1 FROM monitoring_sighting AS sighting
              JOIN monitoring_subscription AS reading ON reading.source_id = sighting.source_id
             WHERE sighting.post_id = post.id))
"""


def _due_posts(now: datetime, after: tuple[datetime, int]) -> list[tuple[int, datetime]]:
    """The next posts that nobody keeps, by the moment of their capture."""
    shortest = Subscription.objects.aggregate(days=Min("retention_days", default=WITHOUT_SOURCE))["days"]
    until = now - timedelta(days=min(shortest, WITHOUT_SOURCE))
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT post.id, post.captured_at FROM monitoring_post AS post
                 WHERE (post.captured_at, post.id) > (%(at)s, %(id)s) AND post.captured_at < %(until)s
                   AND {_KEPT_BY_NOBODY}
                 ORDER BY post.captured_at, post.id LIMIT %(batch)s""",  # noqa: S608  the condition is above
            {"now": now, "until": until, "without": WITHOUT_SOURCE, "at": after[0], "id": after[1], "batch": BATCH},
        )
        return list(cursor.fetchall())


@transaction.atomic
def _discard_posts(post_ids: list[int], now: datetime) -> tuple[int, int, int]:
    """Look again under the lock, since somebody may have put one on file meanwhile."""
    locked = Post.objects.filter(pk__in=post_ids).select_for_update().order_by("key").values_list("pk", flat=True)
    kept = set(Mention.objects.filter(post__in=list(locked)).values_list("post", flat=True))
    kept |= set(PostHold.objects.filter(post__in=post_ids).values_list("post", flat=True))
    going = [pk for pk in locked if pk not in kept]
    keys = Post.objects.filter(pk__in=going).values_list("key", flat=True)
    Expired.objects.bulk_create([Expired(key=key, at=now) for key in keys], ignore_conflicts=True)
    captures, bodies = discard(going, captures_to_go(going, spare_shared=True))
    return len(going), captures, bodies
