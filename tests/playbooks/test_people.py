"""Who can be asked: practice colleagues play in drills alone."""

import pytest

from playbooks.queries.emergency import approvers_of
from playbooks.queries.people import members_of
from sentinel.core.models import Membership
from sentinel.core.permissions import Role
from tests.factories import Cast, join, make_user
from tests.playbooks.stage import make_crisis

pytestmark = pytest.mark.django_db


def test_practice_colleagues_are_asked_in_a_drill_and_nowhere_else(cast: Cast) -> None:
    colleague = make_user("陳督導")
    seat = join(cast.workspace, colleague, Role.MANAGER)
    Membership.objects.filter(pk=seat.pk).update(is_practice=True)
    crisis = make_crisis(cast)
    crisis.team.all().delete()
    assert colleague not in members_of(crisis)
    assert approvers_of(crisis) == [cast.manager]
    crisis.is_drill = True
    assert colleague in members_of(crisis)
    assert set(approvers_of(crisis)) == {cast.manager, colleague}
