"""Child processes: nothing outlives the supervisor, and nothing refuses to end."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sentinel.embedded.processes import Process, Program
from sentinel.embedded.services import keep_silent
from sentinel.embedded.supervisor import Supervisor

# A supervisor whose one part has a child of its own, like Celery's; it prints their process ids.
FAMILY = """
import sys, time
from sentinel.embedded.processes import Guardian, Process, Program
part = "import subprocess, time; print(subprocess.Popen(['sleep', '60']).pid, flush=True); time.sleep(60)"
guardian = Guardian()
process = Process(Program("part", (sys.executable, "-c", part)), lambda _program, line: print(line, flush=True))
guardian.watch([process])
print(process.pid, flush=True)
time.sleep(60)
"""


def lives(pid: int) -> bool:
    """Whether a process exists and is not just waiting to be buried."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_until_gone(pids: list[int], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while any(lives(pid) for pid in pids):
        assert time.monotonic() < deadline, "a process was left behind"
        time.sleep(0.02)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks into /proc")
def test_a_killed_supervisor_leaves_neither_children_nor_grandchildren() -> None:
    with subprocess.Popen([sys.executable, "-c", FAMILY], stdout=subprocess.PIPE, text=True) as supervisor:
        assert supervisor.stdout is not None
        pids = [int(supervisor.stdout.readline()) for _ in range(2)]
        assert all(lives(pid) for pid in pids)
        supervisor.kill()
    wait_until_gone(pids, 30)


def start(code: str) -> Process:
    """A Python part that has said that it is there."""
    process = Process(Program("part", (sys.executable, "-u", "-c", code)), keep_silent)
    while not process.last_lines:
        time.sleep(0.01)
    return process


def test_a_part_that_ignores_the_request_is_urged_and_then_killed_with_its_children() -> None:
    code = "import signal, subprocess, time\n"
    code += "for number in (signal.SIGTERM, signal.SIGQUIT): signal.signal(number, signal.SIG_IGN)\n"
    code += "print(subprocess.Popen(['sleep', '60']).pid)\ntime.sleep(60)"
    process = start(code)
    child = int(process.last_lines[0])
    began = time.monotonic()
    Supervisor.end([process], quit_after=0.1, kill_after=0.3)
    assert time.monotonic() - began < 3
    assert process.exit_code == -signal.SIGKILL
    wait_until_gone([child], 30)


def test_a_part_that_ends_when_asked_is_not_killed() -> None:
    process = start(
        "import signal, sys, time\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit(7))\nprint()\ntime.sleep(60)"
    )
    Supervisor.end([process], quit_after=30, kill_after=31)
    assert process.exit_code == 7


def test_a_part_runs_in_a_session_of_its_own_so_that_ctrl_c_reaches_the_supervisor_alone() -> None:
    process = start("import os; print(os.getsid(0)); input()")
    assert int(process.last_lines[0]) == process.pid != os.getsid(0)
    process.send(signal.SIGKILL)
    assert process.wait(30)
