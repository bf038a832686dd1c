"""What a page shows of the software that serves it and of the ways to read it (pure).

Nothing here asks a server: a `Candidate` that is only likely says so, and is asked for before it is offered.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Literal
from urllib.parse import parse_qs, quote, unquote, urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser

from monitoring.crawling.addresses import absolute_url
from monitoring.crawling.charset import decode
from monitoring.crawling.markup import line_of, parse_html
from monitoring.detecting.json_lists import propose_json
from monitoring.detecting.proposing import propose_listing
from monitoring.sources.feed_document import NotAFeed, parse_feed
from monitoring.sources.html_rows import base_address
from sentinel.core.net.types import Response

Sign = Literal["is-feed", "is-sitemap", "software", "names-feed", "names-sitemap", "structure", "usual-place"]

_FEED_TYPES = frozenset({"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml"})
_COMMENT_FEED = re.compile(r"(?i)comments?[/-]feed|feed[/=]comments|comments?\.xml|評論|评论|回應|迴響")
_USUAL_PLACES = (
    *("/feed", "/rss.xml", "/rss", "/atom.xml", "/feed.xml", "/feed.json"),
    *("/index.xml", "/feeds/posts/default"),
)
_FEED_ADDRESS = re.compile(
    r"(?i)(?:\.(?:rss|atom|rdf)|/(?:rss2?|feed|atom)(?:\.(?:xml|php|aspx?|json))?/?|[/_-](?:rss|feed|atom)[\w-]*\.xml)(?:\?|$)"
    r"|//feeds?\.feedburner\.com/|[?&]feed=(?:rss|atom)"
)
_SITEMAP = re.compile(rb"<(?:\w+:)?(?:urlset|sitemapindex)[\s>]")
_SITEMAP_LINE = re.compile(r"(?im)^\s*sitemap\s*:\s*(\S+)")
_MOST_OF_A_SIGN = 4
_POWERED_BY = re.compile(r"(?i)\s*[-–—|_·]\s*powered by\b.*$")  # no part of a site's name


@dataclass(frozen=True, slots=True)
class Candidate:
    """A way to read an address: a kind with its definition, or a ready definition (`preset`) with its values.

    `sign` is what it was recognised by and `seen` the tag, address or count that shows it. `is_certain` is false where
    it has to be asked for first. `name` is what the page calls it.
    """

    sign: Sign
    seen: str
    kind: str = ""
    definition: dict[str, str | bool] = field(default_factory=dict)
    preset: str = ""
    values: dict[str, str] = field(default_factory=dict)
    name: str = ""
    is_certain: bool = True


@dataclass(frozen=True, slots=True)
class Seen:
    """What the page at an address is called, and the ways to read it, the best first."""

    title: str
    candidates: list[Candidate]


def look(response: Response, robots: str, now: datetime, zone: tzinfo) -> Seen:
    """Look at the answer to a pasted address; `robots` is the site's robots.txt, for the sitemaps that it names."""
    url = response.url
    if _is_feed(response, now, zone):
        return Seen("", [Candidate("is-feed", response.headers.get("content-type", ""), "feed", {"url": url})])
    if _SITEMAP.search(response.body[:4000]):
        return Seen("", [Candidate("is-sitemap", "", "sitemap", {"url": url})])
    html = decode(response.body, response.headers.get("content-type", "")).text
    if listed := propose_json(html, url, now, zone):
        return Seen("", [Candidate("structure", str(listed.rows), "json", listed.definition)])
    tree = parse_html(html)
    title = _POWERED_BY.sub("", line_of(tree.css_first("title")))[:200]
    named = _named_feeds(tree, url)
    found = [*_software(tree, html, url), *named, *(() if named else _linked_feeds(tree, url))]
    if not named and any(one.preset == "wordpress" for one in found):
        # Many close the interface, and feeds go on.
        values = {"url": _wordpress_site(url, tree)}
        found.append(Candidate("usual-place", "/feed/", preset="wordpress-feed", values=values, is_certain=False))
    del tree  # of a large page two at once would be too much
    proposal = propose_listing(html, url, now, zone)
    if proposal:
        found.append(Candidate("structure", str(proposal.rows), "listing", proposal.definition))
    found += _named_sitemaps(robots)
    if not any(one.sign in ("software", "names-feed") for one in found):
        found += _usual_places(url)
    return Seen(title, _each_once(found))


def _each_once(candidates: list[Candidate]) -> list[Candidate]:
    kept: dict[tuple[str, str, str], Candidate] = {}
    for one in candidates:
        kept.setdefault((one.kind, one.preset, str(one.definition.get("url", one.values))), one)
    return list(kept.values())


def _is_feed(response: Response, now: datetime, zone: tzinfo) -> bool:
    try:
        return bool(parse_feed(response.body, response.headers.get("content-type", ""), response.url, now, zone))
    except NotAFeed:
        return False


# --- software


def _software(tree: LexborHTMLParser, html: str, url: str) -> Iterator[Candidate]:
    """The software that serves the page, by what it writes of itself or by how its addresses look."""
    generator = _meta(tree, "generator")
    for preset, pattern, marks in _SOFTWARE:
        shown = generator if pattern.match(generator) else next((mark for mark in marks if mark in html), "")
        values = _VALUES[preset](url, tree) if shown else None
        if values:
            yield Candidate("software", shown[:80], preset=preset, values=values, is_certain=False)
    for preset, address in _PLACES:
        found = address.search(url)
        if found:
            yield Candidate(
                "software",
                urlsplit(url).netloc,
                preset=preset,
                values={name: value for name, value in found.groupdict().items() if value},
            )


def _meta(tree: LexborHTMLParser, name: str) -> str:
    found = tree.css_first(f'meta[name="{name}"]')
    return (found.attributes.get("content") or "").strip() if found else ""


def _base(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _whole_page(url: str, _tree: LexborHTMLParser) -> dict[str, str] | None:
    return {"url": url}


def _discourse(url: str, tree: LexborHTMLParser) -> dict[str, str] | None:
    return _forum_or_list(url, _base(url) + _folder(_meta(tree, "discourse-base-uri")), _DISCOURSE_LIST)


def _nodebb(url: str, tree: LexborHTMLParser) -> dict[str, str] | None:
    scripts = (one.text() for one in tree.css("script"))
    stated = next((found[1] for text in scripts if (found := _RELATIVE_PATH.search(text))), "")
    return _forum_or_list(url, _base(url) + _folder(stated.replace("\\/", "/")), _NODEBB_LIST)


def _forum_or_list(url: str, forum: str, lists: re.Pattern[str]) -> dict[str, str]:
    """The values of a forum, of which a category's own address wants that category alone."""
    found = lists.match(url.removeprefix(forum).partition("?")[0])
    return {"url": forum, "list": found[1]} if found else {"url": forum}


def _folder(path: str) -> str:
    """The folder of a site that a forum has for itself, as its pages state it; empty where it has the whole site."""
    return path.rstrip("/") if re.fullmatch(r"/[\w./-]+", path) else ""


def _mastodon_tag(url: str, _tree: LexborHTMLParser) -> dict[str, str] | None:
    found = re.search(r"/tags/([^/?#]+)", url)
    return {"url": _base(url), "tag": unquote(found[1])} if found else None


def _wordpress(url: str, tree: LexborHTMLParser) -> dict[str, str] | None:
    """Where the page's REST interface is: what it states, else at its host; None where it is at no usual place."""
    stated = tree.css_first('link[rel="https://api.w.org/"][href]')
    if stated is None:
        return {"url": _wordpress_site(url, tree)}
    site, usual, _rest = absolute_url(url, stated.attributes.get("href") or "").partition("/wp-json")
    return {"url": site.rstrip("/")} if usual else None


def _wordpress_site(url: str, tree: LexborHTMLParser) -> str:
    """Where the blog is at home, which may be a folder of the site: its own files tell."""
    for one in tree.css('[src*="/wp-content/"], [href*="/wp-content/"]')[:20]:
        written = one.attributes.get("src") or one.attributes.get("href") or ""
        home, _mark, _rest = absolute_url(url, written).partition("/wp-content/")
        if _base(home) == _base(url):
            return home
    return _base(url)


_NEVER = re.compile(r"(?!)")
_DISCOURSE_LIST = re.compile(r"/(c/(?:[\w%.-]+/){1,3}\d+|tag/[\w%.-]+)(?:/|$)")
_NODEBB_LIST = re.compile(r"/(category/\d+/[\w%.-]+)(?:/|$)")
_RELATIVE_PATH = re.compile(r"""["']relative_path["']\s*:\s*["']([^"']{0,200})["']""")
# preset, what `meta name=generator` says, what else stands in the page
_SOFTWARE: tuple[tuple[str, re.Pattern[str], tuple[str, ...]], ...] = (
    ("discuz", re.compile(r"(?i)discuz"), ("normalthread_", 'Powered by <strong><a href="http://www.discuz')),
    ("discourse", re.compile(r"(?i)discourse"), ("data-discourse-setup", "discourse-assets")),
    (
        "nodebb",
        re.compile(r"(?i)nodebb"),
        ('component="categories/category"', "/assets/nodebb.min.js", 'component="category/topic"'),
    ),
    ("phpbb", re.compile(r"(?i)phpbb"), ('class="topictitle"', 'id="phpbb"')),
    ("mastodon", _NEVER, ('id="mastodon"', "id='mastodon'")),
    ("wordpress", re.compile(r"(?i)wordpress"), ("https://api.w.org/", "/wp-content/")),
)
_VALUES = {
    "discuz": _whole_page,
    "discourse": _discourse,
    "nodebb": _nodebb,
    "phpbb": _whole_page,
    "mastodon": _mastodon_tag,
    "wordpress": _wordpress,
}
# Places whose addresses alone say what they are: preset, and the values in the address.
_PLACES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("ptt", re.compile(r"(?i)^https?://(?:www\.)?ptt\.cc/(?:bbs|atom)/(?P<board>[\w-]+)")),
    ("mobile01", re.compile(r"(?i)^https?://(?:www\.)?mobile01\.com/(?:topiclist|forumtopic)\.php\?f=(?P<forum>\d+)")),
    ("bahamut", re.compile(r"(?i)^https?://forum\.gamer\.com\.tw/B\.php\?bsn=(?P<board>\d+)")),
)


# --- feeds and sitemaps


def _named_feeds(tree: LexborHTMLParser, url: str) -> list[Candidate]:
    """The feeds that the page names for its readers; those of comments last."""
    found, base = [], base_address(tree, url)
    for link in tree.css('link[rel~="alternate"][href], link[rel="feed"][href]'):
        kind = (link.attributes.get("type") or "").split(";")[0].strip().lower()
        address = absolute_url(base, link.attributes.get("href") or "")
        if address and kind in _FEED_TYPES:
            name = (link.attributes.get("title") or "").strip()
            place = address.removeprefix(_base(address)) or address
            found.append(Candidate("names-feed", place, "feed", {"url": address}, name=name))
    found.sort(key=lambda one: bool(_COMMENT_FEED.search(f"{one.definition['url']} {one.name}")))
    return found[:_MOST_OF_A_SIGN]


def _linked_feeds(tree: LexborHTMLParser, url: str) -> list[Candidate]:
    """The feeds that links of the page lead to, of a page that names none."""
    base = base_address(tree, url)
    links = ((absolute_url(base, one.attributes.get("href") or ""), line_of(one)) for one in tree.css("a[href]")[:3000])
    feeds = {address: name for address, name in links if _FEED_ADDRESS.search(address)}
    return [
        Candidate("names-feed", urlsplit(address).path, "feed", {"url": address}, name=name[:200], is_certain=False)
        for address, name in list(feeds.items())[:_MOST_OF_A_SIGN]
        if not _COMMENT_FEED.search(address)
    ]


def _named_sitemaps(robots: str) -> list[Candidate]:
    """The sitemaps that robots.txt names; those of news first, others only where there is no such."""
    named = list(dict.fromkeys(_SITEMAP_LINE.findall(robots)))[:50]
    news = [address for address in named if "news" in address.lower()]
    return [
        Candidate("names-sitemap", urlsplit(address).path, "sitemap", {"url": address}, is_certain=False)
        for address in (news or named)[:2]
    ]


def _usual_places(url: str) -> list[Candidate]:
    """Where feeds usually are, of a site that names none."""
    return [
        Candidate("usual-place", place, "feed", {"url": urljoin(url, place)}, is_certain=False)
        for place in _USUAL_PLACES
    ]


# --- social networks, whose pages say nothing to a stranger


_WEIBO = "https://m.weibo.cn"


def look_at_address(url: str) -> list[Candidate]:
    """What an address alone tells, before anything is asked for: networks that are read by their interface."""
    parts = urlsplit(url)
    host, path, query = (parts.hostname or "").lower(), parts.path, parse_qs(parts.query)
    if host in ("s.weibo.com", "m.weibo.cn", "weibo.com", "www.weibo.com"):
        words = (query.get("q") or [""])[0] or _segment(path, "weibo")
        account = re.search(r"/(?:u|profile)/(\d{5,12})|^/(\d{8,12})$", path)
        if words and host != "weibo.com":
            return [Candidate("software", host, "weibo", {"url": _WEIBO, "query": words})]
        if account:
            number = account[1] or account[2]
            return [Candidate("software", host, "weibo", {"url": _WEIBO, "reads": "account", "account": number})]
    if host == "tieba.baidu.com" and query.get("kw"):
        return [Candidate("software", host, "tieba", {"forum": query["kw"][0]})]
    mastodon = re.fullmatch(r"/@([\w.]+)/?", path)
    if mastodon:
        feed = f"{_base(url)}/@{quote(mastodon[1])}.rss"
        return [Candidate("usual-place", f"/@{mastodon[1]}.rss", "feed", {"url": feed}, is_certain=False)]
    return []


def _segment(path: str, after: str) -> str:
    found = re.match(rf"/{after}/([^/?]+)", path)
    return found[1] if found else ""
