"""Work is claimed in batches: nothing lost, nothing twice, one bad row never stops the rest."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.apps.registry import Apps
from django.db import OperationalError, connection, models, transaction
from django.utils import timezone

from sentinel.core.models import AuditEntry, StageRow, Workspace
from sentinel.core.operations import release_parked
from sentinel.core.stages import LeaseLostError, Stage, _stages, all_stages, retry_delay
from tests.factories import NOW, make_tsukimi, make_yaori


class Chore(StageRow):
    """A row to work off, for these tests alone."""

    name = models.CharField(max_length=20)
    done = models.IntegerField(default=0)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, null=True, related_name="+", db_constraint=False)

    class Meta(StageRow.Meta):
        app_label = "core"
        apps = Apps()  # its own registry, so that no other test meets the table


@pytest.fixture(scope="module", autouse=True)
def _table(django_db_setup: None, django_db_blocker: object) -> Iterator[None]:
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        with connection.schema_editor() as editor:
            editor.create_model(Chore)
        yield
        with connection.schema_editor() as editor:
            editor.delete_model(Chore)


@pytest.fixture(autouse=True)
def _clean(db: None) -> Iterator[None]:
    before = dict(_stages)
    yield
    _stages.clear()
    _stages.update(before)
    Chore.objects.all().delete()


def do(rows: Sequence[Chore], now: object) -> None:
    for row in rows:
        if row.name == "bad":
            raise ValueError("cannot be done")
        Chore.objects.filter(pk=row.pk).update(done=models.F("done") + 1)
        row.evaluated_revision = 7


def make_stage(handle: object = do, **fields: object) -> Stage[Chore]:
    return Stage(name="chore", label="Chores", model=Chore, handle=handle, **fields)  # type: ignore[arg-type]


def chores(*names: str, **fields: object) -> list[Chore]:
    return [Chore.objects.create(name=name, **{"due_at": NOW, **fields}) for name in names]


def done() -> dict[str, int]:
    return dict(Chore.objects.values_list("name", "done"))


pytestmark = pytest.mark.django_db


def test_due_rows_are_done_once_and_marked() -> None:
    chores("a", "b")
    stage = make_stage()
    assert stage.run(now=NOW) == 2
    assert stage.run(now=NOW) == 0
    assert done() == {"a": 1, "b": 1}
    row = Chore.objects.get(name="a")
    assert (row.due_at, row.lease_until, row.attempt, row.evaluated_revision) == (None, None, 0, 7)


def test_what_is_not_due_yet_waits() -> None:
    chores("later", due_at=NOW + timedelta(seconds=1))
    chores("idle", due_at=None)
    assert make_stage().run(now=NOW) == 0
    assert make_stage().run(now=NOW + timedelta(seconds=1)) == 1


def test_a_batch_is_the_oldest_that_are_due() -> None:
    chores("new")
    chores("old", due_at=NOW - timedelta(minutes=1))
    assert make_stage(batch=1).run(now=NOW) == 1
    assert done() == {"new": 0, "old": 1}


def test_new_inputs_are_adopted_before_rows_are_claimed() -> None:
    stage = make_stage(adopt=lambda now: chores("adopted"))
    assert stage.run(now=NOW) == 1


def test_one_bad_row_never_stops_the_others() -> None:
    chores("a", "bad", "b")
    make_stage().run(now=NOW)
    assert done() == {"a": 1, "bad": 0, "b": 1}
    bad = Chore.objects.get(name="bad")
    assert bad.error == "ValueError: cannot be done"
    assert bad.due_at == NOW + timedelta(seconds=5)
    assert bad.lease_until is None


def test_what_half_happened_to_a_failing_batch_is_rolled_back() -> None:
    chores("a", "bad", "b")

    def half(rows: Sequence[Chore], now: object) -> None:
        do(rows, now)
        if len(rows) > 1:
            raise AssertionError("not reached: the bad row raises first")

    make_stage(half).run(now=NOW)
    assert done() == {"a": 1, "bad": 0, "b": 1}


def test_a_row_that_fails_again_and_again_is_parked_and_can_be_released() -> None:
    chores("bad")
    stage, now = make_stage(park_after=3), NOW
    for _attempt in range(3):
        stage.run(now=now)
        now += timedelta(hours=2)
    row = Chore.objects.get()
    assert row.parked_at is not None
    assert row.attempt == 3
    assert stage.run(now=now) == 0
    assert stage.release(stage.parked(None), now=now) == 1
    assert stage.run(now=now) == 1


@pytest.mark.parametrize(("attempt", "seconds"), [(1, 5), (2, 10), (3, 20), (10, 2560), (11, 3600), (99, 3600)])
def test_the_wait_before_the_next_attempt_doubles_up_to_an_hour(attempt: int, seconds: int) -> None:
    assert retry_delay(attempt) == timedelta(seconds=seconds)


def test_a_row_comes_back_when_its_lease_ends() -> None:
    chores("a")
    stage = make_stage()
    assert len(stage.claim(now=NOW)) == 1  # and the worker is killed
    assert stage.run(now=NOW + timedelta(seconds=60)) == 0
    assert stage.run(now=NOW + timedelta(seconds=61)) == 1
    assert done() == {"a": 1}


def test_a_row_that_kills_its_worker_is_parked_and_its_neighbours_are_done() -> None:
    chores("killer", "a", "b")

    class Killed(BaseException):
        pass

    def work(rows: Sequence[Chore], now: object) -> None:
        if any(row.name == "killer" for row in rows):
            raise Killed
        do(rows, now)

    stage, now = make_stage(work, park_after=3), NOW
    for _life in range(8):
        try:
            with transaction.atomic():  # the savepoint stands for what the killed worker had not committed
                stage.run(now=now)
        except Killed:
            fresh = stage.claim(now=now, tried=False) or stage.claim(now=now, limit=1, tried=True)
            assert any(row.name == "killer" for row in fresh)  # the lease itself was committed
        now += timedelta(seconds=61)
    assert done() == {"killer": 0, "a": 1, "b": 1}
    killer = Chore.objects.get(name="killer")
    assert killer.parked_at is not None
    assert "worker ended" in killer.error


def test_a_row_whose_input_changed_while_it_was_leased_stays_due() -> None:
    chores("a")
    changed_at = NOW + timedelta(milliseconds=3)

    def change_meanwhile(rows: Sequence[Chore], now: object) -> None:
        Chore.objects.update(due_at=changed_at)

    make_stage(change_meanwhile).run(now=NOW)
    row = Chore.objects.get()
    assert row.due_at == changed_at
    assert row.lease_until is None


def test_a_handler_may_ask_for_another_turn() -> None:
    chores("a", "b")
    later = NOW + timedelta(seconds=30)
    make_stage(lambda rows, now: {rows[0]: later}).run(now=NOW)
    assert list(Chore.objects.order_by("pk").values_list("due_at", flat=True)) == [later, None]


def test_a_worker_that_lost_its_lease_rolls_its_work_back() -> None:
    chores("a")
    stage = make_stage()

    def slow(rows: Sequence[Chore], now: object) -> None:
        do(rows, now)
        Chore.objects.update(lease_until=NOW + timedelta(hours=1))  # as the worker that took it over leaves it

    with pytest.raises(LeaseLostError), transaction.atomic():
        make_stage(slow).run(now=NOW)
    assert done() == {"a": 0}
    assert stage.name in {one.name for one in all_stages()}


def test_trouble_of_the_database_is_not_blamed_on_the_row() -> None:
    chores("a")

    def away(rows: Sequence[Chore], now: object) -> None:
        raise OperationalError("server closed the connection")

    with pytest.raises(OperationalError):
        make_stage(away).run(now=NOW)
    assert Chore.objects.get().error == ""


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_never_claim_the_same_row() -> None:
    chores(*(str(number) for number in range(40)))
    stage, start, claimed = make_stage(batch=7), Barrier(2), []

    def work() -> None:
        start.wait()
        try:
            while rows := stage.claim(now=NOW):
                claimed.extend(row.pk for row in rows)
        finally:
            connection.close()

    workers = [Thread(target=work) for _worker in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(claimed) == 40
    assert len(set(claimed)) == 40


@pytest.mark.django_db(transaction=True)
def test_a_row_that_another_worker_has_locked_is_passed_by() -> None:
    first, second = chores("a", "b")
    stage, locked, claimed = make_stage(), Barrier(2), []

    def hold() -> None:
        try:
            with transaction.atomic():
                Chore.objects.select_for_update().get(pk=first.pk)
                locked.wait()
                locked.wait()
        finally:
            connection.close()

    holder = Thread(target=hold)
    holder.start()
    locked.wait()
    claimed = [row.pk for row in stage.claim(now=NOW)]
    locked.wait()
    holder.join()
    assert claimed == [second.pk]


def test_a_workspace_sees_its_own_parked_rows_alone() -> None:
    yaori, tsukimi = make_yaori(), make_tsukimi()
    parked = {"parked_at": NOW, "error": "x"}
    (ours,) = chores("ours", workspace=yaori.workspace, **parked)
    chores("theirs", workspace=tsukimi.workspace, **parked)
    stage = make_stage(workspaces="workspace")
    assert list(stage.parked(yaori.workspace)) == [ours]
    assert stage.parked(None).count() == 2
    assert not make_stage().parked(yaori.workspace).exists()


def test_releasing_parked_rows_is_written_down() -> None:
    cast = make_yaori()
    chores("a", "b", workspace=cast.workspace, parked_at=NOW, error="x")
    stage = make_stage(workspaces="workspace")
    count = release_parked(
        stage=stage, rows=stage.parked(cast.workspace), workspace=cast.workspace, by=cast.admin, now=timezone.now()
    )
    assert count == 2
    entry = AuditEntry.objects.get(verb="release")
    assert entry.data["stage"] == "chore"
    assert entry.data["count"] == 2
