"""The title of an article: what h1, og:title and title agree on, without the site's name (pure).

Each alone has its trap: an h1 may be the site's logo, og:title may be cut at an inner quotation mark, and title ends
with the names of section and site.
"""

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from monitoring.crawling.extraction.stated import Stated
from monitoring.crawling.markup import line_of

_NOT_WORD = re.compile(r"[\W_]+")
_SUFFIX = re.compile(
    r"^(.{4,})(?<![\s_|｜│丨︱∣»¦-])\s*(?:[_|｜│丨︱∣»¦]+|\s[-–—－·:•«</]+\s|\s@\s?|--+|(?<![—–－-])[—–－-](?=[^—–－-]{2,16}$))\s*([^_|｜│丨︱∣»¦]{1,30})$",
    re.DOTALL,
)
_PREFIX = re.compile(r"^([^|｜_:：「」【】]{2,12})\s*(?:\s[-–—|｜]\s|[|｜_]|--)\s*(.{6,})$", re.DOTALL)
# The first of several pages, and how many notices wait for the reader.
_PAGE = re.compile(r"\s*[-–—]?\s*[\[(（]?第\s*[1一]\s*[页頁][\])）]?$")
_NOTICES = re.compile(r"^\(\d{1,3}\+?\)\s+")
_SITE_BEHIND_DASHES = re.compile(r"^(.{6,}?)[—－]{2}([^—－]{2,12})$", re.DOTALL)
_OPENING_QUOTES = "\"'“‘「『《&"
_SITE_WORDS = re.compile(
    r"(?:网|網|报|報|新闻|新聞|论坛|論壇|社区|社區|日报|日報|时报|時報|周刊|週刊|杂志|雜誌|频道|頻道|客户端|吧|News|Times|BBS|\.com|\.net|\.tw|\.cn|\.hk)$",
    re.IGNORECASE,
)
_HOME = re.compile(r"(?:https?://[^/]+)?(?:\.?/)?(?:index\.\w{2,5})?/?")
_MOST_HEADINGS = 12
_SHORT_TITLE = 6
_LEAST_AT_END = 8
_LONGEST = 400


# What a forum prints before a title: 主題: …
TITLE_LABEL = re.compile(r"^\s*(?:主[题題]|[标標][题題]|[题題]目|[话話][题題])\s*[:：]?\s*")


def page_title(tree: LexborHTMLParser, stated: Stated) -> str:
    """The article's own title, without the site's name."""
    whole = whole_title(tree)
    shared = stated.meta("og:title", "twitter:title")
    key = key_of(whole)
    headings = _headings(tree, "h1")
    if len(headings) == 1 and key_of(headings[0]) == key and not shared and _is_home(tree.css_first("h1")):
        below = [heading for heading in _headings(tree, "h2") if len(key_of(heading)) >= _LEAST_AT_END]
        return below[0] if len(below) == 1 else headings[0]
    site = key_of(stated.meta("og:site_name"))
    fitting = [heading for heading in headings if _fits(key_of(heading), key, site, key_of(shared))]
    if fitting:
        return max(fitting, key=len)
    if shared and not _is_cut(shared, whole):
        return _title_beside(without_site(shared, stated.meta("og:site_name")), headings)
    named = _named_heading(tree, key)
    if named:
        return named
    if whole and not (len(headings) == 1 and len(key_of(headings[0])) > len(key)):
        return without_site(whole, stated.meta("og:site_name"))
    return headings[0] if headings else next(stated.linked("headline"), "")


def _is_home(heading: LexborNode | None) -> bool:
    """Whether a heading leads to the site's first page, as its logo does."""
    link = heading.css_first("a[href]") if heading is not None else None
    return link is not None and bool(_HOME.fullmatch(link.attributes.get("href") or ""))


def _fits(own: str, whole: str, site: str, shared: str) -> bool:
    """Whether a heading is what the page's title says, and not the site's name at its beginning."""
    if not own or own == site or (shared and len(own) < _SHORT_TITLE and not shared.startswith(own)):
        return False
    return whole.startswith(own) or (own in whole and len(own) * 2 >= len(whole))


def key_of(text: str) -> str:
    """What two spellings of one title share: its letters and digits."""
    return _NOT_WORD.sub("", text).lower()


def whole_title(tree: LexborHTMLParser) -> str:
    """What the page's title element says."""
    return line_of(tree.css_first("head title") or tree.css_first("title"))[:_LONGEST]


def _headings(tree: LexborHTMLParser, selector: str) -> list[str]:
    return [text for node in tree.css(selector)[:_MOST_HEADINGS] if (text := line_of(node))]


def _title_beside(shared: str, headings: list[str]) -> str:
    """The one h1 that og:title begins or that begins it: people see that, og:title is cut or carries an addition."""
    own = key_of(shared)
    for heading in headings:
        seen = key_of(heading)
        if len(seen) >= 6 and (seen.startswith(own) or own.startswith(seen)):
            return heading
    return shared


def _named_heading(tree: LexborHTMLParser, key: str) -> str:
    """The h2 or h3 that the page's title begins or ends with, on pages without og:title and h1."""
    for heading in _headings(tree, "h2, h3"):
        own = key_of(heading)
        if len(own) >= 6 and (key.startswith(own) or (len(own) >= _LEAST_AT_END and key.endswith(own))):
            return heading
    return ""


def without_site(title: str, site: str = "") -> str:
    """`title` without the site's and section's names that follow a separator; `site` is the site's name if known."""
    title = _PAGE.sub("", _NOTICES.sub("", title))
    for _ in range(4):
        found = _SUFFIX.match(title)
        if not found or (len(found[2]) > max(4, len(found[1])) and found[2] != site):
            break
        title = _PAGE.sub("", found[1].strip())
    behind = _SITE_BEHIND_DASHES.match(title)
    if behind and _SITE_WORDS.search(behind[2]):
        title = behind[1]
    prefix = _PREFIX.match(title)
    if prefix and (prefix[1].strip() == site or _SITE_WORDS.search(prefix[1].strip())):
        title = prefix[2].strip()
    return title


def site_in_title(title: str, own: str) -> str:
    """The site's name that follows `own` at the end of `title`, or nothing."""
    rest = title[len(own) :] if title.startswith(own) else ""
    names = [
        name.strip()
        for name in re.split(r"[_|｜│丨︱∣»¦]+|\s[-–—·•]+\s|^[-–—]+|--+", rest)
        if name.strip(" -–—_|") and not name.startswith("Powered by")
    ]
    return names[-1][:40] if names else ""


def _is_cut(shared: str, whole: str) -> bool:
    """Whether og:title ends where the title goes on with a quotation mark, which ended the attribute."""
    rest = whole[len(shared) :].lstrip() if whole.startswith(shared) else ""
    return bool(rest) and rest[0] in _OPENING_QUOTES
