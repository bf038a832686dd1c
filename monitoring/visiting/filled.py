"""Which fields of a source's posts are filled, and which has ceased to be: what tells a changed layout (pure)."""

from collections.abc import Mapping, Sequence

from monitoring.sources.items import Item

FIELDS = ("title", "text", "author", "published_at", "figures")
USUAL = 0.8  # share of posts from which on a field is expected
ENOUGH = 5  # items that a visit must bring to say anything
_WEIGHT = 0.1
_WEIGHT_OF_LOSS = 0.005  # a field that is gone is expected for some forty visits more, then it is simply not there


def shares_of(items: Sequence[Item]) -> dict[str, float]:
    """The share of `items` in which each field is filled."""
    return {name: sum(bool(getattr(item, name)) for item in items) / len(items) for name in FIELDS} if items else {}


def lost_field(filled: Mapping[str, float], items: Sequence[Item]) -> str:
    """The field that nearly always was filled and is in none of `items`; empty where there is none."""
    if len(items) < ENOUGH:
        return ""
    return next((name for name, now in shares_of(items).items() if not now and filled.get(name, 0.0) >= USUAL), "")


def filled_after(filled: Mapping[str, float], items: Sequence[Item]) -> dict[str, float]:
    """The moving average of the shares after a visit."""
    after = dict(filled)
    for name, now in shares_of(items).items():
        before = filled.get(name, now)
        weight = _WEIGHT_OF_LOSS if not now and before >= USUAL and len(items) >= ENOUGH else _WEIGHT
        after[name] = round(before + weight * (now - before), 4)
    return after
