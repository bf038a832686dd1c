"""From verdict and responsibility to the strategies of a response, with the reasons (pure).

Situational Crisis Communication Theory: W. T. Coombs, "Protecting Organization Reputations During a Crisis: The
Development and Application of Situational Crisis Communication Theory", Corporate Reputation Review 10 (2007), 163–176.
The guidelines of its table 3, as they are used here:

- instructing information (how not to be harmed) and adjusting information (care, what happened, what is being done)
  come first in every crisis; alone they are enough for a victim crisis without history and without a poor reputation;
- diminish for an accident, and for a victim crisis with history or a poor prior reputation;
- rebuild for a preventable crisis, and for an accident with history or a poor prior reputation;
- deny for a rumour or a challenge that does not hold; deny is never mixed with diminish or rebuild;
- bolstering only stands beside another strategy, and draws on goodwill that has to be there already.

Two strategies of the theory, attacking the accuser and the scapegoat, are never advised here.
"""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What is found about what is being said."""

    PENDING = "pending"  # 待查
    TRUE = "true"  # 情況屬實
    INACCURATE = "inaccurate"  # 與事實不符: exaggerated or misunderstood
    RUMOUR = "rumour"  # 惡意謠言


class Responsibility(StrEnum):
    """The crisis cluster: how much of it the public lays at our door."""

    UNKNOWN = "unknown"
    VICTIM = "victim"
    ACCIDENTAL = "accidental"
    PREVENTABLE = "preventable"


class Reputation(StrEnum):
    """How stakeholders were treated before, in their own eyes."""

    GOOD = "good"
    NEUTRAL = "neutral"
    POOR = "poor"


class Strategy(StrEnum):
    """What a response does; the last two are named only to be avoided."""

    INSTRUCTING = "instructing"
    ADJUSTING = "adjusting"
    DENY = "deny"
    DIMINISH = "diminish"
    REBUILD = "rebuild"
    BOLSTER = "bolster"
    ATTACK_ACCUSER = "attack-accuser"
    SCAPEGOAT = "scapegoat"


class ReasonCode(StrEnum):
    """Why the advice is what it is; an edge words it."""

    INFORMATION_FIRST = "information-first"
    PENDING = "pending"
    INFORMATION_ENOUGH = "information-enough"
    ACCIDENT = "accident"
    PREVENTABLE = "preventable"
    TRUE_NOT_JUDGED = "true-not-judged"
    FALSE_CLAIM = "false-claim"
    PARTLY_OURS = "partly-ours"
    LIFTED_BY_HISTORY = "lifted-by-history"
    LIFTED_BY_REPUTATION = "lifted-by-reputation"
    DENIAL_WILL_BE_DOUBTED = "denial-will-be-doubted"
    GOODWILL = "goodwill"
    NO_GOODWILL = "no-goodwill"
    RUMOUR_BUT_RESPONSIBLE = "rumour-but-responsible"
    INACCURATE_BUT_PREVENTABLE = "inaccurate-but-preventable"
    RESPONSIBLE_BEFORE_VERDICT = "responsible-before-verdict"


CONTRADICTIONS = frozenset(
    {
        ReasonCode.RUMOUR_BUT_RESPONSIBLE,
        ReasonCode.INACCURATE_BUT_PREVENTABLE,
        ReasonCode.RESPONSIBLE_BEFORE_VERDICT,
    }
)

_INFORMATION = (Strategy.INSTRUCTING, Strategy.ADJUSTING)
_NEVER = (Strategy.ATTACK_ACCUSER, Strategy.SCAPEGOAT)
_NOT_OURS = frozenset({Responsibility.UNKNOWN, Responsibility.VICTIM})
_LIFTED = {
    Responsibility.VICTIM: Responsibility.ACCIDENTAL,
    Responsibility.ACCIDENTAL: Responsibility.PREVENTABLE,
}


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do, in this order; the responsibility that counts; why; and what would do harm."""

    strategies: tuple[Strategy, ...]
    effective: Responsibility
    reasons: tuple[ReasonCode, ...]
    avoid: tuple[Strategy, ...]

    @property
    def contradictions(self) -> tuple[ReasonCode, ...]:
        """Reasons which say that the assessment does not agree with itself and has to be looked at again."""
        return tuple(reason for reason in self.reasons if reason in CONTRADICTIONS)


def effective_responsibility(
    responsibility: Responsibility, *, history: bool, reputation: Reputation
) -> tuple[Responsibility, tuple[ReasonCode, ...]]:
    """The cluster after the intensifiers: history or a poor reputation lifts it one step, both together no further."""
    lifted = _LIFTED.get(responsibility)
    if lifted is None or not (history or reputation is Reputation.POOR):
        return responsibility, ()
    by_history = (ReasonCode.LIFTED_BY_HISTORY,) if history else ()
    by_reputation = (ReasonCode.LIFTED_BY_REPUTATION,) if reputation is Reputation.POOR else ()
    return lifted, by_history + by_reputation


def advise(
    verdict: Verdict,
    responsibility: Responsibility = Responsibility.UNKNOWN,
    *,
    history: bool = False,
    reputation: Reputation = Reputation.NEUTRAL,
) -> Advice:
    """The strategies that follow. `history`: there were similar crises before.

    Whether a claim may be denied is asked of the responsibility as it was judged, everything else of the lifted one.
    """
    effective, lifts = effective_responsibility(responsibility, history=history, reputation=reputation)
    primary, reasons = _primary(verdict, responsibility, effective)
    doubted = history or reputation is Reputation.POOR
    if primary is Strategy.DENY and doubted:
        reasons += (ReasonCode.DENIAL_WILL_BE_DOUBTED,)
    strategies: tuple[Strategy, ...] = _INFORMATION if primary is None else (*_INFORMATION, primary)
    if primary is not None and not doubted and reputation is Reputation.GOOD:
        strategies += (Strategy.BOLSTER,)
        reasons += (ReasonCode.GOODWILL,)
    elif doubted:
        reasons += (ReasonCode.NO_GOODWILL,)
    return Advice(
        strategies=strategies,
        effective=effective,
        reasons=(ReasonCode.INFORMATION_FIRST, *lifts, *reasons),
        avoid=_avoid(verdict, primary, bolstering=Strategy.BOLSTER in strategies),
    )


def _primary(
    verdict: Verdict, stated: Responsibility, effective: Responsibility
) -> tuple[Strategy | None, tuple[ReasonCode, ...]]:
    if verdict is Verdict.PENDING:
        early = () if stated is Responsibility.UNKNOWN else (ReasonCode.RESPONSIBLE_BEFORE_VERDICT,)
        return None, (ReasonCode.PENDING, *early)
    if verdict is Verdict.TRUE:
        return _owned(effective)
    if stated in _NOT_OURS:
        return Strategy.DENY, (ReasonCode.FALSE_CLAIM,)
    if verdict is Verdict.RUMOUR:
        return None, (ReasonCode.RUMOUR_BUT_RESPONSIBLE,)
    strategy, reasons = _owned(effective)
    flagged = (ReasonCode.INACCURATE_BUT_PREVENTABLE,) if stated is Responsibility.PREVENTABLE else ()
    return strategy, (ReasonCode.PARTLY_OURS, *reasons, *flagged)


def _owned(effective: Responsibility) -> tuple[Strategy | None, tuple[ReasonCode, ...]]:
    """What happened is true. Where nobody has judged the responsibility, we apologise and remedy until somebody has."""
    if effective is Responsibility.VICTIM:
        return None, (ReasonCode.INFORMATION_ENOUGH,)
    if effective is Responsibility.ACCIDENTAL:
        return Strategy.DIMINISH, (ReasonCode.ACCIDENT,)
    unjudged = effective is Responsibility.UNKNOWN
    return Strategy.REBUILD, (ReasonCode.TRUE_NOT_JUDGED if unjudged else ReasonCode.PREVENTABLE,)


def _avoid(verdict: Verdict, primary: Strategy | None, *, bolstering: bool) -> tuple[Strategy, ...]:
    """What would be read as an admission, a denial or an excuse beside the primary strategy."""
    harmful: set[Strategy] = set() if bolstering else {Strategy.BOLSTER}
    if primary is not Strategy.DENY:
        harmful.add(Strategy.DENY)
    if primary in (Strategy.DENY, Strategy.REBUILD) or verdict in (Verdict.PENDING, Verdict.RUMOUR):
        harmful.add(Strategy.DIMINISH)
    if primary is Strategy.DENY or verdict is Verdict.PENDING:
        harmful.add(Strategy.REBUILD)
    return (*(strategy for strategy in Strategy if strategy in harmful), *_NEVER)
