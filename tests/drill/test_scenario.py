"""Scenario files: what is read from them, and what is said about those that cannot be played."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from sentinel.drill.scenario import VERDICTS, ScenarioError, builtin_scenarios, read_scenario
from sentinel.drill.wording import PROBLEMS, problem_text

DOCUMENTATION = Path(__file__).resolve().parents[2] / "docs" / "drills.md"
GOOD = """
key = "late-parcel"
title = "失蹤的包裹"
summary = "節日檔期包裹大量延誤。"
verdict = "true"
language = "zh-hant"
minutes = 8
product = "宅配"
[phases]
complaint = 1
spread = 2
[[beats]]
id = "first"
minute = 1
site = "weibo"
author = "等包裹的人"
text = "{brand}的{product}晚了三天"
[[crowds]]
site = "weibo"
from = 1.5
to = 5
posts = 4
quotes = "first"
texts = ["我的也是"]
"""
SECOND_BEAT = '[[beats]]\nid = "first"\nminute = 2\nsite = "weibo"\nauthor = "甲"\ntext = "乙"\n'
GREAT_CROWD = '[[crowds]]\nsite = "weibo"\nfrom = 2\nto = 3\nposts = 500\ntexts = ["丙"]\n'
PLACES = ["minutes", "phases", "words", "beats", "crowds", "ordinary", "blocked"]


def problems_of(text: str) -> dict[str, str]:
    """The code of each problem by its place."""
    with pytest.raises(ScenarioError) as raised:
        read_scenario(text)
    return {problem.where: problem.code for problem in raised.value.problems}


def test_the_built_in_scenarios_are_the_two_kinds_of_storm_and_play_for_some_ten_minutes() -> None:
    scenarios = {key: read_scenario(text) for key, text in builtin_scenarios().items()}
    assert {key: scenario.key for key, scenario in scenarios.items()} == {key: key for key in scenarios}
    assert {scenario.verdict for scenario in scenarios.values()} == set(VERDICTS)
    for scenario in scenarios.values():
        assert timedelta(minutes=10) <= scenario.length <= timedelta(minutes=12)
        assert scenario.first_complaint == timedelta(minutes=1)
        assert scenario.blocked
        assert "{" not in scenario.title + scenario.summary


def test_the_example_of_the_documentation_can_be_played() -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", DOCUMENTATION.read_text(encoding="utf-8"), re.DOTALL)
    scenario = read_scenario(example)
    assert (scenario.key, len(scenario.beats), len(scenario.crowds)) == ("late-parcel", 2, 1)


def test_the_documentation_names_every_field() -> None:
    documented = set(re.findall(r"`\[*([a-z_]+)\]*`", DOCUMENTATION.read_text(encoding="utf-8")))
    with pytest.raises(ScenarioError) as raised:
        read_scenario(
            "y = 1\n" + GOOD.replace("[[beats]]", "[[beats]]\nx = 1").replace("posts = 4", "posts = 4\nx = 1")
        )
    known = {str(problem.params.get("known", "")) for problem in raised.value.problems}
    fields = {name for names in known for name in names.split(", ") if name} - {"beats", "crowds", "words", "blocked"}
    assert len(fields) >= 25
    assert fields <= documented | {"phases", "ordinary"}


def test_a_good_scenario_is_read() -> None:
    scenario = read_scenario(GOOD)
    assert (scenario.query, scenario.first_complaint) == ("{brand}", timedelta(minutes=1))
    assert scenario.phases == (("complaint", 1), ("spread", 2))
    assert scenario.ordinary  # the shared talk


def test_a_slip_of_the_syntax_is_named_with_its_line_and_column() -> None:
    assert problems_of('key = "a"\ntitle = = "b"\n') == {"line 2, column 9": "toml"}
    assert problems_of('key = "a"\ntitle = """b') == {"line 2, column 1": "toml"}


def test_all_problems_are_named_at_once() -> None:
    broken = GOOD.replace('key = "late-parcel"\n', "").replace("minute = 1\n", 'minute = "one"\n')
    broken = broken.replace("posts = 4", "posts = 0").replace('verdict = "true"', 'verdict = "perhaps"')
    assert problems_of(broken) == {
        "key": "missing",
        "verdict": "not-a-choice",
        "beats[0].minute": "not-a-number",
        "crowds[0].posts": "out-of-range",
    }


@pytest.mark.parametrize(
    ("before", "after", "where", "code"),
    [
        ('title = "失蹤的包裹"', "title = 3", "title", "not-text"),
        ('title = "失蹤的包裹"', 'title = " "', "title", "blank"),
        ('title = "失蹤的包裹"', 'title = "a"\ntitel = "b"', "titel", "unknown-field"),
        ('key = "late-parcel"', 'key = "Late parcel"', "key", "not-a-key"),
        ("minutes = 8", "minutes = 900", "minutes", "out-of-range"),
        ("[phases]", "[other]", "phases", "missing"),
        ("spread = 2", "spread = 0.5", "phases.spread", "not-after"),
        ("complaint = 1", "complaint = 0.5", "phases.complaint", "no-complaint"),
        ("to = 5", "to = 1", "crowds[0].to", "not-after"),
        ("from = 1.5", "from = 0.5", "crowds[0].from", "before-complaint"),
        ("from = 1.5\nto = 5", "from = 9\nto = 10", "crowds[0].from", "after-the-end"),
        ("posts = 4", 'posts = 4\nfades = "yes"', "crowds[0].fades", "not-a-flag"),
        ('texts = ["我的也是"]', "texts = []", "crowds[0].texts", "not-a-list"),
        ('texts = ["我的也是"]', "texts = [1]", "crowds[0].texts[0]", "not-text"),
        ('quotes = "first"', 'quotes = "frist"', "crowds[0].quotes", "nothing-to-quote"),
        ("{product}晚", "{produkt}晚", "beats[0].text", "unknown-placeholder"),
        ("[phases]", 'query = "({brand}"\n[phases]', "query", "not-a-query"),
        ("[phases]", "blocked = 3\n[phases]", "blocked", "not-a-table"),
        ("{product}晚", "{product晚", "beats[0].text", "lone-brace"),
        ("from = 1.5", "from = 1.5\ntitle = \"x\"", "crowds[0].title", "unknown-field"),
        ("{brand}", "某家", "beats", "no-brand"),
        ('id = "first"\nminute = 1', 'id = "first"\nminute = 2', "crowds[0].quotes", "quoted-too-early"),
        ("[[crowds]]", f"{SECOND_BEAT}[[crowds]]", "beats[1].id", "taken"),
        ("[[crowds]]", f"{GREAT_CROWD * 6}[[crowds]]", "crowds", "too-many"),
    ],
)  # fmt: skip
def test_a_problem_is_named_with_its_place(before: str, after: str, where: str, code: str) -> None:
    assert before in GOOD
    assert problems_of(GOOD.replace(before, after)).get(where) == code


def test_every_problem_has_a_sentence_that_names_its_place() -> None:
    source = "".join(
        (DOCUMENTATION.parent.parent / "sentinel" / "drill" / name).read_text(encoding="utf-8")
        for name in ("scenario.py", "fields.py")
    )
    raised = re.findall(r'complain\([^,]+, "([a-z-]+)"', source) + re.findall(r'Problem\([^,]+, "([a-z-]+)"', source)
    assert {*raised, "toml"} == set(PROBLEMS)
    with pytest.raises(ScenarioError) as error:
        read_scenario(GOOD.replace("posts = 4", "posts = 0"))
    with translation.override("en"):
        said = [problem_text(problem) for problem in error.value.problems]
    assert said == ["crowds[0].posts: Write a number from 1 to 500."]


def test_a_news_beat_needs_a_title_and_a_weibo_one_has_none() -> None:
    news = GOOD.replace('site = "weibo"\nauthor', 'site = "news"\nauthor').replace('quotes = "first"\n', "")
    assert problems_of(news) == {"beats[0].title": "missing"}


TOML_VALUES = st.recursive(
    st.one_of(st.text(max_size=5), st.integers(), st.booleans(), st.floats(allow_nan=False)),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["site", "texts", "title"]), inner),
    max_leaves=4,
)


@given(field=st.sampled_from(PLACES), value=TOML_VALUES)
def test_whatever_stands_in_a_field_the_answer_is_a_scenario_or_its_problems(field: str, value: Any) -> None:
    text = GOOD.split("[phases]")[0] if field != "minutes" else GOOD.replace("minutes = 8\n", "")
    try:
        read_scenario(f"{field} = {as_toml(value)}\n{text}")
    except ScenarioError as error:
        found = error.problems
    else:
        return
    assert found
    assert all(problem_text(problem) for problem in found)


def as_toml(value: Any) -> str:
    """A value as TOML writes it inline."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + "".join(f"\\U{ord(char):08x}" for char in value if not 0xD800 <= ord(char) < 0xE000) + '"'
    if isinstance(value, list):
        return "[" + ", ".join(map(as_toml, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name} = {as_toml(one)}" for name, one in value.items()) + "}"
    return f"{value:.3f}" if isinstance(value, float) and value not in (float("inf"), float("-inf")) else str(value)
