"""Rules: thresholds per level, errors by field, versions, and the way back to an earlier one."""

import pytest

from alerts import rules as pure
from alerts.models import Evaluation, Rule
from alerts.operations.rules import publish_rule
from alerts.wording import RULE_PROBLEMS, rule_words
from monitoring.models import Topic
from tests.alerts.stage import watched
from tests.factories import NOW, Cast, make_tsukimi, make_yaori
from tests.reading import signed_in, text_of


@pytest.fixture
def yaori(db: None) -> Cast:
    return make_yaori()


@pytest.fixture
def topic(yaori: Cast) -> Topic:
    return watched(yaori)


def rule_of(topic: Topic, kind: str) -> Rule:
    return Rule.objects.get(topic=topic, kind=kind)


def address(rule: Rule) -> str:
    return f"/w/yaori/rules/{rule.pk}/"


def thresholds(*values: object, min_count: object = 8, over: int = 1) -> dict[str, object]:
    """A form, from blue to red."""
    named = {f"threshold_{tier}": value for tier, value in zip((4, 3, 2, 1), values, strict=True)}
    return {**named, "min_count": min_count, "over": over}


def test_a_changed_rule_is_a_new_version_and_is_looked_at_again(yaori: Cast, topic: Topic) -> None:
    rule = rule_of(topic, "negative")
    Evaluation.objects.update(due_at=None)
    response = signed_in(yaori.admin).post(address(rule), thresholds(42.5, 60, 75, 90, min_count=12), follow=True)
    rule.refresh_from_db()
    assert "Version 2 of the rule is live." in text_of(response)
    assert rule.current.definition["thresholds"] == {"4": 0.425, "3": 0.6, "2": 0.75, "1": 0.9}
    assert rule.current.definition["min_count"] == 12
    assert Evaluation.objects.get(topic=topic).due_at is not None


@pytest.mark.parametrize(
    ("values", "field", "problem"),
    [
        ((3, 2, 10, 25), "threshold_3", "A worse tier needs a higher threshold"),
        ((0, 2, 10, 25), "threshold_4", "Give a number above 0"),
        ((3, 5, 10, 99_999_999), "threshold_1", "This can never be reached"),
        (("x", 5, 10, 25), "threshold_4", "Enter a number."),
        (("", 5, 10, 25), "threshold_4", "This field is required."),
    ],
)
def test_what_cannot_be_is_said_at_its_field(
    yaori: Cast, topic: Topic, values: tuple[object, ...], field: str, problem: str
) -> None:
    rule = rule_of(topic, "volume")
    response = signed_in(yaori.admin).post(address(rule), thresholds(*values))
    assert response.context["form"].errors[field] == [problem]
    assert rule.versions.count() == 1


def test_the_form_begins_with_the_live_values_a_share_in_percent(yaori: Cast, topic: Topic) -> None:
    form = signed_in(yaori.admin).get(address(rule_of(topic, "negative"))).context["form"]
    assert [field.value() for _tier, field in form.tiers()] == ["40", "55", "70", "85"]


def test_going_back_puts_earlier_values_into_the_form(yaori: Cast, topic: Topic) -> None:
    rule = rule_of(topic, "volume")
    client = signed_in(yaori.admin)
    client.post(address(rule), thresholds(4, 6, 12, 30))
    response = client.get(address(rule), {"from": "1"})
    assert [field.value() for _tier, field in response.context["form"].tiers()] == ["3", "5", "10", "25"]
    assert "The values of version 1 stand in the form." in text_of(response)
    client.post(address(rule), thresholds(3, 5, 10, 25, over=2))
    assert rule.versions.count() == 3


def test_a_version_that_came_meanwhile_is_not_written_over_unread(yaori: Cast, topic: Topic) -> None:
    rule = rule_of(topic, "volume")
    definition = {**rule.current.definition, "min_count": 20}
    publish_rule(topic=topic, kind="volume", definition=definition, by=yaori.manager, now=NOW)
    response = signed_in(yaori.admin).post(address(rule), thresholds(4, 6, 12, 30))
    said = text_of(response)
    assert "陳志明 published version 2 while you were writing." in said
    assert response.context["form"]["threshold_4"].value() == "4"
    assert response.context["form"]["over"].value() == 2
    assert rule.versions.count() == 2


def test_the_page_says_what_the_rule_says_now(yaori: Cast, topic: Topic) -> None:
    situation = {"total_1h": 84, "negative_1h": 60, "sensitive_1h": 3, "authors_1h": 3, "usual_1h": 10.0}
    Evaluation.objects.update_or_create(
        topic=topic, defaults={"situation": {**situation, "surprise": 0.9}, "evaluated_at": NOW}
    )
    client = signed_in(yaori.admin)
    assert "8.4×" in text_of(client.get(address(rule_of(topic, "volume"))))
    said = text_of(client.get(f"/w/yaori/topics/{topic.pk}/"))
    assert "8.4× reached" in said
    assert "3 reached" in said


def test_only_those_who_may_edit_rules_come_here(yaori: Cast, topic: Topic) -> None:
    rule = rule_of(topic, "volume")
    assert signed_in(yaori.staff).get(address(rule)).status_code == 403
    assert signed_in(yaori.manager).post(address(rule), thresholds(4, 6, 12, 30)).status_code == 403
    tsukimi = make_tsukimi()
    assert signed_in(tsukimi.admin).get(f"/w/tsukimi/rules/{rule.pk}/").status_code == 404
    assert signed_in(tsukimi.admin).get(address(rule)).status_code == 404


def test_every_rule_has_words() -> None:
    assert [rule_words(definition) for definition in pure.default_rules()]


@pytest.mark.parametrize(
    "definition",
    [
        {"kind": "x"},
        {"kind": "volume", "thresholds": {"4": 0, "3": 2, "2": 1, "1": 1e9}, "min_count": 0},
    ],
)
def test_every_problem_of_a_rule_has_a_translation(definition: dict[str, object]) -> None:
    with pytest.raises(pure.RuleError) as refused:
        pure.validate_definition(definition)
    assert set(refused.value.problems.values()) <= set(RULE_PROBLEMS)
