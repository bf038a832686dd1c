"""What a site of the drill answers, and what its pages have in common (pure)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from html import escape
from urllib.parse import parse_qsl, urlsplit

from sentinel.drill.storyline import Run, SitePost, posts_until

HTML = "text/html; charset=utf-8"
NOTICE = "演練：這個網站由 Sentinel 在本機提供，內容皆為虛構"
_GROWN_AFTER = 3.0  # minutes of the scenario until a post has nearly all its reposts and comments
_STYLE = (
    "body{max-width:44rem;margin:0 auto;padding:0 1rem 3rem;font:1rem/1.7 system-ui,sans-serif;color:#222}"
    ".notice{margin:0 -1rem 1.5rem;padding:.4rem 1rem;background:#fff3c4;font-size:.875rem}"
    "table{width:100%;border-collapse:collapse}td,th{padding:.4rem;text-align:left;vertical-align:top}"
    "tbody,article,li{border-bottom:1px solid #ddd}ul{padding:0;list-style:none}"
    "blockquote{margin:.5rem 0;padding-left:.75rem;border-left:3px solid #ccc;color:#555}"
    "time,em,.byline{color:#666;font-size:.875rem}cite,em{font-style:normal}td em{margin-left:.75em}"
)
_STEPS = 6  # in which counts grow, so that a page does not change at every look


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and a body with its type."""

    body: bytes
    content_type: str = HTML
    status: int = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to a site: what runs, on which `host:port`, for which path and query, and when."""

    run: Run
    place: str
    target: str
    now: datetime

    @property
    def path(self) -> str:
        """The path alone."""
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        """The last value of each query parameter."""
        return dict(parse_qsl(urlsplit(self.target).query))

    def posts(self, site: str) -> list[SitePost]:
        """What the site has published, newest first."""
        return [post for post in reversed(posts_until(self.run, self.now)) if post.site == site]

    def post(self, site: str, number: str) -> SitePost | None:
        """The site's post of this number, if it is out."""
        return next((post for post in self.posts(site) if str(post.number) == number), None)


Render = Callable[[Asked], Answer | None]


def grown(count: int, post: SitePost, asked: Asked) -> int:
    """How far a count of a post has grown, in a few steps."""
    minutes = (asked.now - post.at).total_seconds() / 60 * asked.run.speed
    step = min(int(max(minutes, 0.0) / _GROWN_AFTER * _STEPS), _STEPS)
    return count * step // _STEPS


def page(title: str, body: str, charset: str = "utf-8") -> str:
    """A whole HTML page; `title` is text, `body` is markup."""
    return (
        f'<!DOCTYPE html><html lang="zh-Hant"><head><meta charset="{charset}"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head>'
        f'<body><header class="notice">{NOTICE}</header>{body}</body></html>'
    )


def paragraphs(text: str) -> str:
    """Text as paragraphs."""
    return "".join(f"<p>{escape(line.strip())}</p>" for line in text.split("\n") if line.strip())
