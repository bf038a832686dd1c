"""Stopping the harm: measures through one fast approver, and the holding statement, each in place."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from playbooks.models import Crisis, EmergencyMeasure, HoldingText, Statement
from playbooks.operations.emergency import authorise_holding_text
from tests.factories import Cast, make_tsukimi
from tests.playbooks.stage import make_crisis

pytestmark = pytest.mark.django_db
FETCH = {"X-Requested-With": "fetch"}


def as_(client: Client, user: object) -> Client:
    client.force_login(user)  # type: ignore[arg-type]
    return client


def address(name: str, crisis: Crisis) -> str:
    return reverse(name, args=["yaori", crisis.pk])


def authorised(cast: Cast, text: str = "我們看到了影片，正在查證。下一次更新：【下次更新時間】。") -> HoldingText:
    return authorise_holding_text(
        workspace=cast.workspace, language="zh-hant", text=text, by=cast.manager, now=timezone.now()
    )


def spoken(**fields: object) -> dict[str, object]:
    later = timezone.localtime() + timedelta(hours=2)
    return {
        "text": "我們看到了影片，正在查證。",
        "channels": ["site", "facebook"],
        "next_update_at": f"{later:%Y-%m-%dT%H:%M}",
        **fields,
    }


def test_a_measure_goes_from_proposal_to_result_between_two_persons(client: Client, cast: Cast, crisis: Crisis) -> None:
    as_(client, cast.staff).post(address("measure-propose", crisis), {"text": "通路暫停販售"})
    measure = EmergencyMeasure.objects.get()
    approve = reverse("measure-approve", args=["yaori", measure.pk])
    assert client.post(approve).status_code == 403
    answer = as_(client, cast.manager).post(approve, headers=FETCH)
    assert 'class="is-approved"' in answer.content.decode()
    as_(client, cast.staff).post(reverse("measure-finish", args=["yaori", measure.pk]), {"result": "四家已回覆"})
    measure.refresh_from_db()
    assert (measure.status, measure.decided_by, measure.result) == ("done", cast.manager, "四家已回覆")


def test_declining_needs_a_reason(client: Client, cast: Cast, crisis: Crisis) -> None:
    as_(client, cast.staff).post(address("measure-propose", crisis), {"text": "全面下架"})
    decline = reverse("measure-decline", args=["yaori", EmergencyMeasure.objects.get().pk])
    assert as_(client, cast.manager).post(decline, {"note": ""}, headers=FETCH).status_code == 409
    client.post(decline, {"note": "批號未明"})
    assert EmergencyMeasure.objects.get().status == "declined"


def test_what_is_decided_stays_decided(client: Client, cast: Cast, crisis: Crisis) -> None:
    as_(client, cast.manager).post(address("measure-propose", crisis), {"text": "停廣告"})
    approve = reverse("measure-approve", args=["yaori", EmergencyMeasure.objects.get().pk])
    assert client.post(approve, headers=FETCH).status_code == 200
    assert client.post(approve, headers=FETCH).status_code == 409


def test_an_empty_measure_comes_back_with_what_is_wrong(client: Client, cast: Cast, crisis: Crisis) -> None:
    answer = as_(client, cast.staff).post(address("measure-propose", crisis), {"text": ""}, headers=FETCH)
    assert answer.status_code == 422
    assert "field-error" in answer.content.decode()
    page = client.post(address("measure-propose", crisis), {"text": ""})
    assert page.status_code == 422
    assert "<html" in page.content.decode()


def test_the_measure_of_another_workspace_does_not_exist(client: Client, cast: Cast) -> None:
    theirs = make_tsukimi()
    other = EmergencyMeasure.objects.create(
        crisis=make_crisis(theirs), text="x", proposed_at=timezone.now(), proposed_by=theirs.staff
    )
    approve = reverse("measure-approve", args=["yaori", other.pk])
    assert as_(client, cast.manager).post(approve).status_code == 404


def test_without_an_authorised_text_it_says_who_can_help(client: Client, cast: Cast, crisis: Crisis) -> None:
    page = as_(client, cast.staff).get(address("holding", crisis), headers=FETCH).content.decode()
    assert cast.manager.name in page
    assert reverse("holding-texts", args=["yaori"]) not in page
    page = as_(client, cast.manager).get(address("holding", crisis), headers=FETCH).content.decode()
    assert reverse("holding-texts", args=["yaori"]) in page


def test_a_manager_publishes_on_two_channels_in_one_step(client: Client, cast: Cast, crisis: Crisis) -> None:
    authorised(cast)
    answer = as_(client, cast.manager).post(address("holding-release", crisis), spoken(), headers=FETCH)
    assert answer.status_code == 200
    assert sorted(Statement.objects.filter(status="published").values_list("channel", flat=True)) == [
        "facebook",
        "site",
    ]


def test_staff_submit_and_the_fast_approver_lets_it_out(client: Client, cast: Cast, crisis: Crisis) -> None:
    authorised(cast)
    as_(client, cast.staff)
    assert client.post(address("holding-release", crisis), spoken()).status_code == 403
    client.post(address("holding-submit", crisis), spoken(channels=["site"]))
    statement = Statement.objects.get()
    assert statement.status == "submitted"
    approve = reverse("holding-approve", args=["yaori", statement.pk])
    assert client.post(approve).status_code == 403
    as_(client, cast.manager).post(approve, headers=FETCH)
    statement.refresh_from_db()
    assert (statement.status, statement.published_by) == ("published", cast.manager)


def test_a_submitted_one_goes_back_with_a_reason(client: Client, cast: Cast, crisis: Crisis) -> None:
    authorised(cast)
    as_(client, cast.staff).post(address("holding-submit", crisis), spoken(channels=["site"]))
    back = reverse("holding-return", args=["yaori", Statement.objects.get().pk])
    assert as_(client, cast.manager).post(back, {"note": ""}, headers=FETCH).status_code == 409
    client.post(back, {"note": "拿掉產品名"})
    assert Statement.objects.get().return_reason == "拿掉產品名"


def test_a_blank_that_is_left_stops_it_and_the_text_stays(client: Client, cast: Cast, crisis: Crisis) -> None:
    authorised(cast)
    typed = spoken(text="關於【發生了什麼】，我們正在查證。")
    answer = as_(client, cast.manager).post(address("holding-release", crisis), typed, headers=FETCH)
    assert answer.status_code == 422
    assert "關於【發生了什麼】" in answer.content.decode()
    assert not Statement.objects.exists()


def test_the_time_of_the_next_word_fills_its_blank_and_must_be_to_come(
    client: Client, cast: Cast, crisis: Crisis
) -> None:
    text = authorised(cast).text
    late = as_(client, cast.manager).post(
        address("holding-release", crisis), spoken(text=text, next_update_at="2020-01-01T09:00"), headers=FETCH
    )
    assert late.status_code == 422
    later = timezone.localtime() + timedelta(hours=2)
    client.post(address("holding-release", crisis), spoken(text=text, channels=["site"]), headers=FETCH)
    assert f"{later:%H:%M}" in Statement.objects.get().text
