"""A post is found by those that link to it or quote it."""

import pytest

from monitoring.crawling.citations import cited_keys, keys_of_cited

TEXT = "昨天買的曜日鮮乳，倒到底才看到黑色薄片，太可怕了"


@pytest.mark.parametrize(
    "citing",
    [
        "看這篇 https://www.dcard.example/f/food/p/1 真的嗎",
        "(http://dcard.example/f/food/p/1?utm_source=line).",
        "轉：https://dcard.example/f/food/p/1/。",
        f"天啊 //@小明：{TEXT}",
        f"//@阿華:不買了//@小明: {TEXT[:20]}",
    ],
)
def test_a_link_or_a_quote_points_at_the_post(citing: str) -> None:
    assert set(cited_keys(citing)) & set(keys_of_cited("https://dcard.example/f/food/p/1", TEXT))


@pytest.mark.parametrize("text", ["", "//@小明：好", "https://dcard.example/f/food/p/2", "a // b @c: d", TEXT])
def test_other_words_do_not(text: str) -> None:
    assert not set(cited_keys(text)) & set(keys_of_cited("https://dcard.example/f/food/p/1", TEXT))
