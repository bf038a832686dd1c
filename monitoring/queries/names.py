"""Names on pages: sources as the workspace calls them, authors as pseudonyms."""

import hashlib
import hmac
from functools import cache

from django.conf import settings
from django.db.models import Q

from monitoring.crawling.addresses import host_of
from monitoring.models import Post, Subscription
from monitoring.text.pseudonym import pseudonym
from sentinel.core.models import Workspace


def source_names(workspace: Workspace) -> dict[int, str]:
    """By source, the workspace's name for it."""
    return dict(Subscription.objects.filter(workspace=workspace).order_by("name").values_list("source_id", "name"))


def is_from(workspace: Workspace, channel: str) -> Q:
    """Mentions whose source is this channel to the workspace; a feed that it reads no longer was news."""
    mine = Subscription.objects.filter(workspace=workspace)
    read = Q(source__in=mine.filter(channel=channel).values("source"))
    return read | Q(source__kind="feed") & ~Q(source__in=mine.values("source")) if channel == "news" else read


def author_code(post: Post, workspace_id: int) -> str:
    """The author's pseudonym in a workspace, "" where none is stated; two workspaces cannot compare theirs."""
    return pseudonym(post.author, host_of(post.url), _key(settings.SECRET_KEY, workspace_id)) if post.author else ""


@cache
def _key(secret: str, workspace_id: int) -> bytes:
    return hmac.new(secret.encode(), f"pseudonyms:{workspace_id}".encode(), hashlib.sha256).digest()
