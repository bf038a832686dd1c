"""The text of an article: the block that holds the prose, without what stands around and between it (pure).

Prose is told by its length, its punctuation and the lack of links. Each line gives its worth to the blocks around it,
the nearer the more; the best block grows while what it would take in is prose too, and is then cleaned.
"""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import accumulate

from monitoring.crawling.extraction.chrome import (
    COMMENT_WORDS,
    CONTENT_WORDS,
    FURNITURE_WORDS,
    is_caption,
    is_credit_line,
    is_dateline,
    is_editors_line,
    is_furniture,
    is_furniture_line,
    is_right_line,
    opens_tail,
)
from monitoring.crawling.extraction.outline import Line, Outline, Part

_MARKS = re.compile(r"[，。！？；：、,.!?;:”」]")
_HAN_OR_LATIN = re.compile(r"[^\W\d_]")
_PAUSE = re.compile("[，。！？；]")
# With its date an official notice ends.
_OWN_DATE = re.compile(r"[0-9〇零一二三四]{4}年[0-9一二三四五六七八九十]{1,2}月[0-9一二三四五六七八九十]{1,3}日")
_NOT_WORD = re.compile(r"[\W_]+")
# A block that holds this share of the page's prose is the page, whatever its name says.
_MAIN_SHARE = 0.5
_FEWEST_TEASERS, _LONGEST_TEASER, _FEWEST_OF_A_ROW = 3, 4, 5
_MINOR_SHARE = 0.3
_FURNITURE_WORTH = 0.15
_CONTENT_WORTH = 1.15
_ABOVE_TITLE = 0.5
_NEARNESS = (1.0, 0.7, 0.4, 0.2)
_PARAGRAPHS = frozenset(["p", "li", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "dd", "dt", "tr"])
_HEADINGS = frozenset(["h1", "h2", "h3"])
_LINES_OF_A_HEADING = 4
# A head with title, date, source and buttons has no more lines; a line worth this much is a sentence.
_LONGEST_HEAD = 30
_WORTH_OF_PROSE = 40
# As many blocks around the best one are looked at.
_FARTHEST = 6
_MOST_LEADING_LINES = 3
_SENTENCE_END = re.compile("[。！？!?…”」]$")
_MOST_WORTH = 600
_WORTH_OF_GROWING = 0.18
# What is worth less has no sentence: a notice, a button, a name.
_LEAST_WORTH = 5
_ADDED_SHARE, _LEAST_ADDED = 0.12, 80
_LINKED_LINES = 0.3
_LONGEST_VERSE, _FEWEST_VERSES, _WORTH_OF_VERSE = 25, 3, 6


def worth(line: Line) -> float:
    """How much a line reads like prose: characters that are no link, and sentence marks."""
    plain = len(line.text) - line.linked
    if line.linked * 2 > len(line.text):
        return 0.0
    marks = len(_MARKS.findall(line.text))
    if not marks and plain < 25:
        return 0.1 * plain
    return min(plain, _MOST_WORTH) + 5.0 * min(marks, 30)


def _verses(outline: Outline) -> set[int]:
    """The short lines without a mark, three or more in one block: a poem's, a song's."""
    rows: dict[int, list[int]] = {}
    for number, line in enumerate(outline.lines):
        is_short = not line.linked and len(line.text) < _LONGEST_VERSE
        if is_short and outline.parts[line.part].tag in _PARAGRAPHS and not _MARKS.search(line.text):
            rows.setdefault(line.part, []).append(number)
    return {number for row in rows.values() if len(row) >= _FEWEST_VERSES for number in row}


class Prose:
    """The worth of every line and of every range of lines of a page."""

    def __init__(self, outline: Outline, title_line: int | None = None, *, with_comments: bool = False) -> None:
        """An article stands below its title, if that is known; `with_comments` is for a page that is a discussion."""
        self._outline = outline
        self._furniture = FURNITURE_WORDS - COMMENT_WORDS if with_comments else FURNITURE_WORDS
        verses = _verses(outline)
        plain = [
            0.0 if is_furniture_line(line) else worth(line) * (_WORTH_OF_VERSE if number in verses else 1)
            for number, line in enumerate(outline.lines)
        ]
        sums = list(accumulate(plain, initial=0.0))
        others = _other_stories(outline, title_line) | _headed_as_others(outline, title_line)
        self._weight = weights = self._weights(sums, others, title_line)
        self._worths = [value * weights[line.part] for value, line in zip(plain, outline.lines, strict=True)]
        for number in range(title_line or 0):
            self._worths[number] *= _ABOVE_TITLE
        self._sums = list(accumulate(self._worths, initial=0.0))

    def __getitem__(self, line: int) -> float:
        return self._worths[line]

    def is_aside(self, part: int) -> bool:
        """Whether a block was found to be something around the article."""
        return self._weight[part] <= _FURNITURE_WORTH

    def within(self, part: int) -> float:
        """The worth of a block."""
        block = self._outline.parts[part]
        return self.between(block.start, block.end)

    def between(self, start: int, end: int) -> float:
        """The worth of a range of lines."""
        return self._sums[end] - self._sums[start]

    def _weights(self, sums: Sequence[float], others: frozenset[int], title_line: int | None) -> list[float]:
        """Of each block, by its own name and those around it."""
        weights: list[float] = []
        total = sums[-1] or 1.0
        for number, part in enumerate(self._outline.parts):
            weight = weights[part.parent] if part.parent >= 0 else 1.0
            if number in others or is_list_of_teasers(self._outline, number):
                weight = _FURNITURE_WORTH
            elif is_furniture(part, self._furniture) and (
                sums[part.end] - sums[part.start] < max(_MAIN_SHARE * total, _WORTH_OF_PROSE)
                or (title_line is not None and part.start > title_line and _is_row(self._outline, number))
            ):
                weight = min(weight, _FURNITURE_WORTH)
            elif weight == 1.0 and not CONTENT_WORDS.isdisjoint(part.words):
                weight = _CONTENT_WORTH
            weights.append(weight)
        return weights


def _other_stories(outline: Outline, title_line: int | None) -> frozenset[int]:
    """The blocks made like the one that holds the title, with a headline of their own that is dated or leads away."""
    if title_line is None:
        return frozenset()
    own = outline.lines[title_line].part
    return frozenset(
        beside
        for story in (own, *outline.ancestors(own, _FARTHEST))
        if outline.parts[story].parent >= 0 and outline.parts[story].tag not in _PARAGRAPHS
        for beside in outline.children(outline.parts[story].parent)
        if beside != story and is_story_of_kind(outline, beside, outline.parts[story])
    )


def _headed_as_others(outline: Outline, title_line: int | None) -> frozenset[int]:
    """The blocks that begin with a heading of what follows an article: 推荐阅读, 最新电报."""
    found: set[int] = set()
    for number, line in enumerate(outline.lines):
        if not line.linked and opens_tail(line):
            around = (line.part, *outline.ancestors(line.part, _FARTHEST))
            block = next((one for one in around if outline.parts[one].end > number + 1), 0)
            part = outline.parts[block]
            if block and part.start == number and not (title_line or 0) >= number:
                found.add(block)
    return frozenset(found)


def is_story_of_kind(outline: Outline, block: int, story: Part) -> bool:
    """Whether a block is made like `story` and begins with a headline that is dated or leads elsewhere."""
    part = outline.parts[block]
    if _kind(part) != _kind(story):
        return False
    head = outline.lines[part.start : min(part.end, part.start + _LINES_OF_A_HEADING)]
    headlines = [line for line in head if outline.parts[line.part].tag in _HEADINGS]
    return bool(headlines) and (headlines[0].linked > 0 or any(is_dateline(line.text) for line in head))


def article_block(outline: Outline, prose: Prose) -> int | None:
    """The number of the block that holds the article, or None where the page has no prose."""
    scores: dict[int, float] = {}
    parts = outline.parts
    for number, line in enumerate(outline.lines):
        value = prose[number]
        if value <= 1:
            continue
        block = line.part
        while parts[block].tag in _PARAGRAPHS and parts[block].parent >= 0:
            block = parts[block].parent
        for near in _NEARNESS:
            scores[block] = scores.get(block, 0.0) + value * near
            block = parts[block].parent
            if block < 0:
                break
    if max(scores.values(), default=0.0) < _LEAST_WORTH:
        return None
    return _grown(outline, prose, max(scores, key=lambda block: scores[block] * _plainness(outline, block)))


def _plainness(outline: Outline, block: int) -> float:
    part = outline.parts[block]
    return 1 - outline.linked(part.start, part.end) / (outline.chars(part.start, part.end) or 1)


def _grown(outline: Outline, prose: Prose, block: int) -> int:
    """The block, or one around it, where what that adds is prose as well."""
    own = prose.within(block)
    inner = block
    for around in outline.ancestors(block, _FARTHEST):
        beside = (block for block in outline.children(around) if block != inner)
        added = sum(prose.within(one) for one in beside if _is_prose(outline, prose, one, own))
        if added >= _WORTH_OF_GROWING * own:
            block, own = around, own + added
        inner = around
    return block


def _is_prose(outline: Outline, prose: Prose, block: int, own: float) -> bool:
    """Whether a block beside one worth `own` goes on with it."""
    is_much = prose.within(block) >= max(_LEAST_ADDED, _ADDED_SHARE * own)
    return is_much and not prose.is_aside(block) and not is_list_of_links(outline, block)


def is_list_of_links(outline: Outline, number: int) -> bool:
    """Whether a block leads elsewhere: most of its characters are links, or its lines are headlines with teasers."""
    part = outline.parts[number]
    if outline.linked(part.start, part.end) * 2 > outline.chars(part.start, part.end):
        return True
    lines = part.end - part.start
    if lines >= 4 and outline.links(part.start, part.end) > _LINKED_LINES * lines:
        return True
    return is_list_of_teasers(outline, number)


def is_list_of_teasers(outline: Outline, number: int) -> bool:
    """Whether a block is a row of like blocks that hold a headline that leads elsewhere and a few lines."""
    part = outline.parts[number]
    lines = part.end - part.start
    if lines < 2 * _FEWEST_TEASERS or outline.links(part.start, part.end) * _LONGEST_TEASER < lines:
        return False
    teasers = _like_blocks(outline, number)
    linked = sum(1 for one in teasers if outline.links(one.start, one.end))
    return bool(teasers) and linked * 5 >= len(teasers) * 4


def _is_row(outline: Outline, number: int) -> bool:
    """Whether a block is a row of several like blocks of a few lines, or holds one such row and little else."""
    return len(_like_blocks(outline, number)) >= _FEWEST_OF_A_ROW or any(
        len(_like_blocks(outline, inner)) >= _FEWEST_OF_A_ROW for inner in outline.children(number)
    )


def _like_blocks(outline: Outline, number: int) -> list[Part]:
    """The blocks of one kind, a few lines each, that most of a block's text stands in; none where there are few."""
    part = outline.parts[number]
    inner = [outline.parts[one] for one in outline.children(number)]
    like, count = max(Counter(_kind(one) for one in inner if _is_teaser(one)).items(), key=_count, default=(None, 0))
    if count < _FEWEST_TEASERS:
        return []
    found = [one for one in inner if _kind(one) == like]
    chars = sum(outline.chars(one.start, one.end) for one in found)
    return found if chars * 10 >= 7 * outline.chars(part.start, part.end) else []


def _count(one: tuple[object, int]) -> int:
    return one[1]


def _is_teaser(part: Part) -> bool:
    return 2 <= part.end - part.start <= _LONGEST_TEASER


def _kind(part: Part) -> tuple[str, frozenset[str]]:
    return part.tag, part.words


def article_lines(outline: Outline, prose: Prose, block: int, title: str) -> list[str]:
    """The lines of the article's block without furniture, from below the title to what follows the article."""
    part = outline.parts[block]
    dropped = _dropped(outline, prose, block)
    kept = _lead(outline, prose, part.start, title)
    total = prose.within(block)
    in_tail = False
    for number in range(_below_head(outline, prose, part, title), part.end):
        line = outline.lines[number]
        if dropped[number - part.start]:
            continue
        is_late = prose.between(part.start, number) * 2 > total
        if is_late and is_editors_line(line.text):
            break
        if opens_tail(line) or (is_late and (is_credit_line(line.text) or is_right_line(line))):
            in_tail = True
        elif in_tail and prose[number] >= _WORTH_OF_PROSE and not is_furniture_line(line):
            in_tail = False
        is_stamp = is_dateline(line.text) and prose[number] < 60 and not (is_late and _OWN_DATE.fullmatch(line.text))
        if in_tail or is_furniture_line(line) or is_stamp:
            continue
        kept.append(line.text)
    return kept


def _lead(outline: Outline, prose: Prose, end: int, title: str) -> list[str]:
    """The sentences between the title and the article's block, where there is little else."""
    key = _key(title)
    start = next(
        (n for n in range(max(0, end - _LONGEST_HEAD), end) if key and _key(outline.lines[n].text) == key), end
    )
    lead = [n for n in range(start + 1, end) if prose[n] >= _WORTH_OF_PROSE and _is_sentence(outline.lines[n])]
    return [outline.lines[n].text for n in lead] if len(lead) <= _MOST_LEADING_LINES else []


def _is_sentence(line: Line) -> bool:
    return not line.linked and bool(_SENTENCE_END.search(line.text)) and not is_furniture_line(line)


def _below_head(outline: Outline, prose: Prose, part: Part, title: str) -> int:
    """The first line below the title and the date line, where the block holds them above its prose."""
    key = _key(title)
    start = part.start
    for number in range(part.start, min(part.end, part.start + _LONGEST_HEAD)):
        line = outline.lines[number]
        if (key and _key(line.text) == key) or is_dateline(line.text) or not _HAN_OR_LATIN.search(line.text):
            start = number + 1
        elif prose[number] >= _WORTH_OF_PROSE or _PAUSE.search(line.text):
            break
    return start


def _key(text: str) -> str:
    return _NOT_WORD.sub("", text).lower()


def _dropped(outline: Outline, prose: Prose, block: int) -> list[bool]:
    """For each line of the block whether it stands in furniture: named so, a caption, or a list of links."""
    whole = outline.parts[block]
    dropped = [False] * (whole.end - whole.start)
    total = prose.within(block)
    for number in range(block + 1, len(outline.parts)):
        part = outline.parts[number]
        if part.start >= whole.end:
            break
        if part.start == part.end or dropped[part.start - whole.start]:
            continue
        chars = outline.chars(part.start, part.end)
        is_link_list = part.tag != "p" and is_list_of_links(outline, number)
        is_aside = prose.is_aside(number) and not prose.is_aside(block)
        is_minor = is_aside or prose.within(number) < _MINOR_SHARE * total
        if (is_minor and (is_furniture(part, FURNITURE_WORDS) or is_link_list)) or is_caption(part, chars):
            dropped[part.start - whole.start : part.end - whole.start] = [True] * (part.end - part.start)
    return dropped
