"""From posts to mentions and measures: what a post says, which topics it matches, and what that adds to the counts.

The caller holds the posts' `Analysis` rows locked (in order of id), so that the analysis of a post and the walk of a
new topic over it never write the same mention at the same time.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from urllib.parse import urlsplit

from django.db import connection

from monitoring.matching import Document, Engine, parse
from monitoring.models import BUCKET, Analysis, Mention, Post, Sighting, Subscription, Topic
from sentinel.core.models import LiveCounter
from sentinel.core.wakes import wake


@dataclass(frozen=True, slots=True)
class Watch:
    """The topics that are matched in one go."""

    topics: dict[int, Topic]  # by id
    engine: Engine[int]


@lru_cache(maxsize=8)
def _engine(queries: tuple[tuple[int, str], ...]) -> Engine[int]:
    return Engine({topic_id: parse(query) for topic_id, query in queries})


def watch(topics: Iterable[Topic]) -> Watch:
    """An engine over the current versions of `topics`; built again only when one of them changes."""
    by_id = {topic.pk: topic for topic in topics if topic.current is not None}
    queries = tuple((pk, topic.current.query) for pk, topic in sorted(by_id.items()) if topic.current)
    return Watch(by_id, _engine(queries))


def bucket_of(moment: datetime) -> datetime:
    """The beginning of the five minutes that `moment` falls into."""
    return moment.replace(
        minute=moment.minute - moment.minute % int(BUCKET.total_seconds() // 60), second=0, microsecond=0
    )


def _readers(posts: Sequence[Post]) -> dict[int, set[int]]:
    """Per post, the workspaces that read a source which brought it."""
    pairs = Sighting.objects.filter(post__in=posts, source__subscriptions__paused_at__isnull=True).values_list(
        "post_id", "source__subscriptions__workspace_id"
    )
    readers: dict[int, set[int]] = defaultdict(set)
    for post_id, workspace_id in pairs:
        if workspace_id is not None:
            readers[post_id].add(workspace_id)
    return readers


def _document(post: Post) -> Document:
    return Document(
        text=post.text, title=post.title, author=post.author, url=post.url, site=urlsplit(post.url).hostname or ""
    )


def _matching(analyses: Sequence[Analysis], watched: Watch) -> dict[tuple[int, int], Mention]:
    """The mentions that should exist, by (topic, post)."""
    readers = _readers([analysis.post for analysis in analyses])
    mentions = {}
    for analysis in analyses:
        post = analysis.post
        if not readers.get(post.pk):
            continue
        for topic_id, match in watched.engine.match(_document(post)).items():
            topic = watched.topics[topic_id]
            if topic.workspace_id in readers[post.pk]:
                mentions[topic_id, post.pk] = Mention(
                    workspace_id=topic.workspace_id,
                    topic=topic,
                    topic_version=topic.current,
                    post=post,
                    post_revision=post.revision,
                    source_id=post.source_id,
                    spans=[list(span) for span in match.spans],
                    title_spans=[list(span) for span in match.title_spans],
                    negative=analysis.negative if analysis.negative is not None else 0.5,
                    label=analysis.label,
                    sensitive=sum(not hit["negated"] for hit in analysis.sensitive),
                    placed_at=post.placed_at,
                    captured_at=post.captured_at,
                    is_history=post.is_history,
                )
    return mentions


def match_posts(*, analyses: Sequence[Analysis], topics: Iterable[Topic], now: datetime) -> int:
    """Bring the mentions of these posts in these topics up to date, and the measures with them; how many are new."""
    watched = watch(topics)
    wanted = _matching(analyses, watched)
    existing = {
        (mention.topic_id, mention.post_id): mention
        for mention in Mention.objects.filter(
            post__in=[analysis.post_id for analysis in analyses], topic__in=list(watched.topics)
        )
    }
    deltas: dict[tuple[int, datetime], Counter[str]] = defaultdict(Counter)
    for key, mention in wanted.items():
        if key in existing:
            mention.pk = existing[key].pk
            # What an edit turns does not count twice: what was there is taken away first.
            _count(deltas, existing[key], -1)
        _count(deltas, mention, +1)
    gone = [mention for key, mention in existing.items() if key not in wanted]
    for mention in gone:
        _count(deltas, mention, -1)
    Mention.objects.filter(pk__in=[mention.pk for mention in gone]).delete()
    Mention.objects.bulk_create([mention for mention in wanted.values() if mention.pk is None])
    _update([mention for mention in wanted.values() if (mention.topic_id, mention.post_id) in existing])
    _add_to_measures(deltas)
    _announce({topic_id for topic_id, _bucket in deltas}, watched.topics, now)
    return len(wanted.keys() - existing.keys())


def _update(mentions: list[Mention]) -> None:
    fields = ["topic_version", "post_revision", "spans", "title_spans", "negative", "label", "sensitive"]
    Mention.objects.bulk_update(mentions, fields, batch_size=200)


def _count(deltas: Mapping[tuple[int, datetime], Counter[str]], mention: Mention, sign: int) -> None:
    """Add or take away a mention; one of unknown age that a first visit found has no place in time to be counted at."""
    if mention.is_history and mention.placed_at == mention.captured_at:
        return
    counter = deltas[mention.topic_id, bucket_of(mention.placed_at)]
    counter["total"] += sign
    counter["negative"] += sign * (mention.label == "neg")
    counter["positive"] += sign * (mention.label == "pos")
    counter["sensitive"] += sign * bool(mention.sensitive)


def _add_to_measures(deltas: Mapping[tuple[int, datetime], Counter[str]]) -> None:
    rows = [(key, counter) for key, counter in sorted(deltas.items()) if any(counter.values())]
    if not rows:
        return
    topics, buckets = [key[0] for key, _ in rows], [key[1] for key, _ in rows]
    figures = [[counter[name] for _, counter in rows] for name in ("total", "negative", "positive", "sensitive")]
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO monitoring_measure (topic_id, bucket, total, negative, positive, sensitive)
               SELECT topic, bucket, 0, 0, 0, 0 FROM unnest(%s::bigint[], %s::timestamptz[]) AS new(topic, bucket)
               ON CONFLICT DO NOTHING""",
            [topics, buckets],
        )
        cursor.execute(
            """UPDATE monitoring_measure AS measure
                  SET total = measure.total + delta.total, negative = measure.negative + delta.negative,
                      positive = measure.positive + delta.positive, sensitive = measure.sensitive + delta.sensitive
                 FROM unnest(%s::bigint[], %s::timestamptz[], %s::int[], %s::int[], %s::int[], %s::int[])
                      AS delta(topic, bucket, total, negative, positive, sensitive)
                WHERE measure.topic_id = delta.topic AND measure.bucket = delta.bucket""",
            [topics, buckets, *figures],
        )


def _announce(topic_ids: set[int], topics: Mapping[int, Topic], now: datetime) -> None:
    """Let alerts and browsers know that figures changed."""
    if not topic_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO monitoring_meter AS meter (topic_id, revision, changed_at)
               SELECT unnest(%s::bigint[]), 1, %s
               ON CONFLICT (topic_id) DO UPDATE SET revision = meter.revision + 1, changed_at = EXCLUDED.changed_at""",
            [sorted(topic_ids), now],
        )
    workspaces = sorted({topics[topic_id].workspace_id for topic_id in topic_ids})
    LiveCounter.objects.filter(workspace__in=workspaces, pulse_wanted_at__isnull=True).update(pulse_wanted_at=now)
    wake("monitoring.measured")


def active_topics_of_readers(posts: Sequence[Post]) -> list[Topic]:
    """The live topics of every workspace that reads a source which brought one of the posts."""
    workspaces = (
        Subscription.objects.active()
        .filter(source__in=Sighting.objects.filter(post__in=posts).values("source"))
        .values("workspace")
    )
    return list(Topic.objects.active().filter(workspace__in=workspaces).select_related("current"))
