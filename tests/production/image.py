"""The Dockerfile as a list of instructions, and the files that the image gets."""

import json
import re
import shutil
from pathlib import Path

from tests.production.compose import REPOSITORY


def instructions() -> list[tuple[str, str]]:
    """Every instruction of the Dockerfile with what follows it; comments are left out, continued lines joined."""
    text = (REPOSITORY / "Dockerfile").read_text(encoding="utf-8")
    text = re.sub(r"(?m)^\s*#.*\n", "", text).replace("\\\n", " ")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return [(word, re.sub(r"\s+", " ", rest)) for word, _, rest in (line.partition(" ") for line in lines)]


def final_stage() -> list[tuple[str, str]]:
    """What is said about the image that runs."""
    found = instructions()
    last = max(index for index, (word, _rest) in enumerate(found) if word == "FROM")
    return found[last:]


def variables() -> dict[str, str]:
    """What ENV sets in the final image."""
    (text,) = [rest for word, rest in final_stage() if word == "ENV"]
    return dict(pair.split("=", 1) for pair in text.split(" "))


def command(word: str = "CMD") -> list[str]:
    """The last CMD, or the command of HEALTHCHECK, in its list form."""
    (text,) = [rest for found, rest in final_stage() if found == word]
    return list(json.loads(text[text.index("[") :]))


def allowed() -> list[str]:
    """What .dockerignore lets in."""
    lines = (REPOSITORY / ".dockerignore").read_text(encoding="utf-8").splitlines()
    return [line[1:] for line in lines if line.startswith("!")]


def copy_into(folder: Path) -> None:
    """The files of /app, which nobody may write to."""
    for name in allowed():
        source, target = REPOSITORY / name, folder / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)


def shut(folder: Path) -> None:
    """Readable by all, writable by none."""
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
