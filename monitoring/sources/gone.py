"""What a site says in the place of a post that it no longer shows (pure)."""

import re

_LONGEST_NOTICE = 80  # characters of a notice by itself, with its link to the help page
_FARTHEST = 4  # characters before what says so: a bracket, 该, 原
_LONGEST = 1_000  # characters: a page that says so says little else
_THING = (
    r"(?:[帖貼贴]子?|主[题題]|文章|微博|[评評][论論]|留言|[内內]容|[视視][频頻]|影片|[页頁]面|[话話][题題]"
    r"|\b(?:post|thread|topic|page|video|status|article)\b)"
)
_HIDDEN = r"(?:[删刪]除|移除|下架|屏蔽|遮蔽|不存在|不可[见見]|[无無]法[查访訪問问看])"
_ENGLISH = (
    r"(?:has been (?:deleted|removed)|was (?:deleted|removed)|does(?: not|n't) exist|no longer (?:exists?|available))"
)
_SAYS = (
    rf"{_THING}[^。.\n]{{0,24}}(?:{_HIDDEN}|{_ENGLISH})",
    rf"(?:抱歉|[对對]不起)[^。.\n]{{0,24}}(?:{_HIDDEN}|查看[权權]限)",
    r"(?:[该該此]|[这這][个個]?)[帐賬账帳][号號戶户][^。.\n]{0,40}(?:投[诉訴]|注[销銷]|不存在|[无無]法查看)",
    r"被(?:原?作者|博主|[楼樓]主|版主|管理[员員]|用[户戶])[^。.\n]{0,6}[删刪]除",
    r"[由根][于於据據]?(?:作者|博主)[^。.\n]{0,24}(?:[权權]限|不可[见見]|[无無]法[访訪][问問])",
    r"[仅僅]展示\w{1,6}[内內]的?微博",
    r"(?:作者|博主|[楼樓]主|版主|管理[员員]|用[户戶])(?:已|自行){0,2}[删刪]除(?:了)?(?:此|[该該]|本|[这這])",
)
_SIGN_IN = re.compile(r"(?i)登[录錄入]|\b(?:log|sign)(?:ged|ging)?[- ]?in\b")
_LONGEST_STUB = 40  # characters: what a site writes in the place of a post's own words
_STUB = re.compile(
    r"(?i)\W*(?:(?:此|[该該]|本|[这這])?(?:[内內]容|[帖貼贴]文?子?|文章?|[评評][论論]|留言|[楼樓][层層])?已?(?:被|[经經由]|自行)?"
    r"(?:作者|博主|[楼樓]主|版主|管理[员員]|用[户戶])?(?:自行)?(?:[删刪]除|屏蔽)|\[?(?:deleted|removed)\]?)\W*"
)
_OWN_VOICE = re.compile(r"(?i)我|咱|\b(?:i|my|we)\b")
_GONE = re.compile("(?i)" + "|".join(_SAYS))


def notice_of(text: str) -> str:
    """`text` where it is nothing but a notice that something is gone; empty where it is longer or begins otherwise.

    For posts that come without an author: a notice has none, but neither have posts of some networks.
    """
    found = _GONE.search(text[:_LONGEST_NOTICE])
    begins_with_it = found is not None and found.start() <= _FARTHEST
    return text.strip() if begins_with_it and len(text.strip()) <= _LONGEST_NOTICE else ""


def gone_mark(text: str) -> str:
    """The words by which `text` says that what was here is deleted or hidden; empty where it says no such thing.

    To be asked of what stands in the place of a post, never of a post's own text: people write about deletion too.
    A sentence that asks us to sign in says nothing of deletion.
    """
    found = next((one for one in _GONE.finditer(text[:_LONGEST]) if not _asks_to_sign_in(text, one)), None)
    return found[0][:120].strip() if found else ""


def _asks_to_sign_in(text: str, found: re.Match[str]) -> bool:
    """Whether the sentence in which something was found speaks of signing in."""
    begins = max(text.rfind(mark, 0, found.start()) for mark in "。\n!！") + 1
    ends = min((place for mark in "。\n!！" if (place := text.find(mark, found.end())) >= 0), default=len(text))
    return _SIGN_IN.search(text[begins:ends]) is not None


def stub_of(text: str) -> str:
    """`text` where it is only what a site writes in the place of deleted words (已刪除, [deleted]); else empty."""
    text = text.strip()
    if len(text) > _LONGEST_STUB or _OWN_VOICE.search(text):
        return ""
    return text if _STUB.fullmatch(text) or notice_of(text) else ""
