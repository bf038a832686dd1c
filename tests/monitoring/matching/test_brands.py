"""The first topic's query, from the names of a brand."""

import pytest

from monitoring.matching import ambiguous, parse, print_query, suggest_brand_query


def test_each_name_is_an_alternative():
    assert suggest_brand_query(["曜日乳業", "Yaori Dairy"]) == '曜日乳業 OR "Yaori Dairy"'


def test_a_name_counts_once_whatever_its_script_and_spacing():
    assert suggest_brand_query([" 曜日乳業", "曜日乳业", "", "！？", "曜日"]) == "曜日乳業 OR 曜日"


def test_names_that_look_like_operators_are_quoted():
    suggested = suggest_brand_query(["NOT", "A|B", "月見-乳業", "Disney+", 'the "best"'])
    assert print_query(parse(suggested)) == suggested


def test_without_a_name_there_is_no_query():
    assert suggest_brand_query([" ", "…"]) == ""


@pytest.mark.parametrize(
    ("name", "short"),
    [("曜日", True), ("曜 日", True), ("GO", True), ("7-11", True), ("曜日乳業", False), ("Yaori", False)],
)
def test_a_name_of_two_characters_or_digits_alone_is_ambiguous(name, short):
    assert ambiguous(name) is short
