"""The interface under fire: whatever is sent, the answer is one that its description names, no fault of ours."""

import gzip
import json
from typing import Any

import jsonschema
import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitoring.models import Post, Source
from monitoring.views.api import LARGEST, openapi
from tests.factories import Cast
from tests.monitoring.bring import pushed, token_for

POSTS = "/api/v1/posts"
DOCUMENTED = openapi()["paths"][POSTS]["post"]["responses"]


@pytest.fixture
def token(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr("monitoring.operations.tokens._count", lambda token, now: None)
    return token_for(cast, pushed(cast))


def send(token: str, body: bytes, kind: str = "application/json", **headers: str) -> Any:
    sent = {"Authorization": f"Bearer {token}", **headers}
    answer = Client(raise_request_exception=True).post(POSTS, body, content_type=kind, headers=sent)
    assert str(answer.status_code) in DOCUMENTED
    name = "Results" if answer.status_code == 200 else "Problem"
    jsonschema.validate(answer.json(), {"$ref": f"#/components/schemas/{name}", "components": openapi()["components"]})
    return answer


def results(token: str, *posts: object) -> list[tuple[str, list[tuple[str, str]]]]:
    """What each post is answered: its status, and field and code of each problem."""
    answer = send(token, json.dumps({"posts": posts}).encode()).json()["results"]
    assert [one["index"] for one in answer] == list(range(len(posts)))
    return [(one["status"], [(each["field"], each["code"]) for each in one["problems"]]) for one in answer]


_SCALAR = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(st.characters(), max_size=20), st.just("\ud800\x00")
)
_VALUE = st.recursive(_SCALAR, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner))
_NAMES = st.sampled_from(
    [
        "url",
        "id",
        "title",
        "text",
        "author",
        "published_at",
        "precision",
        "figures",
        "reply_to",
        "language",
        "x\x00",
        "",
    ]
)
_POST = st.dictionaries(_NAMES, _VALUE | st.sampled_from(["https://a.example/\ud800", "昨天", "-1", "1.2萬"]))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_POST | _VALUE, max_size=4))
def test_any_batch_is_answered_item_by_item(token: str, posts: list[Any]) -> None:
    assert len(send(token, json.dumps({"posts": posts}).encode()).json().get("results", posts)) == len(posts)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=60), st.sampled_from(["application/json", "application/x-ndjson", "text/plain", ""]))
def test_any_bytes_are_answered(token: str, body: bytes, kind: str) -> None:
    send(token, body, kind)


def test_a_name_that_no_database_takes_is_told_and_shown(token: str) -> None:
    assert results(token, {"a\x00b\ud800": 1}) == [
        ("rejected", [("a\x00b\ud800", "unknown-field"), ("text", "required"), ("id", "required")])
    ]
    assert Source.objects.get(kind="api").outcome_detail.startswith("a\ufffdb")


def test_a_line_that_is_no_json_stops_only_itself(token: str) -> None:
    lines = b'{"id":"1","text":"x"}\n{oops\n\n[1]\n{"id":"2","text":"y"}'
    answer = send(token, lines, "application/x-ndjson").json()
    assert [one["status"] for one in answer["results"]] == ["new", "rejected", "rejected", "new"]
    assert [one["problems"][0]["code"] for one in answer["results"][1:3]] == ["not-json", "not-an-object"]


def test_a_list_without_its_name_is_told_what_is_wanted(token: str) -> None:
    assert send(token, b'[{"id":"1","text":"x"}]').json()["code"] == "shape"


def test_what_is_packed_is_unpacked_within_the_same_bounds(token: str) -> None:
    good = json.dumps({"posts": [{"id": "1", "text": "曜日"}]}).encode()
    assert send(token, gzip.compress(good), **{"Content-Encoding": "gzip"}).json()["counts"]["new"] == 1
    bomb = gzip.compress(b" " * (LARGEST * 40))
    assert send(token, bomb, **{"Content-Encoding": "gzip"}).json()["code"] == "too-large"
    assert send(token, b"not packed", **{"Content-Encoding": "gzip"}).json()["code"] == "encoding"
    assert send(token, gzip.compress(good)[:-9], **{"Content-Encoding": "gzip"}).json()["code"] == "encoding"
    assert send(token, good, **{"Content-Encoding": "br"}).json()["code"] == "encoding"


@pytest.mark.parametrize(
    ("at", "code"),
    [
        ("1989-12-31T23:00:00Z", "too-early"),
        ("1969-12-31", "too-early"),
        ("0001-01-01T00:00:00+14:00", "too-early"),
        ("2999-01-01", "in-the-future"),
        ("9999-12-31T23:59:59-12:00", "in-the-future"),
        (0, "not-a-time"),
        (10**29, "not-a-time"),
        (10**90, "too-long"),
    ],
)
def test_a_time_that_cannot_be_is_refused(token: str, at: object, code: str) -> None:
    assert results(token, {"id": "1", "text": "x", "published_at": at}) == [("rejected", [("published_at", code)])]


@pytest.mark.parametrize("at", [1712111512345, "1712111512345", 1712111512, "1712111512345000"])
def test_a_moment_may_be_told_in_seconds_or_parts_of_them_since_1970(token: str, at: object) -> None:
    assert results(token, {"id": "1", "text": "x", "published_at": at}) == [("new", [])]
    assert Post.objects.get().published_at.replace(microsecond=0).isoformat() == "2024-04-03T02:31:52+00:00"


def test_a_time_without_a_zone_is_in_the_zone_of_the_source(token: str) -> None:
    results(token, {"id": "1", "text": "x", "published_at": "2026-01-02T11:00:00"})
    assert Post.objects.get().published_at.isoformat() == "2026-01-02T03:00:00+00:00"


def test_of_one_identity_in_a_batch_the_last_counts(token: str) -> None:
    first, last = {"id": "1", "text": "一"}, {"id": "1", "text": "二"}
    assert [status for status, _problems in results(token, first, last)] == ["known", "new"]
    assert Post.objects.get().text == "二"


def test_text_with_markup_is_kept_as_it_is(token: str) -> None:
    results(token, {"id": "1", "text": "<script>alert(1)</script>"})
    assert Post.objects.get().text == "<script>alert(1)</script>"


@pytest.mark.parametrize("unit", [b"[],", b'{"":0},'])
def test_more_lists_and_objects_than_any_batch_has_are_refused_unread(token: str, unit: bytes) -> None:
    body = b'{"posts":[' + unit * (4_900_000 // len(unit)) + b"0]}"
    assert send(token, body).json()["code"] == "too-many-items"
