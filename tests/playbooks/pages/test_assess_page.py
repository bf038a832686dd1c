"""Assess: versions, what changed between them, the advice while one chooses, and who is concerned."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from playbooks.forms.assessments import AdviceForm
from playbooks.models import Assessment, Crisis, Stakeholder
from playbooks.models.assessing import STAKEHOLDERS
from playbooks.operations.assessing import add_stakeholder
from playbooks.operations.crises import close_crisis
from playbooks.queries.assessing import stakeholder_groups, versions
from playbooks.strategy import ReasonCode, Reputation, Responsibility, Strategy, Verdict, advise
from playbooks.wording import assessments as wording
from sentinel.core.models import User
from tests.factories import NOW, Cast
from tests.playbooks.collected import MINUTE, assessed
from tests.playbooks.stage import make_crisis

pytestmark = pytest.mark.django_db
FETCH = {"X-Requested-With": "fetch"}
GOOD = {
    "level": "2",
    "level_reason": "主流媒體已轉載",
    "verdict": "true",
    "verdict_evidence": "留樣有同型薄片",
    "responsibility": "accidental",
    "responsibility_reason": "零件剝落",
    "reputation": "neutral",
    "victims": "孩童 1 人",
    "over": "0",
}


@pytest.fixture
def crisis(cast: Cast) -> Crisis:
    return make_crisis(cast, level=2)


def as_(client: Client, user: User) -> Client:
    User.objects.filter(pk=user.pk).update(language="en")
    client.force_login(user)
    return client


def address(name: str, thing: Crisis | Stakeholder) -> str:
    return reverse(name, args=["yaori", thing.pk])


def page(client: Client, crisis: Crisis) -> str:
    return client.get(address("crisis-assess", crisis)).content.decode()


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


# --- versions


def test_before_the_first_version_the_page_says_what_to_do(client: Client, cast: Cast, crisis: Crisis) -> None:
    text = page(as_(client, cast.staff), crisis)
    assert "Not assessed yet" in text
    assert address("assessment-add", crisis) in text


def test_the_first_assessment_takes_its_level_and_its_advice(client: Client, cast: Cast, crisis: Crisis) -> None:
    sent = as_(client, cast.staff).post(address("assessment-add", crisis), {**GOOD, "has_history": "on"})
    assert sent.headers["Location"] == address("crisis-assess", crisis)
    made = Assessment.objects.get()
    assert (made.number, made.level, made.advice["effective"]) == (1, 2, "preventable")
    text = plain(page(client, crisis))
    assert "counts as “Preventable”" in text
    for word in ("Rebuild", "Keep away from", "Similar crises before", "孩童 1 人", "not written yet"):
        assert word in text


def test_the_next_version_begins_as_the_one_before(client: Client, cast: Cast, crisis: Crisis) -> None:
    assessed(crisis, cast, level=2, verdict="true", verdict_evidence="留樣", damage="退費")
    shown = as_(client, cast.staff).get(address("assessment-add", crisis)).content.decode()
    assert re.search(r'name="verdict" value="true"[^>]*checked', shown)
    assert re.search(r'name="level" value="2"[^>]*checked', shown)
    assert "退費" in shown
    assert re.search(r'name="over" value="1"', shown)


def test_what_changed_between_versions_is_marked_and_the_level_shows_before_and_after(
    client: Client, cast: Cast, crisis: Crisis
) -> None:
    assessed(crisis, cast, level=3, level_reason="論壇擴散中")
    assessed(crisis, cast, level=1, level_reason="論壇與微博擴散中", now=NOW + MINUTE)
    newest, first = versions(crisis)
    assert (newest.level_before, first.changes) == (3, [])
    assert [change.field for change in newest.changes] == ["level", "level_reason"]
    assert "".join(text for text, kind in newest.changes[1].parts if kind == "ins") == "與微博"
    text = page(as_(client, cast.staff), crisis)
    assert "<ins>與微博</ins>" in text
    assert re.search(r"<del>3 · Yellow · Moderate</del>.*?<ins>1 · Red · Critical</ins>", text, re.DOTALL)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"level": ""}, "Choose a level."),
        ({"level_reason": " "}, "Say why this level, so that others can check it."),
        ({"verdict_evidence": ""}, "A verdict needs its evidence: what shows it, and who verified it?"),
        ({"verdict": "no"}, "Select a valid choice"),
        ({"victims": "字" * 5001}, "at most 5000 characters"),
    ],
)
def test_what_is_wrong_stands_at_the_field_and_nothing_typed_is_lost(
    client: Client, cast: Cast, crisis: Crisis, given: dict[str, str], sentence: str
) -> None:
    sent = as_(client, cast.staff).post(address("assessment-add", crisis), {**GOOD, **given})
    assert sent.status_code == 422
    assert sentence in sent.content.decode()
    assert "零件剝落" in sent.content.decode()
    assert not Assessment.objects.exists()


def test_a_pending_verdict_needs_no_evidence(client: Client, cast: Cast, crisis: Crisis) -> None:
    as_(client, cast.staff).post(
        address("assessment-add", crisis), {**GOOD, "verdict": "pending", "verdict_evidence": ""}
    )
    assert Assessment.objects.get().verdict == "pending"


def test_only_a_manager_lowers_a_red_level(client: Client, cast: Cast) -> None:
    crisis = make_crisis(cast, level=1)
    sent = as_(client, cast.staff).post(address("assessment-add", crisis), GOOD)
    assert "Only a manager lowers a red crisis. Ask one to look at it." in sent.content.decode()
    assert not Assessment.objects.exists()
    as_(client, cast.manager).post(address("assessment-add", crisis), GOOD)
    crisis.refresh_from_db()
    assert crisis.level == 2


def test_who_assessed_meanwhile_is_named_and_the_next_attempt_builds_on_it(
    client: Client, cast: Cast, crisis: Crisis
) -> None:
    assessed(crisis, cast, level=2, by=cast.manager)
    sent = as_(client, cast.staff).post(address("assessment-add", crisis), GOOD)
    text = sent.content.decode()
    assert sent.status_code == 422
    assert "陳志明 made version 1 while you were writing." in text
    assert "留樣有同型薄片" in text
    assert re.search(r'name="over" value="1"', text)
    client.post(address("assessment-add", crisis), {**GOOD, "over": "1"})
    assert Assessment.objects.count() == 2


def test_a_closed_crisis_is_not_assessed(client: Client, cast: Cast, crisis: Crisis) -> None:
    close_crisis(crisis=crisis, note="已處理", by=cast.manager, now=NOW)
    text = as_(client, cast.staff).post(address("assessment-add", crisis), GOOD).content.decode()
    assert "This crisis is closed." in text
    assert "留樣有同型薄片" in text
    assert "Write the first assessment" not in page(client, crisis)


def test_hostile_words_are_shown_as_words(client: Client, cast: Cast, crisis: Crisis) -> None:
    hostile = "<script>alert(1)</script>"
    assessed(crisis, cast, level=2, level_reason="x", diagnosis="x")
    assessed(crisis, cast, level=2, level_reason=hostile, diagnosis=hostile, now=NOW + MINUTE)
    add_stakeholder(crisis=crisis, kind="media", name=hostile, measure=hostile, by=cast.staff, now=NOW)
    for name in ("crisis-assess", "assessment-add"):
        assert "<script>alert" not in as_(client, cast.staff).get(address(name, crisis)).content.decode()


# --- the advice


def test_the_advice_follows_the_form_and_writes_nothing(client: Client, cast: Cast, crisis: Crisis) -> None:
    as_(client, cast.staff)
    rumour = plain(
        client.post(address("assessment-advice", crisis), {"verdict": "rumour"}, headers=FETCH).content.decode()
    )
    assert "Say shortly and plainly that it is not so" in rumour
    clash = {"verdict": "rumour", "responsibility": "preventable"}
    assert "look at one of the two again" in client.post(address("assessment-advice", crisis), clash).content.decode()
    assert not Assessment.objects.exists()


def test_without_scripts_a_button_shows_what_follows_and_keeps_the_form(
    client: Client, cast: Cast, crisis: Crisis
) -> None:
    sent = as_(client, cast.staff).post(address("assessment-add", crisis), {**GOOD, "do": "advise"})
    assert sent.status_code == 200
    assert "留樣有同型薄片" in sent.content.decode()
    assert "the explanation counts" in sent.content.decode()
    assert not Assessment.objects.exists()


@given(
    st.fixed_dictionaries(
        {
            "verdict": st.sampled_from(["", "x", *Verdict]),
            "responsibility": st.sampled_from(["", "x", *Responsibility]),
            "reputation": st.sampled_from(["", "x", *Reputation]),
            "has_history": st.sampled_from(["", "on"]),
        }
    )
)
@settings(max_examples=120, deadline=None)
def test_whatever_stands_in_the_form_there_is_advice_in_words(given: dict[str, str]) -> None:
    words = wording.advice_words(
        {name: getattr(AdviceForm(given).advice(), name) for name in ("strategies", "effective", "reasons", "avoid")}
    )
    assert [one.code for one in words.strategies][:2] == ["instructing", "adjusting"]
    assert {one.code for one in words.avoid} >= {"attack-accuser", "scapegoat"}


def test_every_code_has_its_words() -> None:
    for verdict in Verdict:
        assert wording.verdict_help(verdict)
        for responsibility in Responsibility:
            for reputation in Reputation:
                for history in (False, True):
                    advice = advise(verdict, responsibility, history=history, reputation=reputation)
                    assert all(wording.strategy_text(one).text for one in advice.strategies)
                    assert all(wording.avoided_text(one).text for one in advice.avoid)
    assert all(wording.reason_text(reason) for reason in ReasonCode)
    assert {wording.strategy_text(one).code for one in Strategy if one not in ("attack-accuser", "scapegoat")}
    assert all(wording.stakeholder_gap_text(kind) for kind, _code in STAKEHOLDERS)


# --- stakeholders


def test_a_kind_without_a_measure_is_a_gap_that_says_what_is_missing(
    client: Client, cast: Cast, crisis: Crisis
) -> None:
    add_stakeholder(crisis=crisis, kind="media", name="", measure="逐件回覆", by=cast.staff, now=NOW)
    groups = {group.kind: group for group in stakeholder_groups(crisis, NOW)}
    assert list(groups) == ["victims", "authorities", "partners", "media", "public"]
    assert [kind for kind, group in groups.items() if not group.rows] == [
        "victims",
        "authorities",
        "partners",
        "public",
    ]
    text = page(as_(client, cast.staff), crisis)
    assert "1 of 5 kinds have a measure" in text
    assert "Which authority has to know, and until when?" in text


def test_a_measure_is_late_until_all_are_reached(cast: Cast, crisis: Crisis) -> None:
    given = {"crisis": crisis, "kind": "victims", "name": "", "by": cast.staff, "now": NOW, "due_at": NOW - MINUTE}
    add_stakeholder(measure="逐一聯絡", reached=4, total=7, **given)
    add_stakeholder(measure="退費", reached=7, total=7, **given)
    late, done = stakeholder_groups(crisis, NOW)[0].rows
    assert (late.is_late, late.share) == (True, pytest.approx(4 / 7))
    assert (done.is_late, done.is_done) == (False, True)


def test_a_measure_is_added_changed_and_removed(client: Client, cast: Cast, crisis: Crisis) -> None:
    as_(client, cast.staff)
    shown = client.get(address("stakeholder-add", crisis) + "?kind=partners").content.decode()
    assert re.search(r'value="partners"[^>]*selected', shown)
    given = {"kind": "partners", "measure": "請通路暫停販售", "reached": "3", "total": "4", "owner": cast.manager.pk}
    sent = client.post(address("stakeholder-add", crisis), given)
    assert sent.headers["Location"] == address("crisis-assess", crisis) + "#stakeholders"
    one = Stakeholder.objects.get()
    assert "3 / 4" in page(client, crisis)
    client.post(address("stakeholder-edit", one), {**given, "reached": "4"})
    one.refresh_from_db()
    assert (one.reached, one.owner, one.changed_by) == (4, cast.manager, cast.staff)
    client.post(address("stakeholder-remove", one))
    assert not Stakeholder.objects.exists()


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"measure": ""}, "Say what is done for them."),
        ({"reached": "5"}, "More were reached than there are. Correct one of the two numbers."),
        ({"kind": "aliens"}, "Select a valid choice"),
        ({"reached": "-1"}, "greater than or equal to 0"),
        ({"total": "99999999999"}, "less than or equal to"),
    ],
)
def test_a_wrong_measure_keeps_what_was_typed(
    client: Client, cast: Cast, crisis: Crisis, given: dict[str, str], sentence: str
) -> None:
    typed = {"kind": "media", "name": "四家媒體", "measure": "逐件回覆", "reached": "2", "total": "4"}
    sent = as_(client, cast.staff).post(address("stakeholder-add", crisis), {**typed, **given}, headers=FETCH)
    assert sent.status_code == 422
    assert sentence in sent.content.decode()
    assert "四家媒體" in sent.content.decode()
    assert "<html" not in sent.content.decode()


def test_the_part_that_is_fetched_again_is_the_part_of_the_page(client: Client, cast: Cast, crisis: Crisis) -> None:
    assessed(crisis, cast, level=2)
    part = as_(client, cast.staff).get(address("crisis-assess", crisis), headers=FETCH).content.decode()
    assert "<html" not in part
    assert "Assessment, version 1" in part
    assert "Stakeholders" in part
