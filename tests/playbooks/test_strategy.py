"""Strategy: what a verdict and a responsibility ask for, after Coombs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbooks.strategy import ReasonCode, Reputation, Responsibility, Strategy, Verdict, advise

INFORMATION = (Strategy.INSTRUCTING, Strategy.ADJUSTING)
INPUTS = {
    "verdict": st.sampled_from(Verdict),
    "responsibility": st.sampled_from(Responsibility),
    "history": st.booleans(),
    "reputation": st.sampled_from(Reputation),
}
# How far the response goes towards those who were harmed.
YIELDING = [Strategy.DENY, None, Strategy.DIMINISH, Strategy.REBUILD]
SEVERITY = [Responsibility.VICTIM, Responsibility.ACCIDENTAL, Responsibility.PREVENTABLE]


def advice(verdict, responsibility, history=False, reputation=Reputation.NEUTRAL):
    return advise(verdict, responsibility, history=history, reputation=reputation)


def primary(found):
    rest = [strategy for strategy in found.strategies[2:] if strategy is not Strategy.BOLSTER]
    assert len(rest) <= 1
    return rest[0] if rest else None


def yielding(found):
    return YIELDING.index(primary(found))


@pytest.mark.parametrize(
    ("responsibility", "history", "reputation", "expected"),
    [
        (Responsibility.VICTIM, False, Reputation.NEUTRAL, None),
        (Responsibility.VICTIM, True, Reputation.NEUTRAL, Strategy.DIMINISH),
        (Responsibility.VICTIM, False, Reputation.POOR, Strategy.DIMINISH),
        (Responsibility.ACCIDENTAL, False, Reputation.NEUTRAL, Strategy.DIMINISH),
        (Responsibility.ACCIDENTAL, True, Reputation.NEUTRAL, Strategy.REBUILD),
        (Responsibility.ACCIDENTAL, False, Reputation.POOR, Strategy.REBUILD),
        (Responsibility.PREVENTABLE, False, Reputation.GOOD, Strategy.REBUILD),
        (Responsibility.UNKNOWN, False, Reputation.GOOD, Strategy.REBUILD),
    ],
)
def test_what_is_true_is_answered_by_the_guidelines_of_the_theory(responsibility, history, reputation, expected):
    assert primary(advice(Verdict.TRUE, responsibility, history, reputation)) is expected


@given(**INPUTS)
def test_instructing_and_adjusting_information_always_come_first(verdict, responsibility, history, reputation):
    assert advice(verdict, responsibility, history, reputation).strategies[:2] == INFORMATION


@given(**INPUTS)
def test_only_what_is_false_is_denied(verdict, responsibility, history, reputation):
    if Strategy.DENY in advice(verdict, responsibility, history, reputation).strategies:
        assert verdict in (Verdict.RUMOUR, Verdict.INACCURATE)
        assert responsibility in (Responsibility.UNKNOWN, Responsibility.VICTIM)


@pytest.mark.parametrize("verdict", [Verdict.RUMOUR, Verdict.INACCURATE])
def test_what_is_false_and_not_ours_is_denied(verdict):
    assert primary(advice(verdict, Responsibility.VICTIM)) is Strategy.DENY


@given(**INPUTS)
def test_bolstering_never_stands_alone_and_never_without_goodwill(verdict, responsibility, history, reputation):
    found = advice(verdict, responsibility, history, reputation)
    if Strategy.BOLSTER in found.strategies:
        assert primary(found) is not None
        assert found.strategies[-1] is Strategy.BOLSTER
        assert not history
        assert reputation is Reputation.GOOD
    else:
        assert Strategy.BOLSTER in found.avoid


def test_goodwill_may_be_drawn_on_beside_a_remedy():
    found = advice(Verdict.TRUE, Responsibility.PREVENTABLE, reputation=Reputation.GOOD)
    assert found.strategies == (*INFORMATION, Strategy.REBUILD, Strategy.BOLSTER)


@given(st.booleans(), st.sampled_from(Reputation))
def test_what_was_true_and_preventable_is_always_made_good(history, reputation):
    assert Strategy.REBUILD in advice(Verdict.TRUE, Responsibility.PREVENTABLE, history, reputation).strategies


@given(st.sampled_from(Responsibility), st.booleans(), st.sampled_from(Reputation))
def test_while_nothing_is_known_we_neither_admit_nor_deny(responsibility, history, reputation):
    found = advice(Verdict.PENDING, responsibility, history, reputation)
    assert found.strategies == INFORMATION
    assert {Strategy.DENY, Strategy.DIMINISH, Strategy.REBUILD, Strategy.BOLSTER} <= set(found.avoid)


@given(st.sampled_from(Verdict), st.sampled_from(SEVERITY), st.booleans(), st.sampled_from(Reputation), st.data())
def test_a_worse_input_never_softens_the_response(verdict, responsibility, history, reputation, data):
    worse_responsibility = data.draw(st.sampled_from(SEVERITY[SEVERITY.index(responsibility) :]))
    worse_reputation = data.draw(st.sampled_from(list(Reputation)[list(Reputation).index(reputation) :]))
    worse_history = history or data.draw(st.booleans())
    before = advice(verdict, responsibility, history, reputation)
    after = advice(verdict, worse_responsibility, worse_history, worse_reputation)
    assert yielding(after) >= yielding(before)
    assert SEVERITY.index(after.effective) >= SEVERITY.index(before.effective)


@given(**INPUTS)
def test_nothing_is_advised_and_warned_of_at_once(verdict, responsibility, history, reputation):
    found = advice(verdict, responsibility, history, reputation)
    assert not set(found.strategies) & set(found.avoid)
    assert {Strategy.ATTACK_ACCUSER, Strategy.SCAPEGOAT} <= set(found.avoid)
    assert len(set(found.reasons)) == len(found.reasons)


@given(st.booleans(), st.sampled_from(Reputation))
def test_denial_is_never_mixed_with_yielding(history, reputation):
    found = advice(Verdict.RUMOUR, Responsibility.VICTIM, history, reputation)
    assert {Strategy.DIMINISH, Strategy.REBUILD} <= set(found.avoid)


@pytest.mark.parametrize(
    ("verdict", "responsibility", "flag"),
    [
        (Verdict.RUMOUR, Responsibility.PREVENTABLE, ReasonCode.RUMOUR_BUT_RESPONSIBLE),
        (Verdict.RUMOUR, Responsibility.ACCIDENTAL, ReasonCode.RUMOUR_BUT_RESPONSIBLE),
        (Verdict.INACCURATE, Responsibility.PREVENTABLE, ReasonCode.INACCURATE_BUT_PREVENTABLE),
        (Verdict.PENDING, Responsibility.PREVENTABLE, ReasonCode.RESPONSIBLE_BEFORE_VERDICT),
    ],
)
def test_an_assessment_that_contradicts_itself_is_flagged(verdict, responsibility, flag):
    assert advice(verdict, responsibility).contradictions == (flag,)


def test_an_assessment_that_agrees_with_itself_is_not_flagged():
    assert not advice(Verdict.RUMOUR, Responsibility.VICTIM).contradictions
    assert not advice(Verdict.TRUE, Responsibility.PREVENTABLE, history=True).contradictions


def test_history_and_reputation_lift_once_and_are_named():
    found = advice(Verdict.TRUE, Responsibility.VICTIM, history=True, reputation=Reputation.POOR)
    assert found.effective is Responsibility.ACCIDENTAL
    assert {ReasonCode.LIFTED_BY_HISTORY, ReasonCode.LIFTED_BY_REPUTATION} <= set(found.reasons)


def test_who_was_not_believed_before_is_told_that_a_denial_needs_evidence():
    found = advice(Verdict.RUMOUR, Responsibility.VICTIM, history=True)
    assert ReasonCode.DENIAL_WILL_BE_DOUBTED in found.reasons
