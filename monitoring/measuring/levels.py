"""What a count usually is: quantiles of its past in constant memory, the older the fainter (pure)."""

from math import exp, log
from typing import Any, Self

# Bins per e-fold: a bin for each single count up to about 15, then 6 % wide; about 220 bins reach a million.
_RESOLUTION = 16.0
# Weights grow instead of fading, which is the same and needs no sweep; here they are brought back.
_HEAVIEST = 1e6


class Levels:
    """A histogram of counts, in which a value loses half its weight every `half_life` additions."""

    __slots__ = ("_growth", "_next", "_total", "_weights")

    def __init__(self, half_life: float) -> None:
        self._growth = 2.0 ** (1.0 / half_life)
        self._weights: dict[int, float] = {}
        self._total = 0.0
        self._next = 1.0

    def add(self, count: float, weight: float = 1.0) -> None:
        """Remember one count (≥ 0), as strongly as `weight` says."""
        place = round(_RESOLUTION * log(count + 1.0)) if count else 0
        weights = self._weights
        weight *= self._next
        weights[place] = weights.get(place, 0.0) + weight
        self._total += weight
        self._next *= self._growth
        if self._next > _HEAVIEST:
            self._rescale()

    def quantiles(self, shares: tuple[float, ...]) -> list[float]:
        """For each of the rising `shares`, the count that this share of the past does not exceed; 0 without a past."""
        found: list[float] = []
        passed = 0.0
        for place in sorted(self._weights):
            passed += self._weights[place]
            while len(found) < len(shares) and passed >= shares[len(found)] * self._total:
                found.append(exp(place / _RESOLUTION) - 1.0)
        highest = found[-1] if found else 0.0
        return found + [highest] * (len(shares) - len(found))

    def _rescale(self) -> None:
        factor = 1.0 / self._next
        self._weights = {place: weight * factor for place, weight in self._weights.items() if weight * factor > 1e-6}
        self._total = sum(self._weights.values())
        self._next = 1.0

    def to_json(self) -> dict[str, Any]:
        """A small JSON object from which `from_json` continues (to six digits)."""
        factor = 1.0 / self._next
        return {str(place): float(f"{weight * factor:.6g}") for place, weight in sorted(self._weights.items())}

    @classmethod
    def from_json(cls, data: dict[str, Any], half_life: float) -> Self:
        """What `to_json` wrote."""
        levels = cls(half_life)
        levels._weights = {int(place): float(weight) for place, weight in data.items()}
        levels._total = sum(levels._weights.values())
        return levels
