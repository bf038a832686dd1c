"""Rules: a value against a threshold, with the figures behind it."""

import copy
import json
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.rules import KINDS, RuleError, Situation, busiest_hour, default_rules, evaluate, validate_definition
from alerts.tiers import Tier, tier_of

VOLUME, NEGATIVE, SENSITIVE = default_rules()
SURGE = Situation(total_1h=42, usual_1h=5, surprise=0.7)

counts = st.integers(0, 2000)
situations = st.builds(
    Situation,
    total_1h=counts,
    negative_1h=counts,
    sensitive_1h=counts,
    authors_1h=counts,
    usual_1h=st.floats(0, 500),
    surprise=st.floats(0, 1),
)


def test_a_surge_is_a_multiple_of_the_usual_hour_against_its_threshold():
    reason = evaluate(VOLUME, SURGE, rule_version=7)
    assert (reason.value, reason.threshold, reason.tier) == (8.4, 5, Tier.YELLOW)
    assert reason.params == {"posts": 42, "usual": 5, "surprise": 0.7, "min_count": 8}
    assert reason.rule_version == 7


def test_a_rule_that_is_not_reached_shows_the_mildest_threshold():
    reason = evaluate(VOLUME, replace(SURGE, total_1h=9))
    assert (reason.value, reason.threshold, reason.tier, reason.held_by) == (1.8, 3, None, "")


def test_a_high_volume_that_is_no_surprise_is_held_back():
    reason = evaluate(VOLUME, replace(SURGE, surprise=0.49))
    assert (reason.value, reason.tier, reason.held_by) == (8.4, None, "surprise")


def test_a_few_posts_are_no_volume():
    reason = evaluate(VOLUME, Situation(total_1h=7, usual_1h=0, surprise=0.9))
    assert (reason.tier, reason.held_by) == (None, "count")


def test_a_burst_of_eight_posts_about_a_brand_nobody_speaks_of_is_one():
    assert evaluate(VOLUME, Situation(total_1h=8, usual_1h=0, surprise=0.6)).tier is Tier.YELLOW


def test_negativity_counts_by_what_is_proven_and_not_by_its_plain_share():
    few, many = Situation(total_1h=10, negative_1h=8), Situation(total_1h=200, negative_1h=160)
    assert evaluate(NEGATIVE, few).tier is Tier.BLUE
    assert evaluate(NEGATIVE, many).tier is Tier.ORANGE
    assert evaluate(NEGATIVE, many).params["share"] == 0.8


def test_three_negative_posts_of_three_are_too_few():
    assert evaluate(NEGATIVE, Situation(total_1h=3, negative_1h=3)).held_by == "count"


def test_the_first_sensitive_post_warns():
    assert evaluate(SENSITIVE, Situation(total_1h=1, sensitive_1h=1, authors_1h=1)).tier is Tier.BLUE


def test_one_author_with_twenty_sensitive_posts_counts_twice():
    reason = evaluate(SENSITIVE, Situation(total_1h=20, sensitive_1h=20, authors_1h=1))
    assert (reason.value, reason.tier) == (2, Tier.BLUE)
    assert reason.params == {"posts": 20, "authors": 1, "min_count": 1}


def test_twenty_people_with_sensitive_posts_are_red_by_this_rule():
    assert evaluate(SENSITIVE, Situation(total_1h=20, sensitive_1h=20, authors_1h=20)).tier is Tier.RED


def test_a_silent_hour_reaches_nothing():
    reasons = [evaluate(definition, Situation()) for definition in default_rules()]
    assert [reason.value for reason in reasons] == [0, 0, 0]
    assert tier_of(reasons) is None


def test_a_crisis_by_all_three_rules_is_red():
    crisis = Situation(1200, 1150, 300, 250, usual_1h=20, surprise=0.9)
    assert tier_of([evaluate(definition, crisis) for definition in default_rules()]) is Tier.RED


@given(situations)
def test_a_reached_value_stands_at_or_above_its_threshold_and_below_the_next(situation):
    for definition in default_rules():
        reason = evaluate(definition, situation)
        if reason.reached:
            assert reason.value >= reason.threshold
            assert reason.tier is Tier.RED or reason.value < reason.thresholds[str(reason.tier - 1)]
        else:
            assert reason.held_by or reason.value < reason.thresholds["4"]


@given(situations)
def test_a_reason_is_plain_data(situation):
    for definition in default_rules():
        reason = evaluate(definition, situation)
        assert json.loads(json.dumps(asdict(reason))) == asdict(reason)


@given(situations, st.integers(1, 500))
def test_more_voices_never_make_the_sensitive_rule_milder(situation, more):
    louder = replace(situation, sensitive_1h=situation.sensitive_1h + more, authors_1h=situation.authors_1h + more)
    before, after = evaluate(SENSITIVE, situation).tier, evaluate(SENSITIVE, louder).tier
    assert before is None or (after is not None and after <= before)


def test_the_default_rules_are_one_of_each_kind_and_valid():
    assert tuple(definition["kind"] for definition in default_rules()) == KINDS
    assert [validate_definition(definition) for definition in default_rules()] == default_rules()


def test_unknown_fields_are_dropped():
    assert validate_definition({**VOLUME, "colour": "red"}) == VOLUME


def changed(path, value):
    definition = copy.deepcopy(VOLUME)
    *parents, last = path.split(".")
    target = definition
    for name in parents:
        target = target[name]
    target[last] = value
    return definition


@pytest.mark.parametrize(
    ("definition", "field"),
    [
        ("volume", "kind"),
        (changed("kind", "weather"), "kind"),
        (changed("kind", ["volume"]), "kind"),
        (changed("thresholds", [3, 5, 10, 25]), "thresholds"),
        (changed("thresholds.3", None), "thresholds.3"),
        (changed("thresholds.3", "5"), "thresholds.3"),
        (changed("thresholds.3", True), "thresholds.3"),
        (changed("thresholds.4", 0), "thresholds.4"),
        (changed("thresholds.1", float("inf")), "thresholds.1"),
        (changed("thresholds.1", float("nan")), "thresholds.1"),
        (changed("thresholds.1", 10**400), "thresholds.1"),
        (changed("thresholds.2", 4), "thresholds.2"),
        (changed("thresholds.2", 5), "thresholds.2"),
        (changed("min_count", 0), "min_count"),
        (changed("min_count", 2.5), "min_count"),
        (changed("min_count", None), "min_count"),
        (changed("window_minutes", 30), "window_minutes"),
        ({**NEGATIVE, "thresholds": {"4": 0.4, "3": 0.5, "2": 0.6, "1": 40}}, "thresholds.1"),
    ],
)
def test_a_definition_that_cannot_work_is_refused_at_its_field(definition, field):
    with pytest.raises(RuleError) as refusal:
        validate_definition(definition)
    assert field in refusal.value.problems


rising = st.lists(st.floats(0.001, 1), min_size=4, max_size=4, unique=True).map(sorted)


@given(st.sampled_from(KINDS), rising, st.integers(1, 1000), situations)
def test_every_definition_that_is_accepted_can_be_evaluated(kind, values, min_count, situation):
    thresholds = dict(zip(("4", "3", "2", "1"), values, strict=True))
    definition = validate_definition({"kind": kind, "thresholds": thresholds, "min_count": min_count})
    assert evaluate(definition, situation).kind == kind


MORNING = datetime(2026, 3, 2, 8, tzinfo=UTC)


def post(minute: int, author: str = "", *, fresh: bool = True) -> tuple[datetime, bool, str]:
    return MORNING + timedelta(minutes=minute), fresh, author or f"author at {minute}"


def test_the_busiest_hour_is_any_sixty_minutes_not_an_hour_of_the_clock():
    assert busiest_hour([post(0), post(50), post(70), post(100), post(109)]) == (4, 4)


def test_a_post_sixty_minutes_later_is_in_another_hour():
    assert busiest_hour([post(0), post(60)]) == (1, 1)


def test_the_busiest_hour_says_how_many_people_wrote():
    assert busiest_hour([post(0, "a"), post(1, "a"), post(2, "b")]) == (3, 2)


def test_an_hour_without_anything_fresh_does_not_count():
    assert busiest_hour([post(minute, fresh=False) for minute in range(9)]) == (0, 0)
    assert busiest_hour([post(0, fresh=False), post(1, fresh=False), post(90)]) == (1, 1)


def test_what_was_known_before_counts_beside_something_fresh():
    assert busiest_hour([post(0, fresh=False), post(1, fresh=False), post(20)]) == (3, 3)


@given(st.lists(st.tuples(st.integers(0, 300), st.booleans(), st.sampled_from("abc"))))
def test_the_busiest_hour_is_that_of_a_recount(drawn: list[tuple[int, bool, str]]):
    posts = [(MORNING + timedelta(minutes=minute), fresh, author) for minute, fresh, author in sorted(drawn)]
    hours = [[one for one in posts if end - timedelta(hours=1) < one[0] <= end] for end, _fresh, _author in posts]
    counted = [
        (len(hour), len({author for _when, _fresh, author in hour})) for hour in hours if any(p[1] for p in hour)
    ]
    assert busiest_hour(posts) == max(counted, default=(0, 0))
