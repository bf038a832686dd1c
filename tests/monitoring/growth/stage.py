"""The stage of growth: what is read, and a network whose posts a test changes between two looks."""

import asyncio
import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from monitoring.crawler import crawl_round
from monitoring.models import Figures, Post, Revisit, Source, Subscription
from monitoring.operations.growth import adopt_revisits
from monitoring.operations.sources import add_source
from monitoring.revisiting import revisit_round
from monitoring.sources import KINDS
from tests.factories import Cast
from tests.fakes.hostile import Behaviour, HostileServer, Seen, answer, redirect
from tests.monitoring.stage import work

SPOILT = "曜日鮮乳喝到發霉，孩子肚子痛"


def read(cast: Cast, url: str, now: datetime, *, kind: str, **fields: Any) -> Subscription:
    """Let the cast's workspace read what is at `url`, of which everything counts as new."""
    definition = KINDS[kind].validate({"url": url, **fields})
    subscription = add_source(
        workspace=cast.workspace,
        kind=kind,
        definition=definition,
        url=KINDS[kind].start(definition)[0].url,
        zone="Asia/Taipei",
        interval=300,
        name="圍脖",
        retention_days=180,
        by=cast.admin,
        now=now,
    )
    Source.objects.filter(pk=subscription.source_id).update(last_success_at=now)
    return subscription


def visit(now: datetime) -> None:
    """Read the sources, find the mentions, and begin to follow them."""
    crawl_round()
    work(now)
    adopt_revisits(now)


def look(now: datetime) -> int:
    """Look again at everything that is followed, whenever it is due, and at what came of it."""
    Revisit.objects.filter(due_at__isnull=False).update(due_at=now)
    count = revisit_round()
    work(now)
    return count


def the_post() -> Post:
    return Post.objects.get(reply_to=None)


def the_revisit() -> Revisit:
    return Revisit.objects.get()


@dataclass
class Network:
    """A Weibo-style network with one post; `mood` is fine, 432, login, gone, sign-in, broken or missing."""

    post: dict[str, Any]
    comments: list[dict[str, Any]] = field(default_factory=list)
    mood: str = "fine"
    page_size: int = 2
    shuts_plain: bool = False
    asked: list[str] = field(default_factory=list)

    def behaviours(self) -> dict[str, Behaviour]:
        paths = ("/api/container/getIndex", "/statuses/show", "/api/comments/show", "/comments/hotflow", "/login")
        return dict.fromkeys(paths, self.behave)

    async def behave(self, server: HostileServer, seen: Seen, writer: asyncio.StreamWriter) -> None:
        self.asked.append(seen.path)
        await self._answer(seen.path)(server, seen, writer)

    def _answer(self, path: str) -> Behaviour:
        plain = {
            "432": answer(status="432 "),
            "sign-in": redirect("/login"),
            "broken": answer(status="502 Bad Gateway"),
            "missing": answer(status="404 Not Found"),
            "login": self._json({"ok": -100, "url": "https://passport.weibo.com/sso/signin"}),
        }
        if path.startswith("/login"):
            return answer(b"<form><input type=password></form>")
        return plain.get(self.mood) or self._json(self._content(path))

    def _json(self, content: dict[str, Any]) -> Behaviour:
        return answer(json.dumps(content, ensure_ascii=False).encode(), "Content-Type: application/json")

    def _content(self, path: str) -> dict[str, Any]:
        query = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}
        if path.startswith("/api/container"):
            return {"ok": 1, "data": {"cards": [{"card_type": 9, "mblog": self.post}]}}
        if path.startswith("/statuses/show"):
            gone = {"ok": 0, "errno": "20101", "msg": "该微博不存在"}
            return gone if self.mood == "gone" else {"ok": 1, "data": self.post}
        if path.startswith("/comments/hotflow"):
            return self._hot_flow(int(query.get("max_id", 0)))
        if self.shuts_plain:
            return {"ok": -100}
        page = int(query.get("page", 1))
        rows = self.comments[(page - 1) * self.page_size : page * self.page_size]
        if not rows:
            return {"ok": 0, "msg": "暂无数据"}
        return {"ok": 1, "data": {"data": rows, "max": -(-len(self.comments) // self.page_size)}}

    def _hot_flow(self, start: int) -> dict[str, Any]:
        rows, end = self.comments[start : start + self.page_size], start + self.page_size
        following = end if end < len(self.comments) else 0
        return {"ok": 1, "data": {"data": rows, "max_id": following, "max_id_type": 0}}


def a_post(text: str = SPOILT, **fields: Any) -> dict[str, Any]:
    """An mblog as the interface has it."""
    values = {"reposts_count": 1, "comments_count": 0, "attitudes_count": 2, "created_at": "刚刚"}
    return {"id": "5001", "text": text, "user": {"screen_name": "阿明"}, **values, **fields}


def a_comment(number: int, text: str, **fields: Any) -> dict[str, Any]:
    return {"id": str(number), "text": text, "created_at": "刚刚", "user": {"screen_name": f"網友{number}"}, **fields}


def course_of(post: Post) -> list[dict[str, int]]:
    """What was counted for a post, oldest first."""
    return [row.figures for row in Figures.objects.filter(post=post).order_by("at")]
