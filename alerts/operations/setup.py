"""The first start: everything that a new installation needs to watch, in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from alerts.operations.rules import create_default_rules
from monitoring.matching import suggest_brand_query
from monitoring.operations.topics import create_topic
from sentinel.core.models import User, Workspace
from sentinel.core.operations import create_user, create_workspace, use_setup_link


@dataclass(frozen=True, slots=True)
class FirstTopic:
    """A topic that looks for any of `names`."""

    title: str
    names: Sequence[str]


@transaction.atomic
def set_up_installation(
    *,
    token: str,
    email: str,
    name: str,
    password: str,
    language: str,
    workspace: str,
    time_zone: str,
    brand: FirstTopic,
    competitors: FirstTopic | None,
    now: datetime,
) -> tuple[User, Workspace]:
    """The first admin, the first workspace, its brand's topic with rules, and its competitors' topic without.

    Raises WrongStateError('used') when the link is used or somebody exists, and matching.QueryError for names that no
    query can look for.
    """
    use_setup_link(token=token, now=now)
    user = create_user(email=email, name=name, password=password, language=language, now=now, is_operator=True)
    made = set_up_workspace(name=workspace, time_zone=time_zone, brand=brand, competitors=competitors, by=user, now=now)
    return user, made


@transaction.atomic
def set_up_workspace(
    *, name: str, time_zone: str, brand: FirstTopic, competitors: FirstTopic | None, by: User, now: datetime
) -> Workspace:
    """A workspace, its brand's topic with rules, and its competitors' topic without; raises matching.QueryError."""
    made = create_workspace(
        name=name,
        time_zone=time_zone,
        brand_names=brand.names,
        competitors=competitors.names if competitors else [],
        by=by,
        now=now,
    )
    topic = create_topic(workspace=made, name=brand.title, query=suggest_brand_query(brand.names), by=by, now=now)
    create_default_rules(topic=topic, by=by, now=now)
    if competitors:
        query = suggest_brand_query(competitors.names)
        create_topic(workspace=made, name=competitors.title, query=query, by=by, now=now, is_own=False)
    return made
