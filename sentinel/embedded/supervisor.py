"""`./run`: starts everything, says where it is, keeps it alive, and ends it."""

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from types import FrameType

from . import postgres, valkey
from .choices import allowed_hosts, check_kinds, listening
from .folder import DataFolder
from .logs import say, write_line
from .parts import parts
from .processes import Guardian, Process, Program, StartFailed, free_port
from .readiness import Readiness, Watchdog, ask

READY_SECONDS = 120.0
LOOK_EVERY = 0.2
ASK_EVERY = 5.0
EXPLAINED = 3  # the exit code of `prepare` when its last line says all
SHORTEST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
LIVED_LONG = 60.0  # seconds after which a part's earlier failures are forgotten
# Seconds from the request to stop to SIGQUIT and to SIGKILL; the last one is inside the promised fifteen.
BEAT_PATIENCE, PART_PATIENCE, SERVICE_PATIENCE = (2.0, 3.0), (8.0, 11.0), (13.0, 14.0)


class StopRequested(BaseException):
    """Ctrl-C, SIGTERM or a closed terminal."""


class Supervisor:
    """Everything that runs, in the order in which it was started."""

    def __init__(self, folder: DataFolder) -> None:
        self.folder = folder
        self.variables = dict(os.environ)
        self.processes: dict[str, Process] = {}
        self.pauses: dict[str, float] = {}
        self.guardian = Guardian()

    def start(self, program: Program) -> Process:
        """Start a program, or start it again."""
        process = Process(program, write_line)
        self.processes[program.name] = process
        self.guardian.watch(self.processes.values())
        return process

    def start_services(self) -> None:
        """PostgreSQL and Valkey, unless the environment names others. Raises StartFailed."""
        waits: list[Callable[[], None]] = []
        try:
            if not self.variables.get("DATABASE_URL"):
                database = postgres.prepare(self.folder.root / "postgres", port=free_port())
                waits.append(partial(postgres.wait_until_ready, database, self.start(database.program)))
                self.variables["DATABASE_URL"] = database.url
            if not self.variables.get("REDIS_URL"):
                broker = valkey.prepare(self.folder.root / "valkey", port=free_port())
                waits.append(partial(valkey.wait_until_ready, broker, self.start(broker.program)))
                self.variables["REDIS_URL"] = broker.url
        except OSError as error:
            raise StartFailed(f"The data folder {self.folder.root} cannot be used: {error}.") from error
        for wait in waits:
            wait()

    def prepare_database(self, address: str) -> str:
        """Migrate; the one-time set-up address, or nothing when somebody can log in. Raises StartFailed."""
        command = [sys.executable, "-m", "sentinel.embedded.prepare", address]
        result = subprocess.run(command, capture_output=True, text=True, env=self.variables, check=False)  # noqa: S603
        explained = result.stderr.strip().splitlines()[-1:] if result.returncode == EXPLAINED else []
        if explained:
            raise StartFailed(explained[0])
        sys.stderr.write(result.stderr)
        if result.returncode != 0:
            raise StartFailed("The database could not be brought up to date; the lines above say why.")
        return result.stdout.strip()

    def wait_until_ready(self, readiness: Readiness) -> None:
        """Wait until all is well in this very run. Raises StartFailed when a part ends or the time is over."""
        deadline = time.monotonic() + READY_SECONDS
        while not (answer := ask(readiness)).ok:
            for process in self.processes.values():
                if process.exit_code is not None:
                    raise StartFailed(f"{process.program.name} ended while starting; its lines above say why.")
            if time.monotonic() > deadline:
                raise StartFailed(f"Sentinel was not ready after {READY_SECONDS:.0f} seconds: {answer.problems}.")
            time.sleep(LOOK_EVERY)

    def keep_alive(self, readiness: Readiness) -> None:
        """Start again what ends, and a worker that has stopped working. Ends with StopRequested only."""
        watchdog, next_question = Watchdog(), time.monotonic() + ASK_EVERY
        due: dict[str, float] = {}
        while True:
            time.sleep(LOOK_EVERY)
            now = time.monotonic()
            for name, process in self.processes.items():
                if process.exit_code is not None and name not in due:
                    due[name] = now + self.pause_before_restart(process)
            for name in [name for name, at in due.items() if at <= now]:
                self.start(self.processes[name].program)
                del due[name]
            if now >= next_question:
                if watchdog.should_restart_worker(ask(readiness), now):
                    say("the worker handles nothing although database, broker and beat are well: starting it again")
                    self.end([self.processes["worker"]], quit_after=8.0, kill_after=11.0)
                next_question = time.monotonic() + ASK_EVERY

    def pause_before_restart(self, process: Process) -> float:
        """Seconds until a part that has ended is started again: longer each time, until it lives long."""
        name = process.program.name
        lived_long = time.monotonic() - process.started > LIVED_LONG
        pause = SHORTEST_PAUSE if lived_long else min(self.pauses.get(name, SHORTEST_PAUSE / 2) * 2, LONGEST_PAUSE)
        self.pauses[name] = pause
        process.sweep()
        say(f"{name} has ended (exit code {process.exit_code}): starting it again in {pause:g} s")
        return pause

    def stop(self) -> None:
        """End everything, each after those that need it: beat, then web and worker, then the services."""
        began = time.monotonic()
        for names, patience in (
            (("beat",), BEAT_PATIENCE),
            (("web", "worker"), PART_PATIENCE),
            (("postgres", "valkey"), SERVICE_PATIENCE),
        ):
            passed = time.monotonic() - began
            group = [self.processes[name] for name in names if name in self.processes]
            self.end(group, quit_after=patience[0] - passed, kill_after=patience[1] - passed)
        self.guardian.dismiss()

    @staticmethod
    def end(processes: Iterable[Process], *, quit_after: float, kill_after: float) -> None:
        """Ask, urge and kill a group of processes; seconds count from now."""
        began, left = time.monotonic(), list(processes)
        steps = [(0.0, "stop_signal"), (quit_after, "quit_signal"), (kill_after, "kill")]
        while left:
            passed = time.monotonic() - began
            while steps and steps[0][0] <= passed:
                step = steps.pop(0)[1]
                for process in left:
                    process.send(signal.SIGKILL if step == "kill" else getattr(process.program, step))
            left = [process for process in left if not process.wait(0.05)]
        for process in processes:
            process.sweep()


def run(folder: DataFolder) -> None:
    """Start all and serve until asked to stop. Raises StartFailed."""
    folder.claim()
    place = listening(os.environ)
    check_kinds(os.environ)
    supervisor = Supervisor(folder)
    variables = supervisor.variables
    variables["INSTANCE_ID"] = secrets.token_hex(16)
    variables["SECRET_KEY"] = variables.get("SECRET_KEY") or folder.secret_key()
    variables["ALLOWED_HOSTS"] = variables.get("ALLOWED_HOSTS") or allowed_hosts(place.host)
    variables["PUBLIC_URL"] = variables.get("PUBLIC_URL") or place.address
    try:
        supervisor.start_services()
        folder.publish_instance(address=place.address, variables=variables)
        web, worker, beat = parts(host=place.host, port=place.port, variables=variables)
        supervisor.start(web)  # while it loads, nothing asks it for tables
        setup_link = supervisor.prepare_database(place.address)
        supervisor.start(worker)
        supervisor.start(beat)
        readiness = Readiness(place, variables)
        supervisor.wait_until_ready(readiness)
        print(f"Sentinel serves at {place.address}/", flush=True)
        if setup_link:
            print(f"Set it up, once, at {setup_link}", flush=True)
        supervisor.keep_alive(readiness)
    finally:
        ignore_requests_to_stop()
        supervisor.stop()
        folder.forget_instance()


def request_stop(_number: int, _frame: FrameType | None) -> None:
    """Signal handler: leave whatever is going on; stopping itself is not interrupted."""
    ignore_requests_to_stop()
    raise StopRequested


STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def ignore_requests_to_stop() -> None:
    """From here on there is only the way out."""
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def main() -> None:
    for number in STOP_SIGNALS:
        signal.signal(number, request_stop)
    try:
        run(DataFolder(Path(os.environ["DATA_DIR"])))
    except StopRequested:
        say("stopped")
    except StartFailed as reason:
        sys.exit(str(reason))


if __name__ == "__main__":
    main()
