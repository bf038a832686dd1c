"""Stylesheets, scripts and fonts under ASGI, as the web process serves them; a warning would fail the test."""

import pytest
from django.contrib.staticfiles import finders
from django.test import AsyncClient

ICON = "/static/icon.svg"


async def test_a_file_is_answered_whole_and_may_be_kept_for_a_minute() -> None:
    answer = await AsyncClient().get(ICON)
    with open(str(finders.find("icon.svg")), "rb") as file:
        assert answer.content == file.read()
    assert (answer.status_code, answer.streaming) == (200, False)
    assert answer["Content-Type"] == "image/svg+xml"
    assert answer["Content-Length"] == str(len(answer.content))
    assert answer["Cache-Control"] == "max-age=60, public"


async def test_a_file_that_the_browser_has_is_not_sent_again() -> None:
    client = AsyncClient()
    first = await client.get(ICON)
    again = await client.get(ICON, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_a_part_of_a_file_is_sent_where_a_part_is_asked_for() -> None:
    answer = await AsyncClient().get(ICON, headers={"Range": "bytes=0-3"})
    assert (answer.status_code, answer.content) == (206, b"<svg")


@pytest.mark.django_db
async def test_a_file_that_does_not_exist_is_not_found() -> None:
    answer = await AsyncClient().get("/static/nothing.css")
    assert answer.status_code == 404
