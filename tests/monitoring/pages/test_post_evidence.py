"""Snapshots on the page of a post: shown behind a wall, verified, and called out where they were tampered with."""

import zlib

import pytest
from django.db import connection

from monitoring.models import Body, Capture, Post, Source
from sentinel.core.models import AuditEntry
from sentinel.core.net.types import Response
from tests.factories import NOW, Cast
from tests.monitoring.stage import HOUR, SPOILT, captured, item, subscribe, watch_brand, work
from tests.reading import signed_in, text_of

PAGE = f"<html><script>alert(1)</script><p>{SPOILT}</p></html>".encode("big5", "replace")


@pytest.fixture
def source(yaori: Cast) -> Source:
    watch_brand(yaori)
    return subscribe(yaori).source


@pytest.fixture
def post(source: Source) -> Post:
    answer = Response("https://dcard.example/p/1", 200, {"content-type": "text/html"}, PAGE)
    return captured(source, item(response=answer))[0]


def address(post: Post, rest: str = "", slug: str = "yaori") -> str:
    return f"/w/{slug}/posts/{post.pk}/{rest}"


def snapshot_of(post: Post) -> str:
    return f"snapshots/{Capture.objects.get().pk}/"


def tamper(data: bytes) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE monitoring_body DISABLE TRIGGER body_is_never_changed")
        Body.objects.update(data=data)
        cursor.execute("ALTER TABLE monitoring_body ENABLE TRIGGER body_is_never_changed")


def test_a_snapshot_is_served_behind_a_wall(yaori: Cast, post: Post) -> None:
    answer = signed_in(yaori.staff).get(address(post, snapshot_of(post)))
    assert SPOILT in answer.content.decode()
    assert "alert" not in answer.content.decode()
    policy = answer["Content-Security-Policy"]
    assert policy.startswith("sandbox; default-src 'none';")
    assert "allow-" not in policy
    assert "frame-ancestors 'self'" in policy
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer["X-Frame-Options"] == "SAMEORIGIN"


def test_verifying_computes_the_hash_anew_and_is_written_down(yaori: Cast, post: Post) -> None:
    client = signed_in(yaori.staff)
    page = client.post(address(post, snapshot_of(post) + "verify/"), follow=True)
    assert "verified, the hash is the same" in text_of(page)
    entry = AuditEntry.objects.get(verb="verify")
    assert entry.data["outcome"] == "same"
    assert entry.data["sha256"] == entry.data["found"] == bytes(Body.objects.get().sha256).hex()


@pytest.mark.parametrize("data", [zlib.compress(b"something else"), b"no zlib at all", zlib.compress(PAGE + b"!")])
def test_tampered_bytes_are_called_out_and_never_shown(yaori: Cast, post: Post, data: bytes) -> None:
    tamper(data)
    client = signed_in(yaori.staff)
    shown = client.get(address(post, snapshot_of(post)))
    assert shown.status_code == 409
    assert "This is not what was received" in shown.content.decode()
    assert "something else" not in shown.content.decode()
    page = client.post(address(post, snapshot_of(post) + "verify/"), follow=True)
    assert "the hash is another" in text_of(page)
    assert 'class="snapshot-check is-bad"' in page.content.decode()
    assert AuditEntry.objects.get(verb="verify").data["outcome"] == "damaged"


def test_a_snapshot_of_another_source_is_not_ours_to_see(yaori: Cast, tsukimi: Cast, post: Post) -> None:
    subscribe(tsukimi, url="https://elsewhere.example/rss", name="別家")
    watch_brand(tsukimi)
    theirs = subscribe(tsukimi, url="https://dcard.example/all").source
    captured(theirs, item(), now=NOW + HOUR)
    work(NOW + HOUR)
    client = signed_in(tsukimi.staff)
    assert client.get(address(post, slug="tsukimi")).status_code == 200
    assert client.get(address(post, snapshot_of(post), slug="tsukimi")).status_code == 404
    assert "No snapshot" in text_of(client.get(address(post, slug="tsukimi")))
