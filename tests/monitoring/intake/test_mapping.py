"""Columns are recognised by their names, chosen by people, and remembered by their header."""

import pytest

from monitoring.intake.mapping import TARGETS, apply, detect, presets, problems_of, record_of, signature
from monitoring.intake.tables import Row

MELTWATER = [
    "Date",
    "Time",
    "Document ID",
    "URL",
    "Input Name",
    "Keywords",
    "Source Name",
    "Author Name",
    "Author Handle",
    "Title",
    "Opening Text",
    "Hit Sentence",
    "Country",
    "Language",
    "Sentiment",
    "Keyphrases",
    "Reach",
    "AVE",
    "Shares",
    "Likes",
    "Replies",
    "Reposts",
    "Comments",
    "Reactions",
    "Views",
]
BRANDWATCH = (
    "Query Id,Query Name,Date,Title,Snippet,Url,Domain,Sentiment,Page Type,Author,Full Text,Account Type".split(",")  # noqa: SIM905
)
OPVIEW = ["來源類型", "來源網站", "來源頻道", "標題", "內容", "作者", "發布時間", "原始連結", "回文數", "情緒標記"]
QSEARCH = ["粉絲專頁", "粉絲數", "貼文內容", "發文時間", "貼文連結", "心情數", "留言數", "分享數", "影響力分數"]


@pytest.mark.parametrize(
    ("columns", "key", "expected"),
    [
        (
            MELTWATER,
            "meltwater",
            {"id": "Document ID", "text": "Opening Text", "snippet": "Hit Sentence", "time": "Time"},
        ),
        (BRANDWATCH, "brandwatch", {"text": "Full Text", "snippet": "Snippet", "url": "Url", "author": "Author"}),
        (OPVIEW, "opview", {"text": "內容", "url": "原始連結", "comments": "回文數", "published_at": "發布時間"}),
        (QSEARCH, "qsearch", {"text": "貼文內容", "author": "粉絲專頁", "likes": "心情數", "reposts": "分享數"}),
        (
            ["標題", "內文", "網址", "時間"],
            "common",
            {"title": "標題", "text": "內文", "url": "網址", "published_at": "時間"},
        ),
    ],
)
def test_an_export_is_known_by_its_columns(columns: list[str], key: str, expected: dict[str, str]) -> None:
    preset, mapping = detect(columns)
    assert preset.key == key
    assert expected.items() <= mapping.items()


def test_a_column_holds_one_thing() -> None:
    for preset in presets():
        every = [name for names in preset.names.values() for name in names]
        mapping = apply(preset, every)
        assert len(set(mapping.values())) == len(mapping)


def test_presets_name_only_what_there_is() -> None:
    for preset in presets():
        assert preset.names.keys() <= set(TARGETS)


def test_a_header_is_the_same_in_any_order_and_spelling() -> None:
    assert signature(["Full Text", "URL"]) == signature(["url", "full_text"])
    assert signature(["a"]) != signature(["b"])


def test_a_row_becomes_a_record_of_the_interface() -> None:
    row = Row(
        2,
        {
            "Date": "02-Mar-2026",
            "Time": "10:30AM",
            "Opening Text": "",
            "Hit Sentence": "喝完肚子痛",
            "Likes": "N/A",
            "Views": "1,204",
        },
    )
    mapping = {
        "published_at": "Date",
        "time": "Time",
        "text": "Opening Text",
        "snippet": "Hit Sentence",
        "likes": "Likes",
        "views": "Views",
    }
    assert record_of(row, mapping) == {
        "text": "喝完肚子痛",
        "published_at": "02-Mar-2026 10:30AM",
        "figures": {"views": "1,204"},
    }


def test_a_mapping_needs_words_and_uses_a_column_once() -> None:
    assert problems_of({"url": "a"}) == ["text"]
    assert problems_of({"text": "a", "title": "a"}) == ["twice"]
    assert problems_of({"snippet": "a"}) == []


def test_where_a_vendor_has_a_column_for_each_network_the_one_counts_that_a_row_fills() -> None:
    columns = [*BRANDWATCH, "Facebook Likes", "X Likes", "Instagram Likes", "X Reposts", "Impressions", "Likes given"]
    preset, mapping = detect(columns)
    assert (preset.key, mapping["likes"]) == ("brandwatch", "X Likes")
    said = {"Full Text": "喝完肚子痛", "X Likes": "0", "Impressions": "9"}
    on_facebook = record_of(Row(1, {**dict.fromkeys(columns, ""), **said, "Facebook Likes": "1,234"}), mapping)
    assert on_facebook["figures"] == {"likes": "1,234", "views": "9"}
    nowhere = record_of(Row(2, {**dict.fromkeys(columns, ""), **said, "Likes given": "7"}), mapping)
    assert nowhere["figures"] == {"likes": "0", "views": "9"}
    plain = record_of(Row(1, {"text": "x", "likes": "3", "like_count": "9"}), {"text": "text", "likes": "likes"})
    assert plain["figures"] == {"likes": "3"}
