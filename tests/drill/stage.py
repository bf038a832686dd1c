"""The stage of the drill's tests: a scenario that is started for 曜日乳業, and its sites visited by hand."""

from datetime import datetime

from django.db import connection

from monitoring.models import Source
from monitoring.sources.items import Item
from sentinel.drill.models import Drill
from sentinel.drill.operations.drills import start_drill
from sentinel.drill.report_wording import practice_colleagues
from sentinel.drill.scenario import builtin_scenarios
from sentinel.drill.storyline import Names
from tests.factories import NOW, Cast
from tests.monitoring.stage import capture, work

PORTS = {"news": 18391, "forum": 18392, "weibo": 18393}
SCENARIO = builtin_scenarios()["food-safety"]


def started(
    cast: Cast,
    *,
    text: str = SCENARIO,
    speed: float = 1.0,
    ports: dict[str, int] | None = None,
    brand: str = "曜日鮮乳",
    tells_outlets: bool = False,
    with_colleagues: bool = False,
    now: datetime = NOW,
) -> Drill:
    """A running drill of the cast's workspace."""
    return start_drill(
        workspace=cast.workspace,
        text=text,
        name="演練 %(number)s：變質鮮乳",
        speed=speed,
        seed=7,
        ports=ports or PORTS,
        names=Names(brand, "月見乳業"),
        tells_outlets=tells_outlets,
        colleagues=practice_colleagues() if with_colleagues else {},
        by=cast.manager,
        now=now,
    )


def brought(drill: Drill, *items: Item, now: datetime = NOW) -> None:
    """Have the drill's first source bring `items` and the pipeline take them in."""
    source = Source.objects.get(pk=drill.sources[0])
    Source.objects.filter(pk=source.pk, last_success_at=None).update(last_success_at=now)
    source.refresh_from_db()
    capture(source, *items, now=now)
    work(now)


def rows_of_every_table() -> dict[str, int]:
    """How many rows each table holds."""
    with connection.cursor() as cursor:
        counts = {}
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")
            counts[table] = cursor.fetchone()[0]
        return counts
