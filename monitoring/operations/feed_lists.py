"""Many feeds at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from monitoring.detecting.feeds import NamedFeed
from monitoring.models import Subscription
from monitoring.operations.sources import add_source
from monitoring.sources import feed as feed_kind
from monitoring.sources.items import DefinitionError
from sentinel.core.models import User, Workspace
from sentinel.core.net.guard import RefusedAddressError, parse_target
from sentinel.core.operations import WrongStateError


@dataclass(frozen=True, slots=True)
class AddedFeeds:
    """What became of a list: the new subscriptions; how many were read already; the feeds that no visit could begin."""

    added: list[Subscription]
    known: int
    refused: list[NamedFeed]


@transaction.atomic
def add_feeds(
    *, workspace: Workspace, feeds: Iterable[NamedFeed], retention_days: int, by: User, now: datetime
) -> AddedFeeds:
    """Subscribe the workspace to each feed; one that cannot be read never stops the others.

    The first visit of each tests it.
    """
    result = AddedFeeds([], 0, [])
    known = 0
    for one in feeds:
        try:
            parse_target(one.url)
            definition = feed_kind.validate({"url": one.url})
            subscription = add_source(
                workspace=workspace,
                kind="feed",
                definition=definition,
                url=definition["url"],
                zone=workspace.time_zone,
                interval=None,
                name=one.name,
                channel=one.channel,
                retention_days=retention_days,
                by=by,
                now=now,
            )
        except (DefinitionError, RefusedAddressError):
            result.refused.append(one)
        except WrongStateError:
            known += 1
        else:
            result.added.append(subscription)
    return AddedFeeds(result.added, known, result.refused)
