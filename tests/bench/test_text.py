"""How fast one post is judged, and what the tables weigh; run with `-m bench -s`."""

import subprocess
import sys
import time

import pytest

from monitoring.text.analysis import analyse
from monitoring.text.sensitive import find_sensitive
from monitoring.text.sentiment import sentiment

NEWS = (
    "曜日乳業昨日召開記者會，說明鮮奶檢驗結果：送驗的十二批產品均未檢出塑化劑，衛生局表示將持續抽驗市售乳品。"
    "另有消費者在論壇發文，指月見乳業的優格喝完拉肚子，業者回應已下架同批號產品，並向消費者道歉。"
    "网友热议鲜奶价格上涨，有人说好喝不贵，也有人说再也不买了，客服电话一直打不通，太失望了。"
)

LOAD = """
import time
def rss(): return int(open("/proc/self/statm").read().split()[1]) * 4 / 1024
def measure(name, work):
    size, started = rss(), time.perf_counter(); work()
    print(f"{name}: {(time.perf_counter() - started) * 1e3:.0f} ms, {rss() - size:.1f} MB")
import monitoring.text.normalise as n; n.simplify("電")
measure("dictionary", lambda: __import__("rjieba"))
import monitoring.text.sentiment as s; measure("sentiment table", s.sentiment_table)
import monitoring.text.sensitive as t; measure("sensitive terms", t.lexicon)
"""


@pytest.mark.bench
@pytest.mark.parametrize("length", [50, 140, 1_000])
def test_items_a_second(length: int) -> None:
    endless = NEWS * (1 + 1_200 // len(NEWS))
    items = [endless[start : start + length] for start in range(0, len(NEWS), 3)] * 3
    for name, work in (
        ("sentiment", sentiment),
        ("find_sensitive", find_sensitive),
        ("analyse", lambda text: analyse("", text)),
    ):
        work(items[0])  # loads the tables
        started = time.process_time()
        for item in items:
            work(item)
        print(f"\n{length} characters, {name}: {len(items) / (time.process_time() - started):.0f} items/s")


@pytest.mark.bench
def test_what_the_tables_cost_to_load() -> None:
    print("\n" + subprocess.run([sys.executable, "-c", LOAD], check=True, capture_output=True, text=True).stdout)
