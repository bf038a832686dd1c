"""Work is claimed in batches: one helper serves every stage.

A stage's rows are `StageRow`s. *Pending* is `due_at <= now`. Claiming takes at most a batch with SKIP LOCKED and leaves
a lease behind, so that a worker that is killed gives its rows back when the lease ends. What a stage does and the mark
that it is done are one transaction: nothing is lost and nothing happens twice. What fails again and again, or kills its
worker again and again, is parked, on a screen that people see, and never stops the rest.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F, Q, QuerySet
from django.utils.functional import Promise

from sentinel.core.models import StageRow, Workspace

Row = TypeVar("Row", bound=StageRow)

FIRST_DELAY = timedelta(seconds=5)
LONGEST_DELAY = timedelta(hours=1)
WORKER_ENDED = "The worker ended while it worked on this."
_stages: "dict[str, Stage[Any]]" = {}


class LeaseLostError(Exception):
    """Another worker took the rows over: this one's work is rolled back."""


def retry_delay(attempt: int) -> timedelta:
    """The wait before the next attempt: 5 s, 10 s, 20 s … at most an hour."""
    return min(FIRST_DELAY * (1 << min(max(attempt - 1, 0), 16)), LONGEST_DELAY)


@dataclass(frozen=True)
class Stage(Generic[Row]):
    """A step of the pipeline over the rows of `model`.

    `handle(rows, now)` runs inside the transaction that marks them done; it sets `evaluated_revision` on each and may
    ask for another turn by adding the row to the returned mapping row → time. `adopt(now)` makes rows for new inputs.
    `workspaces` is the lookup from a row to the workspaces that may see it parked; without it only operators do.
    """

    name: str
    label: str | Promise
    model: type[Row]
    handle: Callable[[Sequence[Row], datetime], dict[Row, datetime] | None]
    adopt: Callable[[datetime], object] | None = None
    related: tuple[str, ...] = ()
    batch: int = 500
    lease: timedelta = timedelta(seconds=60)
    park_after: int = 8
    workspaces: str = ""

    def __post_init__(self) -> None:
        register(self)

    def run(self, *, now: datetime) -> int:
        """Adopt new inputs, claim one batch and work it off; how many rows were claimed."""
        if self.adopt is not None:
            self.adopt(now)
        fresh = self.claim(now=now, tried=False)
        if fresh:
            self._work(fresh, now)
        # A row that was tried before may be the one that killed its worker: it is claimed and worked off alone.
        count = len(fresh)
        while count < self.batch and (again := self.claim(now=now, limit=1, tried=True)):
            self._work(again, now)
            count += 1
        return count

    def claim(
        self, *, now: datetime, limit: int | None = None, tried: bool | None = None, among: Sequence[int] | None = None
    ) -> list[Row]:
        """Lease at most a batch of pending rows; a competing worker gets others.

        `tried`: only those that were (not) tried before; `among`: only rows with these keys.
        """
        manager = self.model._default_manager
        rows = self._pending(now)
        if tried is not None:
            rows = rows.filter(attempt__gt=0) if tried else rows.filter(attempt=0)
        if among is not None:
            rows = rows.filter(pk__in=among)
        with transaction.atomic():
            if tried is not False:
                self._park_killers(now)
            ids = list(
                rows.order_by("due_at")
                .select_for_update(skip_locked=True)
                .values_list("pk", flat=True)[: limit or self.batch]
            )
            manager.filter(pk__in=ids).update(lease_until=now + self.lease, attempt=F("attempt") + 1)
            return list(manager.filter(pk__in=ids).select_related(*self.related).order_by("due_at", "pk"))

    def parked(self, workspace: Workspace | None) -> QuerySet[Row]:
        """The parked rows that a workspace may see; None: all of them."""
        rows = self.model._default_manager.filter(parked_at__isnull=False)
        if workspace is None:
            return rows
        if not self.workspaces:
            return rows.none()
        seen = self.model._default_manager.filter(**{self.workspaces: workspace}, parked_at__isnull=False)
        return rows.filter(pk__in=seen.values("pk"))

    def release(self, rows: QuerySet[Row], *, now: datetime) -> int:
        """Give parked rows another chance; how many there were."""
        return rows.filter(parked_at__isnull=False).update(parked_at=None, attempt=0, lease_until=None, due_at=now)

    def _pending(self, now: datetime) -> QuerySet[Row]:
        free = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
        return self.model._default_manager.filter(free, due_at__lte=now, parked_at__isnull=True)

    def _park_killers(self, now: datetime) -> None:
        self._pending(now).filter(lease_until__isnull=False, attempt__gte=self.park_after).update(
            parked_at=now, lease_until=None, error=WORKER_ENDED
        )

    def finish(self, rows: Sequence[Row], *, again: dict[Row, datetime] | None = None) -> None:
        """Mark claimed rows done; one whose input changed meanwhile stays due. Raises LeaseLostError."""
        again = again or {}
        table = connection.ops.quote_name(self.model._meta.db_table)
        sql = f"""
            UPDATE {table} AS stage_row
               SET lease_until = NULL, attempt = 0, error = '', evaluated_revision = done.revision,
                   due_at = CASE WHEN stage_row.due_at = done.due_at THEN done.again_at ELSE stage_row.due_at END
              FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::bigint[], %s::timestamptz[])
                   AS done(id, due_at, lease_until, revision, again_at)
             WHERE stage_row.id = done.id AND stage_row.lease_until = done.lease_until
        """  # noqa: S608  the table's name comes from the model
        columns = [
            [row.pk for row in rows],
            [row.due_at for row in rows],
            [row.lease_until for row in rows],
            [row.evaluated_revision for row in rows],
            [again.get(row) for row in rows],
        ]
        with connection.cursor() as cursor:
            cursor.execute(sql, columns)
            if cursor.rowcount != len(rows):
                raise LeaseLostError(self.name)

    def fail(self, row: Row, error: str, *, now: datetime) -> None:
        """Give a claimed row back: later, or parked when it has failed too often."""
        parked = row.attempt >= self.park_after
        self.model._default_manager.filter(pk=row.pk, lease_until=row.lease_until).update(
            lease_until=None,
            error=error[:2000] or "unknown",
            due_at=now + retry_delay(row.attempt),
            parked_at=now if parked else None,
        )

    def _work(self, rows: Sequence[Row], now: datetime) -> None:
        try:
            with transaction.atomic():
                self.finish(rows, again=self.handle(rows, now))
        except (OperationalError, InterfaceError, LeaseLostError):
            raise  # the database's trouble, not the rows': their lease ends and they come again
        except Exception as error:
            if len(rows) == 1:
                self.fail(rows[0], f"{type(error).__name__}: {error}", now=now)
            else:
                for row in rows:
                    self._work([row], now)


def register(stage: Stage[Any]) -> None:
    """Put a stage on the list of all; making a Stage does it."""
    _stages[stage.name] = stage


def all_stages() -> list[Stage[Any]]:
    """Every stage of the process, whatever room it lives in, by name."""
    return [_stages[name] for name in sorted(_stages)]
