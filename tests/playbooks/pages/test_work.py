"""My work: what I owe, in the order it presses; nothing of others, of closed crises, of other workspaces."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from playbooks.models import Crisis, Watch
from playbooks.operations.collecting import add_fact
from playbooks.operations.crises import close_crisis, seat
from playbooks.operations.emergency import authorise_holding_text, propose_measure, release_holding
from playbooks.operations.reviewing import add_action
from playbooks.operations.statements import draft_statement, submit_statement
from playbooks.operations.tasks import add_task
from playbooks.queries.work import pressing_count, work_of
from sentinel.core.access import membership_of
from sentinel.core.models import User
from tests.factories import NOW, Cast, make_tsukimi
from tests.playbooks.stage import make_alert, make_crisis, make_submitted, make_topic
from tests.reading import signed_in, text_of

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def groups(user: User, at: Any = NOW) -> dict[str, list[str]]:
    read = work_of(membership_of(user, "yaori"), at)
    return {group.code: [line.text for line in group.lines] for group in read.groups}


def task(crisis: Crisis, owner: User | None, text: str, hours: float | None) -> None:
    due_at = NOW + hours * HOUR if hours is not None else None
    add_task(crisis=crisis, text=text, owner=owner, due_at=due_at, by=crisis.opened_by, now=NOW)


def test_it_is_ordered_by_how_much_it_presses(cast: Cast, crisis: Crisis) -> None:
    for text, hours in (("後天", 40), ("今天", 2), ("逾時", -1), ("沒時間", None)):
        task(crisis, cast.staff, text, hours)
    task(crisis, cast.manager, "別人的", 1)
    assert groups(cast.staff) == {"late": ["逾時"], "today": ["今天"], "later": ["後天"], "undated": ["沒時間"]}
    assert list(groups(cast.staff)) == ["late", "today", "later", "undated"]


def test_the_day_ends_at_midnight_of_the_workspace(cast: Cast, crisis: Crisis) -> None:
    """11:00 in Taipei: 12 hours later is today, 14 hours later is tomorrow."""
    task(crisis, cast.staff, "今天", 12)
    task(crisis, cast.staff, "明天", 14)
    page = signed_in(cast.staff)
    assert page.get("/w/yaori/my-work/").status_code == 200
    with timezone.override("Asia/Taipei"):
        assert groups(cast.staff) == {"today": ["今天"], "later": ["明天"]}


def test_what_waits_for_a_decision_is_the_managers_and_not_the_authors(cast: Cast, crisis: Crisis) -> None:
    make_submitted(cast, crisis)
    own = draft_statement(
        crisis=crisis, kind="update", channel="site", audience="public", language="zh-hant", text="x",
        by=cast.manager, now=NOW,
    )  # fmt: skip
    submit_statement(statement=own, by=cast.manager, now=NOW)
    propose_measure(crisis=crisis, text="停售", by=cast.staff, now=NOW)
    waiting = groups(cast.manager)["now"]
    assert len(waiting) == 2
    assert "停售" in waiting
    assert "now" not in groups(cast.staff)
    waited_for = work_of(membership_of(cast.staff, "yaori"), NOW).waiting
    assert len(waited_for) == 2
    assert all(line.since is not None for line in waited_for)


def test_a_co_signature_is_asked_of_the_signer(cast: Cast, crisis: Crisis) -> None:
    make_submitted(cast, crisis, cast.manager)
    assert any("法務" in text for text in groups(cast.manager)["today"])
    assert "today" not in groups(cast.staff)


def test_facts_actions_looks_back_and_alerts_are_there_too(cast: Cast, crisis: Crisis) -> None:
    fact: dict[str, Any] = {"status": "unknown", "text": "薄片的成分", "correction": "", "source": "", "post": None}
    fact |= {"second_source": "", "is_source_protected": False, "contradiction": "", "due_at": NOW + HOUR}
    add_fact(crisis=crisis, **fact, owner=cast.manager, by=cast.staff, now=NOW)
    add_action(
        crisis=crisis, text="每週檢查", department="", owner=cast.manager, due_on=NOW.date(), by=cast.staff, now=NOW
    )
    Watch.objects.create(crisis=crisis, days=7, due_on=NOW.date() - timedelta(days=2))
    make_alert(cast, make_topic(cast), claimed_by=cast.manager)
    seen = groups(cast.manager)
    assert {"薄片的成分", "每週檢查", "鮮乳瓶底有黑色薄片"} <= set(seen["today"])
    assert len(seen["late"]) == 1


def test_the_next_public_word_is_owed_once_by_who_leads_until_it_is_said(cast: Cast, crisis: Crisis) -> None:
    given = {"duty": "spokesperson", "department": "", "deputy": None, "limits": "", "by": cast.manager, "now": NOW}
    seat(crisis=crisis, user=cast.staff, **given)  # type: ignore[arg-type]
    text = authorise_holding_text(workspace=cast.workspace, language="zh-hant", text="查證中", by=cast.manager, now=NOW)

    def say(channel: str, at: Any, next_at: Any) -> None:
        release_holding(
            crisis=crisis, holding_text=text, text="查證中", channel=channel, audience="public", next_update_at=next_at,
            by=cast.manager, now=at,
        )  # fmt: skip

    say("site", NOW, NOW + HOUR)
    say("facebook", NOW, NOW + HOUR)
    assert len(groups(cast.staff)["today"]) == 1
    say("site", NOW + HOUR, None)
    assert groups(cast.staff) == {}


def test_a_closed_crisis_and_another_workspace_ask_nothing(cast: Cast, crisis: Crisis) -> None:
    task(crisis, cast.staff, "回電", 1)
    theirs = make_tsukimi()
    task(make_crisis(theirs), cast.staff, "別家的", 1)
    close_crisis(crisis=crisis, note="好了", by=cast.manager, now=NOW)
    assert groups(cast.staff) == {}


def test_the_count_in_the_navigation_is_what_the_page_says(
    cast: Cast, crisis: Crisis, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for text, hours in (("後天", 40), ("今天", 2), ("逾時", -1), ("沒時間", None)):
        task(crisis, cast.manager, text, hours)
    make_submitted(cast, crisis, cast.manager)
    propose_measure(crisis=crisis, text="停售", by=cast.staff, now=NOW)
    make_alert(cast, make_topic(cast), claimed_by=cast.manager)
    membership = membership_of(cast.manager, "yaori")
    with django_assert_num_queries(1):
        count = pressing_count(membership, NOW)
    assert count == work_of(membership, NOW).pressing == 6


def test_who_only_configures_owes_nothing_and_is_told_what_would_appear(cast: Cast, crisis: Crisis) -> None:
    task(crisis, cast.admin, "回電", 1)
    page = text_of(signed_in(cast.admin).get("/w/yaori/my-work/"))
    assert "Nothing is yours to do" in page


def test_a_row_leads_to_where_it_is_done_and_one_click_does_it(cast: Cast, crisis: Crisis) -> None:
    task(crisis, cast.staff, "回電", -1)
    client = signed_in(cast.staff)
    page = client.get("/w/yaori/my-work/").content.decode()
    one = crisis.tasks.get()
    assert f"/w/yaori/tasks/{one.pk}/finish/" in page
    client.post(f"/w/yaori/tasks/{one.pk}/finish/", {"back": "work"})
    assert "回電" not in text_of(client.get("/w/yaori/my-work/")).replace("Done: 回電", "")
