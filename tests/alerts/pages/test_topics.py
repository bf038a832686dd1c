"""Topics: a query is tried on what was captured before it is published, and nobody's work is written over."""

import pytest
from django.utils import timezone

from alerts.models import Rule
from alerts.operations.rules import create_default_rules
from monitoring.models import BackMatch, Topic
from monitoring.operations.topics import archive_topic, publish_version
from monitoring.queries.trials import Misread, Trial, try_query
from sentinel.core.models import AuditEntry
from tests.alerts.stage import raised, watched
from tests.factories import NOW, Cast, make_tsukimi, make_yaori
from tests.monitoring.stage import MINUTE, PRAISE, SPOILT, STRANGER, captured, item, subscribe, watch_brand
from tests.reading import signed_in, text_of

LIST = "/w/yaori/topics/"


@pytest.fixture
def yaori(db: None) -> Cast:
    return make_yaori()


@pytest.fixture
def tsukimi(db: None) -> Cast:
    return make_tsukimi()


def address(topic: Topic, verb: str = "") -> str:
    return f"{LIST}{topic.pk}/{verb}"


# --- trying a query


def test_a_trial_counts_what_would_be_found_against_the_live_version(yaori: Cast) -> None:
    source = subscribe(yaori).source
    captured(source, item(SPOILT, number=1), item(PRAISE, number=2), item(STRANGER, number=3))
    trial = try_query(yaori.workspace, "發霉 | 天氣", live="曜日")
    assert isinstance(trial, Trial)
    run = trial.dry_run
    assert (run.tried, run.found, run.live, run.gained, run.lost) == (3, 2, 2, 1, 1)
    assert run.gained_examples[0].post.text == STRANGER
    assert ("天氣", "hit") in run.gained_examples[0].text
    assert run.lost_examples[0].post.text == PRAISE


def test_a_trial_reads_only_what_the_workspace_reads(yaori: Cast, tsukimi: Cast) -> None:
    captured(subscribe(yaori).source, item(SPOILT))
    trial = try_query(tsukimi.workspace, "曜日")
    assert isinstance(trial, Trial)
    assert (trial.dry_run.tried, trial.dry_run.live) == (0, None)


def test_a_trial_shows_the_newest_examples_first(yaori: Cast) -> None:
    source = subscribe(yaori).source
    for number in range(5):
        captured(source, item(number=number), now=NOW + number * MINUTE)
    trial = try_query(yaori.workspace, "曜日")
    assert isinstance(trial, Trial)
    assert [example.post.url[-1] for example in trial.dry_run.found_examples] == ["4", "3", "2"]


def test_sentences_say_why_they_are_found_or_not(yaori: Cast) -> None:
    client = signed_in(yaori.admin)
    given = {"query": "曜日 (發霉 | 異物) -抽獎", "sentences": "曜日發霉\n曜日抽獎發霉\n曜日好喝"}
    said = text_of(client.post(f"{LIST}test/", given))
    assert "Found: “曜日” stands there; “發霉” stands there" in said
    assert "Not found: the excluded word “抽獎” stands there" in said
    assert "Not found: none of these stands there: 發霉, 異物" in said
    assert "曜日 AND (發霉 OR 異物) AND NOT 抽獎" in said


def test_an_error_says_what_and_where(yaori: Cast) -> None:
    trial = try_query(yaori.workspace, "曜日 (發霉")
    assert isinstance(trial, Misread)
    assert (trial.before, trial.at, trial.after) == ("曜日 ", "(", "發霉")
    response = signed_in(yaori.admin).post(f"{LIST}test/", {"query": "曜日 (發霉"})
    assert "This bracket is never closed. Character 4" in text_of(response)
    assert "曜日 <mark>(</mark>發霉" in response.content.decode()


def test_a_trial_changes_nothing(yaori: Cast) -> None:
    topic = watched(yaori)
    signed_in(yaori.admin).post(f"{LIST}test/?topic={topic.pk}", {"query": "月見"})
    assert topic.versions.count() == 1


def test_another_workspaces_topic_cannot_be_compared_with(yaori: Cast, tsukimi: Cast) -> None:
    topic = watch_brand(tsukimi)
    assert signed_in(yaori.admin).post(f"{LIST}test/?topic={topic.pk}", {"query": "月見"}).status_code == 404


# --- publishing


def test_a_new_topic_gets_rules_and_begins_to_walk(yaori: Cast) -> None:
    given = {"name": "食安", "is_own": "other", "query": "曜日 發霉"}
    response = signed_in(yaori.admin).post(f"{LIST}add/", given, follow=True)
    topic = Topic.objects.get()
    assert "食安 is watched from now on." in text_of(response)
    assert (topic.name, topic.is_own, topic.current.query) == ("食安", False, "曜日 AND 發霉")
    assert Rule.objects.filter(topic=topic).count() == 3
    assert BackMatch.objects.filter(topic_version=topic.current).exists()


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"name": "食安", "query": "曜日 ("}, "This bracket is never closed."),
        ({"name": "食安", "query": "-曜日"}, "This would match nearly every post"),
        ({"name": "", "query": "曜日"}, "field is required"),
        ({"name": "曜日鮮乳", "query": "曜日"}, "Another topic has this name."),
    ],
)
def test_a_new_topic_that_cannot_be_says_why_and_keeps_the_text(
    yaori: Cast, given: dict[str, str], problem: str
) -> None:
    watched(yaori)
    response = signed_in(yaori.admin).post(f"{LIST}add/", {**given, "is_own": "own"})
    assert problem in text_of(response)
    assert response.context["form"]["query"].value() == given["query"]
    assert Topic.objects.count() == 1


def test_publishing_makes_a_version(yaori: Cast) -> None:
    topic = watched(yaori)
    response = signed_in(yaori.admin).post(address(topic, "publish/"), {"query": "曜日 -抽獎", "over": 1}, follow=True)
    topic.refresh_from_db()
    assert "Version 2 is live" in text_of(response)
    assert topic.current.query == "曜日 AND NOT 抽獎"


def test_a_version_that_came_meanwhile_is_not_written_over_unread(yaori: Cast) -> None:
    topic = watched(yaori)
    publish_version(topic=topic, query="曜日 OR 月見", by=yaori.manager, now=NOW)
    client = signed_in(yaori.admin)
    refused = client.post(address(topic, "publish/"), {"query": "曜日 -抽獎", "over": 1})
    assert refused.status_code == 409
    assert "陳志明 published version 2 while you were writing." in text_of(refused)
    assert refused.context["form"]["query"].value() == "曜日 -抽獎"
    assert topic.versions.count() == 2
    # Having read it, the writer publishes over it.
    client.post(address(topic, "publish/"), {"query": "曜日 -抽獎", "over": refused.context["form"]["over"].value()})
    assert topic.versions.count() == 3


def test_going_back_puts_an_earlier_query_into_the_editor_first(yaori: Cast) -> None:
    topic = watched(yaori)
    publish_version(topic=topic, query="月見", by=yaori.admin, now=NOW)
    response = signed_in(yaori.admin).get(address(topic), {"from": "1"})
    assert response.context["form"]["query"].value() == "曜日"
    assert response.context["form"]["over"].value() == 2
    assert "The query of version 1 stands in the editor." in text_of(response)


def test_the_page_shows_rules_versions_and_how_far_the_walk_is(yaori: Cast) -> None:
    topic = watched(yaori, now=timezone.now())
    BackMatch.objects.filter(topic_version=topic.current).update(seen=3200, total=10_000)
    said = text_of(signed_in(yaori.admin).get(address(topic)))
    assert "Matching earlier posts: 3,200 / 10,000" in said
    assert "From posts / h" in said
    assert "3× 5× 10× 25×" in said
    assert "40% 55% 70% 85%" in said
    assert "Version 1" in said
    assert "王淑芬" in said


def test_a_topic_can_be_renamed_archived_and_watched_again(yaori: Cast) -> None:
    topic = watched(yaori)
    client = signed_in(yaori.admin)
    client.post(address(topic, "rename/"), {"name": "鮮乳"})
    client.post(address(topic, "archive/"))
    topic.refresh_from_db()
    assert topic.name == "鮮乳"
    assert topic.archived_at is not None
    assert "1 archived topic" in text_of(client.get(LIST))
    assert "Publish and watch again" in text_of(client.get(address(topic)))
    client.post(address(topic, "publish/"), {"query": "曜日", "over": 1})
    topic.refresh_from_db()
    assert topic.archived_at is None
    assert set(AuditEntry.objects.filter(object_kind="topic").values_list("verb", flat=True)) == {
        "create",
        "publish",
        "rename",
        "archive",
    }


def test_a_name_that_was_taken_meanwhile_keeps_an_archived_topic_archived(yaori: Cast) -> None:
    topic = watched(yaori)
    archive_topic(topic=topic, by=yaori.admin, now=NOW)
    watched(yaori)
    response = signed_in(yaori.admin).post(address(topic, "publish/"), {"query": "曜日", "over": 1})
    assert "Another topic has this name." in text_of(response)
    topic.refresh_from_db()
    assert topic.archived_at is not None


# --- who may


def test_staff_reads_topics_and_changes_none(yaori: Cast) -> None:
    topic = watched(yaori)
    client = signed_in(yaori.staff)
    said = text_of(client.get(address(topic)))
    assert "An admin of this workspace changes the query." in said
    assert "Publish" not in said
    assert "Change " not in said
    assert client.get(LIST).status_code == 200
    for verb in ("publish/", "rename/", "archive/"):
        assert client.post(address(topic, verb), {"query": "x", "name": "x"}).status_code == 403
    assert client.post(f"{LIST}test/", {"query": "x"}).status_code == 403
    assert client.get(f"{LIST}add/").status_code == 403


def test_another_workspaces_topic_does_not_exist(yaori: Cast, tsukimi: Cast) -> None:
    topic = watched(yaori)
    client = signed_in(tsukimi.admin)
    for url in (address(topic), f"/w/tsukimi/topics/{topic.pk}/"):
        assert client.get(url).status_code == 404
    assert client.post(f"/w/tsukimi/topics/{topic.pk}/publish/", {"query": "x"}).status_code == 404


def test_the_list_says_what_is_watched_and_how_much_of_it_there_is(yaori: Cast) -> None:
    now = timezone.now()
    source = subscribe(yaori).source
    watched(yaori, now=now)
    watch_brand(yaori, name="月見乳業", query="月見", is_own=False, now=now)
    captured(source, item(SPOILT, at=now), now=now)
    said = text_of(signed_in(yaori.staff).get(LIST))
    assert "About us 曜日鮮乳 v1 曜日" in said
    assert "volume from 3×, red from 25×" in said
    assert "1 100% negative" in said
    assert "No rule: this topic never alerts" in said
    assert said.index("About us") < said.index("About others")


def test_the_number_of_queries_does_not_grow_with_the_topics(
    yaori: Cast, django_assert_max_num_queries: object
) -> None:
    for number in range(12):
        create_default_rules(topic=watch_brand(yaori, name=f"主題 {number}"), by=yaori.admin, now=NOW)
    client = signed_in(yaori.staff)
    with django_assert_max_num_queries(20):
        client.get(LIST)


# --- the mentions of an alert


def test_an_alerts_mentions_are_its_topics_from_a_day_before_it_opened(yaori: Cast) -> None:
    source, topic = subscribe(yaori).source, watched(yaori)
    captured(
        source,
        item(number=1, at=NOW - 10 * MINUTE),
        item(number=2, at=NOW - 25 * 60 * MINUTE),
        item("天氣", number=3),
    )
    alert = raised(topic)
    client = signed_in(yaori.staff)
    response = client.get(f"/w/yaori/mentions/?alert={alert.pk}&label=neg", follow=True)
    assert response.redirect_chain == [(f"/w/yaori/alerts/{alert.pk}/mentions/?label=neg", 302)]
    assert len(response.context["page"].rows) == 1
    assert "Alert AL-1" in text_of(response)


def test_another_workspaces_alert_has_no_mentions(yaori: Cast, tsukimi: Cast) -> None:
    alert = raised(watched(yaori))
    assert signed_in(tsukimi.staff).get(f"/w/tsukimi/alerts/{alert.pk}/mentions/").status_code == 404
