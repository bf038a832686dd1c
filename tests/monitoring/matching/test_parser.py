"""The keyword language: what people may write, and what they are told when it cannot be read."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.matching import Query, QueryError, parse, print_query
from monitoring.matching.errors import MESSAGES
from monitoring.matching.query import MAX_DEPTH, MAX_LENGTH, MAX_WORD_LENGTH, MAX_WORDS, And, Near, Not, Or, Term

A, B, C, D = (Term(name) for name in "ABCD")


def root(text):
    return parse(text).root


def refusal(text):
    with pytest.raises(QueryError) as caught:
        parse(text)
    return caught.value.code, caught.value.position


def attempt(text):
    try:
        return parse(text), 0
    except QueryError as error:
        return None, error.position


def test_not_binds_before_and_and_and_before_or():
    assert root("A OR B AND NOT C") == Or((A, And((B, Not(C)))))
    assert root("(A OR B) AND C") == And((Or((A, B)), C))


def test_words_side_by_side_must_all_be_there():
    assert root("A B OR C") == root("(A AND B) OR C")
    assert root("曜日 客服") == And((Term("曜日"), Term("客服")))


def test_a_not_b_is_a_and_not_b():
    assert root("A NOT B") == root("A AND NOT B") == root("A -B") == root("A - B") == And((A, Not(B)))


def test_the_chinese_dialect_means_the_same():
    assert root("(曜日|月見)+客服-招聘") == root("(曜日 OR 月見) AND 客服 AND NOT 招聘")


def test_full_width_signs_mean_the_same():
    assert root("（曜日｜月見）＋“客服”－「招聘」") == root("(曜日|月見)+客服-招聘")
    assert root("title：曜日") == Term("曜日", field="title")


def test_a_hyphen_inside_a_latin_word_belongs_to_it():
    assert root("Coca-Cola COVID-19") == And((Term("Coca-Cola"), Term("COVID-19")))
    assert root("曜日-AI") == And((Term("曜日"), Not(Term("AI"))))


def test_only_upper_case_words_are_operators():
    assert root("A and B or C not D") == And(tuple(map(Term, ["A", "and", "B", "or", "C", "not", "D"])))
    assert root("near/5") == Term("near/5")


def test_an_operator_in_quotation_marks_is_a_word():
    assert root('"OR" AND "a|b"') == And((Term("OR"), Term("a|b")))


def test_a_backslash_takes_the_next_character_of_a_phrase_as_it_is():
    assert root(r'"say \"no\" \\ yes"') == Term(r'say "no" \ yes')


def test_marks_choose_how_much_evasion_is_forgiven():
    assert root("=曜日 OR ~曜日乳業 OR 曜日") == Or(
        (Term("曜日", "exact"), Term("曜日乳業", "pinyin"), Term("曜日", "skeleton"))
    )
    assert root("＝曜日") == Term("曜日", "exact")
    assert root('~"曜日 乳業"') == Term("曜日 乳業", "pinyin")


def test_fields_apply_to_a_word_or_to_a_group():
    assert root("title:(A -B) site:weibo.com") == And(
        (Term("A", field="title"), Not(Term("B", field="title")), Term("weibo.com", field="site"))
    )
    assert root("Title:=A") == Term("A", "exact", "title")


def test_an_address_needs_no_quotation_marks():
    assert root("url:https://a.example/b-c?d=1&e") == Term("https://a.example/b-c?d=1&e", field="url")


def test_near_joins_words_and_groups_of_alternatives():
    assert root("(A OR B) NEAR/10 C") == Near(Or((A, B)), C, 10)
    assert root("NOT A NEAR/0 B C") == And((Not(Near(A, B, 0)), C))
    assert root("title:(A NEAR/3 B)") == Near(Term("A", field="title"), Term("B", field="title"), 3)


def test_one_meaning_has_one_shape():
    assert root("A AND (B AND C)") == root("(A B) (C A)") == And((A, B, C))
    assert root("NOT NOT A") == root("((A))") == root("A OR A") == A


@pytest.mark.parametrize(
    ("text", "code", "position"),
    [
        ("", "empty", 0),
        ("  ", "empty", 0),
        ("A AND", "missing_after", 2),
        ("A OR OR B", "missing_after", 2),
        ("曜日 | ", "missing_after", 3),
        ("OR A", "missing_before", 0),
        ("(AND A)", "missing_before", 1),
        ("A NOT", "missing_after", 2),
        ("A (B OR C", "unclosed_bracket", 2),
        ("(A NEAR/2 B", "unclosed_bracket", 0),
        ("A (", "unclosed_bracket", 2),
        ("A OR B)", "unopened_bracket", 6),
        (")", "unopened_bracket", 0),
        ("A ()", "empty_brackets", 2),
        ('A "B', "unclosed_quote", 2),
        ("「曜日", "unclosed_quote", 0),
        ("曜日」", "unopened_quote", 2),
        ('A OR ""', "empty_word", 5),
        ("A …", "empty_word", 2),
        ("A OR 出處:B", None, None),
        ("A colour:B", "unknown_field", 2),
        ("https://a.example", "unknown_field", 0),
        ("title: ", "missing_value", 0),
        ("A title:-B", "missing_value", 2),
        ("title:(A author:B)", "field_in_field", 9),
        ("A site:=B", "field_plain", 7),
        ("A NEAR B", "near_distance", 2),
        ("A NEAR/x B", "near_distance", 2),
        ("A NEAR/1001 B", "near_distance", 2),
        ("A NEAR/³ B", "near_distance", 2),
        ("A NEAR/5", "missing_after", 2),
        ("A NEAR/5 -B", "near_operand", 9),
        ("(A B) NEAR/5 C", "near_operand", 0),
        ("author:A NEAR/5 C", "near_operand", 0),
        ("A NEAR/5 B NEAR/5 C", "near_operand", 11),
        ("A = B", "mark_needs_word", 2),
        ("=(A B)", "mark_needs_word", 0),
        ("A OR ~曜日", "sound_too_short", 6),
        ("~abc", "sound_too_short", 1),
        ("曜日，客服", "punctuation", 2),
        ("A && B", "punctuation", 2),
        ("A !B", "punctuation", 2),
        ("A –B", "punctuation", 2),
        ("曜*", "wildcard", 1),
        ("NOT A", "only_excluded", 0),
        ("-曜日 -月見", "only_excluded", 0),
        ("A OR NOT B", "only_excluded", 5),
        ("C OR NOT (A AND NOT B)", "only_excluded", 5),
        ("(A OR NOT B) C", None, None),
    ],
)
def test_a_query_that_cannot_be_read_is_refused_where_it_goes_wrong(text, code, position):
    if code is None:
        assert parse(text)
    else:
        assert refusal(text) == (code, position)


def test_positions_count_code_points():
    assert refusal("😀曜日 OR") == ("missing_after", 4)


def test_size_is_bounded_in_every_direction():
    assert refusal("A " * MAX_LENGTH)[0] == "too_long"
    assert refusal("(" * (MAX_DEPTH + 1) + "A") == ("too_deep", MAX_DEPTH)
    assert refusal("-" * (MAX_DEPTH + 1) + "A") == ("too_deep", MAX_DEPTH)
    assert refusal("A " + " ".join(f"w{number}" for number in range(MAX_WORDS)))[0] == "too_many_words"
    assert refusal("A " + "B" * (MAX_WORD_LENGTH + 1)) == ("word_too_long", 2)
    assert parse("(" * MAX_DEPTH + "A" + ")" * MAX_DEPTH) == Query(A)


def test_an_error_reads_as_a_sentence_and_can_be_translated():
    with pytest.raises(QueryError, match=r"^OR needs a word after it\.$") as caught:
        parse("A OR")
    assert caught.value.message % caught.value.params == str(caught.value)
    assert caught.value.message in MESSAGES.values()


@settings(deadline=None)
@given(st.lists(st.sampled_from([*'曜日Ab ()|+-"\\“”「」:=~/5,*', "AND ", " OR ", " NEAR/3 ", "title:"])).map("".join))
def test_any_text_is_either_read_or_refused_inside_itself(text):
    read, position = attempt(text)
    assert 0 <= position <= len(text)
    assert read is None or parse(print_query(read)) == read
