"""The normal form: the same query is always written the same way, and reads back as itself."""

import pytest
from hypothesis import given, settings

from monitoring.matching import parse, print_query
from tests.monitoring.matching.strategies import any_text, queries


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("(曜日|月見)+客服-招聘", "(曜日 OR 月見) AND 客服 AND NOT 招聘"),
        ("曜日 | 月見 客服", "曜日 OR (月見 AND 客服)"),
        ("「曜日」 A NOT (B C)", "曜日 AND A AND NOT (B AND C)"),
        ('"曜日 乳業"', '"曜日 乳業"'),
        ('"OR" "a-日" "=x"', '"OR" AND "a-日" AND "=x"'),
        ("＝曜日 ～月見乳業", "=曜日 AND ~月見乳業"),
        ("(A|B) NEAR/05 C", "(A OR B) NEAR/5 C"),
        ("Title：(A|B)", "title:A OR title:B"),
        ("url:https://a.example/", 'url:"https://a.example/"'),
    ],
)
def test_the_normal_form_writes_operators_out(written, normal):
    assert print_query(parse(written)) == normal


@settings(deadline=None)
@given(queries(any_text))
def test_what_is_printed_is_read_back_as_the_same_query(query):
    assert parse(print_query(query)) == query


@settings(deadline=None)
@given(queries(any_text))
def test_the_normal_form_of_a_normal_form_is_itself(query):
    normal = print_query(query)
    assert print_query(parse(normal)) == normal
