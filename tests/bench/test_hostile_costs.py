"""Every kind of input against the whole corpus of hostile ones: 150 MB at most, and 25 seconds of the processor.

Run with `pytest tests/bench/test_hostile_costs.py -m bench -s`. The worst of them are measured in the usual tests too
(`tests/monitoring/visiting/test_hostile_costs.py`), and what was found here has a test of its own where it was mended.
"""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.bench

REPOSITORY = Path(__file__).resolve().parents[2]
GROUPS = {
    "pages and interfaces": ["feed", "sitemap", "listing", "listing, hard selectors", "json", "weibo", "tieba"],
    "with a key": ["youtube", "threads", "preset youtube", "preset threads", "preset weibo-hot", "preset baidu-hot"],
    "before and after": [
        "detect",
        "test feed",
        "test listing",
        "back feed",
        "back listing",
        "again weibo",
        "again json",
    ],
    "messages": ["api", "webhook", "mail", "opml", "definition", "snapshot", "words"],
    "tables": ["csv, its columns", "csv, its rows", "jsonl, its rows", "xlsx, its columns", "xlsx, its rows"],
}


@pytest.mark.parametrize("group", GROUPS)
def test_nothing_that_a_stranger_sends_costs_more_than_it_may(group: str) -> None:
    command = [sys.executable, "-m", "tests.bench.hostile_costs", *GROUPS[group]]
    told = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout
    print(told)
    assert told.count("== ") == len(GROUPS[group])
    assert [line for line in told.splitlines() if line.startswith("!!")] == []
