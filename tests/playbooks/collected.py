"""A crisis with what was captured about it: a forum where it began, a network, a news feed, a source that is blind."""

from datetime import datetime, timedelta

from monitoring.models import Source, Subscription, Topic, Visit
from monitoring.operations.sources import add_source
from playbooks.models import Assessment, Crisis
from playbooks.operations.assessing import assess
from playbooks.operations.crises import open_crisis
from tests.factories import NOW, Cast
from tests.monitoring.stage import capture, item, watch_brand, work

MINUTE = timedelta(minutes=1)
BEGAN = NOW - 150 * MINUTE
COMPLAINT = "曜日鮮乳喝出異物，瓶底有黑色薄片，孩子肚子痛"


CHANNELS = {"feed": "news", "listing": "forum", "weibo": "social"}


def subscribed(cast: Cast, *, name: str, address: str, kind: str = "feed") -> Subscription:
    """A source that was visited before the crisis and once in it, with success."""
    subscription = add_source(
        workspace=cast.workspace,
        kind="feed",
        definition={"url": address},
        url=address,
        zone="Asia/Taipei",
        interval=60,
        name=name,
        channel=CHANNELS[kind],
        retention_days=180,
        by=cast.admin,
        now=BEGAN - 300 * MINUTE,
    )
    Source.objects.filter(pk=subscription.source_id).update(
        kind=kind, last_success_at=BEGAN - 240 * MINUTE, outcome="ok"
    )
    visited(subscription, at=NOW - 2 * MINUTE)
    subscription.source.refresh_from_db()
    return subscription


def visited(subscription: Subscription, *, at: datetime, outcome: str = "ok") -> None:
    """A visit that ended `at`."""
    Visit.objects.create(source=subscription.source, due_at=at, started_at=at, finished_at=at, outcome=outcome)


def said(subscription: Subscription, number: int, text: str, *, after: int, late: int = 1, **fields: object) -> None:
    """A post that came out so many minutes after the beginning and was captured `late` minutes later."""
    at = BEGAN + after * MINUTE
    address = f"{subscription.source.url}/{number}"
    capture(subscription.source, item(text, number=number, at=at, url=address, **fields), now=at + late * MINUTE)


def collected(cast: Cast) -> Crisis:
    """The crisis, opened two hours after it began in a forum."""
    topic: Topic = watch_brand(cast, now=BEGAN - 240 * MINUTE)
    work(BEGAN - 200 * MINUTE)
    forum = subscribed(cast, name="論壇", address="https://forum.example/list", kind="listing")
    network = subscribed(cast, name="微博", address="https://weibo.example/api", kind="weibo")
    island = subscribed(cast, name="島嶼新聞網", address="https://island.example/rss")
    daily = subscribed(cast, name="每日食報", address="https://daily.example/rss")
    blind = subscribed(cast, name="Dcard 美食板", address="https://dcard.example/food", kind="listing")
    Source.objects.filter(pk=blind.source_id).update(failures=4, outcome="blocked")
    visited(network, at=NOW - 60 * MINUTE, outcome="blocked")
    said(forum, 1, COMPLAINT, after=0)
    for index in range(24):
        said(forum, 10 + index, f"樓上的曜日鮮乳也有黑色薄片 {index} 太離譜", after=3 + 5 * index)
    for index in range(14):
        figures = {"reposts": 40 * index, "comments": 7 * index, "likes": 11 * index}
        said(network, 50 + index, f"轉發：曜日鮮乳喝出異物 {index}", after=40 + 7 * index, figures=figures)
    said(island, 80, "記者實測曜日鮮乳同批號產品，業者尚未回應", after=92, title="曜日鮮乳驚傳異物 家長憤怒")
    said(daily, 81, "衛生局表示將抽驗曜日鮮乳", after=60, title="曜日鮮乳異物案 衛生局介入", late=75)
    said(island, 82, "曜日鮮乳下架？通路這樣說", after=130, title="通路回應曜日鮮乳")
    work(NOW)
    return open_crisis(
        workspace=cast.workspace,
        title="「鮮乳喝出異物」影片跨平台擴散",
        level=1,
        summary="",
        topic=topic,
        by=cast.staff,
        now=NOW,
    )


def assessed(crisis: Crisis, cast: Cast, *, now: datetime = NOW, **fields: object) -> Assessment:
    """A version of the assessment by 雅婷."""
    given: dict[str, object] = {
        "level": 1,
        "level_reason": "孩童不適，主流媒體已轉載，兩小時內跨三個平台",
        "verdict": "pending",
        "verdict_evidence": "",
        "responsibility": "unknown",
        "by": cast.staff,
        "now": now,
    }
    return assess(crisis=crisis, **{**given, **fields})  # type: ignore[arg-type]
