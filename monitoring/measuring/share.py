"""What a share is worth when few were counted (pure)."""

from math import sqrt

# Normal quantile of a one-sided 95 % bound, near enough: nineteen times in twenty the true share is higher.
CONFIDENCE_Z = 1.645


def wilson_lower(part: int, whole: int, z: float = CONFIDENCE_Z) -> float:
    """Lower bound 0..1 of the share `part / whole` that is really there (Wilson 1927, score interval).

    1 of 1 is no proof (0.27), 20 of 20 is (0.88). 0 where nothing was counted; ValueError unless 0 ≤ part ≤ whole.
    """
    if not 0 <= part <= whole:
        raise ValueError(f"{part} of {whole} is no share")
    if part == 0:
        return 0.0
    share, z_squared = part / whole, z * z
    spread = z * sqrt(share * (1.0 - share) / whole + z_squared / (4.0 * whole * whole))
    return (share + z_squared / (2.0 * whole) - spread) / (1.0 + z_squared / whole)


def share_of(part: int, whole: int) -> float:
    """The plain share 0..1; 0 where nothing was counted."""
    return part / whole if whole else 0.0


def net_sentiment(positive: int, negative: int, whole: int) -> float:
    """Positive minus negative as a share of all, -1..1; 0 where nothing was counted."""
    return (positive - negative) / whole if whole else 0.0
