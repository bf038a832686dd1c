"""Who wrote an article and on which site it stands (pure)."""

import re

from selectolax.lexbor import LexborHTMLParser

from monitoring.crawling.extraction.stated import Stated
from monitoring.crawling.markup import line_of

_LONGEST_NAME = 40
_LONGEST_BYLINE = 90
_NAME = (
    r"([\u4e00-\u9fff·．]{2,10}(?:[、\s/／]{1,2}[\u4e00-\u9fff·]{2,4}(?![\u4e00-\u9fff])){0,3}"
    r"|[A-Za-z][\w .·-]{1,28}[A-Za-z.])"
)
_REPORTER = (
    r"([\u4e00-\u9fff·]{2,4}(?:[、\s/／]{1,2}[\u4e00-\u9fff·]{2,4}(?=[、\s/／)）】〕|｜]|$)){0,3})"
    r"(?=\s*(?:[／/、)）】〕|｜\s]|[报報][导導道]|[摄攝]|$))"
)
_BYLINES = (
    re.compile(rf"[楼樓]主\s*[:：]\s*{_NAME}"),
    re.compile(r"^作者\s?([A-Za-z]\w{1,15} \(.{0,30}?\))"),
    re.compile(rf"(?:作者|撰文|撰稿|文字|採訪撰文|采写|採寫|編譯|编译)\s*[:：/／｜|]\s*{_NAME}"),
    re.compile(rf"(?:本报记者|本報記者|特约记者|見習記者|见习记者|记者|記者)\s*[:：/／]?\s*{_REPORTER}"),
    re.compile(rf"^[【〔\[（(]?\s*文\s*[/／|｜:：]\s*{_NAME}"),
    re.compile(rf"^{_NAME}\s*[/／]\s*[\u4e00-\u9fff]{{1,6}}(?:報導|报道|報道|電|讯|訊)"),
    re.compile(r"(?i)^by[:\s]+([A-Za-z][\w .'-]{2,40})$"),
)
_PLACE_AFTER_NAME = re.compile(r"[／/\s]+[\u4e00-\u9fff]{2,6}(?:報導|报道|報道|電|讯|訊)?$")
_REPORT = re.compile(r"(?:報導|报道|報道|摄|攝|时间|時間|日期|来源|來源|发布|發布|编辑|編輯)$")
_NOT_A_NAME = re.compile(
    r"://|@|^\d+$|^(?:admin|administrator|editor|root|null|undefined|none|webmaster|小编|小編)$", re.IGNORECASE
)
_NAMED_PLACES = '[class*="author" i], [class*="user" i], [class*="nick" i], [class*="name" i], [class*="poster" i]'
_MOST_NAMED = 60
_NAMING_CLASS = re.compile(
    r"(?i)(?:author|user|nick|poster|writer|\bup)[\w-]*[-_]?name|(?:^|[\s_-])(?:author|user|username|uname|nick|poster|writer)(?:$|[\s_-])"
    r"|UserLink"
)
_BEFORE_A_NAME = re.compile(r"^(?:[楼樓]主|作者|撰文|文)\s*[:：]?\s*|^[Bb]y\s+")
_NICKNAME = re.compile(r"[\w·.\u4e00-\u9fff-]{2,20}")
_NO_NICKNAME = re.compile(
    r"^\d+$|[关關]注|登[录錄入]|[注註][册冊]|[作编編][者辑輯]|首[页頁]|[发發]表|[报報][导導道]|用[户戶]|[会會][员員]|[头頭]像"
)
_SOURCE = re.compile(r"(?:文章|新闻|新聞|信息|稿件)?(?:来源|來源|出处|出處)\s*[:：]\s*([^\s|,，;；:：/<>（(]{2,20})")
_AUTHOR_PLACES = (
    '[itemprop="author"] [itemprop="name"], [itemprop="author"], [rel="author"], .author-name, .author_name, '
    ".byline-name, .article-author, .post-author, .authi a.xw1, .authi a:first-child, "
    ".p_author_name, td.postauthor cite, a.username, .username"
)


def author_of(tree: LexborHTMLParser, stated: Stated, suffix: str, beside: list[str]) -> str:
    """The author as the page states it: for machines, in a byline beside the title, or in a block named so.

    `suffix` is the site's name after the title: many a site writes itself as the author.
    """
    site = site_of(stated, suffix, [])
    for name in (*stated.linked("author", "creator"), stated.meta("author", "article:author", "og:article:author")):
        if _is_name(name) and name not in site:
            return name[:_LONGEST_NAME]
    written = byline(beside)
    if written:
        return written
    shown = line_of(tree.css_first(_AUTHOR_PLACES))
    shown = re.sub(r"^(?:作者|文|记者|記者|By|by)\s*[:：/／]?\s*", "", shown)
    if _is_name(shown):
        return shown
    named = _named_beside(tree, beside)
    if named:
        return named
    mediaid = stated.meta("mediaid")
    return mediaid if _is_name(mediaid) else ""


def _named_beside(tree: LexborHTMLParser, beside: list[str]) -> str:
    """The name near the title that stands in an element called a user's or an author's name."""
    for node in tree.css(_NAMED_PLACES)[:_MOST_NAMED]:
        if not _NAMING_CLASS.search(node.attributes.get("class") or ""):
            continue
        name = _BEFORE_A_NAME.sub("", line_of(node))
        if _NICKNAME.fullmatch(name) and not _NO_NICKNAME.search(name) and any(name in line for line in beside):
            return name
    return ""


def byline(lines: list[str]) -> str:
    """The name in the first line that is a byline, or nothing."""
    for form in _BYLINES:
        for line in lines:
            found = form.search(line) if len(line) <= _LONGEST_BYLINE else None
            if found:
                name = _PLACE_AFTER_NAME.sub("", found[1]).strip()
                name = _REPORT.sub("", name).strip(" ·、/／")
                if _is_name(name):
                    return name
    return ""


def site_of(stated: Stated, suffix: str, beside: list[str]) -> str:
    """The site's name: as stated, as the publisher, after the title, or as the source beside it."""
    named = stated.meta("og:site_name", "application-name", "apple-mobile-web-app-title")
    if named:
        return named[:_LONGEST_NAME]
    for name in stated.linked("publisher"):
        return name[:_LONGEST_NAME]
    if suffix:
        return suffix
    found = next((found for line in beside if (found := _SOURCE.search(line))), None)
    return found[1] if found else ""


def _is_name(text: str) -> bool:
    return bool(text) and len(text) <= _LONGEST_NAME and not _NOT_A_NAME.search(text)
