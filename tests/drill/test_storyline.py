"""What is said when: the same for everybody who asks, and such that the default rules see a storm rise."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.rules import Situation, default_rules, evaluate
from alerts.tiers import Tier, tier_of
from monitoring.matching import Document, Engine, parse
from monitoring.measuring.surprise import BUCKET_SECONDS, Point, State
from monitoring.text.analysis import analyse
from playbooks.channels import Channel
from sentinel.drill.scenario import CLARIFICATION
from sentinel.drill.storyline import PHASES, Names, Run, SitePost, ends_at, phase, posts_until, topic_query
from tests.drill.runs import NAMES, SCENARIOS, a_run, at_minute

CAPTURED_WITHIN = timedelta(seconds=8)  # 5.5 s between visits, and the sweep
MINUTE = timedelta(minutes=1)
KEYS = sorted(SCENARIOS)
both = pytest.mark.parametrize("key", KEYS)


def whole(post: SitePost) -> str:
    """The text as the crawler will have it, with whom it quotes."""
    return post.text + "".join(f"//@{quote.author}:{quote.text}" for quote in post.quotes)


def mentions(run: Run, until: datetime) -> list[SitePost]:
    """What the drill's topic finds."""
    engine = Engine({1: parse(topic_query(run.scenario, run.names))})
    return [post for post in posts_until(run, until) if engine.match(Document(whole(post), title=post.title))]


def is_sensitive(post: SitePost, names: Names = NAMES) -> bool:
    return any(not hit.negated for hit in analyse(post.title, whole(post), (names.brand,)).sensitive)


def is_negative(post: SitePost) -> bool:
    return analyse(post.title, whole(post)).label == "neg"


@both
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_what_was_said_stays_said_whatever_is_published_later(key: str, data: st.DataObject) -> None:
    minute = data.draw(st.floats(0, 12))
    later = data.draw(st.floats(minute, 14))
    quiet, told = a_run(key), a_run(key, said_at_minute=later)
    before = posts_until(quiet, at_minute(quiet, minute) - timedelta(seconds=1))
    assert posts_until(told, at_minute(told, minute) - timedelta(seconds=1)) == before
    assert [post for post in posts_until(told, at_minute(told, later + 1)) if post in before] == before
    numbers = [post.number for post in posts_until(told, ends_at(told))]
    assert len(numbers) == len(set(numbers))


@both
def test_speed_divides_the_story_and_leaves_the_archive_alone(key: str) -> None:
    slow, fast = a_run(key), a_run(key, speed=4.0)
    assert ends_at(fast) - fast.started_at == (ends_at(slow) - slow.started_at) / 4
    archive = posts_until(slow, slow.started_at)
    assert posts_until(fast, fast.started_at) == archive
    assert archive[0].at < slow.started_at - timedelta(days=6, hours=12)
    story = posts_until(slow, ends_at(slow))[len(archive) :]
    quick = posts_until(fast, ends_at(fast))[len(archive) :]
    assert [(post.number, post.text) for post in quick] == [(post.number, post.text) for post in story]
    assert abs((quick[-1].at - fast.started_at) * 4 - (story[-1].at - slow.started_at)) < timedelta(seconds=1)


@both
def test_seeds_differ_and_one_seed_always_says_the_same(key: str) -> None:
    first, again, other = a_run(key), a_run(key), a_run(key, seed=8)
    end = ends_at(first)
    assert posts_until(first, end) == posts_until(again, end) != posts_until(other, end)


@both
def test_phases_come_in_order(key: str) -> None:
    run = a_run(key, said_at_minute=8.0)
    seen = [phase(run, at_minute(run, tenth / 10)) for tenth in range(-5, 200)]
    assert list(dict.fromkeys(seen)) == list(PHASES)
    silent = a_run(key)
    assert CLARIFICATION not in [phase(silent, at_minute(silent, tenth / 10)) for tenth in range(-5, 200)]
    assert phase(silent, ends_at(silent)) == "over"


def test_a_late_statement_still_has_its_effect_before_the_drill_is_over() -> None:
    run = a_run(said_at_minute=11.5)
    assert ends_at(run) > at_minute(run, 15)
    assert phase(run, at_minute(run, 12.5)) == CLARIFICATION
    assert phase(run, at_minute(run, 14.5)) == "decline"


@both
def test_a_statement_is_told_by_newsroom_and_official_account_and_calms_people(key: str) -> None:
    quiet, told = a_run(key), a_run(key, said_at_minute=5.0)
    official = [post for post in posts_until(told, at_minute(told, 5.0)) if post.is_official]
    assert {post.site for post in official} == {"news", "weibo"}
    assert not any(post.is_official for post in posts_until(quiet, ends_at(quiet)))

    def angry(run: Run) -> int:
        after = [post for post in mentions(run, at_minute(run, 10)) if post.at > at_minute(run, 6)]
        return sum(map(is_negative, after))

    assert angry(told) < 0.6 * angry(quiet)


@pytest.mark.parametrize("channel", Channel)
def test_a_channel_that_the_public_does_not_hear_clarifies_nothing(channel: Channel) -> None:
    run = a_run(said_at_minute=5.0, channel=channel)
    heard = {post.site for post in posts_until(run, ends_at(run)) if post.is_official}
    assert heard == {
        Channel.SITE: {"news"}, Channel.PRESS: {"news"}, Channel.WEIBO: {"weibo"}, Channel.FACEBOOK: {"weibo"},
        Channel.LINE: {"weibo"}, Channel.SERVICE: set(), Channel.SHOP: set(), Channel.INTERNAL: set(),
    }[channel]  # fmt: skip
    assert (phase(run, at_minute(run, 5.5)) == CLARIFICATION) == bool(heard)


@both
def test_silence_is_remarked(key: str) -> None:
    crowds = [crowd for crowd in SCENARIOS[key].crowds if crowd.unless]
    remarks = {wording.text.replace("{brand}", NAMES.brand) for crowd in crowds for wording in crowd.wordings}
    quiet, told = a_run(key), a_run(key, said_at_minute=5.0)
    assert remarks & {post.text for post in posts_until(quiet, ends_at(quiet))}
    assert not remarks & {post.text for post in posts_until(told, ends_at(told))}


@both
@pytest.mark.parametrize("brand", ["曜日乳業", "Northwind Dairy", "大華銀行", 'R&B <乳品> {"台"}'])
def test_the_ordinary_warns_of_nothing_and_the_story_does(key: str, brand: str) -> None:
    names = Names(brand, "月見乳業")
    run = a_run(key, names=names)
    before = posts_until(run, run.started_at + run.scenario.first_complaint - timedelta(microseconds=1))
    assert len(before) > 200
    assert [post.text for post in before if is_sensitive(post, names)] == []
    storm = [post for post in mentions(run, at_minute(run, 5)) if post.at >= run.started_at]
    storm = storm[len([post for post in before if post.at >= run.started_at]) :]
    assert sum(is_sensitive(post, names) for post in storm) > 0.7 * len(storm)
    assert sum(map(is_negative, storm)) > 0.8 * len(storm)


@both
def test_the_ordinary_week_is_not_angry_and_sleeps_at_night(key: str) -> None:
    run = a_run(key)
    week = mentions(run, run.started_at)
    assert sum(map(is_negative, week)) < 0.25 * len(week)
    at_night = [post for post in week if (post.at.hour + 8) % 24 < 6]
    assert 0 < len(at_night) < 0.1 * len(week)


@both
def test_posts_fit_what_a_visit_reads(key: str) -> None:
    run = a_run(key)
    posts = posts_until(run, ends_at(run))
    for site, most in (("weibo", 140), ("forum", 30)):  # even after a minute of refusal
        for minute in range(12):
            begins, ends = at_minute(run, minute), at_minute(run, minute + 1)
            assert sum(post.site == site and begins < post.at <= ends for post in posts) <= most


# --- the tiers, by the rules that every brand begins with


Judged = tuple[SitePost, bool, bool]  # a post, whether it is negative, whether it is sensitive


def bucket_of(post: SitePost) -> int:
    return int(post.at.timestamp() // BUCKET_SECONDS)


def points_of(judged: Iterable[Judged]) -> list[Point]:
    counts: Counter[int] = Counter()
    negative: Counter[int] = Counter()
    for post, is_bad, _ in judged:
        counts[bucket_of(post)] += 1
        negative[bucket_of(post)] += is_bad
    return [Point(bucket * BUCKET_SECONDS, counts[bucket], negative[bucket]) for bucket in sorted(counts)]


def learned(past: Sequence[Judged], settled: float) -> State:
    state = State(since=min([post.at.timestamp() for post, _, _ in past[:1]] + [settled]), with_negative=True)
    for point in points_of(one for one in past if one[0].at.timestamp() < settled):
        state.update(point)
    state.settle(settled)
    return state


def situation(found: Sequence[Judged], now: datetime, state: State, settled: float) -> Situation:
    """A topic's last hour from what was captured."""
    open_bucket = int(now.timestamp() // BUCKET_SECONDS)
    points = points_of(one for one in found if one[0].at.timestamp() >= settled)
    if not points or points[-1].bucket < open_bucket:
        points.append(Point(open_bucket * BUCKET_SECONDS, 0, 0))
    reading = state.peek(points)
    assert reading
    hour = [one for one in found if bucket_of(one[0]) > open_bucket - 12]
    warning = [post for post, _, is_warning in found if is_warning and post.at > now - timedelta(hours=1)]
    return Situation(
        total_1h=len(hour),
        negative_1h=sum(is_bad for _, is_bad, _ in hour),
        sensitive_1h=len(warning),
        authors_1h=len({post.author for post in warning}),
        usual_1h=reading.usual_1h,
        surprise=max(reading.recent, reading.heat),
    )


def course(run: Run, *, learned_from: Sequence[str]) -> dict[Tier, float]:
    """Seconds after the first complaint at which each tier is first seen; negative ones are before it.

    `learned_from` are the sites whose archive was captured when the topic was judged first.
    """
    complaint = run.started_at + run.scenario.first_complaint / run.speed
    judged = [(post, is_negative(post), is_sensitive(post)) for post in mentions(run, complaint + 4 * MINUTE)]
    past = [one for one in judged if one[0].site in learned_from and one[0].at < run.started_at]
    states: dict[float, State] = {}
    first: dict[Tier, float] = {}
    now = run.started_at
    while now < complaint + 4 * MINUTE:
        now += timedelta(seconds=5)
        settled = (now.timestamp() // 3600 - 1) * 3600
        state = states.setdefault(settled, states.get(settled) or learned(past, settled))
        found = [one for one in judged if one[0].at <= now - CAPTURED_WITHIN]
        tier = tier_of([evaluate(rule, situation(found, now, state, settled)) for rule in default_rules()])
        if tier:
            first.setdefault(tier, (now - complaint).total_seconds())
    return first


STARTS = [datetime(2026, 3, 2, 3, 0, 1, tzinfo=UTC), datetime(2026, 3, 7, 14, 57, 40, tzinfo=UTC)]


@both
@pytest.mark.parametrize("started_at", STARTS, ids=["monday-11:00", "saturday-22:57"])
@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("learned_from", [("news", "forum", "weibo"), ("news",)], ids=["all-known", "news-known"])
def test_calm_is_calm_and_the_story_rises_step_by_step(
    key: str, started_at: datetime, seed: int, learned_from: tuple[str, ...]
) -> None:
    seen = course(a_run(key, started_at=started_at, seed=seed), learned_from=learned_from)
    assert list(seen) == [Tier.BLUE, Tier.YELLOW, Tier.ORANGE, Tier.RED]
    assert 0 < seen[Tier.BLUE] <= 20
    assert 60 < seen[Tier.RED] <= 180
