"""Pages that list articles, built as sites build them: what repeats, and what stands around it."""

HEADLINES = [
    "曜日鮮乳瓶底出現黑色薄片 家長要求說明",
    "衛生局派員稽查 曜日乳業：配合調查",
    "颱風逼近 花東地區嚴防豪雨",
    "台股收盤上漲百點 半導體撐盤",
    "職棒總冠軍賽今晚開打 兩隊先發出爐",
    "捷運環狀線復駛 市府公布時程",
    "新學年度營養午餐將全面檢驗鮮乳",
    "月見乳業推出低脂新品 搶攻早餐市場",
]

MENU = (
    "<nav class='menu'><ul>"
    + "".join(
        f"<li><a href='/cate/{n}'>{word}</a></li>"
        for n, word in enumerate(["政治", "財經", "社會", "國際", "體育", "娛樂", "生活", "科技"], 1)
    )
    + "</ul></nav>"
)
FOOTER = (
    "<footer><a href='/about'>關於我們的編輯與採訪團隊</a><a href='/ads'>廣告刊登與合作提案說明</a>"
    "<a href='/terms'>會員使用條款與隱私權政策</a><a href='/jobs'>加入我們的行列一起工作</a></footer>"
)
TAGS = "<div class='hot-tags'>" + "".join(f"<a href='/tag/{n}'>熱門關鍵字第{n}號標籤</a>" for n in range(12)) + "</div>"


def page(body: str, head: str = "") -> str:
    """A whole page around a list."""
    title = "<meta charset='utf-8'><title>即時新聞</title>"
    return f"<!doctype html><html><head>{title}{head}</head><body>{MENU}{body}{TAGS}{FOOTER}</body></html>"


def news() -> str:
    """Headline, summary and time in list items."""
    rows = "".join(
        f"<li class='item{' first' if not n else ''}'><h3><a href='/news/2026112{n}0{n}.html'>{title}</a></h3>"
        f"<p class='desc'>這是第{n}則新聞的摘要，說明事情的經過與各方的回應，供讀者先行瞭解重點。</p>"
        f"<span class='time'>2026-11-22 1{n}:05</span><span class='author'>記者{chr(0x7532 + n)}</span></li>"
        for n, title in enumerate(HEADLINES)
    )
    return page(f"<div id='main'><ul class='list'>{rows}</ul></div>")


def cards() -> str:
    """A grid of cards that are links themselves."""
    rows = "".join(
        f"<a class='card css-{n}x9k2' href='https://www.example.com/story/{9000 + n}'><img src='/i/{n}.jpg' alt=''>"
        f"<div class='card-title'>{title}</div><time datetime='2026-11-22T1{n}:30:00+08:00'>{n} 小時前</time></a>"
        for n, title in enumerate(HEADLINES)
    )
    return page(f"<main><section class='grid'>{rows}</section></main>")


def forum_table() -> str:
    """Rows of a table, numbered by the thread, with replies, views, author and the last answer."""
    rows = "".join(
        f"<tbody id='topic_{8800 + n}'><tr><td class='icn'><a href='/t-{8800 + n}-1.html' title='新視窗開啟'>▸</a></td>"
        f"<th><a class='xst' href='/t-{8800 + n}-1.html'>{title}</a></th>"
        f"<td class='by'><cite><a class='user' href='/u/{n}'>媽媽{n}號</a></cite>"
        f"<em><span title='2026-11-2{n % 3} 10:0{n}'>昨天</span></em></td>"
        f"<td class='num'><a class='reply' href='/t-{8800 + n}-1.html'>{n * 7}</a>"
        f"<em class='view'>{n * 120}</em></td></tr></tbody>"
        for n, title in enumerate(HEADLINES)
    )
    return page(f"<div id='threads'><table>{rows}</table></div>")


def bare_links() -> str:
    """Nothing but links and dates beside them, as old sites have it."""
    rows = "".join(
        f"<div><a href='view.asp?id={300 + n}'>{title}</a> <font>(11/2{n % 3})</font></div>"
        for n, title in enumerate(HEADLINES)
    )
    return page(f"<table><tr><td id='content'>{rows}</td></tr></table>")


def blog() -> str:
    """Articles whose headline, in a header, and "Continue reading …" lead to the same place, and so does the date.

    As WordPress has it: each row's classes say its number and category.
    """
    rows = "".join(
        f"<article id='post-{n + 3}' class='post-{n + 3} post category-{'milk' if n % 3 else 'other'}'>"
        f"<header class='entry-header'><h2 class='entry-title'><a href='/2026/11/a{n}/'>{title}</a></h2></header>"
        f"<div class='entry-content'><p>這是第{n}篇文章的開頭，說明事情的經過與各方的回應，供讀者先行瞭解重點。"
        f"<a class='more-link' href='/2026/11/a{n}/#more'>Continue reading <span>{title}</span></a></p></div>"
        f"<footer>Published <a class='when' href='/2026/11/a{n}/?d'><time class='entry-date updated' "
        f"datetime='2026-11-2{n % 3}T1{n}:05:00+08:00'>2026 年 11 月 2{n % 3} 日</time></a></footer></article>"
        for n, title in enumerate(HEADLINES)
    )
    return page(f"<main>{rows}</main>")


def overlaid_cards() -> str:
    """Cards over which lies a link that says nothing, but to those who cannot see it."""
    rows = "".join(
        f"<article class='entry'><header><h2>{title}</h2></header><span "
        f"title='2026-11-22 1{n}:05:00 +0800'>November 22</span>"
        f"<a class='over' aria-label='post link to {title}' href='/posts/{n}/'></a></article>"
        for n, title in enumerate(HEADLINES)
    )
    return page(f"<main>{rows}</main>")


def forum_of_states() -> str:
    """Rows that are unread just now, with times that a script would write, and numbers that are no views."""
    rows = "".join(
        f"<li class='row unread'><h2 class='title'><a href='/topic/{n}/x'>{title}</a></h2>"
        f"<span class='timeago' title='2026-11-22T0{n}:05:00.000Z'></span>"
        f"<span class='human-readable-number'>{n}</span></li>"
        for n, title in enumerate(HEADLINES)
    )
    return page(f"<main><ul class='topics'>{rows}</ul></main>")


def divs_without_names() -> str:
    """Links around all that a row says, in elements that have nothing but their place to tell them apart."""
    rows = "".join(
        f"<div class='css-9z8y7x'><a href='/zh/{9000 + n}'><div><span>{title}</span></div>"
        f"<div><span>2026年11月22日 1{n}:05</span></div></a></div>"
        for n, title in enumerate(HEADLINES)
    )
    return page(f"<div id='app'><div class='css-1a2b3c'>{rows}</div></div>")


def tiles() -> str:
    """Tiles whose date is longer than many a headline."""
    rows = "".join(
        f"<a class='tile' href='/p/{9000 + n}'><p class='d'>2026 年 11 月 22 日 星期日 1{n}:05:00</p><p>{title}</p></a>"
        for n, title in enumerate(HEADLINES)
    )
    return page(f"<div class='feed'>{rows}</div>")


def plain_table() -> str:
    """Cells without names: number, title, author, replies, time."""
    rows = "".join(
        f"<tr><td>{n}</td><td><a href='view.php?id={9000 + n}'>{title}</a></td><td><a href='u.php?u={n}'>媽媽{n}號的家"
        f"</a></td><td>{n * 7}</td><td>2026-11-22 1{n}:05</td></tr>"
        for n, title in enumerate(HEADLINES)
    )
    return page(f"<table><tr><th>編號</th><th>標題</th><th>作者</th><th>回覆</th><th>時間</th></tr>{rows}</table>")
