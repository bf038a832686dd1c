"""Tokens of the interface: shown once, kept as a hash, revocable, and allowed so many requests."""

from datetime import datetime, timedelta

from django.db import connection, transaction

from monitoring.models import IngestToken, Subscription
from sentinel.core import audit
from sentinel.core.models import User
from sentinel.core.operations import WrongStateError
from sentinel.core.secrets import new_token, token_hash

PREFIX = "sentinel_"  # so that people, and what looks for leaked secrets, know it for what it is
EACH = timedelta(seconds=1)  # between two requests of a token in the long run
BURST = timedelta(seconds=60)  # how far it may be ahead of that: so many requests at once


class RefusedTokenError(Exception):
    """A request that its token does not open the door to.

    `code` is unknown, revoked, removed (nobody reads the source any more), paused, wrong-kind, or too-many, after which
    the door opens again in `wait` seconds.
    """

    def __init__(self, code: str, wait: float = 0.0) -> None:
        super().__init__(code)
        self.code = code
        self.wait = wait


@transaction.atomic
def issue_token(*, subscription: Subscription, label: str, by: User, now: datetime) -> tuple[IngestToken, str]:
    """A token for a pushed source of the workspace, and its text, which is shown once; raises
    WrongStateError('not-pushed')."""
    if not subscription.source.is_pushed:
        raise WrongStateError("not-pushed")
    text = PREFIX + new_token()
    token = IngestToken.objects.create(
        source=subscription.source,
        token_hash=token_hash(text),
        label=label.strip()[:80],
        created_at=now,
        created_by=by,
    )
    audit.record(verb="issue", subject=token, by=by, now=now, workspace=subscription.workspace)
    return token, text


@transaction.atomic
def revoke_token(*, token: IngestToken, by: User, now: datetime) -> None:
    """Close the door for whoever has the token; raises WrongStateError('revoked')."""
    if not IngestToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now, revoked_by=by):
        raise WrongStateError("revoked")
    audit.record(verb="revoke", subject=token, by=by, now=now, workspace=token.source.owner)


def admit(*, text: str, kinds: tuple[str, ...], now: datetime) -> IngestToken:
    """The token that a request brought, which is counted as used; raises RefusedTokenError."""
    token = IngestToken.objects.select_related("source__owner").filter(token_hash=token_hash(text)).first()
    if token is None:
        raise RefusedTokenError("unknown")
    if token.revoked_at:
        raise RefusedTokenError("revoked")
    if token.source.kind not in kinds:
        raise RefusedTokenError("wrong-kind")
    _count(token, now)
    reading = Subscription.objects.filter(source=token.source_id, workspace=token.source.owner_id).first()
    if reading is None:
        raise RefusedTokenError("removed")
    if reading.paused_at:
        raise RefusedTokenError("paused")
    return token


def _count(token: IngestToken, now: datetime) -> None:
    """Take one request from the token's allowance (a leaky bucket, kept as the time at which it is empty)."""
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE monitoring_ingesttoken
                  SET last_used_at = %s, free_at = GREATEST(free_at, %s) + make_interval(secs => %s)
                WHERE id = %s AND COALESCE(free_at, %s) <= %s""",
            [now, now, EACH.total_seconds(), token.pk, now, now + BURST - EACH],
        )
        if cursor.rowcount:
            return
    ahead = (IngestToken.objects.get(pk=token.pk).free_at or now) - now - (BURST - EACH)
    raise RefusedTokenError("too-many", max(ahead.total_seconds(), 1.0))
