"""From posts to mentions and measures: what a post says, which topics it matches, and what that adds to the counts.

The caller holds the posts' `Analysis` rows locked (in order of id), so that the analysis of a post and the walk of a
new topic over it never write the same mention at the same time.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import Q

from monitoring.crawling.addresses import host_of
from monitoring.matching import Document, Engine, Match, parse
from monitoring.models import BUCKET, Analysis, Filing, Mention, MoodCorrection, Post, Sighting, Subscription, Topic
from monitoring.operations.suppression import suppressed_for
from monitoring.text.analysis import whole_text
from monitoring.text.sensitive import warning_hits
from sentinel.core.models import LiveCounter
from sentinel.core.wakes import wake

MEASURED = ("total", "negative", "positive", "sensitive")
_FILED = Match((), ())  # by hand, whatever its words
Key = tuple[int, int]  # topic, post
Deltas = defaultdict[tuple[int, datetime], Counter[str]]  # by topic and bucket


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


def _readers(posts: Sequence[Post]) -> dict[tuple[int, int, bool], int]:
    """By post, workspace that reads it now, and whether in a drill: the first of its own sources that brought it."""
    sightings = list(Sighting.objects.filter(post__in=posts).select_related("source").order_by("captured_at", "pk"))
    subscribers: dict[int, list[int]] = defaultdict(list)
    reading = Subscription.objects.active().filter(source__in={sighting.source_id for sighting in sightings})
    for source_id, workspace_id in reading.values_list("source_id", "workspace_id"):
        subscribers[source_id].append(workspace_id)
    readers: dict[tuple[int, int, bool], int] = {}
    for sighting in sightings:
        for workspace_id in subscribers[sighting.source_id]:
            readers.setdefault((sighting.post_id, workspace_id, sighting.source.is_drill), sighting.source_id)
    return readers


def document_of(post: Post) -> Document:
    """The post as queries see it."""
    return Document(text=post.text, title=post.title, author=post.author, url=post.url, site=host_of(post.url))


def _matching(analyses: Sequence[Analysis], watched: Watch, existing: Mapping[Key, Mention]) -> dict[Key, Mention]:
    """The mentions that should exist. New ones need a source that the workspace reads; what was captured stays."""
    posts = [analysis.post for analysis in analyses]
    readers, said = _readers(posts), _what_people_say(posts, watched)
    mentions = {}
    for analysis in analyses:
        post = analysis.post
        matches = watched.engine.match(document_of(post))
        filed = dict.fromkeys(said.filings.get(post.pk, ()), _FILED)
        for topic_id, match in {**filed, **matches}.items():
            topic, before = watched.topics[topic_id], existing.get((topic_id, post.pk))
            reader = (post.pk, topic.workspace_id, topic.is_drill)  # a drill and the real world never meet
            source_id = before.source_id if before else readers.get(reader)
            if source_id is None and topic_id in filed:
                source_id = post.source_id  # whoever files a post wants it, also while its source is paused
            if source_id is not None and topic.workspace_id not in said.suppressed.get((post.author, post.url), ()):
                mention = _mention(topic, analysis, match, source_id)
                mention.label = said.labels.get((topic.workspace_id, post.pk), mention.label)
                mention.pk, mention.dismissed_at = (before.pk, before.dismissed_at) if before else (None, None)
                mentions[topic_id, post.pk] = mention
    return mentions


@dataclass(frozen=True, slots=True)
class _Said:
    """What people said of posts, which no match overrules."""

    filings: dict[int, list[int]]  # by post, the topics that it was filed under by hand
    labels: dict[tuple[int, int], str]  # by workspace and post, the corrected label
    suppressed: dict[tuple[str, str], set[int]]  # by author and address, the workspaces that had it deleted


def _what_people_say(posts: Sequence[Post], watched: Watch) -> _Said:
    filings: dict[int, list[int]] = defaultdict(list)
    filed = Filing.objects.filter(post__in=posts, topic__in=list(watched.topics))
    for post_id, topic_id in filed.values_list("post_id", "topic_id"):
        filings[post_id].append(topic_id)
    workspaces = {topic.workspace_id for topic in watched.topics.values()}
    corrections = MoodCorrection.objects.filter(workspace__in=workspaces, post__in=posts)
    return _Said(
        filings=filings,
        labels={
            (workspace_id, post_id): label_of_mood(mood)
            for workspace_id, post_id, mood in corrections.order_by("corrected_at", "pk").values_list(
                "workspace_id", "post_id", "mood"
            )
        },
        suppressed=suppressed_for(workspaces, [(post.author, post.url) for post in posts]),
    )


def label_of_mood(mood: str) -> str:
    """The label of a mention whose mood a person gave: neutral and unclear count for neither side."""
    return mood if mood in ("neg", "pos") else "unsure"


def _mention(topic: Topic, analysis: Analysis, match: Match, source_id: int) -> Mention:
    post, names = analysis.post, topic.workspace.brand_names
    return Mention(
        workspace_id=topic.workspace_id,
        topic=topic,
        topic_version=topic.current,
        post=post,
        post_revision=post.revision,
        source_id=source_id,
        spans=[list(span) for span in match.spans],
        title_spans=[list(span) for span in match.title_spans],
        negative=analysis.negative if analysis.negative is not None else 0.5,
        label=analysis.label,
        sensitive=len(warning_hits(analysis.sensitive, whole_text(post.title, post.text), names)),
        placed_at=post.placed_at,
        captured_at=post.captured_at,
        is_history=post.is_history,
    )


def match_posts(*, analyses: Sequence[Analysis], topics: Iterable[Topic], now: datetime) -> int:
    """Bring the mentions of these posts in these topics up to date, and the measures with them; how many are new."""
    watched = watch(topics)
    existing = {
        (mention.topic_id, mention.post_id): mention
        for mention in Mention.objects.filter(
            post__in=[analysis.post_id for analysis in analyses], topic__in=list(watched.topics)
        )
    }
    wanted = _matching(analyses, watched, existing)
    # What an edit turns does not count twice: what was there is taken away first.
    deltas: Deltas = defaultdict(Counter)
    for mention in existing.values():
        _count(deltas, mention, -1)
    for mention in wanted.values():
        _count(deltas, mention, +1)
    Mention.objects.filter(pk__in=[existing[key].pk for key in existing.keys() - wanted.keys()]).delete()
    Mention.objects.bulk_create([mention for mention in wanted.values() if mention.pk is None])
    _update([mention for key, mention in wanted.items() if key in existing])
    _bring_along(deltas, watched.topics, now)
    return len(wanted.keys() - existing.keys())


def change_mentions(
    mentions: Sequence[Mention], change: Callable[[Mention], None], *, fields: Sequence[str], now: datetime
) -> None:
    """Do `change` to mentions and bring the measures along. The caller holds the analyses of their posts."""
    deltas: Deltas = defaultdict(Counter)
    for mention in mentions:
        _count(deltas, mention, -1)
        change(mention)
        _count(deltas, mention, +1)
    Mention.objects.bulk_update(mentions, fields, batch_size=200)
    _bring_along(deltas, {mention.topic_id: mention.topic for mention in mentions}, now)


def _bring_along(deltas: Deltas, topics: Mapping[int, Topic], now: datetime) -> None:
    changed = {key: counter for key, counter in sorted(deltas.items()) if any(counter.values())}
    if changed:
        _add_to_measures(changed)
        _announce({topic_id for topic_id, _bucket in changed}, topics, now)


def _update(mentions: list[Mention]) -> None:
    fields = ["topic_version", "post_revision", "spans", "title_spans", "negative", "label", "sensitive"]
    Mention.objects.bulk_update(mentions, fields, batch_size=200)


def _count(deltas: Deltas, mention: Mention, sign: int) -> None:
    """Add or take away a mention; one that a person dismissed counts nowhere, nor does one of unknown age that a first
    visit found: it has no place in time to be counted at.
    """
    if mention.dismissed_at or (mention.is_history and mention.placed_at == mention.captured_at):
        return
    counter = deltas[mention.topic_id, bucket_of(mention.placed_at)]
    counter["total"] += sign
    counter["negative"] += sign * (mention.label == "neg")
    counter["positive"] += sign * (mention.label == "pos")
    counter["sensitive"] += sign * bool(mention.sensitive)


def _add_to_measures(deltas: Mapping[tuple[int, datetime], Counter[str]]) -> None:
    """Change the counts; `deltas` come sorted and rows are locked in that order, so that workers wait in line."""
    keys: list[list[Any]] = [[topic_id for topic_id, _ in deltas], [bucket for _, bucket in deltas]]
    figures = [[counter[name] for counter in deltas.values()] for name in MEASURED]
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO monitoring_measure (topic_id, bucket, total, negative, positive, sensitive)
               SELECT topic, bucket, 0, 0, 0, 0 FROM unnest(%s::bigint[], %s::timestamptz[]) AS new(topic, bucket)
               ON CONFLICT DO NOTHING""",
            keys,
        )
        cursor.execute(
            """SELECT 1 FROM monitoring_measure AS measure
                 JOIN unnest(%s::bigint[], %s::timestamptz[]) AS delta(topic, bucket)
                   ON measure.topic_id = delta.topic AND measure.bucket = delta.bucket
                ORDER BY measure.topic_id, measure.bucket FOR NO KEY UPDATE OF measure""",
            keys,
        )
        cursor.execute(
            """UPDATE monitoring_measure AS measure
                  SET total = measure.total + delta.total, negative = measure.negative + delta.negative,
                      positive = measure.positive + delta.positive, sensitive = measure.sensitive + delta.sensitive
                 FROM unnest(%s::bigint[], %s::timestamptz[], %s::int[], %s::int[], %s::int[], %s::int[])
                      AS delta(topic, bucket, total, negative, positive, sensitive)
                WHERE measure.topic_id = delta.topic AND measure.bucket = delta.bucket""",
            [*keys, *figures],
        )


def _announce(topic_ids: set[int], topics: Mapping[int, Topic], now: datetime) -> None:
    """Let alerts and browsers know that figures changed."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO monitoring_meter AS meter (topic_id, revision, changed_at)
               SELECT unnest(%s::bigint[]), 1, %s
               ON CONFLICT (topic_id) DO UPDATE SET revision = meter.revision + 1, changed_at = EXCLUDED.changed_at""",
            [sorted(topic_ids), now],
        )
    workspaces = {topics[topic_id].workspace_id for topic_id in topic_ids}
    # Wanted even where it is wanted already: a pulse that is just being told does not know these figures yet.
    counters = LiveCounter.objects.filter(workspace__in=workspaces).order_by("pk").select_for_update(no_key=True)
    LiveCounter.objects.filter(pk__in=[counter.pk for counter in counters]).update(pulse_wanted_at=now)
    wake("monitoring.measured")


def topics_of(posts: Sequence[Post]) -> list[Topic]:
    """The live topics that these posts concern: of every workspace that reads them, or has them as mentions already."""
    reading = Subscription.objects.active().filter(source__in=Sighting.objects.filter(post__in=posts).values("source"))
    mentioning = Mention.objects.filter(post__in=posts)
    filed = Filing.objects.filter(post__in=posts)
    concerned = Q(workspace__in=reading.values("workspace")) | Q(
        pk__in=mentioning.values("topic").union(filed.values("topic"))
    )
    return list(Topic.objects.active().filter(concerned).select_related("current", "workspace"))
