"""The pages of people: signing in and out, account, people, invitations, audit, system."""

import csv
import io
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from monitoring.models import BackMatch, Topic, TopicVersion
from sentinel.core import audit, operations
from sentinel.core.models import AuditEntry, Invitation, Membership, User
from sentinel.core.permissions import Role
from tests.factories import NOW, PASSWORD, Cast, join, make_tsukimi, make_user, make_yaori

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_yaori()


@pytest.fixture
def admin(client: Client, cast: Cast) -> Client:
    client.force_login(cast.admin)
    return client


@pytest.fixture(autouse=True)
def _language() -> Iterator[None]:
    yield
    translation.activate("zh-hant")


def text(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined,no-any-return]


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


# --- people -------------------------------------------------------------------------------------


def test_an_invitation_link_is_shown_once(admin: Client, cast: Cast) -> None:
    page = admin.post("/w/yaori/people/invite/", {"label": "承恩", "roles": ["staff"]}, follow=True)
    assert "http://testserver/invitation/" in text(page)
    assert "http://testserver/invitation/" not in text(admin.get("/w/yaori/people/"))


def test_an_invitation_without_a_role_says_so_and_keeps_the_name(admin: Client) -> None:
    answer = admin.post("/w/yaori/people/invite/", {"label": "承恩"})
    assert answer.status_code == 422
    assert 'value="承恩"' in text(answer)
    assert not Invitation.objects.exists()


def test_an_open_invitation_can_be_withdrawn(admin: Client, cast: Cast) -> None:
    invitation, _token = operations.invite(
        workspace=cast.workspace, roles=[Role.STAFF], label="承恩", by=cast.admin, now=timezone.now()
    )
    assert "承恩" in text(admin.get("/w/yaori/people/"))
    admin.post(reverse("people-withdraw", args=["yaori", invitation.pk]))
    invitation.refresh_from_db()
    assert invitation.withdrawn_at is not None


def test_members_get_other_roles_and_leave(admin: Client, cast: Cast) -> None:
    member = Membership.objects.get(user=cast.staff)
    admin.post(reverse("people-roles", args=["yaori", member.pk]), {"roles": ["manager"]})
    member.refresh_from_db()
    assert member.roles == ["manager"]
    admin.post(reverse("people-remove", args=["yaori", member.pk]))
    assert not Membership.objects.filter(pk=member.pk).exists()


def test_the_last_admin_is_told_why_they_cannot_leave(admin: Client, cast: Cast) -> None:
    member = Membership.objects.get(user=cast.admin)
    answer = admin.post(reverse("people-remove", args=["yaori", member.pk]), follow=True)
    assert "is-error" in text(answer)


def test_who_gives_up_the_admins_role_is_led_home(admin: Client, cast: Cast) -> None:
    Membership.objects.filter(user=cast.manager).update(roles=["admin"])
    member = Membership.objects.get(user=cast.admin)
    answer = admin.post(reverse("people-roles", args=["yaori", member.pk]), {"roles": ["staff"]})
    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize("page", ["people-roles", "people-remove"])
def test_members_of_another_workspace_do_not_exist(admin: Client, page: str) -> None:
    theirs = Membership.objects.get(user=make_tsukimi().staff)
    assert admin.post(reverse(page, args=["yaori", theirs.pk]), {"roles": ["admin"]}).status_code == 404


# --- invitations --------------------------------------------------------------------------------


@pytest.fixture
def link(cast: Cast) -> str:
    _invitation, token = operations.invite(
        workspace=cast.workspace, roles=[Role.STAFF], label="承恩", by=cast.admin, now=timezone.now()
    )
    return reverse("invitation", args=[token])


def test_a_new_person_joins_by_link(client: Client, cast: Cast, link: str) -> None:
    assert "曜日乳業" in text(client.get(link))
    answer = client.post(link, {"name": "許承恩", "email": "chengen@yaori.example", "password": PASSWORD})
    assert answer.headers["Location"] == "/w/yaori/"
    assert client.get("/account/").status_code == 200
    assert Membership.objects.get(user__email="chengen@yaori.example").roles == ["staff"]


def test_a_weak_password_is_refused_and_what_was_typed_is_kept(client: Client, link: str) -> None:
    answer = client.post(link, {"name": "許承恩", "email": "chengen@yaori.example", "password": "12345"})
    assert answer.status_code == 422
    assert 'value="chengen@yaori.example"' in text(answer)
    assert not User.objects.filter(email="chengen@yaori.example").exists()


def test_who_has_an_account_is_asked_to_sign_in(client: Client, link: str) -> None:
    answer = client.post(link, {"name": "x", "email": "yating@yaori.example", "password": PASSWORD})
    assert answer.status_code == 422
    assert f"/login/?next={link}" in text(answer)


def test_who_is_signed_in_joins_with_one_click(client: Client, link: str) -> None:
    guest = make_user("許承恩")
    client.force_login(guest)
    assert client.get(link).status_code == 200
    assert client.post(link).headers["Location"] == "/w/yaori/"
    assert Membership.objects.filter(user=guest).exists()


@pytest.mark.parametrize("state", ["used", "late", "withdrawn", "unknown"])
def test_a_link_that_no_longer_works_says_so_and_names_nobody(client: Client, link: str, state: str) -> None:
    change = {
        "used": {"accepted_at": NOW, "accepted_by": User.objects.first()},
        "late": {"expires_at": timezone.now() - timedelta(seconds=1)},
        "withdrawn": {"withdrawn_at": NOW},
        "unknown": {"token_hash": "x"},
    }[state]
    Invitation.objects.update(**change)
    for answer in (client.get(link), client.post(link, {"name": "x", "email": "x@y.example", "password": PASSWORD})):
        assert answer.status_code == 410
        assert "曜日乳業" not in text(answer)


# --- audit --------------------------------------------------------------------------------------


def do(cast: Cast, times: int = 1, **fields: object) -> None:
    for number in range(times):
        given = {
            "verb": "edit",
            "subject": cast.workspace,
            "by": cast.admin,
            "workspace": cast.workspace,
            "now": NOW + timedelta(minutes=number),
        }
        audit.record(**{**given, **fields})  # type: ignore[arg-type]


def test_the_trail_is_filtered_by_person_verb_kind_and_day(admin: Client, cast: Cast) -> None:
    do(cast)
    do(cast, by=cast.staff, verb="claim", subject=cast.staff, now=NOW + timedelta(days=1))
    page = "/w/yaori/audit/"
    assert len(admin.get(page).context["entries"]) == 2
    narrowings = [{"person": cast.staff.pk}, {"verb": "claim"}, {"kind": "user"}, {"since": "2026-03-03"}]
    for narrowing in narrowings:
        (only,) = admin.get(page, narrowing).context["entries"]
        assert only["entry"].verb == "claim"
    (only,) = admin.get(page, {"until": "2026-03-02"}).context["entries"]
    assert only["entry"].verb == "edit"
    assert admin.get(page, {"verb": "claim", "until": "2026-03-02"}).context["entries"] == []


def test_a_filter_that_makes_no_sense_is_named_and_ignored(admin: Client, cast: Cast) -> None:
    do(cast)
    answer = admin.get("/w/yaori/audit/", {"since": "yesterday", "person": "x", "before": "x", "after": "9" * 30})
    assert answer.status_code == 200
    assert "field-error" in text(answer)
    assert len(answer.context["entries"]) == 1


def test_days_are_the_workspaces_own(admin: Client, cast: Cast) -> None:
    do(cast, now=NOW.replace(hour=17))  # 01:00 of the next day in Taipei
    assert admin.get("/w/yaori/audit/", {"since": "2026-03-03"}).context["entries"]
    assert not admin.get("/w/yaori/audit/", {"until": "2026-03-02"}).context["entries"]


def test_the_trail_is_turned_over_page_by_page_in_both_directions(admin: Client, cast: Cast) -> None:
    do(cast, times=120)
    page = "/w/yaori/audit/"
    first = admin.get(page)
    second = admin.get(page + first.context["older_url"])
    third = admin.get(page + second.context["older_url"])
    seen = [line["entry"].pk for answer in (first, second, third) for line in answer.context["entries"]]
    assert seen == list(AuditEntry.objects.newest_first().values_list("pk", flat=True))
    assert not first.context["newer_url"]
    assert not third.context["older_url"]
    back = admin.get(page + third.context["newer_url"])
    assert back.context["entries"] == second.context["entries"]


def test_the_export_has_what_the_filters_show_and_no_formula(admin: Client, cast: Cast) -> None:
    make_user("=HYPERLINK(1)", email="evil@yaori.example")
    do(cast, by=User.objects.get(email="evil@yaori.example"))
    do(cast, verb="claim")
    answer = admin.get("/w/yaori/audit/export/", {"verb": "edit"})
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 2
    assert rows[1][1] == "'=HYPERLINK(1)"
    assert rows[1][0] == "2026-03-02T11:00:00+08:00"


# --- system -------------------------------------------------------------------------------------


def test_the_system_page_says_what_does_not_run(admin: Client) -> None:
    answer = admin.get("/w/yaori/system/")
    assert answer.status_code == 200
    broken = [check["name"] for check in answer.context["checks"] if not check["ok"]]
    assert broken == ["worker", "beat"]
    assert "近期" in text(answer)
    assert "lately" not in text(answer)


def test_a_stage_that_does_not_exist_is_not_released(admin: Client) -> None:
    assert admin.post("/w/yaori/system/conjuring/release/").status_code == 404


@pytest.fixture
def parked(cast: Cast) -> list[BackMatch]:
    """A parked walk over earlier posts of each workspace: ours, and theirs."""
    rows = []
    for workspace in (cast.workspace, make_tsukimi().workspace):
        topic = Topic.objects.create(workspace=workspace, name=f"{workspace.name}：品牌")
        version = TopicVersion.objects.create(topic=topic, number=1, query=workspace.name)
        error = f"ValueError: {workspace.name}"
        rows.append(BackMatch.objects.create(topic_version=version, parked_at=NOW, error=error, attempt=8))
    return rows


def test_an_admin_sees_the_parked_work_of_the_workspace_alone(admin: Client, parked: list[BackMatch]) -> None:
    page = text(admin.get("/w/yaori/system/"))
    assert "ValueError: 曜日乳業" in page
    assert "ValueError: 月見乳業" not in page


def test_who_runs_the_installation_sees_all_parked_work(admin: Client, cast: Cast, parked: list[BackMatch]) -> None:
    User.objects.filter(pk=cast.admin.pk).update(is_operator=True)
    assert "ValueError: 月見乳業" in text(admin.get("/w/yaori/system/"))


def test_parked_work_gets_another_chance_one_by_one_or_all_together(admin: Client, parked: list[BackMatch]) -> None:
    ours, theirs = parked
    admin.post("/w/yaori/system/back-match/release/", {"row": theirs.pk})
    admin.post("/w/yaori/system/back-match/release/", {"row": "x"})
    assert BackMatch.objects.filter(parked_at__isnull=False).count() == 2
    admin.post("/w/yaori/system/back-match/release/", {"row": ours.pk})
    assert BackMatch.objects.get(parked_at__isnull=False) == theirs
    BackMatch.objects.update(parked_at=NOW)
    admin.post("/w/yaori/system/back-match/release/")
    assert BackMatch.objects.get(parked_at__isnull=False) == theirs


# --- errors -------------------------------------------------------------------------------------


def test_what_is_not_there_says_what_to_do(client: Client) -> None:
    answer = client.get("/nothing/")
    assert answer.status_code == 404
    assert 'href="/"' in text(answer)


def test_what_the_role_does_not_allow_says_what_to_do(client: Client, cast: Cast) -> None:
    client.force_login(cast.staff)
    answer = client.get("/w/yaori/people/")
    assert answer.status_code == 403
    assert "/account/" in text(answer)


def test_a_form_out_of_date_says_what_to_do(cast: Cast) -> None:
    answer = Client(enforce_csrf_checks=True).post("/login/", {"username": "x"})
    assert answer.status_code == 403
    assert "plain-box" in text(answer)


def test_what_breaks_says_what_to_do_without_asking_the_database(
    admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin.raise_request_exception = False
    monkeypatch.setattr("sentinel.core.views.account.AccountForm.of", lambda user: 1 / 0)
    answer = admin.get("/account/")
    assert answer.status_code == 500
    assert "plain-box" in text(answer)
    assert "languages" not in text(answer)


def test_who_comes_before_the_first_start_is_told_of_the_link(client: Client) -> None:
    User.objects.all().delete()
    shown = client.get(reverse("login"), HTTP_ACCEPT_LANGUAGE="en").content.decode()
    assert "one-time link" in shown
    assert 'name="password"' not in shown


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
