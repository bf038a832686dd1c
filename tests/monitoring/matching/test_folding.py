"""Text without its disguises, and the way back."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.matching.folding import Folded, skeleton
from monitoring.text.normalise import simplify


@pytest.mark.parametrize(
    "disguised",
    [
        "曜日乳業",
        "曜日乳业",
        "曜 日 乳 業",
        "曜*日·乳-業",
        "曜\u200b日\ufeff乳\u2060業",
        "曜😀日🥛乳‼️業",
        "曜\n日\n乳\n業",
        "曜̶日̶乳̶業",
        "【曜】【日】乳業",
    ],
)
def test_every_disguise_of_a_name_has_one_skeleton(disguised):
    assert skeleton(disguised) == "曜日乳业"


def test_latin_letters_lose_width_case_accents_and_circles():
    assert skeleton("Ｎｅｓｔｌé Ⓐ①") == "nestlea1"
    assert skeleton("Nestle\u0301") == "nestle"


def test_a_trademark_sign_is_no_letter():
    assert skeleton("曜日™乳業") == skeleton("曜日乳業")


@pytest.mark.parametrize(
    ("taiwan", "mainland"),
    [
        ("計畫", "计划"),
        ("瞭解", "了解"),
        ("看著", "看着"),
        ("乾隆", "乾隆"),
        ("乾淨", "干净"),
        ("沈沒", "沉没"),
        ("想像", "想象"),
        ("臺灣", "台湾"),
        ("裡面", "里面"),
        ("反覆", "反复"),
        ("傢俱", "家具"),
        ("甦醒", "苏醒"),
    ],
)
def test_both_scripts_write_the_same_word(taiwan, mainland):
    assert skeleton(taiwan) == skeleton(mainland)


def test_a_paragraphs_end_parts_words_and_a_line_break_does_not():
    assert "曜日" in Folded("大曜\n日本").skeleton
    for parted in ("大曜\n\n日本", "大曜\r\n \r\n日本", "大曜。\n日本", "大曜！”\n日本", "大曜\u2029日本"):
        assert "曜日" not in Folded(parted).skeleton


def test_places_stay_right_where_length_changes():
    text = "㈱曜\u200b日😀ﬁx㍿。\n\nか\u3099"
    folded = Folded(text)
    assert folded.skeleton == "株曜日fix株式会社\n\n\nが" or folded.skeleton.startswith("株曜日fix株式会社\n")
    assert folded.span(0, 1) == (0, 1)
    assert folded.span(1, 3) == (1, 4)
    assert text[slice(*folded.span(3, 6))] == "ﬁx"
    assert folded.span(7, 9) == (7, 8)
    last = len(folded.skeleton)
    assert text[slice(*folded.span(last - 1, last))] == "か\u3099"


def test_joining_characters_fold_like_what_they_make():
    assert skeleton("か\u3099") == skeleton("が")
    assert skeleton("ﾊﾞ") == skeleton("バ")
    assert skeleton("\u1112\u1161\u11ab") == skeleton("한")


@settings(deadline=None)
@given(st.text(max_size=40))
def test_each_character_of_a_skeleton_comes_from_the_place_it_names(text):
    folded = Folded(text)
    previous = (0, 0)
    for place, character in enumerate(folded.skeleton):
        span = folded.span(place, place + 1)
        assert span == previous or previous[1] <= span[0] < span[1] <= len(text)
        assert character == "\n" or character in skeleton(text[slice(*span)])
        previous = span


@settings(deadline=None)
@given(st.text(max_size=20))
def test_folding_a_skeleton_changes_nothing(text):
    assert skeleton(skeleton(text)) == skeleton(text)


@settings(deadline=None)
@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), max_size=20))
def test_folding_sees_no_difference_that_conversion_by_phrases_makes(text):
    assert skeleton(simplify(text)) == skeleton(text)
