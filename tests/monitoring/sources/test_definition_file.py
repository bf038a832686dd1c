"""A definition as a file: what is exported comes back the same, and what is wrong is said field by field."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.sources import KINDS
from monitoring.sources.definition_file import DefinitionFile, DefinitionFileError, is_exportable, read_file, written
from monitoring.sources.kinds import without_secrets
from monitoring.sources.presets import PRESETS
from tests.monitoring.sources.test_presets import case_of, definition_of

EACH = ("colour", "rows", "url", "views")
WHOLE = {"url": "https://a.example/", "rows": "li"}
GOOD: dict[str, Any] = {
    "sentinel": "source",
    "schema": 1,
    "kind": "listing",
    "name": "家餐論壇",
    "channel": "forum",
    "zone": "Asia/Taipei",
    "definition": {"url": "https://bbs.example/", "rows": "tbody[id^=normalthread_]", "follow": True},
}


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_what_is_exported_is_imported_the_same(name: str) -> None:
    kind = PRESETS[name].kind
    definition = definition_of(name, case_of(name)["values"])
    file = DefinitionFile(kind, definition, "Asia/Taipei", PRESETS[name].channel, name, "名")
    text = written(file, KINDS)
    back = read_file(text, KINDS)
    without = without_secrets(KINDS[kind].FIELDS, definition)
    assert KINDS[kind].start(back.definition) == KINDS[kind].start(without)
    assert KINDS[kind].validate(back.definition) == KINDS[kind].validate(without)
    assert (back.zone, back.channel, back.preset, back.name) == ("Asia/Taipei", PRESETS[name].channel, name, "名")
    assert written(back, KINDS) == text


def test_no_secret_is_exported() -> None:
    definition = {"url": "https://a.example/", "headers": "Cookie: over18=1", "secret_headers": "Cookie: SUB=secret"}
    text = written(DefinitionFile("feed", definition), KINDS)
    assert "secret" not in text
    assert "over18" in text


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"sentinel": "x"}, [""]),
        ({"schema": 9}, ["schema"]),
        ({"kind": "telepathy"}, ["kind"]),
        ({"kind": "api"}, ["kind"]),
        ({"kind": ["listing"]}, ["kind"]),
        ({"zone": "Asia/Atlantis", "channel": "radio", "more": 1}, ["more", "zone", "channel"]),
        ({"zone": 8, "name": None}, ["name", "zone"]),
        ({"definition": []}, ["definition"]),
        ({"definition": {**WHOLE, "rows": "li[", "link": "a ["}}, ["definition.rows", "definition.link"]),
        ({"definition": {**WHOLE, "colour": "red"}}, ["definition.colour"]),
        ({"definition": {"colour": "red", "rows": "li[", "views": 3}}, [f"definition.{one}" for one in EACH]),
        ({"definition": {**WHOLE, "url": 7, "follow": "yes"}}, ["definition.url", "definition.follow"]),
        ({"definition": {**WHOLE, "secret_headers": "Cookie: a=1"}}, ["definition.secret_headers"]),
        ({"definition": {"rows": "li"}}, ["definition.url"]),
        (
            {"definition": {**WHOLE, "pages": "99", "floors_first": "neither", "detail_text": "p["}},
            ["definition.pages", "definition.floors_first", "definition.detail_text"],
        ),
        ({"schema": True}, ["schema"]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_by_field(change: dict[str, Any], fields: list[str]) -> None:
    with pytest.raises(DefinitionFileError) as caught:
        read_file(json.dumps({**GOOD, **change}), KINDS)
    assert {one.field for one in caught.value.problems} == set(fields)
    assert all(one.text for one in caught.value.problems)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "[" * 50_000, '{"a": 1}'])
def test_what_is_no_definition_is_said_so(text: str) -> None:
    with pytest.raises(DefinitionFileError) as caught:
        read_file(text, KINDS)
    assert [one.field for one in caught.value.problems] == [""]


def test_only_what_is_read_from_an_address_is_exported() -> None:
    assert {name for name, kind in KINDS.items() if is_exportable(kind)} >= {
        "feed",
        "listing",
        "json",
        "sitemap",
        "weibo",
    }
    assert not is_exportable(KINDS["api"])
    assert not is_exportable(KINDS["imap"])
    assert not is_exportable(None)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["url", "rows", "x"]), inner, max_size=2)
    ),
)


@given(st.dictionaries(st.sampled_from(sorted(GOOD)), values))
def test_no_file_raises_anything_but_what_is_wrong_with_it(change: dict[str, Any]) -> None:
    with contextlib.suppress(DefinitionFileError):
        read_file(json.dumps({**GOOD, **change}), KINDS)


def test_json_that_breaks_off_says_in_which_line() -> None:
    with pytest.raises(DefinitionFileError) as caught:
        read_file('{\n  "sentinel": "source",\n  "schema": 1,,\n}', KINDS)
    assert [(one.field, one.value) for one in caught.value.problems] == [("", "3")]
    with pytest.raises(DefinitionFileError) as caught:
        read_file("sentinel: source\nschema: 1\n", KINDS)
    assert "Export one" in caught.value.problems[0].text
