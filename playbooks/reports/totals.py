"""The figures behind a chart, added up to hours or days (pure)."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from playbooks.reports.handling import Bucket

HOURS_MOST = 36  # rows; beyond, a row is a day


def totals_of(buckets: Sequence[Bucket]) -> tuple[bool, tuple[Bucket, ...]]:
    """Whether the rows are days, and the rows, oldest first; hours without a post at either end are left out."""
    hours = _added(buckets, by_day=False)
    filled = [index for index, row in enumerate(hours) if row.total]
    hours = hours[filled[0] : filled[-1] + 1] if filled else ()
    return (False, hours) if len(hours) <= HOURS_MOST else (True, _added(buckets, by_day=True))


def _added(buckets: Sequence[Bucket], *, by_day: bool) -> tuple[Bucket, ...]:
    def start(bucket: Bucket) -> datetime:
        hour = bucket.at.replace(minute=0, second=0, microsecond=0)
        return hour.replace(hour=0) if by_day else hour

    rows = []
    for at, found in groupby(buckets, key=start):
        group = list(found)
        rows.append(Bucket(at, *(sum(getattr(one, name) for one in group) for name in ("neg", "neu", "pos"))))
    return tuple(rows)
