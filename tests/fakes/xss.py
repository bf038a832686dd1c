"""A corpus of texts that try to run a script or to load something, and the ways in which a site can state them.

for vector in vectors(): …                  # each calls window.__xss() or asks https://evil.example
watch = watched_page(page)                  # then go to pages of the site with it
assert watch.findings() == []
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

from playwright.sync_api import Page

CORPUS = Path(__file__).parents[1] / "payloads" / "xss" / "vectors.txt"
EVIL = "evil.example"
WORD = "曜日"  # what makes each post a mention
ADDRESSES = (
    "javascript:window.__xss()",
    " JavaScript:window.__xss()//https://n.example/",
    "java\tscript:window.__xss()",
    "javascript://n.example/%0awindow.__xss()",
    "data:text/html,<script>parent.__xss()</script>",
    "vbscript:window.__xss()",
    "file:///etc/passwd",
    'https://n.example/"onmouseover="window.__xss()',
    "https://n.example/'><script>window.__xss()</script>",
    "https://n.example/{{7*191}}",
    "https://javascript:window.__xss()@n.example/",
    "https://n.example/\u202egpj.exe",
)
_ESCAPE = re.compile(r"\\(u[0-9a-f]{4}|[0ntr])")
_PLAIN = {"0": "\0", "n": "\n", "t": "\t", "r": "\r"}


@cache
def vectors() -> tuple[str, ...]:
    """The corpus, as text that a server might send."""
    lines = CORPUS.read_text(encoding="utf-8").split("\n")
    written = [line for line in lines if line and not line.startswith("# ")]
    return tuple(
        _ESCAPE.sub(lambda found: _PLAIN.get(found[1]) or chr(int(found[1][1:], 16)), line)
        .replace("HOOK", "window.__xss()")
        .replace("HOSTNAME", EVIL)
        .replace("HOST", f"https://{EVIL}")
        for line in written
    )


def _sendable(text: str) -> str:
    """`text` without the half characters that no charset writes."""
    return text.encode("utf-8", "replace").decode()


def hostile_feed(texts: Sequence[str], at: datetime) -> bytes:
    """An RSS feed that states each text as title, author and body, escaped or raw by turns."""
    items = []
    for number, text in enumerate(map(_sendable, texts)):
        raw = f"<![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]>"
        told, other = (escape(text), raw) if number % 2 else (raw, escape(text))
        link = ADDRESSES[number // 7 % len(ADDRESSES)] if number % 7 == 0 else f"https://n.example/{number}"
        items.append(
            f"<item><title>{WORD} {number} {told}</title><link>{escape(link)}</link><guid>{number}{escape(text)}</guid>"
            f"<author>{other}</author><description>{WORD} {told}</description>"
            f"<pubDate>{format_datetime(at)}</pubDate></item>"
        )
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{"".join(items)}</channel></rss>'.encode()


def hostile_list(texts: Sequence[str]) -> bytes:
    """A page whose rows hold the texts as they are, in text and in attributes."""
    rows = "".join(
        f'<li><a href="/story/{number}" title="{_sendable(text).replace(chr(34), "&quot;")}">{WORD} {number}</a>'
        f"<em>{_sendable(text)}</em></li>\n"
        for number, text in enumerate(texts)
    )
    return f"<html><title>t</title><body><ul>{rows}</ul></body></html>".encode()


def hostile_article(text: str) -> bytes:
    """An article that holds the text in its head, its body and what it states for machines."""
    told = _sendable(text)
    return (
        f"<html><head><title>{WORD} {told}</title><meta property='og:title' content='{escape(told)}'></head><body>"
        f"<h1>{WORD} {told}</h1><span class='author'>{told}</span><div class='body'>{WORD} {told}</div></body></html>"
    ).encode()


def hostile_posts(texts: Sequence[str], at: datetime) -> bytes:
    """A Weibo-style answer whose posts and people hold the texts."""
    created = at.strftime("%a %b %d %H:%M:%S %z %Y")
    cards = [
        {"mblog": {"id": f"{n}", "text": f"{WORD} {text}", "created_at": created, "user": {"screen_name": text}}}
        for n, text in enumerate(texts)
    ]
    return json.dumps({"ok": 1, "data": {"cards": cards}}).encode()


@dataclass
class Watch:
    """What happened on a page since `watched_page`."""

    page: Page
    home: str
    dialogs: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def findings(self) -> list[str]:
        """Everything that went wrong on the page that is open now, and before it."""
        ran = self.page.evaluate("window.__xss_ran ?? 0")
        links = self.page.evaluate(
            """() => [...document.querySelectorAll('[href], [src], [action], [formaction], [data], [srcset], [ping]')]
                .flatMap(one => [...one.attributes]
                    .filter(a => /^(xlink:)?(href|src|action|formaction|data|srcset|ping)$/.test(a.name))
                    .map(a => a.value.trim()))
                .filter(value => /^[a-z][a-z0-9+.-]*:/i.test(value) && !/^https?:/i.test(value))"""
        )
        handlers = self.page.evaluate(
            """() => [...document.querySelectorAll('*')].flatMap(one => [...one.attributes])
                .filter(a => a.name.startsWith('on') || a.name === 'srcdoc').map(a => a.name)"""
        )
        said = [f"a script ran {ran} times"] if ran else []
        said += [f"{self.page.url}: link to {link}" for link in links] + [f"handler {name}" for name in handlers]
        return said + self.dialogs + self.strangers + self.complaints


def watched_page(page: Page, home: str) -> Watch:
    """Watch a page before it goes anywhere: scripts, dialogs, requests to others than `home`, refusals of the CSP."""
    watch = Watch(page, home)
    page.add_init_script("window.__xss_ran = 0; window.__xss = () => { window.__xss_ran += 1; }; window.HOOK = 1;")

    def asked(url: str) -> None:
        if not url.startswith((home, f"ws{home.removeprefix('http')}", "data:image/")):
            watch.strangers.append(f"asked {url}")

    page.on("dialog", lambda dialog: (watch.dialogs.append(f"dialog {dialog.message}"), dialog.dismiss())[0])
    page.on("request", lambda request: asked(request.url))
    page.on(
        "console",
        lambda said: watch.complaints.append(said.text) if "Content Security Policy" in said.text else None,
    )
    return watch
