"""Facts on their page: put down, settled, changed by two at once, with sources that are protected."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from playbooks.forms.facts import SettleForm
from playbooks.models import Crisis, Fact
from playbooks.operations.collecting import add_fact, edit_fact
from playbooks.operations.crises import close_crisis
from playbooks.queries.facts import fact_columns, fingerprint, turn_of_facts
from sentinel.core.models import AuditEntry, Membership, User
from sentinel.core.permissions import Role
from tests.factories import NOW, Cast, join, make_tsukimi, make_user
from tests.playbooks.collected import MINUTE, assessed

pytestmark = pytest.mark.django_db
FETCH = {"X-Requested-With": "fetch"}


def as_(client: Client, user: User) -> Client:
    User.objects.filter(pk=user.pk).update(language="en")
    client.force_login(user)
    return client


def noted(crisis: Crisis, cast: Cast, **fields: object) -> Fact:
    given: dict[str, object] = {"status": "unknown", "text": "薄片的成分", "by": cast.staff, "now": NOW}
    return add_fact(crisis=crisis, **{**given, **fields})  # type: ignore[arg-type]


def address(name: str, thing: Crisis | Fact) -> str:
    return reverse(name, args=["yaori", thing.pk])


def collect(client: Client, crisis: Crisis) -> str:
    return client.get(address("crisis-collect", crisis)).content.decode()


def test_a_question_gets_an_owner_and_a_time_in_the_zone_of_the_workspace(
    client: Client, cast: Cast, crisis: Crisis
) -> None:
    given = {"text": "薄片的成分", "status": "unknown", "owner": cast.manager.pk, "due_at": "2026-03-02T12:30"}
    sent = as_(client, cast.staff).post(address("fact-add", crisis), given)
    assert sent.headers["Location"] == address("crisis-collect", crisis) + "#facts"
    fact = Fact.objects.get()
    assert (fact.owner, fact.due_at, fact.settled_at) == (cast.manager, NOW + 90 * MINUTE, None)
    shown = client.get(address("fact-edit", fact)).content.decode()
    assert 'value="2026-03-02T12:30"' in shown


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"text": ""}, "Say what the fact or the question is."),
        ({"status": ""}, "Choose known, unknown or disproved."),
        ({"status": "known", "source": ""}, "Name the source: what is known or disproved says from where."),
        ({"status": "disproved", "correction": ""}, "Say what is true instead, so that it can be answered."),
        ({"source": "", "second_source": "品保"}, "Name the first source too."),
        ({"text": "字" * 301}, "at most 300 characters"),
        ({"owner": "999999"}, "Select a valid choice"),
        ({"due_at": "soon"}, "Enter a valid date/time"),
    ],
)
def test_what_is_wrong_stands_at_the_field_and_nothing_typed_is_lost(
    client: Client, cast: Cast, crisis: Crisis, given: dict[str, str], sentence: str
) -> None:
    typed = {"text": "同批 4,320 瓶", "status": "unknown", "source": "出貨單", "contradiction": "倉儲說是 4,300"}
    sent = as_(client, cast.staff).post(address("fact-add", crisis), {**typed, **given})
    assert sent.status_code == 422
    text = sent.content.decode()
    assert sentence in text
    assert "倉儲說是 4,300" in text
    assert not Fact.objects.exists()


def test_nobody_outside_the_workspace_can_own_a_fact(client: Client, cast: Cast, crisis: Crisis) -> None:
    given = {"text": "薄片的成分", "status": "unknown", "owner": make_tsukimi().staff.pk}
    assert as_(client, cast.staff).post(address("fact-add", crisis), given).status_code == 422


def test_settling_keeps_everything_else(client: Client, cast: Cast, crisis: Crisis) -> None:
    fact = noted(crisis, cast, owner=cast.manager, contradiction="兩份紀錄不同", due_at=NOW)
    page = as_(client, cast.staff).get(address("fact-settle", fact) + "?status=disproved").content.decode()
    assert re.search(r'value="disproved"[^>]*checked', page)
    given = {"status": "known", "source": "檢驗報告", "second_source": "照片", "over": fingerprint(fact)}
    client.post(address("fact-settle", fact), given)
    fact.refresh_from_db()
    assert (fact.status, fact.text, fact.owner, fact.contradiction, fact.due_at) == (
        "known", "薄片的成分", cast.manager, "兩份紀錄不同", NOW,
    )  # fmt: skip
    assert fact.settled_by == cast.staff
    assert AuditEntry.objects.filter(verb="settle", thread=crisis.thread).exists()
    assert "2 sources" in collect(client, crisis)


def test_who_wrote_meanwhile_is_not_written_over_unseen(client: Client, cast: Cast, crisis: Crisis) -> None:
    fact = noted(crisis, cast)
    read = fingerprint(fact)
    edit_fact(fact=fact, status="known", text="薄片是塑膠", source="檢驗", by=cast.manager, now=NOW + MINUTE)
    given = {"status": "unknown", "text": "薄片的成分與來源", "over": read}
    sent = as_(client, cast.staff).post(address("fact-edit", fact), given)
    text = sent.content.decode()
    assert sent.status_code == 422
    assert "Somebody changed this fact while you were writing. It now says: “薄片是塑膠” (Known)." in text
    assert "薄片的成分與來源" in text
    fact.refresh_from_db()
    assert fact.text == "薄片是塑膠"
    assert f'value="{fingerprint(fact)}"' in text
    client.post(address("fact-edit", fact), {**given, "over": fingerprint(fact)})
    fact.refresh_from_db()
    assert fact.text == "薄片的成分與來源"


def test_an_editor_who_never_read_it_is_asked_to_look(client: Client, cast: Cast, crisis: Crisis) -> None:
    fact = noted(crisis, cast)
    sent = as_(client, cast.staff).post(address("fact-edit", fact), {"status": "unknown", "text": "別的"})
    assert sent.status_code == 422


def test_a_dialog_gets_the_form_alone(client: Client, cast: Cast, crisis: Crisis) -> None:
    as_(client, cast.staff)
    for method in (client.get, client.post):
        sent = method(address("fact-add", crisis), headers=FETCH)
        assert "<html" not in sent.content.decode()
        assert 'id="sheet-title"' in sent.content.decode()


def test_a_closed_crisis_takes_no_fact_and_keeps_the_text(client: Client, cast: Cast, crisis: Crisis) -> None:
    close_crisis(crisis=crisis, note="已處理", by=cast.manager, now=NOW)
    sent = as_(client, cast.staff).post(address("fact-add", crisis), {"text": "遲來的消息", "status": "unknown"})
    text = sent.content.decode()
    assert "This crisis is closed." in text
    assert "遲來的消息" in text


def test_removing_goes_back_and_leaves_a_trace(client: Client, cast: Cast, crisis: Crisis) -> None:
    fact = noted(crisis, cast)
    sent = as_(client, cast.staff).post(address("fact-remove", fact), follow=True)
    assert "The log keeps that it was there." in sent.content.decode()
    assert not Fact.objects.exists()
    assert AuditEntry.objects.filter(verb="remove", thread=crisis.thread).exists()


# --- protected sources


def test_a_protected_source_is_named_to_managers_author_and_owner_alone(
    client: Client, cast: Cast, crisis: Crisis
) -> None:
    colleague, owner = make_user("周明哲"), make_user("許承恩")
    join(cast.workspace, colleague, Role.STAFF)
    join(cast.workspace, owner, Role.STAFF)
    noted(crisis, cast, source="夜班領班", is_source_protected=True, owner=owner)
    for person, sees in (
        (cast.staff, True),
        (owner, True),
        (cast.manager, True),
        (colleague, False),
        (cast.admin, False),
    ):
        for name in ("crisis-collect", "crisis-assess"):
            text = as_(Client(), person).get(address(name, crisis)).content.decode()
            assert ("夜班領班" in text) is sees
            assert ("Protected source" in text) is not sees


def test_who_does_not_see_the_source_settles_and_edits_without_touching_it(
    client: Client, cast: Cast, crisis: Crisis
) -> None:
    colleague = make_user("周明哲")
    join(cast.workspace, colleague, Role.STAFF)
    fact = noted(crisis, cast, source="夜班領班", is_source_protected=True)
    as_(client, colleague)
    for name in ("fact-edit", "fact-settle"):
        shown = client.get(address(name, fact)).content.decode()
        assert "夜班領班" not in shown
        assert 'name="source"' not in shown
    given = {
        "status": "known",
        "text": fact.text,
        "source": "猜的",
        "is_source_protected": "",
        "over": fingerprint(fact),
    }
    assert client.post(address("fact-edit", fact), given).status_code == 302
    fact.refresh_from_db()
    assert (fact.status, fact.source, fact.is_source_protected) == ("known", "夜班領班", True)


# --- what the columns say


def test_facts_stand_in_three_columns_with_what_is_overdue(client: Client, cast: Cast, crisis: Crisis) -> None:
    noted(crisis, cast, due_at=NOW - MINUTE)
    noted(crisis, cast, status="disproved", text="全面下架", correction="舊照片", source="影像比對")
    membership = Membership.objects.get(user=cast.staff)
    columns = {column.status: column.rows for column in fact_columns(crisis, membership, NOW)}
    assert [len(columns[status]) for status in ("known", "unknown", "disproved")] == [0, 1, 1]
    assert columns["unknown"][0].is_late
    assert not columns["disproved"][0].is_late
    text = collect(as_(client, cast.staff), crisis)
    assert "<s>全面下架</s> 舊照片" in text
    assert "Nothing is verified yet." in text


def test_facts_turn_only_against_an_assessment_that_is_older(cast: Cast, crisis: Crisis) -> None:
    fact = noted(crisis, cast)
    assert turn_of_facts(crisis) is None
    assessed(crisis, cast, now=NOW)
    assert turn_of_facts(crisis) is None
    edit_fact(fact=fact, status="known", text=fact.text, source="檢驗", by=cast.staff, now=NOW + MINUTE)
    turn = turn_of_facts(crisis)
    assert turn
    assert (turn.assessment.number, [one.pk for one in turn.facts]) == (1, [fact.pk])
    assessed(crisis, cast, now=NOW + 2 * MINUTE)
    assert turn_of_facts(crisis) is None


def test_hostile_words_are_shown_as_words(client: Client, cast: Cast, crisis: Crisis) -> None:
    hostile = '"><script>alert(1)</script>'
    fact = noted(crisis, cast, text=hostile, source=hostile, contradiction=hostile)
    as_(client, cast.staff)
    for name, thing in (("crisis-collect", crisis), ("fact-edit", fact), ("fact-settle", fact)):
        assert "<script>alert" not in client.get(address(name, thing)).content.decode()


@given(
    status=st.sampled_from(["known", "unknown", "disproved", "", "other"]),
    correction=st.text(max_size=310),
    source=st.text(max_size=210),
    second=st.text(max_size=5),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_the_form_lets_through_the_database_takes(
    cast: Cast, crisis: Crisis, status: str, correction: str, source: str, second: str
) -> None:
    form = SettleForm({"status": status, "correction": correction, "source": source, "second_source": second})
    if form.is_valid():
        fact = add_fact(crisis=crisis, text="薄片", **form.written(), by=cast.staff, now=NOW)
        assert fact.status == status
    else:
        assert form.errors
