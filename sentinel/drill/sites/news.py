"""The news site: an RSS feed with whole articles, and a page for each (pure)."""

from email.utils import format_datetime
from html import escape

from sentinel.drill.sites.answers import Answer, Asked, page, paragraphs
from sentinel.drill.storyline import LOCAL, SitePost

SITE = "news"
NAME = "島嶼日報（演練）"
FEED = "/rss.xml"
IN_FEED = 80


def answer(asked: Asked) -> Answer | None:
    """The feed, the front page or an article; None where there is no such page."""
    if asked.path == FEED:
        return Answer(_feed(asked).encode(), "application/rss+xml; charset=utf-8")
    if asked.path == "/":
        return Answer(_front_page(asked).encode())
    number = asked.path.removeprefix("/article/")
    post = asked.post(SITE, number) if number != asked.path else None
    return Answer(_article(post).encode()) if post else None


def _feed(asked: Asked) -> str:
    items = "".join(_feed_item(post, asked.place) for post in asked.posts(SITE)[:IN_FEED])
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/">'
        f"<channel><title>{escape(NAME)}</title><link>http://{asked.place}/</link>"
        f"<description>{escape(NAME)}</description><language>zh-TW</language>{items}</channel></rss>"
    )


def _feed_item(post: SitePost, place: str) -> str:
    address = f"http://{place}/article/{post.number}"
    return (
        f"<item><title>{escape(post.title)}</title><link>{address}</link><guid>{address}</guid>"
        f"<dc:creator>{escape(post.author)}</dc:creator><pubDate>{format_datetime(post.at.astimezone(LOCAL))}</pubDate>"
        f"<content:encoded>{escape(paragraphs(post.text))}</content:encoded></item>"
    )


def _front_page(asked: Asked) -> str:
    rows = "".join(
        f'<li><a href="/article/{post.number}">{escape(post.title)}</a> <time>{_clock(post)}</time></li>'
        for post in asked.posts(SITE)[:IN_FEED]
    )
    return page(NAME, f"<h1>{escape(NAME)}</h1><ul>{rows}</ul>")


def _article(post: SitePost) -> str:
    body = (
        f"<article><h1>{escape(post.title)}</h1>"
        f'<p class="byline"><span class="author">{escape(post.author)}</span> '
        f'<time datetime="{post.at.astimezone(LOCAL).isoformat(timespec="minutes")}">{_clock(post)}</time></p>'
        f'<div class="text">{paragraphs(post.text)}</div></article>'
    )
    return page(f"{post.title}－{NAME}", body)


def _clock(post: SitePost) -> str:
    return post.at.astimezone(LOCAL).strftime("%Y-%m-%d %H:%M")
