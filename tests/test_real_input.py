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
COUNTS = {
    "posts": "SELECT count(*) FROM monitoring_post",
    "urls": "SELECT count(DISTINCT url) FROM monitoring_post",
    "analysed": "SELECT count(*) FROM monitoring_analysis WHERE due_at IS NULL",
    "mentions": "SELECT count(*) FROM monitoring_mention",
    "short mentions": """SELECT count(*) FROM monitoring_mention JOIN monitoring_source AS source
        ON source.id = source_id WHERE source.kind = 'weibo'""",
    "counted": "SELECT coalesce(sum(total), 0) FROM monitoring_measure",
    "uncounted": """SELECT count(*) FROM monitoring_mention JOIN monitoring_post AS post ON post.id = post_id
        WHERE post.published_at IS NULL AND post.is_history""",
    "live": """SELECT count(*) FROM monitoring_mention JOIN monitoring_post AS post ON post.id = post_id
        WHERE post.site_id LIKE 'live-%'""",
    "seconds": "SELECT extract(epoch FROM max(captured_at) - min(captured_at)) FROM monitoring_post",
    "failed visits": """SELECT count(*) FROM monitoring_visit
        WHERE finished_at IS NOT NULL AND outcome NOT IN ('ok', 'unchanged', 'empty')""",
}


class Truth:
    """What the instance's database says, asked directly."""

    def __init__(self, instance: Instance) -> None:
        said = shell(instance, "from django.conf import settings; print(settings.DATABASES['default'])")
        settings = ast.literal_eval(said.splitlines()[-1])
        words = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
        given = {word: settings[name] for name, word in words.items() if settings.get(name)}
        self.connection = psycopg.connect(**given, autocommit=True)

    def count(self, name: str) -> int:
        return int((self.connection.execute(COUNTS[name]).fetchone() or (0,))[0] or 0)

    def figures(self) -> dict[str, Any]:
        return {name: self.count(name) for name in COUNTS}

    def alerts(self) -> dict[int, int]:
        return dict(self.connection.execute("SELECT tier, count(*) FROM alerts_alert GROUP BY tier").fetchall())


def shell(instance: Instance, code: str) -> str:
    """Run code inside the instance's own environment."""
    command = [sys.executable, "-m", "sentinel.embedded.command", "shell", "--no-imports", "-c", code]
    result = subprocess.run(command, env=instance.variables, capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr
    return result.stdout


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


@pytest.fixture(scope="module")
def truth(instance: Instance) -> Iterator[Truth]:
    truth = Truth(instance)
    yield truth
    truth.connection.close()


def broker_of(instance: Instance) -> "redis.Redis":
    """The instance's broker, found as its commands find it."""
    code = "from django.conf import settings; print(settings.REDIS_URL)"
    return redis.Redis.from_url(shell(instance, code).splitlines()[-1])


def expected_mentions(newsroom: Newsroom) -> int:
    """How many of the short posts match, by an engine of the test's own."""
    engine = Engine({"topic": parse(QUERY)})
    return sum(bool(engine.match(Document(post["text"]))) for post in newsroom.posts)


def test_everything_is_captured_once_though_a_worker_is_killed_and_the_broker_is_wiped(
    instance: Instance, newsroom: Newsroom, truth: Truth
) -> None:
    offered = len(newsroom.posts) + len(newsroom.pages)
    shell(instance, SET_UP.format(password=PASSWORD, query=QUERY, sources=sources_of(newsroom)))

    wait_for(lambda: truth.count("posts") > offered * 0.2, 120)
    worker = instance.pid_of("worker")
    assert worker
    os.kill(worker, signal.SIGKILL)
    wait_for(lambda: truth.count("posts") > offered * 0.5, 240)
    broker_of(instance).flushall()
    wait_for(lambda: truth.count("posts") >= offered, 300)
    wait_for(lambda: truth.count("analysed") >= offered, 120)

    found = truth.figures()
    print(f"\noffered {offered}, both faults: {json.dumps(found)}, alerts by tier {truth.alerts()}")
    assert found["posts"] == found["urls"] == offered
    assert found["counted"] + found["uncounted"] == found["mentions"]
    assert found["short mentions"] == expected_mentions(newsroom)
    assert truth.alerts()


def session_of(instance: Instance) -> str:
    """The session cookie of 淑芬, who logs in by form."""
    with httpx.Client(base_url=instance.address, follow_redirects=True) as client:
        client.get("/login/")
        token = client.cookies["csrftoken"]
        form = {"username": "shufen@yaori.example", "password": PASSWORD, "csrfmiddlewaretoken": token}
        answer = client.post("/login/", data=form, headers={"Referer": instance.address})
        assert "/login/" not in str(answer.url)
        return client.cookies["sessionid"]


async def publish_and_listen(instance: Instance, newsroom: Newsroom, truth: Truth) -> list[float]:
    """Publish posts one by one; the seconds from each until a browser was told of figures that count it."""
    address = instance.address.replace("http://", "ws://") + "/ws/yaori/"
    headers = {"Cookie": f"sessionid={session_of(instance)}", "Origin": instance.address}
    published: list[float] = []
    told: list[float] = []

    async def publish() -> None:
        for number in range(LIVE_POSTS):
            published.append(time.monotonic())
            post = {"id": f"live-{number}", "text": f"曜日鮮乳第 {number} 則", "published_at": datetime.now(UTC)}
            newsroom.publish(post)
            await asyncio.sleep(2)

    async with (
        asyncio.timeout(LIVE_POSTS * 2 + 60),
        websockets.connect(address, additional_headers=headers) as socket,
        asyncio.TaskGroup() as tasks,
    ):
        tasks.create_task(publish())
        while len(told) < LIVE_POSTS:
            if json.loads(await socket.recv()).get("kind") == "pulse":
                told.extend([time.monotonic()] * (truth.count("live") - len(told)))
    return [heard - said for said, heard in zip(published, told, strict=True)]


def test_a_new_post_reaches_the_browser(instance: Instance, newsroom: Newsroom, truth: Truth) -> None:
    waits = sorted(asyncio.run(publish_and_listen(instance, newsroom, truth)))
    p95 = waits[int(len(waits) * 0.95)]
    print(f"\npublication → browser: median {statistics.median(waits):.1f} s, p95 {p95:.1f} s, n {len(waits)}")
    assert len(waits) == LIVE_POSTS


@pytest.mark.bench
def test_throughput_with_both_cores_busy(newsroom: Newsroom, tmp_path: Path) -> None:
    """Ten times the posts at once, no faults: how many are stored and analysed a second."""
    posts = [{**post, "id": f"{copy}-{post['id']}"} for copy in range(10) for post in newsroom.posts[:2600]]
    with serving(Newsroom({}, posts)) as many:
        variables = {"ALLOWED_PRIVATE_HOSTS": many.place}
        with running_instance(tmp_path / "data", variables=variables) as instance:
            shell(instance, SET_UP.format(password=PASSWORD, query=QUERY, sources=sources_of(many)[1:]))
            truth = Truth(instance)
            wait_for(lambda: truth.count("posts") > 0, 60)
            began = time.monotonic()
            wait_for(lambda: truth.count("posts") >= len(posts), 600)
            stored = time.monotonic() - began
            wait_for(lambda: truth.count("analysed") >= len(posts), 600)
            analysed = time.monotonic() - began
            truth.connection.close()
    print(
        f"\n{len(posts)} posts: {len(posts) / stored:.0f} stored/s, {len(posts) / analysed:.0f} stored and analysed/s"
    )
