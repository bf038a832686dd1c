"""The live sequence of a workspace has no gap, whoever writes at the same time."""

from datetime import timedelta
from threading import Barrier, Thread
from unittest.mock import patch

import pytest
import redis
from django.db import connection, transaction

from sentinel.core import live
from sentinel.core.live import announce, events_after, forget_old_events, newest_seq
from sentinel.core.models import LiveEvent, Workspace
from sentinel.core.permissions import GRANTS, Permission, Role
from tests.factories import NOW, make_workspace

pytestmark = pytest.mark.django_db
STAFF, ADMIN = GRANTS[Role.STAFF], GRANTS[Role.ADMIN]


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace()


def tell(workspace: Workspace, kind: str = "alert.opened", **fields: object) -> LiveEvent:
    return announce(workspace_id=workspace.pk, kind=kind, now=NOW, **fields)  # type: ignore[arg-type]


def test_events_are_numbered_from_one_in_each_workspace(workspace: Workspace) -> None:
    other = make_workspace("月見乳業", slug="tsukimi")
    assert [tell(workspace).seq, tell(workspace).seq, tell(other).seq] == [1, 2, 1]
    assert newest_seq(workspace.pk) == 2


def test_a_transaction_that_is_rolled_back_leaves_no_gap(workspace: Workspace) -> None:
    tell(workspace)
    with transaction.atomic():
        tell(workspace)
        transaction.set_rollback(True)
    assert tell(workspace).seq == 2


@pytest.mark.django_db(transaction=True)
def test_writers_at_once_leave_no_gap_and_become_visible_in_order(workspace: Workspace) -> None:
    start, each = Barrier(3), 15
    seen: list[list[int]] = []

    def write() -> None:
        start.wait()
        try:
            for _number in range(each):
                with transaction.atomic():
                    tell(workspace)
        finally:
            connection.close()

    def read() -> None:
        start.wait()
        try:
            while not seen or len(seen[-1]) < 2 * each:
                seen.append(list(LiveEvent.objects.order_by("seq").values_list("seq", flat=True)))
        finally:
            connection.close()

    threads = [Thread(target=write), Thread(target=write), Thread(target=read)]
    with patch.object(live, "publish"):
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    for numbers in seen:
        assert numbers == list(range(1, len(numbers) + 1))  # never 1, 3 while 2 is still on its way


def test_nothing_is_published_before_the_commit(workspace: Workspace, django_capture_on_commit_callbacks) -> None:  # type: ignore[no-untyped-def]
    with patch.object(live, "publish") as publish:
        with django_capture_on_commit_callbacks(execute=True):
            tell(workspace, object_id=4, tier=1, counts={"open": 3})
            publish.assert_not_called()
        (message,) = publish.call_args.args
    assert message["workspace"] == workspace.pk
    assert (message["seq"], message["kind"], message["id"], message["tier"], message["counts"]) == (
        1,
        "alert.opened",
        4,
        1,
        {"open": 3},
    )


def test_a_broker_that_is_away_is_no_error() -> None:
    with patch.object(live, "broker", return_value=redis.Redis(port=1, socket_connect_timeout=0.2)):
        live.publish({"workspace": 1})


def test_a_reconnecting_browser_gets_what_it_missed_and_may_see(workspace: Workspace) -> None:
    for permission in (Permission.VIEW, Permission.EDIT_OUTLETS, Permission.VIEW):
        tell(workspace, permission=permission)
    assert [event.seq for event in events_after(workspace.pk, 1, STAFF)[0]] == [3]
    assert [event.seq for event in events_after(workspace.pk, 1, ADMIN)[0]] == [2, 3]
    assert events_after(workspace.pk, 3, STAFF) == ([], False)


def test_who_missed_more_than_is_kept_loads_the_page_again(workspace: Workspace) -> None:
    for _number in range(3):
        tell(workspace)
    LiveEvent.objects.filter(seq=1).update(at=NOW - timedelta(hours=25))
    assert forget_old_events(now=NOW) == 1
    assert events_after(workspace.pk, 0, STAFF) == ([], True)
    assert len(events_after(workspace.pk, 1, STAFF)[0]) == 2


def test_who_knows_more_than_there_is_loads_the_page_again(workspace: Workspace) -> None:
    tell(workspace)  # as after a restored backup
    assert events_after(workspace.pk, 9, STAFF) == ([], True)


def test_who_missed_too_much_loads_the_page_again(workspace: Workspace) -> None:
    with patch.object(live, "MOST_CAUGHT_UP", 2):
        for _number in range(3):
            tell(workspace)
        assert events_after(workspace.pk, 0, STAFF) == ([], True)
        assert len(events_after(workspace.pk, 1, STAFF)[0]) == 2


def test_a_workspace_without_events_is_at_zero(workspace: Workspace) -> None:
    assert newest_seq(workspace.pk) == 0
    assert events_after(workspace.pk, 0, STAFF) == ([], False)


def test_two_installations_on_one_broker_do_not_hear_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    channels = set()
    for number in (3, 4):
        server = redis.Redis.from_url(f"redis://broker.invalid/{number}")
        monkeypatch.setattr(live, "broker", lambda server=server: server)
        channels.add(live.channel())
    assert len(channels) == 2
