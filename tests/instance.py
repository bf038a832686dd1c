"""A whole Sentinel of its own for a test: what `./run` starts, on a free port, in a folder that is thrown away."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sentinel.embedded.processes import free_port

REPOSITORY = Path(__file__).resolve().parents[1]
SUPERVISOR = (sys.executable, "-m", "sentinel.embedded.supervisor")
ADDRESS = re.compile(r"Sentinel serves at (http://\S+)/\n")
SETUP = re.compile(r"Set it up, once, at (http://\S+)\n")


class Instance:
    """Start it, look at it, hurt it, stop it. `command` is what `./run` becomes once the environment is ready."""

    def __init__(
        self, folder: Path, *, command: tuple[str, ...] = SUPERVISOR, variables: Mapping[str, str] | None = None
    ) -> None:
        self.folder, self.command, self.port = folder, command, free_port()
        # Not those of the test run's own database and broker.
        given = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
        ours = {"DATA_DIR": str(folder), "PORT": str(self.port), "PYTHONPATH": str(REPOSITORY), "PYTHONSAFEPATH": "1"}
        ours["PRIVATE_HOST_DELAY"] = "0"  # the sites of the tests are the tests' own
        self.variables = {**given, **ours, **(variables or {})}
        self.log = folder.with_name(f"{folder.name}-{self.port}.log")
        self.process: subprocess.Popen[str] | None = None
        self.address = ""

    def launch(self) -> subprocess.Popen[str]:
        """Start it without waiting; standard error goes to `log`."""
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                self.command, cwd="/", env=self.variables, stdout=subprocess.PIPE, stderr=log, text=True
            )
        return self.process

    def start(self) -> "Instance":
        """Start it and wait until it says that it serves."""
        process = self.launch()
        assert process.stdout is not None
        address = ADDRESS.fullmatch(line := process.stdout.readline())
        assert address, f"it said {line!r}; its log:\n{self.log.read_text()}"
        self.address = address[1]
        return self

    def read_setup_link(self) -> str:
        """The one-time address that follows the line with the address while nobody can log in."""
        assert self.process is not None
        assert self.process.stdout is not None
        link = SETUP.fullmatch(self.process.stdout.readline())
        assert link
        return link[1]

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to stop, wait, and return its exit code."""
        assert self.process is not None
        self.process.send_signal(number)
        with self.process:
            return self.process.wait(30)

    def readyz(self) -> dict[str, Any]:
        """What it says about itself; empty when it does not answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", "/readyz")
            answer = json.loads(connection.getresponse().read())
            return answer if isinstance(answer, dict) else {}
        except (OSError, http.client.HTTPException, ValueError):
            return {}
        finally:
            connection.close()

    def processes(self) -> dict[int, str]:
        """Every living process that belongs to it, with its command line (Linux)."""
        found = {}
        for place in Path("/proc").glob("[0-9]*"):
            try:
                ours = f"DATA_DIR={self.folder}\0".encode() in (place / "environ").read_bytes() + b"\0"
                ours = ours or (place / "cwd").readlink().is_relative_to(self.folder)
                command = (place / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
            except OSError:
                continue  # ended meanwhile, or somebody else's
            if ours and command:
                found[int(place.name)] = command
        return found

    def pid_of(self, part: str) -> int | None:
        """The process id of a part's first process (web, worker, beat, postgres, valkey) while it lives."""
        marks = {
            "web": " uvicorn ",
            "worker": " sentinel.celery worker ",
            "beat": " sentinel.celery beat ",
            "postgres": "/postgres -D ",
            "valkey": "/valkey-server ",
        }
        return min((pid for pid, command in self.processes().items() if marks[part] in command), default=None)


@contextmanager
def running_instance(folder: Path, **options: Any) -> Iterator[Instance]:
    """A started instance that is stopped at the end, however the test ends."""
    instance = Instance(folder, **options)
    try:
        yield instance.start()
    finally:
        if instance.process is not None and instance.process.poll() is None:
            instance.stop()
        instance.log.unlink(missing_ok=True)


def wait_for(what: Any, seconds: float, every: float = 0.2) -> None:
    """Wait until `what()` is true; fail the test when it takes longer."""
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, f"waited {seconds} seconds in vain"
        time.sleep(every)
