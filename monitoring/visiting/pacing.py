"""One connection at a time and a breath between two requests: the turn that a visit has with a domain (pure)."""

from dataclasses import dataclass

TOO_MANY = 60.0  # seconds that a 429 without a Retry-After keeps us away from its domain
LONGEST_REST = 24 * 3600.0


def rest_after(*, least: float, asked: float, took: float, luck: float) -> float:
    """Seconds from the end of a request to the next: never less than `least`, than was `asked` for, or than it `took`.

    `luck` in [0, 1) spreads the least by ±25 % of it about 1.25 times. A least of 0 is for machines of one's own, which
    may be asked at once.
    """
    return min(max(least * (1.0 + luck / 2), asked, took if least else 0.0), LONGEST_REST)


@dataclass(slots=True)
class Turn:
    """A domain that one visit holds alone; moments are seconds of the visit's clock."""

    domain: str
    free_at: float
    ended: float | None = None  # when the last request of this visit ended

    def wait(self, now: float, delay: float) -> float:
        """Seconds until the next request may begin, at least `delay` after the one before."""
        asked = self.ended + delay if self.ended is not None else now
        return max(self.free_at, asked) - now if max(self.free_at, asked) > now else 0.0

    def rest(self, now: float, seconds: float) -> None:
        """A request ended `now`: leave the domain in peace for so long."""
        self.ended, self.free_at = now, max(self.free_at, now + seconds)
