"""Every write of people and workspaces."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from sentinel.core import audit, live
from sentinel.core.models import Heartbeat, Invitation, LiveCounter, Membership, SetupLink, User, Workspace
from sentinel.core.permissions import Role
from sentinel.core.secrets import new_token, token_hash
from sentinel.core.stages import Row, Stage

INVITATION_LASTS = timedelta(days=7)


class WrongStateError(Exception):
    """The thing is no longer in a state that allows the verb; `code` says which, the edge words it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def issue_setup_link(*, now: datetime) -> str | None:
    """A fresh one-time token for the first start, or None when people exist already."""
    with transaction.atomic():
        if User.objects.exists():
            return None
        token = new_token()
        SetupLink.objects.filter(used_at__isnull=True).delete()
        SetupLink.objects.create(token_hash=token_hash(token), created_at=now)
        return token


def use_setup_link(*, token: str, now: datetime) -> None:
    """Claim the one-time link while nobody exists; raises WrongStateError('used') for everyone but the first."""
    if not SetupLink.objects.open(token_hash(token)).update(used_at=now):
        raise WrongStateError("used")


@transaction.atomic
def create_user(
    *, email: str, name: str, password: str, language: str, now: datetime, is_operator: bool = False
) -> User:
    """A new person; raises WrongStateError('email-taken')."""
    user = User(
        email=email.strip().lower(), name=name.strip(), language=language, is_operator=is_operator, created_at=now
    )
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        raise WrongStateError("email-taken") from error
    audit.record(verb="create", subject=user, by=user, now=now)
    return user


def _free_slug(name: str) -> str:
    stem = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:30] or "workspace"
    taken = set(Workspace.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    return next(slug for slug in (stem, *(f"{stem}-{n}" for n in range(2, len(taken) + 3))) if slug not in taken)


@transaction.atomic
def create_workspace(
    *,
    name: str,
    time_zone: str,
    brand_names: Sequence[str],
    competitors: Sequence[str],
    by: User,
    now: datetime,
) -> Workspace:
    """A new workspace whose creator holds every role."""
    workspace = Workspace.objects.create(
        slug=_free_slug(name),
        name=name.strip(),
        time_zone=time_zone,
        brand_names=list(brand_names),
        competitors=list(competitors),
        created_at=now,
    )
    LiveCounter.objects.create(workspace=workspace)
    Membership.objects.create(workspace=workspace, user=by, roles=[role.value for role in Role], created_at=now)
    audit.record(verb="create", subject=workspace, by=by, now=now, workspace=workspace)
    return workspace


@transaction.atomic
def invite(
    *, workspace: Workspace, roles: Iterable[Role], label: str, by: User, now: datetime
) -> tuple[Invitation, str]:
    """An invitation and its token, which is shown once."""
    token = new_token()
    invitation = Invitation.objects.create(
        workspace=workspace,
        token_hash=token_hash(token),
        roles=[role.value for role in roles],
        label=label.strip(),
        created_by=by,
        created_at=now,
        expires_at=now + INVITATION_LASTS,
    )
    audit.record(
        verb="invite", subject=invitation, by=by, now=now, workspace=workspace, data={"roles": invitation.roles}
    )
    return invitation, token


@transaction.atomic
def accept_invitation(*, token: str, by: User, now: datetime) -> Membership:
    """Make the reader of the link a member; raises WrongStateError('invitation-closed')."""
    invitation = (
        Invitation.objects.open(now)
        .select_for_update(of=("self",))
        .select_related("workspace")
        .filter(token_hash=token_hash(token))
        .first()
    )
    if invitation is None:
        raise WrongStateError("invitation-closed")
    invitation.accepted_at, invitation.accepted_by = now, by
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    membership, created = Membership.objects.get_or_create(
        workspace=invitation.workspace, user=by, defaults={"roles": invitation.roles, "created_at": now}
    )
    if not created:
        membership.roles = sorted({*membership.roles, *invitation.roles})
        membership.save(update_fields=["roles"])
    audit.record(
        verb="join",
        subject=membership,
        by=by,
        now=now,
        workspace=invitation.workspace,
        data={"roles": membership.roles},
    )
    return membership


@transaction.atomic
def join_with_new_account(
    *, token: str, email: str, name: str, password: str, language: str, now: datetime
) -> Membership:
    """A new person who joins by a link; raises WrongStateError('email-taken' or 'invitation-closed')."""
    user = create_user(email=email, name=name, password=password, language=language, now=now)
    return accept_invitation(token=token, by=user, now=now)


@transaction.atomic
def withdraw_invitation(*, invitation: Invitation, by: User, now: datetime) -> None:
    """Close an open invitation; raises WrongStateError('invitation-closed')."""
    if not Invitation.objects.open(now).filter(pk=invitation.pk).update(withdrawn_at=now):
        raise WrongStateError("invitation-closed")
    audit.record(verb="withdraw", subject=invitation, by=by, now=now, workspace=invitation.workspace)


def _refuse_without_admin(workspace: Workspace) -> None:
    if not Membership.objects.filter(workspace=workspace, roles__contains=[Role.ADMIN]).exists():
        raise WrongStateError("last-admin")


@transaction.atomic
def change_roles(*, membership: Membership, roles: Iterable[Role], by: User, now: datetime) -> None:
    """Give a member other roles; raises WrongStateError('last-admin')."""
    Workspace.objects.select_for_update().get(pk=membership.workspace_id)
    before = membership.roles
    membership.roles = [role.value for role in roles]
    membership.save(update_fields=["roles"])
    _refuse_without_admin(membership.workspace)
    audit.record(
        verb="change-roles",
        subject=membership,
        by=by,
        now=now,
        workspace=membership.workspace,
        data={"before": before, "after": membership.roles},
    )
    live.recheck_access(membership.user_id)


@transaction.atomic
def remove_member(*, membership: Membership, by: User, now: datetime) -> None:
    """End a membership; raises WrongStateError('last-admin')."""
    workspace, user_id = membership.workspace, membership.user_id
    Workspace.objects.select_for_update().get(pk=workspace.pk)
    audit.record(verb="remove", subject=membership, by=by, now=now, workspace=workspace)
    membership.delete()
    _refuse_without_admin(workspace)
    live.recheck_access(user_id)


@transaction.atomic
def save_preferences(
    *, user: User, name: str, language: str, theme: str, keys_enabled: bool, sound_enabled: bool, now: datetime
) -> None:
    """A person's own settings."""
    user.name, user.language, user.theme = name.strip(), language, theme
    user.keys_enabled, user.sound_enabled = keys_enabled, sound_enabled
    user.save(update_fields=["name", "language", "theme", "keys_enabled", "sound_enabled"])
    audit.record(verb="change-preferences", subject=user, by=user, now=now)


def forget_heartbeats() -> None:
    """What lived in an earlier run says nothing about this one."""
    Heartbeat.objects.all().delete()


def forget_old_heartbeats(*, now: datetime) -> None:
    """Those of workers that are gone for a day: a container has a new name each time it is made."""
    Heartbeat.objects.filter(at__lt=now - timedelta(days=1)).delete()


@transaction.atomic
def choose_language(*, user: User, language: str, now: datetime) -> None:
    """The language that the person reads, on every page and in every message."""
    user.language = language
    user.save(update_fields=["language"])
    audit.record(verb="change-preferences", subject=user, by=user, now=now, data={"language": language})


@transaction.atomic
def change_password(*, user: User, password: str, now: datetime) -> None:
    """Another password; every other session and socket of the person ends."""
    user.set_password(password)
    user.save(update_fields=["password"])
    audit.record(verb="change-password", subject=user, by=user, now=now)
    live.recheck_access(user.pk)


@transaction.atomic
def release_parked(*, stage: Stage[Row], rows: QuerySet[Row], workspace: Workspace, by: User, now: datetime) -> int:
    """Give parked rows of a stage another chance; how many there were."""
    released = list(rows.filter(parked_at__isnull=False).values_list("pk", flat=True))
    count = stage.release(rows.filter(pk__in=released), now=now)
    if count:
        audit.record(
            verb="release",
            subject=workspace,
            by=by,
            now=now,
            workspace=workspace,
            data={"stage": stage.name, "rows": released[:100], "count": count},
        )
    return count


def beat_heart(*, part: str, now: datetime) -> None:
    """The sign of life of a part of the installation."""
    Heartbeat.objects.update_or_create(part=part, defaults={"at": now})
