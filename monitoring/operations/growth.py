"""What becomes of posts that matter: they are looked at again, grow, are edited, go, come back, are answered."""

import zlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import Max, Q
from django.utils.translation import gettext_lazy as _

from monitoring.models import Figures, Mention, Post, PostCapture, PostHold, Revisit, Source
from monitoring.operations.changes import content_hash, is_reworded
from monitoring.operations.definitions import full_definition
from monitoring.operations.evidence import Received, keep_received
from monitoring.operations.posts import Stored, store_posts
from monitoring.sources import KINDS
from monitoring.sources.items import Item, SourceError
from monitoring.visiting.again import REFUSALS, Seen
from monitoring.visiting.revisit import DRILL_PACE, LONGEST, STEPS, Standing, growth_of, next_gap
from monitoring.visiting.rewording import is_cut, is_same_piece
from sentinel.core.net.types import Response
from sentinel.core.stages import LeaseLostError, Stage

ADOPTED_FROM = 20_000  # the newest mentions among which posts to follow are looked for
FOLLOWED_FROM = timedelta(days=7)
MISSES_UNTIL_GONE = 2  # an error status alone is believed when it is seen again
REFUSED_AGAIN = timedelta(minutes=30)
_POINTING = ("detail_text", "floors")  # the selectors that say where on a page the text of a post stands
_NOTHING = Stored(0, 0, 0)


def adopt_revisits(now: datetime) -> None:
    """Begin to follow posts that are a mention, but neither history nor pushed to us; and those that people work on.

    A reply has no page of its own: it is looked at with the post that it answers.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO monitoring_revisit
                      (post_id, due_at, attempt, error, evaluated_revision, visits, outcome, outcome_detail, misses)
               SELECT DISTINCT post.id,
                      GREATEST(post.captured_at
                               + make_interval(secs => %s * CASE WHEN source.is_drill THEN %s ELSE 1 END), %s),
                      0, '', 0, 0, '', '', 0
                 FROM (SELECT post_id FROM monitoring_mention WHERE NOT is_history AND dismissed_at IS NULL
                        ORDER BY id DESC LIMIT %s) AS mention
                 JOIN monitoring_post AS post ON post.id = mention.post_id
                 JOIN monitoring_source AS source ON source.id = post.source_id
                WHERE NOT source.is_pushed AND source.kind <> 'imap'
                  AND NOT post.is_history AND post.reply_to_id IS NULL
                  AND post.captured_at > %s
                  AND NOT EXISTS (SELECT 1 FROM monitoring_revisit AS known WHERE known.post_id = post.id)
               ON CONFLICT DO NOTHING""",
            [STEPS[0].total_seconds(), DRILL_PACE, now, ADOPTED_FROM, now - FOLLOWED_FROM],
        )
        cursor.execute(
            """INSERT INTO monitoring_revisit
                      (post_id, due_at, attempt, error, evaluated_revision, visits, outcome, outcome_detail, misses)
               SELECT DISTINCT post.id, %s::timestamptz, 0, '', 0, 0, '', '', 0
                 FROM monitoring_posthold AS hold
                 JOIN monitoring_post AS post ON post.id = hold.post_id
                 JOIN monitoring_source AS source ON source.id = post.source_id
                WHERE hold.is_followed AND NOT source.is_pushed AND source.kind <> 'imap'
                  AND post.reply_to_id IS NULL AND post.captured_at > %s
                  AND NOT EXISTS (SELECT 1 FROM monitoring_revisit AS known WHERE known.post_id = post.id)
               ON CONFLICT DO NOTHING""",
            [now, now - LONGEST],
        )
        cursor.execute(
            """UPDATE monitoring_revisit AS revisit SET due_at = %s
                 FROM monitoring_posthold AS hold JOIN monitoring_post AS post ON post.id = hold.post_id
                WHERE hold.post_id = revisit.post_id AND hold.is_followed
                  AND revisit.due_at IS NULL AND revisit.parked_at IS NULL
                  AND revisit.outcome <> 'closed' AND revisit.visited_at < %s AND post.captured_at > %s""",
            [now, now - timedelta(days=1), now - LONGEST],
        )


def _never_handled(rows: Sequence[Revisit], now: datetime) -> None:
    raise NotImplementedError("revisits are run by monitoring.revisiting")


REVISITS: Stage[Revisit] = Stage(
    name="revisit",
    label=_("Looking at posts again"),
    model=Revisit,
    workspaces="post__sightings__source__subscriptions__workspace",
    handle=_never_handled,
    adopt=adopt_revisits,
    related=("post", "post__source"),
    batch=200,
    lease=timedelta(seconds=60),  # a turn takes 15 s at most
)


def postpone_revisits(*, revisits: Sequence[Revisit], until: datetime) -> None:
    """Give claimed revisits back, to be run at `until`; raises LeaseLostError."""
    if revisits:
        REVISITS.finish(revisits, again=dict.fromkeys(revisits, until))


@transaction.atomic
def note_growth(*, revisit: Revisit, seen: Seen, now: datetime) -> None:
    """Take over what was seen of a post and plan when it is looked at again; raises LeaseLostError.

    Figures, an edit and replies are stored as any visit's are. A refusal or an error of the server is never taken for a
    deletion; an error status that says "not here" only when it is seen twice while the source is read well.
    """
    # Locked before its posts, as a visit does, so that both wait in line.
    source = Source.objects.select_for_update().filter(pk=revisit.post.source_id).first()
    post = Post.objects.filter(pk=revisit.post_id).first()
    if source is None or post is None:
        raise LeaseLostError(REVISITS.name)  # its drill was removed meanwhile
    stored, before = _NOTHING, dict(post.figures)
    if seen.outcome == "ok":
        stored = _store(revisit, post, source, seen, now)
        Post.objects.filter(pk=post.pk, gone_at__isnull=False).update(gone_at=None)
        revisit.misses, revisit.reached = 0, seen.reached
    elif seen.outcome == "gone":
        _note_missing(revisit, post, source, seen, now)
    post.refresh_from_db()
    revisit.visits, revisit.visited_at = revisit.visits + 1, now
    revisit.outcome, revisit.outcome_detail = _outcome(seen, post), (seen.mark or seen.detail)[:300]
    revisit.save(update_fields=["visits", "visited_at", "outcome", "outcome_detail", "misses", "doubt", "reached"])
    standing = _standing(post, source, seen, growth_of(before, post.figures, stored.new), now)
    due_at = _due(revisit, standing, seen, now)
    REVISITS.finish([revisit], again={revisit: due_at} if due_at else {})


def _outcome(seen: Seen, post: Post) -> str:
    """What is told of a visit: `missing` is an error status that is not believed yet."""
    return "missing" if seen.outcome == "gone" and post.gone_at is None else seen.outcome


def _note_missing(revisit: Revisit, post: Post, source: Source, seen: Seen, now: datetime) -> None:
    """Believe that a post is gone where the site says so in words, or twice by its status; keep what said it."""
    if not seen.mark and source.failures:
        return  # a site in trouble answers anything
    revisit.misses += 1
    if post.gone_at is None and (seen.mark or revisit.misses >= MISSES_UNTIL_GONE):
        Post.objects.filter(pk=post.pk).update(gone_at=now)
        if seen.notice:
            keep_received(source=source, received=[Received(seen.notice, {post.pk: post.revision})], now=now)


def _due(revisit: Revisit, standing: Standing, seen: Seen, now: datetime) -> datetime | None:
    gap = None if seen.outcome == "closed" else next_gap(standing)
    if gap is None:
        return None
    if seen.outcome in REFUSALS or seen.detail in REFUSALS:
        gap = max(gap, REFUSED_AGAIN)
    return now + max(gap, timedelta(seconds=seen.retry_after or 0))


def _standing(post: Post, source: Source, seen: Seen, growth: float, now: datetime) -> Standing:
    mentions = Mention.objects.filter(post=post, dismissed_at__isnull=True)
    figured = Figures.objects.filter(post=post).aggregate(last=Max("at"))["last"]
    answered = post.replies.aggregate(last=Max("captured_at"))["last"]
    changes = [post.captured_at, post.revised_at, post.gone_at, figured, answered]
    return Standing(
        age=now - post.captured_at,
        quiet=now - max(one for one in changes if one),
        growth=growth,
        is_urgent=mentions.filter(Q(label="neg") | Q(sensitive__gt=0)).exists(),
        is_held=PostHold.objects.filter(post=post, is_followed=True).exists(),
        failed=seen.outcome not in ("ok", "gone"),
        is_drill=source.is_drill,
    )


def item_of(post: Post) -> Item:
    """A post as its kind knew it."""
    return Item(
        url=post.url,
        title=post.title,
        text=post.text,
        author=post.author,
        site_id=post.site_id,
        published_at=post.published_at,
        precision=post.precision,
        figures=dict(post.figures),
    )


def _store(revisit: Revisit, post: Post, source: Source, seen: Seen, now: datetime) -> Stored:
    """Store what the post says and counts now, and its replies."""
    fresh = seen.item
    if fresh is None and not seen.replies:
        return _NOTHING
    known = item_of(post)
    figures = fresh.figures if fresh else {}
    item = replace(known, figures=figures, replies=seen.replies, response=fresh.response if fresh else None)
    is_whole = fresh is not None and not fresh.needs_detail and not fresh.is_partial
    if fresh and is_whole and _is_edit(revisit, post, source, fresh, now):
        item = replace(item, title=fresh.title, text=fresh.text)
    return store_posts(source=source, items=[item], now=now)


def _is_edit(revisit: Revisit, post: Post, source: Source, fresh: Item, now: datetime) -> bool:
    """Whether other words are an edit of the post, rather than of the page around it or of how we read it.

    What an interface returns is believed. A page is read twice by the same code: as it was received at first, and now;
    where no selector points to its text, other words must be seen twice before they count.
    """
    words = content_hash(fresh.title, fresh.text)
    if not fresh.text or not is_reworded(post, fresh.title, fresh.text):
        revisit.doubt = None
        return False
    kind, definition = KINDS[source.kind], full_definition(source)
    if hasattr(kind, "revisited"):
        return True
    if is_cut(post.text, fresh.text):
        return False
    first = _first_answer(post)
    if first is not None:
        try:
            was = kind.detail(definition, item_of(post), first, now, ZoneInfo(source.zone))
        except SourceError:
            return False  # it is not read any more as it was
        if content_hash(was.title, was.text) == words:
            return False
    if any(definition.get(name) for name in _POINTING) or definition.get("follow") == "json":
        return True
    if not is_same_piece(post.text, fresh.text):
        return False
    is_certain = revisit.doubt is not None and bytes(revisit.doubt) == words
    revisit.doubt = None if is_certain else words
    return is_certain


def _first_answer(post: Post) -> Response | None:
    """The page as it was received when the post last changed; None where it is not kept."""
    kept = PostCapture.objects.filter(post=post, revision=post.revision, capture__http_status=200)
    found = kept.select_related("capture__body").order_by("pk").first()
    if found is None:
        return None
    capture = found.capture
    return Response(capture.url, 200, dict(capture.headers), zlib.decompress(bytes(capture.body.data)))
