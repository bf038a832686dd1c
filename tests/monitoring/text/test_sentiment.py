"""SnowNLP's table, without SnowNLP: the same arithmetic over the same words."""

import gzip
import importlib.util
import marshal
import math
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.text.normalise import simplify
from monitoring.text.segment import segment
from monitoring.text.sentiment import has_word_character, pushes, sentiment, sentiment_of_words, sentiment_table

SAMPLES = [
    "曜日乳業的鮮奶很好喝，孩子很喜歡",
    "太差了，垃圾，再也不買了",
    "東西不錯，一看就是正品包裝，還沒有開機",
    "早餐太差，房間本身很好。",
    "多名婴儿住院",
]


def by_hand(text: str) -> float:
    """Bayes as snownlp/classification/bayes.py computes it, class by class."""
    spec = importlib.util.find_spec("snownlp")
    assert spec is not None
    assert spec.submodule_search_locations
    folder = Path(spec.submodule_search_locations[0])
    with gzip.open(folder / "sentiment" / "sentiment.marshal.3") as file:
        trained = marshal.loads(file.read())
    stop = {line.strip() for line in (folder / "normal" / "stopwords.txt").read_text(encoding="utf-8").splitlines()}
    words = [word for word in segment(simplify(text)) if word not in stop and has_word_character(word)]
    logs = {}
    for name, counts in trained["d"].items():
        logs[name] = math.log(counts["total"]) - math.log(trained["total"])
        logs[name] += sum(math.log(counts["d"].get(word, counts["none"]) / counts["total"]) for word in words)
    return 1 / sum(math.exp(other - logs["pos"]) for other in logs.values())


@pytest.mark.parametrize("text", SAMPLES)
def test_the_probability_is_what_snownlps_arithmetic_gives(text: str) -> None:
    assert sentiment(text) == pytest.approx(by_hand(text), rel=1e-9)


def test_both_scripts_score_alike() -> None:
    assert sentiment("東西不錯，非常滿意") == sentiment("东西不错，非常满意") > 0.5


@pytest.mark.parametrize("text", ["", "   \n", "！！！……", "😀😀", "~~", "\x00", "zyxwvut qponmlk"])
def test_nothing_that_the_table_knows_is_neutral(text: str) -> None:
    assert sentiment(text) == 0.5


@given(st.text(alphabet=st.characters() | st.sampled_from("好差\ud800😀，"), max_size=80))
def test_any_text_has_a_probability(text: str) -> None:
    assert 0.0 <= sentiment(text) <= 1.0


def test_a_long_rant_does_not_overflow() -> None:
    assert sentiment("太差了，垃圾，失望。" * 2_000) == pytest.approx(0.0)
    assert sentiment_of_words(["喜欢", "满意"] * 5_000) == pytest.approx(1.0)


def test_the_table_is_read_without_running_snownlp() -> None:
    program = (
        "import sys; from monitoring.text.sentiment import sentiment; "
        "assert sentiment('很好') > .5; assert 'snownlp' not in sys.modules; assert 'jieba' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=30)


def test_stop_words_weigh_nothing() -> None:
    assert sentiment_table().of_word["的"] == 0.0
    assert sentiment_of_words(["很", "满意"]) == sentiment_of_words(["的", "很", "满意", "，"])


@pytest.mark.parametrize(
    "text", ["曜日鮮乳喝到發霉，孩子肚子痛，太離譜了", "味道很好，非常滿意，推薦推薦", "曜日乳業公告"]
)
def test_the_pushes_of_a_text_add_up_to_the_log_odds_of_its_probability(text: str) -> None:
    told = pushes(text, strongest=3)
    assert told is not None
    parts = told.base + told.rest + sum(weight for _word, weight in told.words)
    assert parts == pytest.approx(told.total)
    assert 1 / (1 + math.exp(-told.total)) == pytest.approx(1 - sentiment(text))


def test_pushing_words_are_written_as_in_the_text() -> None:
    told = pushes("鮮乳發霉，很噁心")
    assert told is not None
    assert "鮮" in "".join(word for word, _weight in told.words)


def test_a_text_of_which_the_table_knows_nothing_pushes_nothing() -> None:
    assert pushes("…… 😀") is None
