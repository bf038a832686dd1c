"""Pages made as real sites make theirs, filled with other words each time: what is written on them is found, whole.

A layout under `tests/payloads/layouts` holds `[[title]]` and, for each paragraph or post, its number: `[[3]]`, for the
lines of an opening post `[[0.1]]`. `published.tsv` tells what each shows as its time.
"""

import random
import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from monitoring.crawling.extraction import Article, extract_article

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2025, 6, 22, 10, 20, tzinfo=SHANGHAI)
LAYOUTS = Path(__file__).resolve().parents[2] / "payloads" / "layouts"
PUBLISHED = dict(line.split("\t") for line in (LAYOUTS / "published.tsv").read_text().splitlines())
ARTICLES = [name for name in PUBLISHED if name.startswith("article")]
THREADS = [name for name in PUBLISHED if name.startswith("thread")]
_PLACE = re.compile(r"\[\[(\d+(?:\.\d+)?)\]\]")

WHO = [
    "市民陈女士",
    "门店店长",
    "曜日乳业品控部负责人",
    "一位不愿具名的配送员",
    "区市场监管所工作人员",
    "某高校食品系教授",
]
WHEN = ["昨天上午", "上周末", "事发当晚", "接到投诉后的第二天", "今年三月", "在多次催促之后"]
DID = ["打开包装时发现酸奶结块", "把温度记录交给了记者", "承认运输途中曾经断电", "要求提供购物小票", "公布了抽检结果"]
SAID = ["并表示会承担全部费用", "但没有解释为什么拖了这么久", "这与客服的说法并不一致", "相关批次随后全部下架"]
END = ["。", "。", "！", "；不过具体数字仍有待核实。", "，记者将继续关注。"]
ONE_WORD = ["顶", "沙发", "666", "推", "+1", "？", "支持楼主", "赞", "mark", "哈哈"]


def sentence(choose: random.Random) -> str:
    when, who, did, said, end = map(choose.choice, (WHEN, WHO, DID, SAID, END))
    return f"{when}，{who}{did}，{choose.randrange(3, 98)}人在场，{said}{end}"


def paragraph(choose: random.Random) -> str:
    return "".join(sentence(choose) for _ in range(choose.choice([1, 1, 2, 4])))


def reply(choose: random.Random) -> str:
    return choose.choice(ONE_WORD) if choose.random() < 0.4 else sentence(choose)


def filled(name: str, seed: int, later: Callable[[random.Random], str]) -> tuple[str, str, str]:
    """The page, its title and what is written on it; `later` says what follows the opening."""
    choose = random.Random(f"{name} {seed}")
    layout = (LAYOUTS / name).read_text()
    title = f"{choose.choice(WHO)}谈曜日酸奶结块：第{choose.randrange(2, 60)}天仍无说法"
    places = sorted(set(_PLACE.findall(layout)), key=lambda place: [int(part) for part in place.split(".")])
    words = {place: paragraph(choose) if place.startswith("0") else later(choose) for place in places}
    page = _PLACE.sub(lambda found: words[found[1]], layout).replace("[[title]]", title)
    return page, title, "\n".join(words.values())


def agreement(expected: str, found: str) -> float:
    """F1 of the runs of four characters, marks apart."""
    runs = [_runs(expected), _runs(found)]
    shared = sum((runs[0] & runs[1]).values())
    return 2 * shared / (sum(runs[0].values()) + sum(runs[1].values()))


def _runs(text: str) -> Counter[str]:
    plain = re.sub(r"[\W_]", "", text)
    return Counter(plain[at : at + 4] for at in range(len(plain) - 3))


def read(name: str, seed: int, later: Callable[[random.Random], str]) -> tuple[Article, str, str]:
    page, title, text = filled(name, seed, later)
    return extract_article(page, NOW, SHANGHAI, "https://www.example.com/a.html"), title, text


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", ARTICLES)
def test_an_article_is_found_in_every_layout(name: str, seed: int) -> None:
    article, title, text = read(name, seed, paragraph)
    assert article.title == title
    assert agreement(text, article.text) >= 0.95


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", THREADS)
def test_every_word_of_a_thread_is_found_whatever_program_shows_it(name: str, seed: int) -> None:
    article, title, text = read(name, seed, reply)
    assert article.title.endswith(title)
    assert agreement(text, article.text) >= 0.93
    assert [word for word in text.split("\n") if len(word) < 5 and word not in article.text.split("\n")] == []


@pytest.mark.parametrize("name", [name for name, at in PUBLISHED.items() if at != "-"])
def test_the_minute_of_publication_is_read_in_every_layout(name: str) -> None:
    published = read(name, 0, paragraph)[0].published
    assert published is not None
    assert published.at.astimezone(SHANGHAI).isoformat()[:16] == PUBLISHED[name]
