"""A loopback web of real pages and posts: a news site with a list, and a Weibo-style JSON API with nested cards."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

PAGE_SIZE = 20
PAGES = 10
SLICE = PAGE_SIZE * PAGES
WEIBO_TIME = "%a %b %d %H:%M:%S +0000 %Y"


@dataclass
class Newsroom:
    """What the site has published; `posts` are `{id, text, published_at}` with aware times, newest last."""

    pages: dict[str, bytes] = field(default_factory=dict)
    posts: list[dict[str, Any]] = field(default_factory=list)
    port: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def list_url(self) -> str:
        return f"http://{self.place}/news/"

    def slice_url(self, number: int) -> str:
        """The API address of the `number`th slice of the posts: what one source reads at one visit."""
        return f"http://{self.place}/api/container/getIndex?containerid=slice-{number}&page_type=searchall&page=1"

    @property
    def slices(self) -> int:
        return -(-len(self.posts) // SLICE)

    def publish(self, *posts: dict[str, Any]) -> None:
        with self.lock:
            self.posts.extend(posts)

    def list_page(self) -> bytes:
        rows = "".join(f'<li><a href="/news/{name}">{name}</a></li>' for name in sorted(self.pages))
        return f"<html><head><title>news</title></head><body><ul class='news'>{rows}</ul></body></html>".encode()

    def api_page(self, number: int, page: int) -> bytes:
        with self.lock:
            mine = self.posts[number * SLICE : (number + 1) * SLICE]
        newest = mine[::-1][(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
        if not newest:
            return json.dumps({"ok": 0, "msg": "这里还没有内容", "data": {"cards": []}}).encode()
        cards = [{"card_type": 9, "mblog": as_mblog(post)} for post in newest]
        nested = [*cards[::2], {"card_type": 11, "card_group": cards[1::2]}]
        info = {"containerid": f"slice-{number}", "total": len(mine), "page": page + 1}
        return json.dumps({"ok": 1, "data": {"cardlistInfo": info, "cards": nested}}, ensure_ascii=False).encode()


def as_mblog(post: dict[str, Any]) -> dict[str, Any]:
    """A post as the API shows it."""
    return {
        "id": post["id"],
        "mid": post["id"],
        "text": post["text"],
        "created_at": post["published_at"].astimezone(UTC).strftime(WEIBO_TIME),
        "reposts_count": post.get("reposts", 0),
        "comments_count": str(post.get("comments", 0)),
        "attitudes_count": post.get("likes", 0),
        "user": {"id": 1, "screen_name": post.get("author", "")} if post.get("author") else None,
    }


def load_pages(folder: Path) -> dict[str, bytes]:
    """The saved news pages by name."""
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.html"))}


def load_posts(path: Path, *, ends_at: datetime, lasts: timedelta) -> list[dict[str, Any]]:
    """Real short posts, oldest first; their times, years apart, become a stream that ends at `ends_at`."""
    posts = [json.loads(line) for line in path.read_text(encoding="utf-8").strip().split("\n")]
    posts.sort(key=lambda post: _seconds(post["published_at"]))
    for number, post in enumerate(posts, start=1):
        post["published_at"] = ends_at - lasts * (1 - number / len(posts))
        post["id"] = f"{4_000_000_000_000_000 + number}"
    return posts


def _seconds(moment: int | str) -> float:
    """The data states most times in epoch seconds and a few as Weibo writes them."""
    if isinstance(moment, int):
        return moment
    return datetime.strptime(moment, "%a %b %d %H:%M:%S %z %Y").timestamp()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    newsroom: Newsroom

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path == "/news/":
            self._answer(self.newsroom.list_page(), "text/html; charset=utf-8")
        elif parts.path.startswith("/news/") and parts.path.removeprefix("/news/") in self.newsroom.pages:
            self._answer(self.newsroom.pages[parts.path.removeprefix("/news/")], "text/html")
        elif parts.path == "/api/container/getIndex":
            asked = parse_qs(parts.query)
            number = int(asked["containerid"][0].removeprefix("slice-"))
            page = self.newsroom.api_page(number, int(asked.get("page", ["1"])[0]))
            self._answer(page, "application/json; charset=utf-8")
        else:
            self._answer(b"", "text/plain", status=404)

    def _answer(self, body: bytes, content_type: str, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@contextmanager
def serving(newsroom: Newsroom) -> Iterator[Newsroom]:
    """Serve the newsroom on a free loopback port."""
    handler = type("Handler", (_Handler,), {"newsroom": newsroom})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    newsroom.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield newsroom
    finally:
        server.shutdown()
        server.server_close()
