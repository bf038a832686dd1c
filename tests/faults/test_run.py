"""`./run` as a whole: it starts, says where it is, survives what dies, and leaves nothing behind."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sentinel.embedded.processes import free_port
from sentinel.embedded.services import temporary_services
from tests.instance import REPOSITORY, Instance, running_instance, wait_for

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks into /proc"),
]
SIGNS_OF_LIFE_LAST = 21.0  # seconds
PARTS = {"web", "worker", "beat", "postgres", "valkey"}


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """One running instance for the tests that leave it running."""
    with running_instance(tmp_path_factory.mktemp("shared") / "data") as instance:
        yield instance


def refused(instance: Instance) -> str:
    """What an instance says that does not start: one line on standard error, after its log."""
    process = instance.launch()
    assert process.stdout is not None
    output, _nothing = process.communicate(timeout=180)
    assert output == ""
    assert process.returncode == 1
    assert not instance.processes()
    last = instance.log.read_text().splitlines()[-1]
    assert "Traceback" not in instance.log.read_text()
    return last


def run_command(instance: Instance, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`./run <command> …` on the instance's data folder."""
    command = [sys.executable, "-m", "sentinel.embedded.command", *arguments]
    return subprocess.run(command, env=instance.variables, capture_output=True, text=True, timeout=180)


def listening_addresses(instance: Instance) -> set[str]:
    """The local addresses, as in /proc/net/tcp, on which the instance's processes listen."""
    inodes = set()
    for pid in instance.processes():
        for link in Path(f"/proc/{pid}/fd").glob("*"):
            try:
                inodes.add(os.readlink(link))
            except OSError:
                continue
    lines = [
        line.split() for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]
    ]
    return {line[1].split(":")[0] for line in lines if line[3] == "0A" and f"socket:[{line[9]}]" in inodes}


def test_it_is_ready_when_it_says_so(instance: Instance) -> None:
    answer = instance.readyz()
    assert answer["ok"]
    assert set(answer["checks"]) == {"database", "broker", "migrations", "worker", "beat"}


def test_nothing_listens_beyond_loopback(instance: Instance) -> None:
    assert listening_addresses(instance) == {"0100007F"}


def test_the_log_tells_the_parts_apart(instance: Instance) -> None:
    names = {line.split("|")[0].strip() for line in instance.log.read_text().splitlines() if "|" in line}
    assert names <= PARTS | {"run"}
    assert "postgres" in names


def test_a_second_run_on_the_same_folder_says_so_in_one_sentence(instance: Instance) -> None:
    second = Instance(instance.folder, variables={"PORT": str(free_port())})
    process = second.launch()
    output, _nothing = process.communicate(timeout=90)
    assert (process.returncode, output) == (1, "")
    expected = f"Sentinel already runs on the data folder {instance.folder} ({instance.address}).\n"
    assert second.log.read_text() == expected
    assert instance.readyz()["ok"]


def test_a_command_works_on_the_running_instance(instance: Instance) -> None:
    result = run_command(instance, "migrate", "--check")
    assert (result.returncode, result.stderr) == (0, "")


def test_a_command_that_needs_the_database_says_when_nothing_runs(tmp_path: Path) -> None:
    result = run_command(Instance(tmp_path / "data"), "migrate", "--check")
    assert result.returncode == 1
    assert result.stderr == (
        "This command needs a running Sentinel: start ./run in another terminal, or set DATABASE_URL and REDIS_URL.\n"
    )


@pytest.mark.parametrize("part", ["worker", "web", "beat", "valkey", "postgres"])
def test_a_part_that_dies_comes_back(instance: Instance, part: str) -> None:
    killed = instance.pid_of(part)
    os.kill(killed, signal.SIGKILL)
    wait_for(lambda: f"{part} has ended (exit code -9): starting it again in" in instance.log.read_text(), 30)
    wait_for(lambda: instance.pid_of(part) not in (None, killed), 30)
    if part == "valkey":
        time.sleep(SIGNS_OF_LIFE_LAST)  # else the worker would be well by what it handled before
    wait_for(lambda: instance.readyz().get("ok"), 180)


def test_it_stops_within_fifteen_seconds_and_leaves_nothing(tmp_path: Path) -> None:
    with running_instance(tmp_path / "data") as instance:
        assert instance.read_setup_link().startswith(instance.address)
        began = time.monotonic()
        assert instance.stop(signal.SIGINT) == 0
        assert time.monotonic() - began <= 15
        assert not instance.processes()
        assert not (tmp_path / "data/instance.json").exists()


def test_a_killed_supervisor_leaves_nothing_and_the_next_run_finds_all_data(tmp_path: Path) -> None:
    with running_instance(tmp_path / "data") as first:
        made = run_command(first, "shell", "--verbosity", "0", "-c", MAKE_USER)
        assert made.returncode == 0, made.stderr
        assert first.process is not None
        with first.process:
            first.process.kill()
        wait_for(lambda: not first.processes(), 30, every=0.05)
    with running_instance(tmp_path / "data") as again:
        counted = run_command(again, "shell", "--verbosity", "0", "-c", COUNT_USERS)
        assert counted.stdout == "1\n", counted.stderr


MAKE_USER = "from django.contrib.auth import get_user_model as m; m()(email='shufen@example.com').save()"
COUNT_USERS = "from django.contrib.auth import get_user_model as m; print(m().objects.count())"


def test_a_busy_port_is_named_and_nothing_is_left_running(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        instance = Instance(tmp_path / "data", variables={"PORT": port})
        assert refused(instance) == (
            f"Port {port} on 127.0.0.1 is in use by another program: choose another with PORT."
        )


def test_a_damaged_database_is_named_and_not_touched(tmp_path: Path) -> None:
    cluster = tmp_path / "data/postgres/cluster"
    cluster.mkdir(parents=True)
    (cluster / "PG_VERSION").write_text("18\n")
    (cluster.parent / "password").write_text("secret")
    message = refused(Instance(tmp_path / "data"))
    assert message.startswith(f"The database in {cluster} cannot be opened (")
    assert [path.name for path in cluster.iterdir()] == ["PG_VERSION"]


@pytest.mark.parametrize(
    ("name", "url", "message"),
    [
        (
            "DATABASE_URL",
            "postgresql://u:secret@127.0.0.1:1/x",
            "The database in DATABASE_URL (127.0.0.1:1/x) does not",
        ),
        (
            "DATABASE_URL",
            "mysql://u:secret@127.0.0.1/x",
            "DATABASE_URL does not name such a server as Sentinel needs: it looks like postgresql://",
        ),
        ("REDIS_URL", "redis://:secret@127.0.0.1:1/0", "The broker in REDIS_URL (127.0.0.1:1/0) does not answer"),
        ("REDIS_URL", "nonsense", "REDIS_URL does not name such a server as Sentinel needs: it looks like redis://"),
    ],
)
def test_a_given_server_that_does_not_answer_is_named(tmp_path: Path, name: str, url: str, message: str) -> None:
    said = refused(Instance(tmp_path / "data", variables={name: url}))
    assert said.startswith(message)
    assert "secret" not in said


def test_given_servers_are_used_and_none_are_started(tmp_path: Path) -> None:
    with temporary_services() as urls, running_instance(tmp_path / "data", variables=urls) as instance:
        commands = " ".join(instance.processes().values())
        assert "postgres" not in commands
        assert "valkey-server" not in commands
        assert instance.readyz()["ok"]


@pytest.fixture(scope="module")
def foreign_copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, tuple[str, ...], Path]]:
    """A copy of the program that its user may not write to, how to become that user, and that user's home."""
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        pytest.skip("only root can become an ordinary user")
    top = Path("/var/tmp") / f"sentinel-{os.getpid()}"
    copy, home = top / "copy", top / "home"
    ignored = shutil.ignore_patterns(".venv*", ".data", ".git", "__pycache__", ".*_cache", ".hypothesis")
    shutil.copytree(REPOSITORY, copy, ignore=ignored)
    home.mkdir()
    os.chown(home, 65534, 65534)
    become = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "env", "-C", "/", f"HOME={home}")
    yield copy, become, home
    shutil.rmtree(top)


def test_an_ordinary_user_runs_a_copy_that_is_not_theirs(foreign_copy: tuple[Path, tuple[str, ...], Path]) -> None:
    copy, become, home = foreign_copy
    options = {"PATH": "/usr/local/bin:/usr/bin:/bin", "XDG_DATA_HOME": "", "PYTHONPATH": "", "DATA_DIR": ""}
    with running_instance(home, command=(*become, str(copy / "run")), variables=options) as instance:
        assert instance.readyz()["ok"]
        assert instance.stop() == 0
    (own,) = (home / ".local/share/sentinel").iterdir()
    assert {path.name for path in own.iterdir()} >= {"data", "venv"}
    assert not (copy / ".venv").exists()
    assert not (copy / ".data").exists()
    began = time.monotonic()
    command = [*become, str(copy / "run"), "lab", "score"]
    line = '{"id": 1, "text": "難吃"}\n'
    result = subprocess.run(command, input=line, env=instance.variables, capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith('{"id": 1, ')
    assert time.monotonic() - began < 10  # nothing is installed again
