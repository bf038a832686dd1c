"""Deletion on request, by author or by address: first what it touches, then the deed, which leaves a tombstone."""

import json
import re
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Protocol

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from monitoring.crawling.addresses import canonical_url, host_of
from monitoring.models import (
    Erasure,
    Figures,
    Filing,
    Judgement,
    Mention,
    MoodCorrection,
    Post,
    PostHold,
    PostRevision,
    RejectedRow,
    Sighting,
    Subscription,
)
from monitoring.operations.analyses import lock_analyses
from monitoring.operations.discarding import captures_to_go, discard, kept_elsewhere, unreferenced
from monitoring.operations.forgetting_files import forget_in_files
from monitoring.operations.suppression import bare_address, subject_hash
from sentinel.core import audit
from sentinel.core.models import AuditEntry, User, Workspace
from sentinel.core.operations import WrongStateError

KINDS = ("author", "address")
_ADDRESS = re.compile(r"https?://[^\s<>\"'，。、）」]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to go: everything of an author (at one site, or "" for every site), or what stands at an address."""

    kind: str
    value: str
    site: str = ""

    @property
    def hash(self) -> bytes:
        """The tombstone's name for it."""
        return subject_hash(self.kind, self.value, self.site)


@dataclass(frozen=True, slots=True)
class Touched:
    """How much a deletion touches; `posts_elsewhere` stay for another workspace, `snapshots_shared` show others too."""

    posts: int = 0
    posts_elsewhere: int = 0
    revisions: int = 0
    figures: int = 0
    mentions: int = 0
    judgements: int = 0
    replies: int = 0  # answers by others, which stay and lose what they answer
    captures: int = 0
    snapshots_shared: int = 0
    bodies: int = 0
    rows: int = 0  # of imported files that were rejected
    files: int = 0  # that are not read yet
    copies: int = 0  # on file in crises, and titles of alerts
    entries: int = 0  # of the audit trail, which keep that something was done and lose of what


class Keeper(Protocol):
    """A room above that keeps copies of what posts say."""

    def count(self, workspace: Workspace, post_ids: Collection[int], wish: Wish) -> int: ...
    def erase(self, workspace: Workspace, post_ids: Collection[int], wish: Wish) -> list[tuple[str, str]]: ...


_keepers: set[Keeper] = set()


def connect(keeper: Keeper) -> None:
    """Let a room above tell of its copies, and erase them in the same transaction; it returns their audit subjects."""
    _keepers.add(keeper)


def checked(kind: str, value: str, site: str = "") -> Wish:
    """A wish in one spelling; raises WrongStateError('subject-missing', 'address-wrong' or 'site-wrong')."""
    value, site = value.strip(), site.strip().lower()
    if kind not in KINDS or not value:
        raise WrongStateError("subject-missing")
    if kind == "address":
        if not host_of(value):
            raise WrongStateError("address-wrong")
        return Wish(kind, canonical_url(value))
    host = host_of(site if "://" in site else f"https://{site}") if site else ""
    if site and not host:
        raise WrongStateError("site-wrong")
    return Wish(kind, value, host)


def touched(workspace: Workspace, wish: Wish) -> Touched:
    """What the deletion would touch, without touching it."""
    return _Reach(workspace, wish).count()


@transaction.atomic
def erase(*, workspace: Workspace, wish: Wish, reason: str, by: User, now: datetime) -> Erasure:
    """Delete what the wish names from the workspace's view, and for good what no other workspace keeps.

    It is not captured again for this workspace. Counts of the past stay: they name nobody. Raises
    WrongStateError('reason-missing').
    """
    if not reason.strip():
        raise WrongStateError("reason-missing")
    reach = _Reach(workspace, wish)
    lock_analyses(reach.post_ids)
    counted = reach.count()
    tombstone = Erasure.objects.create(
        workspace=workspace,
        kind=wish.kind,
        subject_hash=wish.hash,
        reason=reason.strip(),
        touched=asdict(counted),
        erased_at=now,
        erased_by=by,
    )
    subjects = [("post", str(pk)) for pk in reach.post_ids]
    for keeper in _keepers:
        subjects += keeper.erase(workspace, reach.post_ids, wish)
    reach.forget_opinions()
    captures = reach.captures
    discard(reach.own_ids, captures)
    _redact(workspace, subjects, tombstone)
    data = {name: value for name, value in tombstone.touched.items() if value}
    audit.record(
        verb="erase", subject=tombstone, by=by, now=now, workspace=workspace, data={"reason": reason.strip(), **data}
    )
    return tombstone


class _Reach:
    """The posts that a wish names, as far as the workspace can see them."""

    def __init__(self, workspace: Workspace, wish: Wish) -> None:
        self.workspace, self.wish = workspace, wish
        self.post_ids = sorted(self._named().values_list("pk", flat=True))
        self.elsewhere = kept_elsewhere(self.post_ids, workspace.pk)
        self.own_ids = [pk for pk in self.post_ids if pk not in self.elsewhere]
        self.captures = captures_to_go(self.own_ids, spare_shared=False, workspace_id=workspace.pk)

    def _named(self) -> "QuerySet[Post]":
        """Posts that are mentions here, and those that our sources brought without a match."""
        own = Subscription.objects.filter(workspace=self.workspace).values("source")
        mentioned = Exists(Mention.objects.filter(post=OuterRef("pk"), workspace=self.workspace))
        brought = Exists(Sighting.objects.filter(post=OuterRef("pk"), source__in=own))
        posts = Post.objects.filter(self._condition()).filter(Q(mentioned) | Q(brought))
        # The condition finds candidates; the hash, which also bars them from coming back, decides.
        matching = [
            post.pk
            for post in posts.only("pk", "author", "url").iterator()
            if subject_hash(self.wish.kind, self._value(post), self.wish.site) == self.wish.hash
            and (not self.wish.site or host_of(post.url).removeprefix("www.") == self.wish.site.removeprefix("www."))
        ]
        return Post.objects.filter(pk__in=matching)

    def _value(self, post: Post) -> str:
        return post.author if self.wish.kind == "author" else post.url

    def _condition(self) -> Q:
        if self.wish.kind == "author":
            return Q(author__iexact=self.wish.value)
        return Q(url__icontains=bare_address(self.wish.value))

    def count(self) -> Touched:
        """How much there is of each kind."""
        posts, workspace = self.post_ids, self.workspace
        judged = Judgement.objects.filter(workspace=workspace, post__in=posts).count()
        corrected = MoodCorrection.objects.filter(workspace=workspace, post__in=posts).count()
        beside = captures_to_go(self.own_ids, spare_shared=True)
        return Touched(
            posts=len(self.own_ids),
            posts_elsewhere=len(self.elsewhere),
            revisions=PostRevision.objects.filter(post__in=self.own_ids).count(),
            figures=Figures.objects.filter(post__in=self.own_ids).count(),
            mentions=Mention.objects.visible_to(workspace).filter(post__in=posts).count(),
            judgements=judged + corrected,
            replies=Post.objects.filter(reply_to__in=self.own_ids).exclude(pk__in=self.own_ids).count(),
            captures=len(self.captures),
            snapshots_shared=len(self.captures - beside),
            bodies=unreferenced(self.captures),
            rows=self.rejected().count(),
            files=forget_in_files(workspace, self._holds, is_told_only=True),
            copies=sum(keeper.count(workspace, posts, self.wish) for keeper in _keepers),
            entries=AuditEntry.objects.filter(
                workspace_id=workspace.pk, object_kind="post", object_id__in=[str(pk) for pk in posts]
            ).count(),
        )

    def rejected(self) -> "QuerySet[RejectedRow]":
        """Rows of imported files that hold the name, or the address in any spelling."""
        rows = RejectedRow.objects.filter(file_import__workspace=self.workspace)
        wanted = self.wish.value if self.wish.kind == "author" else host_of(self.wish.value)
        # As JSON writes it; in the database, since a file may have many rejected rows.
        candidates = rows.filter(row__icontains=json.dumps(wanted, ensure_ascii=False)[1:-1])
        if self.wish.kind == "author":
            return candidates
        holding = [
            one.pk
            for one in candidates.only("pk", "row").iterator()
            if self._holds(" ".join(map(str, one.row.values())))
        ]
        return rows.filter(pk__in=holding)

    def _holds(self, text: str) -> bool:
        """Whether a text names whom the wish names: the name in any case, or the address in any spelling."""
        if self.wish.kind == "author":
            return self.wish.value.casefold() in text.casefold()
        bare = bare_address(self.wish.value)
        return any(bare_address(found) == bare for found in _ADDRESS.findall(text))

    def forget_opinions(self) -> None:
        """Take away what is the workspace's own; measures stay as they are."""
        posts, workspace = self.post_ids, self.workspace
        Judgement.objects.filter(workspace=workspace, post__in=posts).delete()
        MoodCorrection.objects.filter(workspace=workspace, post__in=posts).delete()
        PostHold.objects.filter(workspace=workspace, post__in=posts).delete()
        Mention.objects.filter(workspace=workspace, post__in=posts).delete()
        Filing.objects.filter(topic__workspace=workspace, post__in=posts).delete()
        self.rejected().delete()
        forget_in_files(workspace, self._holds)


def _redact(workspace: Workspace, subjects: Sequence[tuple[str, str]], tombstone: Erasure) -> None:
    """Take the names of what went out of the audit trail; that it was done, when and by whom stays."""
    kinds, ids = [kind for kind, _pk in subjects], [pk for _kind, pk in subjects]
    mark = bytes(tombstone.subject_hash).hex()[:12]
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('sentinel.erasing', 'on', true)")
        cursor.execute(
            """UPDATE core_auditentry AS entry
                  SET object_label = '',
                      data = (entry.data - 'url' - 'note' - 'title') || jsonb_build_object('erased', %s::text)
                 FROM unnest(%s::text[], %s::text[]) AS gone(kind, id)
                WHERE entry.workspace_id = %s AND entry.object_kind = gone.kind AND entry.object_id = gone.id""",
            [mark, kinds, ids, workspace.pk],
        )
        cursor.execute("SELECT set_config('sentinel.erasing', 'off', true)")
