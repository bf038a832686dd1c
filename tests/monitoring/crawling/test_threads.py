"""A forum's page is the posts of all its floors and nothing of the program around them."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from monitoring.crawling.extraction import Article, extract_article

TAIPEI = ZoneInfo("Asia/Taipei")
NOW = datetime(2025, 6, 20, 15, 0, tzinfo=TAIPEI)
PAYLOADS = Path(__file__).resolve().parents[2] / "payloads"

SIMPLIFIED = [
    "昨天在超市买了曜日的酸奶，打开一看已经结块了，保质期明明还有十天，太离谱了。",
    "楼主有小票吗？有的话直接打12315投诉吧，别跟超市扯皮。",
    "我也遇到过，上个月买的那一批鲜奶也有怪味，后来客服说是冷链问题，赔了一箱。",
    "谢谢分享",
    "希望厂家能出来给个说法。",
]
TRADITIONAL = [
    "昨天在全聯買了曜日的優格，打開一看已經結塊了，有效期限明明還有十天，太誇張了吧。",
    "發票還在嗎？有的話直接打1950申訴，不要跟店家吵。",
    "我也遇過，上個月買的那批鮮乳也有怪味，後來客服說是冷鏈出問題，賠了我一箱。",
    "謝謝分享",
    "希望廠商出來說明一下。",
]
THREADS = {
    "discuz": SIMPLIFIED,
    "tieba": SIMPLIFIED,
    "discourse": SIMPLIFIED,
    "phpbb": TRADITIONAL,
    # Here the opening post says the last sentence too.
    "ptt": TRADITIONAL[:4],
    "mobile01": TRADITIONAL[:4],
    "xenforo": TRADITIONAL,
}


def thread(program: str) -> Article:
    return extract_article((PAYLOADS / f"thread_{program}.html").read_text(), NOW, TAIPEI)


@pytest.mark.parametrize(("program", "posts"), THREADS.items())
def test_every_floors_text_is_kept_in_order(program: str, posts: list[str]) -> None:
    text = thread(program).text
    places = [text.find(post) for post in posts]
    assert -1 not in places
    assert places == sorted(places)


@pytest.mark.parametrize("program", THREADS)
def test_panels_signatures_and_buttons_are_nobodys_words(program: str) -> None:
    text = thread(program).text
    panels = "积分 積分 註冊時間 發表於 发表于 本帖最后由 發信站 114.36 Android"
    rest = "签名 簽名 人生如夢 只看该作者 举报 檢舉 不代表本站"
    assert [word for word in f"{panels} {rest}".split() if word in text] == []


@pytest.mark.parametrize(
    ("program", "title", "minute"),
    [
        ("discuz", "曜日酸奶变质，超市不给退", "2024-05-01T12:30"),
        ("tieba", "曜日酸奶变质，超市不给退", "2024-05-14T12:30"),
        ("phpbb", "曜日優格結塊了，店家不給退", "2024-05-01T12:30"),
        ("ptt", "[抱怨] 曜日優格結塊", "2024-05-14T12:03"),
        ("mobile01", "曜日優格結塊了，店家不給退", "2024-05-01T12:30"),
        ("discourse", "曜日酸奶变质，超市不给退", "2024-05-01T12:30"),
    ],
)
def test_title_and_time_are_those_of_the_first_post(program: str, title: str, minute: str) -> None:
    article = thread(program)
    assert article.title == title
    assert article.published is not None
    assert article.published.at.astimezone(TAIPEI).isoformat()[:16] == minute


def test_comments_below_an_article_are_no_part_of_it() -> None:
    comments = "".join(
        f'<div class="comment-item"><p class="comment-content">網友{n}：這家公司很不負責任，一起抵制。</p></div>'
        for n in range(4)
    )
    story = "".join(f"<p>第{n}段，曜日乳業今天表示，相關批次已經全面下架，並將對外說明檢驗結果。</p>" for n in range(8))
    head = "<title>標題在此處喔</title><h1>標題在此處喔</h1>"
    page = f"{head}<div class='story'>{story}</div><div id='comments'>{comments}</div>"
    text = extract_article(page, NOW, TAIPEI).text
    assert text.count("相關批次") == 8
    assert "抵制" not in text


LONG = "".join(f"<p>第{n}點，店家說不能退，客服也不回覆，我把發票和照片都留著了。</p>" for n in range(8))
ANSWERS = [*TRADITIONAL[1:], "我也在等回覆，有消息再說。", "路過", "收藏了", "這家的東西我不敢再買了，真的。"]


def answers(form: str) -> str:
    return "".join(form.format(n=n, text=text) for n, text in enumerate(ANSWERS, 1))


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (  # The page's frames are named as its posts' text is.
            '<link rel="canonical" href="https://example.com/t/1024">',
            "<div class=content>社區</div><div class=content><div class=topic_content>{opening}</div>{replies}</div>"
            "<div class=content>關於</div>",
        ),
        ("", "<div class=x1>{opening}</div>{replies}<p>Powered by MyBB</p>"),
        ("", "<div itemscope itemtype='https://schema.org/Question'><div class=x1>{opening}</div>{replies}</div>"),
    ],
)
def test_a_long_opening_post_does_not_make_a_thread_an_article(head: str, body: str) -> None:
    reply = "<div class=cell><b>網友{n}</b><span>{n} 小時前</span><div class=reply_content>{text}</div></div>"
    page = f"<title>店家不給退，怎麼辦</title>{head}<h1>店家不給退，怎麼辦</h1>"
    text = extract_article(page + body.format(opening=LONG, replies=answers(reply)), NOW, TAIPEI).text
    assert [line for line in ANSWERS if line not in text] == []
    assert text.count("第") == 8


def test_the_title_above_every_reply_is_nobodys_words() -> None:
    title = "店家不給退，怎麼辦？"
    reply = f"<div class=post><h2>Re: {title}</h2><div class=content>{{text}}</div></div>"
    page = f"<title>{title} - 某某論壇</title><h1>{title}</h1><p>#1</p><p>樓主</p><p>引用</p>{answers(reply)}"
    text = extract_article(page, NOW, TAIPEI, "https://example.com/showthread.php?t=1").text
    assert title not in text
    assert ANSWERS[0] in text


def test_the_time_of_a_thread_may_stand_below_its_first_post() -> None:
    post = f"<div class=d_post_content>{LONG}</div><div>1樓</div><div>2025-06-14 10:01</div>"
    page = f"<title>店家不給退，怎麼辦_優格吧_貼吧</title><h1>店家不給退，怎麼辦</h1>{post}{post}"
    article = extract_article(page, NOW, TAIPEI)
    assert article.published is not None
    assert article.published.at.isoformat() == "2025-06-14T10:01:00+08:00"


def old_thread(posts: list[str]) -> str:
    """A thread in tables, as programs before class names wrote them: a cell for the poster, one for the post."""
    names = ["江南烟雨", "老王不卖瓜", "晴天娃娃", "techfan", "bluesky77"] * 4
    return "".join(
        f"<table><tr><td><b>{name}</b><br>等级：论坛游民<br>文章：{number + 31}<br>积分：{number + 770}</td>"
        f"<td><a>第 {number} 楼</a><blockquote>{post}</blockquote>"
        "--------------------<br>做人要厚道，看帖要回帖。</td></tr></table>"
        for number, (name, post) in enumerate(zip(names, posts, strict=False), start=1)
    )


def test_in_a_thread_of_tables_neither_a_posters_cell_nor_what_stands_below_a_rule_is_a_post() -> None:
    posts = [*SIMPLIFIED[:3], *(f"{word}{word}，{word}" for word in "顶赞懂冲牛怕怪慌惨乱"), SIMPLIFIED[4]]
    page = f"<title>酸奶结块 - 某某论坛</title><h1>酸奶结块</h1>{old_thread(posts)}"
    assert extract_article(page, NOW, TAIPEI, "https://bbs.example.com/thread-1.html").text == "\n".join(posts)


def test_an_opening_post_below_a_title_that_follows_its_sections_name_is_kept() -> None:
    replies = "".join(
        f"<div class=reply><a>用户{number}</a> <i>#{number}</i><div class=markdown><p>{post}</p></div></div>"
        for number, post in enumerate(SIMPLIFIED[1:] * 3, start=1)
    )
    page = (
        "<title>曜日酸奶结块怎么投诉 · 某某社区</title>"
        "<div class=topic><h1><a>生活</a><span>曜日酸奶结块怎么投诉</span></h1>"
        f"<div class='topic-body'><p>{SIMPLIFIED[0]}</p></div></div><div id=replies>{replies}</div>"
    )
    assert extract_article(page, NOW, TAIPEI, "https://example.cn/topics/12").text.startswith(SIMPLIFIED[0])


WORDS = ["頂", "推", "沙發", "666", "+1", "？", "支持樓主", "讚", "顶", "mark", "回覆", "哈哈"]


@pytest.mark.parametrize(
    "floor",
    [
        "<div class=post><b>網友{n}</b> <i>2025-06-18 10:{n:02d}</i><div class=message>{text}</div>"
        "<div class=bar><a href=#>讚</a> <a href=#>回覆</a></div></div>",
        "<div class=b7><div class=c2><b>網友{n}</b> <i>2025-06-18 10:{n:02d}</i></div><div class=c3>{text}</div>"
        "<div class=c4><span>讚</span> <span>回覆</span> <span>分享</span></div></div>",
        "<form><table class=post><tr><td class=poster>網友{n}<p>男爵府邸</p></td>"
        "<td><p>發表於 2025-6-18 10:{n:02d}</p><div class=postmessage>{text}</div></td></tr></table></form>",
    ],
)
def test_a_reply_of_one_word_is_kept_and_a_button_that_reads_like_it_is_not(floor: str) -> None:
    said = [*TRADITIONAL, *WORDS]
    floors = "".join(floor.format(n=n, text=text) for n, text in enumerate(said, 10))
    page = f"<title>店家不給退 - 某某論壇</title><h1>店家不給退</h1>{floors}<p>Powered by MyBB</p>"
    assert extract_article(page, NOW, TAIPEI).text.split("\n") == said


def test_what_a_program_hides_until_it_is_so_is_nobodys_words() -> None:
    floors = "".join(
        f"<li component='post'><div component='post/content'><p>{text}</p></div></li>" for text in SIMPLIFIED
    )
    page = (
        "<title>酸奶变质 | 某某社区</title><meta name=generator content=NodeBB><h1>酸奶变质</h1>"
        "<div hidden><p>您的浏览器似乎不支持脚本，某些功能可能无法正常使用。</p></div>"
        "<div class='alert hidden'><p>此主题已被删除。只有拥有管理权限的用户可以查看。</p></div>"
        f"<ul component=topic class='hidden md:block'>{floors}</ul>"
    )
    assert extract_article(page, NOW, TAIPEI).text.split("\n") == SIMPLIFIED


@pytest.mark.parametrize("push", ["推abc{n}: {text}06/18 10:{n}, {n}F", "u{n}: {text}06-18 10:{n}"])
def test_mirrors_of_ptt_tell_who_pushed_and_when_around_what_was_said(push: str) -> None:
    pushes = "".join(
        f"<div class=push>{push.format(n=n, text=text)}</div>" for n, text in enumerate(TRADITIONAL[1:], 10)
    )
    page = f"<title>優格結塊 - 看板 Food</title><h1>優格結塊</h1><div class=article>{TRADITIONAL[0]}</div>{pushes}"
    assert extract_article(page, NOW, TAIPEI).text.split("\n") == TRADITIONAL


def test_a_question_and_its_answers_are_a_discussion() -> None:
    answers = "".join(
        f"<div class=card><div class='answer-body'><article>{text}</article></div><a>網友</a></div>"
        for text in TRADITIONAL[1:]
    )
    head = "<title>優格結塊能退嗎？ - 知乎</title><h1>優格結塊能退嗎？</h1>"
    text = extract_article(f"{head}<p>{TRADITIONAL[0]}</p><h4>4 个回答</h4>{answers}", NOW, TAIPEI).text
    assert [line for line in TRADITIONAL if line not in text] == []
    assert "个回答" not in text


def test_stories_named_posts_below_an_article_make_no_discussion() -> None:
    teasers = "".join(
        f"<div class=PostItem><h1><a>别家公司的第{n}条消息在这里</a></h1><p>详情如下，请看正文。</p></div>"
        for n in range(10)
    )
    story = "".join(f"<p>第{n}段，曜日乳业今天表示，相关批次已经全面下架，并将对外说明检验结果。</p>" for n in range(4))
    head = "<title>一篇文章的标题 - 知乎</title><h1>一篇文章的标题</h1>"
    page = f"{head}<div class=RichText>{story}</div><div>{teasers}</div>"
    assert "别家公司" not in extract_article(page, NOW, TAIPEI).text


def test_the_time_above_a_title_within_the_first_post_is_that_of_the_thread() -> None:
    floors = "".join(
        f"<div class=post><i>2025-06-18 1{n}:05</i>{'' if n else '<h3>優格結塊了</h3>'}"
        f"<div class=message>{text}</div></div>"
        for n, text in enumerate(TRADITIONAL)
    )
    published = extract_article(f"<title>優格結塊了 - 某某論壇</title>{floors}", NOW, TAIPEI).published
    assert published is not None
    assert published.at.isoformat()[:16] == "2025-06-18T10:05"


def test_a_sentence_that_a_program_prints_below_every_post_is_nobodys_words() -> None:
    notice = "<p>如果發覺自己無法使用一些功能或出現問題，請按重新整理一次。</p>"
    floors = "".join(f"<div class=post><div class=message>{text}{notice}</div></div>" for text in TRADITIONAL)
    page = f"<title>優格結塊 - 某某討論區</title><meta name=generator content='Discuz! X3.2'><h1>優格結塊</h1>{floors}"
    assert extract_article(page, NOW, TAIPEI).text.split("\n") == TRADITIONAL


def test_when_a_complaint_was_left_is_its_time_and_not_when_it_was_answered() -> None:
    answers = "".join(
        f"<div class=reply-item><span>2025-06-19 1{n}:05</span><div class=reply-text>{text}</div></div>"
        for n, text in enumerate(TRADITIONAL[1:])
    )
    head = "<title>優格結塊_留言板</title><h1>優格結塊</h1><p>留言時間：2025-06-18 08:12　狀態：已回覆</p>"
    published = extract_article(f"{head}<p>{TRADITIONAL[0]}</p>{answers}", NOW, TAIPEI).published
    assert published is not None
    assert published.at.isoformat()[:16] == "2025-06-18T08:12"


def test_an_english_thread_is_read_with_its_shortest_replies() -> None:
    said = [
        "It loses a third of its charge overnight, has anyone a fix?",
        "Same here.",
        "bump",
        "+1",
        "lol",
        "Thanks, worked.",
    ]
    floors = "".join(
        f"<div class=comment><p>[-]user{n} {n} points 4 years ago</p><form><div class=md><p>{text}</p></div></form>"
        "<ul><li><a>permalink</a></li><li><a>report</a></li></ul></div>"
        for n, text in enumerate(said, 10)
    )
    page = f"<title>Battery drains overnight : tablets</title><h1>Battery drains overnight</h1>{floors}"
    assert extract_article(page, NOW, TAIPEI).text.split("\n") == said
