"""The text of a discussion: what was posted on every floor, without panels, signatures and buttons (pure).

Forum programs print every post from one template. So the posts are blocks named alike, and a line that stands on
many floors with other figures only (發表於 …, 積分 …, 只看該作者) is the template's and nobody's words.
"""

import re
from collections import Counter, defaultdict
from itertools import accumulate

from monitoring.crawling.extraction.chrome import (
    COMMENT_WORDS,
    FURNITURE_WORDS,
    is_dateline,
    is_post_button,
)
from monitoring.crawling.extraction.outline import Line, Outline, Part


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PROGRAMS = re.compile(
    r"(?i)discuz|phpbb|vbulletin|xenforo|discourse|nodebb|flarum|mybb|phpwind|dvbbs|invision|smf\b|vanilla|bbpress"
)
_FORUM_PLACE = re.compile(
    r"(?i)//(?:bbs|forum|club|tieba|community|discuss)\.|/(?:bbs|forums?|threads?|topics?|question|discussion)[/.\-]"
    r"|viewtopic|viewthread|showthread|forum\.php|topicdetail|tieba\.baidu|thread-\d|read\.php|/t/[\w-]+|/p/\d{6,}"
)
_FORUM_NAME = re.compile(
    r"论坛|論壇|討論區|讨论区|贴吧|貼吧|[\u4e00-\u9fff]吧_|BBS|社区|社區|看板|批踢踢|知乎|天涯|巴哈姆特|哈啦板|讨论版|討論版"
)
_FORUM_TALK = re.compile(
    r"楼主|樓主|版主|层主|层樓|发帖|發帖|回帖|回貼|跟帖|发表于|發表於|只看(?:该|該|他|TA|楼主|樓主)|沙发|沙發|板凳|引用|"
    r"^[#＃]?\d{1,4}\s*[楼樓Ff#＃]$|^[#＃]\d{1,4}$|倒序|回覆此|回复此|积分|積分|帖子|威望|文章數|註冊時間|注册时间|加入日期|登入日期|最后登录|噓|推文|最佳答案|个回答|個回答|則回覆|个回复"
)
_BODY_WORDS = _words(
    "content message messages postmessage postcontent postbody cooked bb text txt body article entry msgtext inner "
    "postrow postentry richtext msgfont doc"
)
_NAMED_POST = _words(
    "post posts postmessage postcontent postbody thread floor reply answer answers comment message push cooked bbwrapper "
    "lzl topic postlist postcolor"
)
_VARYING = _words("odd even alt first last op starter threadauthor new unread online bg top active current highlight")
_POST_FURNITURE = (FURNITURE_WORDS - COMMENT_WORDS - _words("post profile")) | _words(
    "signature sign sig signatures author authi user userinfo username profile postprofile avatar pls pob pti stat stats "
    "tool tools btn btns button buttons operate operation operations control controls actions action rate rating medal "
    "badge badges report like likes locked modified edited notice poster reputation tail ip meta"
)
_OPENING_WORDS = _words("content detail body text article message richtext description articlebody topic")
_FURNITURE_TAGS = frozenset(["nav", "aside", "footer", "button", "dialog", "menu", "h1", "form"])
_TEXT_TAGS = frozenset(["p", "h1", "h2", "h3", "h4", "h5", "h6", "br", "hr"])
_FEWEST_FLOORS = 2
_OFTEN = 3
_MOST_OF = 0.6
_LONGEST_TEMPLATE = 60
_PUSH = re.compile(
    r"^(?:[推噓嘘→]|->)\s*[\w-]{2,16}\s*[:：]\s*(.*?)\s*(?:\d{1,3}(?:\.\d{1,3}){3})?\s*(?:\d\d/\d\d(?:\s\d\d:\d\d)?)?$"
)
_QUOTED = re.compile(
    r"(?:发表于|發表於|發文於|寫道|写道|说道|wrote|said)\s*[:：]?|^(?:引用|回[复覆])[\s:：#＃\d樓楼F]|^[引]?※ 引述|原帖由|本帖最后由|本文最後由|本帖最後由|此文章由.{0,30}編輯|由.{1,20}(?:于|於).{6,24}(?:编辑|編輯)"
)
_DIGITS = re.compile(r"\d+")


class Discussion:
    """The floors of a page and the lines that were written on them; a page may turn out to have none."""

    def __init__(self, outline: Outline) -> None:
        self._outline = outline
        self._outside = _outside_posts(outline)
        repeated = Counter(_DIGITS.sub("", line.text) for line in outline.lines if len(line.text) <= _LONGEST_TEMPLATE)
        self._chars = [
            0
            if self._is_chrome(line) or repeated[_DIGITS.sub("", line.text)] >= _OFTEN
            else len(line.text) - line.linked
            for line in outline.lines
        ]
        self._sums = list(accumulate(self._chars, initial=0))
        self.floors = self._find_floors()

    def written(self, part: Part) -> int:
        """The characters in a block that somebody seems to have written."""
        return self._sums[part.end] - self._sums[part.start]

    @property
    def share(self) -> float:
        """How much of the page's text stands on the floors, 0 to 1."""
        parts = self._outline.parts
        return sum(self.written(parts[floor]) for floor in self.floors) / (self._sums[-1] or 1)

    def text(self, opening: list[str]) -> list[str]:
        """The lines of all floors, below those of an opening post that stands apart from them."""
        parts = self._outline.parts
        floors = [self.lines(parts[floor].start, parts[floor].end) for floor in self.floors]
        seen = Counter(form for lines in floors for form in {_DIGITS.sub("", line) for line in lines})
        often = max(_OFTEN, len(floors) / 3)
        kept = (
            line
            for lines in floors
            for line in lines
            if len(line) > _LONGEST_TEMPLATE or seen[_DIGITS.sub("", line)] < often
        )
        return opening + list(kept)

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
        around = [part, *self._outline.ancestors(part)[:4]]
        return any(not _OPENING_WORDS.isdisjoint(self._outline.parts[one].words) for one in around)

    def lines(self, start: int, end: int) -> list[str]:
        """What was written in a range of lines."""
        lines = (line for line in self._outline.lines[start:end] if not self._is_chrome(line))
        return [text for line in lines if (text := _words_of_push(line.text))]

    def _is_chrome(self, line: Line) -> bool:
        text = line.text
        if self._outside[line.part] or is_dateline(text) or is_post_button(text):
            return True
        if line.linked * 5 > len(text) * 4 and len(text) <= _LONGEST_TEMPLATE:
            return True
        return len(text) <= 2 * _LONGEST_TEMPLATE and bool(_QUOTED.search(text))

    def _find_floors(self) -> list[int]:
        """The innermost blocks named as the body of a post that hold most of what such blocks hold, else as a post."""
        parts = self._outline.parts
        groups = list(self._groups().values())
        for names in (_BODY_WORDS, _NAMED_POST):
            named = [group for group in groups if not names.isdisjoint(parts[group[0]].words)]
            totals = [sum(self.written(parts[one]) for one in group) for group in named]
            enough = _MOST_OF * max(totals, default=0)
            fitting = [(total, group) for total, group in zip(totals, named, strict=True) if total >= enough and total]
            if fitting:
                return min(fitting, key=lambda one: one[0])[1]
        return []

    def _groups(self) -> dict[tuple[str, frozenset[str]], list[int]]:
        """Blocks of one tag and name, none in another of them, where there are several that hold text."""
        groups: dict[tuple[str, frozenset[str]], list[int]] = defaultdict(list)
        parts = self._outline.parts
        for number, part in enumerate(parts):
            words = part.words - _VARYING
            if not words or self._outside[number] or not self.written(part):
                continue
            if part.tag in _TEXT_TAGS and _NAMED_POST.isdisjoint(words):
                continue
            group = groups[part.tag, words]
            if not group or number >= parts[group[-1]].after:
                group.append(number)
        return {name: group for name, group in groups.items() if len(group) >= _FEWEST_FLOORS}


def _outside_posts(outline: Outline) -> list[bool]:
    """Of each block whether it, or one around it, is a panel, a signature, a caption or other furniture."""
    outside: list[bool] = []
    for part in outline.parts:
        is_named = part.hidden or part.tag in _FURNITURE_TAGS or not _POST_FURNITURE.isdisjoint(part.words)
        # A body or wrapper named after its sidebar holds the posts all the same.
        is_whole = outline.plain(part) * 2 > outline.plain(outline.parts[0])
        outside.append((is_named and not is_whole) or (part.parent >= 0 and outside[part.parent]))
    return outside


def _words_of_push(text: str) -> str:
    """What a PTT push says, without its mark, user and time; any other line as it is."""
    found = _PUSH.match(text)
    return found[1] if found else text


def discussion_evidence(outline: Outline, discussion: Discussion, title: str, program: str, url: str) -> int:
    """How much speaks for a discussion: 2 is enough. `program` is what the page calls its generator and body."""
    evidence = 2 * bool(_PROGRAMS.search(program)) + bool(_FORUM_PLACE.search(url)) + bool(_FORUM_NAME.search(title))
    talk = {found[0] for line in outline.lines if len(line.text) <= 40 for found in _FORUM_TALK.finditer(line.text)}
    named = [floor for floor in discussion.floors if _is_named_post(outline, floor)]
    evidence += (len(talk) >= 2) + (len(talk) >= 4)
    return evidence + (len(named) >= 3 and discussion.share > 0.6)


def _is_named_post(outline: Outline, floor: int) -> bool:
    around = [floor, *outline.ancestors(floor)[:3]]
    return any(not _NAMED_POST.isdisjoint(outline.parts[one].words) for one in around)
