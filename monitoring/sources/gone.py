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
)
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
    """
    found = _GONE.search(text[:_LONGEST])
    return found[0][:120].strip() if found else ""
