"""The data folder of an instance: who runs on it, its secret key, and how its database and broker are reached."""

import fcntl
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .processes import StartFailed

# What a command needs to work on a running instance.
SHARED_VARIABLES = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "ENCRYPTION_KEYS")


class DataFolder:
    """Everything that `./run` keeps. Files with secrets are readable by their owner alone."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._lock: int | None = None

    def claim(self) -> None:
        """Make the folder and hold it until this process ends. Raises StartFailed when another one does."""
        try:
            self.root.mkdir(mode=0o711, parents=True, exist_ok=True)
            (self.root / "static").mkdir(exist_ok=True)  # the web process wants to see it
            self._lock = os.open(self.root / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise StartFailed(f"The data folder {self.root} cannot be used: {error.strerror}.") from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            address = self._read().get("address", "it has no address yet")
            raise StartFailed(f"Sentinel already runs on the data folder {self.root} ({address}).") from error
        self.forget_instance()

    def secret_key(self) -> str:
        """The key that sessions and links are signed with: made once, read afterwards. Raises StartFailed."""
        file = self.root / "secret_key"
        try:
            if not file.exists():
                write_private(file, secrets.token_urlsafe(50))
            key = file.read_text().strip()
        except OSError as error:
            raise StartFailed(f"The secret key in {file} cannot be read: {error.strerror}.") from error
        if len(key) < 50:
            raise StartFailed(
                f"The secret key in {file} is damaged: restore it from a backup, or delete it (everyone logs in again)."
            )
        return key

    def publish_instance(self, *, address: str, variables: Mapping[str, str]) -> None:
        """Tell commands how to reach the instance that now runs here."""
        shared = {name: variables[name] for name in SHARED_VARIABLES if name in variables}
        write_private(self.root / "instance.json", json.dumps({"address": address, "variables": shared}))

    def forget_instance(self) -> None:
        """Nothing runs here any more."""
        (self.root / "instance.json").unlink(missing_ok=True)

    def running_variables(self) -> dict[str, str]:
        """The variables of the instance that runs here; without one, at most the secret key."""
        if self._is_held():
            return dict(self._read().get("variables", {}))
        try:
            return {"SECRET_KEY": (self.root / "secret_key").read_text().strip()}
        except OSError:
            return {}

    def _is_held(self) -> bool:
        try:
            with (self.root / "lock").open() as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    def _read(self) -> dict[str, Any]:
        try:
            content = json.loads((self.root / "instance.json").read_text())
        except (OSError, ValueError):
            return {}
        return content if isinstance(content, dict) else {}


def write_private(file: Path, text: str) -> None:
    """Write a file that its owner alone may read, completely or not at all."""
    new = file.with_name(f"{file.name}.new")
    new.unlink(missing_ok=True)
    new.touch(mode=0o600)
    new.write_text(text)
    new.replace(file)
