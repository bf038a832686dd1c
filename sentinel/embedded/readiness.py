"""Asks the running web process how everything is, and decides when the worker needs a fresh start."""

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from .choices import EVERYWHERE, Listening

ANSWER_SECONDS = 3.0
WORKER_PATIENCE = 30.0  # seconds; Celery sometimes stops consuming for good after its broker was away


@dataclass(frozen=True)
class Readiness:
    """Where `/readyz` is and which run must answer."""

    place: Listening
    variables: Mapping[str, str]

    @property
    def headers(self) -> dict[str, str]:
        """A host name that is allowed, and the protocol that a proxy would name."""
        name = self.variables["ALLOWED_HOSTS"].split(",")[0].strip().lstrip(".")
        return {"Host": "localhost" if name == "*" else name, "X-Forwarded-Proto": "https"}


@dataclass(frozen=True)
class Answer:
    """What `/readyz` said: every check by name, with what is wrong; nothing when it did not answer."""

    ok: bool = False
    well: Mapping[str, bool] = field(default_factory=dict)
    problems: str = "the web process does not answer"


def ask(readiness: Readiness) -> Answer:
    """Ask this run's web process; a stranger's answer counts as none."""
    host = EVERYWHERE.get(readiness.place.host, readiness.place.host)
    connection = http.client.HTTPConnection(host, readiness.place.port, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", "/readyz", headers=readiness.headers)
        response = connection.getresponse()
        content = json.loads(response.read())
        checks = {str(name): check for name, check in content["checks"].items()}
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError, AttributeError):
        return Answer()
    finally:
        connection.close()
    if content.get("instance") != readiness.variables["INSTANCE_ID"]:
        return Answer(problems="another program answers on our port")
    problems = [f"{name}: {check['detail']}" for name, check in checks.items() if not check["ok"]]
    return Answer(response.status == 200, {name: check["ok"] for name, check in checks.items()}, "; ".join(problems))


class Watchdog:
    """Notices a worker that lives but handles nothing while all that it needs is well."""

    def __init__(self) -> None:
        self.idle_since: float | None = None

    def should_restart_worker(self, answer: Answer, now: float) -> bool:
        """Whether the worker alone has been unwell for long enough; `now` in seconds of any steady clock."""
        others_well = all(answer.well.get(name) for name in ("database", "broker", "beat"))
        if not others_well or answer.well.get("worker", True):
            self.idle_since = None
            return False
        if self.idle_since is None:
            self.idle_since = now
        if now - self.idle_since < WORKER_PATIENCE:
            return False
        self.idle_since = None
        return True
