"""The chain from a page on a server to a claimed alert, each stage run by hand in one process."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from alerts.models import Alert, AlertEvent
from alerts.operations.alerts import claim_alert
from alerts.operations.evaluations import EVALUATIONS
from alerts.operations.rules import create_default_rules
from monitoring.crawler import crawl_round
from monitoring.models import Measure, Mention, Post, Visit
from monitoring.operations.analyses import ANALYSES
from monitoring.operations.pulses import pulse
from monitoring.operations.sources import add_source
from monitoring.operations.topics import BACK_MATCHES, create_topic
from monitoring.sources import KINDS
from sentinel.core.models import LiveEvent
from tests.factories import Cast, make_tsukimi, make_yaori

COMPLAINT = "曜日鮮乳喝到異物，小孩上吐下瀉送醫，客服還叫我自己丟掉"


def feed_of(titles: list[str], now: datetime) -> bytes:
    """An RSS feed whose items were published a minute ago."""
    published = format_datetime(now - timedelta(minutes=1))
    items = "".join(
        f"<item><title>{title}</title><link>http://news.example/{number}</link><pubDate>{published}</pubDate></item>"
        for number, title in enumerate(titles)
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>t</title>{items}</channel></rss>'.encode()


@pytest.fixture
def feed_server(settings) -> Iterator["FeedServer"]:
    server = FeedServer(("127.0.0.1", 0), FeedHandler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settings.ALLOWED_PRIVATE_HOSTS = [f"127.0.0.1:{server.server_port}"]
    yield server
    server.shutdown()
    server.server_close()


class FeedServer(ThreadingHTTPServer):
    titles: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/feed.xml"


class FeedHandler(BaseHTTPRequestHandler):
    server: FeedServer

    def do_GET(self) -> None:
        found = self.path == "/feed.xml"
        body = feed_of(self.server.titles, datetime.now(UTC)) if found else b""
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "application/rss+xml; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


def watch_brand(cast: Cast, server: FeedServer) -> None:
    """The cast's workspace reads the feed and watches its own name."""
    now = datetime.now(UTC)
    topic = create_topic(workspace=cast.workspace, name="品牌", query="曜日鮮乳 OR 曜日乳業", by=cast.admin, now=now)
    create_default_rules(topic=topic, by=cast.admin, now=now)
    add_source(
        workspace=cast.workspace,
        kind="feed",
        definition=KINDS["feed"].validate({"url": server.url}),
        url=server.url,
        zone="Asia/Taipei",
        interval=5,
        name="島嶼新聞",
        retention_days=180,
        by=cast.admin,
        now=now,
    )


def run_stages() -> None:
    now = datetime.now(UTC)
    for stage in (BACK_MATCHES, ANALYSES, EVALUATIONS):
        while stage.run(now=now):
            pass
    pulse(now=now)


@pytest.mark.django_db(transaction=True)
def test_a_complaint_in_a_feed_becomes_a_claimed_alert(feed_server: FeedServer) -> None:
    cast, other = make_yaori(), make_tsukimi()
    watch_brand(cast, feed_server)
    feed_server.titles = [COMPLAINT, "天氣晴朗，午後山區有雷陣雨"]

    assert crawl_round() >= 1
    run_stages()

    visit = Visit.objects.finished().get()
    assert (visit.outcome, visit.new_posts) == ("ok", 2)
    assert Post.objects.count() == 2
    mention = Mention.objects.get()
    assert mention.sensitive >= 1
    assert sum(measure.total for measure in Measure.objects.all()) == 1
    alert = Alert.objects.get()
    assert (alert.tier, alert.workspace, alert.title) == (4, cast.workspace, COMPLAINT)
    assert [event.kind for event in AlertEvent.objects.all()] == ["opened"]
    assert not LiveEvent.objects.filter(workspace=other.workspace).exists()

    claim_alert(alert=alert, by=cast.staff, now=datetime.now(UTC))
    kinds = list(LiveEvent.objects.filter(workspace=cast.workspace).order_by("seq").values_list("kind", flat=True))
    assert sorted(kinds) == ["alert.claimed", "alert.opened", "pulse"]
    seqs = LiveEvent.objects.filter(workspace=cast.workspace).order_by("seq").values_list("seq", flat=True)
    assert list(seqs) == [1, 2, 3]


@pytest.mark.django_db(transaction=True)
def test_what_was_read_before_is_neither_stored_nor_counted_again(feed_server: FeedServer) -> None:
    cast = make_yaori()
    watch_brand(cast, feed_server)
    feed_server.titles = [COMPLAINT]
    crawl_round()
    run_stages()
    Visit.objects.open().update(due_at=datetime.now(UTC))
    crawl_round()
    run_stages()
    assert Visit.objects.finished().count() == 2
    assert Post.objects.count() == Mention.objects.count() == 1
    assert sum(measure.total for measure in Measure.objects.all()) == 1
    assert Alert.objects.count() == 1
