"""What compose and image say is run: each command on a copy that nobody may write to, as an ordinary user."""

import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis

from sentinel.embedded import valkey
from sentinel.embedded.postgres import find_programs
from sentinel.embedded.processes import free_port
from sentinel.embedded.services import temporary_services
from tests.instance import wait_for
from tests.production import compose, image
from tests.production.compose import SECRETS, services

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(not compose.is_here(), reason="no Docker Compose for this kind of machine"),
]
PATH = f"{os.path.dirname(sys.executable)}:{os.environ['PATH']}"
HEADERS = {"Host": "sentinel.example", "X-Forwarded-Proto": "https"}


def as_nobody() -> tuple[str, ...]:
    """How to become the user of the image; nothing where we cannot, or where that user may not read our Python."""
    become = ("setpriv", "--reuid=10001", "--regid=10001", "--clear-groups", "--no-new-privs")
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        return ()
    probe = subprocess.run(
        [*become, "env", "python", "-c", "import django"], env={"PATH": PATH}, cwd="/", capture_output=True
    )
    return become if probe.returncode == 0 else ()


class Place:
    """A copy of what the image holds, with the variables that a service gets."""

    def __init__(self, folder: Path, urls: Mapping[str, str]) -> None:
        self.folder, self.urls, self.port, self.become = folder, urls, free_port(), as_nobody()

    def variables(self, name: str) -> dict[str, str]:
        """The image's and the service's; the servers, the address and the Python are the test's."""
        ours = {**self.urls, "HOST": "127.0.0.1", "PORT": str(self.port), "PATH": PATH}
        return {**image.variables(), **services()[name]["environment"], **ours}

    def start(self, name: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [*self.become, *services()[name]["command"]],
            cwd=self.folder,
            env=self.variables(name),
            start_new_session=True,
        )

    def check(self, name: str) -> int:
        """The exit code of the health check. The process that it might end is none: the first one is the machine's."""
        kind, *command = services()[name]["healthcheck"]["test"]
        assert kind == "CMD"
        if "--end" in command:
            command = command[: command.index("--end")]
        return subprocess.run(
            [*self.become, *command], cwd=self.folder, env=self.variables(name), capture_output=True, check=False
        ).returncode

    def ask(self, path: str, headers: Mapping[str, str] = HEADERS) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path, headers=dict(headers))
            response = connection.getresponse()
            return response.status, response.read()
        except OSError:
            return 0, b""
        finally:
            connection.close()

    def readyz(self) -> dict[str, Any]:
        status, body = self.ask("/readyz")
        return dict(json.loads(body)) if status in (200, 503) else {}

    def passes(self, seconds: int) -> None:
        """Every sign of life is older by so much."""
        with psycopg.connect(self.urls["DATABASE_URL"]) as database:
            database.execute("UPDATE core_heartbeat SET at = at - make_interval(secs => %s)", [seconds])


def stop(process: subprocess.Popen[bytes]) -> int:
    """Ask as Docker asks: the signal goes to the first process alone."""
    process.send_signal(signal.SIGTERM)
    try:
        return process.wait(60)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    with ExitStack() as stack:
        urls = stack.enter_context(temporary_services())
        top = Path(stack.enter_context(tempfile.TemporaryDirectory(dir="/var/tmp", prefix="sentinel-image-")))
        top.chmod(0o755)
        image.copy_into(top / "app")
        compiled = [sys.executable, "-m", "compileall", "-q", str(top / "app")]
        assert subprocess.run(compiled, check=False).returncode == 0
        image.shut(top / "app")
        yield Place(top / "app", urls)
        for path in (top / "app").rglob("*"):
            if path.is_dir():
                path.chmod(0o755)
        (top / "app").chmod(0o755)


def test_the_whole_life_of_the_parts(place: Place) -> None:
    files = sorted(place.folder.rglob("*"))
    migrated = subprocess.run(
        [*place.become, *services()["migrate"]["command"]],
        cwd=place.folder,
        env=place.variables("migrate"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert migrated.returncode == 0, migrated.stderr
    assert migrated.stdout.startswith("https://sentinel.example/setup/")
    assert [place.check(name) for name in ("web", "worker", "beat")] == [1, 1, 1]
    running = {name: place.start(name) for name in ("web", "worker", "beat")}
    try:
        wait_for(lambda: place.readyz().get("ok"), 90, every=0.5)
        assert {Path(f"/proc/{process.pid}").stat().st_uid for process in running.values()} == {
            10001 if place.become else os.geteuid()
        }
        assert [place.check(name) for name in ("web", "worker", "beat")] == [0, 0, 0]
        assert place.ask("/healthz", {"Host": "sentinel.example"})[0] == 301  # to https
        assert place.ask("/healthz", {**HEADERS, "Host": "elsewhere.example"})[0] == 400
        assert place.ask("/static/css/tokens.css")[0] == 200
        assert place.ask(migrated.stdout.strip().removeprefix("https://sentinel.example"))[0] == 200
        assert [stop(running[name]) for name in ("beat", "worker", "web")] == [0, 0, -signal.SIGTERM]
        place.passes(61)
        assert [place.check(name) for name in ("web", "worker", "beat")] == [1, 1, 1]
    finally:
        for process in running.values():
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
    assert sorted(place.folder.rglob("*")) == files


def test_the_broker_logs_its_writes_wants_a_password_and_keeps_it_off_its_command_line(tmp_path: Path) -> None:
    port, password = free_port(), SECRETS["VALKEY_PASSWORD"]
    shell, option, script = services()["valkey"]["command"]
    variables = {
        **services()["valkey"]["environment"],
        "PATH": f"{Path(valkey.find_program()).parent}:{os.environ['PATH']}",
        "TMPDIR": str(tmp_path),
    }
    server = subprocess.Popen(
        [shell, option, f"{script} --port {port}"], cwd=tmp_path, env=variables, stdout=subprocess.DEVNULL
    )
    try:
        with redis.Redis(port=port, password=password, decode_responses=True) as client:
            wait_for(lambda: answers(client), 20)
            client.set("doorbell", "1")
            assert client.config_get("appendonly") == {"appendonly": "yes"}
        with redis.Redis(port=port) as stranger, pytest.raises(redis.AuthenticationError):
            stranger.get("doorbell")
        assert password.encode() not in Path(f"/proc/{server.pid}/cmdline").read_bytes()
        assert (tmp_path / "valkey.conf").stat().st_mode & 0o077 == 0
        server.kill()
        server.wait(10)
        assert any(b"doorbell" in file.read_bytes() for file in (tmp_path / "appendonlydir").glob("*.aof"))
    finally:
        server.kill()
        server.wait(10)


def answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.ConnectionError:
        return False


def test_postgresql_knows_its_settings_and_its_health_check() -> None:
    with temporary_services() as urls, psycopg.connect(urls["DATABASE_URL"]) as database:
        settings = [word.split("=")[0] for word in services()["postgres"]["command"] if "=" in word]
        known = {name for (name,) in database.execute("SELECT lower(name) FROM pg_settings").fetchall()}
        assert settings
        assert set(settings) <= known
        _kind, program, *options = services()["postgres"]["healthcheck"]["test"]
        command = [str(find_programs() / program), *options]
        port = str(database.info.port)
        assert subprocess.run([*command, f"--port={port}"], check=False).returncode == 0
        assert subprocess.run([*command, f"--port={free_port()}"], check=False).returncode == 2
