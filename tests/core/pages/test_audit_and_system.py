"""The audit trail, the system page, and what is said when something is wrong."""

import csv
import io
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from monitoring.models import BackMatch, Topic, TopicVersion
from sentinel.core import audit
from sentinel.core.models import AuditEntry, User
from tests.core.pages.conftest import text
from tests.factories import NOW, Cast, make_tsukimi, make_user

pytestmark = pytest.mark.django_db

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
