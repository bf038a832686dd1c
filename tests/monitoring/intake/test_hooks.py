"""What forms and CRMs send has any shape; the fields that matter are named or found."""

import hashlib
import hmac
import json
import time
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.crawling.json_text import TooManyContainersError
from monitoring.intake.hooks import hooked_record, is_signed, leaves, read_payload
from monitoring.intake.records import BadRecordError

TICKET = {
    "ticket": {"id": 88, "subject": "退款", "messages": [{"body": "鮮乳有異味"}], "requester": {"name": "王小明"}},
    "created_at": "2026-03-02T10:00:00+08:00",
}


def test_named_paths_lead_to_the_fields() -> None:
    definition = {"path_text": "ticket.messages.0.body", "path_author": "ticket.requester.name", "path_id": "ticket.id"}
    record = hooked_record(TICKET, definition)
    assert record["text"] == "鮮乳有異味"
    assert (record["author"], record["id"]) == ("王小明", "88")


def test_what_is_not_named_is_found_by_its_name() -> None:
    record = hooked_record(TICKET, {})
    assert record["text"] == "鮮乳有異味"
    assert (record["title"], record["published_at"]) == ("退款", "2026-03-02T10:00:00+08:00")


def test_form_fields_are_a_payload_too() -> None:
    body = b"name=%E5%B0%8F%E6%98%8E&message=%E5%A5%BD%E5%96%9D&phone="
    payload = read_payload(body, "application/x-www-form-urlencoded; charset=utf-8")
    assert hooked_record(payload, {"path_author": "name"}) == {"text": "好喝", "author": "小明"}


def test_a_named_path_that_holds_nothing_is_a_fault() -> None:
    with pytest.raises(BadRecordError) as refused:
        hooked_record(TICKET, {"path_text": "ticket.body"})
    assert [(one.field, one.code) for one in refused.value.problems] == [("ticket.body", "required")]


@pytest.mark.parametrize("body", [b"{", b'{"a": NaN}', b"[" * 100_000, b"\xff"])
def test_what_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(BadRecordError):
        read_payload(body, "application/json")


def test_another_content_type_is_not_read() -> None:
    with pytest.raises(LookupError):
        read_payload(b"x", "application/xml")


def test_too_many_form_fields_are_refused() -> None:
    with pytest.raises(BadRecordError):
        read_payload(b"&".join(b"a%d=1" % number for number in range(2000)), "application/x-www-form-urlencoded")


def test_a_signature_is_that_of_the_body() -> None:
    given_ = "sha256=" + hmac.new(b"secret", b"body", hashlib.sha256).hexdigest()
    assert is_signed(b"body", "secret", given_)
    assert is_signed(b"body", "secret", given_.removeprefix("sha256=").upper())
    for wrong in ("", "sha256=", "秘密", given_[:-1], given_ + "0"):
        assert not is_signed(b"body", "secret", wrong)
    assert not is_signed(b"other", "secret", given_)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=20,
)


@given(_JSON)
def test_any_payload_is_a_record_of_texts(payload: Any) -> None:
    record = hooked_record(payload, {})
    json.dumps(record)
    assert all(isinstance(value, str | dict) for value in record.values())


def test_leaves_are_bounded() -> None:
    deep: Any = "x"
    for _ in range(500):
        deep = {"a": deep, "b": list(range(50))}
    assert len(leaves(deep)) <= 500


@pytest.mark.parametrize("unit", [b"[],", b'{"":0},'])
def test_a_payload_of_more_lists_than_any_is_refused_before_it_is_read(unit: bytes) -> None:
    tracemalloc.start()
    with pytest.raises(TooManyContainersError):
        read_payload(b'{"a":[' + unit * (5_000_000 // len(unit)) + b"0]}", "application/json")
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()


def test_looking_for_leaves_costs_little_however_wide_and_empty_a_payload_is() -> None:
    payload: object = [[[] for _ in range(500)] for _ in range(500)]
    began = time.process_time()
    tracemalloc.start()
    assert leaves(payload) == {}
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()
    assert time.process_time() - began < 3


def test_a_form_that_may_carry_files_is_read_without_them() -> None:
    lines = [
        "--x1",
        'Content-Disposition: form-data; name="姓名"',
        "",
        "小明",
        "--x1",
        'Content-Disposition: form-data; name="message"',
        "Content-Type: text/plain; charset=utf-8",
        "",
        "喝完肚子痛",
        "",
        "--x1",
        'Content-Disposition: form-data; name="photo"; filename="milk.jpg"',
        "Content-Type: image/jpeg",
        "",
        "bytes",
        "--x1--",
        "",
    ]
    body = "\r\n".join(lines).encode()
    assert read_payload(body, 'multipart/form-data; boundary="x1"') == {"姓名": "小明", "message": "喝完肚子痛\r\n"}
    for broken, kind in ((body, "multipart/form-data"), (b"", "multipart/form-data; boundary=x1")):
        with pytest.raises(BadRecordError):
            read_payload(broken, kind)
