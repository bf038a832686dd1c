"""`./run backup` and `./run restore` on an instance that goes on running."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.instance import Instance, running_instance, wait_for

pytestmark = pytest.mark.faults

MAKE_USER = "from sentinel.core.models import User; User(email='{}@example.com').save()"
READ_USERS = "from sentinel.core.models import User; print(*User.objects.values_list('email', flat=True))"


def command(instance: Instance, *arguments: str) -> str:
    run = [sys.executable, "-m", "sentinel.embedded.command", *arguments]
    result = subprocess.run(run, env=instance.variables, capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 0, result.stderr
    return result.stdout


def shell(instance: Instance, code: str) -> str:
    return command(instance, "shell", "--verbosity", "0", "-c", code)


def test_a_running_instance_goes_back_to_its_backup(tmp_path: Path) -> None:
    with running_instance(tmp_path / "data") as instance:
        shell(instance, MAKE_USER.format("shufen"))
        command(instance, "backup", str(tmp_path / "sentinel.dump"))
        shell(instance, MAKE_USER.format("zhiming"))
        assert shell(instance, READ_USERS) == "shufen@example.com zhiming@example.com\n"
        command(instance, "restore", "--replace", str(tmp_path / "sentinel.dump"))
        assert shell(instance, READ_USERS) == "shufen@example.com\n"
        wait_for(lambda: instance.readyz().get("ok"), 60)
        assert "has ended" not in instance.log.read_text()
