"""The pages of outlets: who sees what, who may do what, and what each state is called."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from pytest_django import Settings

from alerts.models import Delivery, Outlet
from alerts.operations.deliveries import DELIVERIES, Receipt, note_delivered, note_failed
from alerts.operations.outlets import disable_outlet, send_test, signing_keys
from alerts.outbox import PAGE, delivery_page, outlet_rows
from alerts.outlets import email, webhook
from alerts.outlets.kinds import KINDS
from alerts.tiers import Tier
from alerts.wording import receipt_text
from sentinel.core.models import User
from tests.alerts.stage import outlet, raised, watched
from tests.factories import Cast, make_tsukimi, make_yaori

pytestmark = pytest.mark.django_db

LIST = "/w/yaori/outlets/"
GOOD = {"name": "值班系統", "address": "https://hooks.example/in?token=s3cret", "least_tier": "2", "language": "en"}


@pytest.fixture
def cast(db: None) -> Cast:
    return make_yaori()


def as_(client: Client, user: User) -> Client:
    User.objects.filter(pk=user.pk).update(language="en")
    client.force_login(user)
    return client


def text(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined,no-any-return]


def note(outlet: Outlet, receipt: Receipt, *, arrived: bool) -> None:
    """What a worker notes of everything that is due."""
    for delivery in DELIVERIES.claim(now=timezone.now()):
        (note_delivered if arrived else note_failed)(delivery=delivery, receipt=receipt, now=timezone.now())


# --- adding and changing ------------------------------------------------------------------------


def test_an_admin_adds_a_webhook_and_reads_its_key_once(cast: Cast, client: Client) -> None:
    added = as_(client, cast.admin).post(f"{LIST}add/webhook/", GOOD)
    made = Outlet.objects.get()
    assert added.headers["Location"] == f"{LIST}{made.pk}/"
    assert (made.kind, made.name, made.least_tier, made.language) == ("webhook", "值班系統", 2, "en")
    (key,) = signing_keys(made)
    assert key in text(client.get(f"{LIST}{made.pk}/"))
    assert key not in text(client.get(f"{LIST}{made.pk}/"))


def test_a_new_key_is_shown_once_and_to_who_made_it_alone(cast: Cast, client: Client) -> None:
    made = outlet(cast)
    as_(client, cast.admin).post(f"{LIST}{made.pk}/key/")
    made.refresh_from_db()
    key = signing_keys(made)[0]
    assert key not in text(as_(Client(), cast.staff).get(f"{LIST}{made.pk}/"))
    assert key in text(client.get(f"{LIST}{made.pk}/"))
    assert key not in text(client.get(f"{LIST}{made.pk}/"))


@pytest.mark.parametrize(
    ("kind", "fields", "said"),
    [
        ("webhook", {"address": "hooks.example"}, "begins with https://"),
        ("webhook", {"address": "https://a:b@hooks.example/"}, "without a user name"),
        ("webhook", {"address": "javascript:alert(1)"}, "begins with https://"),
        ("webhook", {"least_tier": "0"}, "not one of the available choices"),
        ("webhook", {"name": " "}, "This field is required"),
        ("email", {"address": "not an address"}, "Enter one or more e-mail addresses"),
        ("email", {"address": "a@b.example, "}, None),
        ("email", {"address": "a@b.example\r\nBcc: c@d.example"}, "Enter one or more e-mail addresses"),
    ],
)
def test_what_is_wrong_with_an_outlet_is_said_at_its_field(
    cast: Cast, client: Client, kind: str, fields: dict[str, str], said: str | None
) -> None:
    answer = as_(client, cast.admin).post(f"{LIST}add/{kind}/", {**GOOD, **fields})
    assert answer.status_code == (422 if said else 302)
    assert (said or "") in text(answer)
    assert Outlet.objects.exists() is (said is None)


def test_two_outlets_have_two_names(cast: Cast, client: Client) -> None:
    first, second = outlet(cast, name="甲"), outlet(cast, name="乙")
    as_(client, cast.admin)
    for address in (f"{LIST}add/webhook/", f"{LIST}{second.pk}/edit/"):
        answer = client.post(address, {**GOOD, "name": "甲"})
        assert answer.status_code == 422
        assert "Another outlet has this name." in text(answer)
    assert client.post(f"{LIST}{first.pk}/edit/", {**GOOD, "name": "甲"}).status_code == 302


def test_an_outlet_keeps_its_address_through_an_edit(cast: Cast, client: Client) -> None:
    made = outlet(cast, address=GOOD["address"])
    assert GOOD["address"] in text(as_(client, cast.admin).get(f"{LIST}{made.pk}/edit/"))
    client.post(f"{LIST}{made.pk}/edit/", {**GOOD, "name": "新名字", "least_tier": "1"})
    made.refresh_from_db()
    assert (made.name, made.least_tier, made.address) == ("新名字", 1, GOOD["address"])


def test_the_form_of_e_mail_says_when_no_mail_server_is_configured(
    cast: Cast, client: Client, settings: Settings
) -> None:
    settings.EMAIL_HOST = ""
    assert "No mail server is configured" in text(as_(client, cast.admin).get(f"{LIST}add/email/"))
    outlet(cast, kind="email", address="duty@yaori.example")
    assert "No mail server is configured" in text(client.get(LIST))
    settings.EMAIL_HOST = "mail.example"
    assert "No mail server is configured" not in text(client.get(f"{LIST}add/email/")) + text(client.get(LIST))


# --- who ----------------------------------------------------------------------------------------


def addresses(made: Outlet, delivery: Delivery) -> list[str]:
    verbs = ("edit", "key", "test", "disable", "enable", "remove")
    again = reverse("delivery-again", args=["yaori", delivery.pk])
    return [f"{LIST}add/webhook/", *(f"{LIST}{made.pk}/{verb}/" for verb in verbs), again]


def test_staff_see_outlets_and_change_nothing(cast: Cast, client: Client) -> None:
    made = outlet(cast)
    delivery = send_test(outlet=made, by=cast.admin, now=timezone.now())
    as_(client, cast.staff)
    for page in (LIST, f"{LIST}{made.pk}/"):
        shown = text(client.get(page))
        assert "值班系統" in shown
        assert "/outlets/add/" not in shown
        assert f"{LIST}{made.pk}/edit/" not in shown
        assert "Send again" not in shown
    assert {client.post(address).status_code for address in addresses(made, delivery)} == {403}


def test_an_outlet_of_another_workspace_does_not_exist(cast: Cast, client: Client) -> None:
    theirs = outlet(make_tsukimi())
    delivery = send_test(outlet=theirs, by=cast.admin, now=timezone.now())
    as_(client, cast.admin)
    assert client.get(f"{LIST}{theirs.pk}/").status_code == 404
    assert {client.post(address).status_code for address in addresses(theirs, delivery)[1:]} == {404}
    assert client.get("/w/tsukimi/outlets/").status_code == 404


def test_secrets_of_an_address_are_shown_to_nobody_but_its_editor(cast: Cast, client: Client) -> None:
    made = outlet(cast, address=GOOD["address"])
    as_(client, cast.admin)
    for page in (LIST, f"{LIST}{made.pk}/"):
        assert "s3cret" not in text(client.get(page))
        assert "https://hooks.example" in text(client.get(page))


# --- what is shown ------------------------------------------------------------------------------


def test_without_outlets_the_page_says_what_to_do(cast: Cast, client: Client) -> None:
    shown = text(as_(client, cast.admin).get(LIST))
    assert "Nobody is told outside this page" in shown
    assert f"{LIST}add/webhook/" in shown
    assert "Ask an admin" in text(as_(Client(), cast.staff).get(LIST))


def test_the_list_counts_what_waits_and_what_failed(cast: Cast) -> None:
    made, other = outlet(cast, name="甲"), outlet(cast, name="乙", least_tier=Tier.RED)
    for tier in (Tier.BLUE, Tier.YELLOW, Tier.ORANGE):
        raised(watched(cast, name=tier.name), tier)
    first, _second, _third = Delivery.objects.filter(outlet=made).order_by("pk")
    Delivery.objects.filter(pk=first.pk).update(parked_at=timezone.now(), error="x", tried_at=timezone.now())
    rows = {row.outlet.pk: row for row in outlet_rows(cast.workspace)}
    assert (rows[made.pk].waiting, rows[made.pk].failed, rows[made.pk].in_trouble) == (2, 1, True)
    assert (rows[other.pk].waiting, rows[other.pk].failed, rows[other.pk].in_trouble) == (0, 0, False)


def test_the_last_receipt_is_that_of_the_last_try(cast: Cast) -> None:
    made = outlet(cast)
    send_test(outlet=made, by=cast.admin, now=timezone.now())
    note(made, Receipt("http", "503 busy"), arrived=False)
    (row,) = outlet_rows(cast.workspace)
    assert (row.last_receipt, bool(row.trouble)) == ("HTTP 503 · busy", True)
    send_test(outlet=made, by=cast.admin, now=timezone.now())
    note(made, Receipt("http", "200"), arrived=True)
    (row,) = outlet_rows(cast.workspace)
    assert (row.last_receipt, row.trouble) == ("HTTP 200", "")


def test_every_state_of_a_message_has_its_word(cast: Cast) -> None:
    made = outlet(cast)

    def state() -> str:
        (row,) = delivery_page(Outlet.objects.get(pk=made.pk)).rows
        return row.state

    delivery = send_test(outlet=made, by=cast.admin, now=timezone.now())
    assert state() == "due"
    note(made, Receipt("timeout", "10 s"), arrived=False)
    assert state() == "retry"
    disable_outlet(outlet=made, why="person", by=cast.admin, now=timezone.now())
    assert state() == "held"
    Delivery.objects.filter(pk=delivery.pk).update(parked_at=timezone.now())
    assert state() == "failed"
    Delivery.objects.filter(pk=delivery.pk).update(parked_at=None, due_at=None, delivered_at=timezone.now())
    assert state() == "delivered"


def test_messages_are_read_page_by_page_to_both_ends(cast: Cast) -> None:
    made = outlet(cast)
    now = timezone.now()
    for number in range(PAGE + 3):
        send_test(outlet=made, by=cast.admin, now=now - timedelta(seconds=number // 2))  # some at the same moment
    newest_first = list(Delivery.objects.newest_first().values_list("pk", flat=True))

    def shown(**cursor: Delivery) -> tuple[list[int], int, int]:
        page = delivery_page(made, **cursor)
        return [row.delivery.pk for row in page.rows], page.newer, page.older

    first, newer, older = shown()
    assert (first, newer, older) == (newest_first[:PAGE], 0, newest_first[PAGE - 1])
    second, newer, older = shown(before=Delivery.objects.get(pk=older))
    assert (second, newer, older) == (newest_first[PAGE:], newest_first[PAGE], 0)
    assert shown(after=Delivery.objects.get(pk=newer))[0] == newest_first[:PAGE]


def test_a_cursor_of_another_outlet_or_of_nothing_is_ignored(cast: Cast, client: Client) -> None:
    made, other = outlet(cast, name="甲"), outlet(cast, name="乙")
    send_test(outlet=made, by=cast.admin, now=timezone.now())
    foreign = send_test(outlet=other, by=cast.admin, now=timezone.now())
    as_(client, cast.admin)
    for cursor in (foreign.pk, "x", "9" * 30, "-1", ""):
        assert "On its way" in text(client.get(f"{LIST}{made.pk}/?before={cursor}"))


def test_a_refused_verb_says_why(cast: Cast, client: Client) -> None:
    made = outlet(cast)
    delivery = send_test(outlet=made, by=cast.admin, now=timezone.now())
    as_(client, cast.admin).post(f"{LIST}{made.pk}/disable/")
    again = reverse("delivery-again", args=["yaori", delivery.pk])
    assert "Switch it on, then send again" in text(client.post(again, follow=True))
    assert "Switch it on, then test it" in text(client.post(f"{LIST}{made.pk}/test/", follow=True))
    Delivery.objects.update(delivered_at=timezone.now(), due_at=None)
    assert "has arrived already" in text(client.post(again, follow=True))


def test_removing_leads_back_to_the_list(cast: Cast, client: Client) -> None:
    made = outlet(cast)
    answer = as_(client, cast.admin).post(f"{LIST}{made.pk}/remove/", follow=True)
    assert "值班系統 is removed." in text(answer)
    assert not Outlet.objects.exists()


@pytest.mark.parametrize(
    ("outcome", "detail", "said"),
    [
        ("", "", ""),
        ("http", "200", "HTTP 200"),
        ("http", "500 oh no", "HTTP 500 · oh no"),
        ("smtp", "mail.example:25", "The mail server mail.example:25 took it."),
        ("smtp-refused", "550 no such user", "The mail server refused it: 550 no such user"),
        ("smtp-unreachable", "mail.example:25", "The mail server mail.example:25 cannot be reached."),
        ("no-mail-server", "", "No mail server is configured (EMAIL_HOST)."),
        ("timeout", "10 s", "The site did not answer in time (10 s)."),
        ("refused-address", "10.1.2.3 (private)", "10.1.2.3 is inside a private network, where Sentinel asks nobody."),
        ("refused-address", "scheme", "The address is not written as a web address is (scheme)."),
        ("refused-address", "192.0.2.1 (documentation)", "192.0.2.1 is no address on the public internet"),
        ("failed", "InvalidToken", "The message could not be made (InvalidToken)."),
    ],
)
def test_a_receipt_is_a_sentence(outcome: str, detail: str, said: str) -> None:
    with translation.override("en"):
        assert receipt_text(Delivery(outcome=outcome, receipt=detail)).startswith(said)


# --- addresses ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    ["http://hooks.example", "https://hooks.example:8443/a?b=c", "http://10.0.0.1:9/", "https://例子.台灣/鉤"],
)
def test_a_web_address_is_taken(address: str) -> None:
    assert webhook.check_address(address) == ""


@pytest.mark.parametrize("address", ["", "hooks.example", "ftp://a.example/", "http://[", "https://a b.example/"])
def test_what_is_no_web_address_is_refused(address: str) -> None:
    assert webhook.check_address(address) == "web-address"


@pytest.mark.parametrize("address", ["a@b.example", "a.b+c@d-e.example; f@g.example", "a@例子.台灣"])
def test_a_list_of_mail_addresses_is_taken(address: str) -> None:
    assert email.check_address(address) == ""


@pytest.mark.parametrize(
    "address", ["", ",", "a", "a@b", "雅婷@b.example", "a@b.example <c>", 'a@"b.example', "a@b.c@d.e"]
)
def test_what_is_no_mail_address_is_refused(address: str) -> None:
    assert email.check_address(address) == "mail-address"


def test_a_shown_address_is_scheme_and_place_alone() -> None:
    assert (
        KINDS["webhook"].shown_address("https://hooks.example:8443/in?token=s3cret#x") == "https://hooks.example:8443"
    )
    assert KINDS["email"].shown_address("a@b.example;c@d.example") == "a@b.example, c@d.example"
