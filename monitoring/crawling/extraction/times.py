"""When an article was published: what readers see beside the title and what the page states for machines (pure).

Never a modification, and never the date of a comment or of a related story.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from itertools import islice

from selectolax.lexbor import LexborHTMLParser

from monitoring.crawling.dates import Parsed, parse_date
from monitoring.crawling.extraction.stated import Stated

_FINE = ("second", "minute")
_PUBLISHED_META = re.compile(
    r"^(?:article:published(?:_time)?|og:(?:published_time|time|article:published_time|release_date|pubdate)"
    r"|date ?published|publish(?:ed)?[-_ ]?(?:date|time|at|on)?|pub[-_]?(?:date|time)|apub:time|date|release_?date"
    r"|date ?created|dc\.date(?:\.issued|\.created)?|dcterms\.(?:created|issued|date)"
    r"|(?:weibo: ?)?article:create_at|sailthru\.date|parsely-pub-date"
    r"|bt:pubdate|shareaholic:article_published_time|create[_-]?(?:date|time)|firstpublishedtime"
    r"|cxenseparse:recs:publishtime|ptime|lead-date)$"
)
_STATED_IN_CODE = re.compile(
    r"""(?i)["'\s{,;-](?:data-)?(?:publish_?(?:ed)?_?(?:time|date|at)|pub_?(?:time|date)|news_?time|p_?time|date_?published"""
    r"""|ori_?create_?time|create_?time|ct|post_?time|release_?time|show_?time|first_?publish(?:ed)?_?(?:time|at)?)"""
    r"""["']?\s*[:=]\s*["']?([^"'<>,;&]{8,40})"""
)
_TIME_IN_CODE = re.compile(r"""[\s{,]["']?(?:time|date)["']?\s*:\s*["'](20\d\d-\d\d-\d\d \d\d:\d\d(?::\d\d)?)["']""")
_TIME_OF_DAY = re.compile(r"\d{1,2}\s?[:：点时點時]\s?\d{1,2}|前$|前\b|刚刚|剛剛")
_NOT_PUBLICATION = re.compile(
    r"更新|修改|最后编辑|最後編輯|最后修订|评论|評論|回复|回覆|留言|updated|modified|comment|截稿|注册|註冊|有效期|活动时间|活動時間|本主题由|本主題由|加入精[华華]|截止|[报報]名|首映|上映",
    re.IGNORECASE,
)
_PUBLICATION = re.compile(
    r"[发發][布表佈]|[发發][问問起][于於]|提[问問][于於]|刊[登出]|上[架線线]|出刊|[Pp]ublished|[Pp]osted"
)
_OF_ANOTHER = re.compile("(?:最新|相[关關])推[荐薦]文章")
_FIGURES = re.compile(r"\d{1,4}\s*[-/.年月:：]\s*\d{1,2}|\d+\s*[秒分小天][钟鐘时時]?前")
_YEAR, _DAY = re.compile("20\\d\\d"), re.compile(r"\d{1,2}\s?[/.-]\s?\d{1,2}")
_FULL_DAY = re.compile(r"20\d\d\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}\s?日?")
_EDITED = re.compile(
    r"(?<=[\s|｜(（/／·、,，\d])[(（]?(?:最[后後近])?(?:更新|修改|[Uu]pdated|[Mm]odified|[Ll]ast edited)(?![\s:：]*$)"
)
_CLOCK = re.compile(r"\d{1,2}:\d\d(?::\d\d)?")
_SENTENCE = re.compile("[，。！？]")
_EDITED_BEHIND = re.compile(r"\d\s*(?:更新|修改|[编編][辑輯])\s*$")
_WEEKDAY = re.compile("星期|[周週][一二三四五六日]")
_LINES_BELOW_TITLE, _LINES_ABOVE_TITLE = 14, 3
_LINES_OF_A_PAGE = 42
_LONGEST_TIME_LINE = 90
_MOST_CODE, _MOST_CODED = 2_000_000, 5
_MOST_TITLED = 60
_NEAR_FIGURES = 8
_LONGEST_LABEL = 8
_LONGEST_STAMP = 40
_FULL_TIME = re.compile(r"\s*(?:发表于|發表於)?\s*\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?[T\s]+\d{1,2}:\d\d")
_ROUGHLY = timedelta(days=2)
_WIDEST = timedelta(hours=14)
_HOUR, _MINUTE = timedelta(hours=1), timedelta(minutes=1)
# What is fewer whole hours apart is rather an edit.
_LEAST_ZONE = timedelta(hours=4, seconds=-59)


def stated_time(tree: LexborHTMLParser, stated: Stated, now: datetime, zone: tzinfo) -> Parsed | None:
    """The finest time that the page states for machines, those that name publication first."""
    return _finest(_stated_texts(tree, stated), now, zone)


def coded_time(html: str, now: datetime, zone: tzinfo) -> Parsed | None:
    """The finest time that stands in the page's scripts under a name of publication, or the first full one at all."""
    code = html[:_MOST_CODE]
    named = _finest((found[1] for found in islice(_STATED_IN_CODE.finditer(code), _MOST_CODED)), now, zone)
    unnamed = _TIME_IN_CODE.search(code) if named is None else None
    return parse_date(unnamed[1], now, zone) if unnamed else named


def is_fine(found: Parsed | None) -> bool:
    """Whether a time is told to the minute."""
    return found is not None and found.precision in _FINE


def _finest(texts: Iterable[str], now: datetime, zone: tzinfo) -> Parsed | None:
    best: Parsed | None = None
    for text in texts:
        found = parse_date(text, now, zone)
        if found is None:
            continue
        if found.precision in _FINE and not _is_midnight(found):
            if found.at.utcoffset():
                return found if best is None or best.at == found.at or not _is_exact(best) else best
            # Written in UTC for machines; another statement may show the same moment as the place's clocks do.
            best = found if best is None or not _is_exact(best) else best
        elif best is None or (found.precision in _FINE) > (best.precision in _FINE):
            best = found
    return _as_day(best)


def _is_exact(found: Parsed) -> bool:
    return found.precision in _FINE and not _is_midnight(found)


def _is_midnight(found: Parsed) -> bool:
    """Whether a time is 00:00:00, which is how a day without a time is written for machines."""
    return (found.at.hour, found.at.minute, found.at.second) == (0, 0, 0)


def _as_day(found: Parsed | None) -> Parsed | None:
    return found._replace(precision="day") if found and found.precision in _FINE and _is_midnight(found) else found


def _stated_texts(tree: LexborHTMLParser, stated: Stated) -> Iterator[str]:
    yield from stated.linked("datePublished", "pubDate", "uploadDate", "dateCreated")
    for name, content in stated.metas:
        if _PUBLISHED_META.match(name):
            yield content
    for element in tree.css(
        'time[itemprop="datePublished"][datetime], time[pubdate][datetime], time.published[datetime], '
        "time.entry-date[datetime], article time[datetime], [itemprop=datePublished][content]"
    )[:2]:
        yield element.attributes.get("datetime") or element.attributes.get("content") or ""
    # Baijiahao names so the time of publication.
    yield stated.meta("dateupdate")


def visible_time(lines: list[str], now: datetime, zone: tzinfo) -> Parsed | None:
    """The time that a reader sees beside the title; a date alone counts only where no line shows more."""
    coarse: Parsed | None = None
    is_labelled = False
    label = ""
    for line in map(_without_edit, _rejoined(lines)):
        is_of_other = len(label) <= _LONGEST_LABEL and bool(_NOT_PUBLICATION.search(label))
        label = line
        if is_of_other:
            continue
        found = parse_date(line, now, zone) if len(line) <= _LONGEST_TIME_LINE and _is_publication(line) else None
        if not found:
            continue
        if found.precision in _FINE and _TIME_OF_DAY.search(line):
            return found
        if len(line) <= _LONGEST_TIME_LINE // 2:
            is_told = bool(_PUBLICATION.search(line))
            coarse, is_labelled = (found, is_told) if coarse is None or is_told > is_labelled else (coarse, is_labelled)
    return coarse


def _without_edit(line: str) -> str:
    """A line up to where it tells of an update, if a date stands before that: 出版：… 更新：…"""
    edited = _EDITED.search(line)
    return line[: edited.start()] if edited and _FIGURES.search(line, 0, edited.start()) else line


def _rejoined(lines: list[str]) -> Iterator[str]:
    """The lines, each year with the day and the time that are set below it, each day with its time."""
    for number, line in enumerate(lines):
        below = lines[number + 1 : number + 3]
        if _FULL_DAY.fullmatch(line) and below and _CLOCK.fullmatch(below[0]):
            yield f"{line} {below[0]}"
            continue
        if number and _CLOCK.fullmatch(line) and _FULL_DAY.fullmatch(lines[number - 1]):
            continue
        is_split = _YEAR.fullmatch(line) and len(below) > 1 and _DAY.fullmatch(below[0]) and _CLOCK.fullmatch(below[1])
        yield " ".join([f"{line}/{below[0]}", below[1]]) if is_split else line


def _is_publication(line: str) -> bool:
    """Whether a line's time is no part of a sentence, and not said to be that of an edit or a comment."""
    if _OF_ANOTHER.search(line):
        return False
    figures = _FIGURES.search(line)
    told = _PUBLICATION.search(line)
    if told and (not figures or not _SENTENCE.search(line) or abs(figures.start() - told.end()) <= _NEAR_FIGURES):
        return True
    if _SENTENCE.search(line):
        return False
    before = line[: figures.start()] if figures else line
    return not _NOT_PUBLICATION.search(before) and not _EDITED_BEHIND.search(line)


def posted_time(lines: list[str], now: datetime, zone: tzinfo) -> Parsed | None:
    """The time in the first line that says itself that something was posted, as forums print above each post."""
    posted = (
        parse_date(line, now, zone) for line in lines if _PUBLICATION.search(line) and len(line) <= _LONGEST_TIME_LINE
    )
    return next((found for found in posted if found), None)


def first_time(lines: list[str], now: datetime, zone: tzinfo) -> Parsed | None:
    """The first time of day that stands with its date in a short line, as below a forum's first post."""
    stamps = (line for line in lines if len(line) <= _LONGEST_STAMP and _is_publication(line))
    found = (parse_date(line, now, zone) for line in stamps if _FIGURES.search(line))
    return next((one for one in found if is_fine(one)), None)


def finer_time(tree: LexborHTMLParser, found: Parsed | None, now: datetime, zone: tzinfo) -> Parsed | None:
    """`found`, or the full time that an element carries in its title or datetime where the page shows "3 天前"."""
    for element in tree.css("time[datetime], span[title], em[title], abbr[title], a[title], time[title]")[
        :_MOST_TITLED
    ]:
        for name in ("datetime", "title"):
            text = element.attributes.get(name) or ""
            stated = parse_date(text, now, zone) if _FULL_TIME.match(text) else None
            if stated and stated.precision in _FINE and (found is None or abs(stated.at - found.at) <= _ROUGHLY):
                return stated
    return found


def at_the_place(tree: LexborHTMLParser, found: Parsed | None, now: datetime, zone: tzinfo) -> Parsed | None:
    """`found`, which was stated in UTC, as the place's clocks show the same moment in an element's title."""
    if found is None or found.precision not in _FINE or found.at.utcoffset():
        return found
    for element in tree.css("span[title], time[title], a[title], abbr[title]")[:_MOST_TITLED]:
        text = element.attributes.get("title") or ""
        shown = parse_date(text, now, zone) if _FULL_TIME.match(text) else None
        if shown and shown.at == found.at and shown.at.utcoffset():
            return shown
    return found


def agreed_time(visible: Parsed | None, stated: Parsed | None) -> Parsed | None:
    """Of what people and machines are told: the finer, and of two that are as fine the earlier.

    Sites write the time of the latest edition for machines. But where both differ by several whole hours it is the
    zone that differs: machines are told theirs, and people see it at the offset of the place.
    """
    if visible is None or stated is None:
        return visible or stated
    if (visible.precision in _FINE) != (stated.precision in _FINE):
        return visible if visible.precision in _FINE else stated
    shown = visible.at.replace(tzinfo=None) - stated.at.astimezone(UTC).replace(tzinfo=None)
    apart = abs(visible.at - stated.at)
    beyond = apart % _HOUR
    is_zone = min(beyond, _HOUR - beyond) < _MINUTE and (apart < _MINUTE or _LEAST_ZONE <= apart <= _WIDEST)
    if visible.precision in _FINE and is_zone and abs(shown) < _HOUR and visible.at.utcoffset():
        # The place's time with the mark of UTC: its clocks would be those of Greenwich.
        return visible
    if visible.precision in _FINE and is_zone:
        return stated._replace(at=_at_offset(stated.at, shown))
    return min(visible, stated, key=lambda time: time.at)


def _at_offset(at: datetime, offset: timedelta) -> datetime:
    """The moment as it is shown at a place whose clocks are `offset` ahead, rounded to the hour."""
    offset = round(offset / _HOUR) * _HOUR
    return at.astimezone(timezone(offset)) if abs(offset) <= _WIDEST else at


def earlier_time(below: Parsed | None, above: Parsed | None) -> Parsed | None:
    """Of the times below and above the title of a thread the earlier, if both are fine.

    A title within its post stands below the post's time, and then the next post's follows.
    """
    if above is None or not is_fine(above) or not (below is None or is_fine(below)):
        return below
    return above if below is None or above.at < below.at else below


def lines_above(lines: list[str], at: int | None) -> list[str]:
    """The few lines above the title, which is line `at`."""
    return lines[max(0, at - _LINES_ABOVE_TITLE) : at] if at else []


def lines_beside(lines: list[str], at: int | None) -> list[str]:
    """The lines below the title, which is line `at`, then the few above it; else the first lines of the page."""
    if at is None:
        return lines[:_LINES_OF_A_PAGE]
    above = lines[max(0, at - _LINES_ABOVE_TITLE) : at]
    # The head of a site tells the day of reading, with its weekday.
    return lines[at + 1 : at + 1 + _LINES_BELOW_TITLE] + [line for line in above if not _WEEKDAY.search(line)]
