"""What stands around an article is left out, what belongs to it is kept, wherever a site puts it."""

import html
import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.crawling.extraction import Article, extract_article

TAIPEI = ZoneInfo("Asia/Taipei")
NOW = datetime(2025, 6, 20, 15, 0, tzinfo=TAIPEI)
TITLE = "曜日乳業回收鮮乳"
STORY = [f"第{n}段，曜日乳業今天表示，相關批次的鮮乳已經全面下架，並將對外說明檢驗結果。" for n in range(6)]
PARAGRAPHS = "".join(f"<p>{line}</p>" for line in STORY)
HEADLINES = [f"別家公司的消息第{n}則，和這裡無關" for n in range(8)]
LINKS = "".join(f'<li><a href="/{n}">{line}</a></li>' for n, line in enumerate(HEADLINES))


def read(body: str, head: str = "", zone: ZoneInfo = TAIPEI) -> Article:
    page = f"<html><head><title>{TITLE} | 生活 | 某某網</title>{head}</head><body>{body}</body></html>"
    return extract_article(page, NOW, zone)


@pytest.mark.parametrize(
    "around",
    [
        "<nav><ul>{links}</ul></nav><h1>{title}</h1><div>{story}</div><aside><ul>{links}</ul></aside>",
        "<table><tr><td>{links}</td></tr></table><table><tr><td><b>{title}</b></td></tr><tr><td>{breaks}</td></tr></table>",
        "<h1>{title}</h1><div class=x1>{story}<ul>{links}</ul></div>",
        "<h1>{title}</h1><div>{story}<p>延伸閱讀</p><p>別家公司的消息第一則</p><p>別家公司的消息第二則</p></div>",
        "<h1>{title}</h1><div>{story}</div><div class=list>{teasers}</div>",
        "<h1>{title}</h1><div>{story}</div><div class=comments><p>別家公司的消息，也一樣糟，大家不要買。</p></div>",
        "<h1>{title}</h1><div>{story}<div style='display: none'>別家公司的消息，還沒有公開。</div></div>",
        "<h1>{title}</h1><div>{story}<figure><img><figcaption>別家公司的產品。</figcaption></figure></div>",
        "<h1>{title}</h1><p>2025-06-20 10:05 來源：某某網</p><section>{story}</section><p>責任編輯：王小明</p>",
        "<h1>{title}</h1><div><section>{first}</section><div class=ad></div><section>{second}</section></div>",
        "<h1>{title}</h1><div><p>別家公司的年度評選，熱烈進行中！【點擊投票】支持你喜歡的人物</p>{story}</div>",
        "<h1>{title}</h1><div class=lead><strong>{lead}</strong></div><div class=text>{rest}</div>",
    ],
)
def test_the_story_is_all_of_the_text(around: str) -> None:
    teasers = "".join(
        f"<div class=item><a href=/><h3>{line}</h3></a><p>{line}，詳情請看內文。</p></div>" for line in HEADLINES
    )
    body = around.format(
        title=TITLE,
        links=LINKS,
        story=PARAGRAPHS,
        breaks="<br><br>".join(STORY),
        teasers=teasers,
        lead=STORY[0],
        rest="".join(f"<p>{line}</p>" for line in STORY[1:]),
        first="".join(f"<p>{line}</p>" for line in STORY[:3]),
        second="".join(f"<p>{line}</p>" for line in STORY[3:]),
    )
    assert read(body).text == "\n".join(STORY)


@pytest.mark.parametrize(
    "carrier",
    [
        lambda: f'<script id="__NEXT_DATA__" type="application/json">{json.dumps({"content": PARAGRAPHS})}</script>',
        lambda: f"<script>window.__INITIAL_STATE__ = {{a: {{content: '{html.escape(PARAGRAPHS)}'}}}}</script>",
        lambda: "<script>{}</script>".format(json.dumps([{"type": "text", "text": line} for line in STORY])),
        lambda: f'<textarea class="article-content">{html.escape(PARAGRAPHS)}</textarea>',
        lambda: f'<script type="application/ld+json">{json.dumps({"articleBody": chr(10).join(STORY)})}</script>',
        lambda: f"<noscript>{PARAGRAPHS}</noscript>",
    ],
)
def test_a_story_that_only_data_carries_is_found(carrier) -> None:
    assert read(f"<div id=app>載入中</div>{carrier()}").text == "\n".join(STORY)


def test_a_notice_without_a_sentence_is_no_story() -> None:
    assert read("<div class=code>请完成下方验证后继续操作</div>").text == ""


def test_a_short_story_is_not_replaced_by_what_scripts_say_of_others() -> None:
    related = json.dumps([{"title": line, "desc": line} for line in HEADLINES])
    body = f"<h1>{TITLE}</h1><div><p>{STORY[0]}</p><p>{STORY[1]}</p></div><script>var related = {related}</script>"
    assert read(body).text == f"{STORY[0]}\n{STORY[1]}"


def test_a_time_for_machines_in_utc_is_told_by_the_clocks_of_the_place() -> None:
    head = '<meta property="article:published_time" content="2025-06-19T02:05:11Z">'
    article = read(f"<h1>{TITLE}</h1><p>2025-06-19 10:05</p>{PARAGRAPHS}", head, ZoneInfo("UTC"))
    assert article.published is not None
    assert article.published.at.isoformat() == "2025-06-19T10:05:11+08:00"


def test_the_places_time_with_the_mark_of_utc_is_the_places_time() -> None:
    head = '<meta property="article:published_time" content="2025-06-19T10:05:11Z">'
    article = read(f"<h1>{TITLE}</h1><p>2025-06-19 10:05</p>{PARAGRAPHS}", head)
    assert article.published is not None
    assert article.published.at.isoformat() == "2025-06-19T10:05:00+08:00"


def test_a_dash_in_a_title_separates_no_site() -> None:
    page = f"<title>曜日乳業致歉——鮮乳全面下架_某某網</title><p>2025-06-20 10:05</p><div>{PARAGRAPHS}</div>"
    assert extract_article(page, NOW, TAIPEI).title == "曜日乳業致歉——鮮乳全面下架"


def test_a_time_in_the_story_is_not_that_of_the_story() -> None:
    body = f"<h1>{TITLE}</h1><div><p>6月18日上午9點20分，店家首次接到投訴。</p>{PARAGRAPHS}</div>"
    head = '<meta property="article:published_time" content="2025-06-20T10:05:00+08:00">'
    article = read(body, head)
    assert article.published is not None
    assert article.published.at.isoformat() == "2025-06-20T10:05:00+08:00"


def test_a_story_ends_at_the_line_of_its_editor() -> None:
    after = "<p>別家公司的消息，也一樣糟，詳情請看別家的內文，記者會持續追蹤後續發展。</p>"
    body = f"<h1>{TITLE}</h1><div>{PARAGRAPHS}<p>責任編輯：王小明</p><div>{after}</div></div>"
    assert read(body).text == "\n".join(STORY)


def test_promises_below_the_credits_are_no_part_of_the_story() -> None:
    credits = "<p>编辑|王小明</p><p>来源|某某網</p><p>1、回复【福利】查看各種福利</p>"
    assert read(f"<h1>{TITLE}</h1><div>{PARAGRAPHS}{credits}</div>").text == "\n".join(STORY)


@pytest.mark.parametrize(
    ("shown", "at"),
    [
        ("<div><em>2025</em></div><div>06/19</div><div>19:02</div>", "2025-06-19T19:02:00+08:00"),
        ("<span>王小明</span><span>06-19 19:02</span>", "2025-06-19T19:02:00+08:00"),
        ("<dl><dt>註冊時間</dt><dd>2009-6-1</dd></dl><p>發表於 2025-06-19 19:02</p>", "2025-06-19T19:02:00+08:00"),
        (
            "<p>最新推薦文章於 2025-06-20 08:00 發布</p><p>於 2025-06-19 19:02 發布</p>",
            "2025-06-19T19:02:00+08:00",
        ),
    ],
)
def test_a_time_is_read_where_it_stands_in_pieces_or_beside_another(shown: str, at: str) -> None:
    article = read(f"<h1>{TITLE}</h1>{shown}{PARAGRAPHS}")
    assert article.published is not None
    assert article.published.at.isoformat() == at


def test_the_day_that_says_when_something_was_asked_wins_over_the_days_of_the_answers() -> None:
    page = f"<p>小明 發問於 生活 · 3 天前</p><h1>{TITLE}</h1><p>請問還能喝嗎？</p><p>雅婷</p><p>2 天前</p>"
    published = read(page).published
    assert published is not None
    assert published.at.isoformat() == "2025-06-17T00:00:00+08:00"


def test_the_time_of_a_comment_is_not_that_of_the_story() -> None:
    body = f"<h1>{TITLE}</h1><div>{PARAGRAPHS}</div><div class=comment><span>昨天 11:00</span><p>很糟。</p></div>"
    assert read(body).published is None


def test_the_full_time_behind_a_rough_one_is_read() -> None:
    body = f'<h1>{TITLE}</h1><span title="2025-06-18 09:20:11">2 天前</span>{PARAGRAPHS}'
    article = read(body)
    assert article.published is not None
    assert (article.published.at.isoformat(), article.published.precision) == ("2025-06-18T09:20:11+08:00", "second")


def test_another_story_of_the_same_make_below_is_no_part_of_the_story() -> None:
    other = (
        "<article class=post><h2>{0}</h2><time>2025-06-19 08:00</time>"
        "<div class=body><p>{0}，詳情請看內文。</p></div></article>"
    )
    own = (
        f"<article class=post><h1>{TITLE}</h1><time>2025-06-20 10:05</time><div class=body>{PARAGRAPHS}</div></article>"
    )
    assert read(own + "".join(other.format(line) for line in HEADLINES)).text == "\n".join(STORY)


def test_a_paragraph_that_ends_with_an_invitation_is_kept() -> None:
    long = "，".join(STORY[:3]) + "【點擊查看】"
    assert long in read(f"<h1>{TITLE}</h1>{PARAGRAPHS}<p>{long}</p>").text


def test_what_a_reporter_asks_is_part_of_the_story() -> None:
    asked = "".join(f"<p>記者：為什麼？</p><p>總經理：{line}</p>" for line in STORY)
    assert read(f"<h1>{TITLE}</h1>{asked}<p>記者：王小明</p>").text.count("記者：") == len(STORY)


@pytest.mark.parametrize("mark", ["▌", "▎", "✅", "👉", "📌", "⭐"])
def test_a_marked_line_that_leads_elsewhere_is_no_part_of_the_story(mark: str) -> None:
    first, second = "".join(f"<p>{one}</p>" for one in STORY[:3]), "".join(f"<p>{one}</p>" for one in STORY[3:])
    body = f"<h1>{TITLE}</h1>{first}<p>{mark}延伸閱讀：別家公司的消息</p>{second}"
    assert read(body).text == "\n".join(STORY)


def test_where_only_the_logo_and_the_page_name_the_site_the_heading_below_is_the_title() -> None:
    page = (
        f"<title>某某市衛生局</title><h1><a href='/'>某某市衛生局</a></h1><div><h2>{TITLE}說明</h2>{PARAGRAPHS}</div>"
    )
    assert extract_article(page, NOW, TAIPEI).title == f"{TITLE}說明"


@pytest.mark.parametrize(
    ("line", "author"),
    [
        ("記者王小明／台北報導", "王小明"),
        ("〔記者王小明、陳大文／台北報導〕", "王小明、陳大文"),
        ("作者：王小明", "王小明"),
        ("文／王小明", "王小明"),
        ("2025-06-20 10:05 撰文：王小明", "王小明"),
        ("楼主：小明爱喝奶 时间：2025-06-20 10:05", "小明爱喝奶"),
    ],
)
def test_the_byline_names_the_author(line: str, author: str) -> None:
    assert read(f"<h1>{TITLE}</h1><div>{line}</div>{PARAGRAPHS}").author == author


@pytest.mark.parametrize(
    ("head", "site"),
    [
        ('<meta property="og:site_name" content="曜日新聞">', "曜日新聞"),
        ('<script type="application/ld+json">{"publisher": {"name": "曜日新聞"}}</script>', "曜日新聞"),
        ("", "某某網"),
    ],
)
def test_the_site_is_what_the_page_states_or_its_title_ends_with(head: str, site: str) -> None:
    assert read(f"<h1>{TITLE}</h1>{PARAGRAPHS}", head).site == site


def test_the_sites_name_in_a_heading_is_no_title() -> None:
    head = '<meta property="og:site_name" content="某某網">'
    assert read(f"<h1>某某網</h1><h1>{TITLE}</h1>{PARAGRAPHS}", head).title == TITLE


PIECES = [
    *("<div class=post>", "<div class='comment reply'>", "<li>", "<table><tr><td>", "</div>", "</li>", "<p>", "<h1>"),
    *("<br>", "<a href=/>", "</a>", "<article>", "<blockquote>", "<script>", "</script>", "<noscript>", "<textarea>"),
    *("<time datetime=2025-06-20>", "&nbsp;", "曜日乳業表示，已下架。", "楼主", "發表於 2025-06-20 10:05"),
    *("推 a: 好", '{"content":"', "\n\n"),
]


@given(st.lists(st.sampled_from(PIECES), max_size=60), st.sampled_from(["", "https://bbs.example.com/thread-1.html"]))
def test_any_arrangement_of_blocks_is_read_somehow(pieces: list[str], url: str) -> None:
    article = extract_article("".join(pieces), NOW, UTC, url)
    assert "<script" not in article.text
    assert article.published is None or article.published.at <= NOW


@pytest.mark.parametrize(
    "after",
    [
        "<div class=rel>{teasers}</div>",
        "<div class=x9><h2>推薦閱讀</h2>{teasers}</div>",
        "<div class=x9><div>最新電報</div>{teasers}</div>",
    ],
)
def test_a_story_of_one_sentence_is_not_outweighed_by_teasers_without_links(after: str) -> None:
    teasers = "".join(f"<div class=r><b>{line}</b><p>{line}，詳情請看內文。</p></div>" for line in HEADLINES)
    body = f"<h1>{TITLE}</h1><p>2025-06-20 10:05</p><div class=c><p>{STORY[0]}</p></div>{after.format(teasers=teasers)}"
    assert read(body).text == STORY[0]


def test_a_flash_begins_with_its_title() -> None:
    flash = f"【{TITLE}】{STORY[0]}"
    others = "".join(
        f"<div class=t><span>10:0{n}</span>【{line}】詳情請看內文。</div>" for n, line in enumerate(HEADLINES)
    )
    body = f"<div class=d><p>2025-06-20 09:20</p>{flash}</div><div class=f><h3>最新電報</h3>{others}</div>"
    article = read(f"{body}<h1 style='display:none'>{TITLE}</h1>")
    assert article.text == flash
    assert article.published is not None
    assert article.published.at.isoformat()[:16] == "2025-06-20T09:20"


def test_a_poem_is_a_text_though_it_has_no_marks() -> None:
    verses = ["風把麥子吹黃了一遍", "又吹黃了一遍", "祖父坐在田埂上", "數著剩下的幾個黃昏"]
    comments = "<div id=comments><div><h4>阿木</h4><p>說得太好了，轉發了。</p></div></div>"
    assert read(f"<h1>{TITLE}</h1><div class=note><p>{'<br>'.join(verses)}</p></div>{comments}").text == "\n".join(
        verses
    )


def test_a_notice_ends_with_its_own_date() -> None:
    assert read(f"<h1>{TITLE}</h1><div>{PARAGRAPHS}<p>某某辦公室</p><p>2025年6月18日</p></div>").text.endswith(
        "某某辦公室\n2025年6月18日"
    )


@pytest.mark.parametrize(
    "line",
    [
        "粉絲：3.2萬文章：81關注",
        "收藏 分享 字體：宋",
        "某某新聞記者 | 王小明",
        "本網站之文字、圖片及影音，非經授權，不得轉載、公開播送或公開傳輸及利用。",
        "為達最佳瀏覽效果，建議使用 Chrome、Firefox 或 Microsoft Edge 的瀏覽器。",
        "【某某報導】需要你的支持，按此訂閱",
        "Sign up for our newsletter",
        "<button>顯示全部</button>",
    ],
)
def test_what_a_site_prints_around_a_story_is_no_part_of_it(line: str) -> None:
    assert read(f"<h1>{TITLE}</h1><div>{PARAGRAPHS}<p>{line}</p></div>").text == "\n".join(STORY)
    assert read(f"<h1>{TITLE}</h1><div><p>{line}</p>{PARAGRAPHS}</div>").text == "\n".join(STORY)


@pytest.mark.parametrize(
    ("shown", "at"),
    [
        ("<p><span>14:20</span><span>2025/06/19</span></p>", "2025-06-19T14:20"),
        ("<p><span>2025-06-19 05:30</span><span>1,284人氣</span></p>", "2025-06-19T05:30"),
        ("<p>2025.06.19 <br>15:47</p>", "2025-06-19T15:47"),
        ("<p>Published: 3:15pm, 19 Jun 2025 | Updated: 6:02pm, 19 Jun 2025</p>", "2025-06-19T15:15"),
        ("<p>出版：2025-06-19 00:45 更新：2025-06-19 01:10</p>", "2025-06-19T00:45"),
        ("<p>6月18日23時50分，曜日乳業發布致歉聲明，表示高度重視。</p><p>2025-06-19 08:35</p>", "2025-06-19T08:35"),
    ],
)
def test_the_time_of_publication_is_told_from_figures_beside_it(shown: str, at: str) -> None:
    published = read(f"<h1>{TITLE}</h1>{shown}<div>{PARAGRAPHS}</div>").published
    assert published is not None
    assert published.at.isoformat()[:16] == at


def test_a_time_in_utc_is_told_as_the_place_shows_it_on_pointing() -> None:
    head = '<meta property="article:published_time" content="2025-06-18T00:12:00Z">'
    published = read(
        f'<h1>{TITLE}</h1><span title="2025-06-18 08:12:00 +08:00">2 天前</span>{PARAGRAPHS}', head
    ).published
    assert published is not None
    assert published.at.isoformat() == "2025-06-18T08:12:00+08:00"


@pytest.mark.parametrize(
    "name",
    [
        '<a class="UserLink-link">老王不賣瓜</a>',
        '<span class="follow-nickName">老王不賣瓜</span>',
        '<span class="article-user-name">作者：老王不賣瓜</span>',
    ],
)
def test_the_name_beside_a_title_is_the_authors_where_it_is_called_so(name: str) -> None:
    login = '<span class="user-name">登入</span>'
    assert read(f"{login}<h1>{TITLE}</h1><p>{name}</p><p>2025-06-19 08:35</p>{PARAGRAPHS}").author == "老王不賣瓜"
