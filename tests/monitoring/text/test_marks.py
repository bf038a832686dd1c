"""Marking matched and sensitive words, and what changed between two versions."""

from hypothesis import given
from hypothesis import strategies as st

from monitoring.text.differences import changed_characters, differences
from monitoring.text.marks import excerpt, marked, shifted

texts = st.text(alphabet="曜日鮮乳。！\n ab1", max_size=60)
spans = st.lists(st.tuples(st.integers(-3, 60), st.integers(-3, 70)), max_size=6)


@given(texts, spans, spans)
def test_marked_pieces_are_the_text_again(text: str, hits: list[tuple[int, int]], terms: list[tuple[int, int]]) -> None:
    assert "".join(piece for piece, _ in marked(text, hits, terms)) == text


def test_hits_and_sensitive_terms_may_meet() -> None:
    assert marked("曜日鮮乳發霉了", [(0, 5)], [(4, 6)]) == [
        ("曜日鮮乳", "hit"),
        ("發", "hit sensitive"),
        ("霉", "sensitive"),
        ("了", ""),
    ]


def test_touching_hits_are_one_mark() -> None:
    assert marked("曜日鮮乳", [(0, 2), (2, 4)]) == [("曜日鮮乳", "hit")]


def test_an_excerpt_keeps_its_first_mark_in_sight() -> None:
    text = "無" * 300 + "曜日" + "無" * 300
    parts = excerpt(text, [(300, 302)], length=80)
    assert parts[0] == ("…", "")
    assert parts[-1] == ("…", "")
    assert ("曜日", "hit") in parts


def test_an_excerpt_is_one_line() -> None:
    assert excerpt("曜日\n\n鮮乳") == [("曜日 鮮乳", "")]
    assert "".join(piece for piece, _ in excerpt("買了 曜日 鮮乳", [(3, 5)])) == "買了 曜日 鮮乳"


def test_spans_of_title_and_text_as_one_move_to_the_text() -> None:
    assert shifted([(0, 2), (5, 7)], 4) == [(1, 3)]


@given(texts, texts)
def test_a_difference_holds_both_versions(before: str, after: str) -> None:
    parts = differences(before, after)
    assert "".join(text for text, kind in parts if kind != "ins") == before
    assert "".join(text for text, kind in parts if kind != "del") == after


def test_a_rewritten_sentence_is_compared_word_by_word() -> None:
    before, after = "昨天買的曜日鮮乳。客服不理人。", "昨天買的曜日鮮乳。客服回電了。"
    parts = differences(before, after)
    assert parts[0] == ("昨天買的曜日鮮乳。客服", "")
    assert changed_characters(parts) == (3, 3)


def test_two_long_strangers_are_compared_quickly() -> None:
    before, after = "甲乙丙丁" * 2_000, "戊己庚辛" * 2_000
    assert differences(before, after) == [(before, "del"), (after, "ins")]
