"""Child processes of `./run`: each in a session of its own, its output read line by line, never left behind."""

import contextlib
import errno
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import SystemRandom

LAUNCHER = Path(__file__).with_name("launch.py")
FIRST_PORT, LAST_PORT = 20_000, 32_000  # below the range that outgoing connections take their ports from
REMEMBERED_LINES = 40

# Kills what is left when the supervisor is gone: it reads the list that counts, one line after the other, until the
# pipe ends. On Linux the kernel does the same for the direct children; this also reaches their children, and macOS.
GUARDIAN = """
while read -r line; do left=$line; done
set -- $left
while [ $# -gt 1 ]; do kill -s "$1" -- "$2" 2>/dev/null; shift 2; done
"""


class StartFailed(Exception):
    """Why nothing was started, in one sentence for the person at the terminal."""


@dataclass(frozen=True)
class Program:
    """A command that `./run` keeps alive, and how it is ended.

    `stop_signal` asks it to finish, `quit_signal` to hurry; `orphan_signal` is what it gets when the supervisor is
    gone. `user` is what `launch.py` takes. `paint` is the ANSI colour of its name in the log.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    user: str = "same"
    stop_signal: signal.Signals = signal.SIGTERM
    quit_signal: signal.Signals = signal.SIGQUIT
    orphan_signal: signal.Signals = signal.SIGKILL
    paint: int = 36


class Process:
    """One running copy of a program. Its output goes line by line to `write`."""

    def __init__(self, program: Program, write: Callable[[Program, str], None]) -> None:
        self.program = program
        self.started = time.monotonic()
        self.last_lines: deque[str] = deque(maxlen=REMEMBERED_LINES)
        self._write = write
        self._child = subprocess.Popen(  # noqa: S603
            launch_command(program.command, user=program.user, orphan_signal=program.orphan_signal),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env={**os.environ, **program.environment},
            start_new_session=True,
        )
        self._pump = threading.Thread(target=self._read_lines, daemon=True)
        self._pump.start()

    def _read_lines(self) -> None:
        assert self._child.stdout is not None
        with self._child.stdout as output:
            for line in output:
                self.last_lines.append(line.rstrip())
                self._write(self.program, line.rstrip())

    @property
    def pid(self) -> int:
        """Process id; also the id of its session and process group."""
        return self._child.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative when a signal ended it."""
        return self._child.poll()

    def send(self, signal_number: signal.Signals) -> None:
        """Signal the process; SIGKILL also reaches every process that it started."""
        if signal_number == signal.SIGKILL:
            self.sweep()
        elif self.exit_code is None:
            self._child.send_signal(signal_number)

    def sweep(self) -> None:
        """Kill what is left of its process group."""
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):  # macOS: EPERM when only zombies are left
            return

    def wait(self, seconds: float) -> bool:
        """Whether it ended within so many seconds."""
        try:
            self._child.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        self._pump.join(1)
        return True


class Guardian:
    """A tiny shell that outlives the supervisor just long enough to end the processes it left behind."""

    def __init__(self) -> None:
        self._child = subprocess.Popen(  # noqa: S603
            ["/bin/sh", "-c", GUARDIAN], stdin=subprocess.PIPE, text=True, start_new_session=True
        )

    def watch(self, processes: Iterable[Process]) -> None:
        """Replace the list of processes that must not outlive us."""
        words = []
        for process in processes:
            number = process.program.orphan_signal
            target = -process.pid if number == signal.SIGKILL else process.pid
            words.append(f"{number.name.removeprefix('SIG')} {target}")
        assert self._child.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # somebody killed it: on Linux the kernel still watches
            self._child.stdin.write(" ".join(words) + "\n")
            self._child.stdin.flush()

    def dismiss(self) -> None:
        """Everything has ended properly."""
        self.watch([])
        assert self._child.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._child.stdin.close()
        self._child.wait(5)


def launch_command(command: Iterable[str], *, user: str, orphan_signal: signal.Signals) -> list[str]:
    """The command that runs another through `launch.py`."""
    launcher = [sys.executable, "-I", "-S", str(LAUNCHER)]
    return [*launcher, str(os.getpid()), str(int(orphan_signal)), user, *command]


def free_port() -> int:
    """A port on 127.0.0.1 that nobody uses now."""
    random = SystemRandom()
    while True:
        port = random.randint(FIRST_PORT, LAST_PORT)
        if port_is_free("127.0.0.1", port):
            return port


def port_is_free(host: str, port: int) -> bool:
    """Whether a server could listen there. Raises StartFailed when the address is not one of this machine's."""
    try:
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, kind, protocol, _name, address in addresses:
            with socket.socket(family, kind, protocol) as listener:
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                listener.bind(address)
                listener.listen(1)
    except PermissionError as error:
        raise StartFailed(f"This user may not listen on port {port}: choose one above 1023 with PORT.") from error
    except socket.gaierror as error:
        raise StartFailed(f"HOST={host} is not an address of this machine.") from error
    except OSError as error:
        if error.errno == errno.EADDRNOTAVAIL:
            raise StartFailed(f"HOST={host} is not an address of this machine.") from error
        return False
    return True
