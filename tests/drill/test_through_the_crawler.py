"""The bar of a drill: its own web, read by the ordinary crawler and judged by the default rules."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from alerts.models import Alert, AlertEvent
from alerts.operations.evaluations import EVALUATIONS
from alerts.operations.rules import create_default_rules
from monitoring.crawler import crawl_round
from monitoring.models import Mention, Post, Source
from monitoring.operations.analyses import ANALYSES
from monitoring.operations.sources import add_source
from monitoring.operations.topics import BACK_MATCHES, create_topic
from sentinel.drill.scenario import builtin_scenarios, read_scenario
from sentinel.drill.sources import free_ports, places, source_definitions
from sentinel.drill.storyline import Names, PublishedStatement, Run, posts_until, topic_query
from sentinel.drill.web import DrillWeb
from tests.drill.runs import STATEMENT
from tests.factories import NOW, Cast, make_yaori

# A visit follows its predecessor after 4.5 to 5.5 s, and the sweep that finds it due looks every 2 s.
STEP = timedelta(seconds=7)
MINUTE = timedelta(minutes=1)
RED, ORANGE, YELLOW, BLUE = 1, 2, 3, 4


class Rehearsal:
    """A drill that is read step by step, at a clock that the test moves."""

    def __init__(self, cast: Cast, run: Run, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
        self.cast, self.run, self.now = cast, run, run.started_at
        monkeypatch.setattr(timezone, "now", lambda: self.now)
        ports = free_ports()
        settings.ALLOWED_PRIVATE_HOSTS = places(ports)
        self.web = DrillWeb(lambda: self.run, ports, clock=lambda: self.now)
        self.first_seen: dict[int, timedelta] = {}
        self.ports = ports

    @property
    def complained_at(self) -> datetime:
        return self.run.started_at + self.run.scenario.first_complaint

    def prepare(self) -> None:
        query = topic_query(self.run.scenario, self.run.names)
        cast, now = self.cast, self.now
        topic = create_topic(workspace=cast.workspace, name="演練", query=query, by=cast.admin, now=now)
        create_default_rules(topic=topic, by=cast.admin, now=now)
        for source in source_definitions(self.run, self.ports):
            add_source(
                workspace=cast.workspace,
                kind=source.kind,
                definition=source.definition,
                url=source.url,
                zone=source.zone,
                interval=source.interval,
                name=source.name,
                retention_days=30,
                by=cast.admin,
                now=now,
            )

    def minute(self, minute: float) -> datetime:
        return self.run.started_at + minute * MINUTE

    def say(self, text: str) -> None:
        statement = PublishedStatement(self.now, text, title="關於鮮乳的說明")
        self.run = replace(self.run, statements=(*self.run.statements, statement))

    def go_on_until(self, moment: datetime, step: timedelta = STEP) -> None:
        while self.now < moment:
            self.now += step
            crawl_round()
            for stage in (BACK_MATCHES, ANALYSES, EVALUATIONS):
                while stage.run(now=self.now):
                    pass
            for tier in Alert.objects.values_list("tier", flat=True):
                self.first_seen.setdefault(tier, self.now - self.complained_at)


@pytest.fixture
def rehearse(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch, settings: Any, request: pytest.FixtureRequest
) -> Iterator[Rehearsal]:
    scenario = read_scenario(builtin_scenarios()[request.param])
    run = Run(scenario, NOW.astimezone(UTC), 1.0, Names("曜日乳業", "月見乳業"), seed=7)
    rehearsal = Rehearsal(make_yaori(), run, monkeypatch, settings)
    assert set(rehearsal.web.start()) == {"news", "forum", "weibo"}
    rehearsal.prepare()
    yield rehearsal
    rehearsal.web.stop()


@pytest.mark.parametrize("rehearse", sorted(builtin_scenarios()), indirect=True)
def test_a_story_is_quiet_before_the_first_complaint_and_red_within_four_minutes(rehearse: Rehearsal) -> None:
    rehearse.go_on_until(rehearse.complained_at - STEP)
    assert not Alert.objects.exists()
    assert Post.objects.count() > 200
    assert set(Source.objects.values_list("outcome", flat=True)) <= {"ok", "unchanged"}

    rehearse.go_on_until(rehearse.complained_at + 3.5 * MINUTE)
    seen = rehearse.first_seen
    assert list(seen) == [BLUE, YELLOW, ORANGE, RED]
    assert seen[BLUE] <= timedelta(seconds=20)
    assert MINUTE < seen[RED] <= 3 * MINUTE
    assert Alert.objects.count() == 1
    assert AlertEvent.objects.filter(kind="opened").count() == 1


@pytest.mark.parametrize("rehearse", ["food-safety"], indirect=True)
def test_a_refusal_is_seen_made_up_for_and_a_statement_is_captured_from_both_places(rehearse: Rehearsal) -> None:
    blocked = rehearse.run.scenario.blocked
    assert blocked
    network = Source.objects.get(kind="weibo")
    rehearse.go_on_until(rehearse.minute(blocked[0] - 0.6), step=MINUTE / 2)
    rehearse.go_on_until(rehearse.minute(blocked[1] - 0.12))
    network.refresh_from_db()
    assert (network.outcome, network.failures) == ("login", 1)

    rehearse.go_on_until(rehearse.minute(blocked[1] + 1.3), step=MINUTE / 4)
    network.refresh_from_db()
    assert (network.outcome, network.failures) == ("ok", 0)
    told = [post for post in posts_until(rehearse.run, rehearse.minute(blocked[1] + 1)) if post.site == "weibo"]
    told = [post for post in told if post.at > rehearse.minute(blocked[0] - 1)]
    assert set(Post.objects.filter(source=network).values_list("author", flat=True)) >= {post.author for post in told}

    rehearse.say(STATEMENT)
    rehearse.go_on_until(rehearse.now + 2 * STEP)
    captured = Post.objects.filter(text__contains=STATEMENT)
    assert sorted(captured.values_list("source__kind", flat=True)) == ["feed", "weibo"]
    assert Mention.objects.filter(post__in=captured).count() == 2
