"""A drill is started, ended and removed: each once, and nothing but the audit and its own row stays behind."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from alerts.models import Rule
from alerts.operations.alerts import claim_alert
from alerts.tiers import Tier
from monitoring.models import AllowedHost, Host, Post, Source, Subscription, Topic, Visit
from monitoring.operations.visits import Report, finish_visit
from playbooks.models import Assessment, Crisis, Plan
from playbooks.operations.crises import close_crisis, open_crisis
from sentinel.core.models import AuditEntry, Membership, User
from sentinel.core.operations import WrongStateError
from sentinel.core.stages import LeaseLostError
from sentinel.drill.models import Drill, ScenarioFile
from sentinel.drill.operations.drills import (
    ENDS_BY_ITSELF_AFTER,
    WAITS_FOR_THE_TEAM,
    end_drill,
    end_what_is_over,
    remove_drill,
)
from sentinel.drill.operations.scenarios import delete_scenario, upload_scenario
from sentinel.drill.queries import choices_of, lines_of, run_of, taken_ports
from sentinel.drill.scenario import ScenarioError
from tests.alerts.stage import outlet, raised
from tests.drill.stage import PORTS, SCENARIO, brought, rows_of_every_table, started
from tests.factories import NOW, Cast, make_tsukimi
from tests.monitoring.stage import MINUTE, SPOILT, item

pytestmark = pytest.mark.django_db
# What a removal leaves: the audit, the drill's own row, and the doorbells, which say nothing and go after a day.
STAYING = {"core_auditentry", "drill_drill", "core_liveevent"}


def verbs(drill: Drill) -> list[str]:
    return list(AuditEntry.objects.in_thread(drill.thread).values_list("verb", flat=True))


def opened(cast: Cast, drill: Drill) -> Crisis:
    """A crisis of the drill with an assessment and a plan that cites it."""
    assert drill.topic is not None
    alert = raised(drill.topic, Tier.RED)
    claim_alert(alert=alert, by=cast.staff, now=NOW + MINUTE)
    crisis = Crisis.objects.create(
        workspace=cast.workspace,
        number=1,
        title="變質",
        topic=drill.topic,
        alert=alert,
        is_drill=True,
        level=1,
        started_at=NOW,
        opened_at=NOW + 2 * MINUTE,
        opened_by=cast.staff,
    )
    assessment = Assessment.objects.create(
        crisis=crisis,
        number=1,
        level=1,
        level_reason="聲量",
        verdict="pending",
        responsibility="unknown",
        made_at=NOW + 3 * MINUTE,
        made_by=cast.staff,
    )
    Plan.objects.create(
        crisis=crisis,
        number=1,
        assessment=assessment,
        created_at=NOW,
        created_by=cast.staff,
        changed_at=NOW,
        changed_by=cast.staff,
    )
    return crisis


def test_a_drill_brings_a_topic_with_rules_private_sources_and_exactly_its_places(cast: Cast) -> None:
    drill = started(cast, speed=4)
    topic = drill.topic
    assert topic is not None
    assert (topic.is_drill, topic.tells_outlets, topic.name) == (True, False, "演練 1：變質鮮乳")
    assert Rule.objects.active().filter(topic=topic).exists()
    sources = Source.objects.filter(pk__in=drill.sources)
    assert {(one.owner_id, one.is_drill, one.interval) for one in sources} == {(cast.workspace.pk, True, 5)}
    assert Visit.objects.open().filter(source__in=drill.sources, due_at=NOW).count() == len(drill.sources) > 0
    assert {one.address for one in AllowedHost.objects.all()} == {f"127.0.0.1:{port}" for port in PORTS.values()}
    run = run_of(drill)
    assert drill.first_complaint_at == NOW + run.scenario.first_complaint / 4
    assert verbs(drill) == ["start-drill"]


def test_one_drill_runs_at_a_time_in_a_workspace_and_others_elsewhere(cast: Cast) -> None:
    started(cast)
    with pytest.raises(WrongStateError, match="running"):
        started(cast)
    elsewhere = make_tsukimi()
    started(elsewhere, ports={site: port + 3 for site, port in PORTS.items()})
    assert taken_ports() == {18391, 18392, 18393, 18394, 18395, 18396}


def test_the_database_refuses_a_second_running_drill(cast: Cast) -> None:
    drill = started(cast)
    drill.pk, drill.number = None, 2
    with pytest.raises(IntegrityError), transaction.atomic():
        drill.save(force_insert=True)


def test_an_edited_file_changes_nothing_of_a_drill_that_runs(cast: Cast) -> None:
    kept = upload_scenario(workspace=cast.workspace, name="自己的.toml", text=SCENARIO, by=cast.manager, now=NOW)
    drill = started(cast, text=kept.text)
    changed = SCENARIO.replace('title = "', 'title = "改過的', 1)
    upload_scenario(workspace=cast.workspace, name="自己的.toml", text=changed, by=cast.manager, now=NOW)
    assert "改過的" not in run_of(drill).scenario.title


def test_ending_closes_what_was_open_and_keeps_what_was_captured(cast: Cast) -> None:
    drill = started(cast)
    brought(drill, item(SPOILT, url="http://127.0.0.1:18391/1"))
    assert end_drill(drill=drill, by=cast.manager, now=NOW + MINUTE)
    assert not AllowedHost.objects.exists()
    assert not Subscription.objects.active().exists()
    assert not Visit.objects.open().filter(due_at__isnull=False).exists()
    assert Topic.objects.get(pk=drill.topic_id).archived_at == NOW + MINUTE
    assert Post.objects.count() == 1
    assert not end_drill(drill=drill, by=cast.manager, now=NOW + 2 * MINUTE)
    assert verbs(drill) == ["start-drill", "end-drill"]


def test_a_drill_ends_by_itself_a_while_after_its_story(cast: Cast) -> None:
    drill = started(cast)
    assert end_what_is_over(now=drill.ends_at + ENDS_BY_ITSELF_AFTER) == 0
    assert end_what_is_over(now=drill.ends_at + ENDS_BY_ITSELF_AFTER + MINUTE) == 1
    drill.refresh_from_db()
    assert drill.ended_at is not None
    assert drill.ended_by is None


def test_a_drill_waits_for_the_team_that_still_works_on_its_crisis(cast: Cast) -> None:
    drill = started(cast)
    assert drill.topic is not None
    crisis = open_crisis(
        workspace=cast.workspace, title="x", level=2, summary="", topic=drill.topic, by=cast.manager, now=NOW
    )
    assert end_what_is_over(now=drill.ends_at + WAITS_FOR_THE_TEAM) == 0
    close_crisis(crisis=crisis, note="", by=cast.manager, now=drill.ends_at)
    assert end_what_is_over(now=drill.ends_at + ENDS_BY_ITSELF_AFTER + MINUTE) == 1


def test_a_crisis_that_is_left_open_does_not_keep_a_drill_for_ever(cast: Cast) -> None:
    drill = started(cast)
    assert drill.topic is not None
    open_crisis(workspace=cast.workspace, title="x", level=2, summary="", topic=drill.topic, by=cast.manager, now=NOW)
    assert end_what_is_over(now=drill.ends_at + WAITS_FOR_THE_TEAM + MINUTE) == 1


def test_removal_leaves_nothing_behind_but_the_audit_and_the_drill_itself(cast: Cast) -> None:
    outlet(cast)
    before = rows_of_every_table()
    drill = started(cast, tells_outlets=True, with_colleagues=True)
    brought(drill, item(SPOILT, url="http://127.0.0.1:18391/1"))
    brought(drill, item(SPOILT + "，已經通報", url="http://127.0.0.1:18391/1"))  # an edit makes a revision
    Host.objects.create(name="127.0.0.1:18391", free_at=NOW)
    opened(cast, drill)
    assert rows_of_every_table() != before
    assert remove_drill(drill=drill, by=cast.manager, now=NOW + 5 * MINUTE)
    after = rows_of_every_table()
    assert {table for table in after if after[table] != before[table]} == STAYING
    drill.refresh_from_db()
    assert (drill.removed_at, drill.removed_by, drill.topic_id) == (NOW + 5 * MINUTE, cast.manager, None)
    assert verbs(drill) == ["start-drill", "end-drill", "remove-drill"]
    assert not remove_drill(drill=drill, by=cast.manager, now=NOW + 6 * MINUTE)


def test_removal_spares_what_is_real_and_what_is_anothers(cast: Cast) -> None:
    theirs = make_tsukimi()
    other = started(theirs, ports={site: port + 3 for site, port in PORTS.items()})
    brought(other, item(SPOILT, url="http://127.0.0.1:18394/1"))
    Crisis.objects.create(
        workspace=cast.workspace, number=9, title="真的", level=2, started_at=NOW, opened_at=NOW, opened_by=cast.staff
    )
    drill = started(cast)
    remove_drill(drill=drill, by=cast.manager, now=NOW + MINUTE)
    assert Crisis.objects.get().title == "真的"
    assert Post.objects.filter(source__in=other.sources).count() == 1
    assert AllowedHost.objects.count() == len(PORTS)


def test_the_report_of_a_removed_drill_is_the_one_it_had(cast: Cast) -> None:
    drill = started(cast)
    opened(cast, drill)
    end_drill(drill=drill, by=cast.manager, now=NOW + 4 * MINUTE)
    drill.refresh_from_db()
    shown = lines_of(drill, NOW + 4 * MINUTE)
    remove_drill(drill=drill, by=cast.manager, now=NOW + 5 * MINUTE)
    drill.refresh_from_db()
    assert lines_of(drill, NOW + timedelta(days=9)) == shown


def test_a_visit_that_is_under_way_while_the_drill_is_removed_stores_nothing(cast: Cast) -> None:
    from monitoring.operations.visits import VISITS

    drill = started(cast)
    visit = VISITS.claim(now=NOW, limit=1)[0]
    remove_drill(drill=drill, by=cast.manager, now=NOW)
    with pytest.raises(LeaseLostError):
        finish_visit(visit=visit, report=Report("ok", items=[item()]), now=NOW)
    assert not Post.objects.exists()


def test_practice_colleagues_cannot_sign_in_and_go_with_the_drill(cast: Cast) -> None:
    drill = started(cast, with_colleagues=True)
    people = User.objects.filter(pk__in=drill.practice.values())
    assert {tuple(m.roles) for m in Membership.objects.filter(user__in=people, is_practice=True)} == {
        ("manager",),
        ("staff",),
    }
    assert not any(person.has_usable_password() for person in people)
    remove_drill(drill=drill, by=cast.manager, now=NOW + MINUTE)
    assert not people.all().exists()


def test_a_practice_colleague_whom_something_real_names_stays_without_membership(cast: Cast) -> None:
    drill = started(cast, with_colleagues=True)
    person = User.objects.get(pk=drill.practice["manager"])
    Crisis.objects.create(
        workspace=cast.workspace, number=9, title="真的", level=2, started_at=NOW, opened_at=NOW, opened_by=person
    )
    remove_drill(drill=drill, by=cast.manager, now=NOW + MINUTE)
    person.refresh_from_db()
    assert person.is_active is False
    assert not Membership.objects.filter(user=person).exists()


# --- scenario files -----------------------------------------------------------------------------


def test_an_own_scenario_stands_beside_those_that_come_with_sentinel(cast: Cast) -> None:
    kept = upload_scenario(workspace=cast.workspace, name="自己的.toml", text=SCENARIO, by=cast.manager, now=NOW)
    assert [choice.file for choice in choices_of(cast.workspace)][-1] == kept
    assert all(choice.file is None for choice in choices_of(make_tsukimi().workspace))
    delete_scenario(file=kept, by=cast.manager, now=NOW)
    assert not ScenarioFile.objects.exists()


def test_a_scenario_with_problems_is_not_kept(cast: Cast) -> None:
    with pytest.raises(ScenarioError):
        upload_scenario(workspace=cast.workspace, name="壞的", text="key = 1", by=cast.manager, now=NOW)
    assert not ScenarioFile.objects.exists()
