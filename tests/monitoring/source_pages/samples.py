"""Sources of 曜日乳業 in every state, with the visits and posts that brought them there."""

import random
from datetime import datetime, timedelta
from typing import Any

from monitoring.models import Sighting, Source, SourceNotice, Subscription, Visit
from monitoring.operations.posts import store_posts
from monitoring.operations.sources import add_source, pause_source
from monitoring.sources.items import Item
from tests.factories import Cast

MINUTE = timedelta(minutes=1)
TITLES = [
    "寶寶喝鮮乳，瓶底怎麼會有沉澱？",
    "早餐奶改買哪一牌？",
    "「冰箱裡那瓶先別喝，等說法」",
    "曜日鮮乳買一送一，這週三到週日",
    "超商冷藏櫃溫度誰在管",
    "副食品第一口可以加起司嗎",
    "曜日那支影片大家看了嗎",
    "乳價調漲，酪農這樣說",
]


def read_source(cast: Cast, name: str, url: str, *, now: datetime, kind: str = "feed", **values: Any) -> Subscription:
    """A source that has been read since yesterday."""
    definition = values.pop("definition", {"url": url})
    subscription = add_source(
        workspace=cast.workspace,
        kind=kind,
        definition=definition,
        url=url,
        zone="Asia/Taipei",
        interval=values.pop("interval", 120),
        name=name,
        retention_days=180,
        by=cast.admin,
        now=now - timedelta(days=3),
    )
    Source.objects.filter(pk=subscription.source_id).update(
        **{"outcome": "ok", "last_visit_at": now - MINUTE, "last_success_at": now - MINUTE, **values}
    )
    Visit.objects.open().filter(source=subscription.source_id).update(due_at=now + MINUTE)
    subscription.source.refresh_from_db()
    return subscription


def bring(source: Source, *, at: datetime, later: timedelta, number: int, **fields: Any) -> None:
    """A post that the source showed at `at` and that was captured `later`."""
    item = Item(
        url=f"{source.url.rsplit('/', 1)[0]}/post-{source.pk}-{number}",
        **{
            "title": TITLES[number % len(TITLES)],
            "text": TITLES[number % len(TITLES)] * 8,
            "author": f"讀者{number % 7}",
            "published_at": at,
            "precision": "minute",
            "figures": {"comments": number % 40},
            **fields,
        },
    )
    store_posts(source=source, items=[item], now=at + later)
    Source.objects.filter(pk=source.pk).update(last_item_at=at + later)


def visited(source: Source, *, at: datetime, outcome: str = "ok", detail: str = "", **values: Any) -> Visit:
    """A finished visit with a log."""
    host = source.url.split("/")[2]
    log: list[dict[str, Any]] = [
        {"ms": 2, "what": "robots", "said": {"host": f"{host}:443", "status": 200}},
        {"ms": 14, "what": "wait", "said": {"host": host, "seconds": 1.0}},
    ]
    if outcome == "ok":
        log += [
            {"ms": 340, "what": "answer", "said": {"url": source.url, "status": 200, "bytes": 18412, "took_ms": 326}},
            {"ms": 352, "what": "items", "said": {"url": source.url, "count": 24}},
        ]
    else:
        log.append({"ms": 640, "what": "failed", "said": {"code": outcome, "detail": detail}})
    return Visit.objects.create(
        source=source,
        due_at=None,
        started_at=at,
        finished_at=at + timedelta(seconds=1),
        outcome=outcome,
        outcome_detail=detail,
        log=log,
        **{"requests": 2, "bytes_received": 18412, "items": 24 if outcome == "ok" else 0, **values},
    )


def fail(source: Source, outcome: str, detail: str, *, times: int, since: datetime, now: datetime) -> None:
    """Visits that failed so often in a row."""
    for number in range(times):
        visited(source, at=now - (times - number) * 7 * MINUTE, outcome=outcome, detail=detail)
    Source.objects.filter(pk=source.pk).update(
        outcome=outcome, outcome_detail=detail, failures=times, failing_since=since
    )
    Visit.objects.open().filter(source=source).update(due_at=now + 2 ** (times - 1) * MINUTE)


def every_state(cast: Cast, now: datetime) -> dict[str, Subscription]:
    """Some twenty sources: one in each state, and the rest well."""
    chance = random.Random(7)
    well = [
        ("島嶼新聞 RSS", "https://news.island.example/rss.xml", "feed"),
        ("城市快訊 RSS", "https://city.example/feed", "feed"),
        ("Mobile01 生活區", "https://mobile.example/forum-38.html", "listing"),
        ("微博搜尋「曜日」", "https://m.weibo.example/api", "weibo"),
        ("家餐論壇 › 嬰幼飲食", "https://bbs.homeplate.example/forum-38-1.html", "listing"),
        ("中央食品日報", "https://food.example/rss", "feed"),
        ("消費者保護月刊", "https://cpc.example/rss", "feed"),
        ("北城晚報 生活", "https://north.example/life", "listing"),
        ("奶粉媽媽社團", "https://mama.example/rss", "feed"),
    ]
    read = {name: read_source(cast, name, url, now=now, kind=kind) for name, url, kind in well}
    others = {
        "blocked": read_source(
            cast, "Facebook 公開粉專", "https://www.facebook.example/yaori", now=now, kind="listing"
        ),
        "down": read_source(cast, "港都報 RSS", "https://harbour.example/rss.xml", now=now),
        "late": read_source(cast, "巴哈姆特 場外", "https://gamer.example/b/60076", now=now, kind="listing"),
        "retrying": read_source(cast, "鄉里通訊", "https://village.example/atom.xml", now=now),
        "parked": read_source(cast, "校園 BBS", "https://bbs.campus.example/rss", now=now),
        "waiting": read_source(
            cast, "新住民之聲", "https://voices.example/rss", now=now, outcome="", last_visit_at=None
        ),
        "unsent": read_source(
            cast,
            "客服信箱",
            "",
            now=now,
            kind="api",
            owner=cast.workspace,
            is_pushed=True,
            outcome="",
            last_visit_at=None,
        ),
        "login": read_source(cast, "臉書社團「鮮乳」", "https://www.facebook.example/g/1", now=now, kind="listing"),
        "robots": read_source(cast, "縣市議會公報", "https://council.example/rss", now=now),
        "layout": read_source(cast, "工商即時", "https://biz.example/news", now=now, kind="listing"),
        "quiet": read_source(cast, "Google 商家評論", "https://reviews.example/24", now=now, kind="listing"),
        "empty": read_source(cast, "活動公告", "https://events.example/rss", now=now),
        "paused": read_source(cast, "美食板精選", "https://dcard.example/food", now=now),
    }
    for subscription in (*read.values(), *(others[state] for state in ("blocked", "down", "retrying"))):
        for number in range(chance.randrange(6, 20)):
            at = now - timedelta(minutes=chance.randrange(40, 1300))
            bring(subscription.source, at=at, later=timedelta(seconds=chance.randrange(30, 1500)), number=number)
        is_well = subscription in read.values()
        visited(subscription.source, at=now - (MINUTE if is_well else 92 * MINUTE), new_posts=1)
    for number in range(24):
        at = now - timedelta(minutes=110 + number * 12)
        bring(others["late"].source, at=at, later=timedelta(minutes=20 + number * 3), number=number)
    visited(others["late"].source, at=now - MINUTE, new_posts=2)
    fail(others["blocked"].source, "blocked", "login", times=7, since=now - 88 * MINUTE, now=now)
    fail(others["down"].source, "http", "503", times=6, since=now - 66 * MINUTE, now=now)
    fail(others["retrying"].source, "timeout", "20 s", times=1, since=now - 2 * MINUTE, now=now)
    fail(others["login"].source, "login", "login", times=3, since=now - 30 * MINUTE, now=now)
    fail(others["robots"].source, "robots", "https://council.example/rss", times=1, since=now - 9 * MINUTE, now=now)
    fail(others["layout"].source, "layout", "lost: author", times=2, since=now - 20 * MINUTE, now=now)
    quiet = {"seen": 0, "low": 7, "high": 15, "hours": 3.5, "days": 20, "alike": "workdays"}
    for kind, detail in (("quiet", quiet), ("empty", {})):
        began = now - 200 * MINUTE
        SourceNotice.objects.create(source=others[kind].source, kind=kind, began_at=began, detail=detail)
    Visit.objects.open().filter(source=others["parked"].source).update(
        parked_at=now - 30 * MINUTE, error="ValueError: no such zone", attempt=8
    )
    pause_source(subscription=others["paused"], by=cast.admin, now=now - timedelta(hours=5))
    return {**others, "ok": read["島嶼新聞 RSS"]}


def recount(source: Source, now: datetime) -> list[float]:
    """Seconds from publication to capture of what counts, one by one."""
    sightings = Sighting.objects.filter(source=source, captured_at__gt=now - timedelta(days=1)).select_related("post")
    return sorted(
        max((one.captured_at - one.post.published_at).total_seconds(), 0)
        for one in sightings
        if one.post.published_at
        and one.post.precision in ("second", "minute")
        and not one.post.is_history
        and one.post.published_at >= source.created_at
    )
