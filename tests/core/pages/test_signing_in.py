"""Signing in and out, the language of a person, and their account."""

import pytest
from django.test import Client

from sentinel.core.models import User
from sentinel.core.permissions import Role
from tests.core.pages.conftest import text
from tests.factories import PASSWORD, Cast, join, make_user

pytestmark = pytest.mark.django_db

# --- signing in and out -------------------------------------------------------------------------


def test_somebody_signs_in_and_is_led_to_their_board(client: Client, cast: Cast) -> None:
    person = make_user("吳柏翰", email="bohan@yaori.example", password=PASSWORD)
    join(cast.workspace, person, Role.STAFF)
    answer = client.post("/login/", {"username": "BoHan@yaori.example", "password": PASSWORD})
    assert answer.headers["Location"] == "/"
    assert client.get("/").headers["Location"] == "/w/yaori/"


def test_a_wrong_password_says_so_and_keeps_the_address(client: Client) -> None:
    make_user(email="bohan@yaori.example", password=PASSWORD)
    answer = client.post("/login/", {"username": "bohan@yaori.example", "password": "wrong"})
    assert answer.status_code == 422
    assert 'value="bohan@yaori.example"' in text(answer)
    assert "wrong" not in text(answer)


@pytest.mark.parametrize("where", ["//evil.example/", "https://evil.example/", "javascript:alert(1)"])
def test_nobody_is_led_away_after_signing_in(client: Client, where: str) -> None:
    make_user(email="bohan@yaori.example", password=PASSWORD)
    answer = client.post("/login/", {"username": "bohan@yaori.example", "password": PASSWORD, "next": where})
    assert answer.headers["Location"] == "/"


def test_signing_in_leads_back_to_where_one_wanted_to_go(client: Client, cast: Cast) -> None:
    make_user(email="bohan@yaori.example", password=PASSWORD)
    asked = client.get("/w/yaori/audit/")
    assert asked.headers["Location"] == "/login/?next=/w/yaori/audit/"
    answer = client.post(
        asked.headers["Location"],
        {"username": "bohan@yaori.example", "password": PASSWORD, "next": "/w/yaori/audit/"},
    )
    assert answer.headers["Location"] == "/w/yaori/audit/"


def test_too_many_wrong_passwords_lock_the_address_whatever_its_capitals(client: Client) -> None:
    make_user(email="bohan@yaori.example", password=PASSWORD)
    for number in range(8):
        name = "bohan@yaori.example" if number % 2 else "BOHAN@yaori.example"
        answer = client.post("/login/", {"username": name, "password": "wrong"})
    assert answer.status_code == 429
    assert client.post("/login/", {"username": "bohan@yaori.example", "password": PASSWORD}).status_code == 429
    make_user(email="yating@yaori.example", password=PASSWORD)
    assert client.post("/login/", {"username": "yating@yaori.example", "password": PASSWORD}).status_code == 302


def test_signing_out_is_a_post_and_ends_the_session(admin: Client) -> None:
    assert admin.get("/logout/").status_code == 405
    assert admin.post("/logout/").headers["Location"] == "/login/"
    assert admin.get("/account/").status_code == 302


def test_who_is_a_member_of_nothing_is_told_what_to_do(client: Client) -> None:
    client.force_login(make_user(email="alone@yaori.example"))
    answer = client.get("/")
    assert answer.status_code == 200
    assert "alone@yaori.example" in text(answer)


# --- language -----------------------------------------------------------------------------------


def test_a_person_reads_their_own_language_whatever_the_browser_asks_for(client: Client, cast: Cast) -> None:
    User.objects.filter(pk=cast.admin.pk).update(language="zh-hans")
    client.force_login(cast.admin)
    answer = client.get("/account/", headers={"Accept-Language": "en"})
    assert 'lang="zh-Hans-CN"' in text(answer)


def test_a_language_is_chosen_for_good(admin: Client, cast: Cast) -> None:
    answer = admin.post("/language/", {"language": "en", "next": "/account/"})
    assert answer.headers["Location"] == "/account/"
    assert User.objects.get(pk=cast.admin.pk).language == "en"
    assert 'lang="en"' in text(admin.get("/account/"))


def test_a_visitor_chooses_a_language_for_the_browser(client: Client) -> None:
    client.post("/language/", {"language": "zh-hans", "next": "/login/"})
    assert 'lang="zh-Hans-CN"' in text(client.get("/login/"))


def test_a_language_that_does_not_exist_changes_nothing(client: Client) -> None:
    assert client.post("/language/", {"language": "tlh", "next": "https://evil.example"}).headers["Location"] == "/"
    assert "django_language" not in client.cookies


# --- account ------------------------------------------------------------------------------------


def preferences(**changes: str) -> dict[str, str]:
    return {"name": "王淑芬", "language": "en", "theme": "dark", "sound_enabled": "on", **changes}


def test_preferences_apply_at_once(admin: Client, cast: Cast) -> None:
    answer = admin.post("/account/", preferences(), follow=True)
    assert 'lang="en"' in text(answer)
    assert 'data-theme="dark"' in text(answer)
    user = User.objects.get(pk=cast.admin.pk)
    assert (user.sound_enabled, user.keys_enabled) == (True, False)


def test_preferences_that_do_not_make_sense_change_nothing(admin: Client, cast: Cast) -> None:
    answer = admin.post("/account/", preferences(name=" ", theme="pink"))
    assert answer.status_code == 422
    assert User.objects.get(pk=cast.admin.pk).theme == "auto"


def test_a_changed_password_ends_every_other_session(client: Client) -> None:
    person = make_user(password=PASSWORD)
    here, elsewhere = client, Client()
    for browser in (here, elsewhere):
        browser.force_login(person)
    answer = here.post("/account/password/", {"old_password": PASSWORD, "new_password": "another long secret"})
    assert answer.status_code == 302
    assert here.get("/account/").status_code == 200
    assert elsewhere.get("/account/").status_code == 302
    assert User.objects.get(pk=person.pk).check_password("another long secret")


@pytest.mark.parametrize(
    ("old", "new"), [("wrong", "another long secret"), (PASSWORD, "short"), (PASSWORD, "12345678901234")]
)
def test_a_password_is_not_changed_without_the_old_one_or_to_a_weak_one(client: Client, old: str, new: str) -> None:
    person = make_user(password=PASSWORD)
    client.force_login(person)
    assert client.post("/account/password/", {"old_password": old, "new_password": new}).status_code == 422
    assert User.objects.get(pk=person.pk).check_password(PASSWORD)


@pytest.mark.parametrize(
    ("page", "back"),
    [
        ("http://testserver/w/yaori/people/?x=1#y", "/w/yaori/people/%3Fx%3D1%23y"),
        ("http://elsewhere.example/", "/"),
        ("", "/"),
    ],
)
def test_who_posts_after_the_session_ended_comes_back_to_the_page_of_the_form(cast: Cast, page: str, back: str) -> None:
    asked = Client().post("/w/yaori/people/invite/", {"label": "x"}, headers={"Referer": page} if page else {})

    assert asked.status_code == 302
    assert asked.headers["Location"] == f"/login/?next={back}"
