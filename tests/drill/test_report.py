"""The report: when each thing happened against its clock, and the clocks run with the speed of the drill."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.clocks import CLAIM_WITHIN
from alerts.tiers import Tier
from sentinel.drill.report import BLUE_WITHIN, CODES, Facts, Line, claim_due, first_at, kept_clocks, report_lines
from sentinel.drill.report_wording import clock_span, line_name, line_since, line_state, phase_text
from sentinel.drill.storyline import PHASES
from tests.factories import NOW

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


def at(minutes: float) -> datetime:
    return NOW + minutes * MINUTE


OVER = at(90)
WHOLE = Facts(
    complaint_at=NOW,
    captured_at=at(0.1),
    published_at=NOW,
    rises=((Tier.BLUE, at(0.5)), (Tier.ORANGE, at(2)), (Tier.RED, at(4.5))),
    claimed_at=at(3),
    crisis_at=at(4),
    reply_at=at(10),
    assessed_at=at(12),
    submitted_at=at(20),
    decided_at=at(25),
    position_at=at(30),
    tasks_done_at=at(50),
    tasks=(2, 2),
    closed_at=at(60),
)


def by_code(facts: Facts, *, speed: float = 1.0, now: datetime = OVER, is_over: bool = True) -> dict[str, Line]:
    return {line.code: line for line in report_lines(facts, speed=speed, now=now, is_over=is_over)}


def test_the_report_has_every_line_in_order() -> None:
    assert [line.code for line in report_lines(WHOLE, speed=1, now=OVER, is_over=True)] == list(CODES)


def test_what_was_in_time_is_met_and_what_was_not_is_late() -> None:
    lines = by_code(WHOLE)
    assert {code: lines[code].state for code in ("blue", "red", "claimed", "reply", "position")} == {
        "blue": "met",
        "red": "late",
        "claimed": "met",
        "reply": "met",
        "position": "met",
    }
    assert kept_clocks(list(lines.values())) == (4, 5)


def test_a_tier_that_was_skipped_was_reached_with_the_worse_one() -> None:
    lines = by_code(WHOLE)
    assert lines["yellow"].at == lines["orange"].at == at(2)
    assert first_at(WHOLE.rises, Tier.BLUE) == at(0.5)
    assert first_at((), Tier.BLUE) is None


def test_at_twice_the_speed_every_limit_is_half() -> None:
    lines = by_code(WHOLE, speed=2)
    assert lines["blue"].within == BLUE_WITHIN / 2
    assert lines["reply"].within == timedelta(minutes=15)
    assert lines["position"].within == timedelta(hours=2)
    assert lines["claimed"].due_at == claim_due(WHOLE.rises, 2, WHOLE.claimed_at)


def test_the_claim_is_due_by_the_earliest_limit_of_the_tiers_reached_before_it() -> None:
    assert claim_due(WHOLE.rises, 1, at(3)) == at(2) + CLAIM_WITHIN[Tier.ORANGE]
    assert claim_due(WHOLE.rises, 1, None) == at(4.5) + CLAIM_WITHIN[Tier.RED]
    assert claim_due((), 1, None) is None


def test_what_has_not_happened_is_open_until_the_drill_is_over() -> None:
    nothing = Facts(complaint_at=at(5))
    assert {line.state for line in by_code(nothing, now=NOW, is_over=False).values()} == {"open"}
    assert {line.state for code, line in by_code(nothing, now=at(9)).items() if code != "complaint"} == {"not-done"}
    assert kept_clocks(list(by_code(nothing).values()))[0] == 0


def test_a_plan_without_tasks_is_not_done_with_them() -> None:
    assert by_code(Facts(complaint_at=NOW, tasks=(1, 3)))["tasks"].figures == (1, 3)


@given(st.lists(st.tuples(st.sampled_from(list(Tier)), st.floats(0, 60)), max_size=6), st.floats(0.25, 60))
def test_worse_tiers_never_come_before_milder_ones(rises: list[tuple[Tier, float]], speed: float) -> None:
    facts = Facts(complaint_at=NOW, rises=[(tier, at(minute)) for tier, minute in rises])
    lines = by_code(facts, speed=speed)
    moments = [lines[code].at for code in ("blue", "yellow", "orange", "red")]
    reached = [moment for moment in moments if moment is not None]
    assert reached == sorted(reached)
    assert moments[: len(reached)] == reached


@pytest.mark.parametrize("line", report_lines(WHOLE, speed=3, now=OVER, is_over=True), ids=lambda line: line.code)
def test_a_kept_line_is_read_back_as_it_was(line: Line) -> None:
    assert Line.of(line.as_json()) == line


@pytest.mark.django_db
def test_everything_has_words() -> None:
    for line in report_lines(WHOLE, speed=1, now=OVER, is_over=True):
        assert line_name(line.code)
        assert line_state(line)
        assert bool(line_since(line.code)) == (line.code != "complaint")
    assert all(phase_text(phase) for phase in PHASES)


@pytest.mark.parametrize(
    ("duration", "text"),
    [(0.2 * SECOND, "0:01"), (42 * SECOND, "0:42"), (725 * SECOND, "12:05"), (3750 * SECOND, "1:02:30"), (None, "")],
)
def test_durations_are_told_to_the_second(duration: timedelta | None, text: str) -> None:
    assert clock_span(duration) == text
