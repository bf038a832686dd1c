"""The clocks of a crisis: per level, for the public word, and for what was promised."""

from datetime import UTC, datetime, timedelta

import pytest

from alerts.clocks import ClockKind, ClockState, most_urgent
from alerts.tiers import Tier
from playbooks.clocks import (
    CoSigning,
    CrisisClockKind,
    CrisisClocks,
    CrisisTimes,
    LevelTimes,
    Publication,
    crisis_clocks,
    update_clocks,
)

NOTICED = datetime(2026, 3, 1, 9, tzinfo=UTC)


def after(minutes):
    return NOTICED + timedelta(minutes=minutes)


def clock(kind, level=Tier.RED, within=None, **times):
    given = CrisisTimes(NOTICED, **times)
    clocks = crisis_clocks(level, given, within) if within else crisis_clocks(level, given)
    (found,) = [each for each in clocks if each.kind is kind]
    return found


def kinds(**times):
    return [each.kind for each in crisis_clocks(Tier.RED, CrisisTimes(NOTICED, **times))]


@pytest.mark.parametrize(
    ("level", "reach", "progress", "closure_hours"),
    [
        (Tier.RED, 5, 30, 72),
        (Tier.ORANGE, 15, 60, 120),
        (Tier.YELLOW, 30, 240, 168),
        (Tier.BLUE, 120, 1440, 336),
    ],
)
def test_each_level_has_its_three_clocks(level, reach, progress, closure_hours):
    assert clock(CrisisClockKind.REACH, level).due_at == after(reach)
    assert clock(CrisisClockKind.PROGRESS, level, reached_at=after(1)).due_at == after(1 + progress)
    assert clock(CrisisClockKind.CLOSURE, level).due_at == after(closure_hours * 60)


def test_a_workspace_may_have_its_own_clocks():
    own = CrisisClocks(levels=dict.fromkeys(Tier, LevelTimes(*[timedelta(minutes=7)] * 3)))
    assert clock(CrisisClockKind.REACH, within=own).due_at == after(7)


def test_progress_is_asked_of_nobody_who_was_not_reached():
    assert CrisisClockKind.PROGRESS not in kinds()


def test_the_progress_clock_starts_again_with_each_report():
    assert clock(CrisisClockKind.PROGRESS, reached_at=after(3), progress_at=after(20)).due_at == after(50)


def test_closing_ends_the_progress_clock_and_meets_the_closure_clock():
    assert CrisisClockKind.PROGRESS not in kinds(reached_at=after(3), closed_at=after(99))
    assert clock(CrisisClockKind.CLOSURE, closed_at=after(99)).state(after(9999)) is ClockState.MET


def test_the_golden_four_hours_run_from_the_earliest_captured_publication():
    assert clock(ClockKind.POSITION, earliest_published_at=after(-60)).due_at == after(180)


def test_without_a_captured_publication_they_run_from_when_it_was_noticed():
    assert clock(ClockKind.POSITION).due_at == after(240)


def test_a_holding_statement_is_a_first_reply_and_no_position():
    holding = [Publication(after(27), is_position=False)]
    assert clock(ClockKind.REPLY, publications=holding).state(after(60)) is ClockState.MET
    assert clock(ClockKind.POSITION, publications=holding).state(after(239)) is ClockState.PRESSING


def test_the_approved_position_ends_the_golden_four_hours():
    both = [Publication(after(200), is_position=True), Publication(after(27), is_position=False)]
    assert clock(ClockKind.POSITION, publications=both).met_at == after(200)
    assert clock(ClockKind.REPLY, publications=both).met_at == after(27)


def test_a_promised_update_is_a_clock_until_the_next_word():
    first = Publication(after(30), is_position=False, next_update_at=after(90))
    (waiting,) = update_clocks([first])
    assert waiting.state(after(91)) is ClockState.OVERDUE
    second = Publication(after(85), is_position=True, next_update_at=after(200))
    kept, promised = update_clocks([second, first])
    assert kept.state(after(91)) is ClockState.MET
    assert promised.due_at == after(200)
    assert promised.met_at is None


def test_the_same_word_on_another_channel_does_not_keep_the_promise():
    site, facebook = (Publication(after(at), is_position=False, next_update_at=after(90)) for at in (30, 34))
    (waiting,) = update_clocks([site, facebook])
    assert waiting.started_at == after(30)
    assert waiting.met_at is None


def test_a_last_word_without_promise_keeps_the_promise_before_it():
    first = Publication(after(30), is_position=False, next_update_at=after(90))
    (kept,) = update_clocks([first, Publication(after(95), is_position=True)])
    assert kept.state(after(100)) is ClockState.MET_LATE


def test_a_co_signature_has_its_deadline():
    asked = [CoSigning(after(10), after(20)), CoSigning(after(10), after(20), after(15))]
    found = crisis_clocks(Tier.RED, CrisisTimes(NOTICED, co_signings=asked))
    states = [each.state(after(30)) for each in found if each.kind is CrisisClockKind.CO_SIGN]
    assert states == ["overdue", "met"]


def test_the_most_urgent_clock_is_found_among_all():
    times = CrisisTimes(
        NOTICED,
        earliest_published_at=after(-60),
        reached_at=after(2),
        publications=[Publication(after(10), is_position=False, next_update_at=after(20))],
    )
    found = most_urgent(crisis_clocks(Tier.RED, times), after(12))
    assert found is not None
    assert found.kind is CrisisClockKind.NEXT_UPDATE
