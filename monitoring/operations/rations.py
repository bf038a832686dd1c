"""What a test takes of a customer's key: it is a visit like any other, whether its source is saved or not.

A few tests may follow one another, while a source is being described; each is paid for by the visits after it.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from monitoring.models import KeyRation, Source, Visit
from monitoring.operations.definitions import readable_secrets
from monitoring.sources import KINDS
from monitoring.sources.kinds import ration_of

MOST_TESTS = 5  # that may follow one another
_KEPT = timedelta(days=1)  # after all is paid for


class RationSpentError(Exception):
    """The key allows no test now; `free_at` is when it allows the next."""

    def __init__(self, free_at: datetime) -> None:
        super().__init__(free_at.isoformat())
        self.free_at = free_at


@dataclass(frozen=True, slots=True)
class SpentTest:
    """A test was counted: how many more may follow at once, and until when the key's visits are paid for."""

    left: int
    until: datetime


def spent_until(source: Source, now: datetime) -> datetime | None:
    """Until when tests used up what the source's key allows; None where they did not, or it has no key."""
    secrets = readable_secrets(source)
    rows = KeyRation.objects.filter(key=_key_of(source.kind, secrets), spent_until__gt=now) if secrets else ()
    return next((row.spent_until for row in rows), None)


@transaction.atomic
def spend_test(*, source: Source, now: datetime) -> SpentTest | None:
    """Count a test of a source, saved or not; None where its kind has no ration or it has no key.

    Raises RationSpentError where tests and visits have used up what may be asked for.
    """
    ration = timedelta(seconds=ration_of(KINDS[source.kind], source.definition))
    secrets = readable_secrets(source)
    if not ration or not secrets:
        return None
    key = _key_of(source.kind, secrets)
    KeyRation.objects.filter(spent_until__lt=now - _KEPT).exclude(key=key).delete()
    KeyRation.objects.get_or_create(key=key, defaults={"spent_until": now})
    row = KeyRation.objects.select_for_update().get(key=key)
    readers = _readers_of(source.kind, key)
    begins = max([row.spent_until, now, *_paid_by_visits(readers, ration)])
    if begins > now + (MOST_TESTS - 1) * ration:
        raise RationSpentError(begins - (MOST_TESTS - 1) * ration)
    row.spent_until = begins + ration
    row.save(update_fields=["spent_until"])
    planned = Visit.objects.open().filter(source__in=readers, lease_until__isnull=True)
    planned.filter(due_at__lt=row.spent_until).update(due_at=row.spent_until)
    left = (now + MOST_TESTS * ration - row.spent_until) // ration
    return SpentTest(left, row.spent_until)


def _readers_of(kind: str, key: bytes) -> list[int]:
    """The saved sources that ask with the key."""
    with_keys = Source.objects.filter(kind=kind).exclude(secrets="")
    return [one.pk for one in with_keys if _key_of(kind, readable_secrets(one)) == key]


def _paid_by_visits(readers: list[int], ration: timedelta) -> list[datetime]:
    """Until when the latest visit with the key is paid for, where there was one."""
    last = Source.objects.filter(pk__in=readers).aggregate(last=Max("last_visit_at"))["last"]
    return [last + ration] if last else []


def _key_of(kind: str, secrets: Mapping[str, str]) -> bytes:
    """The key's name: HMAC-SHA-256 under the installation's own, so that the row tells nobody what it is."""
    message = "\0".join(["ration", kind, *(secrets[name] for name in sorted(secrets))])
    return hmac.new(settings.SECRET_KEY.encode(), message.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
