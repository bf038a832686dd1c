"""The review: what happened, what it did, why, and the lesson back in the early warning, linked both ways."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from alerts.models import Rule
from alerts.operations.rules import create_default_rules
from monitoring.models import Measure, Topic
from playbooks.models import CorrectiveAction, Crisis, Review, Statement, Watch
from playbooks.operations.crises import close_crisis
from playbooks.operations.emergency import authorise_holding_text, release_holding
from playbooks.operations.reviewing import add_action, save_review
from playbooks.queries.reviewing import effects_of, span_of
from sentinel.core.models import Membership
from tests.factories import NOW, Cast
from tests.playbooks.stage import make_crisis, make_topic
from tests.reading import signed_in, text_of

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def topic(cast: Cast) -> Topic:
    return make_topic(cast)


@pytest.fixture
def crisis(cast: Cast, topic: Topic) -> Crisis:
    return make_crisis(cast, topic=topic)


def review(crisis: Crisis, rest: str = "") -> str:
    return f"/w/yaori/crises/{crisis.pk}/review/{rest}"


def lesson(crisis: Crisis, cast: Cast, **fields: Any) -> CorrectiveAction:
    given: dict[str, Any] = {"text": "加入「薄片」", "department": "pr", "owner": cast.staff, "due_on": None, **fields}
    return add_action(crisis=crisis, **given, by=cast.staff, now=NOW)


def publish(crisis: Crisis, cast: Cast, at: Any) -> Statement:
    text = authorise_holding_text(workspace=cast.workspace, language="zh-hant", text="查證中", by=cast.manager, now=NOW)
    return release_holding(
        crisis=crisis, holding_text=text, text="查證中", channel="site", audience="public", next_update_at=None,
        by=cast.manager, now=at,
    )  # fmt: skip


def written(**fields: Any) -> dict[str, Any]:
    given = {"revision": 0, "cause": "墊片老化", "department": "production", "department_note": "三號線"}
    return {**given, "went_well": "快", "went_badly": "慢", **fields}


# --- the measured effect


def test_volume_and_negative_share_stand_before_and_after_an_action(cast: Cast, crisis: Crisis, topic: Topic) -> None:
    for minutes, total, negative in ((-30, 40, 30), (-10, 60, 45), (10, 50, 25), (40, 30, 15)):
        Measure.objects.create(topic=topic, bucket=NOW + minutes * MINUTE, total=total, negative=negative)
    publish(crisis, cast, NOW)
    (row,) = effects_of(crisis, NOW + 90 * MINUTE, 60 * MINUTE)
    assert row.found is not None
    assert (row.found.volume_before, row.found.volume_after) == (100, 80)
    assert (row.found.negative_share_before, row.found.negative_share_after) == (0.75, 0.5)
    assert (row.state, row.is_running) == ("", False)


def test_it_says_why_it_cannot_be_compared(cast: Cast, crisis: Crisis) -> None:
    publish(crisis, cast, NOW)
    (running,) = effects_of(crisis, NOW + 20 * MINUTE, 60 * MINUTE)
    assert running.is_running
    (nothing,) = effects_of(crisis, NOW + 90 * MINUTE, 60 * MINUTE)
    assert nothing.state
    assert not nothing.is_running
    Crisis.objects.filter(pk=crisis.pk).update(topic=None)
    (uncounted,) = effects_of(Crisis.objects.get(pk=crisis.pk), NOW + 90 * MINUTE, 60 * MINUTE)
    assert uncounted.found is None
    assert uncounted.state


def test_the_page_never_calls_it_a_cause(cast: Cast, crisis: Crisis) -> None:
    publish(crisis, cast, NOW)
    assert "a sequence in time, not a proof of cause" in text_of(signed_in(cast.staff).get(review(crisis)))


def test_the_course_runs_from_the_opening(cast: Cast, crisis: Crisis) -> None:
    publish(crisis, cast, NOW + MINUTE)
    page = text_of(signed_in(cast.staff).get(review(crisis)))
    assert page.index("Crisis opened") < page.index("Published Website")


# --- cause and lessons


def test_a_department_is_responsible_and_never_a_person(cast: Cast, crisis: Crisis) -> None:
    client = signed_in(cast.staff)
    assert client.post(review(crisis, "save/"), written(department=cast.staff.name)).status_code == 422
    client.post(review(crisis, "save/"), written())
    assert Review.objects.get().department == "production"
    assert "Production" in text_of(client.get(review(crisis)))


def test_two_who_write_at_once_keep_both_texts(cast: Cast, crisis: Crisis) -> None:
    save_review(crisis=crisis, **written(cause="清洗不足"), by=cast.manager, now=NOW)
    client = signed_in(cast.staff)
    answer = client.post(review(crisis, "save/"), written(cause="墊片老化"))
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "墊片老化</textarea>" in page.replace("\n墊片", "墊片")
    assert "<del>" in page
    assert Review.objects.get().cause == "清洗不足"
    client.post(review(crisis, "save/"), written(cause="墊片老化", revision=1))
    assert Review.objects.get().cause == "墊片老化"


def test_a_script_saves_and_is_told_the_revision_or_the_refusal(cast: Cast, crisis: Crisis) -> None:
    client = signed_in(cast.staff)
    fetch = {"X-Requested-With": "fetch"}
    assert client.post(review(crisis, "save/"), written(), headers=fetch).content == b"1"
    late = client.post(review(crisis, "save/"), written(cause="別的"), headers=fetch)
    assert late.status_code == 409
    assert Review.objects.get().cause == "墊片老化"


def test_an_admin_reads_and_does_not_write(cast: Cast, crisis: Crisis) -> None:
    client = signed_in(cast.admin)
    assert "data-review" not in client.get(review(crisis)).content.decode()
    assert client.post(review(crisis, "save/"), written()).status_code == 403


# --- corrective actions


def test_an_action_past_its_day_is_marked(cast: Cast, crisis: Crisis) -> None:
    lesson(crisis, cast, due_on=(timezone.now() - timedelta(days=3)).date())
    assert "1 overdue" in text_of(signed_in(cast.staff).get(review(crisis)))


def test_an_action_is_done_only_with_what_shows_it(cast: Cast, crisis: Crisis) -> None:
    action = lesson(crisis, cast)
    client = signed_in(cast.staff)
    assert client.post(f"/w/yaori/actions/{action.pk}/finish/", {"result": " "}).status_code == 422
    client.post(f"/w/yaori/actions/{action.pk}/finish/", {"result": "表單 7"})
    assert "表單 7" in text_of(client.get(review(crisis)))


def test_who_may_not_edit_topics_is_told_so_in_words(cast: Cast, crisis: Crisis, topic: Topic) -> None:
    action = lesson(crisis, cast)
    client = signed_in(cast.staff)
    page = text_of(client.get(f"/w/yaori/actions/{action.pk}/topic/?topic={topic.pk}"))
    assert "An admin can give you that role" in page
    given = {"topic": topic.pk, "query": "曜日 | 薄片", "over": 1}
    assert client.post(f"/w/yaori/actions/{action.pk}/topic/", given).status_code == 403


def test_a_lesson_becomes_a_keyword_linked_both_ways(cast: Cast, crisis: Crisis, topic: Topic) -> None:
    action = lesson(crisis, cast)
    Membership.objects.filter(user=cast.staff).update(roles=["staff", "admin"])
    client = signed_in(cast.staff)
    where = f"/w/yaori/actions/{action.pk}/topic/"
    assert client.post(where, {"topic": topic.pk, "query": "((", "over": 1}).status_code == 422
    client.post(where, {"topic": topic.pk, "query": "曜日 | 薄片", "over": 1})
    topic.refresh_from_db()
    assert topic.current is not None
    assert topic.current.number == 2
    assert "Keyword: 品牌 v2" in text_of(client.get(review(crisis)))
    back = client.get(f"/w/yaori/topics/{topic.pk}/actions/")
    assert "From corrective action CR-0001 · 1" in text_of(back)
    assert review(crisis) in back.content.decode()
    late = client.post(where, {"topic": topic.pk, "query": "曜日 | 異物", "over": 1})
    assert late.status_code == 409
    assert "異物" in late.content.decode()


def test_a_lesson_becomes_a_rule_linked_both_ways(cast: Cast, crisis: Crisis, topic: Topic) -> None:
    create_default_rules(topic=topic, by=cast.admin, now=NOW)
    rule = Rule.objects.get(topic=topic, kind="volume")
    action = lesson(crisis, cast)
    Membership.objects.filter(user=cast.staff).update(roles=["staff", "admin"])
    client = signed_in(cast.staff)
    given = {"rule": rule.pk, "over": 1, "min_count": 5, **{f"threshold_{tier}": 10 / tier for tier in (1, 2, 3, 4)}}
    client.post(f"/w/yaori/actions/{action.pk}/rule/", given)
    rule.refresh_from_db()
    assert rule.current is not None
    assert rule.current.definition["min_count"] == 5
    assert "From corrective action CR-0001 · 1" in text_of(client.get(f"/w/yaori/rules/{rule.pk}/actions/"))


# --- looks back


def test_a_relapse_offers_to_open_it_again(cast: Cast, crisis: Crisis) -> None:
    close_crisis(crisis=crisis, note="好了", by=cast.manager, now=NOW)
    watch = Watch.objects.filter(crisis=crisis).earliest("days")
    client = signed_in(cast.manager)
    assert client.post(f"/w/yaori/watches/{watch.pk}/check/", {"outcome": "maybe"}).status_code == 302
    client.post(f"/w/yaori/watches/{watch.pk}/check/", {"outcome": "relapse", "note": "論壇又起"})
    watch.refresh_from_db()
    assert (watch.outcome, watch.checked_by) == ("relapse", cast.manager)
    page = signed_in(cast.manager).get(review(crisis))
    assert "論壇又起" in text_of(page)
    assert f"/w/yaori/crises/{crisis.pk}/close/" in page.content.decode()


def test_how_long_before_and_after_can_be_chosen_and_is_short_in_a_drill(cast: Cast, crisis: Crisis) -> None:
    assert [span_of(crisis, asked) for asked in ("", "15", "240", "17", "x")] == [60, 15, 240, 60, 60]
    crisis.is_drill = True
    assert [span_of(crisis, asked) for asked in ("", "60")] == [15, 60]
