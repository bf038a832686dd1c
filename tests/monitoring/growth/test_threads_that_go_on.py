"""The later pages of a thread are read when it is looked at again, from where it was read the last time on."""

import asyncio
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from monitoring.models import Post
from monitoring.sources import KINDS
from monitoring.sources.floors import IDS_AT_ONCE, MOST_PAGES
from monitoring.sources.items import DefinitionError
from monitoring.sources.presets import PRESETS
from tests.factories import NOW, Cast
from tests.fakes.hostile import Behaviour, HostileServer, Seen, answer
from tests.monitoring.growth.conftest import Clock
from tests.monitoring.growth.stage import SPOILT, look, read, the_revisit, visit
from tests.monitoring.source_pages.conftest import Site
from tests.monitoring.stage import watch_brand

pytestmark = pytest.mark.usefixtures("clock")
FLOORS = {"floors": "div.floor", "floor_text": "p", "floor_author": "b", "floor_id": "@id"}
LIST = b'<ul><li><a href="/t/1">thread</a></li></ul>'


class Board:
    """A forum with one thread, two floors to a page, as HTML, as Discourse has it, and as NodeBB has it."""

    def __init__(self, floors: int) -> None:
        self.floors = [SPOILT, *(f"floor {number}" for number in range(2, floors + 1))]
        self.size = 2
        self.asked: list[str] = []

    def behaviours(self) -> dict[str, Behaviour]:
        paths = ("/b", "/t/1", "/latest.json", "/t/7.json", "/t/7/posts.json", "/api/recent", "/api/topic/7")
        return dict.fromkeys(paths, self.behave)

    async def behave(self, server: HostileServer, seen: Seen, writer: asyncio.StreamWriter) -> None:
        path, query = urlsplit(seen.path).path, parse_qs(urlsplit(seen.path).query)
        self.asked.append(seen.path)
        page = int(query.get("page", ["1"])[0])
        if path == "/b":
            await answer(LIST)(server, seen, writer)
        elif path == "/t/1":
            await answer(self._html(page).encode(), "Content-Type: text/html; charset=utf-8")(server, seen, writer)
        else:
            said = self._json(path, page, query.get("post_ids[]", []))
            await answer(json.dumps(said).encode(), "Content-Type: application/json")(server, seen, writer)

    def _on(self, page: int) -> list[tuple[int, str]]:
        return list(enumerate(self.floors, start=1))[(page - 1) * self.size : page * self.size]

    def _html(self, page: int) -> str:
        floors = "".join(f"<div class=floor id=f{n}><b>a{n}</b><p>{text}</p></div>" for n, text in self._on(page))
        onward = f'<a class=nxt href="/t/1?page={page + 1}">next</a>' if self._on(page + 1) else ""
        return f"<html><body><h1>thread</h1>{floors}{onward}</body></html>"

    def _json(self, path: str, page: int, ids: list[str]) -> Any:
        topic = {"id": 7, "tid": 7, "slug": "s", "title": "t", "titleRaw": "t", "created_at": NOW.isoformat()}
        if path == "/latest.json":
            return {"topic_list": {"topics": [topic]}}
        if path == "/api/recent":
            return {"topics": [topic]}
        if path == "/api/topic/7":
            posts = [{"pid": n, "content": text, "user": {"username": f"a{n}"}} for n, text in self._on(page)]
            following = {"page": page + 1, "active": bool(self._on(page + 1))}
            return {"titleRaw": "t", "posts": posts, "pagination": {"next": following}}
        wanted = {int(one) for one in ids} if path.endswith("posts.json") else {n for n, _text in self._on(1)}
        numbered = list(enumerate(self.floors, start=1))
        posts = [
            {"id": n, "post_number": n, "cooked": text, "username": f"a{n}"} for n, text in numbered if n in wanted
        ]
        stream = {"posts": posts} if ids else {"posts": posts, "stream": [n for n, _text in numbered]}
        return {"title": "t", "post_stream": stream}


def replies() -> list[str]:
    """By the number of their floor."""
    texts = Post.objects.exclude(reply_to=None).values_list("text", flat=True)
    return sorted(texts, key=lambda text: int(text.split()[-1]))


def following(cast: Cast, site: Site, clock: Clock, board: Board, kind: str) -> None:
    """The thread is a mention and is followed; read by selectors, or by a ready definition."""
    watch_brand(cast, now=clock.now)
    server = site(board.behaviours())
    if kind == "html":
        read(cast, server.url("/b"), clock.now, kind="listing", rows="li", **FLOORS, floors_next="a.nxt")
    else:
        definition = PRESETS[kind].definition({"url": server.url("")})
        read(cast, definition.pop("url"), clock.now, kind="json", **definition)
    visit(clock.now)


@pytest.mark.parametrize("kind", ["html", "discourse", "nodebb"])
def test_later_pages_are_read_and_the_next_look_goes_on_from_there(
    yaori: Cast, site: Site, clock: Clock, kind: str
) -> None:
    board = Board(floors=7)
    following(yaori, site, clock, board, kind)
    assert replies() == ["floor 2"]
    clock.forward(minutes=30)
    look(clock.now)
    assert replies() == [f"floor {n}" for n in range(2, 8)]
    board.floors += ["floor 8", "floor 9"]
    board.asked.clear()
    clock.forward(minutes=30)
    look(clock.now)
    assert replies() == [f"floor {n}" for n in range(2, 10)]
    assert len(board.asked) <= 3  # the first page, where it stood, and what came


def test_a_thread_of_many_pages_is_read_on_in_bounded_steps(yaori: Cast, site: Site, clock: Clock) -> None:
    board = Board(floors=40)
    following(yaori, site, clock, board, "html")
    for _ in range(4):
        clock.forward(minutes=30)
        board.asked.clear()
        look(clock.now)
        assert len(board.asked) <= 6
    assert len(replies()) == 1 + 2 * (5 + 3 * 4)
    assert the_revisit().reached.endswith("/t/1?page=18")


def test_of_very_many_floors_by_identifier_the_newest_are_read(yaori: Cast, site: Site, clock: Clock) -> None:
    board = Board(floors=400)
    following(yaori, site, clock, board, "discourse")
    clock.forward(minutes=30)
    look(clock.now)
    assert len(replies()) == 1 + IDS_AT_ONCE * MOST_PAGES
    assert replies()[-1] == "floor 400"


def test_a_page_that_is_there_no_more_is_not_asked_for_for_ever(yaori: Cast, site: Site, clock: Clock) -> None:
    board = Board(floors=6)
    following(yaori, site, clock, board, "html")
    clock.forward(minutes=30)
    look(clock.now)
    revisit = the_revisit()
    revisit.reached = revisit.reached.replace("/t/1", "/gone")
    revisit.save()
    board.floors += ["floor 7"]
    for _ in range(2):
        clock.forward(minutes=30)
        look(clock.now)
    assert replies()[-1] == "floor 7"


def test_a_next_link_leads_neither_to_another_site_nor_in_a_circle(yaori: Cast, site: Site, clock: Clock) -> None:
    board = Board(floors=6)
    elsewhere = site({"/t/1": answer(b"")})
    following(yaori, site, clock, board, "html")
    for href in (elsewhere.url("/t/1"), "/t/1"):
        board._html = lambda page, href=href: (
            f"<h1>t</h1><div class=floor id=f1><p>{SPOILT}</p></div><a class=nxt href='{href}'>n</a>"
        )  # type: ignore[method-assign,misc]
        board.asked.clear()
        clock.forward(minutes=30)
        look(clock.now)
        assert board.asked == ["/t/1"]
    assert elsewhere.seen == []


@pytest.mark.parametrize(
    "fields",
    [
        {"floors_url": "https://n.example/t/{id}"},
        {"floors_url": "https://n.example/t/{id}?page={page}"},
        {"floors_url": "not an address {page}", "floors_next": "a"},
        {"floors_url": "https://n.example/{ids}", "floors_next": "a"},
    ],
)
def test_an_address_of_further_floors_that_cannot_work_is_refused(fields: dict[str, str]) -> None:
    with pytest.raises(DefinitionError) as refused:
        KINDS["json"].validate({"url": "https://n.example/", "rows": "r", "link": "u", **fields})
    assert set(refused.value.problems) == {"floors_url"}
