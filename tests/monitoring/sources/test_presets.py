"""Ready definitions: each file is sound, and reads a replayed payload of its site, field by field.

Beside a preset `name` stands in tests/payloads/presets/ `name.case.json`: what is filled in, the payloads, and all that
must be read from them.
"""

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from monitoring.models.sources import CHANNELS
from monitoring.sources import KINDS, presets
from monitoring.sources.items import DefinitionError, Item
from monitoring.sources.kinds import Definition, secrets_of, without_secrets
from monitoring.sources.presets import PRESETS, PresetError, in_language, read_preset
from sentinel.core.net.types import Response

PAYLOADS = Path(__file__).resolve().parents[2] / "payloads" / "presets"
CASES = {path.name.removesuffix(".case.json"): path for path in sorted(PAYLOADS.glob("*.case.json"))}


def case_of(name: str) -> dict[str, Any]:
    case: dict[str, Any] = json.loads(CASES[name].read_text(encoding="utf-8"))
    return case


def definition_of(name: str, values: dict[str, str]) -> Definition:
    preset = PRESETS[name]
    return KINDS[preset.kind].validate(preset.definition(values))


def shown(item: Item) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "url": item.url,
        "site_id": item.site_id,
        "title": item.title,
        "author": item.author,
        "published_at": item.published_at.isoformat() if item.published_at else None,
        "precision": item.precision,
        "text": item.text,
        "figures": item.figures,
    }
    return {**fields, "replies": [shown(reply) for reply in item.replies]} if item.replies else fields


def test_every_ready_definition_has_a_replayed_payload() -> None:
    assert set(CASES) == set(PRESETS)


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_a_ready_definition_reads_its_sites_payload(name: str) -> None:
    case, kind = case_of(name), KINDS[PRESETS[name].kind]
    now, zone = datetime.fromisoformat(case["now"]), ZoneInfo(case["zone"])
    definition = definition_of(name, case["values"])
    start = kind.start(definition)[0]
    assert start.url == case["starts_at"]
    # Two pages are wished for, so that the way to the second one is read too.
    paged = {**definition, "pages": "2"} if "pages" in {field.name for field in kind.FIELDS} else definition
    body = (PAYLOADS / case["list"]).read_bytes()
    page = kind.parse(paged, Response(start.url, 200, case.get("headers", {}), body), now, zone)
    assert [shown(item) for item in page.items] == case["items"]
    assert [request.url for request in page.next] == case["next"]
    assert all(item.needs_detail == ("detail" in case) for item in page.items)


@pytest.mark.parametrize("name", [name for name in CASES if "detail" in case_of(name)])
def test_a_ready_definition_reads_an_articles_own_page(name: str) -> None:
    case, kind = case_of(name), KINDS[PRESETS[name].kind]
    now, zone = datetime.fromisoformat(case["now"]), ZoneInfo(case["zone"])
    definition = definition_of(name, case["values"])
    start = kind.start(definition)[0].url
    item = kind.parse(definition, Response(start, 200, {}, (PAYLOADS / case["list"]).read_bytes()), now, zone).items[0]
    asked = kind.detail_request(definition, item)
    assert asked.url == case["detail_at"]
    answer = Response(asked.url, 200, {}, (PAYLOADS / case["detail"]).read_bytes())
    whole = kind.detail(definition, item, answer, now, zone)
    assert shown(whole) == case["whole"]
    assert not whole.needs_detail


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_a_ready_definition_says_in_every_language_what_it_is_for(name: str) -> None:
    preset = PRESETS[name]
    assert preset.kind in KINDS
    assert preset.channel in CHANNELS
    assert preset.interval is None or preset.interval >= 60
    if preset.zone:
        ZoneInfo(preset.zone)
    for texts in (preset.label, preset.about, *(one.label for one in preset.parameters)):
        assert set(texts) == {"en", "zh-hant", "zh-hans"}
    proposed = preset.proposed_name(case_of(name)["values"], "zh-hant")
    assert proposed
    assert "${" not in proposed


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_a_key_stands_in_a_secret_field_and_nowhere_else(name: str) -> None:
    preset = PRESETS[name]
    fields = KINDS[preset.kind].FIELDS
    keys = [one.name for one in preset.parameters if one.secret]
    values = {**case_of(name)["values"], **dict.fromkeys(keys, "k3y-0123456789abcdef")}
    definition = definition_of(name, values)
    assert "k3y" not in json.dumps(without_secrets(fields, definition))
    assert bool(keys) == any("k3y" in secret for secret in secrets_of(fields, definition).values())


def test_what_holds_an_empty_parameter_is_left_out() -> None:
    values = {"url": "https://g0v.social/", "tag": "曜日"}
    assert "secret_headers" not in PRESETS["mastodon"].definition(values)
    with_token = PRESETS["mastodon"].definition({**values, "token": "0123456789abc"})
    assert with_token["secret_headers"] == "Authorization: Bearer 0123456789abc"
    assert with_token["url"] == "https://g0v.social/api/v1/timelines/tag/%E6%9B%9C%E6%97%A5?limit=40"


@pytest.mark.parametrize(
    ("name", "values", "field"),
    [
        ("ptt", {"board": ""}, "board"),
        ("ptt", {"board": "a/../b"}, "board"),
        ("discourse", {"url": "forum.example"}, "url"),
        ("baidu-hot", {"tab": "other"}, "tab"),
        ("brave-results", {"keyword": "x"}, "key"),
        ("mastodon", {"url": "https://g0v.social", "tag": "a", "token": "x\r\nCookie: y"}, "token"),
    ],
)
def test_what_is_filled_in_wrongly_is_said_at_its_field(name: str, values: dict[str, str], field: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        PRESETS[name].definition(values)
    assert list(caught.value.problems) == [field]


def test_a_word_to_search_for_cannot_leave_its_place_in_the_address() -> None:
    url = PRESETS["google-news"].definition({"keyword": "a&hl=xx#?%/曜"})["url"]
    assert url.startswith("https://news.google.com/rss/search?q=a%26hl%3Dxx%23%3F%25%2F%E6%9B%9C&hl=zh-TW")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"schema": 2}, "schema"),
        ({"channel": "radio"}, "channel"),
        ({"extra": 1}, "extra"),
        ({"label": {"en": "x"}}, "zh-hant"),
        ({"definition": {"url": "${other}"}}, "places"),
        ({"parameters": [{"name": "url"}]}, "parameter url"),
    ],
)
def test_a_file_that_is_wrong_says_what(change: dict[str, Any], said: str) -> None:
    text = (Path(presets.__file__).parent / "wordpress-feed.json").read_text(encoding="utf-8")
    with pytest.raises(PresetError, match=re.escape(said)):
        read_preset("x", json.dumps({**json.loads(text), **change}))
    with pytest.raises(PresetError, match="no JSON"):
        read_preset("x", "{")


def test_a_text_is_given_in_the_readers_language_or_in_english() -> None:
    label = PRESETS["bahamut"].label
    assert in_language(label, "zh-Hant").startswith("巴哈姆特")
    assert in_language(label, "fr") == "Bahamut board"


# --- the same site, as it looks elsewhere or looked before ----------------------------------------


def read_as(name: str, payload: str, url: str) -> list[dict[str, Any]]:
    """What a ready definition reads from another page of its site."""
    case = case_of(name)
    kind, body = KINDS[PRESETS[name].kind], (PAYLOADS / payload).read_bytes()
    now, zone = datetime.fromisoformat(case["now"]), ZoneInfo(case["zone"])
    page = kind.parse(definition_of(name, case["values"]), Response(url, 200, {}, body), now, zone)
    return [shown(item) for item in page.items]


def test_an_older_phpbb_states_time_and_author_in_words_behind_a_mark() -> None:
    case = case_of("phpbb")
    items = read_as("phpbb", "phpbb.older.html", case["starts_at"])
    assert [(one["title"], one["author"], one["published_at"]) for one in items] == [
        ("曜日鮮乳有異味", "小明", "2025-06-20T08:12:00+08:00"),
        ("Milk » recall?", "guest7", "2025-06-19T20:12:00+08:00"),
    ]
    assert [one["figures"] for one in items] == [{"comments": 12, "views": 1523}, {"comments": 3, "views": 77}]


def test_floors_of_an_older_phpbb_have_their_times_and_authors() -> None:
    case = case_of("phpbb")
    kind, now, zone = KINDS["listing"], datetime.fromisoformat(case["now"]), ZoneInfo(case["zone"])
    definition = definition_of("phpbb", case["values"])
    thread = Item(url="https://forum.example.tw/viewtopic.php?t=881", title="曜日鮮乳有異味", needs_detail=True)
    body = (PAYLOADS / "phpbb.older-thread.html").read_bytes()
    whole = shown(kind.detail(definition, thread, Response(thread.url, 200, {}, body), now, zone))
    assert (whole["author"], whole["published_at"]) == ("小明", "2025-06-20T08:12:00+08:00")
    assert [(one["author"], one["published_at"]) for one in whole["replies"]] == [
        ("guest7", "2025-06-20T09:30:00+08:00")
    ]


def test_baidus_page_for_telephones_nests_its_list_deeper() -> None:
    items = read_as("baidu-hot", "baidu-hot.phone.html", "https://top.baidu.com/board?tab=realtime")
    assert [(one["title"], one["figures"]["rank"]) for one in items] == [
        ("曜日乳业回应酸奶异物", 1),
        ("端午放假安排", 2),
    ]


def test_a_list_of_mobile01_is_read_by_its_threads_whatever_stands_around_them() -> None:
    (one,) = read_as("mobile01", "mobile01.later.html", case_of("mobile01")["starts_at"])
    assert (one["title"], one["author"], one["published_at"]) == (
        "曜日鮮乳退費流程",
        "coolmilk",
        "2025-06-20T08:43:00+08:00",
    )
    assert one["figures"] == {"comments": 1234}


def test_what_is_deleted_at_a_nodebb_is_neither_a_topic_nor_a_floor() -> None:
    kind, definition = KINDS["json"], definition_of("nodebb", {"url": "https://f.example", "list": "recent"})
    now, zone = datetime.fromisoformat(case_of("nodebb")["now"]), ZoneInfo("Asia/Taipei")
    topics = [
        {"tid": n, "slug": f"{n}/a", "titleRaw": "題", "deleted": gone} for n, gone in ((5, 0), (6, 1), (7, True))
    ]
    url = "https://f.example/api/recent"
    (item,) = kind.parse(definition, Response(url, 200, {}, json.dumps({"topics": topics}).encode()), now, zone).items
    posts = [{"pid": n, "content": f"<p>{n}</p>", "deleted": n == 11} for n in (10, 11, 12)]
    page = {"titleRaw": "題", "posts": posts, "postcount": 41, "pagination": {"pageCount": 3}}
    body = json.dumps(page).encode()
    whole = kind.detail(definition, item, Response(f"{url}/5", 200, {}, body), now, zone)
    assert (whole.text, [one.text for one in whole.replies], whole.figures) == ("10", ["12"], {"comments": 41})


def test_a_discourse_topic_without_words_in_its_address_is_read_too() -> None:
    definition, url = definition_of("discourse", {"url": "https://f.example"}), "https://f.example/latest.json"
    body = json.dumps({"topic_list": {"topics": [{"id": 7, "slug": "", "title": "題"}]}}).encode()
    now, zone = datetime.fromisoformat(case_of("discourse")["now"]), ZoneInfo("Asia/Taipei")
    page = KINDS["json"].parse(definition, Response(url, 200, {}, body), now, zone)
    assert [item.url for item in page.items] == ["https://f.example/t/-/7"]
