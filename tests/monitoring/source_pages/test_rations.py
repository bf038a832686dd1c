"""Testing a source with a customer's key in the browser: what it takes of the key's ration is said."""

import json
from typing import Any

from django.test import Client

from monitoring.models import KeyRation, Source
from monitoring.operations.rations import MOST_TESTS
from tests.factories import Cast
from tests.fakes.hostile import answer, redirect
from tests.monitoring.source_pages.conftest import Site
from tests.monitoring.source_pages.test_editing import SETTINGS, text

POSTS = json.dumps(
    {
        "data": [
            {"id": "1", "permalink": "https://www.threads.net/@a/post/1", "text": "曜日鮮乳", "timestamp": "2026-01-02"}
        ]
    }
).encode()
SEARCH = "/v1.0/keyword_search"


def send(client: Client, action: str, url: str, **more: str) -> Any:
    typed = {**SETTINGS, "url": url, "query": "曜日", "weekly_queries": "504", "token": "THQV", **more}
    return client.post("/w/yaori/sources/add/by-hand/threads/", {**typed, "action": action})


def test_a_test_says_what_it_took_and_is_refused_when_the_ration_is_used_up(
    admin: Client, yaori: Cast, site: Site
) -> None:
    server = site({SEARCH: answer(POSTS, "Content-Type: application/json")})
    url = server.url("/v1.0")
    for left in range(MOST_TESTS - 1, 0, -1):
        page = text(send(admin, "test", url))
        assert "This test counts as one visit of the key" in page
        assert f"{left} more test" in page
    assert "It was the last one that can follow at once." in text(send(admin, "test", url))
    refused = send(admin, "test", url)
    page = text(refused)
    assert "so nobody was asked. The next test is possible at" in page
    assert 'value="save-anyway"' in page
    assert len([one for one in server.seen if one.path.startswith(SEARCH)]) == MOST_TESTS


def test_saving_tests_within_the_ration_too_and_loses_nothing_that_was_typed(
    admin: Client, yaori: Cast, site: Site
) -> None:
    url = site({SEARCH: answer(POSTS, "Content-Type: application/json")}).url("/v1.0")
    for _ in range(MOST_TESTS):
        send(admin, "test", url)
    refused = text(send(admin, "save", url))
    assert "The next test is possible at" in refused
    assert 'value="曜日"' in refused
    assert not Source.objects.exists()
    assert send(admin, "save-anyway", url).status_code == 302
    assert Source.objects.get().kind == "threads"


def test_a_source_without_a_key_is_not_counted(admin: Client, yaori: Cast, site: Site) -> None:
    url = site({"/rss": answer(b"<rss><channel/></rss>")}).url("/rss")
    page = text(admin.post("/w/yaori/sources/add/by-hand/feed/", {**SETTINGS, "url": url, "action": "test"}))
    assert "counts as one visit" not in page
    assert not KeyRation.objects.exists()


def test_a_test_shows_no_secret_that_a_site_repeats(admin: Client, yaori: Cast, site: Site) -> None:
    token = "THQV-topsecret-0815"
    said = {"id": "1", "permalink": f"https://www.threads.net/p/1?t={token}", "text": f"echo {token}"}
    refusing = json.dumps({"error": {"code": 190, "message": f"Bad token {token}"}}).encode()
    kind = "Content-Type: application/json"
    server = site(
        {
            SEARCH: answer(json.dumps({"data": [said]}).encode(), kind),
            "/no/keyword_search": answer(refusing, kind, status="400 No"),
            "/moved/keyword_search": redirect(f"/no/keyword_search?access_token={token}"),
        }
    )
    for place, words in (("/v1.0", "echo ***"), ("/no", "Bad token ***"), ("/moved", "Bad token ***")):
        page = text(send(admin, "test", server.url(place), token=token))
        assert words in page
        assert token not in page.replace(f'value="{token}"', "")  # the form keeps what was typed just now
