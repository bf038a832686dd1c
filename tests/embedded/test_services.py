"""The embedded PostgreSQL and Valkey: Chinese is right, nothing is lost, nothing is deleted, one sentence says why."""

import os
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import redis

from sentinel.embedded import postgres, valkey
from sentinel.embedded.processes import Process, StartFailed, free_port
from sentinel.embedded.services import keep_silent


@pytest.fixture(scope="module")
def cluster_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data") / "postgres"


@contextmanager
def running_postgres(folder: Path) -> Iterator[tuple[postgres.Postgres, Process]]:
    server = postgres.prepare(folder, port=free_port())
    process = Process(server.program, keep_silent)
    try:
        postgres.wait_until_ready(server, process)
        yield server, process
    finally:
        process.send(signal.SIGINT)
        assert process.wait(10)


@contextmanager
def running_valkey(folder: Path) -> Iterator[tuple[valkey.Valkey, Process]]:
    server = valkey.prepare(folder, port=free_port())
    process = Process(server.program, keep_silent)
    try:
        valkey.wait_until_ready(server, process)
        yield server, process
    finally:
        process.send(signal.SIGTERM)
        assert process.wait(10)


def test_chinese_is_stored_and_lower_case_is_unicode(cluster_home: Path) -> None:
    with running_postgres(cluster_home) as (server, _process), psycopg.connect(server.url) as connection:
        row = connection.execute("SELECT lower('ÀÉ曜日'), pg_encoding_to_char(encoding) FROM pg_database").fetchone()
    assert row == ("àé曜日", "UTF8")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become nobody")
def test_where_root_may_not_make_a_user_namespace_the_server_runs_as_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        top = Path(name)
        top.chmod(0o711)
        monkeypatch.setattr(postgres, "user_for_postgres", lambda: "65534")
        monkeypatch.setattr(postgres, "STATE", top / "state")
        for folder, home in ((top / "open/postgres", "open"), (top / "closed/postgres", "state")):
            folder.parent.mkdir(mode=0o711 if home == "open" else 0o700)
            with running_postgres(folder) as (server, process):
                assert server.cluster.relative_to(top).parts[0] == home
                assert Path(f"/proc/{process.pid}").stat().st_uid == 65534


def test_strangers_on_the_same_machine_are_not_let_in(cluster_home: Path) -> None:
    with running_postgres(cluster_home) as (server, _process):
        url = server.url.replace(server.url.split(":")[2].split("@")[0], "guess")
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(url)
    assert (cluster_home / "password").stat().st_mode & 0o777 == 0o600


def test_what_was_committed_survives_a_kill(cluster_home: Path) -> None:
    with running_postgres(cluster_home) as (server, process):
        with psycopg.connect(server.url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        process.send(signal.SIGKILL)
        process.wait(5)
    with running_postgres(cluster_home) as (server, _process), psycopg.connect(server.url) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)


def test_a_lock_whose_process_id_went_to_another_program_does_not_matter(cluster_home: Path) -> None:
    with running_postgres(cluster_home) as (server, _process):
        lock = (server.cluster / "postmaster.pid").read_text().splitlines()
    (server.cluster / "postmaster.pid").write_text("\n".join(["1", *lock[1:]]) + "\n")
    with running_postgres(cluster_home):
        pass


def test_an_interrupted_first_start_is_begun_again(tmp_path: Path) -> None:
    (tmp_path / "cluster.new").mkdir()
    (tmp_path / "cluster.new/PG_VERSION").write_text("18\n")
    with running_postgres(tmp_path):
        assert not (tmp_path / "cluster.new").exists()


def test_a_folder_that_is_no_cluster_is_left_alone_and_named(tmp_path: Path) -> None:
    (tmp_path / "cluster").mkdir()
    (tmp_path / "cluster/notes.txt").write_text("mine")
    (tmp_path / "password").touch()
    with pytest.raises(StartFailed, match=r"it is not a PostgreSQL data folder\); nothing in it was changed"):
        postgres.prepare(tmp_path, port=free_port())
    assert (tmp_path / "cluster/notes.txt").read_text() == "mine"


def test_a_cluster_without_its_password_is_left_alone_and_named(tmp_path: Path) -> None:
    (tmp_path / "cluster").mkdir()
    with pytest.raises(StartFailed, match=r"its password, .*/password, is missing\)"):
        postgres.prepare(tmp_path, port=free_port())


def test_a_cluster_of_another_version_is_left_alone_and_named(tmp_path: Path) -> None:
    (tmp_path / "cluster").mkdir()
    (tmp_path / "cluster/PG_VERSION").write_text("15\n")
    (tmp_path / "password").touch()
    with pytest.raises(StartFailed, match=r"it was written by PostgreSQL 15, this is 18\)"):
        postgres.prepare(tmp_path, port=free_port())


def test_a_damaged_cluster_is_left_alone_and_the_reason_is_told(tmp_path: Path) -> None:
    with running_postgres(tmp_path) as (server, _process):
        control = server.cluster / "global/pg_control"
    control.write_bytes(b"\0" * 8192)
    with (
        pytest.raises(StartFailed, match=r"cannot be opened \((FATAL|PANIC).*nothing in it was changed"),
        running_postgres(tmp_path),
    ):
        pass
    assert control.exists()


def test_the_broker_keeps_what_it_was_given(tmp_path: Path) -> None:
    with running_valkey(tmp_path) as (server, process):
        with redis.Redis.from_url(server.url) as client:
            client.set("kept", "曜日")
        process.send(signal.SIGKILL)
        process.wait(5)
    with running_valkey(tmp_path) as (server, _process), redis.Redis.from_url(server.url) as client:
        assert client.get("kept") == "曜日".encode()


def test_the_broker_wants_its_password(tmp_path: Path) -> None:
    with running_valkey(tmp_path) as (server, _process):
        with redis.Redis(port=server.port) as client, pytest.raises(redis.AuthenticationError):
            client.ping()
        assert (tmp_path / "valkey.conf").stat().st_mode & 0o777 == 0o600


def test_damaged_broker_data_is_left_alone_and_named(tmp_path: Path) -> None:
    with running_valkey(tmp_path) as (server, _process), redis.Redis.from_url(server.url) as client:
        client.set("kept", 1)
    damaged = next((tmp_path / "appendonlydir").glob("*.incr.aof"))
    damaged.write_bytes(b"this is no log of commands\r\n")
    with (
        pytest.raises(StartFailed, match=r"The broker's data in .* cannot be opened .*moving that folder away"),
        running_valkey(tmp_path),
    ):
        pass
    assert damaged.exists()
