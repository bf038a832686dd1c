"""Why a query holds or not, for a page to put into words."""

from hypothesis import given, settings

from monitoring.matching import Document, Engine, Finding, explain, parse
from tests.monitoring.matching.strategies import documents, queries


def reasons(query, text, **fields):
    explanation = explain(parse(query), Document(text, **fields))
    return explanation.matched, [(finding.code, finding.params) for finding in explanation.findings]


def test_a_hit_names_the_words_that_were_found():
    assert reasons("曜日 (客服|店員)", "曜日的客服，曜日") == (
        True,
        [("hit", {"term": "曜日", "count": 2}), ("hit", {"term": "客服", "count": 1})],
    )


def test_a_hit_says_where():
    findings = explain(parse("曜日"), Document("曜 日", title="給曜日")).findings
    assert findings == (Finding("hit", {"term": "曜日", "count": 2}, spans=((0, 3),), title_spans=((1, 3),)),)


def test_near_tells_the_smallest_distance():
    matched, found = reasons("曜日 NEAR/5 (客服|店員)", "曜日一二三店員一二三四五客服曜日的店員")
    assert matched
    assert found == [("near", {"left": "曜日", "right": "客服", "distance": 0})]


def test_an_exclusion_names_the_word_that_stopped_it():
    assert reasons("曜日 -日曜日", "今天日曜日") == (False, [("excluded", {"term": "日曜日", "count": 1})])
    assert reasons("曜日 NOT (曜日 NEAR/3 星期)", "曜日的星期") == (
        False,
        [("excluded_near", {"left": "曜日", "right": "星期", "distance": 1})],
    )
    assert reasons("曜日 -site:weibo.com", "曜日", site="weibo.com") == (
        False,
        [("excluded", {"term": "site:weibo.com", "count": 0})],
    )


def test_what_is_missing_is_named():
    assert reasons("曜日 牛奶", "曜日") == (False, [("missing", {"term": "牛奶"})])
    assert reasons("曜日 OR 牛奶", "豆漿") == (False, [("missing_any", {"terms": ["曜日", "牛奶"]})])
    assert reasons("(曜日|月見) NEAR/3 客服", "客服") == (False, [("missing_any", {"terms": ["曜日", "月見"]})])


def test_a_near_that_fails_says_how_far_apart_or_that_they_never_meet():
    assert reasons("曜日 NEAR/1 客服", "曜日的好客服") == (
        False,
        [("too_far", {"left": "曜日", "right": "客服", "distance": 2, "limit": 1})],
    )
    assert reasons("曜日 NEAR/9 客服", "客服", title="曜日") == (False, [("apart", {"left": "曜日", "right": "客服"})])


@settings(deadline=None)
@given(queries(), documents)
def test_an_explanation_agrees_with_the_engine_and_always_has_a_reason(query, document):
    explanation = explain(query, document)
    assert explanation.matched == bool(Engine({0: query}).match(document))
    codes = {finding.code for finding in explanation.findings}
    if explanation.matched:
        assert codes <= {"hit", "near"}
    else:
        assert codes
