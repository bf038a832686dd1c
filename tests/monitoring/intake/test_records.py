"""A record is read strictly: each fault has its field and its code, and what is taken is fit to be kept."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.intake.records import BadRecordError, Record, parent_items, read_record

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
TAIPEI = ZoneInfo("Asia/Taipei")
PLACE = "sentinel:api/abc"


def read(needs_identity: bool = True, **raw: Any) -> Record:
    return read_record(raw, place=PLACE, now=NOW, zone=TAIPEI, needs_identity=needs_identity)


def faults(raw: Any) -> set[tuple[str, str]]:
    with pytest.raises(BadRecordError) as refused:
        read_record(raw, place=PLACE, now=NOW, zone=TAIPEI)
    return {(one.field, one.code) for one in refused.value.problems}


def test_a_whole_record_becomes_an_item() -> None:
    record = read(
        url="https://FORUM.example/t/1?utm_source=x",
        id="t1",
        title="曜日鮮乳",
        text="喝了肚子痛",
        author="小明",
        published_at="2026-03-02T10:30:00+08:00",
        figures={"comments": 12, "likes": "1.2万", "views": None},
        reply_to="t0",
        language="zh-TW",
    )
    item = record.item
    assert (item.url, item.site_id) == ("https://forum.example/t/1", "t1")
    assert item.published_at == datetime(2026, 3, 2, 2, 30, tzinfo=UTC)
    assert item.precision == "second"
    assert item.figures == {"comments": 12, "likes": 12_000}
    assert record.reply_to == "t0"


def test_the_record_as_sent_is_the_evidence() -> None:
    response = read(id=1, text="好喝").item.response
    assert response is not None
    assert json.loads(response.body) == {"id": 1, "text": "好喝"}


@pytest.mark.parametrize(
    ("stated", "minute", "precision"),
    [
        ("2026-03-02 10:30", 30, "minute"),
        ("2026-03-02T10:30:15", 30, "second"),
        ("昨天 10:30", 30, "minute"),
        ("2026/03/01", 0, "day"),
        ("2026-03-01", 0, "day"),
        (1772418600, 30, "second"),
    ],
)
def test_times_without_a_zone_are_in_the_zone_of_the_source(stated: Any, minute: int, precision: str) -> None:
    item = read(id="1", text="好喝", published_at=stated).item
    assert item.published_at is not None
    assert (item.published_at.astimezone(TAIPEI).minute, item.precision) == (minute, precision)


def test_a_precision_that_is_stated_counts() -> None:
    assert read(id="1", text="好", published_at="2026-03-02T00:00:00+08:00", precision="day").item.precision == "day"


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"url": "ftp://a.example/"}, ("url", "not-a-url")),
        ({"url": "javascript:alert(1)"}, ("url", "not-a-url")),
        ({"text": "", "title": " "}, ("text", "required")),
        ({"id": "", "url": None}, ("id", "required")),
        ({"text": 5}, ("text", "wrong-type")),
        ({"text": {"a": 1}}, ("text", "wrong-type")),
        ({"id": True}, ("id", "wrong-type")),
        ({"title": "長" * 1001}, ("title", "too-long")),
        ({"publish_at": "2026"}, ("publish_at", "unknown-field")),
        ({"published_at": "someday"}, ("published_at", "not-a-time")),
        ({"published_at": "2026-03-02T12:00:00+08:00"}, ("published_at", "in-the-future")),
        ({"published_at": "2026-03-02T10:00:00Z", "precision": "week"}, ("precision", "unknown-precision")),
        ({"figures": [1]}, ("figures", "wrong-type")),
        ({"figures": {"stars": 5}}, ("figures.stars", "unknown-field")),
        ({"figures": {"likes": "many"}}, ("figures.likes", "not-a-count")),
        ({"figures": {"likes": -1}}, ("figures.likes", "not-a-count")),
        ({"language": "no language"}, ("language", "not-a-language")),
    ],
)
def test_every_fault_has_its_field_and_code(change: dict[str, Any], fault: tuple[str, str]) -> None:
    assert fault in faults({"id": "1", "text": "好喝", **change})


@pytest.mark.parametrize("raw", [None, [], "text", 5, True])
def test_what_is_no_object_is_refused(raw: Any) -> None:
    assert faults(raw) == {("", "not-an-object")}


def test_nul_and_half_characters_are_replaced() -> None:
    item = read(id="1", text="a\x00b\ud800c", title="\x00").item
    assert (item.text, item.title) == ("a\ufffdb\ufffdc", "\ufffd")
    assert item.url == "sentinel:api/abc/1"


def test_a_record_without_an_identity_is_known_by_what_it_says() -> None:
    first, again, other = (read(needs_identity=False, text=text).item.url for text in ("好喝", "好喝", "難喝"))
    assert first == again != other


def test_two_sources_never_share_an_identifier_without_an_address() -> None:
    one = read_record({"id": "1", "text": "x"}, place="sentinel:api/a", now=NOW, zone=TAIPEI).item
    two = read_record({"id": "1", "text": "x"}, place="sentinel:api/b", now=NOW, zone=TAIPEI).item
    assert one.url != two.url


def test_a_parent_is_named_by_address_or_identifier() -> None:
    by_url = parent_items(read(id="2", text="x", reply_to="https://a.example/1"), PLACE)
    assert [one.url for one in by_url] == ["https://a.example/1"]
    by_id = parent_items(read(id="2", text="x", reply_to="1"), PLACE)
    assert by_id[0].url == f"{PLACE}/1"


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
_FIELDS = st.sampled_from(
    ["url", "id", "title", "text", "author", "published_at", "precision", "figures", "reply_to", "language", "x"]
)


@given(st.dictionaries(_FIELDS, _JSON, max_size=8) | _JSON)
def test_whatever_is_sent_is_taken_or_refused_with_reasons(raw: Any) -> None:
    try:
        item = read_record(raw, place=PLACE, now=NOW, zone=TAIPEI).item
    except BadRecordError as error:
        refused = error
    else:
        assert item.title or item.text
        assert not item.published_at or item.published_at <= NOW + timedelta(minutes=5)
        for text in (item.url, item.title, item.text, item.author, item.site_id):
            assert "\x00" not in text
            text.encode("utf-8")
        return
    assert refused.problems
