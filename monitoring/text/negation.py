"""Does a text deny, refute or guard against what it names? Decided clause by clause (pure).

Works on folded text (lower-case, Simplified). Three kinds of cue:

- a denial right before the word, with nothing between but light words (没有人员死亡, 未检出, 无致癌物);
- a denial or refutation that reaches over the rest of its clause (未发现该产品含有三聚氰胺, 辟谣:网传…中毒);
- a refutation behind the word, in its clause or as a clause of its own (中毒系谣言; 中毒,不实).

A mere "否认" is no cue: that someone denies it is news about the accusation.
"""

import re
from bisect import bisect_right
from enum import Enum

# Where a clause ends; a dot between digits does not end one, nor does a space between Latin words.
_CLAUSE_END = re.compile(
    r"[。!?;,\n|]|[」”](?=[「“])|\.(?!\d)|"
    r"(?<=[\u4e00-\u9fff\]】])[ \t]+|(?=但(?!愿)|却|然而|不过|仍(?!未|无)|反而|\bbut\b)"
)
# A refuting exclamation opens what follows (假的!曜日…).
_SENTENCE_END = re.compile(r"[。?\n]|(?<!辟谣)(?<!谣言)(?<!假消息)(?<!假的)!")

# Phrases that hold a negative word and reassure nobody (不排除, 有没有, 拒不道歉); blanked before cues are looked for.
_ASSERTING = re.compile(
    r"有没有|是不是|会不会|能不能|有无|难道不是|不是没有|并非没有|"
    r"(?:不|未|无法|不能|难以|未能|没有|没能|无从)排除|"
    r"(?:未能|没能|难以|无法|不可|未)避免|(?:未|没有|未能|没能|不)(?:及时|按规定|按时|如实|依法|妥善)|"
    r"(?:要求|呼吁|尚未|迟迟|拒绝|拒不|盼)[^,。!?;\n]{0,10}?(?:澄清|辟谣)|(?:未|没有|没)(?:出面|公开)?(?:澄清|辟谣)|"
    r"不得不|不仅|不止|不只|不但|不断|不少|不慎|不幸|不法|不良|不明|不满|不顾|不料|"
    r"未成年|未婚|未来|未经|未满|未知|无法|无视|无证|无故|无辜|无数|无不|无耻|无照|非法|非常|没收|没想到|"
    r"(?:标示|广告|申报|登载|标识|内容)不实|谣言(?:四起|满天飞|不断|缠身)|(?:散布|散播|编造|捏造)谣言|"
    r"(?:至今|迟迟|尚|仍|还|拒)(?:未|没有|没|不)(?=召回|下架|停售)|"
    r"(?:未|没有|没|不|不会|不肯|拒绝)(?:任何|正式|公开|主动)?(?=道歉|致歉|赔偿|退钱)|不(?:会|是)(?=[^,。!?;\n]{1,12}[吧吗么])|"
    r"零食|零售|零件|零距离"
)

_LIGHT = (
    r"(?:任何|有|再|曾|被|遭|受到|受|到|会|可能|能|是|存在|属于|属|构成|涉及|含有|含|添加|出现|发生|发现|检出|检测出|检验出|"
    r"查出|造成|导致|引发|引起|接获|接到|收到|传出|使用|销售|出售|人员|人|消费者|顾客|员工|学生|民众|旅客|其他|此类|类似|相关|所谓|"
    r"的|了|过|因此|因|一例|一起|明显|严重|重大|实际|明确|大规模|群体性|集体)"
)
_RIGHT_BEFORE = re.compile(
    rf"(?:没有|没|未|并无|无|不|非|零|杜绝|避免|防止|预防|防范|谨防|严防|以免|免于|慎防)(?:{_LIGHT}){{0,4}}$"
    r"|(?:\b(?:no|not|without|never|zero|prevent|avoid)|n't)"
    r"(?:body|(?: (?:one|any|was|were|is|are|been|be|a|an|the|reports? of|evidence of|signs? of)))* ?$"
)
_OVER_THE_REST = re.compile(
    r"(?:未|没有|没|无|并未|从未)(?:再)?(?:发现|检出|检测出|检验出|验出|查出|出现|发生|造成|导致|引发|涉及|存在|含有|证据)"
    r"|不存在|不涉及|不含|查无|排除|并非|并无|并未|no evidence (?:of|that)"
)
_REFUTING = re.compile(
    r"辟谣|澄清|谣言|谣传|误传|讹传|驳斥|假新闻|假消息|假讯息|不实(?:传言|信息|讯息|消息|报道|报导|指控)|\bdebunk|\bhoax\b"
)
_BEHIND = re.compile(
    r"不实|谣言|谣传|辟谣|澄清|(?:是|都|为|系|属|全)假的|^\W*假的$|假新闻|假消息|假讯息|子虚乌有|不存在|不成立|不属实|与事实不符|"
    r"(?:并非|非|不是)事实|不是真的|(?:没有|毫无|并无|查无)(?:任何)?(?:根据|实据|依据|此事)|查无|无稽之谈|纯属(?:虚构|捏造|误会|巧合)|"
    r"(?:是|系|属)捏造|误传|讹传|(?:均|皆|全|也|都)?未(?:检出|检测出|检验出|验出|发现|发生|出现)|"
    r"为零|阴性|is (?:fake|false|a hoax)"
)
_ONLY_A_REFUTATION = re.compile(
    r"[\s\W]*(?:官方|公司|业者|店家|警方|经查|查证|证实|其实|这|此|该|消息|传言|信息|全部|全|都|均|纯|已|是|为|系|属|并|皆|回应|表示|称|:)*"
    r"(?:不实|谣言|辟谣|澄清|假的|假新闻|假消息|假讯息|子虚乌有|不属实|与事实不符|(?:并非|不是|非)事实|不是真的|无稽之谈|误传|捏造)(?:信息|讯息|了|的|啦|啊)*\W*"
)
_HEADING = re.compile(
    r"\W*(?:官方|紧急|权威|快讯|公告)?(?:辟谣|澄清|谣言|假的|假消息|假新闻|假讯息|不实(?:信息|讯息|消息))[】\]:|丨!]"
)
_JOINING = re.compile(rf"(?:、|和|或|及|与|以及|或是|或者| or | and )(?:{_LIGHT}){{0,3}}")
_CLOSING = ",。!?;|\n "


class RefutedBy(Enum):
    """Which refutations count for a word: to call a fraud fake confirms it, and so does a rumour for a rumour."""

    FAKE = "any refutation, 假的 included"
    RUMOUR = "a refutation that says rumour or untrue"
    NOTHING = "no refutation, only a denial"


def _blank(match: re.Match[str]) -> str:
    return "\0" * len(match.group())


# A cue farther away than this does not speak about the word; keeps a text without any punctuation cheap.
_REACH = 60
_LONGEST_REFUTING_CLAUSE = 24


class Clauses:
    """The clauses of one folded text, to be asked about words by their place in it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._plain = _ASSERTING.sub(_blank, text)
        self._clauses = sorted({0, *(match.end() for match in _CLAUSE_END.finditer(text))})
        self._sentences = [0, *(match.end() for match in _SENTENCE_END.finditer(text))]

    def denied(self, start: int, end: int, refuted_by: RefutedBy = RefutedBy.FAKE) -> bool:
        """Whether the text denies the word at `start`:`end`, or refutes it by a cue that counts for it."""
        clause = bisect_right(self._clauses, start) - 1
        left, right = self._span(clause)
        before = self._plain[max(left, start - _REACH) : start]
        if _RIGHT_BEFORE.search(before) or _OVER_THE_REST.search(before):
            return True
        if refuted_by is RefutedBy.NOTHING:
            return False
        if _REFUTING.search(before):
            return True
        behind = self._plain[end : min(right, end + _REACH)].rstrip(_CLOSING)
        refutation = _BEHIND.search(behind) or self._refutation(clause + 1) or self._heading(start)
        return refutation is not None and (refuted_by is RefutedBy.FAKE or "假的" not in refutation.group())

    def joined(self, end: int, start: int) -> bool:
        """Whether the word that ends at `end` and the next at `start` are items of one list (中毒、死亡)."""
        return _JOINING.fullmatch(self._text, end, start) is not None

    def _span(self, clause: int) -> tuple[int, int]:
        end = self._clauses[clause + 1] if clause + 1 < len(self._clauses) else len(self._text)
        return self._clauses[clause], end

    def _refutation(self, clause: int) -> re.Match[str] | None:
        """The clause, where it is nothing but a refutation."""
        if clause >= len(self._clauses):
            return None
        left, right = self._span(clause)
        if right - left > _LONGEST_REFUTING_CLAUSE:
            return None
        return _ONLY_A_REFUTATION.fullmatch(self._plain, left, right)

    def _heading(self, position: int) -> re.Match[str] | None:
        """The refuting heading of the sentence, which governs all of it (【辟谣】网传…,…中毒)."""
        sentence = self._sentences[bisect_right(self._sentences, position) - 1]
        return _HEADING.match(self._plain, sentence)
