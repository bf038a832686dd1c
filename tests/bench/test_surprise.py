"""How early and how quiet the early warning is: NAB's realTweets, simulated crises, speed. Run with `-m bench -s`.

The figures are printed, the loose bounds are what must never be lost. Data and scorers: `SENTINEL_EVAL_DATA`.
"""

import csv
import importlib.util
import json
import os
import random
import statistics
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitoring.measuring.surprise import ALERT_SCORE, BUCKET_SECONDS, Point, State

pytestmark = pytest.mark.bench

DATA = Path(os.environ.get("SENTINEL_EVAL_DATA", Path(__file__).parents[2] / ".." / "shared" / "data"))
ROWS_PER_SERIES_WEEK = 2016


def epoch(text):
    return datetime.strptime(text[:19], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC).timestamp()


def scored(path):
    state, rows = State(), []
    for row in csv.DictReader(path.read_text().splitlines()):
        at = epoch(row["timestamp"])
        rows.append((at, state.update(Point(at, float(row["value"]))).score))
    return rows


@pytest.fixture(scope="module")
def tweets():
    folder = DATA / "tweets"
    if not folder.is_dir():
        pytest.skip("no evaluation data: set SENTINEL_EVAL_DATA to a folder with tweets/")
    windows = json.loads((folder / "windows.json").read_text())
    return {
        path: [(epoch(start), epoch(end)) for start, end in windows[path.stem.split("_")[-1]]["windows"]]
        for path in sorted(folder.glob("*.csv"))
    }


def test_brand_mentions_of_real_companies_are_warned_about_and_ordinary_days_are_quiet(tweets):
    found = total = false = rows = 0
    for path, windows in tweets.items():
        series = scored(path)
        probation = series[min(len(series) * 15 // 100, 750)][0]
        on = [at for at, score in series if score >= ALERT_SCORE and at >= probation]
        total += len(windows)
        found += sum(any(start <= at <= end for at in on) for start, end in windows)
        false += sum(not any(start <= at <= end for start, end in windows) for at in on)
        rows += len(series)
    per_week = false / (rows / ROWS_PER_SERIES_WEEK)
    print(f"\nrealTweets: {found}/{total} labelled windows, {per_week:.2f} false alarms per series-week")
    assert found / total >= 0.9
    assert per_week < 2


def generator():
    pytest.importorskip("numpy", reason="the generator of simulated crises needs numpy")
    path = DATA.parent / "evals" / "hawkes_gen.py"
    if not path.is_file():
        pytest.skip("no generator of simulated crises: evals/hawkes_gen.py beside SENTINEL_EVAL_DATA")
    spec = importlib.util.spec_from_file_location("hawkes_gen", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def counted(times, length):
    counts = [0] * length
    for at in times:
        counts[min(int(at // BUCKET_SECONDS), length - 1)] += 1
    return counts


@pytest.mark.parametrize("with_duplicates", [True, False])
def test_simulated_crises_are_noticed_while_they_grow(with_duplicates):
    gen, days, streams = generator().gen, 21, 6
    length, delays, total, false = days * 288, [], 0, 0
    for seed in range(streams):
        events, labels = gen(seed, days=days)
        columns = [
            counted(events["t"][chosen], length) for chosen in (events["t"] >= 0, events["neg"], events["kind"] == 3)
        ]
        state, on = State(), []
        for bucket, (value, negative, copies) in enumerate(zip(*columns, strict=True)):
            duplicates = copies if with_duplicates else None
            if state.update(Point(bucket * BUCKET_SECONDS, value, negative, None, duplicates)).alert:
                on.append((bucket + 1) * BUCKET_SECONDS)
        total += len(labels)
        hits = [[at for at in on if start <= at <= end] for start, _peak, end in labels]
        delays += [(hit[0] - label[0]) / 60 for hit, label in zip(hits, labels, strict=True) if hit]
        false += len(on) - sum(map(len, hits))
    per_week = false / (streams * days / 7)
    known = "known" if with_duplicates else "unknown"
    print(
        f"\ncrises, duplicates {known}: {len(delays)}/{total}, median delay {statistics.median(delays):.0f} min, "
        f"{per_week:.2f} false alarms per stream-week"
    )
    assert len(delays) / total >= 0.7


def test_speed_of_learning_and_of_asking():
    chance = random.Random(1)
    points = [
        Point(bucket * BUCKET_SECONDS, float(int(chance.gammavariate(2, 5))), float(int(chance.gammavariate(1, 2))))
        for bucket in range(2016)
    ]
    began = time.perf_counter()
    state = State()
    for point in points:
        state.update(point)
    learned = time.perf_counter() - began
    written = json.dumps(state.to_json())
    began = time.perf_counter()
    State.from_json(json.loads(written)).peek([Point(points[-1].at + 300 * step, 9, 3) for step in range(1, 25)])
    asked = time.perf_counter() - began
    print(
        f"\nlearning {len(points) / learned:,.0f} points/s, {learned * 1000:.0f} ms for a week; "
        f"asking {asked * 1000:.2f} ms, state {len(written):,} bytes"
    )
