"""Sources of the cast's workspaces that bring their posts themselves."""

from datetime import datetime
from typing import Any

from monitoring.models import Subscription
from monitoring.operations.sources import add_source
from monitoring.operations.tokens import issue_token
from tests.factories import NOW, Cast


def pushed(cast: Cast, kind: str = "api", *, now: datetime = NOW, **more: Any) -> Subscription:
    """A source of `kind` that the cast's admin made."""
    definition = {"id": f"{cast.workspace.slug}-{kind}", **more.pop("definition", {})}
    return add_source(
        workspace=cast.workspace,
        kind=kind,
        definition=definition,
        url=f"sentinel:{kind}/{definition['id']}",
        zone="Asia/Taipei",
        interval=None,
        name="自己的採集器",
        retention_days=180,
        by=cast.admin,
        now=now,
        channel="social",
        is_pushed=True,
        **more,
    )


def token_for(cast: Cast, subscription: Subscription) -> str:
    """A token's text, as its program knows it."""
    return issue_token(subscription=subscription, label="機房", by=cast.admin, now=NOW)[1]
