"""History on day one: a source is read back as far as it goes, in small turns behind the visits."""

import json
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from monitoring.models import BackRead, Source, Subscription, Visit
from monitoring.operations.domains import domain_of_url, hold_domains
from monitoring.operations.posts import store_posts
from monitoring.visiting.back import MOST_POSTS, BackPage, ended_by
from monitoring.visiting.schedule import back_off
from sentinel.core import audit
from sentinel.core.models import User
from sentinel.core.net.types import Request
from sentinel.core.operations import WrongStateError
from sentinel.core.secrets import decrypt, encrypt
from sentinel.core.stages import LeaseLostError, Stage

KINDS_READ_BACK = ("feed", "listing", "json", "sitemap")  # networks are searched by their own time, and rationed
FIRST = timedelta(minutes=1)  # the first visit comes before
BETWEEN_TURNS = timedelta(seconds=5)
MOST_FAILURES = 5  # in a row, after a quarter of an hour
PAGES_COMPARED = 5


def _never_handled(rows: Any, now: datetime) -> None:
    raise NotImplementedError("sources are read back by the back reader")


BACK_READS: Stage[BackRead] = Stage(
    name="back-read",
    label=_("Reading back"),
    model=BackRead,
    workspaces="source__subscriptions__workspace",
    handle=_never_handled,
    related=("source",),
    batch=4,
    lease=timedelta(seconds=60),
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is to be asked for next; `before` are digests of what the last pages listed."""

    request: Request
    before: tuple[str, ...] = field(default=())


def begin_back_read(*, source: Source, now: datetime) -> None:
    """Have a new source read back once its first visit is done; what was read back before stays so."""
    if source.kind in KINDS_READ_BACK and not (source.is_drill or source.is_pushed):
        BackRead.objects.get_or_create(source=source, defaults={"started_at": now, "due_at": now + FIRST})


@transaction.atomic
def start_back_read(*, subscription: Subscription, by: User, now: datetime) -> None:
    """Read back from the beginning; raises WrongStateError (drill, pushed, no-history, paused, reading-back)."""
    source = Source.objects.select_for_update(of=("self",)).get(pk=subscription.source_id)
    refusals = {
        "drill": source.is_drill,
        "pushed": source.is_pushed,
        "no-history": source.kind not in KINDS_READ_BACK,
        "paused": subscription.paused_at is not None,
    }
    if code := next((code for code, holds in refusals.items() if holds), ""):
        raise WrongStateError(code)
    row, created = BackRead.objects.get_or_create(source=source, defaults={"started_at": now, "due_at": now})
    if not created and row.finished_at is None:
        raise WrongStateError("reading-back")
    anew = {"waiting": [], "pages": 0, "posts": 0, "failed": 0, "oldest_at": None, "outcome": "", "finished_at": None}
    lease = {"due_at": now, "lease_until": None, "attempt": 0, "parked_at": None, "error": ""}
    BackRead.objects.filter(pk=row.pk).update(started_at=now, **anew, **lease)
    audit.record(verb="read-back", subject=subscription, by=by, now=now, workspace=subscription.workspace)


@transaction.atomic
def stop_back_read(*, subscription: Subscription, by: User, now: datetime) -> None:
    """Read no further back; what was read stays. Raises WrongStateError('not-reading-back')."""
    running = BackRead.objects.filter(source=subscription.source_id, finished_at__isnull=True)
    stopped = running.update(
        finished_at=now, outcome="stopped", waiting=[], due_at=None, lease_until=None, parked_at=None, error=""
    )
    if not stopped:
        raise WrongStateError("not-reading-back")
    audit.record(verb="stop-reading-back", subject=subscription, by=by, now=now, workspace=subscription.workspace)


@dataclass(frozen=True, slots=True)
class BackTurn:
    """A leased turn of reading back, and from when its domain, which is held for it, may be asked."""

    row: BackRead
    domain: str
    free_at: datetime


def claim_back_reads(*, now: datetime, limit: int) -> list[BackTurn]:
    """Lease sources to read on, of domains that no due visit waits for."""
    wanted = Source.objects.wanted().filter(last_success_at__isnull=False)
    due = Visit.objects.open().filter(source__domain=OuterRef("source__domain"), due_at__lte=now)
    rows = (
        BackRead.objects.filter(source__in=wanted, due_at__lte=now, parked_at__isnull=True)
        .exclude(lease_until__gt=now)
        .exclude(Exists(due.filter(parked_at__isnull=True)))
        .order_by("due_at")
        .values_list("pk", "source__url")[: limit * 4]
    )
    by_domain: dict[str, int] = {}
    for pk, url in rows:
        by_domain.setdefault(domain_of_url(url), pk)
    if not by_domain:
        return []
    with transaction.atomic():
        free = hold_domains(names=list(by_domain)[:limit], until=now + BACK_READS.lease, now=now)
        claimed = BACK_READS.claim(now=now, limit=limit, among=[by_domain[name] for name in free])
    names = {pk: name for name, pk in by_domain.items()}
    return [BackTurn(row, names[row.pk], free[names[row.pk]]) for row in claimed]


def waiting_of(row: BackRead) -> Waiting | None:
    """What is left to ask for; None before the first page."""
    if not row.waiting:
        return None
    kept = json.loads(decrypt(row.waiting[0]))
    body = kept["request"].pop("body").encode("latin-1")
    return Waiting(Request(**kept["request"], body=body), tuple(kept["before"]))


@transaction.atomic
def note_back_page(*, row: BackRead, asked: Waiting, page: BackPage, now: datetime) -> bool:
    """Store a page of the past with how far that goes; whether there is more. Raises LeaseLostError.

    A page of which something is left is asked for again, as long as that brings anything.
    """
    source = _leased(row)
    # As at a first visit: what comes without a time may be of any age.
    source.last_success_at = None
    stored = store_posts(source=source, items=page.items, now=now)
    goes_on = bool(page.unread and page.items) and row.posts + stored.new < MOST_POSTS
    dated = [item.published_at for item in page.items if item.published_at and item.published_at <= now]
    row.posts += stored.new
    row.pages += not goes_on
    row.failed += 0 if goes_on else page.failed  # the page comes again, and with it what failed
    row.oldest_at = min([*dated, *([row.oldest_at] if row.oldest_at else [])], default=None)
    row.outcome = "" if goes_on else ended_by(pages=row.pages, posts=row.posts, page=page, before=asked.before)
    if not goes_on:
        before = (*asked.before, page.listed)[-PAGES_COMPARED:]
        asked = replace(asked, request=page.next[0], before=before) if not row.outcome else asked
    row.waiting = [] if row.outcome else [_kept(asked)]
    _save(row, now, due_at=now + BETWEEN_TURNS)
    return not row.outcome


@transaction.atomic
def note_back_failure(*, row: BackRead, code: str, wait: float, now: datetime) -> None:
    """A page that did not come is asked for again, after 1, 2, 4 … minutes or `wait`; the fifth failure ends it with
    its code."""
    _leased(row)
    if row.attempt >= MOST_FAILURES:
        row.outcome, row.waiting = code, []
    _save(row, now, due_at=now + timedelta(seconds=max(back_off(row.attempt), wait)))
    BackRead.objects.filter(pk=row.pk).update(lease_until=None)  # `attempt` stays: it counts the failures


@transaction.atomic
def end_back_read(*, row: BackRead, outcome: str, now: datetime) -> None:
    """Nothing more is read, for the reason `outcome`; raises LeaseLostError."""
    _leased(row)
    row.outcome, row.waiting = outcome, []
    _save(row, now, due_at=now)


def yield_back_read(*, row: BackRead, wait: float, now: datetime) -> None:
    """End a turn that did all it could; the next goes on, in `wait` seconds at the earliest."""
    BackRead.objects.filter(pk=row.pk, lease_until=row.lease_until).update(
        lease_until=None, attempt=0, due_at=now + max(BETWEEN_TURNS, timedelta(seconds=wait))
    )


def _leased(row: BackRead) -> Source:
    """The source of a row that is still leased to us, locked; raises LeaseLostError."""
    source = Source.objects.select_for_update(of=("self",), no_key=True).filter(pk=row.source_id).first()
    ours = BackRead.objects.select_for_update().filter(pk=row.pk, lease_until=row.lease_until, finished_at__isnull=True)
    if source is None or not ours.exists():
        raise LeaseLostError(BACK_READS.name)
    return source


def _save(row: BackRead, now: datetime, *, due_at: datetime) -> None:
    """Write how far it got; the lease stays until the turn ends."""
    row.finished_at = now if row.outcome else None
    row.due_at = None if row.outcome else due_at
    fields = ["waiting", "pages", "posts", "failed", "oldest_at", "outcome", "finished_at", "due_at"]
    if row.outcome:
        row.lease_until, row.attempt = None, 0
        fields += ["lease_until", "attempt"]
    row.save(update_fields=fields)


def _kept(waiting: Waiting) -> str:
    """Encrypted, since a request may carry a cookie."""
    request = {**asdict(waiting.request), "body": waiting.request.body.decode("latin-1")}
    return encrypt(json.dumps({"request": request, "before": waiting.before}))
