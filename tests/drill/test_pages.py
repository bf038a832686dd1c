"""The drill in the browser: choose, start, watch, end, read the report, remove; scenarios as files."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from monitoring.models import Source
from sentinel.core.models import Membership
from sentinel.drill.models import Drill, ScenarioFile
from sentinel.drill.operations.drills import end_drill, remove_drill
from tests.alerts.stage import raised
from tests.drill.stage import SCENARIO, brought, started
from tests.factories import Cast, make_yaori
from tests.monitoring.stage import SPOILT, item

pytestmark = pytest.mark.django_db
CHOSEN = {"scenario": "food-safety", "speed": "2"}


@pytest.fixture
def cast(db: None) -> Cast:
    made = make_yaori()
    for user in (made.staff, made.manager, made.admin):
        user.language = "en"
        user.save()
    return made


def at(name: str, **parts: object) -> str:
    return reverse(name, kwargs={"workspace": "yaori", **parts})


def browser(user: object) -> Client:
    client = Client()
    client.force_login(user)
    return client


def read(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_page_offers_every_scenario_with_what_it_asks_of_the_team(cast: Cast) -> None:
    page = read(browser(cast.manager), at("drill"))
    assert len(re.findall(r'name="scenario"', page)) == 2
    assert "Asked of the team" in page
    assert "Also tell outside outlets" in page
    assert 'name="tells_outlets" ' in page
    assert not re.search(r'name="tells_outlets"[^>]*checked', page)


def test_staff_see_the_page_but_nothing_to_start(cast: Cast) -> None:
    page = read(browser(cast.staff), at("drill"))
    assert "Start the drill" not in page
    assert "A manager or an admin" in page


def test_a_started_drill_stands_on_the_page_and_in_the_banner_of_every_page(cast: Cast) -> None:
    client = browser(cast.admin)
    answer = client.post(at("drill-start"), CHOSEN)
    assert answer.status_code == 302
    drill = Drill.objects.get()
    assert (drill.speed, drill.tells_outlets, drill.practice) == (2.0, False, {})
    page = read(client, at("drill"))
    assert drill.title in page
    assert 'aria-current="step"' in page
    for name in ("board", "mention-list", "topic-list", "source-list"):
        assert 'class="drill-banner"' in read(client, at(name))
    assert 'class="drill-banner"' in client.get(at("drill-banner")).content.decode()
    assert 'class="drill-banner"' not in read(browser(make_elsewhere()), "/w/elsewhere/")


def make_elsewhere() -> object:
    from sentinel.core.permissions import Role
    from tests.factories import join, make_user, make_workspace

    user = make_user("外人")
    join(make_workspace("別處", slug="elsewhere"), user, Role.ADMIN)
    return user


def test_any_speed_within_the_range_can_be_asked_for_and_others_are_refused_in_words(cast: Cast) -> None:
    client = browser(cast.manager)
    for speed in ("", "0.2", "61", "fast", "nan"):
        answer = client.post(at("drill-start"), {**CHOSEN, "speed": "other", "other_speed": speed})
        assert answer.status_code == 422
        assert "field-error" in answer.content.decode()
    assert not Drill.objects.exists()
    client.post(at("drill-start"), {**CHOSEN, "speed": "other", "other_speed": "20", "colleagues": "on"})
    drill = Drill.objects.get()
    assert drill.speed == 20.0
    assert set(drill.practice) == {"manager", "legal"}


def test_a_second_start_is_refused_in_words(cast: Cast) -> None:
    client = browser(cast.manager)
    client.post(at("drill-start"), CHOSEN)
    answer = client.post(at("drill-start"), CHOSEN, follow=True)
    assert "A drill runs already" in answer.content.decode()
    assert Drill.objects.count() == 1


def test_what_belongs_to_a_drill_is_marked_wherever_it_is_shown(cast: Cast) -> None:
    now = timezone.now()
    drill = started(cast, now=now)
    brought(drill, item(SPOILT, url="http://127.0.0.1:18391/1", at=now), now=now)
    assert drill.topic is not None
    alert = raised(drill.topic, now=now)
    client = browser(cast.admin)
    post = Source.objects.get(pk=drill.sources[0]).posts.get()
    pages = [
        at("board"),
        at("alert-preview", alert_id=alert.pk),
        at("mention-list"),
        at("post", post_id=post.pk),
        at("topic-list"),
        at("topic-edit", topic_id=drill.topic.pk),
        at("source-list"),
    ]
    for address in pages:
        without_banner = re.sub(r'<aside class="drill-banner".*?</aside>', "", read(client, address), flags=re.S)
        assert "drill-tag" in without_banner, address


def test_the_board_switches_between_the_real_pulse_and_the_drills(cast: Cast) -> None:
    client = browser(cast.staff)
    assert "pulse-switch" not in read(client, at("board"))
    started(cast, now=timezone.now())
    page = read(client, at("board"))
    assert re.search(r'pulse=drill" aria-current="true"', page)
    page = read(client, at("board") + "?pulse=real")
    assert re.search(r'pulse=real" aria-current="true"', page)


def test_the_empty_board_invites_those_who_may_to_a_drill(cast: Cast) -> None:
    assert "start a drill" in read(browser(cast.manager), at("board"))
    assert "start a drill" not in read(browser(cast.staff), at("board"))


def test_the_fragment_of_a_running_drill_says_when_it_is_over(cast: Cast) -> None:
    drill = started(cast, now=timezone.now())
    client = browser(cast.staff)
    assert "drill-rail" in read(client, at("drill-live"))
    end_drill(drill=drill, by=cast.manager, now=timezone.now())
    assert client.get(at("drill-live")).status_code == 204


def test_ending_leads_to_the_report_and_removing_keeps_it(cast: Cast) -> None:
    client = browser(cast.manager)
    drill = started(cast, now=timezone.now() - timedelta(minutes=9))
    answer = client.post(at("drill-end", drill_id=drill.pk))
    assert answer.headers["Location"] == at("drill-report", drill_id=drill.pk)
    report = read(client, at("drill-report", drill_id=drill.pk))
    assert "not done" in report
    assert "Remove its data" in report
    client.post(at("drill-remove", drill_id=drill.pk))
    report = read(client, at("drill-report", drill_id=drill.pk))
    assert "was removed at" in report
    assert "not done" in report
    assert drill.title in read(client, at("drill"))


def test_past_drills_stand_side_by_side(cast: Cast) -> None:
    now = timezone.now()
    for number in range(3):
        drill = started(cast, now=now - timedelta(hours=number + 1))
        end_drill(drill=drill, by=cast.manager, now=now - timedelta(hours=number + 1) + timedelta(minutes=9))
    remove_drill(drill=drill, by=cast.manager, now=now)
    page = read(browser(cast.staff), at("drill"))
    assert len(re.findall(r'href="/w/yaori/drill/\d+/"', page)) == 3
    assert "data removed" in page


def test_practice_colleagues_are_marked_among_the_people(cast: Cast) -> None:
    started(cast, with_colleagues=True)
    page = read(browser(cast.admin), at("people"))
    assert page.count("a practice colleague, played by Sentinel") == 2
    assert ".invalid" not in page
    assert Membership.objects.filter(workspace=cast.workspace).count() == 5


# --- scenarios as files -------------------------------------------------------------------------


def test_a_scenario_can_be_downloaded_changed_and_uploaded(cast: Cast) -> None:
    client = browser(cast.manager)
    answer = client.get(at("drill-scenario", key="food-safety"))
    assert answer.content.decode() == SCENARIO
    assert 'filename="food-safety.toml"' in answer.headers["Content-Disposition"]
    file = SimpleUploadedFile("自己的.toml", SCENARIO.encode())
    assert client.post(at("drill-scenario-upload"), {"file": file}).status_code == 302
    kept = ScenarioFile.objects.get()
    assert (kept.name, kept.text, kept.uploaded_by) == ("自己的.toml", SCENARIO, cast.manager)
    assert client.get(at("drill-scenario-own", scenario_id=kept.pk)).content.decode() == SCENARIO
    client.post(at("drill-start"), {**CHOSEN, "scenario": f"own-{kept.pk}"})
    assert Drill.objects.get().text == SCENARIO
    client.post(at("drill-scenario-delete", scenario_id=kept.pk))
    assert not ScenarioFile.objects.exists()


def test_every_problem_of_a_file_is_named_at_once_and_the_text_stays(cast: Cast) -> None:
    broken = SCENARIO.replace("minutes = ", "minutes = -").replace("verdict = ", "verdikt = ") + "\n# 我的"
    client = browser(cast.manager)
    answer = client.post(at("drill-scenario-upload"), {"file": SimpleUploadedFile("壞的.toml", broken.encode())})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "minutes" in page
    assert "verdict" in page
    assert "# 我的" in page
    assert not ScenarioFile.objects.exists()
    fixed = client.post(at("drill-scenario-upload"), {"name": "壞的.toml", "text": SCENARIO})
    assert fixed.status_code == 302


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"x" * 600_000])
def test_a_file_that_is_none_is_refused_in_words(cast: Cast, content: bytes) -> None:
    answer = browser(cast.manager).post(at("drill-scenario-upload"), {"file": SimpleUploadedFile("x.toml", content)})
    assert answer.status_code == 422
    assert "field-error" in answer.content.decode()
