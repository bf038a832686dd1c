"""Posts that matter are looked at again: they grow, are edited, go, come back and are answered."""

import pytest
from django.utils import translation

from monitoring.growth_wording import followed_text
from monitoring.models import AllowedHost, Analysis, Capture, Figures, Mention, Post, PostRevision, Revisit, Visit
from monitoring.queries.growth import followed
from monitoring.queries.post_context import replies_of
from monitoring.revisiting import revisit_round
from tests.factories import Cast
from tests.fakes.hostile import answer
from tests.monitoring.growth.conftest import Clock
from tests.monitoring.growth.stage import (
    SPOILT,
    Network,
    a_comment,
    a_post,
    course_of,
    look,
    read,
    the_post,
    the_revisit,
    visit,
)
from tests.monitoring.source_pages.conftest import Site
from tests.monitoring.stage import watch_brand

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def network() -> Network:
    return Network(a_post())


@pytest.fixture
def following(yaori: Cast, site: Site, clock: Clock, network: Network) -> Cast:
    """The network's post is a mention and is followed."""
    watch_brand(yaori, now=clock.now)
    server = site(network.behaviours())
    read(yaori, server.url(""), clock.now, kind="weibo", query="曜日")
    visit(clock.now)
    return yaori


def test_a_post_is_looked_at_again_after_ten_minutes_and_ever_more_rarely(following: Cast, clock: Clock) -> None:
    assert revisit_round() == 0
    waits = []
    for _ in range(4):
        due_at = the_revisit().due_at
        assert due_at is not None
        waits.append((due_at - clock.now).total_seconds() / 60)
        clock.now = due_at
        assert revisit_round() == 1
    assert waits == [10, 15, 15, 30]  # half the time each, since it is negative


def test_its_figures_become_a_course(following: Cast, clock: Clock, network: Network) -> None:
    for reposts in (40, 400):
        clock.forward(minutes=30)
        network.post["reposts_count"] = reposts
        look(clock.now)
    assert [point["reposts"] for point in course_of(the_post())] == [1, 40, 400]
    seen = followed(the_post())
    assert seen
    assert (seen.visits, seen.outcome, seen.visited_at) == (2, "ok", clock.now)
    assert the_post().figures["reposts"] == 400


def test_a_look_at_what_has_not_changed_adds_nothing(following: Cast, clock: Clock) -> None:
    clock.forward(minutes=30)
    look(clock.now)
    assert Figures.objects.count() == 1
    assert Capture.objects.count() == 1
    assert the_post().revision == 1


def test_an_edit_is_a_revision_that_is_analysed_again(following: Cast, clock: Clock, network: Network) -> None:
    clock.forward(minutes=30)
    network.post |= {"text": "已經和店家談好了，謝謝大家", "edit_count": 1}
    look(clock.now)
    post = the_post()
    assert (post.revision, post.text) == (2, "已經和店家談好了，謝謝大家")
    assert PostRevision.objects.get().text == SPOILT
    assert Analysis.objects.get(post=post).evaluated_revision == 2
    assert not Mention.objects.exists()  # it does not name the brand any more


def test_what_the_site_says_is_deleted_is_gone_and_its_evidence_stays(
    following: Cast, clock: Clock, network: Network
) -> None:
    clock.forward(minutes=30)
    network.mood = "gone"
    look(clock.now)
    post = the_post()
    assert post.gone_at == clock.now
    assert (post.text, post.revision) == (SPOILT, 1)
    assert post.captures.count() == 2  # the post as it was, and the answer that says it is gone
    seen = followed(post)
    assert seen
    assert (seen.outcome, seen.detail) == ("gone", "该微博不存在 (20101)")
    with translation.override("en"):
        assert followed_text(seen) == "no longer there: “该微博不存在 (20101)”"


def test_a_post_that_comes_back_is_there_again(following: Cast, clock: Clock, network: Network) -> None:
    for mood in ("gone", "fine"):
        clock.forward(minutes=30)
        network.mood = mood
        look(clock.now)
    assert the_post().gone_at is None


@pytest.mark.parametrize(
    ("mood", "outcome"),
    [("432", "blocked"), ("login", "login"), ("sign-in", "blocked"), ("broken", "http")],
)
def test_a_server_that_refuses_us_is_never_read_as_a_deletion(
    following: Cast, clock: Clock, network: Network, mood: str, outcome: str
) -> None:
    network.mood = mood
    for _ in range(3):
        clock.forward(hours=1)
        look(clock.now)
        assert the_revisit().outcome in (outcome, "login")
    assert the_post().gone_at is None
    assert the_revisit().due_at is not None
    network.mood = "fine"
    clock.forward(hours=1)
    look(clock.now)
    assert the_revisit().outcome == "ok"


def test_an_error_status_must_be_seen_twice(following: Cast, clock: Clock, network: Network) -> None:
    network.mood = "missing"
    clock.forward(minutes=30)
    look(clock.now)
    assert (the_post().gone_at, the_revisit().outcome) == (None, "missing")
    clock.forward(minutes=30)
    look(clock.now)
    assert (the_post().gone_at, the_revisit().outcome) == (clock.now, "gone")


def test_one_refusal_spares_the_site_the_other_posts(yaori: Cast, site: Site, clock: Clock, network: Network) -> None:
    watch_brand(yaori, now=clock.now)
    server = site(network.behaviours())
    read(yaori, server.url(""), clock.now, kind="weibo", query="曜日")
    for number in (1, 2, 3):
        network.post = a_post(id=str(number), text=SPOILT + str(number))
        clock.forward(minutes=6)
        visit(clock.now)
    network.asked.clear()
    network.mood = "432"
    assert look(clock.now) == 1
    assert len(network.asked) == 1
    assert Revisit.objects.filter(due_at__gt=clock.now).count() == 3


# --- comments -----------------------------------------------------------------------------------


def test_comments_of_several_pages_are_posts_that_answer_it(following: Cast, clock: Clock, network: Network) -> None:
    network.comments = [a_comment(n, f"我也是，第{n}則") for n in range(1, 6)]
    network.comments[4]["text"] = "曜日鮮乳我家的也發霉"
    network.post["comments_count"] = 5
    clock.forward(minutes=30)
    look(clock.now)
    post = the_post()
    replies, total = replies_of(following.workspace, post)
    own = "曜日鮮乳我家的也發霉"
    assert {reply.text for reply in replies} == {*(f"我也是，第{n}則" for n in range(1, 5)), own}
    assert total == 5
    # A comment counts as a mention, with a page of its own, only where it names the brand itself.
    assert [reply.text for reply in replies if reply.post_id is not None] == [own]
    assert Mention.objects.count() == 2
    assert Revisit.objects.count() == 1


def test_new_comments_are_added_and_none_twice(following: Cast, clock: Clock, network: Network) -> None:
    network.post["comments_count"] = 1
    for number in (1, 2, 3):
        network.comments.append(a_comment(number, f"第{number}則"))
        clock.forward(minutes=30)
        look(clock.now)
        assert Post.objects.filter(reply_to=the_post()).count() == number


def test_where_the_plain_way_is_closed_comments_are_read_by_max_id(
    following: Cast, clock: Clock, network: Network
) -> None:
    network.shuts_plain = True
    network.post["comments_count"] = 5
    network.comments = [a_comment(n, f"第{n}則", comments=[a_comment(n + 90, "樓中樓")]) for n in range(1, 6)]
    clock.forward(minutes=30)
    look(clock.now)
    assert Post.objects.filter(reply_to=the_post()).count() == 10
    assert any("max_id=4" in path for path in network.asked)


def test_comments_that_are_refused_leave_what_was_seen_of_the_post(
    following: Cast, clock: Clock, network: Network
) -> None:
    network.post |= {"comments_count": 3, "reposts_count": 77}
    network.behaviours()
    network.comments = []
    network.shuts_plain = True
    clock.forward(minutes=30)
    original = network._hot_flow
    network._hot_flow = lambda start: {"ok": -100}  # type: ignore[method-assign]
    look(clock.now)
    network._hot_flow = original  # type: ignore[method-assign]
    assert the_post().figures["reposts"] == 77
    assert (the_revisit().outcome, the_revisit().outcome_detail) == ("ok", "login")


# --- pages --------------------------------------------------------------------------------------

ROWS = '<ul class="news"><li><a href="/a/1">曜日鮮乳發霉</a></li></ul>'.encode()
ARTICLE = "<html><title>曜日鮮乳發霉</title><body><nav>{chrome}</nav><article>{text}</article></body></html>"
STORY = (
    "<p>"
    + "</p><p>".join(f"第{n}段：曜日鮮乳被消費者投訴發霉，業者表示正在調查當中，並將公布結果。" for n in range(5))
    + "</p>"
)


def article(text: str = STORY, chrome: str = "首頁") -> "object":
    return answer(ARTICLE.format(text=text, chrome=chrome).encode(), "Content-Type: text/html; charset=utf-8")


@pytest.fixture
def pages(yaori: Cast, site: Site, clock: Clock, request: pytest.FixtureRequest) -> dict[str, object]:
    """A list whose article is read by the selector that the test names, "" for the generic extractor."""
    watch_brand(yaori, now=clock.now)
    behaviours = {"/news": answer(ROWS), "/a/1": article()}
    server = site(behaviours)  # type: ignore[arg-type]
    read(yaori, server.url("/news"), clock.now, kind="listing", rows="ul.news > li", detail_text=request.param)
    visit(clock.now)
    assert the_revisit().due_at
    return server.behaviours  # type: ignore[return-value]


@pytest.mark.parametrize("pages", ["article", ""], indirect=True)
def test_what_stands_around_an_article_makes_no_revision(pages: dict[str, object], clock: Clock) -> None:
    for number in range(3):
        pages["/a/1"] = article(chrome=f"瀏覽 {number} 次，剛剛更新")
        clock.forward(hours=1)
        look(clock.now)
    assert (the_post().revision, the_revisit().outcome, the_revisit().visits) == (1, "ok", 3)


@pytest.mark.parametrize("pages", ["article"], indirect=True)
def test_an_edit_where_a_selector_points_is_taken_at_once(pages: dict[str, object], clock: Clock) -> None:
    pages["/a/1"] = article(STORY + "<p>更正：業者已下架。</p>")
    clock.forward(hours=1)
    look(clock.now)
    assert the_post().revision == 2


@pytest.mark.parametrize("pages", [""], indirect=True)
def test_an_edit_that_the_extractor_reads_must_be_seen_twice(pages: dict[str, object], clock: Clock) -> None:
    pages["/a/1"] = article(STORY + "<p>更正：業者已下架全部商品，並向消費者致歉。</p>")
    revisions = []
    for _ in range(3):
        clock.forward(hours=1)
        look(clock.now)
        revisions.append(the_post().revision)
    assert revisions == [1, 2, 2]


@pytest.mark.parametrize("pages", ["article"], indirect=True)
@pytest.mark.parametrize(
    ("behaviour", "outcomes"),
    [
        (answer(status="410 Gone"), ["gone", "gone"]),
        (answer(status="404 Not Found"), ["missing", "gone"]),
        (answer("<title>提示</title><p>抱歉，指定的主題不存在或已被刪除</p>".encode()), ["gone", "gone"]),
        (answer(status="403 Forbidden"), ["blocked", "blocked"]),
        (answer(status="503 Service Unavailable"), ["http", "http"]),
        (answer("<p>百度安全验证</p>".encode()), ["blocked", "blocked"]),
    ],
)
def test_a_page_that_is_not_there_is_told_from_one_that_is_refused(
    pages: dict[str, object], clock: Clock, behaviour: object, outcomes: list[str]
) -> None:
    pages["/a/1"] = behaviour
    told = []
    for _ in range(2):
        clock.forward(hours=1)
        look(clock.now)
        told.append(the_revisit().outcome)
    assert told == outcomes
    assert (the_post().gone_at is not None) is (outcomes[-1] == "gone")


def test_what_nobody_mentions_is_not_followed(yaori: Cast, site: Site, clock: Clock) -> None:
    server = site(Network(a_post("今天天氣很好")).behaviours())
    watch_brand(yaori, now=clock.now)
    read(yaori, server.url(""), clock.now, kind="weibo", query="天氣")
    visit(clock.now)
    assert not Revisit.objects.exists()
    assert not AllowedHost.objects.exists()


def test_a_list_that_counts_gives_its_known_posts_a_course(yaori: Cast, site: Site, clock: Clock) -> None:
    def rows(comments: int) -> bytes:
        return f'<ul class="news"><li><a href="/a/1">曜日鮮乳發霉</a><i>{comments}</i></li></ul>'.encode()

    server = site({"/news": answer(rows(1)), "/a/1": article()})  # type: ignore[dict-item]
    read(yaori, server.url("/news"), clock.now, kind="listing", rows="ul.news > li", comments="i")
    visit(clock.now)
    server.behaviours["/news"] = answer(rows(30))
    clock.forward(hours=1)
    Visit.objects.open().update(due_at=clock.now)
    visit(clock.now)
    assert course_of(the_post()) == [{"comments": 1}, {"comments": 30}]
    assert (the_post().revision, the_post().figures) == (1, {"comments": 30})
    assert [seen.path for seen in server.seen if seen.path == "/a/1"] == ["/a/1"]
