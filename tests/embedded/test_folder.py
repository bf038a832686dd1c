"""The data folder: one instance at a time, secrets for their owner alone, commands find the running instance."""

from pathlib import Path

import pytest

from sentinel.embedded.folder import DataFolder
from sentinel.embedded.processes import StartFailed

VARIABLES = {"DATABASE_URL": "postgresql://here", "REDIS_URL": "redis://here", "SECRET_KEY": "k", "HOME": "/root"}


def test_a_second_instance_on_the_same_folder_is_told_where_the_first_one_is(tmp_path: Path) -> None:
    first = DataFolder(tmp_path / "data")
    first.claim()
    first.publish_instance(address="http://127.0.0.1:8000", variables=VARIABLES)
    with pytest.raises(StartFailed, match=r"already runs on the data folder .*data \(http://127.0.0.1:8000\)"):
        DataFolder(tmp_path / "data").claim()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StartFailed, match="cannot be used: Not a directory"):
        DataFolder(tmp_path / "file/data").claim()


def test_the_secret_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    key = DataFolder(tmp_path).secret_key()
    assert len(key) >= 50
    assert DataFolder(tmp_path).secret_key() == key
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


def test_a_damaged_secret_key_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("")
    with pytest.raises(StartFailed, match="is damaged: restore it from a backup"):
        DataFolder(tmp_path).secret_key()


def test_commands_reach_the_running_instance_and_no_more_than_they_need(tmp_path: Path) -> None:
    instance = DataFolder(tmp_path)
    instance.claim()
    instance.publish_instance(address="http://127.0.0.1:8000", variables=VARIABLES)
    assert DataFolder(tmp_path).running_variables() == {name: VARIABLES[name] for name in VARIABLES if name != "HOME"}
    assert (tmp_path / "instance.json").stat().st_mode & 0o777 == 0o600


def test_what_a_killed_instance_left_behind_is_not_taken_for_a_running_one(tmp_path: Path) -> None:
    DataFolder(tmp_path).publish_instance(address="http://127.0.0.1:8000", variables=VARIABLES)
    assert DataFolder(tmp_path).running_variables() == {}
    key = DataFolder(tmp_path).secret_key()
    assert DataFolder(tmp_path).running_variables() == {"SECRET_KEY": key}
