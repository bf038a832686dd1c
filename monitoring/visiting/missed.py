"""Detail pages that could not be read: asked for again ever more rarely, and after those that were never asked (pure).

Otherwise the pages at the top of a list that are gone for good would take the place of all others at every visit.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from monitoring.sources.items import Item

Missed = Mapping[str, list[float]]  # by address: failures in a row, and from when (epoch seconds) it may be asked again

LONGEST_WAIT = 24 * 3600.0  # seconds
HOPELESS = 8  # failures in a row, after some four hours
MOST_KEPT = 500


def still_wanted(items: Iterable[Item], missed: Missed, now: datetime) -> list[Item]:
    """Those of `items` whose page may be asked for now; what failed least comes first."""
    ready = [item for item in items if _again_at(item, missed) <= now.timestamp()]
    return sorted(ready, key=lambda item: _failures(item, missed))


def after_visit(
    missed: Missed, *, listed: Sequence[str], read: Iterable[str], failed: Iterable[str], now: datetime
) -> dict[str, list[float]]:
    """What is missed after a visit that saw the addresses `listed` (none where its lists had not changed)."""
    gone = set(read) if not listed else {*read, *(set(missed) - set(listed))}
    kept = {address: entry for address, entry in missed.items() if address not in gone}
    for address in failed:
        failures = int(kept.get(address, [0, 0])[0]) + 1
        kept[address] = [failures, now.timestamp() + min(60.0 * 2 ** min(failures - 1, 20), LONGEST_WAIT)]
    return dict(sorted(kept.items(), key=lambda entry: entry[1][1])[:MOST_KEPT])


def has_hope(missed: Missed) -> bool:
    """Whether a page may still come, so that its list must be read again even where it has not changed."""
    return any(failures < HOPELESS for failures, _again in missed.values())


def _failures(item: Item, missed: Missed) -> float:
    return missed.get(item.url, [0, 0])[0]


def _again_at(item: Item, missed: Missed) -> float:
    return missed.get(item.url, [0, 0])[1]
