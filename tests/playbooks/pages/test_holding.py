"""The holding statement that managers authorise ahead: per language, in versions, checked while nothing is known."""

import pytest

from playbooks.models import HoldingText
from tests.factories import Cast, make_tsukimi
from tests.reading import signed_in, text_of

pytestmark = pytest.mark.django_db
PAGE = "/w/yaori/holding/"


def test_the_template_stands_there_until_one_is_authorised(cast: Cast) -> None:
    page = signed_in(cast.manager).get(PAGE).content.decode()
    assert "None is authorised in this language yet" in page
    assert "原因還不知道" in page
    english = signed_in(cast.manager).get(PAGE + "?language=en").content.decode()
    assert "原因還不知道" not in english


def test_a_manager_authorises_versions_and_the_newest_counts(cast: Cast) -> None:
    client = signed_in(cast.manager)
    for text in ("第一版，查證中。", "第二版，查證中。"):
        client.post(PAGE + "authorise/", {"language": "zh-hant", "text": text})
    assert [one.number for one in HoldingText.objects.order_by("number")] == [1, 2]
    page = text_of(client.get(PAGE))
    assert page.index("Version 2 counts") < page.index("Version 1")
    assert "陳志明" in page


def test_an_empty_text_is_not_authorised_and_says_why(cast: Cast) -> None:
    answer = signed_in(cast.manager).post(PAGE + "authorise/", {"language": "zh-hant", "text": " "})
    assert answer.status_code == 422
    assert "Write the text, or take the template" in text_of(answer)
    assert not HoldingText.objects.exists()


def test_staff_read_what_is_authorised_and_do_not_change_it(cast: Cast) -> None:
    signed_in(cast.manager).post(PAGE + "authorise/", {"language": "zh-hant", "text": "查證中。"})
    client = signed_in(cast.staff)
    assert "查證中。" in text_of(client.get(PAGE))
    assert "authorise/" not in client.get(PAGE).content.decode()
    assert client.post(PAGE + "authorise/", {"language": "zh-hant", "text": "x"}).status_code == 403


def test_another_workspace_has_its_own(cast: Cast) -> None:
    signed_in(cast.manager).post(PAGE + "authorise/", {"language": "zh-hant", "text": "曜日的話。"})
    theirs = signed_in(make_tsukimi().manager).get("/w/tsukimi/holding/").content.decode()
    assert "曜日的話" not in theirs


def test_blanks_may_stay_open_and_an_admission_is_marked(cast: Cast) -> None:
    client = signed_in(cast.manager)
    found = text_of(client.post(PAGE + "check/", {"text": "我們知道大家會擔心。請洽【聯絡方式】。"}))
    assert "Still to fill in" not in found
    assert "Missing: How to reach us" not in found
    assert "Missing: What is being done" in found
    guilty = text_of(client.post(PAGE + "check/", {"text": "是我們的錯，我們承認疏失。"}))
    assert "Reads as an admission" in guilty
