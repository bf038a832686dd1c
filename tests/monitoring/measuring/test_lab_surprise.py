"""`lab surprise`: several series mixed, a line in and a line out."""

import pytest

from monitoring.lab import BadLine
from monitoring.lab.surprise import build

WEEK = 2016


def test_several_series_are_told_apart():
    answer = build({"zone": "UTC"})
    for bucket in range(WEEK):
        answer({"series": "曜日乳業", "at": bucket * 300, "value": 20})
        answer({"series": "月見乳業", "at": bucket * 300, "value": 2})
    surge = {"at": WEEK * 300, "value": 30}
    assert answer({"series": "曜日乳業", **surge})["alert"] is False
    assert answer({"series": "月見乳業", **surge})["alert"] is True


def test_an_answer_has_the_fields_of_the_table():
    answer = build({"zone": "UTC"})({"series": "a", "at": "2026-03-01T08:00:00+08:00", "value": 3, "negative": 1})
    assert answer == {"series": "a", "at": "2026-03-01T08:00:00+08:00", "score": 0.0, "alert": False}


def test_naive_times_are_in_the_zone_and_aware_ones_are_not():
    answer = build({"zone": "Asia/Taipei"})
    answer({"series": "a", "at": "2026-03-01 08:00:00", "value": 3})
    with pytest.raises(BadLine.__base__, match="in order of time"):
        answer({"series": "a", "at": "2026-03-01T00:00:00Z", "value": 3})
    answer({"series": "a", "at": "2026-03-01T00:05:00Z", "value": 3})


@pytest.mark.parametrize(
    "line",
    [
        {"at": 0},
        {"at": 0, "value": -1},
        {"at": 0, "value": "many"},
        {"at": 0, "value": True},
        {"at": 0, "value": float("nan")},
        {"at": 0, "value": 3, "negative": "no"},
        {"value": 3},
        {"at": "yesterday", "value": 3},
        {"at": float("inf"), "value": 3},
        {"at": None, "value": 3},
    ],
)
def test_a_bad_line_is_refused_with_a_sentence(line):
    with pytest.raises(BadLine, match="must be"):
        build({"zone": "UTC"})({"series": "a", **line})


def test_an_unknown_zone_is_refused_at_once():
    with pytest.raises(SystemExit, match="--zone"):
        build({"zone": "Mars/Olympus"})
