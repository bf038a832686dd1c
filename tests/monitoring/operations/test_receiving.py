"""What is sent is evidence, counts in the source's habit, and never brings back what was deleted on request."""

import json
import zlib
from zoneinfo import ZoneInfo

from monitoring.intake.records import Record, read_record
from monitoring.models import Capture, Erasure, Post, PostCapture, Source, Volume
from monitoring.operations.intake import receive_posts
from monitoring.operations.suppression import subject_hash
from tests.factories import NOW, Cast
from tests.monitoring.bring import pushed


def record(source: Source, **raw: str) -> Record:
    given = {"id": "1", "text": "喝完肚子痛", "published_at": "2026-03-02T10:30:00+08:00", **raw}
    return read_record(given, place=source.url, now=NOW, zone=ZoneInfo("Asia/Taipei"))


def test_the_record_as_sent_is_kept_as_evidence_of_its_post(cast: Cast) -> None:
    source = pushed(cast).source
    receive_posts(source=source, records=[record(source)], now=NOW)
    capture = PostCapture.objects.get(post=Post.objects.get()).capture
    assert isinstance(capture, Capture)
    assert (capture.http_status, capture.url) == (None, source.url)
    assert json.loads(zlib.decompress(capture.body.data))["text"] == "喝完肚子痛"


def test_new_posts_count_in_the_habit_of_their_source_and_history_does_not(cast: Cast) -> None:
    source = pushed(cast).source
    old = record(source, id="2", published_at="2026-01-01T10:00:00+08:00")
    receive_posts(source=source, records=[record(source), old], now=NOW)
    receive_posts(source=source, records=[record(source)], now=NOW)
    assert Volume.objects.get().posts == 1


def test_what_was_deleted_on_request_does_not_come_back(cast: Cast) -> None:
    source = pushed(cast).source
    Erasure.objects.create(
        workspace=cast.workspace, kind="author", subject_hash=subject_hash("author", "小明"), erased_at=NOW
    )
    records = [record(source, author="小明"), record(source, id="2", author="小華")]
    assert receive_posts(source=source, records=records, now=NOW) == ["erased", "new"]
    assert Post.objects.get().author == "小華"
