"""A post: as captured, with its versions, for the workspaces that have a mention of it."""

import pytest

from monitoring.models import Mention, Post, Source, Subscription
from monitoring.queries.names import author_code
from monitoring.queries.posts import PostPage, post_page
from monitoring.sources.items import Item
from sentinel.core.models import AuditEntry
from tests.factories import NOW, Cast
from tests.monitoring.stage import HOUR, MINUTE, SPOILT, capture, captured, item, subscribe, watch_brand
from tests.reading import signed_in, text_of


@pytest.fixture
def source(yaori: Cast) -> Source:
    watch_brand(yaori)
    return subscribe(yaori).source


def text_parts(page: PostPage) -> list[tuple[str, str]]:
    return [part for block in page.text for part in block.parts]


def address(post: Post, rest: str = "") -> str:
    return f"/w/yaori/posts/{post.pk}/{rest}"


def test_the_text_is_marked_where_topics_match_and_terms_warn(yaori: Cast, source: Source) -> None:
    (post,) = captured(source, item(SPOILT, title="曜日又發霉"))
    page = post_page(yaori.workspace, post)
    assert page.title == [("曜日", "hit"), ("又", ""), ("發霉", "sensitive")]
    assert ("發霉", "sensitive") in text_parts(page)
    assert (page.finds, page.warning_terms) == (2, 2)


def test_a_post_that_changed_since_it_was_analysed_is_not_marked_wrongly(yaori: Cast, source: Source) -> None:
    (post,) = captured(source, item(SPOILT))
    capture(source, item("後來改成曜日沒事"), now=NOW + HOUR)
    post.refresh_from_db()
    page = post_page(yaori.workspace, post)
    assert "".join(text for text, _kind in text_parts(page)) == "後來改成曜日沒事"
    assert {kind for _text, kind in text_parts(page)} == {""}
    assert page.analysis is None
    assert "still waiting for its analysis" in text_of(signed_in(yaori.staff).get(address(post)))


def test_versions_say_what_changed_and_any_two_can_be_compared(yaori: Cast, source: Source) -> None:
    for hours, text in enumerate(["曜日鮮乳發霉。", "曜日鮮乳發霉。客服回電了。", "曜日鮮乳。客服回電了。"]):
        captured(source, item(text), now=NOW + hours * HOUR)
    post = Post.objects.get()
    page = post_page(yaori.workspace, post, (3, 1))
    assert [(version.number, version.added, version.removed) for version in page.versions] == [
        (3, 0, 2),
        (2, 6, 0),
        (1, 0, 0),
    ]
    assert page.comparison
    assert (page.comparison.before, page.comparison.after) == (1, 3)
    said = signed_in(yaori.staff).get(address(post), {"compare": "1-3"}).content.decode()
    assert "<del>發霉</del>" in said
    assert "<ins>客服回電了。</ins>" in said


@pytest.mark.parametrize("compare", ["", "1-1", "1-9", "x", "1-2-3", "9999999999-1"])
def test_a_comparison_that_cannot_be_made_shows_the_post(yaori: Cast, source: Source, compare: str) -> None:
    (post,) = captured(source, item())
    response = signed_in(yaori.staff).get(address(post), {"compare": compare})
    assert response.context["page"].comparison is None


def test_the_author_is_a_pseudonym_until_somebody_asks_and_that_is_written_down(yaori: Cast, source: Source) -> None:
    (post,) = captured(source, item(author="王小明"))
    client = signed_in(yaori.staff)
    assert "王小明" not in client.get(address(post)).content.decode()
    assert not AuditEntry.objects.filter(verb="reveal-author").exists()
    shown = client.post(address(post, "author/"))
    assert "王小明" in text_of(shown)
    assert "no-store" in shown["Cache-Control"]
    entry = AuditEntry.objects.get(verb="reveal-author")
    assert (entry.actor_name, entry.object_id, entry.workspace_id) == ("林雅婷", str(post.pk), yaori.workspace.pk)
    assert "王小明" not in str(entry.__dict__)


def test_two_workspaces_cannot_compare_their_pseudonyms(yaori: Cast, tsukimi: Cast, source: Source) -> None:
    (post, again) = captured(source, item(author="王小明"), item("曜日又一則", number=2, author="王小明"))
    mine, theirs = yaori.workspace.pk, tsukimi.workspace.pk
    assert author_code(post, mine) == author_code(again, mine)
    assert author_code(post, mine) != author_code(post, theirs)


def test_an_admin_who_is_not_staff_sees_no_name_and_no_button(yaori: Cast, source: Source) -> None:
    (post,) = captured(source, item(author="王小明"))
    client = signed_in(yaori.admin)
    assert "Show the name" not in text_of(client.get(address(post)))
    assert client.post(address(post, "author/")).status_code == 403


def test_a_post_without_a_mention_does_not_exist(yaori: Cast, tsukimi: Cast, source: Source) -> None:
    (post,) = captured(source, item("今天天氣很好"))
    client = signed_in(yaori.staff)
    assert client.get(address(post)).status_code == 404
    assert client.post(address(post, "author/")).status_code == 404


def test_another_workspaces_post_does_not_exist(yaori: Cast, tsukimi: Cast, source: Source) -> None:
    (post,) = captured(source, item())
    assert signed_in(tsukimi.staff).get(f"/w/tsukimi/posts/{post.pk}/").status_code == 404
    assert signed_in(tsukimi.staff).get(address(post)).status_code == 404


def test_sources_that_only_others_read_are_not_told(yaori: Cast, tsukimi: Cast, source: Source) -> None:
    captured(source, item())
    capture(subscribe(tsukimi, name="內部信箱", url="https://mail.example/").source, item(), now=NOW + MINUTE)
    post = Post.objects.get()
    assert [name for name, _at in post_page(yaori.workspace, post).sightings] == ["Dcard 美食板"]


def test_a_post_stays_when_its_source_is_removed(yaori: Cast, source: Source) -> None:
    (post,) = captured(source, item())
    Subscription.objects.all().delete()
    said = text_of(signed_in(yaori.staff).get(address(post)))
    assert "Removed source" in said
    assert "The source was removed; the post stays." in said


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x"])
def test_an_address_that_no_browser_should_open_is_no_link(yaori: Cast, source: Source, url: str) -> None:
    (post,) = captured(source, Item(url=url, text=SPOILT, published_at=NOW, precision="minute"))
    assert url not in signed_in(yaori.staff).get(address(post)).content.decode()


def test_the_original_opens_apart_without_telling_where_from(yaori: Cast, source: Source) -> None:
    (post,) = captured(source, item())
    assert (
        'href="https://dcard.example/p/1" target="_blank" rel="noreferrer noopener nofollow"'
        in signed_in(yaori.staff).get(address(post)).content.decode()
    )


def test_markup_in_a_post_is_shown_as_text(yaori: Cast, source: Source) -> None:
    (post,) = captured(source, item("曜日<script>alert(1)</script>", title="<b>曜日</b>", author="<i>"))
    said = signed_in(yaori.staff).get(address(post)).content.decode()
    assert "<script>alert" not in said
    assert "&lt;script&gt;" in said


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example/w/yaori/", "/w/tsukimi/mentions/", "javascript:alert(1)"]
)
def test_the_way_back_stays_in_the_workspace(yaori: Cast, source: Source, back: str) -> None:
    (post,) = captured(source, item())
    client = signed_in(yaori.staff)
    assert client.get(address(post), {"back": back}).context["back"] == "/w/yaori/mentions/"
    ours = "/w/yaori/mentions/?label=neg"
    assert client.get(address(post), {"back": ours}).context["back"] == ours


def test_what_kind_of_day_a_post_had_is_said_as_exactly_as_it_is_known(yaori: Cast, source: Source) -> None:
    captured(source, item(number=1, at=NOW, precision="day"), item(number=2, at=None), item(number=3, precision="hour"))
    client = signed_in(yaori.staff)
    by_precision = {post.precision: text_of(client.get(address(post))) for post in Post.objects.all()}
    assert "to the day" in by_precision["day"]
    assert "not stated" in by_precision[""]
    assert "around 11:00" in by_precision["hour"]
    assert Mention.objects.count() == 3
