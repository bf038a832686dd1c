"""What is known, unknown and disproved about a crisis, and whether facts have turned since the last assessment."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from playbooks.models import Assessment, Crisis, Evidence, Fact
from playbooks.queries.people import may_see_source
from playbooks.wording.codes import fact_status_word
from playbooks.wording.facts import nothing_text, sources_text, status_heads
from sentinel.core.models import Membership, User

STATUSES = ("known", "unknown", "disproved")
READ_BY_AN_EDITOR = (
    "status", "text", "correction", "source", "second_source", "is_source_protected", "contradiction", "post_id",
    "owner_id", "due_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FactRow:
    """One fact as this reader may see it; `sources` is "" where they are protected, `at` is due or settled."""

    fact: Fact
    sources: str
    source_count: int
    counted: str  # how many sources, in words
    is_hidden: bool
    owner: User | None
    at: datetime | None
    is_late: bool  # still unknown after its time
    evidence_id: int | None  # the newest version on file of the post that it cites


@dataclass(frozen=True, slots=True)
class FactColumn:
    """The facts of one status, with its words."""

    status: str
    label: str
    heads: str
    nothing: str
    rows: Sequence[FactRow]


@dataclass(frozen=True, slots=True)
class Turn:
    """Facts that were settled after the newest assessment, so that it speaks of a state that is no more."""

    assessment: Assessment
    facts: Sequence[Fact]


def fact_columns(crisis: Crisis, membership: Membership, now: datetime) -> list[FactColumn]:
    """Known, unknown and disproved, each in the order in which they were written down."""
    facts = list(crisis.facts.select_related("owner", "settled_by"))
    filed = dict(crisis.evidence.filter(post__isnull=False).order_by("revision").values_list("post_id", "pk"))
    rows = [_row(fact, membership, filed, now) for fact in facts]
    return [
        FactColumn(
            status,
            fact_status_word(status),
            status_heads(status),
            nothing_text(status),
            [row for row in rows if row.fact.status == status],
        )
        for status in STATUSES
    ]


def turn_of_facts(crisis: Crisis) -> Turn | None:
    """The facts that turned since the newest assessment; None where none did or nothing is assessed yet."""
    newest = crisis.assessments.last()
    if newest is None:
        return None
    facts = list(crisis.facts.filter(settled_at__gt=newest.made_at).order_by("settled_at", "pk"))
    return Turn(newest, facts) if facts else None


def fingerprint(fact: Fact) -> str:
    """What tells an editor's reading of a fact from what it says now."""
    said = "\x1f".join(str(getattr(fact, name)) for name in READ_BY_AN_EDITOR)
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:16]


def filed_posts(crisis: Crisis) -> list[tuple[int, str]]:
    """The posts on file, which a fact can cite."""
    filed = Evidence.objects.filter(crisis=crisis, post__isnull=False).order_by("published_at", "pk")
    return list({one.post_id: f"{one.source_name} · {str(one)[:60]}" for one in filed if one.post_id}.items())


def _row(fact: Fact, membership: Membership, filed: Mapping[int, int], now: datetime) -> FactRow:
    named = [source for source in (fact.source, fact.second_source) if source]
    may_see, is_open = may_see_source(fact, membership), fact.status == "unknown"
    return FactRow(
        fact=fact,
        sources=_(", ").join(named) if may_see else "",
        source_count=len(named),
        counted=sources_text(len(named)),
        is_hidden=not may_see,
        owner=fact.owner or (None if is_open else fact.settled_by),
        at=fact.due_at if is_open else fact.settled_at,
        is_late=bool(is_open and fact.due_at and fact.due_at < now),
        evidence_id=filed.get(fact.post_id) if fact.post_id else None,
    )
