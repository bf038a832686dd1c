"""The text of a discussion: what was posted on every floor, without panels, signatures and buttons (pure).

Forum programs print every post from one template. So the posts are blocks named alike, and a line that stands on
many floors with other figures only (發表於 …, 積分 …, 只看該作者) is the template's and nobody's words.
"""

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import accumulate

from monitoring.crawling.extraction.chrome import (
    COMMENT_WORDS,
    FURNITURE_WORDS,
    is_count_line,
    is_dateline,
    is_post_button,
)
from monitoring.crawling.extraction.outline import Line, Outline, Part
from monitoring.crawling.extraction.titles import TITLE_LABEL, key_of


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_BODY_WORDS = _words(
    "content message messages postmessage postcontent postbody cooked bb text txt body article entry msgtext inner "
    "postrow postentry richtext msgfont doc"
)
POST_WORDS = _words(
    "post posts postmessage postcontent postbody thread floor reply answer answers comment message push cooked lzl "
    "topic postlist postcolor"
)
_VARYING = _words(
    "odd even alt first last op starter threadauthor new unread online bg top active current highlight "
    "firstpost firstfloor"
)
_POST_FURNITURE = (FURNITURE_WORDS - COMMENT_WORDS - _words("post profile")) | _words(
    "signature sign sig signatures author authi user userinfo username profile postprofile avatar pls pob pti "
    "stat stats tool tools btn btns button buttons operate operation operations control controls actions action rate "
    "rating medal badge badges metaline like likes locked modified edited notice poster postedby reputation tail ip "
    "meta"
)
_OPENING_WORDS = _words("content detail text article message richtext description articlebody topic")
_FURNITURE_TAGS = frozenset(["nav", "aside", "footer", "button", "dialog", "menu", "h1"])
_TEXT_TAGS = frozenset(["p", "h1", "h2", "h3", "h4", "h5", "h6", "br", "hr"])
# A block named as a body and after a person holds what that person wrote.
_WRITTEN_WORDS = _words("content body text cooked bb postbody postcontent msgtext")
_PERSON_WORDS = _words("user author profile edit tail")
# Below a post stand the replies to it.
_FOOT_WORDS = _words("foot footer")
_FEWEST_FLOORS = 2
_PRINTED_SHARE = 0.4
_OFTEN_ON_A_PAGE, _OFTEN_ON_FLOORS = 3, 2
_FEWEST_UNNAMED = 4
_MANY_FORMS = 4
_SHORTEST_WRITTEN, _LONGEST_WORD = 8, 12
_MOST_OF, _NEARLY_ALL_OF = 0.6, 0.85
_NAMED_SHARE = 0.4
_NEARLY_WHOLE = 0.95
_NEAR = 4
_REPLY_WORDS = _words("reply replies comment comments push lzl answer")
_LONGEST_TEMPLATE = 60
_PUSH = re.compile(
    r"^(?:[推噓嘘→]|->)\s*[\w-]{2,16}\s*[:：]\s*(.*?)\s*(?:\d{1,3}(?:\.\d{1,3}){3})?\s*"
    r"(?:\d\d[/-]\d\d(?:\s\d\d:\d\d)?)?(?:,?\s*\d{1,4}F)?$"
)
# Mirrors set the mark apart, and leave the time at the end.
_UNMARKED_PUSH = re.compile(r"^[A-Za-z][\w-]{1,15}\s*[:：]\s*(.*?)\s*\d\d[/-]\d\d\s\d\d:\d\d(?:,?\s*\d{1,4}F)?$")
_QUOTED = re.compile(
    r"^※|[楼樓]主[发發]言\s*[:：]\s*\d+\s*次|^[Pp]owered\s+[Bb]y\b|^(?:[发發寄]信[人站]|[标標]\s*[题題])\s*[:：]|(?:发表于|發表於|發文於)\s*[\d昨前今]|(?:写道?|寫道?|wrote|\s[说說])\s*[:：]$|^引用\s*[:：#＃\d]|^回[复覆]\s*[#＃\d]|原帖由|本帖最后由|本文最後由"
    r"|本帖最後由|此文章由.{0,30}[编編][辑輯]|由.{1,20}[于於].{6,24}[编編][辑輯]"
)
_SENTENCE = re.compile("[，。！？…,!?]")
_PANEL = re.compile(
    r"(?:[级級][别別]|等[级級]|威望|[声聲]望|[积積]分|帖子|主题|主題|精[华華]|文章|[财財]富|金[币幣]|[经經][验驗]|[注註][册冊]|在[线線][时時][间間]|UID)"
    r"\s*[:：]?\s*\S"
)
_LABELLED = re.compile(
    r"(?:等[级級]|[级級][别別]|文章|[积積]分|[注註][册冊](?:[时時][间間]|日期)?|威望|金[币幣]|UID|[头頭]衔|军衔|工分|[来來]自|作者)"
    r"\s*[:：]\s*\S{1,20}"
)
_FEWEST_LABELS, _LONGEST_PANEL = 2, 12
_RULE = re.compile(r"[-_—=－＿─]{8,}")
_LONGEST_SIGNATURE = 6
_REPLY_TO = re.compile(r"^(?:re|回[复覆])\s*[:：]\s*", re.IGNORECASE)
_LETTER = re.compile(r"[^\W\d_]")
_DIGITS = re.compile(r"\d+")


_Slot = tuple[str, frozenset[str], str, frozenset[str]]


class Discussion:
    """The floors of a page and the lines that were written on them; a page may turn out to have none."""

    def __init__(self, outline: Outline, title: str = "") -> None:
        """Floors may repeat the page's `title`, which is nobody's words."""
        self._outline = outline
        self._title = key_of(title)
        signed = _signatures(outline)
        self._posted = [
            line._replace(text="", linked=0) if number in signed else _words_of_push(line)
            for number, line in enumerate(outline.lines)
        ]
        self._outside = _outside_posts(outline)
        self._printed = printed = _printed((line.text for line in self._posted), _OFTEN_ON_A_PAGE)
        self._chrome = [self._is_chrome(line) for line in self._posted]
        self._chars = [
            0 if is_chrome or _template_of(line.text) in printed else len(line.text) - line.linked
            for line, is_chrome in zip(self._posted, self._chrome, strict=True)
        ]
        self._sums = list(accumulate(self._chars, initial=0))
        self.floors = self._find_floors()

    def written(self, part: Part) -> int:
        """The characters in a block that somebody seems to have written."""
        return self._sums[part.end] - self._sums[part.start]

    @property
    def pushes(self) -> int:
        """The lines that are written as on PTT."""
        return sum(one.text != line.text for one, line in zip(self._posted, self._outline.lines, strict=True))

    @property
    def share(self) -> float:
        """How much of the page's text stands on the floors, 0 to 1."""
        parts = self._outline.parts
        return sum(self.written(parts[floor]) for floor in self.floors) / (self._sums[-1] or 1)

    def text(self, opening: list[str]) -> list[str]:
        """The lines of all floors, below those of an opening post that stands apart from them."""
        parts = self._outline.parts
        spoken = self._spoken()
        floors = [self._said(parts[floor], spoken) for floor in self.floors]
        once_a_floor = (form for lines in floors for form in {_template_of(line) for line in lines})
        printed = _printed(once_a_floor, max(_OFTEN_ON_FLOORS, _PRINTED_SHARE * len(floors)))
        said = [line for line in opening if _template_of(line) not in self._printed]
        for floor, lines in zip(self.floors, floors, strict=True):
            own = [line for line in lines if _template_of(line) not in printed]
            said += own or self._word(parts[floor], spoken)
        return said

    def _spoken(self) -> set[_Slot]:
        """The places of the template where sentences stand: what else stands there was written too."""
        parts = self._outline.parts
        return {
            self._slot(number)
            for floor in self.floors
            for number in range(parts[floor].start, parts[floor].end)
            if len(self._posted[number].text) >= _SHORTEST_WRITTEN
            and not self._chrome[number]
            and _SENTENCE.search(self._posted[number].text)
        }

    def _slot(self, number: int) -> _Slot:
        """The tag and the names of the block of a line, paragraphs apart, and of the one around it."""
        parts = self._outline.parts
        part = parts[self._outline.lines[number].part]
        while part.tag in _TEXT_TAGS and part.parent >= 0:
            part = parts[part.parent]
        around = parts[part.parent] if part.parent >= 0 else part
        return part.tag, part.words - _VARYING, around.tag, around.words - _VARYING

    def _said(self, floor: Part, spoken: set[_Slot]) -> list[str]:
        """The lines of a floor: 顶 or +1 is a button or a reply, as the place tells where it stands."""
        return [
            line.text
            for number, line in enumerate(self._posted[floor.start : floor.end], floor.start)
            if line.text and (not self._chrome[number] or self._is_word(number, spoken))
        ]

    def _is_word(self, number: int, spoken: set[_Slot]) -> bool:
        line = self._posted[number]
        is_short = len(line.text) <= _LONGEST_WORD and " " not in line.text
        is_short = is_short and not line.linked and not self._outside[line.part]
        is_word = is_short and (is_post_button(line.text) or not _LETTER.search(line.text))
        return is_word and self._slot(number) in spoken

    def _word(self, floor: Part, spoken: set[_Slot]) -> list[str]:
        """What is all that was said on a floor, though many said the same."""
        said = [number for number in range(floor.start, floor.end) if self._is_word(number, spoken)]
        return [self._posted[said[0]].text] if len(said) == 1 else []

    def lines_before(self, start: int) -> list[str]:
        """What was written between line `start` and the first floor, in blocks that are named as content."""
        outline = self._outline
        end = outline.parts[self.floors[0]].start
        return [
            line
            for number in range(start, end)
            if self._is_content(outline.lines[number].part)
            for line in self.lines(number, number + 1)
        ]

    def _is_content(self, part: int) -> bool:
        around = [part, *self._outline.ancestors(part, _NEAR)]
        return any(not _OPENING_WORDS.isdisjoint(self._outline.parts[one].words) for one in around)

    def lines(self, start: int, end: int) -> list[str]:
        """What was written in a range of lines."""
        return [self._posted[n].text for n in range(start, end) if self._posted[n].text and not self._chrome[n]]

    def _is_chrome(self, line: Line) -> bool:
        text = line.text
        if self._outside[line.part] or is_dateline(text) or is_post_button(text) or not _LETTER.search(text):
            return True
        if line.linked * 5 > len(text) * 4 and len(text) <= _LONGEST_TEMPLATE:
            return True
        if _LABELLED.fullmatch(text) or is_count_line(text) or self._is_title(text):
            return True
        return len(text) <= 2 * _LONGEST_TEMPLATE and bool(_QUOTED.search(text) or len(_PANEL.findall(text)) > 1)

    def _is_title(self, text: str) -> bool:
        own = TITLE_LABEL.sub("", _REPLY_TO.sub("", text))
        return bool(self._title) and key_of(own) == self._title

    def _find_floors(self) -> list[int]:
        """The blocks that hold what was posted, in order: the innermost that are named so and hold most of it.

        Where no name tells them, blocks of one kind that hold most of the page.
        """
        parts = self._outline.parts
        groups = [(sum(self.written(parts[one]) for one in group), group) for group in self._groups().values()]
        bodies = [one for one in groups if not _BODY_WORDS.isdisjoint(parts[one[1][0]].words)]
        posts = [one for one in groups if not POST_WORDS.isdisjoint(parts[one[1][0]].words)]
        bodies, posts = self._without_frames(bodies), self._without_frames(posts)
        named = _largest(bodies + posts)
        unnamed = [one for one in groups if len(one[1]) >= _FEWEST_UNNAMED]
        if named < _NAMED_SHARE * _largest(unnamed):
            return self._innermost(unnamed)
        floors = self._innermost([one for one in bodies + posts if one[0] >= _MOST_OF * named])
        return self._with_replies(floors, [group for total, group in posts if total]) if floors else []

    def _without_frames(self, groups: list[tuple[int, list[int]]]) -> list[tuple[int, list[int]]]:
        """The groups without those of which one block is the page, and holds the blocks of another group."""
        return [one for one in groups if not any(self._frames(one, other) for other in groups)]

    def _frames(self, outer: tuple[int, list[int]], inner: tuple[int, list[int]]) -> bool:
        parts = self._outline.parts
        frame = max(outer[1], key=lambda one: self.written(parts[one]))
        is_around = frame < inner[1][0] and inner[1][-1] < parts[frame].after
        is_row = len(inner[1]) > max(_FEWEST_UNNAMED, len(outer[1]))
        return is_around and is_row and self.written(parts[frame]) >= _NEARLY_WHOLE * outer[0]

    def _innermost(self, groups: list[tuple[int, list[int]]]) -> list[int]:
        """The group that holds most, or one within it that leaves nearly nothing out."""
        best: list[int] = []
        for _, group in sorted(groups, key=lambda one: -one[0]):
            if not best or self._covers(group, best):
                best = group
        return best

    def _covers(self, inner: list[int], outer: list[int]) -> bool:
        """Whether blocks lie in those of `outer`, in nearly every one, and hold most of what those hold."""
        parts = self._outline.parts
        around = dict.fromkeys(outer, 0)
        for one in inner:
            floor = outer[bisect_right(outer, one) - 1]
            if not floor <= one < parts[floor].after:
                return False
            around[floor] += self.written(parts[one])
        whole = {floor: self.written(parts[floor]) for floor in outer}
        reached = sum(whole[floor] for floor in outer if around[floor])
        total = sum(whole.values())
        return reached >= _NEARLY_ALL_OF * total and sum(around.values()) >= _MOST_OF * total

    def _with_replies(self, floors: list[int], groups: list[list[int]]) -> list[int]:
        """The floors and the short replies that hang on them, in the order of the page."""
        parts = self._outline.parts
        found = list(floors)
        for group in groups:
            if group[0] < floors[0] or _REPLY_WORDS.isdisjoint(parts[group[0]].words):
                continue
            if not any(_overlaps(parts, one, found) for one in group):
                found = sorted(found + group)
        return found

    def _groups(self) -> dict[tuple[str, frozenset[str]], list[int]]:
        """Blocks of one tag and name, none in another of them, where there are several that hold text."""
        groups: dict[tuple[str, frozenset[str]], list[int]] = defaultdict(list)
        parts = self._outline.parts
        for number, part in enumerate(parts):
            if self._outside[number] or part.start == part.end:
                continue
            words = part.words - _VARYING
            if part.tag in _TEXT_TAGS and POST_WORDS.isdisjoint(words):
                continue
            if not words and part.parent >= 0:
                words = parts[part.parent].words | {f"<{parts[part.parent].tag}"}
            group = groups[part.tag, words]
            if not group or number >= parts[group[-1]].after:
                group.append(number)
        return {name: group for name, group in groups.items() if len(group) >= _FEWEST_FLOORS}


def _largest(groups: list[tuple[int, list[int]]]) -> int:
    return max((total for total, _ in groups), default=0)


def _overlaps(parts: list[Part], one: int, others: list[int]) -> bool:
    """Whether a block lies in one of others, which stand in order and apart, or one of them in it."""
    place = bisect_right(others, one)
    is_within = place > 0 and one < parts[others[place - 1]].after
    return is_within or (place < len(others) and others[place] < parts[one].after)


def _outside_posts(outline: Outline) -> list[bool]:
    """Of each block whether it, or one around it, is a panel, a signature, a caption or other furniture."""
    outside: list[bool] = []
    labelled = list(accumulate((bool(_LABELLED.fullmatch(line.text)) for line in outline.lines), initial=0))
    # Where every post stands in a form of its own, forms are no places to type in.
    forms = sum(part.tag == "form" and part.end > part.start for part in outline.parts)
    tags = _FURNITURE_TAGS | {"form"} if forms < _MANY_FORMS else _FURNITURE_TAGS
    for part in outline.parts:
        words = part.words if _WRITTEN_WORDS.isdisjoint(part.words) else part.words - _PERSON_WORDS
        words = words if _REPLY_WORDS.isdisjoint(part.words) else words - _FOOT_WORDS
        is_out = part.parent >= 0 and outside[part.parent]
        if not is_out and (part.hidden or part.tag in tags or not _POST_FURNITURE.isdisjoint(words)):
            # A body or wrapper named after its sidebar holds the posts all the same.
            is_out = outline.plain(part) * 2 <= outline.plain(outline.parts[0])
        outside.append(is_out or _is_panel(labelled[part.end] - labelled[part.start], part.end - part.start))
    return outside


def _is_panel(labelled: int, lines: int) -> bool:
    """Whether a block of so many lines, of which some read 积分：123, is what is told of a poster, name and all."""
    return labelled >= _FEWEST_LABELS and lines <= _LONGEST_PANEL and labelled >= _MOST_OF * lines


def _signatures(outline: Outline) -> set[int]:
    """The lines below the rule that a program prints under every post, in the post's own block."""
    last: dict[int, int] = {}
    for number, line in enumerate(outline.lines):
        if _RULE.fullmatch(line.text):
            last[line.part] = number
    often = Counter(outline.lines[number].text for number in last.values())
    signed: set[int] = set()
    for part, number in last.items():
        below = range(number + 1, outline.parts[part].end)
        if often[outline.lines[number].text] >= _OFTEN_ON_A_PAGE and len(below) <= _LONGEST_SIGNATURE:
            signed.update(one for one in below if outline.lines[one].part == part)
    return signed


def _printed(texts: Iterable[str], often: float) -> set[str]:
    """What is written so often, but for its figures, that a program prints it."""
    seen = Counter(_template_of(text) for text in texts)
    return {form for form, count in seen.items() if form and count >= often}


def _template_of(text: str) -> str:
    """A line without its figures; nothing for a sentence or a long line, which no program prints."""
    return "" if len(text) > _LONGEST_TEMPLATE or _SENTENCE.search(text) else _DIGITS.sub("", text)


def _words_of_push(line: Line) -> Line:
    """What a PTT push says, without its mark, user and time; any other line as it is."""
    found = _PUSH.match(line.text) or _UNMARKED_PUSH.match(line.text)
    return line._replace(text=found[1]) if found else line
