"""Whoever crawls serves the running drills, and stops when they end."""

import socket
from collections.abc import Iterator

import httpx
import pytest
from celery.signals import task_prerun
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

import monitoring.tasks  # noqa: F401
import sentinel.drill.tasks  # noqa: F401  both as a worker loads them
from playbooks.models import Crisis, Statement
from sentinel.celery import app, prepare
from sentinel.drill import keeper
from sentinel.drill.operations.drills import end_drill
from sentinel.drill.sources import free_ports
from tests.drill.stage import started
from tests.factories import Cast, make_yaori

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast(transactional_db: None) -> Iterator[Cast]:
    yield make_yaori()
    keeper.stop_serving()


def status_at(port: int) -> int | None:
    """What a site answers; None where nobody listens."""
    try:
        return httpx.get(f"http://127.0.0.1:{port}/robots.txt", timeout=30, trust_env=False).status_code
    except httpx.ConnectError:
        return None


def test_sites_are_served_while_the_drill_runs_and_closed_afterwards(cast: Cast) -> None:
    ports = free_ports()
    drill = started(cast, ports=ports, now=timezone.now())
    keeper.keep_serving()
    assert [status_at(port) for port in ports.values()] == [200, 200, 200]
    keeper.keep_serving()  # again and again changes nothing
    assert [status_at(port) for port in ports.values()] == [200, 200, 200]
    end_drill(drill=drill, by=cast.manager, now=timezone.now())
    keeper.keep_serving()
    assert [status_at(port) for port in ports.values()] == [None, None, None]


def test_a_port_that_a_sibling_holds_is_left_to_it(cast: Cast) -> None:
    ports = free_ports()
    with socket.socket() as sibling:
        sibling.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sibling.bind(("127.0.0.1", ports["news"]))
        sibling.listen()
        started(cast, ports=ports, now=timezone.now())
        keeper.keep_serving()
        assert status_at(ports["forum"]) == 200
    keeper.keep_serving()  # the sibling ended
    assert status_at(ports["news"]) == 200


def test_asking_costs_one_query_where_nothing_runs(cast: Cast) -> None:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        keeper.keep_serving()
    assert len(asked) == 1


def test_a_crawl_serves_before_it_begins(cast: Cast) -> None:
    ports = free_ports()
    started(cast, ports=ports, now=timezone.now())
    assert any(prepare is receiver() for _key, receiver in task_prerun.receivers)
    prepare(task=app.tasks["core.tick"])
    assert status_at(ports["news"]) is None
    prepare(task=app.tasks["monitoring.crawl"])
    assert status_at(ports["news"]) == 200


def test_what_the_team_publishes_reaches_the_story(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    drill = started(cast, now=timezone.now())
    kept = keeper.Kept(drill)
    first = kept.find_run()
    assert first is not None
    assert first.statements == ()
    crisis = Crisis.objects.create(
        workspace=cast.workspace,
        number=1,
        title="變質",
        topic=drill.topic,
        is_drill=True,
        level=1,
        started_at=drill.started_at,
        opened_at=drill.started_at,
        opened_by=cast.staff,
    )
    statement = Statement.objects.create(
        crisis=crisis,
        kind="position",
        channel="site",
        text="我們已下架並全額退費",
        created_at=drill.started_at,
        created_by=cast.staff,
    )
    moment = timezone.now()
    for status in ("submitted", "approved", "published"):
        changes = {"status": status}
        if status == "approved":
            changes |= {"approved_at": moment, "approved_by": cast.manager}
        if status == "published":
            changes |= {"published_at": moment, "published_by": cast.manager}
        Statement.objects.filter(pk=statement.pk).update(**changes)
    monkeypatch.setattr(keeper, "FRESH", 0.0)
    run = kept.find_run()
    assert run is not None
    assert [one.text for one in run.statements] == ["我們已下架並全額退費"]
    end_drill(drill=drill, by=cast.manager, now=timezone.now())
    assert kept.find_run() is None
