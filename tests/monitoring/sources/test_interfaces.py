"""YouTube and Threads through their own interfaces: with the customer's key, and never beyond its quota."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from urllib.parse import parse_qs, urlsplit

import pytest

from monitoring.models import Visit
from monitoring.operations.sources import add_source
from monitoring.operations.visits import VISITS, Report, finish_visit
from monitoring.sources import KINDS, threads, youtube
from monitoring.sources.items import DefinitionError, Item, SourceError
from sentinel.core.net.types import Request, Response
from tests.factories import Cast

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)  # still the first of March in California
PAYLOADS = Path(__file__).resolve().parents[2] / "payloads"
SECRETS = {"key": "AIza-secret", "token": "THQV-secret"}
VIDEOS = youtube.validate({"query": "曜日鮮乳", "region": "tw", "language": "zh-Hant", **SECRETS}) | SECRETS
POSTS = threads.validate({"query": "曜日鮮乳", **SECRETS}) | SECRETS
VIDEO = Item(url="https://www.youtube.com/watch?v=dQw4w9WgXcQ", title="x")


def answer(name: str, url: str, status: int = 200) -> Response:
    return Response(url, status, {"content-type": "application/json"}, (PAYLOADS / name).read_bytes())


def query(request: Request) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(request.url).query).items()}


# --- YouTube ------------------------------------------------------------------------------------


def test_videos_are_searched_newest_first_with_the_key_in_a_header() -> None:
    (request,) = youtube.start(VIDEOS)
    assert urlsplit(request.url).path == "/youtube/v3/search"
    assert query(request) == {
        "part": "snippet",
        "type": "video",
        "order": "date",
        "maxResults": "50",
        "q": "曜日鮮乳",
        "regionCode": "TW",
        "relevanceLanguage": "zh-Hant",
    }
    assert request.headers["X-Goog-Api-Key"] == "AIza-secret"


def test_a_search_leads_to_its_videos_with_their_figures() -> None:
    found = youtube.parse(VIDEOS, answer("presets/youtube.list.json", youtube.start(VIDEOS)[0].url), NOW, UTC)
    assert found.items == []
    assert query(found.next[0]) == {"part": "snippet,statistics", "id": "dQw4w9WgXcQ,aaaaaaaaaaa"}
    videos = youtube.parse(VIDEOS, answer("youtube_videos.json", found.next[0].url), NOW, UTC).items
    first, second = videos
    assert (first.url, first.title, first.author) == (VIDEO.url, "曜日鮮乳'發霉'開箱", "阿明生活")
    assert first.text == "早上打開就一層霉。\n\n客服沒人理。"
    assert (first.published_at, first.precision) == (datetime(2026, 3, 2, 1, 0, tzinfo=UTC), "second")
    assert first.figures == {"views": 12034, "likes": 210, "comments": 3}
    assert second.figures == {"views": 88}


def test_a_video_is_looked_at_again_with_two_pages_of_comments() -> None:
    (request,) = youtube.revisit(VIDEOS, VIDEO)
    seen = youtube.revisited(VIDEOS, VIDEO, answer("youtube_videos.json", request.url), NOW, UTC)
    assert seen.item
    assert seen.item.figures["likes"] == 210
    first = youtube.revisited(VIDEOS, VIDEO, answer("youtube_comments.json", seen.next[0].url), NOW, UTC)
    assert [(one.text, one.author, one.figures) for one in first.replies] == [
        ("我家的也<發霉>", "@xiaohong", {"likes": 5}),
        ("+1", "@ming", {"likes": 0}),
        ("退費\n了嗎", "@mei", {"likes": 1}),
    ]
    assert first.replies[0].url == f"{VIDEO.url}&lc=Ugx1"
    assert query(first.next[0])["pageToken"] == "QURT"
    second = youtube.revisited(VIDEOS, VIDEO, answer("youtube_comments.json", first.next[0].url), NOW, UTC)
    assert second.next == []
    assert youtube.revisit(VIDEOS, first.replies[0]) == []


def test_a_video_that_is_not_returned_is_gone() -> None:
    other = Item(url="https://www.youtube.com/watch?v=zzzzzzzzzzz")
    (request,) = youtube.revisit(VIDEOS, other)
    assert youtube.revisited(VIDEOS, other, answer("youtube_videos.json", request.url), NOW, UTC).is_gone


def test_a_quota_that_is_used_up_says_when_it_is_free_again() -> None:
    error = youtube.stated_error(VIDEOS, answer("youtube_quota.json", youtube.start(VIDEOS)[0].url, 403), NOW)
    assert error
    assert error.code == "blocked"
    assert error.retry_after == timedelta(hours=5).total_seconds()  # 8:00 UTC is midnight in California
    assert "2026-03-02T08:00" in error.detail


def test_a_key_that_is_not_valid_is_the_customers_to_renew() -> None:
    error = youtube.stated_error(VIDEOS, answer("youtube_bad_key.json", youtube.start(VIDEOS)[0].url, 400), NOW)
    assert error
    assert (error.code, error.detail) == ("login", "API key not valid. Please pass a valid API key.")


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"query": ""}, "query"),
        ({"query": "x", "daily_units": "many"}, "daily_units"),
        ({"query": "x", "daily_units": "99"}, "daily_units"),
        ({"query": "x", "region": "Taiwan"}, "region"),
    ],
)
def test_a_search_of_videos_that_cannot_work_is_told_by_field(values: dict[str, str], problem: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        youtube.validate({**values, "key": "k"})
    assert list(caught.value.problems) == [problem]


# --- Threads ------------------------------------------------------------------------------------


def test_posts_are_searched_with_the_token_in_a_header() -> None:
    (request,) = threads.start(POSTS)
    assert request.url.startswith("https://graph.threads.net/v1.0/keyword_search?")
    assert (query(request)["q"], query(request)["search_type"]) == ("曜日鮮乳", "RECENT")
    assert request.headers["Authorization"] == "Bearer THQV-secret"
    assert "secret" not in request.url


def test_posts_are_read_with_their_time_and_author() -> None:
    items = threads.parse(POSTS, answer("presets/threads.list.json", threads.start(POSTS)[0].url), NOW, UTC).items
    assert [(one.url, one.author, one.text) for one in items] == [
        ("https://www.threads.net/@aming/post/C8abcdEFGH1", "aming", "曜日鮮乳喝到發霉，有人一樣嗎？"),
    ]
    assert items[0].published_at == datetime(2026, 3, 2, 2, 30, tzinfo=UTC)


def test_a_token_that_has_expired_is_the_customers_to_renew() -> None:
    error = threads.stated_error(POSTS, answer("threads_bad_token.json", "https://graph.threads.net/", 400), NOW)
    assert error
    assert error.code == "login"


def test_too_many_queries_are_a_block_with_a_wait() -> None:
    body = b'{"error": {"message": "Application request limit reached", "code": 4}}'
    error = threads.stated_error(POSTS, Response("https://graph.threads.net/", 400, {}, body), NOW)
    assert error
    assert (error.code, error.retry_after) == ("blocked", 3600)


def test_a_search_without_posts_is_empty_and_no_failure() -> None:
    with pytest.raises(SourceError, match="empty"):
        threads.parse(POSTS, Response("https://x.example/", 200, {}, b'{"data": []}'), NOW, UTC)


# --- rations ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "definition", "units", "window", "cost"),
    [
        (youtube, {"query": "x"}, 5000, 86_400, 101),
        (youtube, {"query": "x", "daily_units": "10000"}, 10_000, 86_400, 101),
        (threads, {"query": "x"}, 500, 7 * 86_400, 1),
        (threads, {"query": "x", "weekly_queries": "70"}, 70, 7 * 86_400, 1),
    ],
)
def test_visits_and_looks_together_stay_within_the_ration(
    kind: ModuleType, definition: dict[str, str], units: int, window: float, cost: int
) -> None:
    clean = kind.validate({**definition, **SECRETS})
    spent = window / kind.least_interval(clean) * cost
    if hasattr(kind, "least_revisit_interval"):
        spent += window / kind.least_revisit_interval(clean) * 3
    assert 0.9 * units <= spent <= units * 1.0001


@pytest.mark.django_db
def test_a_ration_holds_the_next_visit_back_whatever_pace_is_wished(cast: Cast) -> None:
    for name, least in (("youtube", 2181.6), ("threads", 1209.6), ("feed", 0)):
        values = {"query": "x"} if least else {"url": "https://n.example/rss"}
        source = add_source(
            workspace=cast.workspace,
            kind=name,
            definition=KINDS[name].validate({**values, **SECRETS}),
            url=f"https://{name}.example/",
            zone="Asia/Taipei",
            interval=300,
            name=name,
            retention_days=180,
            secrets=SECRETS if least else {},
            by=cast.admin,
            now=NOW,
        ).source
        for number, outcome in enumerate(("ok", "http")):
            at = NOW + timedelta(hours=number)
            (visit,) = VISITS.claim(now=at, among=[Visit.objects.open().get(source=source).pk])
            finish_visit(visit=visit, report=Report(outcome), now=at)
            due_at = Visit.objects.open().get(source=source).due_at
            assert due_at
            waited = (due_at - at).total_seconds()
            assert waited == pytest.approx(least) if least else waited < 400
            Visit.objects.open().filter(source=source).update(due_at=NOW)
