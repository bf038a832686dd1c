"""Matching: what is found, what is not, and where."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.matching import Document, Engine, Match, parse
from tests.monitoring.matching import naive
from tests.monitoring.matching.strategies import documents, queries


def found(query, text="", **fields):
    return Engine({"query": parse(query)}).match(Document(text, **fields)).get("query")


def words_found(query, text):
    match = found(query, text)
    return match and [text[start:end] for start, end in match.spans]


def test_places_are_code_points_of_the_original_text():
    assert found("曜日 AND 牛奶", "😀曜 日*的牛奶") == Match(spans=((1, 4), (6, 8)), title_spans=())


@pytest.mark.parametrize(
    "text", ["曜日乳業", "曜日乳业", "曜 日 乳 業", "曜*日|乳~業", "曜😀日\u200b乳業", "＃曜日＃乳業"]
)
def test_a_name_is_found_in_every_disguise(text):
    assert found("曜日乳業", text)
    assert found("曜日乳业", text)


def test_an_exact_word_is_found_as_written_alone():
    assert words_found("=曜日", "曜日、曜 日、曜曰") == ["曜日"]
    assert words_found("=AI", "ai AI MAIL") == ["AI"]
    assert not found("=乳业", "乳業")


def test_a_word_by_sound_finds_homophones():
    assert words_found("~月見乳業", "越建如業的鮮奶，月见乳业") == ["越建如業", "月见乳业"]
    assert words_found("~重庆银行", "虫庆吟航") == ["虫庆吟航"]
    assert not found("月見乳業", "越建如業")


@pytest.mark.parametrize("text", ["AI", "用AI做的", "a.i.", "ＡＩ", "AI's", "#AI#", "A\u200bI", "1 AI"])
def test_a_latin_word_is_found_by_itself(text):
    assert found("AI", text)


@pytest.mark.parametrize("text", ["MAIL", "AIR", "AI2", "ＭＡＩＬ", "plan A I like", "a. I see", "Ａirline"])
def test_a_latin_word_is_not_found_inside_another(text):
    assert not found("AI", text)


def test_spaces_inside_latin_words_are_forgiven_where_no_other_words_arise():
    assert found('"product recall"', "Product  Recall!")
    assert found('"product recall"', "#productrecall")
    assert found("recall", "r e c a l l")
    assert found("iPhone15", "iPhone 15 手機")
    assert not found("notable", "not able")
    assert not found("therapist", "the rapist")


def test_a_number_is_not_found_inside_another():
    assert found("315", "3·15晚會")
    assert not found("315", "13154")


def test_a_word_is_found_in_title_or_text():
    assert found("曜日 客服", "客服說", title="曜日乳業") == Match(spans=((0, 2),), title_spans=((0, 2),))
    assert not found("曜日", "大曜", title="日")


def test_no_word_is_found_across_paragraphs():
    assert not found("曜日", "有人叫大曜。\n\n日本的牛奶")


def test_fields_are_asked_of_their_own():
    post = {
        "title": "月見乳業召回",
        "author": "雅婷_PR",
        "url": "https://news.weibo.com/A/1",
        "site": "微博",
        "lang": "zh-Hant",
    }
    text = "曜日"
    for query in (
        "title:月见",
        "author:雅婷",
        "site:weibo.com",
        "site:微博",
        "site:weibo",
        "url:weibo.com/a",
        "lang:zh",
        "lang:zh-hant",
    ):
        assert found(query, text, **post), query
    for query in ("title:曜日", "author:淑芬", "site:ibo.com", "site:eibo", "url:/b", "lang:z", "曜日 -site:weibo.com"):
        assert not found(query, text, **post), query


def test_a_query_about_attributes_alone_matches_without_places():
    assert found("site:weibo.com", "曜日", site="weibo.com") == Match((), ())


def test_an_excluded_word_stops_a_match_wherever_it_stands():
    assert found("曜日 -日曜日", "曜日乳業")
    assert not found("曜日 -日曜日", "今天日曜日")
    assert not found("曜日 -招聘", "曜日乳業", title="招聘")


def test_places_show_only_what_made_the_query_hold():
    assert words_found("(曜日 AND 月見) OR 牛奶 -退貨", "曜日的牛奶") == ["牛奶"]
    assert words_found("NOT (月見 OR 退貨) 牛奶", "曜日的牛奶") == ["牛奶"]


def test_places_are_sorted_and_each_is_told_once():
    assert found("乳業 OR 曜日 OR 曜日乳業 OR =曜日", "曜日乳業").spans == ((0, 2), (0, 4), (2, 4))


def test_near_counts_the_characters_between_in_either_order():
    assert found("曜日 NEAR/3 客服", "曜日，的，客服")
    assert not found("曜日 NEAR/2 客服", "曜日，的，客服")
    assert found("曜日 NEAR/3 客服", "客服一二三曜日")
    assert found("曜日 NEAR/0 客服", "曜日客服")


def test_near_shows_only_the_words_that_are_near():
    assert found("曜日 NEAR/1 (客服|店員)", "曜日離得很遠的客服，還有曜日的店員").spans == ((12, 14), (15, 17))


def test_near_needs_two_places():
    assert not found("曜日 NEAR/5 曜日", "曜日")
    assert not found("曜日 NEAR/5 日乳", "曜日乳")
    assert found("曜日 NEAR/5 曜日", "曜日曜日")


def test_near_does_not_reach_from_the_title_into_the_text():
    assert not found("曜日 NEAR/50 客服", "客服", title="曜日")


def test_an_empty_document_and_an_empty_engine_match_nothing():
    assert not found("曜日")
    assert Engine({}).match(Document("曜日")) == {}


def test_half_a_surrogate_pair_hurts_nothing():
    assert found("=曜日 月見", "\ud83d曜日\ude00月見").spans == ((1, 3), (4, 6))
    assert words_found('"\ud83d曜日"', "曜日") == ["曜日"]


def test_matches_come_in_the_order_of_the_queries():
    engine = Engine({key: parse("曜日") for key in (3, 1, 2)})
    assert list(engine.match(Document("曜日"))) == [3, 1, 2]


@settings(max_examples=300, deadline=None)
@given(st.lists(queries(), min_size=1, max_size=6), st.lists(documents, min_size=1, max_size=3))
def test_the_engine_finds_what_reading_word_by_word_finds(some_queries, some_documents):
    engine = Engine(dict(enumerate(some_queries)))
    for document in some_documents:
        slowly = {
            key: Match(
                tuple(sorted(naive.positive(query.root, document, "text"))),
                tuple(sorted(naive.positive(query.root, document, "title"))),
            )
            for key, query in enumerate(some_queries)
            if naive.holds(query.root, document)
        }
        assert engine.match(document) == slowly


@settings(deadline=None)
@given(documents, queries())
def test_each_place_lies_in_the_original(document, query):
    match = Engine({0: query}).match(document).get(0)
    for text, spans in ((document.text, match.spans), (document.title, match.title_spans)) if match else ():
        assert list(spans) == sorted(set(spans))
        assert all(0 <= start < end <= len(text) for start, end in spans)
