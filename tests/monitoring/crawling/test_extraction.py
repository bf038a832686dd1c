"""An article page says its title three times and its time twice; each has its traps."""

import json
import os
import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.crawling.charset import decode
from monitoring.crawling.extraction import extract_article, without_site
from monitoring.crawling.markup import html_to_text, parse_html

TAIPEI = ZoneInfo("Asia/Taipei")
NOW = datetime(2025, 6, 20, 15, 0, tzinfo=TAIPEI)
ROOT = Path(__file__).resolve().parents[3]
PAYLOADS = ROOT / "tests" / "payloads"


def test_an_article_is_read_past_the_usual_traps() -> None:
    article = extract_article((PAYLOADS / "article_news.html").read_text(), NOW, TAIPEI)
    assert article.title == '曜日乳業"新鮮"承諾遭疑 公司20日說明'
    assert article.published is not None
    assert article.published.at.isoformat() == "2025-06-20T10:05:00+08:00"
    assert article.author == "王小明"
    assert article.text.startswith("曜日乳業今（20）日表示")
    assert article.text.endswith("消費者則希望公司說明原因。")


def test_a_visible_time_earlier_than_the_one_for_machines_is_the_publication() -> None:
    page = """<title>標題在此處喔_站</title><meta property="article:published_time" content="2025-06-20T09:52:51+08:00">
    <h1>標題在此處喔</h1><p>2025年06月20日 07:04</p><p>內文內文內文，內文內文內文。</p>"""
    article = extract_article(page, NOW, TAIPEI)
    assert article.published is not None
    assert article.published.at.isoformat() == "2025-06-20T07:04:00+08:00"


def test_where_both_times_differ_by_whole_hours_the_one_that_names_its_zone_holds() -> None:
    page = """<title>標題在此處喔</title><meta property="article:published_time" content="2025-06-20T07:04:00+08:00">
    <h1>標題在此處喔</h1><p>2025-06-20 07:04</p>"""
    article = extract_article(page, NOW, UTC)
    assert article.published is not None
    assert article.published.at.isoformat() == "2025-06-20T07:04:00+08:00"


def test_a_comments_date_and_an_update_are_no_publication() -> None:
    page = """<title>標題在此處喔</title><h1>標題在此處喔</h1><p>更新時間：2025-06-20 12:00</p>
    <p>內文沒有日期，內文沒有日期。</p><div>網友評論 2025-06-20 11:00</div>"""
    assert extract_article(page, NOW, TAIPEI).published is None


def test_a_date_without_a_year_and_a_relative_one_are_read() -> None:
    page = "<title>標題在此處喔</title><h1>標題在此處喔</h1><span>雅婷</span> <span>昨天 12:30</span><p>內文</p>"
    article = extract_article(page, NOW, TAIPEI)
    assert article.published is not None
    assert article.published.at.isoformat() == "2025-06-19T12:30:00+08:00"


@pytest.mark.parametrize(
    ("whole", "title"),
    [
        ("曜日乳業召回鮮乳_財經_某某網", "曜日乳業召回鮮乳"),
        ("曜日乳業召回鮮乳 | 生活 | 某某新聞網", "曜日乳業召回鮮乳"),
        ("曜日乳業召回鮮乳 - 某某論壇", "曜日乳業召回鮮乳"),
        ("曜日乳業召回鮮乳 - 生活版 - 某某論壇 - 學術 科研 互動社區", "曜日乳業召回鮮乳"),
        ("曜日乳業召回鮮乳 @ 小明的生活札記 :: 某某邦 ::", "曜日乳業召回鮮乳"),
        ("曜日乳業召回鮮乳 ︱ 某某新聞網", "曜日乳業召回鮮乳"),
        ("曜日乳業召回鮮乳 « 某某部落", "曜日乳業召回鮮乳"),
        ("曜日乳業召回鮮乳 / 某某網", "曜日乳業召回鮮乳"),
        ("曜日乳業召回鮮乳——某某新聞網", "曜日乳業召回鮮乳"),
        ("曜日乳業召回鮮乳——一場遲來的說明", "曜日乳業召回鮮乳——一場遲來的說明"),
        ("曜日乳業召回鮮乳 [第1页] - 某某论坛", "曜日乳業召回鮮乳"),
        ("(3) 曜日乳業召回鮮乳 - 某某網", "曜日乳業召回鮮乳"),
        ("某某論壇--曜日乳業召回鮮乳", "曜日乳業召回鮮乳"),
        ("棱鏡|數據業大整頓：誰在裸泳", "棱鏡|數據業大整頓：誰在裸泳"),
        ("曜日乳業召回鮮乳", "曜日乳業召回鮮乳"),
    ],
)
def test_the_sites_name_is_no_part_of_a_title(whole: str, title: str) -> None:
    assert without_site(whole) == title


def test_html_becomes_lines_as_a_reader_sees_them() -> None:
    marked = (
        "<p>一 <b>二</b></p>三<br>四<script>x()</script><style>y{}</style><ul><li>五&nbsp;&amp;</li><li>六</li></ul>"
    )
    assert html_to_text(marked) == "一 二\n三\n四\n五 &\n六"


def test_nesting_that_would_take_minutes_is_cut() -> None:
    tree = parse_html("<div>" * 300_000)
    assert len(tree.css("div")) < 1000


@given(st.text(alphabet='<>/="abpdivscripth1 timeljson{}[]:2025-06&;新聞', max_size=300))
def test_no_page_stops_the_extractor(html: str) -> None:
    extract_article(html, NOW, TAIPEI)


def test_saved_news_pages_give_exact_titles_and_minutes() -> None:
    pages = Path(os.environ.get("SENTINEL_EVAL_DATA", ROOT.parent / "shared" / "data")) / "pages"
    if not (pages / "expected.json").exists():
        pytest.skip(f"no saved news pages at {pages}; set SENTINEL_EVAL_DATA")
    titles = minutes = dated = 0
    expected = json.loads((pages / "expected.json").read_text())
    for page in expected:
        html = decode((pages / page["file"]).read_bytes()).text
        article = extract_article(html, datetime(2026, 1, 1, tzinfo=UTC), UTC)
        titles += re.sub(r"[\W_]", "", article.title) == re.sub(r"[\W_]", "", page["title"])
        if re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d", page["time"]):
            dated += 1
            minutes += article.published is not None and f"{article.published.at:%Y-%m-%d %H:%M}" == page["time"][:16]
    assert titles >= 0.95 * len(expected)
    assert minutes >= 0.95 * dated
