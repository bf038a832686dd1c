"""The stage of the tests of alerts: topics with rules, reasons, alerts of 曜日乳業."""

from datetime import datetime

from alerts.models import Alert, Outlet
from alerts.operations.alerts import raise_alert
from alerts.operations.outlets import add_outlet
from alerts.operations.rules import create_default_rules
from alerts.outlets.webhook import new_secret
from alerts.rules import Reason
from alerts.tiers import Tier
from monitoring.models import Topic
from tests.factories import NOW, Cast
from tests.monitoring.stage import watch_brand

THRESHOLDS = {"4": 1, "3": 3, "2": 8, "1": 20}


def reason(tier: Tier, kind: str = "sensitive") -> Reason:
    """A rule that speaks for `tier`."""
    threshold = THRESHOLDS[str(tier.value)]
    figures = {"posts": threshold, "authors": threshold, "min_count": 1}
    return Reason(kind, threshold, threshold, dict(THRESHOLDS), tier, "", figures, rule_version=1)


def watched(cast: Cast, *, name: str = "曜日鮮乳", now: datetime = NOW) -> Topic:
    """A topic with the rules that every brand begins with."""
    topic = watch_brand(cast, name=name, now=now)
    create_default_rules(topic=topic, by=cast.admin, now=now)
    return topic


def raised(topic: Topic, tier: Tier = Tier.YELLOW, *, now: datetime = NOW) -> Alert:
    """The topic's open alert, opened at or raised to `tier`."""
    alert = raise_alert(topic=topic, tier=tier, reasons=[reason(tier)], now=now)
    assert alert is not None
    return alert


def outlet(
    cast: Cast,
    *,
    kind: str = "webhook",
    name: str = "值班系統",
    address: str = "https://hooks.example/in",
    least_tier: Tier = Tier.BLUE,
    language: str = "zh-hant",
    now: datetime = NOW,
) -> Outlet:
    """Where the cast's alerts are sent."""
    return add_outlet(
        workspace=cast.workspace,
        kind=kind,
        name=name,
        address=address,
        secret=new_secret() if kind == "webhook" else "",
        least_tier=least_tier,
        language=language,
        by=cast.admin,
        now=now,
    )
