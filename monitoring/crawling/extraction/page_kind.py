"""Whether a page is a discussion of many people or one person's article (pure).

A forum names its program, talks of floors and thread starters, and most of its text stands in posts; below an
article stand comments too, and those alone make no forum.
"""

import re

from monitoring.crawling.extraction.chrome import is_dateline
from monitoring.crawling.extraction.outline import Outline
from monitoring.crawling.extraction.thread import POST_WORDS, Discussion

_PROGRAMS = re.compile(
    r"(?i)discuz|phpbb|vbulletin|xenforo|discourse|nodebb|flarum|mybb|phpwind|dvbbs|invision|smf\b|bbpress"
    r"|discussionforumposting|qapage|schema\.org/question"
)
_POWERED = re.compile(
    r"(?i)powered\s*by\s*[:：]?\s*(?:discuz|phpbb|vbulletin|xenforo|discourse|nodebb|flarum|mybb|phpwind|dvbbs|smf\b)"
)
_FORUM_PLACE = re.compile(
    r"(?i)//(?:bbs|forum|club|tieba|community|discuss)\.|/(?:bbs|forums?|threads?|topics?|question|discussion)[/.\-]"
    r"|viewtopic|viewthread|showthread|forum\.php|topicdetail|dispbbs|showtopic|read-htm-tid|/post-\w+-\d+|/group/topic|/threads?\b|/t-\d+-\d|[?&](?:tid|snA)=|tieba\.baidu|thread-\d|read\.php|/t/[\w-]+|/p/\d{6,}"
)
_FORUM_NAME = re.compile(
    r"论坛|論壇|討論區|讨论区|贴吧|貼吧|[\u4e00-\u9fff]吧_|BBS|社区|社區|看板|批踢踢|知乎|天涯|巴哈姆特|哈啦板|讨论版|討論版"
    r"|问答|問答|知[识識]\+|小[组組]$|V2EX|Dcard|LIHKG|[连連]登|NGA|虎扑|西祠|小木虫|铁血|猫扑|水木|圈子"
)
_FORUM_TALK = re.compile(
    r"楼主|樓主|版主|层主|发帖|發帖|回帖|回貼|跟帖|发表于|發表於|只看(?:该|該|他|TA|楼主|樓主)|沙发|沙發|板凳|引用|倒序|回覆此|回复此"
    r"|^[#＃]?\d{1,4}\s*[楼樓Ff#＃]$|^[#＃]\d{1,4}$|积分|積分|帖子|威望|文章數|註冊時間|注册时间|加入日期|登入日期|最后登录|噓|推文"
    r"|最佳答案|最佳解答|[个個则則条條]\s?(?:回答|解答)|[个個]回复|則回覆|^共?(?:收到)?\s?\d+\s?[条條則]\s?回[复覆]"
    r"|[圈坛壇吧]友|(?<!\d)\d{1,4}[楼樓](?=\s*20\d\d[-/年])|[发發]起人|提[问問][于於]|附言|回帖人|直[达達][楼樓][层層]"
)
_ENOUGH = 2
_SHARE_OF_PAGE = 0.6
# An article with the teasers of others, named alike, is mostly one block.
_SHARE_OF_ONE = 0.8
_TOPIC, _NEAR_BLOCKS = frozenset(["topic", "thread"]), 3
_FEWEST_PUSHES = 3
_FEWEST_THAT_BEGIN = 4
_SENTENCE_MARK = re.compile("[，。！？]")
_FEWEST_OF_A_PAGE = 3
_MANY, _SHARE_OF_MANY = 8, 0.3
_COMMENTS = frozenset(["comment", "comments"])
_NO_WORDS: frozenset[str] = frozenset()
_LINES_OF_A_HEAD = 6
_LINES_OF_A_FOOT = 12
_HEADLINES, _LINES_OF_A_HEADLINE, _SHORTEST_HEADLINE = frozenset(["h1", "h2", "h3", "h4", "h5"]), 3, 8
_HAN = re.compile("[\u4e00-\u9fff]")


def names_a_forum(program: str, site: str, url: str) -> bool:
    """Whether a page calls its program, its site or its address that of a forum."""
    return bool(_PROGRAMS.search(program) or _FORUM_PLACE.search(url) or _FORUM_NAME.search(site))


def discussion_evidence(
    outline: Outline, discussion: Discussion, program: str, site: str, url: str, title_line: int | None
) -> int:
    """How much speaks for a discussion: 2 is enough.

    `program` is what the page calls its generator, its body and its data; `site` is what its title says after its own.
    """
    evidence = 2 * bool(_PROGRAMS.search(program)) + bool(_FORUM_PLACE.search(url)) + bool(_FORUM_NAME.search(site))
    talk = {found[0] for line in outline.lines if len(line.text) <= 40 for found in _FORUM_TALK.finditer(line.text)}
    evidence += (len(talk) >= 2) + (len(talk) >= 4) + 2 * (discussion.pushes >= _FEWEST_PUSHES)
    evidence += 2 * any(_POWERED.search(line.text) for line in outline.lines[-_LINES_OF_A_FOOT:])
    words = _words_around_floors(outline, discussion.floors) & POST_WORDS
    is_page = len(discussion.floors) >= _FEWEST_OF_A_PAGE and discussion.share >= _SHARE_OF_PAGE
    is_headlined = _are_headlined(outline, discussion.floors)
    is_of_one = _longest_share(outline, discussion) > _SHARE_OF_ONE or is_headlined
    if is_page and not evidence and is_of_one:
        return 0
    is_page = is_page and (not is_headlined or evidence >= _ENOUGH)
    if words and words <= _COMMENTS:
        # Below a news article stand comments as well.
        return evidence - is_page
    is_part = len(discussion.floors) >= _MANY and discussion.share >= _SHARE_OF_MANY
    evidence += "answer" in words
    if not words:
        is_dated = _are_dated(outline, discussion.floors)
        begins = is_page and _holds_opening(outline, discussion, title_line)
        return evidence + ((is_page or is_part) and is_dated) + (begins and (is_dated or names_a_forum("", site, url)))
    if is_page or is_part:
        return evidence + 2 * is_page + (is_part and not is_page and not is_headlined)
    evidence += len(discussion.floors) >= _FEWEST_OF_A_PAGE and _are_dated(outline, discussion.floors)
    return evidence + _is_topic(outline, discussion, title_line)


def _is_topic(outline: Outline, discussion: Discussion, title_line: int | None) -> bool:
    """Whether what was said between the title and the first floor lies in a block called a topic or a thread."""
    first = outline.parts[discussion.floors[0]].start
    between = outline.lines[(title_line or 0) + 1 : first]
    blocks = {line.part for line in between if _SENTENCE_MARK.search(line.text)}
    around = (one for block in blocks for one in (block, *outline.ancestors(block, _NEAR_BLOCKS)))
    return title_line is not None and any(not _TOPIC.isdisjoint(outline.parts[one].words) for one in around)


def _holds_opening(outline: Outline, discussion: Discussion, title_line: int | None) -> bool:
    """Whether the first floor is what stands below the title: comments follow an article, a thread begins itself."""
    if title_line is None or len(discussion.floors) < _FEWEST_THAT_BEGIN:
        return False
    between = discussion.lines(title_line + 1, max(title_line + 1, outline.parts[discussion.floors[0]].start))
    return not any(_SENTENCE_MARK.search(line) for line in between)


def _longest_share(outline: Outline, discussion: Discussion) -> float:
    """How much of what is written on the floors stands on one of them."""
    written = [discussion.written(outline.parts[floor]) for floor in discussion.floors]
    return max(written) / (sum(written) or 1)


def _are_headlined(outline: Outline, floors: list[int]) -> bool:
    """Whether most blocks have each a headline of its own, as the stories of a newspaper have and posts have not."""
    headlines: set[str] = set()
    for floor in floors[1:]:
        start = outline.parts[floor].start
        beside = outline.lines[max(0, start - _LINES_OF_A_HEADLINE) : start + _LINES_OF_A_HEADLINE]
        lines = (line.text for line in beside if outline.parts[line.part].tag in _HEADLINES)
        headlines.update(text for text in lines if len(_HAN.findall(text)) >= _SHORTEST_HEADLINE)
    return len(headlines) * 10 >= 7 * (len(floors) - 1) > 0


def _are_dated(outline: Outline, floors: list[int]) -> bool:
    """Whether most floors say when they were written, beside or at the head of their text."""
    dated = 0
    for floor in floors:
        start = outline.parts[floor].start
        beside = outline.lines[max(0, start - _LINES_OF_A_HEAD) : start + _LINES_OF_A_HEAD]
        dated += any(is_dateline(line.text) for line in beside)
    return dated * 10 >= 7 * len(floors)


def _words_around_floors(outline: Outline, floors: list[int]) -> frozenset[str]:
    """What the last floor is called, and the blocks around it that are not around the first as well."""
    own = [floors[-1], *outline.ancestors(floors[-1])]
    shared = set(outline.ancestors(floors[0]))
    return _NO_WORDS.union(*(outline.parts[one].words for one in own if one not in shared))
