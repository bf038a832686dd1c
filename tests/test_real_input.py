"""The whole chain on real input, through real workers: nothing missing, nothing twice, whatever dies half-way.

Real news pages and real short posts are served from loopback (`SENTINEL_EVAL_DATA`); a worker is killed and the broker
is wiped while they are being collected. Run with `-s` to see the figures.
"""

import ast
import asyncio
import json
import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import redis
import websockets

from monitoring.matching import Document, Engine, parse
from tests.fakes.newsroom import Newsroom, load_pages, load_posts, serving
from tests.instance import REPOSITORY, Instance, running_instance, wait_for

DATA = Path(os.environ.get("SENTINEL_EVAL_DATA") or REPOSITORY.parent / "shared" / "data")
QUERY = "中国 OR 学生 OR 医院 OR 警察 OR 记者 OR 死亡 OR 爆料 OR 曜日鮮乳"
LIVE_POSTS = 30
PASSWORD = "曜日 correct horse 14"

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(not (DATA / "pages").is_dir(), reason=f"the evaluation data is not at {DATA}"),
]

SET_UP = """
import json
from django.utils import timezone
from alerts.operations.rules import create_default_rules
from monitoring.operations.sources import add_source
from monitoring.operations.topics import create_topic
from monitoring.sources import KINDS
from sentinel.core.operations import create_user, create_workspace
now = timezone.now()
admin = create_user(email="shufen@yaori.example", name="王淑芬", password={password!r}, language="zh-hant", now=now)
workspace = create_workspace(
    name="yaori", time_zone="Asia/Taipei", brand_names=["曜日乳業"], competitors=[], by=admin, now=now)
topic = create_topic(workspace=workspace, name="品牌", query={query!r}, by=admin, now=now)
create_default_rules(topic=topic, by=admin, now=now)
for name, kind, given in {sources!r}:
    definition = KINDS[kind].validate(given)
    add_source(workspace=workspace, kind=kind, definition=definition, url=given["url"], zone="Asia/Taipei",
               interval=5, name=name, retention_days=180, by=admin, now=now)
"""
FIGURES = """
import json
from django.db.models import Count, Max, Min, Sum
from alerts.models import Alert
from monitoring.models import Analysis, Measure, Mention, Post, Visit
tiers = Alert.objects.values_list("tier").annotate(n=Count("pk"))
span = Post.objects.aggregate(first=Min("captured_at"), last=Max("captured_at"))
print(json.dumps({
    "posts": Post.objects.count(),
    "urls": Post.objects.values("url").distinct().count(),
    "analysed": Analysis.objects.filter(due_at=None).count(),
    "mentions": Mention.objects.count(),
    "counted": Measure.objects.aggregate(n=Sum("total", default=0))["n"],
    "uncounted": Mention.objects.filter(post__published_at=None, is_history=True).count(),
    "alerts": {str(tier): n for tier, n in tiers},
    "seconds": (span["last"] - span["first"]).total_seconds() if span["first"] else 0,
    "visits": Visit.objects.finished().count(),
    "failed": list(Visit.objects.finished().exclude(outcome__in=["ok", "unchanged", "empty"])
                   .values_list("outcome", "outcome_detail").distinct()[:5]),
}))
"""


def shell(instance: Instance, code: str) -> str:
    """Run code inside the instance's own environment."""
    command = [sys.executable, "-m", "sentinel.embedded.command", "shell", "--no-imports", "-c", code]
    result = subprocess.run(command, env=instance.variables, capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr
    return result.stdout


def figures(instance: Instance) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(shell(instance, FIGURES).splitlines()[-1])
    return found


@pytest.fixture(scope="module")
def newsroom() -> Iterator[Newsroom]:
    posts = load_posts(DATA / "posts" / "weibo_posts.jsonl", ends_at=datetime.now(UTC), lasts=timedelta(hours=12))
    with serving(Newsroom(load_pages(DATA / "pages"), posts)) as newsroom:
        yield newsroom


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory, newsroom: Newsroom) -> Iterator[Instance]:
    variables = {"ALLOWED_PRIVATE_HOSTS": newsroom.place}
    with running_instance(tmp_path_factory.mktemp("real") / "data", variables=variables) as instance:
        yield instance


def sources_of(newsroom: Newsroom) -> list[tuple[str, str, dict[str, str]]]:
    """One listing and as many Weibo-style searches as it takes; the last one is empty until posts are published."""
    weibo = [
        (f"微博 {number}", "weibo", {"url": newsroom.slice_url(number), "pages": "10"})
        for number in range(newsroom.slices + 1)
    ]
    return [("新聞", "listing", {"url": newsroom.list_url, "rows": "ul.news li", "follow": "on"}), *weibo]


def captured(instance: Instance) -> int:
    return int(shell(instance, "from monitoring.models import Post; print(Post.objects.count())").splitlines()[-1])


def broker_of(instance: Instance) -> "redis.Redis":
    """The instance's broker, found as its commands find it."""
    code = "from django.conf import settings; print(settings.REDIS_URL)"
    return redis.Redis.from_url(shell(instance, code).splitlines()[-1])


def expected_mentions(newsroom: Newsroom) -> int:
    """How many of the short posts match, by an engine of the test's own."""
    engine = Engine({"topic": parse(QUERY)})
    return sum(bool(engine.match(Document(post["text"]))) for post in newsroom.posts)


def test_everything_is_captured_once_though_a_worker_is_killed_and_the_broker_is_wiped(
    instance: Instance, newsroom: Newsroom
) -> None:
    offered = len(newsroom.posts) + len(newsroom.pages)
    shell(instance, SET_UP.format(password=PASSWORD, query=QUERY, sources=sources_of(newsroom)))
    began = time.monotonic()

    wait_for(lambda: captured(instance) > offered * 0.2, 120)
    worker = instance.pid_of("worker")
    assert worker
    os.kill(worker, signal.SIGKILL)
    wait_for(lambda: captured(instance) > offered * 0.5, 240)
    broker_of(instance).flushall()
    wait_for(lambda: captured(instance) >= offered, 300, every=1)
    wait_for(lambda: figures(instance)["analysed"] >= offered, 120, every=1)

    found = figures(instance)
    print(f"\noffered {offered}; {time.monotonic() - began:.0f} s with both faults; {json.dumps(found)}")
    assert found["posts"] == found["urls"] == offered, found["failed"]
    assert found["counted"] + found["uncounted"] == found["mentions"]
    short = shell(
        instance, "from monitoring.models import *; print(Mention.objects.filter(source__kind='weibo').count())"
    )
    assert int(short.splitlines()[-1]) == expected_mentions(newsroom)
    assert found["alerts"]


def session_of(instance: Instance) -> str:
    """The session cookie of 淑芬, who logs in by form."""
    with httpx.Client(base_url=instance.address, follow_redirects=True) as client:
        client.get("/login/")
        token = client.cookies["csrftoken"]
        form = {"username": "shufen@yaori.example", "password": PASSWORD, "csrfmiddlewaretoken": token}
        answer = client.post("/login/", data=form, headers={"Referer": instance.address})
        assert "/login/" not in str(answer.url)
        return client.cookies["sessionid"]


async def publish_and_listen(instance: Instance, newsroom: Newsroom, cookie: str) -> list[float]:
    """Publish posts one by one; the seconds from each until a browser was told of figures that count it."""
    address = instance.address.replace("http://", "ws://") + "/ws/yaori/"
    headers = {"Cookie": f"sessionid={cookie}", "Origin": instance.address}
    published: list[float] = []
    told: list[float] = []
    url = shell(instance, "from django.conf import settings; print(settings.DATABASES['default'])").splitlines()[-1]
    database = psycopg.connect(**connection_of(ast.literal_eval(url)), autocommit=True)
    async with websockets.connect(address, additional_headers=headers) as socket:

        async def publish() -> None:
            for number in range(LIVE_POSTS):
                now = datetime.now(UTC)
                published.append(time.monotonic())
                newsroom.publish({"id": f"live-{number}", "text": f"曜日鮮乳第 {number} 則", "published_at": now})
                await asyncio.sleep(2)

        async def listen() -> None:
            while len(told) < LIVE_POSTS:
                message = json.loads(await socket.recv())
                if message.get("kind") == "pulse":
                    (counted,) = database.execute(COUNT_LIVE).fetchone() or (0,)
                    told.extend(time.monotonic() for _ in range(counted - len(told)))

        async with asyncio.timeout(LIVE_POSTS * 2 + 60):
            await asyncio.gather(publish(), listen())
    database.close()
    return [heard - said for said, heard in zip(published, told, strict=True)]


COUNT_LIVE = """SELECT count(*) FROM monitoring_mention AS mention
    JOIN monitoring_post AS post ON post.id = mention.post_id WHERE post.site_id LIKE 'live-%'"""


def connection_of(settings: dict[str, Any]) -> dict[str, Any]:
    """psycopg's words for Django's database settings."""
    words = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    return {word: settings[name] for name, word in words.items() if settings.get(name)}


def test_a_new_post_reaches_the_browser(instance: Instance, newsroom: Newsroom) -> None:
    waits = asyncio.run(publish_and_listen(instance, newsroom, session_of(instance)))
    ordered = sorted(waits)
    p95 = ordered[int(len(ordered) * 0.95)]
    print(f"\npublication → browser: median {statistics.median(waits):.1f} s, p95 {p95:.1f} s, n {len(waits)}")
    assert len(waits) == LIVE_POSTS
