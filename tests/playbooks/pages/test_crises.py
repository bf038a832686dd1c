"""The crisis' pages: the list, the control centre, opening, moving, closing, the log, the team."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from playbooks.models import Crisis
from playbooks.operations.crises import close_crisis, open_crisis, write_note
from sentinel.core.models import AuditEntry
from tests.drill.stage import started
from tests.factories import NOW, Cast, make_tsukimi
from tests.playbooks.stage import make_alert, make_crisis, make_post, make_topic

pytestmark = pytest.mark.django_db
FETCH = {"X-Requested-With": "fetch"}


@pytest.fixture
def client_of_staff(client: Client, cast: Cast) -> Client:
    client.force_login(cast.staff)
    return client


def address(name: str, crisis: Crisis) -> str:
    return reverse(name, args=[crisis.workspace.slug, crisis.pk])


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_without_a_crisis_the_list_says_what_to_do(client_of_staff: Client) -> None:
    assert "沒" in (page := text_of(client_of_staff, "/w/yaori/crises/")) or "No crisis has been opened yet" in page
    assert reverse("board", args=["yaori"]) in page


def test_the_list_shows_open_crises_before_the_closed_and_only_our_own(client_of_staff: Client, cast: Cast) -> None:
    old, new = make_crisis(cast, title="舊案"), make_crisis(cast, title="新案")
    close_crisis(crisis=old, note="已結", by=cast.manager, now=timezone.now())
    make_crisis(make_tsukimi(), title="別家的")
    page = text_of(client_of_staff, "/w/yaori/crises/")
    assert page.index(new.title) < page.index(old.title)
    assert "別家的" not in page


def test_a_claimed_alert_becomes_a_crisis_in_one_step(client_of_staff: Client, cast: Cast) -> None:
    alert = make_alert(cast, make_topic(cast), claimed_by=cast.staff)
    fragment = text_of(client_of_staff, reverse("alert-crisis", args=["yaori", alert.pk]))
    assert f'value="{alert.title}"' in fragment
    answer = client_of_staff.post(reverse("crisis-open", args=["yaori"]), {"alert": alert.pk, "title": "鮮乳異物"})
    crisis = Crisis.objects.get(alert=alert)
    assert answer["Location"] == address("crisis", crisis)
    assert (crisis.title, crisis.level) == ("鮮乳異物", alert.tier)
    assert address("crisis", crisis) in text_of(client_of_staff, reverse("alert-crisis", args=["yaori", alert.pk]))


def test_an_unclaimed_alert_is_claimed_first(client_of_staff: Client, cast: Cast) -> None:
    alert = make_alert(cast, make_topic(cast))
    assert "crisis-title" not in text_of(client_of_staff, reverse("alert-crisis", args=["yaori", alert.pk]))
    answer = client_of_staff.post(reverse("crisis-open", args=["yaori"]), {"alert": alert.pk}, headers=FETCH)
    assert answer.status_code == 409
    assert not Crisis.objects.exists()


def test_the_alert_of_another_workspace_opens_nothing(client_of_staff: Client) -> None:
    theirs = make_tsukimi()
    alert = make_alert(theirs, make_topic(theirs), claimed_by=theirs.staff)
    assert client_of_staff.post(reverse("crisis-open", args=["yaori"]), {"alert": alert.pk}).status_code == 404


def test_a_crisis_by_hand_needs_a_title_and_keeps_what_was_typed(client_of_staff: Client, cast: Cast) -> None:
    answer = client_of_staff.post(reverse("crisis-open", args=["yaori"]), {"level": 3, "summary": "門市來電"})
    assert answer.status_code == 422
    assert "門市來電" in answer.content.decode()
    client_of_staff.post(reverse("crisis-open", args=["yaori"]), {"title": "來電", "level": 3, "summary": "門市來電"})
    assert Crisis.objects.get().level == 3


def test_the_topic_of_another_workspace_cannot_be_chosen(client_of_staff: Client) -> None:
    topic = make_topic(make_tsukimi())
    answer = client_of_staff.post(
        reverse("crisis-open", args=["yaori"]), {"title": "來電", "level": 3, "topic": topic.pk}
    )
    assert answer.status_code == 422


def test_the_situation_counts_the_last_hour_and_links_to_the_same_posts(client_of_staff: Client, cast: Cast) -> None:
    topic, now = make_topic(cast), timezone.now()
    for minutes in (10, 20, 90):
        make_post(cast, at=now - timedelta(minutes=minutes), topic=topic)
    crisis = make_crisis(cast, topic=topic)
    page = text_of(client_of_staff, address("crisis", crisis))
    assert '<b class="num">2</b>' in page
    listed = text_of(client_of_staff, address("crisis-mentions", crisis) + "?hours=1")
    assert listed.count("鮮乳瓶底有黑色薄片") >= 2
    assert address("crisis-mentions", crisis) + "?hours=1" in page


def test_without_a_topic_no_figure_is_shown(client_of_staff: Client, cast: Cast) -> None:
    page = text_of(client_of_staff, address("crisis", make_crisis(cast)))
    assert 'class="pulse course"' not in page


@pytest.mark.parametrize("name", ["crisis", "crisis-team", "crisis-log", "crisis-edit"])
def test_every_page_has_the_frame(client_of_staff: Client, cast: Cast, name: str) -> None:
    crisis = make_crisis(cast)
    page = text_of(client_of_staff, address(name, crisis))
    assert 'class="stage-rail"' in page
    assert crisis.label in page


@pytest.mark.parametrize("name", ["crisis-frame", "crisis-overview", "crisis-side", "measure-list", "holding"])
def test_parts_of_the_page_are_fetched_alone(client_of_staff: Client, cast: Cast, name: str) -> None:
    answer = client_of_staff.get(address(name, make_crisis(cast)), headers=FETCH)
    assert answer.status_code == 200
    assert "<html" not in answer.content.decode()


def test_the_stage_is_moved_by_hand_in_any_direction(client_of_staff: Client, cast: Cast) -> None:
    crisis = make_crisis(cast)
    for stage in ("review", "collect", "act"):
        client_of_staff.post(address("crisis-move", crisis), {"stage": stage})
        crisis.refresh_from_db()
        assert crisis.stage == stage
    assert client_of_staff.post(address("crisis-move", crisis), {"stage": "party"}, headers=FETCH).status_code == 409


def test_a_note_stands_in_the_log_at_once(client_of_staff: Client, cast: Cast) -> None:
    crisis = make_crisis(cast)
    answer = client_of_staff.post(address("crisis-note", crisis), {"text": "檢驗明天中午出來"}, headers=FETCH)
    assert "檢驗明天中午出來" in answer.content.decode()
    assert AuditEntry.objects.get(verb="note").thread == crisis.thread


def test_an_empty_note_is_refused_in_a_sentence(client_of_staff: Client, cast: Cast) -> None:
    answer = client_of_staff.post(address("crisis-note", make_crisis(cast)), {"text": " "}, headers=FETCH)
    assert answer.status_code == 409
    assert answer.content


def test_the_log_can_be_narrowed(client_of_staff: Client, cast: Cast) -> None:
    crisis = make_crisis(cast)
    write_note(crisis=crisis, text="只有我", by=cast.staff, now=timezone.now())
    assert "只有我" in text_of(client_of_staff, address("crisis-log", crisis) + "?group=notes")
    assert "只有我" not in text_of(client_of_staff, address("crisis-log", crisis) + "?group=people")
    assert client_of_staff.get(address("crisis-log", crisis) + "?group=nonsense").status_code == 200


def test_only_a_manager_closes_and_what_is_missing_does_not_stop_it(client: Client, cast: Cast) -> None:
    crisis = make_crisis(cast)
    client.force_login(cast.staff)
    assert client.post(address("crisis-close", crisis), {"note": "好了"}).status_code == 403
    client.force_login(cast.manager)
    page = text_of(client, address("crisis-close", crisis))
    assert 'class="notice"' in page
    assert client.post(address("crisis-close", crisis), {"note": ""}).status_code == 422
    client.post(address("crisis-close", crisis), {"note": "已道歉並補償"})
    crisis.refresh_from_db()
    assert crisis.closed_by == cast.manager
    client.post(address("crisis-reopen", crisis), {"note": "又來了"})
    crisis.refresh_from_db()
    assert crisis.closed_at is None


def test_a_closed_crisis_takes_no_more_work(client_of_staff: Client, cast: Cast) -> None:
    crisis = make_crisis(cast)
    close_crisis(crisis=crisis, note="已結", by=cast.manager, now=timezone.now())
    page = text_of(client_of_staff, address("crisis", crisis))
    assert 'command="show-modal" commandfor="note-dialog"' not in page
    assert address("measure-propose", crisis) not in page
    answer = client_of_staff.post(address("crisis-move", crisis), {"stage": "act"}, headers=FETCH)
    assert answer.status_code == 409


def test_the_commander_takes_over_and_nobody_else_does(client: Client, cast: Cast) -> None:
    crisis = make_crisis(cast)
    client.force_login(cast.staff)
    assert client.post(address("crisis-take-charge", crisis), headers=FETCH).status_code == 409
    client.force_login(cast.manager)
    assert address("crisis-take-charge", crisis) in text_of(client, address("crisis", crisis))
    client.post(address("crisis-take-charge", crisis))
    crisis.refresh_from_db()
    assert crisis.reached_at is not None
    client.post(address("crisis-progress", crisis), {"text": "四家通路已停售"})
    crisis.refresh_from_db()
    assert crisis.progress_at is not None


def test_a_seat_that_is_taken_is_refused_and_what_was_chosen_stays(client_of_staff: Client, cast: Cast) -> None:
    crisis = make_crisis(cast)
    wanted = {"user": cast.admin.pk, "duty": "commander", "department": "品保", "limits": "十萬元"}
    answer = client_of_staff.post(address("team-seat", crisis), wanted)
    assert answer.status_code == 422
    assert "十萬元" in answer.content.decode()
    client_of_staff.post(address("team-seat", crisis), {**wanted, "duty": "spokesperson", "deputy": cast.staff.pk})
    seat = crisis.team.get(duty="spokesperson")
    assert (seat.user, seat.deputy, seat.limits) == (cast.admin, cast.staff, "十萬元")
    client_of_staff.post(reverse("team-unseat", args=["yaori", seat.pk]))
    assert not crisis.team.filter(duty="spokesperson").exists()


def test_somebody_of_another_workspace_gets_no_seat(client_of_staff: Client, cast: Cast) -> None:
    stranger = make_tsukimi().staff
    answer = client_of_staff.post(address("team-seat", make_crisis(cast)), {"user": stranger.pk, "duty": "member"})
    assert answer.status_code == 422


def test_the_navigation_counts_open_crises(client_of_staff: Client, cast: Cast) -> None:
    make_crisis(cast)
    assert '<span class="nav-count">1</span>' in text_of(client_of_staff, "/w/yaori/crises/")


def test_who_commands_is_asked_once_on_a_page_to_take_over(client: Client, cast: Cast) -> None:
    crisis = make_crisis(cast)
    client.force_login(cast.manager)
    for name in ("crisis", "crisis-team"):
        page = client.get(address(name, crisis)).content.decode()
        assert page.count(reverse("crisis-take-charge", args=["yaori", crisis.pk])) == 1


def test_every_entry_of_a_long_log_can_be_reached(
    client_of_staff: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("playbooks.queries.log.PAGE", 4)
    crisis = make_crisis(cast)
    for number in range(10):
        write_note(crisis=crisis, text=f"第 {number} 筆", by=cast.staff, now=NOW + timedelta(minutes=number))
    seen, page = [], address("crisis-log", crisis) + "?group=notes"
    while page:
        shown = client_of_staff.get(page)
        seen += re.findall(r"第 \d 筆", shown.content.decode())
        older = shown.context["older_url"]
        assert older is None or "group=notes" in older
        page = older and address("crisis-log", crisis) + older
    assert seen == [f"第 {number} 筆" for number in reversed(range(10))]
    assert shown.context["newer_url"]


def test_a_crisis_by_hand_can_be_given_its_topic_later_and_counts_from_its_earliest_post(
    client_of_staff: Client, cast: Cast
) -> None:
    topic = make_topic(cast)
    post = make_post(cast, at=timezone.now() - timedelta(hours=2), topic=topic)
    crisis = open_crisis(workspace=cast.workspace, title="手寫", level=3, summary="", by=cast.staff, now=timezone.now())
    edit = address("crisis-edit", crisis)
    assert edit in text_of(client_of_staff, address("crisis-collect", crisis))
    assert "品牌" in text_of(client_of_staff, edit)
    assert client_of_staff.post(edit, {"title": "手寫", "topic": topic.pk}).status_code == 302
    crisis.refresh_from_db()
    assert (crisis.topic, crisis.earliest_post) == (topic, post)
    assert 'name="topic"' not in text_of(client_of_staff, edit)
    other = make_topic(cast, name="另一個", query="月見")
    client_of_staff.post(edit, {"title": "改題", "topic": other.pk})
    crisis.refresh_from_db()
    assert (crisis.title, crisis.topic) == ("改題", topic)


def test_a_real_crisis_is_given_no_topic_of_a_drill(client_of_staff: Client, cast: Cast) -> None:
    drill = started(cast)
    assert drill.topic is not None
    crisis = open_crisis(workspace=cast.workspace, title="真的", level=3, summary="", by=cast.staff, now=timezone.now())
    assert (
        client_of_staff.post(address("crisis-edit", crisis), {"title": "x", "topic": drill.topic.pk}).status_code == 422
    )
    crisis.refresh_from_db()
    assert crisis.topic is None
