"""What changed between two versions."""

from hypothesis import given
from hypothesis import strategies as st

from playbooks.differences import Change, field_changes, marked, passages
from playbooks.paragraphs import paragraph_at

BEFORE = "我們正在聯絡這位消費者。\n\n已送第三方檢驗，24 小時內公布結果。"
AFTER = "我們正在聯絡這位消費者。\n\n已送第三方檢驗，最快 11 月 21 日中午 12 點公布初步結果。"


def test_a_changed_phrase_reads_as_a_phrase():
    (first, second) = passages(BEFORE, AFTER)
    assert (first.old, first.new) == ("24 小時內", "最快 11 月 21 日中午 12 點")
    assert (second.old, second.new) == ("", "初步")


def test_a_passage_names_its_paragraph_and_its_spans():
    first = passages(BEFORE, AFTER)[0]
    assert first.paragraph == 2
    assert BEFORE[slice(*first.before)] == first.old
    assert AFTER[slice(*first.after)] == first.new


def test_a_sentence_that_was_added_or_removed_is_whole():
    assert [(each.old, each.new) for each in passages("甲。乙。", "甲。丙丙丙丙。乙。")] == [("", "丙丙丙丙。")]
    assert [(each.old, each.new) for each in passages("甲。丙丙丙丙。乙。", "甲。乙。")] == [("丙丙丙丙。", "")]


def test_equal_texts_have_no_passages():
    assert passages(AFTER, AFTER) == []


TEXTS = st.text("請安心飲用我們正在查 12。\n，", max_size=40)


@given(TEXTS, TEXTS)
def test_the_pieces_give_back_both_texts(before, after):
    parts = marked(before, after)
    assert "".join(text for text, kind in parts if kind != "ins") == before
    assert "".join(text for text, kind in parts if kind != "del") == after


@given(TEXTS, TEXTS)
def test_passages_turn_one_text_into_the_other(before, after):
    rebuilt = before
    for each in reversed(passages(before, after)):
        assert before[slice(*each.before)] == each.old
        assert after[slice(*each.after)] == each.new
        rebuilt = rebuilt[: each.before[0]] + each.new + rebuilt[each.before[1] :]
    assert rebuilt == after


def test_blank_lines_are_no_paragraphs():
    assert [paragraph_at("甲\n\n乙\n丙", at) for at in (0, 3, 5)] == [1, 2, 3]


def test_fields_that_differ_are_listed_in_the_newer_order():
    before = {"stance": "查證中", "cost": 3, "old": "x"}
    after = {"stance": "停售", "risk": "改版", "cost": 3}
    assert field_changes(before, after) == [
        Change("stance", "查證中", "停售"),
        Change("risk", None, "改版"),
        Change("old", "x", None),
    ]
