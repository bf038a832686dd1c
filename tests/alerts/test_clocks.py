"""Clocks: what is due when, and whether it was met."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.clocks import (
    ClockKind,
    ClockState,
    claim_clock,
    claim_deadline,
    most_urgent,
    position_clock,
    reply_clock,
)
from alerts.tiers import Tier

OPENED = datetime(2026, 3, 1, 8, tzinfo=UTC)
PUBLISHED = OPENED - timedelta(hours=1)


def after(minutes):
    return OPENED + timedelta(minutes=minutes)


@pytest.mark.parametrize(("tier", "minutes"), [(Tier.RED, 5), (Tier.ORANGE, 15), (Tier.YELLOW, 30), (Tier.BLUE, 120)])
def test_the_worse_the_tier_the_sooner_somebody_has_to_claim_it(tier, minutes):
    assert claim_deadline(tier, OPENED) == after(minutes)


def test_a_workspace_may_set_its_own_claim_times():
    assert claim_deadline(Tier.RED, OPENED, pace=2.5) == after(2)


def test_the_golden_four_hours_run_from_the_earliest_captured_publication():
    clock = position_clock(PUBLISHED)
    assert clock.kind is ClockKind.POSITION
    assert clock.left(OPENED) == timedelta(hours=3)


def test_the_first_reply_is_due_half_an_hour_after_opening():
    assert reply_clock(OPENED).due_at == after(30)


def test_a_clock_runs_presses_and_is_overdue():
    clock = reply_clock(OPENED)
    states = [clock.state(after(minutes)) for minutes in (0, 22, 23, 29, 30, 90)]
    assert states == ["running", "running", "pressing", "pressing", "overdue", "overdue"]
    assert clock.left(after(90)) == timedelta(minutes=-60)


def test_a_met_clock_stands_still_and_is_never_overdue():
    clock = reply_clock(OPENED, replied_at=after(10))
    assert clock.state(after(500)) is ClockState.MET
    assert clock.left(after(500)) == timedelta(minutes=20)
    assert not clock.is_overdue(after(500))


def test_what_was_done_late_stays_late():
    assert reply_clock(OPENED, replied_at=after(31)).state(after(500)) is ClockState.MET_LATE


def test_the_most_urgent_clock_is_the_unmet_one_with_the_least_time_left():
    claimed = claim_clock(OPENED, after(5), claimed_at=after(1))
    reply, position = reply_clock(OPENED), position_clock(PUBLISHED)
    assert most_urgent([claimed, position, reply], after(2)) is reply
    assert most_urgent([claimed], after(2)) is None


@given(st.timedeltas(timedelta(0), timedelta(days=9)), st.none() | st.timedeltas(timedelta(0), timedelta(days=9)))
def test_a_clock_is_overdue_exactly_when_it_says_so(passed, met):
    clock = reply_clock(OPENED, None if met is None else OPENED + met)
    now = OPENED + passed
    assert clock.is_overdue(now) == (clock.state(now) is ClockState.OVERDUE)
    assert clock.is_overdue(now) == (met is None and clock.left(now) <= timedelta(0))
