"""The environment: made once, repaired, shared by several first runs; what is missing is said in one sentence."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from sentinel.embedded import bootstrap

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    """A lock file that asks for nothing."""
    file = tmp_path / "requirements.lock"
    file.write_text("# nothing\n")
    return file


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The environment's folder in a copy of the program that holds nothing else."""
    monkeypatch.setattr(bootstrap, "REPOSITORY", tmp_path)
    monkeypatch.setattr(bootstrap, "install", fake_install)
    return tmp_path / ".venv"


def fake_install(lock: Path, environment: Path, stamp: str, claim: int) -> None:
    environment.mkdir()
    (environment / "bin").mkdir()
    (environment / "bin/python").symlink_to(sys.executable)
    (environment / bootstrap.STAMP).write_text(stamp)


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_the_lock_files_hold_no_address(name: str) -> None:
    assert "://" not in (REPOSITORY / name).read_text()


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_every_locked_package_has_hashes(name: str) -> None:
    text = (REPOSITORY / name).read_text().replace("\\\n", " ")
    packages = [line for line in text.splitlines() if "==" in line]
    assert len(packages) > 50
    assert all("--hash=sha256:" in line for line in packages)


def test_an_environment_is_made_once_for_a_lock_file(lock: Path, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert bootstrap.prepared_environment(lock) == place
    monkeypatch.setattr(bootstrap, "install", lambda *_: pytest.fail("installed again"))
    assert bootstrap.prepared_environment(lock) == place


def test_a_changed_lock_file_and_an_interrupted_installation_need_a_new_one(lock: Path, place: Path) -> None:
    bootstrap.prepared_environment(lock)
    assert bootstrap.is_ready(place, bootstrap.wanted_stamp(lock))
    lock.write_text("# something\n")
    assert not bootstrap.is_ready(place, bootstrap.wanted_stamp(lock))
    (place / bootstrap.STAMP).unlink()
    lock.write_text("# nothing\n")
    assert not bootstrap.is_ready(place, bootstrap.wanted_stamp(lock))


def test_of_two_first_runs_one_installs_and_the_other_waits(
    lock: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed: list[Path] = []

    def slow_install(lock: Path, environment: Path, stamp: str, claim: int) -> None:
        threading.Event().wait(0.2)
        installed.append(environment)
        fake_install(lock, environment, stamp, claim)

    monkeypatch.setattr(bootstrap, "install", slow_install)
    runs = [threading.Thread(target=bootstrap.prepared_environment, args=(lock,)) for _ in range(2)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert installed == [place]


def test_what_this_python_lacks_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "NEEDED_MODULES", ("venv", "no_such_module"))
    with pytest.raises(bootstrap.CannotPrepare, match="lacks no_such_module: install it and try again"):
        bootstrap.check_python()


def test_data_and_environment_of_a_program_that_is_not_ours_are_in_our_own_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "REPOSITORY", tmp_path / "opt/sentinel")
    monkeypatch.setattr(bootstrap, "writable", lambda folder: "opt" not in folder.parts)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "xdg"))
    data = bootstrap.place_for("data")
    assert data.parent.parent == tmp_path / "xdg/sentinel"
    monkeypatch.setattr(bootstrap, "writable", lambda folder: False)
    with pytest.raises(bootstrap.CannotPrepare, match="set XDG_DATA_HOME to a folder of yours"):
        bootstrap.place_for("data")


def test_without_a_python_that_is_new_enough_run_says_so(tmp_path: Path) -> None:
    """A copy of the start script on a PATH that has a shell and an old Python only."""
    script = tmp_path / "sentinel/embedded/bootstrap.sh"
    script.parent.mkdir(parents=True)
    script.write_text((REPOSITORY / "sentinel/embedded/bootstrap.sh").read_text())
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "dirname").symlink_to("/usr/bin/dirname")
    (tools / "python3").write_text("#!/bin/sh\nexit 1\n")
    (tools / "python3").chmod(0o755)
    command = ["/bin/sh", str(script), "requirements.lock"]
    result = subprocess.run(command, env={"PATH": str(tools)}, capture_output=True, text=True)
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr == "Sentinel needs Python 3.11 or newer; none was found on the PATH.\n"
