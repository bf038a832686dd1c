"""Rules over a topic's present: a value against a threshold per tier, always with the figures behind it (pure).

A definition is JSON: `{"kind", "thresholds": {"4": x, "3": x, "2": x, "1": x}, "min_count", "window_minutes": 60}`.
Keys of thresholds are tiers (1 red, the worst); a worse tier asks for more. Kinds:

- `volume`: posts of the last hour as a multiple of a usual hour, from `min_count` posts and only while the surprise of
  the last hour is worth an alert (monitoring.measuring.surprise);
- `negative`: lower bound of the negative share of the last hour (Wilson), from `min_count` posts;
- `sensitive`: posts of the last hour with a sensitive term that is not negated, an author counting twice at most, from
  `min_count` such posts.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf
from typing import Any

from alerts.tiers import Tier
from monitoring.measuring.share import share_of, wilson_lower
from monitoring.measuring.surprise import ALERT_SCORE, VOICES_PER_AUTHOR

KINDS = ("volume", "negative", "sensitive")
WINDOW_MINUTES = 60
# A share lies below 1; a multiple or a count has no bound worth naming but this.
HIGHEST = {"volume": 10_000.0, "negative": 1.0, "sensitive": 100_000.0}
MOST_COUNT = 100_000


class RuleError(ValueError):
    """A definition that cannot work: `problems` maps a field (`thresholds.3` for one threshold) to an English sentence,
    which is a msgid for the edge to translate."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__("; ".join(f"{field}: {problem}" for field, problem in problems.items()))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Situation:
    """A topic's last hour: posts, negative posts, posts with sensitive terms, distinct authors of those sensitive
    posts; posts of a usual hour; and the highest surprise score (0..1, after cool-down) of the hour."""

    total_1h: int = 0
    negative_1h: int = 0
    sensitive_1h: int = 0
    authors_1h: int = 0
    usual_1h: float = 0.0
    surprise: float = 0.0


@dataclass(frozen=True, slots=True)
class Reason:
    """What a rule says, reached or not: `value` against `threshold`, which is that of the tier reached, else of the
    mildest tier. `held_by` says what holds a value back that is high enough: "count" (too few), "surprise" (nothing out
    of the ordinary), or "" for nothing. `params` are the figures behind the value. Plain data, fit for JSON."""

    kind: str
    value: float
    threshold: float
    thresholds: dict[str, float]
    tier: Tier | None
    held_by: str
    params: dict[str, float]
    rule_version: int | None = None

    @property
    def reached(self) -> bool:
        """Whether the rule speaks."""
        return self.tier is not None


def busiest_hour(posts: Sequence[tuple[datetime, bool, Hashable]]) -> tuple[int, int]:
    """The most posts of any 60 minutes that a fresh post belongs to, and how many distinct authors wrote them.

    `posts` are (when, whether it is fresh, author), in order of time.
    """
    window = timedelta(minutes=WINDOW_MINUTES)
    first, fresh, authors = 0, 0, Counter[Hashable]()
    most = (0, 0)
    for last, (when, is_fresh, author) in enumerate(posts):
        fresh += is_fresh
        authors[author] += 1
        while posts[first][0] <= when - window:
            fresh -= posts[first][1]
            authors -= Counter([posts[first][2]])
            first += 1
        if fresh:
            most = max(most, (last - first + 1, len(authors)))
    return most


def default_rules() -> list[dict[str, Any]]:
    """Definitions that suit a brand: quiet on an ordinary day, blue from the first sensitive post."""
    return [
        _definition("volume", (3, 5, 10, 25), min_count=8),
        _definition("negative", (0.4, 0.55, 0.7, 0.85), min_count=10),
        _definition("sensitive", (1, 3, 8, 20), min_count=1),
    ]


def _definition(kind: str, rising: tuple[float, ...], min_count: int) -> dict[str, Any]:
    thresholds = {str(tier.value): threshold for tier, threshold in zip(reversed(Tier), rising, strict=True)}
    return {"kind": kind, "thresholds": thresholds, "min_count": min_count, "window_minutes": WINDOW_MINUTES}


def evaluate(definition: Mapping[str, Any], situation: Situation, rule_version: int | None = None) -> Reason:
    """What a valid `definition` says of the situation."""
    kind, thresholds = definition["kind"], definition["thresholds"]
    value, params = _MEASURES[kind](situation)
    value = round(value, 4)
    counted = params["posts"]
    held_by = ""
    if counted < definition["min_count"]:
        held_by = "count"
    elif kind == "volume" and situation.surprise < ALERT_SCORE:
        held_by = "surprise"
    passed = min((tier for tier in Tier if value >= thresholds[str(tier.value)]), default=None)
    reached = None if held_by else passed
    return Reason(
        kind=kind,
        value=value,
        threshold=thresholds[str((reached or Tier.BLUE).value)],
        thresholds=dict(thresholds),
        tier=reached,
        held_by=held_by if passed else "",
        params={**params, "min_count": definition["min_count"]},
        rule_version=rule_version,
    )


_Measured = tuple[float, dict[str, float]]


def _volume(situation: Situation) -> _Measured:
    # A usual hour is taken to have one post at least, so that a multiple of silence is still a number.
    multiple = situation.total_1h / max(situation.usual_1h, 1.0)
    params = {"posts": situation.total_1h, "usual": round(situation.usual_1h, 1), "surprise": situation.surprise}
    return multiple, params


def _negative(situation: Situation) -> _Measured:
    negative, total = min(situation.negative_1h, situation.total_1h), situation.total_1h
    params = {"posts": total, "negative": negative, "share": round(share_of(negative, total), 4)}
    return wilson_lower(negative, total), params


def _sensitive(situation: Situation) -> _Measured:
    heard = min(situation.sensitive_1h, VOICES_PER_AUTHOR * situation.authors_1h)
    return heard, {"posts": situation.sensitive_1h, "authors": situation.authors_1h}


_MEASURES: dict[str, Callable[[Situation], _Measured]] = {
    "volume": _volume,
    "negative": _negative,
    "sensitive": _sensitive,
}


def validate_definition(definition: object) -> dict[str, Any]:
    """The definition, clean (known fields alone, thresholds as numbers); raises RuleError."""
    if not isinstance(definition, Mapping):
        raise RuleError({"kind": "A rule must be an object"})
    problems: dict[str, str] = {}
    kind = definition.get("kind")
    if kind not in KINDS:
        problems["kind"] = "Choose volume, negative or sensitive"
    thresholds = _thresholds(definition.get("thresholds"), HIGHEST.get(str(kind), MOST_COUNT), problems)
    min_count = definition.get("min_count")
    if not isinstance(min_count, int) or isinstance(min_count, bool) or not 1 <= min_count <= MOST_COUNT:
        problems["min_count"] = "Give a whole number from 1"
    if definition.get("window_minutes", WINDOW_MINUTES) != WINDOW_MINUTES:
        problems["window_minutes"] = "The window is 60 minutes"
    if problems:
        raise RuleError(problems)
    return {"kind": kind, "thresholds": thresholds, "min_count": min_count, "window_minutes": WINDOW_MINUTES}


def _thresholds(given: object, highest: float, problems: dict[str, str]) -> dict[str, float]:
    """The thresholds from blue to red; writes problems down by `thresholds.<tier>`."""
    if not isinstance(given, Mapping):
        problems["thresholds"] = "Give a threshold for each of the four tiers"
        return {}
    clean: dict[str, float] = {}
    below = 0.0
    for tier in reversed(Tier):
        key = str(tier.value)
        value = _positive(given.get(key))
        if value is None:
            problems[f"thresholds.{key}"] = "Give a number above 0"
            continue
        if value > highest:
            problems[f"thresholds.{key}"] = "This can never be reached"
        elif value <= below:
            problems[f"thresholds.{key}"] = "A worse tier needs a higher threshold"
        clean[key] = below = value
    return clean


def _positive(value: object) -> float | None:
    """The value where it is a number above 0."""
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else 0
    return number if 0 < number < inf else None
