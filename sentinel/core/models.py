"""People, workspaces, the audit trail, live sequence numbers and heartbeats."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sentinel.core.permissions import Permission, Role, permissions_of

THEMES = [("auto", _("Follow the system")), ("light", _("Light")), ("dark", _("Dark"))]
LANGUAGES = [("zh-hant", "繁體中文"), ("zh-hans", "简体中文"), ("en", "English")]


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """A person; what they may do is held per workspace in `Membership`."""

    email = models.EmailField(max_length=254, unique=True)  # in lower case
    name = models.CharField(max_length=80)
    language = models.CharField(max_length=8, choices=LANGUAGES, default="zh-hant")
    theme = models.CharField(
        max_length=8,
        choices=[("auto", _("Follow the system")), ("light", _("Light")), ("dark", _("Dark"))],
        default="auto",
    )
    keys_enabled = models.BooleanField(default=True)
    sound_enabled = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    # Runs the installation: opens single private addresses to the crawler and sees parked work.
    is_operator = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def initial(self) -> str:
        """The one character that stands for the person: the given name's first in Chinese, else the first."""
        name = self.name.strip()
        return name[-2] if len(name) == 3 and not name.isascii() else name[:1].upper()


class Workspace(models.Model):
    """A brand, a subsidiary or an agency's client; nobody sees one that they are not a member of."""

    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    time_zone = models.CharField(max_length=40, default="Asia/Taipei")
    brand_names = ArrayField(models.CharField(max_length=60), default=list)
    competitors = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """What a person is in a workspace."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    roles = ArrayField(models.CharField(max_length=10, choices=[(role.value, role.value) for role in Role]))
    is_practice = models.BooleanField(default=False, db_default=False)  # played by Sentinel in a drill, never a person
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "user"], name="membership_once"),
            models.CheckConstraint(condition=Q(roles__len__gt=0), name="membership_has_a_role"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.workspace}"

    @property
    def permissions(self) -> frozenset[Permission]:
        return permissions_of(self.roles)

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self, now: datetime) -> Self:
        return self.filter(accepted_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=now)


class Invitation(models.Model):
    """A one-time link that makes its reader a member; only the token's hash is kept."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="invitations")
    token_hash = models.CharField(max_length=64, unique=True)
    roles = ArrayField(models.CharField(max_length=10))
    label = models.CharField(max_length=80, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True, accepted_by__isnull=True)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False),
                name="invitation_accepted_by_someone",
            )
        ]

    def __str__(self) -> str:
        return self.label or str(self.pk)


class SetupLinkQuerySet(models.QuerySet["SetupLink"]):
    def open(self, token_hash: str) -> Self:
        """The link of this hash, while it is unused and nobody exists."""
        return self.filter(~Exists(User.objects.all()), token_hash=token_hash, used_at__isnull=True)


class SetupLink(models.Model):
    """The one-time link of the first start; only the newest, unused one opens the page."""

    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(null=True)

    objects = SetupLinkQuerySet.as_manager()

    def __str__(self) -> str:
        return str(self.pk)


class AuditEntryQuerySet(models.QuerySet["AuditEntry"]):
    def visible_to(self, workspace: Workspace, reader: User) -> Self:
        """The workspace's entries; who runs the installation also sees those that belong to no workspace."""
        seen = Q(workspace_id=workspace.pk)
        return self.filter(seen | Q(workspace_id__isnull=True) if reader.is_operator else seen)

    def in_thread(self, thread: str) -> Self:
        """What belongs to one thing, in order of time: its log."""
        return self.filter(thread=thread).order_by("at", "pk")

    def newest_first(self) -> Self:
        return self.order_by("-at", "-pk")

    def before(self, entry: "AuditEntry") -> Self:
        """What comes after `entry` when read newest first."""
        return self.filter(Q(at__lt=entry.at) | Q(at=entry.at, pk__lt=entry.pk))

    def after(self, entry: "AuditEntry") -> Self:
        """What comes before `entry` when read newest first."""
        return self.filter(Q(at__gt=entry.at) | Q(at=entry.at, pk__gt=entry.pk))

    def one_page(self, asked: Mapping[str, str], size: int) -> "AuditPage":
        """The page, newest first, that "before" or "after" of `asked` names by an entry's id, else the newest."""
        after, before = self._mark(asked.get("after", "")), self._mark(asked.get("before", ""))
        if after is not None:
            found = list(self.after(after).order_by("at", "pk")[: size + 1])
            shown, has_newer, has_older = found[:size][::-1], len(found) > size, True
        else:
            found = list((self.before(before) if before else self).newest_first()[: size + 1])
            shown, has_newer, has_older = found[:size], before is not None, len(found) > size
        if not shown:
            return AuditPage((), None, None)
        return AuditPage(tuple(shown), shown[0].pk if has_newer else None, shown[-1].pk if has_older else None)

    def _mark(self, asked: str) -> "AuditEntry | None":
        return self.filter(pk=int(asked)).first() if asked.isdecimal() and len(asked) <= 18 else None


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Entries, newest first, and the ids after or before which its neighbours begin; None where there is none."""

    entries: "tuple[AuditEntry, ...]"
    newer: int | None
    older: int | None


class AuditEntry(models.Model):
    """One write, for ever: a trigger refuses change and deletion; no foreign keys, so that it outlives its subject."""

    at = models.DateTimeField()
    workspace_id = models.BigIntegerField(null=True)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=80, blank=True)
    verb = models.CharField(max_length=60)
    object_kind = models.CharField(max_length=40)
    object_id = models.CharField(max_length=40, blank=True)
    object_label = models.CharField(max_length=200, blank=True)
    thread = models.CharField(max_length=40, blank=True, default="", db_default="")  # what it belongs to: "crisis:12"
    data = models.JSONField(default=dict)

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["workspace_id", "-at"]),
            models.Index(fields=["object_kind", "object_id"]),
            models.Index(fields=["thread", "at"], condition=~Q(thread=""), name="audit_thread"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.object_kind} {self.object_id}"


class LiveCounter(models.Model):
    """The newest live sequence number of a workspace; its row lock makes the sequence gap-free."""

    workspace = models.OneToOneField(Workspace, on_delete=models.CASCADE, primary_key=True, related_name="+")
    seq = models.BigIntegerField(default=0)
    pulse_wanted_at = models.DateTimeField(null=True)  # the pipeline changed figures and has not said so yet
    pulsed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.workspace_id}:{self.seq}"


class LiveEvent(models.Model):
    """What was pushed to a workspace's browsers, so that a reconnecting one can fetch what it missed."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    seq = models.BigIntegerField()
    at = models.DateTimeField()
    kind = models.CharField(max_length=40)
    object_id = models.BigIntegerField(null=True)
    tier = models.SmallIntegerField(null=True)
    counts = models.JSONField(default=dict)
    permission = models.CharField(max_length=40, default=Permission.VIEW)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "seq"], name="live_seq_once")]
        indexes = [models.Index(fields=["at"])]

    def __str__(self) -> str:
        return f"{self.workspace_id}:{self.seq} {self.kind}"


class Heartbeat(models.Model):
    """The last sign of life of a part (worker, beat)."""

    part = models.CharField(max_length=80, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.part


class StageRow(models.Model):
    """A row that a stage works off: it points back at its input and remembers which revision of it was evaluated.

    `due_at` is null while nothing is pending; whoever changes the input sets it. See `sentinel.core.stages`.
    """

    due_at = models.DateTimeField(null=True, default=timezone.now)
    lease_until = models.DateTimeField(null=True)
    attempt = models.SmallIntegerField(default=0)
    parked_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True, default="")
    evaluated_revision = models.BigIntegerField(default=0)

    class Meta:
        abstract = True
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["due_at"],
                name="%(class)s_due",
                condition=Q(due_at__isnull=False, parked_at__isnull=True),
            ),
            models.Index(fields=["parked_at"], name="%(class)s_parked", condition=Q(parked_at__isnull=False)),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(parked_at__isnull=True) | ~Q(error=""), name="%(class)s_parked_says_why"
            ),
        ]
