"""Four tiers, 1 the worst."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from alerts.tiers import REOPEN_COOL_DOWN, Tier, is_worse, should_reopen, tier_of, worse

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
tiers = st.sampled_from(list(Tier))


@dataclass(frozen=True)
class Spoken:
    tier: Tier | None


def combined(*found):
    return tier_of([Spoken(tier) for tier in found])


spoken = st.lists(st.none() | tiers, max_size=6)


def test_red_is_one_and_the_worst():
    assert [tier.name for tier in sorted(Tier)] == ["RED", "ORANGE", "YELLOW", "BLUE"]
    assert Tier.RED == 1
    assert is_worse(Tier.RED, Tier.BLUE)
    assert worse(Tier.YELLOW, Tier.ORANGE) is Tier.ORANGE


def test_nothing_reached_is_no_alert():
    assert combined() is None
    assert combined(None, None) is None


def test_one_rule_alone_counts_one_step_less():
    assert combined(Tier.RED) is Tier.ORANGE
    assert combined(Tier.YELLOW, None) is Tier.BLUE


def test_any_rule_reached_gives_at_least_blue():
    assert combined(Tier.BLUE) is Tier.BLUE


def test_two_rules_that_agree_count_in_full():
    assert combined(Tier.RED, Tier.RED) is Tier.RED
    assert combined(Tier.YELLOW, Tier.YELLOW) is Tier.YELLOW


def test_a_mild_second_rule_does_not_confirm_the_first():
    assert combined(Tier.RED, Tier.BLUE) is Tier.ORANGE


@given(spoken)
def test_the_combination_is_the_published_formula(found):
    ranks = sorted(tier for tier in found if tier)
    expected = None if not ranks else min(4, min(ranks[1] if len(ranks) > 1 else 9, ranks[0] + 1))
    assert combined(*found) == expected


@given(spoken, st.randoms())
def test_the_order_of_rules_does_not_matter(found, chance):
    mixed = list(found)
    chance.shuffle(mixed)
    assert combined(*mixed) == combined(*found)


@given(spoken, tiers)
def test_one_more_reached_rule_never_makes_it_milder(found, extra):
    before, after = combined(*found), combined(*found, extra)
    assert after is not None
    assert before is None or after <= before


@given(spoken)
def test_it_is_never_worse_than_the_worst_rule(found):
    reached = [tier for tier in found if tier]
    if reached:
        assert combined(*found) >= min(reached)


@given(tiers, tiers, st.timedeltas(timedelta(0), REOPEN_COOL_DOWN - timedelta(seconds=1)))
def test_soon_after_closing_only_a_worse_tier_opens_anew(last, new, passed):
    assert should_reopen(last, NOW, new, NOW + passed) == (new < last)


@given(tiers, tiers, st.timedeltas(REOPEN_COOL_DOWN, timedelta(days=400)))
def test_four_hours_after_closing_any_tier_opens_anew(last, new, passed):
    assert should_reopen(last, NOW, new, NOW + passed)
