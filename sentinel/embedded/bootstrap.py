"""Make the Python environment that a lock file describes, then become the program that needs it.

    python -I -S bootstrap.py LOCK [ARGUMENT…]

Runs as a file on the machine's own Python (3.11 or newer) with the standard library alone, and says everything on
standard error. With `requirements.lock` it continues as `./run`, with `requirements-dev.lock` as `./test`.
"""

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
ENVIRONMENTS = {"requirements.lock": ".venv", "requirements-dev.lock": ".venv-dev"}
NEEDED_MODULES = ("venv", "ensurepip", "ssl", "ctypes", "zlib", "bz2", "lzma")
STAMP = "installed"  # written last, so that an interrupted installation is seen


class CannotPrepare(Exception):
    """What is missing, in one sentence."""


def say(text: str) -> None:
    """A word about the preparation."""
    print(text, file=sys.stderr, flush=True)


def writable(folder: Path) -> bool:
    """Whether this user can make files in a folder, or make the folder."""
    place = folder
    while not place.exists() and place != place.parent:
        place = place.parent
    return place.is_dir() and os.access(place, os.W_OK | os.X_OK)


def own_folder() -> Path:
    """Where this user keeps what belongs to this copy of Sentinel when the copy is not theirs to write to."""
    base = os.environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share")
    copy = hashlib.sha256(os.fsencode(REPOSITORY)).hexdigest()[:8]
    return Path(base) / "sentinel" / f"{REPOSITORY.name}-{copy}"


def place_for(name: str) -> Path:
    """The folder of that name beside the program, or the user's own. Raises CannotPrepare when neither is writable."""
    beside = REPOSITORY / f".{name}"
    if writable(beside):
        return beside
    own = own_folder() / name
    if not writable(own):
        raise CannotPrepare(
            f"Neither {REPOSITORY} nor {own} can be written to: set XDG_DATA_HOME to a folder of yours."
        )
    return own


def wanted_stamp(lock: Path) -> str:
    """What identifies the environment: the lock file's content and the Python that it was made with."""
    content = hashlib.sha256(lock.read_bytes()).hexdigest()
    return f"{content}\n{sys.version}\n{sys.base_prefix}\n"


def is_ready(environment: Path, stamp: str) -> bool:
    """Whether a finished environment is there for this lock file and Python."""
    try:
        return (environment / STAMP).read_text() == stamp and os.access(environment / "bin/python", os.X_OK)
    except OSError:
        return False


@contextlib.contextmanager
def only_one(environment: Path) -> Iterator[int]:
    """Hold the others that want to install into the same place; yields the open file that holds them."""
    environment.parent.mkdir(parents=True, exist_ok=True)
    with open(environment.with_name(f"{environment.name}.lock"), "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file.fileno()


def check_python() -> None:
    """Raises CannotPrepare when this Python was built or packaged without something that we need."""
    missing = [name for name in NEEDED_MODULES if importlib.util.find_spec(name) is None]
    if not missing:
        return
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    hint = f" (on Debian: apt install python{version}-venv)" if "ensurepip" in missing or "venv" in missing else ""
    raise CannotPrepare(
        f"Python {version} at {sys.executable} lacks {', '.join(missing)}: install it and try again{hint}."
    )


def base_python() -> str:
    """The Python to build environments with, also when we run on that of an earlier one."""
    return str(getattr(sys, "_base_executable", "") or sys.executable)


def install(lock: Path, environment: Path, stamp: str, claim: int) -> None:
    """Make the environment anew and install exactly what the lock file holds. Raises CannotPrepare.

    `claim` is the open file that keeps others out. An installer that outlives us, because we were killed, keeps it.
    """
    say(f"Installing the packages of {lock.name} into {environment} (once, about half a minute) …")
    shutil.rmtree(environment, ignore_errors=True)
    python = str(environment / "bin/python")
    pip = [python, "-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps", "--no-compile"]
    steps = [[base_python(), "-m", "venv", str(environment)], [*pip, "--requirement", str(lock)]]
    for step in steps:
        # What the lock pins is all that is installed: no package's build may fetch more of itself by git.
        ours = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_USER": "0", "GIT_ALLOW_PROTOCOL": "none"}
        variables = {**os.environ, **ours}
        result = subprocess.run(  # noqa: S603
            step, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=variables, pass_fds=[claim]
        )
        if result.returncode != 0:
            say(result.stdout)
            raise CannotPrepare("The packages could not be installed; the lines above say why.")
    (environment / STAMP).write_text(stamp)


def prepared_environment(lock: Path) -> Path:
    """A finished environment for the lock file: the one beside the program, or the user's own."""
    name, stamp = ENVIRONMENTS[lock.name], wanted_stamp(lock)
    if is_ready(REPOSITORY / name, stamp):
        return REPOSITORY / name
    environment = place_for(name.removeprefix("."))
    if not is_ready(environment, stamp):
        check_python()
        with only_one(environment) as claim:
            if not is_ready(environment, stamp):  # another may have made it while we waited
                install(lock, environment, stamp, claim)
    return environment


def variables_for(environment: Path) -> dict[str, str]:
    """The environment variables that the program runs with."""
    # Without kept bytecode every start would compile everything anew, which doubles its time.
    foreign = ("PYTHONHOME", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE")
    variables = {name: value for name, value in os.environ.items() if name not in foreign}
    variables |= {"PYTHONPATH": str(REPOSITORY), "PYTHONSAFEPATH": "1", "VIRTUAL_ENV": str(environment)}
    variables["PATH"] = f"{environment / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    given = variables.get("DATA_DIR")
    variables["DATA_DIR"] = os.path.abspath(given) if given else str(place_for("data"))
    if not os.access(REPOSITORY, os.W_OK):
        variables["PYTHONPYCACHEPREFIX"] = str(own_folder() / "pycache")
    return variables


def main() -> None:
    lock_name, *arguments = sys.argv[1:]
    module = "sentinel.embedded.command" if arguments else "sentinel.embedded.supervisor"
    if lock_name == "requirements-dev.lock":
        module = "tests"
    try:
        environment = prepared_environment(REPOSITORY / lock_name)
        variables = variables_for(environment)
    except CannotPrepare as reason:
        sys.exit(str(reason))
    except KeyboardInterrupt:
        sys.exit(130)
    python = str(environment / "bin/python")
    os.execve(python, [python, "-m", module, *arguments], variables)  # noqa: S606


if __name__ == "__main__":
    main()
