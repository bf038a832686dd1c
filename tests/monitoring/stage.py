"""The stage of monitoring's tests: sources, posts and topics of 曜日乳業, and the pipeline run by hand."""

from collections import Counter
from datetime import datetime, timedelta

from django.db.models import QuerySet

from monitoring.models import Measure, Mention, Post, Source, Subscription, Topic
from monitoring.operations.analyses import ANALYSES
from monitoring.operations.mentions import bucket_of
from monitoring.operations.posts import Stored, store_posts
from monitoring.operations.sources import add_source
from monitoring.operations.topics import BACK_MATCHES, create_topic
from monitoring.sources.items import Item
from sentinel.core.models import Workspace
from tests.factories import NOW, Cast

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
SPOILT = "曜日鮮乳喝到發霉，孩子肚子痛，太離譜了"
PRAISE = "曜日鮮乳真的很棒，味道香濃，服務很好，非常滿意，推薦"
STRANGER = "今天天氣很好，去公園散步"


def subscribe(
    cast: Cast, *, name: str = "Dcard 美食板", url: str = "https://dcard.example/food", now: datetime = NOW
) -> Subscription:
    """Let the cast's workspace read the source at `url`, which has been visited before."""
    subscription = add_source(
        workspace=cast.workspace,
        kind="feed",
        definition={"url": url},
        url=url,
        zone="Asia/Taipei",
        interval=300,
        name=name,
        retention_days=180,
        by=cast.admin,
        now=now,
    )
    Source.objects.filter(pk=subscription.source_id, last_success_at=None).update(last_success_at=now - HOUR)
    subscription.source.refresh_from_db()
    return subscription


def watch_brand(
    cast: Cast, *, query: str = "曜日", name: str = "曜日鮮乳", now: datetime = NOW, is_own: bool = True
) -> Topic:
    """A topic of the cast's workspace; its walk over earlier posts is still to come."""
    return create_topic(workspace=cast.workspace, name=name, query=query, by=cast.admin, now=now, is_own=is_own)


def item(text: str = SPOILT, *, number: int = 1, at: datetime | None = NOW, **fields: object) -> Item:
    """One post as a source shows it; the same number is the same post."""
    values = {"url": f"https://dcard.example/p/{number}", "published_at": at, "precision": "minute" if at else ""}
    return Item(**{"text": text, **values, **fields})


def capture(source: Source, *items: Item, now: datetime = NOW) -> Stored:
    """What a visit stores."""
    return store_posts(source=source, items=items, now=now)


def work(now: datetime = NOW) -> None:
    """Run the pipeline until nothing is due."""
    while ANALYSES.run(now=now) or BACK_MATCHES.run(now=now):
        pass


def captured(source: Source, *items: Item, now: datetime = NOW) -> list[Post]:
    """Posts that went through the pipeline."""
    capture(source, *items, now=now)
    work(now)
    return list(Post.objects.order_by("pk"))


def mentions(workspace: Workspace) -> "QuerySet[Mention]":
    return Mention.objects.filter(workspace=workspace)


def counts(topic: Topic | None = None) -> Counter[tuple[int, datetime, str]]:
    """What the measures say, without zeros."""
    rows = Measure.objects.all() if topic is None else Measure.objects.filter(topic=topic)
    found: Counter[tuple[int, datetime, str]] = Counter()
    for row in rows:
        for figure in ("total", "negative", "positive", "sensitive"):
            found[row.topic_id, row.bucket, figure] += getattr(row, figure)
    return +found


def recount(topic: Topic | None = None) -> Counter[tuple[int, datetime, str]]:
    """What the measures should say, counted one by one."""
    rows = Mention.objects.all() if topic is None else Mention.objects.filter(topic=topic)
    found: Counter[tuple[int, datetime, str]] = Counter()
    for row in rows:
        if row.is_history and row.placed_at == row.captured_at:
            continue
        bucket = bucket_of(row.placed_at)
        found[row.topic_id, bucket, "total"] += 1
        found[row.topic_id, bucket, "negative"] += row.label == "neg"
        found[row.topic_id, bucket, "positive"] += row.label == "pos"
        found[row.topic_id, bucket, "sensitive"] += row.sensitive > 0
    return +found


def total(topic: Topic, *, since: datetime, until: datetime = NOW) -> int:
    """Posts that were counted between two moments."""
    rows = Measure.objects.filter(topic=topic, bucket__gte=bucket_of(since), bucket__lte=until)
    return sum(row.total for row in rows)
