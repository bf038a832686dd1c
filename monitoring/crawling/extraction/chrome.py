"""What on a page is furniture and no content: the words of its blocks and the lines that say so (pure).

Words of class and id are conventions of the trade, as readability lists them; the lines are what newsrooms and forum
programs print around a text in both scripts.
"""

import re

from monitoring.crawling.extraction.outline import Line, Part


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _any(*alternatives: str) -> str:
    return "(?:" + "|".join(alternatives) + ")"


COMMENT_WORDS = _words("comment comments cmt cmts reply replies discuss respond pinglun feedback disqus")
FURNITURE_WORDS = COMMENT_WORDS | _words(
    "footer foot sidebar side aside relate related relates relation relative relevant recommend recommended recommends "
    "recommendation recom rcmd reco hots ranking rank nav navi navbar navigation menu breadcrumb breadcrumbs crumb "
    "crumbs copyright share shares sharing social toolbar login register signup popup pop modal dialog banner ad ads "
    "adv advert adbox advertisement advertising sponsor sponsored promo promotion qrcode subscribe subscription "
    "newsletter carousel swiper slider tag tags keyword keywords pager pagination paging prev next disclaimer widget "
    "dropdown tooltip download vote donate trending cookie cookies noprint zrbj bianji shengming profile rel rec recs "
    "commend statement hot"
)
CONTENT_WORDS = _words("article content entry body text post story news detail main rich artical articlebody txt")
_FURNITURE_TAGS = frozenset(["nav", "aside", "footer", "button", "dialog", "menu"])
_CAPTION_WORDS = _words("caption captions photo photos figcaption imgtitle picture imgtxt pictext")
_LONGEST_CAPTION, _LONGEST_FIGURE = 240, 120
_SHORT, _MIDDLING, _LONG = 40, 80, 300

_MARKERS = r"[\s（(\[【〔<《「〖｜|/／·•▲▼△◎●○★☆※*#>»＞→■□◆◇▌▎▏▍┃│▶➤➜⭐✅✔📌👉🔥🔺🔔—–\-]*"
_EDITOR = _any(
    "编辑", "編輯", "责编", "責編", "校对", "校對", "审核", "審核", "监制", "監製", "统筹", "排版", "美编", "主编",
    "主編", "编审",
    "編審", "值班编委", "核稿", "终审", "复审", "初审", "[一二三]审", "编译", "編譯", "制作", "設計", "设计",
)  # fmt: skip
_CREDITS = re.compile(
    rf"^{_MARKERS}[\u4e00-\u9fff]{{0,4}}{_EDITOR}[\u4e00-\u9fff]{{0,2}}\s*(?:[:：/／丨｜|]|\s[\u4e00-\u9fff]{{2,4}}(?:\s|$))"
)
_EDITOR_IN_CHARGE = re.compile(rf"^{_MARKERS}(?:责任编辑|責任編輯|责编|責編|核稿編輯|值班编辑)")
_SOURCE_LINE = re.compile(
    rf"^{_MARKERS}(?:(?:文章|本文|信息|新闻|新聞|内容|稿件|資料|资料|图片|圖片)?(?:来源|來源|出处|出處)|作者|撰文|[\u4e00-\u9fff]{{0,6}}(?:记者|記者)"
    r"|原标题|原標題|原題|标签|標籤|關鍵字|關鍵詞|关键词|关键字|[Tt]ags?|文章分類|分類|分类|阅读|閱讀|浏览|瀏覽|点击|點擊|人气|人氣)"
    r"\s*[:：|｜丨]"
)
_RIGHTS = re.compile(
    _any(
        "版权声明", "版權聲明", "免责声明", "免責聲明", "特别声明", "特別聲明", "郑重声明", "版权所有", "版權所有",
        "著作權所有",
        "发信站", "發信站", "文章網址", "转载请", "轉載請", "转载时", "侵权必究", "[如若有]侵[权權]",
        r"侵[权權].{0,12}[删刪]除",
        r"仅代表(?:作者|该)", "僅代表作者", "[Aa]ll [Rr]ights [Rr]eserved", r"[Cc]opyright\s*(?:©|\d|\(c\))", "©",
        r"^本文.{0,40}(?:授[权權]|公[众眾][号號])", "本网(?:转载|注明)", "返回(?:首页|搜狐|顶部)",
    )
)  # fmt: skip
_RIGHTS_ANYWHERE = re.compile(
    _any(
        r"[未非][经經].{0,12}(?:授[权權]|[许許]可|同意).{0,6}(?:[不禁请請勿].{0,4})?(?:转载|轉載|翻印).{0,30}$",
        "All [Rr]ights [Rr]eserved",

        r"(?:本[网網站报報刊]|平[台臺]|文章|内容|作者|言[论論]|[评評][论論]).{0,30}不代表.{0,12}(?:立场|立場|观点|觀點)",
        "Notice: The content above", "仅提供信息存储",
    )
)  # fmt: skip
_INVITATION = re.compile(
    rf"^{_MARKERS}"
    + _any(
        "扫一扫", "扫码", "扫描", "掃描", "微信扫", "打开微信", "用微信", "长按(?:识别|二维码|图片)", "長按",
        "点击(?:图片|下方|上方|查看|阅读|进入|播放|加载|这里|此处|下载|右上|关注)",
        "點擊(?:這裡|此處|圖片|下方|看|加入|進入|查看)",
        "分享(?:到|至|给|本文|此文|文章|讓更多|让更多)", "关注(?:我们|公众号|微信|官方|微博)", "關注我們", "追蹤我們",
        r"加入.{0,24}(?:好友|會員|粉絲|社群)", "下载(?:客户端|APP|App|app)", r"下載.{0,12}(?:APP|App|app)",
        "立即(?:下載|下载|訂閱|订阅|加入|註冊)", "免費訂閱", "歡迎(?:加入|訂閱|追蹤|按讚|關注)",
        "欢迎(?:关注|订阅|扫)", "請繼續往下閱讀",
        "请继续往下阅读", "(?i:sign up|subscribe|follow us|download)\\b",
        "您的浏览器", "您的瀏覽器", "阅读全文", "閱讀全文", "查看全文", "展开全文", "展開全文",
        "上一[篇則则条]", "下一[篇則则条]",
        "[前後]一篇", "我要(?:评论|留言|纠错|糾錯|反馈|投稿|爆料)", "我来说", "还没有评论", "尚無(?:留言|評論)",
        "暂无评论", "不用抽",
        "請先登入", "请先登录", "登录后", "登入後", "发表评论", "發表評論",
    )
)  # fmt: skip
_BUTTONS = re.compile(
    # Each by itself or in a row: 收藏 分享 赞. What one has matched the next doesn't try again.
    rf"{_MARKERS}(?:(?>"
    + _any(
        "分享", "收藏", "列印", "打印", "字[号號级級型體体].{0,16}", "[小中大特\\s]{2,9}", "复制链接", "複製連結",
        "拷貝連結", "朋友圈",
        "微信(?:好友)?", "QQ(?:空间|好友)?", "(?:新浪)?微博", "[點点][讚赞]", "讚(?:好)?", "赞", "喜歡", "喜欢",
        "踩", "打[赏賞]", "赞赏", "讚賞",
        "在看", "举报", "檢舉", "報錯", "报错", "纠错", "登[录入]", "注册", "註冊", "回复", "回覆", "评论", "留言",
        "廣告", "广告",
        "ADVERTISEMENT", "Advertisement", "Facebook", "Twitter", "LINE", "Line", "Plurk", "Email", "Print",
        "Share", "Follow",
        "Tweet", "查看更多", "看更多", "看全部", "更多", "收起", "返回列表", "回首頁", "返回", "关闭", "關閉",
        "播放", "暂停", "繁", "简", "A[-+]?",
    )
    + r")[\s\d(（)）:：>»+\-·|｜]*+)++"
)  # fmt: skip
_POST_BUTTONS = re.compile(
    rf"(?:{_MARKERS}(?>"
    + _any(
        r"第?\s*\d{1,5}\s*[楼樓层層#＃Ff]", r"[#＃]\d{1,5}", "[楼樓][主上]", "沙[发發]", "板凳", "地板",
        "只看.{1,5}", "使用道具", "引用", "评分", "評分",
        "加?好友", "发?消息", "發短消息", "私信", "[电電]梯直[达達]", "倒序[浏瀏][览覽]", "[编編][辑輯]", "TOP",
        "Top", "[顶頂推噓→]", "回[复覆復]此?.{0,3}",
        "已[編编][輯辑]", "跳[转轉]到", "本[楼樓].{0,6}", "[發发]表於?", "[发發]帖", "支持", "反[对對]", "舉報",
        r"[\d,]+\s*[个個則则條条人篇]?\s*(?:[點点][讚赞]|[赞讚](?:同了?.{0,4})?|回[复覆答]|解答|[评評][论論]|留言)",
        "全部(?:回[复覆]|[评評][论論])",
    )
    + r")(?:[\s\d(（)）:：>»|·+\-]++|$))++"
)  # fmt: skip
# What is told of an author's or a text's success in numbers: 粉丝：3.2万 文章：81 关注.
_COUNT = re.compile(
    r"(?:粉[丝絲]|文章|[关關]注(?:者)?|[获獲][赞讚]|[阅閱][读讀](?:量|[数數])?|[浏瀏][览覽](?:量|[数數]|次[数數])?|[评評][论論]|[点點][赞讚]|收藏|播放|[总總]资产|字[数數]|人[气氣]|被[浏瀏][览覽])"
    r"\s*[:：]?\s*\d[\d,.]*\s*[kKwW万萬亿]?\+?"
)
_FEWEST_COUNTS = 2
_FORMER_TITLE = re.compile(rf"^{_MARKERS}(?:本文)?原(?:标题|標題|题|題)[为為]?\s*[:：《]")
_FOLLOW_US = re.compile(
    r"[请請]下[载載].{0,16}(?:APP|App|客户端)|二[维維][码碼].{0,8}(?:关注|關注|下载|加入)|客户端.{0,30}下载|下载.{0,10}客户端|(?:关注|搜索).{0,12}公众号"
    r"|[【\[][点點][击擊].{1,8}[】\]]|^[為为][達达]最佳[瀏浏][覽览]"
    r"|[點点按](?:此|這裡|这里)(?:訂閱|订阅|下載|下载|加入|贊助|赞助|支持)"
)
_TAIL = re.compile(
    rf"^{_MARKERS}"
    + _any(
        "(?:更多|看更多)?延伸[閱阅][讀读]",

        "相[關关][:：]?$",


        "相[關关](?:閱讀|新聞|報導|報道|文章|連結|內容|主題|專題|影片|阅读|新闻|报道|链接|推荐|内容|专题|资讯|视频|帖子|主题)",
        "推[薦荐](?:閱讀|文章|新聞|影片|阅读|新闻|视频|内容)",
        r"(?:看|更)多.{0,12}(?:新聞|新闻|報導|報道|报道|文章|精彩|相[关關]|內容|内容|资讯|資訊|影音)",
        "[热熱][门門]跟[贴帖]", r"共?\s*\d+\s*[条條則则]\s*(?:[评評][论論]|留言|回[复覆]|跟[贴帖])$",
        "[热熱][门門](?:新闻|文章|推荐|评论|阅读|点击|话题|排行|新聞|推薦|話題|焦點)", "猜你喜[欢歡]", "你可能",
        "您可能", "大家(?:都在|还在|正在)看",
        "人[气氣](?:排行|推[荐薦])", "最新(?:新聞|新闻|快[讯訊]|[电電][报報]|文章|报道|報導|评论|動態)",
        "今日(?:推荐|热点|熱門)",
        "[编編][辑輯]推[荐薦]", "[為为][你您]推[薦荐]",
        "精彩推荐", "往期(?:回顾|推荐|精彩|内容)", "看了本文", "(?:阅读|点击)?排行榜?", "点击榜",
        "热点(?:推荐|排行|新闻|图片)", "延伸 ?· ?推荐",
        "[網网]友(?:評論|評論|留言|回應|评论)", "全部评论", "最热评论", "评论列表", "用户评论", "精彩评论",
        "讀者留言", "留言板", "友情[链連][接結]",
        "Related", "You may also", "Recommended", "Read [Mm]ore", "More from", "Latest News", "分享[到至]",
        "本文来源",
    )
)  # fmt: skip
_DATE = re.compile(
    r"(?:19|20)\d\d\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}|\d{1,2}\s?[-/月]\s?\d{1,2}\s?日?\s+\d{1,2}:\d\d|\d+\s*(?:小[时時]|分[钟鐘]|[天日])前"
    r"|\d{1,2}[-/.]\d{1,2}[-/.](?:19|20)\d\d|\d{1,2} [A-Z][a-z]{2,8}\.?,? (?:19|20)\d\d"
    r"|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\w* \w{3} +\d{1,2} \d{1,2}:\d\d:\d\d|\w{3,9}\.? \d{1,2},? (?:19|20)\d\d"
    r"|^(?:昨天|前天|今天|昨日|今日)(?:\s*\d{1,2}:\d\d)?$"
)
# A question that is put to somebody is no credit: 记者：为什么？
_ENDS_OF_SENTENCES = ("。", "？", "?", "！", "!", "…")
_SENTENCE_END = re.compile(r"[。！？!?；;…”」』]|，.{4,}")


def is_furniture(part: Part, words: frozenset[str]) -> bool:
    """Whether a block is hidden, or named (its tag, or one of `words`) as something around the text."""
    return part.hidden or part.tag in _FURNITURE_TAGS or not words.isdisjoint(part.words)


def is_caption(part: Part, chars: int) -> bool:
    """Whether a block is what stands under a picture."""
    if part.tag in ("figcaption", "figure"):
        return chars <= _LONGEST_CAPTION
    return chars <= _LONGEST_FIGURE and not _CAPTION_WORDS.isdisjoint(part.words)


def is_furniture_line(line: Line) -> bool:
    """Whether a line is a credit, a right, an invitation, a button or a link to elsewhere."""
    text = line.text
    length = len(text)
    if line.linked * 5 > length * 4:
        return length <= 2 * _MIDDLING
    if length <= _SHORT and (_INVITATION.search(text) or _BUTTONS.fullmatch(text) or _is_credit(text)):
        return True
    if length <= 2 * _MIDDLING and _FORMER_TITLE.search(text):
        return True
    if is_count_line(text):
        return True
    if length <= _MIDDLING and (_RIGHTS.search(text) or _FOLLOW_US.search(text) or _EDITOR_IN_CHARGE.search(text)):
        return True
    return length <= _LONG and bool(_RIGHTS_ANYWHERE.search(text))


def _is_credit(text: str) -> bool:
    return bool(_SOURCE_LINE.search(text) or _CREDITS.search(text)) and not text.endswith(_ENDS_OF_SENTENCES)


def is_editors_line(text: str) -> bool:
    """Whether a line names the editor in charge, as newsrooms print below the last paragraph."""
    return len(text) <= _SHORT and bool(_EDITOR_IN_CHARGE.search(text))


def is_credit_line(text: str) -> bool:
    """Whether a line names who edited, proofread or approved."""
    return len(text) <= _SHORT and bool(_CREDITS.search(text)) and not text.endswith("。")


def is_post_button(text: str) -> bool:
    """Whether a line of a forum's post is a button or a floor's number."""
    return len(text) <= _SHORT and bool(_POST_BUTTONS.fullmatch(text) or _BUTTONS.fullmatch(text))


def is_count_line(text: str) -> bool:
    """Whether a line tells how often something was read, liked or followed, and nothing else."""
    is_told = len(text) <= _MIDDLING and not _SENTENCE_END.search(text)
    return is_told and len(_COUNT.findall(text)) >= _FEWEST_COUNTS


def is_right_line(line: Line) -> bool:
    """Whether a line says whose the text is and that nobody may take it."""
    return len(line.text) <= _LONG and bool(_RIGHTS_ANYWHERE.search(line.text))


def opens_tail(line: Line) -> bool:
    """Whether a line is the heading of what follows an article: related stories, rankings, comments."""
    return len(line.text) <= _SHORT and bool(_TAIL.search(line.text)) and not line.text.endswith("。")


def is_dateline(text: str) -> bool:
    """Whether a line is no sentence but says when, by whom and how often read."""
    return len(text) <= _MIDDLING and bool(_DATE.search(text)) and not _SENTENCE_END.search(text)
