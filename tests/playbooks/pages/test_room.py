"""The frame of a crisis: clocks by time left, what is missing, the one thing to do next, for whom."""

from datetime import timedelta

import pytest

from alerts.operations.alerts import claim_alert, raise_alert
from alerts.tiers import Tier
from playbooks.channels import Language
from playbooks.models import Crisis
from playbooks.operations.crises import move_stage, open_crisis_from_alert, take_charge
from playbooks.operations.emergency import authorise_holding_text, release_holding
from playbooks.operations.prefilling import public_language
from playbooks.queries.log import log_of
from playbooks.queries.room import CrisisFrame, crisis_frame
from playbooks.queries.work import work_of
from playbooks.workflow import Stage
from sentinel.core.models import Membership, User
from tests.drill.stage import started
from tests.factories import NOW, Cast
from tests.playbooks.stage import make_crisis, make_submitted

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def frame(crisis: Crisis, user: User, minutes: int = 0) -> CrisisFrame:
    crisis.refresh_from_db()
    return crisis_frame(crisis, Membership.objects.get(user=user), NOW + minutes * MINUTE)


def test_the_overdue_clock_stands_first_and_only_running_ones_are_shown(cast: Cast) -> None:
    crisis = make_crisis(cast)
    shown = frame(crisis, cast.staff, minutes=10).clocks
    assert [clock.kind for clock in shown] == ["reach", "reply", "position"]
    assert [clock.due_at for clock in shown] == sorted(clock.due_at for clock in shown)
    assert shown[0].is_hot
    take_charge(crisis=crisis, by=cast.manager, now=NOW + MINUTE)
    assert "reach" not in [clock.kind for clock in frame(crisis, cast.staff, minutes=10).clocks]


def test_a_holding_statement_is_the_first_reply_and_not_the_position(cast: Cast) -> None:
    crisis = make_crisis(cast)
    text = authorise_holding_text(
        workspace=cast.workspace, language="zh-hant", text="正在查證", by=cast.manager, now=NOW
    )
    release_holding(
        crisis=crisis,
        holding_text=text,
        text="正在查證",
        channel="site",
        audience="public",
        next_update_at=NOW + 90 * MINUTE,
        by=cast.manager,
        now=NOW + 5 * MINUTE,
    )
    read = frame(crisis, cast.staff, minutes=10)
    assert "reply" not in [clock.kind for clock in read.clocks]
    assert {"position", "next-update"} <= {clock.kind for clock in read.clocks}
    assert read.position_due_at == NOW + timedelta(hours=4)


def test_the_commander_is_asked_to_take_over_and_others_are_not(cast: Cast) -> None:
    crisis = make_crisis(cast)
    to_manager, to_staff = frame(crisis, cast.manager).action, frame(crisis, cast.staff).action
    assert to_manager is not None
    assert to_manager.verb == "take-charge"
    assert to_staff is not None
    assert to_staff.verb == ""


def test_a_submitted_plan_is_what_a_manager_decides_next(cast: Cast) -> None:
    crisis = make_crisis(cast)
    take_charge(crisis=crisis, by=cast.manager, now=NOW)
    make_submitted(cast, crisis, cast.admin)
    to_manager, to_author = frame(crisis, cast.manager).action, frame(crisis, cast.staff).action
    assert to_manager is not None
    assert to_author is not None
    assert to_manager.page == to_author.page == "crisis-plan"
    assert to_manager.label != to_author.label
    assert "co-sign" in [clock.kind for clock in frame(crisis, cast.staff).clocks]


def test_an_admin_is_asked_for_nothing(cast: Cast) -> None:
    read = frame(make_crisis(cast), cast.admin)
    assert read.action is None
    assert not read.may_work


def test_what_is_missing_belongs_to_the_stage_of_the_work(cast: Cast) -> None:
    crisis = make_crisis(cast)
    assert "facts" in [gap.code for gap in frame(crisis, cast.staff).gaps]
    move_stage(crisis=crisis, stage=Stage.REVIEW, by=cast.staff, now=NOW)
    read = frame(crisis, cast.staff)
    assert "facts" not in [gap.code for gap in read.gaps]
    assert "facts" in [gap.code for gap in read.open_gaps]
    assert [step.state for step in read.steps] == ["done", "done", "done", "now"]


def test_the_log_counts_all_and_shows_what_weighs(cast: Cast) -> None:
    crisis = make_crisis(cast)
    log = log_of(crisis)
    assert [line.by for line in log.lines] == [cast.staff.name]
    assert log.total == 2
    assert log.weighty == 1


def test_in_a_drill_that_is_told_faster_the_clocks_run_as_fast(cast: Cast) -> None:
    drill = started(cast, speed=4.0, now=NOW)
    assert drill.topic is not None
    alert = raise_alert(topic=drill.topic, tier=Tier.RED, reasons=[], now=NOW)
    assert alert is not None
    assert alert.claim_due_at == NOW + 75 * timedelta(seconds=1)
    claim_alert(alert=alert, by=cast.staff, now=NOW)
    owed = work_of(Membership.objects.get(user=cast.staff), NOW)
    assert [line.due_at for group in owed.groups for line in group.lines] == [NOW + 60 * MINUTE]
    crisis = open_crisis_from_alert(alert=alert, title="", by=cast.staff, now=NOW)
    due = {clock.kind: clock.due_at for clock in frame(crisis, cast.staff).clocks}
    assert due["position"] == NOW + 60 * MINUTE
    assert due["reply"] == NOW + 7.5 * MINUTE


def test_the_workspace_speaks_its_own_language_whatever_its_writer_reads(cast: Cast) -> None:
    User.objects.filter(pk=cast.staff.pk).update(language="en")
    cast.staff.refresh_from_db()
    founder = cast.workspace.memberships.order_by("created_at", "pk")[0].user
    User.objects.filter(pk=founder.pk).update(language="zh-hans")
    assert public_language(cast.workspace, cast.staff) is Language.ZH_HANS
    authorise_holding_text(workspace=cast.workspace, language="zh-hant", text="正在查證", by=cast.manager, now=NOW)
    assert public_language(cast.workspace, cast.staff) is Language.ZH_HANT
