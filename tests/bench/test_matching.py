"""How fast posts are matched; run with `-m bench -s`."""

import random
import time
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

from monitoring.matching import Document, Engine, Query, parse
from monitoring.matching.folding import Folded
from tests.monitoring.matching import naive

TOPICS = 1_000


@cache
def vocabulary() -> tuple[list[str], list[int]]:
    """jieba's words of two to four characters, with their frequencies."""
    lines = (Path(find_spec("jieba").origin).parent / "dict.txt").read_text(encoding="utf-8").splitlines()
    entries = [line.split() for line in lines]
    words = [(word, int(count)) for word, count, _ in entries if 2 <= len(word) <= 4]
    return [word for word, _ in words], [count for _, count in words]


def topics(rng: random.Random) -> dict[int, Query]:
    """A name or its alias, any of four matters, and an exclusion: 7,000 words in all."""
    words, counts = vocabulary()
    rare = [word for word, count in zip(words, counts, strict=True) if 5 <= count <= 500]
    usual = [word for word, count in zip(words, counts, strict=True) if 500 < count <= 5_000]
    return {
        number: parse(f"({'|'.join(rng.sample(rare, 2))}) + ({'|'.join(rng.sample(usual, 4))}) - {rng.choice(rare)}")
        for number in range(TOPICS)
    }


def documents(rng: random.Random, length: int, count: int) -> list[Document]:
    words, counts = vocabulary()
    stream = rng.choices(words, counts, k=100_000)
    parts = ["".join(stream[start : start + 4]) for start in range(0, len(stream), 4)]
    return [Document("，".join(rng.choices(parts, k=1 + length // 8))[:length]) for _ in range(count)]


def per_second(work, items) -> float:
    started = time.process_time()
    for item in items:
        work(item)
    return len(items) / (time.process_time() - started)


@pytest.mark.bench
@pytest.mark.parametrize(("length", "count"), [(140, 20_000), (1_000, 3_000)])
def test_posts_a_second(length: int, count: int) -> None:
    rng = random.Random(7)
    started = time.process_time()
    queries = topics(rng)
    parsed = time.process_time()
    engine = Engine(queries)
    built = time.process_time()
    posts = documents(rng, length, count)
    print(f"\n{TOPICS} topics: parsed in {parsed - started:.2f} s, engine built in {built - parsed:.2f} s")
    matched = sum(len(engine.match(post)) for post in posts)
    print(f"{length} characters: {matched / count:.3f} topics a post")
    print(f"  match: {per_second(engine.match, posts):,.0f} posts/s")
    print(f"  find words only: {per_second(engine.evidence, posts):,.0f} posts/s")
    print(f"  fold only: {per_second(Folded, [post.text for post in posts]):,.0f} posts/s")


@pytest.mark.bench
def test_the_engine_is_much_faster_than_reading_query_by_query_and_finds_the_same() -> None:
    rng = random.Random(8)
    queries = dict(list(topics(rng).items())[:100])
    engine = Engine(queries)
    posts = documents(rng, 140, 10)
    started = time.process_time()
    slowly = [[key for key, query in queries.items() if naive.holds(query.root, post)] for post in posts]
    slow = time.process_time() - started
    quickly = [list(engine.match(post)) for post in posts]
    assert quickly == slowly
    quick = len(posts) / per_second(engine.match, posts)
    print(f"\n{slow / quick:,.0f} times as fast as query by query")
    assert slow > 20 * quick
