"""docker-compose.yml as Docker Compose itself understands it: the program alone, without an engine."""

import importlib.util
import json
import os
import re
import subprocess
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet

REPOSITORY = Path(__file__).resolve().parents[2]
FILE = REPOSITORY / "docker-compose.yml"
EXAMPLE = REPOSITORY / ".env.example"
OURS = ("migrate", "web", "worker", "beat")
SECRETS = {
    "SECRET_KEY": "0123456789abcdef" * 4,
    "ENCRYPTION_KEYS": Fernet.generate_key().decode(),
    "POSTGRES_PASSWORD": "a1" * 32,
    "VALKEY_PASSWORD": "b2" * 32,
}


def is_here() -> bool:
    """Whether there is a Docker Compose for this kind of machine."""
    return importlib.util.find_spec("compose") is not None


def program() -> Path:
    """Docker Compose itself, which the package brings along; its own entry point forgets the exit code."""
    spec = importlib.util.find_spec("compose")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).with_name("docker-compose")


def example() -> dict[str, str]:
    """The variables of .env.example as they stand there."""
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def filled() -> dict[str, str]:
    """The same with a secret wherever the file leaves one to be made."""
    return {**example(), **SECRETS}


def read(text: str, variables: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """What Docker Compose makes of a compose file: JSON on standard output, or a complaint and another exit code."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "docker-compose.yml").write_text(text, encoding="utf-8")
        (folder / ".env").write_text("".join(f"{key}={value}\n" for key, value in variables.items()), encoding="utf-8")
        command = [str(program()), "config", "--format", "json"]
        bare = {"PATH": os.environ["PATH"], "HOME": name}
        return subprocess.run(command, cwd=folder, env=bare, capture_output=True, text=True, check=False)


@cache
def services() -> dict[str, dict[str, Any]]:
    """Every service as it would be started with .env.example filled in."""
    return dict(project()["services"])


@cache
def project() -> dict[str, Any]:
    """The whole file, filled in."""
    result = read(FILE.read_text(encoding="utf-8"), filled())
    assert result.returncode == 0, result.stderr
    return dict(json.loads(result.stdout.replace("$$", "$")))  # it writes a dollar as the file would


def variables_asked_for() -> set[str]:
    """The variables that docker-compose.yml takes from .env; `$$` is a shell's own."""
    return set(re.findall(r"(?<!\$)\$\{([A-Z_]+)", FILE.read_text(encoding="utf-8")))
