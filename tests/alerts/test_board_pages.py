"""The addresses of the board: pages, fragments, claim and close."""

import pytest
from django.test import Client

from alerts.models import Alert
from alerts.operations.alerts import claim_alert
from alerts.operations.evaluations import EVALUATIONS
from alerts.tiers import Tier
from sentinel.core.models import User
from tests.alerts.stage import raised, watched
from tests.factories import NOW, Cast, make_tsukimi, make_yaori
from tests.monitoring.stage import SPOILT, captured, item, subscribe

pytestmark = pytest.mark.django_db

BOARD = "/w/yaori/"
BY_SCRIPT = {"X-Requested-With": "fetch"}


@pytest.fixture
def cast(db: None) -> Cast:
    return make_yaori()


def as_(client: Client, user: User) -> Client:
    User.objects.filter(pk=user.pk).update(language="en")
    client.force_login(user)
    return client


def text(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined,no-any-return]


def verb(alert: Alert, name: str) -> str:
    return f"{BOARD}alerts/{alert.pk}/{name}/"


def test_the_board_without_anything_says_what_to_do(cast: Cast, client: Client) -> None:
    shown = text(as_(client, cast.staff).get(BOARD))
    assert "No sources yet" in shown
    assert "No active alerts" in shown


@pytest.mark.parametrize("query", ["?tab=mine", "?tab=closed", "?tab=x", "?tier=1", "?tier=9", "?tier=x", "?alert=0"])
def test_any_address_of_the_board_is_answered(cast: Cast, client: Client, query: str) -> None:
    raised(watched(cast))
    as_(client, cast.staff)
    for page in (BOARD, f"{BOARD}queue/", f"{BOARD}summary/"):
        assert client.get(page + query).status_code == 200


def test_fragments_bring_no_frame(cast: Cast, client: Client) -> None:
    alert = raised(watched(cast))
    as_(client, cast.staff)
    for page in (f"{BOARD}queue/", f"{BOARD}summary/", f"{BOARD}alerts/{alert.pk}/"):
        assert "<html" not in text(client.get(page))


def test_claiming_by_form_leads_back_to_the_alert(cast: Cast, client: Client) -> None:
    alert = raised(watched(cast))
    answer = as_(client, cast.staff).post(verb(alert, "claim"))
    assert answer.headers["Location"] == f"{BOARD}?alert={alert.pk}"
    alert.refresh_from_db()
    assert alert.claimed_by == cast.staff


def test_claiming_by_script_brings_the_alert_as_it_is_now(cast: Cast, client: Client) -> None:
    alert = raised(watched(cast))
    assert "林雅婷 has it" in text(as_(client, cast.staff).post(verb(alert, "claim"), headers=BY_SCRIPT))


def test_who_comes_too_late_is_told_who_has_it(cast: Cast, client: Client) -> None:
    alert = raised(watched(cast))
    claim_alert(alert=alert, by=cast.staff, now=NOW)
    as_(client, cast.manager)
    answer = client.post(verb(alert, "claim"), headers=BY_SCRIPT)
    assert (answer.status_code, text(answer)) == (409, "林雅婷 has already claimed this alert.")
    assert "林雅婷 has already claimed this alert." in text(client.post(verb(alert, "claim"), follow=True))


def test_closing_wants_a_reason(cast: Cast, client: Client) -> None:
    alert = raised(watched(cast))
    as_(client, cast.staff)
    for reason in ("", "bored"):
        answer = client.post(verb(alert, "close"), {"reason": reason}, headers=BY_SCRIPT)
        assert (answer.status_code, text(answer)) == (409, "Say how the alert ended, then close it.")
    assert client.post(verb(alert, "close"), {"reason": "handled"}, headers=BY_SCRIPT).status_code == 200
    answer = client.post(verb(alert, "close"), {"reason": "handled"}, headers=BY_SCRIPT)
    assert (answer.status_code, text(answer)) == (409, "This alert is closed already.")


def test_red_is_closed_by_a_manager(cast: Cast, client: Client) -> None:
    alert = raised(watched(cast), Tier.RED)
    answer = as_(client, cast.staff).post(verb(alert, "close"), {"reason": "handled"}, headers=BY_SCRIPT)
    assert (answer.status_code, text(answer)) == (409, "Only a manager closes a red alert. Ask one to look at it.")
    answer = as_(client, cast.manager).post(verb(alert, "close"), {"reason": "handled"}, headers=BY_SCRIPT)
    assert answer.status_code == 200


def test_an_admin_who_is_nothing_else_neither_claims_nor_closes(cast: Cast, client: Client) -> None:
    alert = raised(watched(cast))
    as_(client, cast.admin)
    assert {client.post(verb(alert, name)).status_code for name in ("claim", "close")} == {403}


def test_an_alert_of_another_workspace_does_not_exist(cast: Cast, client: Client) -> None:
    theirs = raised(watched(make_tsukimi()))
    as_(client, cast.staff)
    assert client.get(f"{BOARD}alerts/{theirs.pk}/").status_code == 404
    assert {client.post(verb(theirs, name)).status_code for name in ("claim", "close")} == {404}
    assert "AL-" not in text(client.get(f"{BOARD}?alert={theirs.pk}"))


def test_the_posts_of_an_alert_lead_to_their_pages(cast: Cast, client: Client) -> None:
    source = subscribe(cast).source
    watched(cast)
    (post,) = captured(source, item(SPOILT, at=NOW))
    while EVALUATIONS.run(now=NOW):
        pass
    as_(client, cast.staff)
    page = f"/w/yaori/posts/{post.pk}/"
    assert page in text(client.get(f"{BOARD}alerts/{Alert.objects.get().pk}/"))
    assert client.get(page).status_code == 200
