"""Replies that are edited and deleted, figures that a site states here and not there, and what only machines see."""

import asyncio
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from monitoring.models import Post, PostRevision, Visit
from tests.factories import Cast
from tests.fakes.hostile import Behaviour, HostileServer, Seen, answer
from tests.monitoring.growth.conftest import Clock
from tests.monitoring.growth.stage import SPOILT, course_of, look, read, the_post, the_revisit, visit
from tests.monitoring.source_pages.conftest import Site
from tests.monitoring.stage import watch_brand

pytestmark = pytest.mark.usefixtures("clock")
LIST = '<ul><li><a href="/t/1">曜日鮮乳發霉</a><i>{comments}</i></li></ul>'


class Board:
    """A forum with one thread: its list states comments, its pages likes; `floors` and their number on a page."""

    def __init__(self, floors: list[str], size: int = 10) -> None:
        self.floors, self.size = floors, size
        self.comments, self.likes = 3, 7
        self.knows_last = True
        self.asked: list[int] = []

    def behaviours(self) -> dict[str, Behaviour]:
        return dict.fromkeys(("/b", "/t/1"), self.behave)

    async def behave(self, server: HostileServer, seen: Seen, writer: asyncio.StreamWriter) -> None:
        page = int(parse_qs(urlsplit(seen.path).query).get("page", ["1"])[0])
        if seen.path == "/b":
            body = LIST.format(comments=self.comments)
        else:
            self.asked.append(page)
            body = self._page(page)
        await answer(body.encode(), "Content-Type: text/html; charset=utf-8")(server, seen, writer)

    def _page(self, page: int) -> str:
        shown = list(enumerate(self.floors, start=1))[(page - 1) * self.size : page * self.size]
        floors = "".join(f"<div class=floor id=f{n}><b>a{n}</b><p>{text}</p></div>" for n, text in shown if text)
        last = -(-len(self.floors) // self.size)
        numbers = {1, 2, page - 1, page + 1, *([last] if self.knows_last else [])} - {page}
        links = "".join(f'<a href="/t/1?page={n}">{n}</a>' for n in sorted(numbers) if 0 < n <= last)
        onward = f'<a class=nxt href="/t/1?page={page + 1}">next</a>' if page < last else ""
        return f"<html><body><h1>曜日鮮乳發霉</h1><i>{self.likes}</i>{floors}<p>{links}{onward}</p></body></html>"


def follow(cast: Cast, site: Site, clock: Clock, board: Board, **fields: str) -> Any:
    watch_brand(cast, now=clock.now)
    server = site(board.behaviours())
    floors = {"floors": "div.floor", "floor_text": "p", "floor_author": "b", "floor_id": "@id", "floors_next": "a.nxt"}
    read(cast, server.url("/b"), clock.now, kind="listing", rows="li", **floors, **fields)
    visit(clock.now)
    return server


def later(clock: Clock) -> None:
    clock.forward(minutes=30)
    look(clock.now)


def reply(number: int) -> Post:
    return Post.objects.get(site_id=f"#f{number}")


# --- replies ------------------------------------------------------------------------------------


@pytest.mark.parametrize("stub", ["此帖已被刪除", "该评论已被删除", "[deleted]", "內容已被管理員刪除", "已刪除"])
def test_a_reply_that_is_deleted_keeps_its_words_and_is_told_as_deleted(
    yaori: Cast, site: Site, clock: Clock, stub: str
) -> None:
    board = Board([SPOILT, "我家的也壞了，客服不理人", "我也是"])
    follow(yaori, site, clock, board)
    assert reply(2).gone_at is None
    board.floors[1] = stub
    later(clock)
    gone = reply(2)
    assert (gone.gone_at, gone.text, gone.revision) == (clock.now, "我家的也壞了，客服不理人", 1)
    assert not PostRevision.objects.exists()
    assert gone.captures.count() == 2  # as it was, and the page that says that it is gone
    assert reply(3).gone_at is None
    board.floors[1] = "我家的也壞了，客服不理人"
    later(clock)
    assert reply(2).gone_at is None


def test_a_reply_that_is_edited_has_a_revision(yaori: Cast, site: Site, clock: Clock) -> None:
    board = Board([SPOILT, "我家的也壞了", "我也是"])
    follow(yaori, site, clock, board)
    board.floors[1] = "我家的也壞了。更新：客服說會退費"
    later(clock)
    assert (reply(2).text, reply(2).revision, reply(2).gone_at) == (board.floors[1], 2, None)
    assert PostRevision.objects.get().text == "我家的也壞了"


def test_who_writes_that_something_was_deleted_is_no_deleted_reply(yaori: Cast, site: Site, clock: Clock) -> None:
    board = Board([SPOILT, "我的留言被版主刪除了，太誇張", "我也是"])
    follow(yaori, site, clock, board)
    board.floors[1] += "，補充：兩次"
    later(clock)
    assert (reply(2).gone_at, reply(2).revision) == (None, 2)


# --- long threads -------------------------------------------------------------------------------


def texts() -> set[str]:
    return set(Post.objects.exclude(reply_to=None).values_list("text", flat=True))


def test_of_a_long_thread_the_newest_page_is_read_at_once_and_the_others_in_order(
    yaori: Cast, site: Site, clock: Clock
) -> None:
    board = Board([SPOILT, *(f"floor {n}" for n in range(2, 41))], size=2)
    follow(yaori, site, clock, board)
    board.asked.clear()
    later(clock)
    assert {"floor 39", "floor 40"} <= texts()
    assert board.asked == [1, 20, 2, 3, 4, 5]
    board.floors += ["floor 41"]
    board.asked.clear()
    later(clock)
    assert "floor 41" in texts()
    assert board.asked == [1, 21, 5, 6, 7, 8]
    for _ in range(5):
        later(clock)
    assert texts() == {f"floor {n}" for n in range(2, 42)}
    board.asked.clear()
    later(clock)
    assert board.asked == [1, 21]


def test_a_thread_that_does_not_say_how_long_it_is_is_read_in_order(yaori: Cast, site: Site, clock: Clock) -> None:
    board = Board([SPOILT, *(f"floor {n}" for n in range(2, 21))], size=2)
    board.knows_last = False
    follow(yaori, site, clock, board)
    board.asked.clear()
    later(clock)
    assert board.asked == [1, 2, 3, 4, 5, 6]


# --- figures ------------------------------------------------------------------------------------


def test_what_the_list_states_and_what_the_page_states_stand_side_by_side(
    yaori: Cast, site: Site, clock: Clock
) -> None:
    board = Board([SPOILT])
    follow(yaori, site, clock, board, comments="i", detail_likes="i")
    assert the_post().figures == {"comments": 3, "likes": 7}
    for _ in range(2):
        later(clock)
        Visit.objects.open().update(due_at=clock.forward(minutes=1))
        visit(clock.now)
        assert the_post().figures == {"comments": 3, "likes": 7}
    assert course_of(the_post()) == [{"comments": 3, "likes": 7}]
    board.comments = 2  # fewer: some were deleted
    Visit.objects.open().update(due_at=clock.forward(minutes=5))
    visit(clock.now)
    board.likes = 4
    later(clock)
    assert the_post().figures == {"comments": 2, "likes": 4}
    assert course_of(the_post())[-2:] == [{"comments": 2}, {"comments": 2, "likes": 4}]


# --- what nobody sees ---------------------------------------------------------------------------


def test_marks_that_nobody_sees_make_no_revision(yaori: Cast, site: Site, clock: Clock) -> None:
    board = Board([SPOILT, "我家的也壞了，客服不理人"])
    follow(yaori, site, clock, board, detail_text="div.floor p")
    for mark in ("\u200b", "\u2060\u200d", "\ufeff", "\u00ad", "\n<br> "):
        board.floors = [mark.join(SPOILT), f"我家的也{mark}壞了，客服不理人"]
        later(clock)
    assert (the_post().revision, reply(2).revision, the_revisit().outcome) == (1, 1, "ok")
