"""One post judged by itself, and its pseudonymous author."""

import json
from typing import Any

import pytest

from monitoring.lab import BadLine, score
from monitoring.text.analysis import SCORED_CHARACTERS, SEARCHED_CHARACTERS, analyse, label_for, whole_text
from monitoring.text.pseudonym import pseudonym

KEY = b"a secret of the installation"


def test_negative_is_the_complement_of_snownlp() -> None:
    analysis = analyse("", "太差了，垃圾，再也不買了")
    assert analysis.negative == pytest.approx(1 - analysis.snownlp)
    assert analysis.label == "neg"
    assert analyse("", "").negative == 0.5


@pytest.mark.parametrize(
    ("negative", "label"), [(0.0, "pos"), (0.4, "pos"), (0.41, "unsure"), (0.59, "unsure"), (0.6, "neg"), (1.0, "neg")]
)
def test_between_the_cut_offs_no_label_is_given(negative: float, label: str) -> None:
    assert label_for(negative) == label


def test_the_title_counts_and_offsets_are_in_title_and_text() -> None:
    title, text = "曜日乳業召回鮮奶", "十二人食物中毒"
    analysis = analyse(title, text)
    assert [whole_text(title, text)[hit.start : hit.end] for hit in analysis.sensitive] == ["召回", "食物中毒"]
    assert "召回" in analysis.words
    assert whole_text("", text) == text


def test_a_giant_post_is_scored_by_its_lead() -> None:
    lead = "很好，非常滿意。" * (SCORED_CHARACTERS // 8)
    assert analyse("", lead + "垃圾太差" * 100_000).snownlp == analyse("", lead).snownlp
    assert analyse("", "。" * SEARCHED_CHARACTERS + "死亡").sensitive == []
    assert analyse("", "。" * (SEARCHED_CHARACTERS - 2) + "死亡").sensitive


def test_own_names_are_no_sensitive_terms() -> None:
    assert analyse("", "毒奶粉咖啡館開幕", own_names=["毒奶粉咖啡館"]).sensitive == []


def test_a_pseudonym_is_short_stable_and_bound_to_site_and_key() -> None:
    name = pseudonym("雅婷", "ptt.cc", KEY)
    assert name == pseudonym("雅婷", "ptt.cc", KEY)
    assert len(name) == 4
    assert int(name, 16) >= 0
    others = {
        pseudonym("志明", "ptt.cc", KEY),
        pseudonym("雅婷", "dcard.tw", KEY),
        pseudonym("雅婷", "ptt.cc", b"other"),
    }
    assert name not in others
    assert pseudonym("bc", "a", KEY) != pseudonym("c", "ab", KEY)
    assert pseudonym("\ud83d", "ptt.cc", KEY)


def test_the_lab_answers_with_the_warnings_alone() -> None:
    answer = score.build({})
    line: dict[str, Any] = {"id": 1, "text": "未檢出塑化劑，但有兩人中毒，中毒者已住院"}
    scored = answer(line)
    assert scored["sensitive"] == ["中毒", "住院"]
    assert scored.keys() == {"id", "negative", "label", "snownlp", "sensitive"}
    assert scored["negative"] == pytest.approx(1 - scored["snownlp"], abs=2e-6)
    json.dumps(scored)


@pytest.mark.parametrize("line", [{"id": 1}, {"id": 1, "text": None}, {"id": 1, "text": 3}])
def test_the_lab_refuses_a_line_without_text(line: dict[str, Any]) -> None:
    with pytest.raises(BadLine):
        score.build({})(line)
