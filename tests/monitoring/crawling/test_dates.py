"""What sites write about time, read from Friday 20 June 2025, half past ten in Taipei."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.crawling.dates import parse_date

TAIPEI = ZoneInfo("Asia/Taipei")
NOW = datetime(2025, 6, 20, 10, 30, tzinfo=TAIPEI)

ABSOLUTE = [
    ("2019-06-14 20:39:20", "2019-06-14T20:39:20+08:00", "second"),
    ("2019/6/14", "2019-06-14T00:00:00+08:00", "day"),
    ("2019.06.14 20:39", "2019-06-14T20:39:00+08:00", "minute"),
    ("2019年6月14日20时39分", "2019-06-14T20:39:00+08:00", "minute"),
    ("２０１９年６月１４日　２０：３９", "2019-06-14T20:39:00+08:00", "minute"),
    ("2019 年 6 月 14 日 20 : 39", "2019-06-14T20:39:00+08:00", "minute"),
    ("二〇二五年三月五日", "2025-03-05T00:00:00+08:00", "day"),
    ("二○二五年三月五日十二點三十分", "2025-03-05T12:30:00+08:00", "minute"),
    ("2019-06-14 星期五 20:39", "2019-06-14T20:39:00+08:00", "minute"),
    ("2019-06-14（五）20:39", "2019-06-14T20:39:00+08:00", "minute"),
    ("2019/6/14 下午 08:39:20", "2019-06-14T20:39:20+08:00", "second"),
    ("2019/6/14 上午 12:05", "2019-06-14T00:05:00+08:00", "minute"),
    ("2019年6月14日晚8点", "2019-06-14T20:00:00+08:00", "hour"),
    ("2019-06-14 中午12:10", "2019-06-14T12:10:00+08:00", "minute"),
    ("2019-06-14 凌晨2点半", "2019-06-14T02:30:00+08:00", "minute"),
    ("2019-06-14 24:00", "2019-06-15T00:00:00+08:00", "minute"),
    ("20190614", "2019-06-14T00:00:00+08:00", "day"),
    ("20190614203920", "2019-06-14T20:39:20+08:00", "second"),
    ("20190614T203920Z", "2019-06-14T20:39:20+00:00", "second"),
    ("19-06-14 20:39", "2019-06-14T20:39:00+08:00", "minute"),
    ("14/06/2019", "2019-06-14T00:00:00+08:00", "day"),
    ("6/14/2019 8:39:20 PM", "2019-06-14T20:39:20+08:00", "second"),
    ("2025年3月", "2025-03-01T00:00:00+08:00", "month"),
    ("2024年2月29日", "2024-02-29T00:00:00+08:00", "day"),
    ("民國112年3月5日", "2023-03-05T00:00:00+08:00", "day"),
    ("中華民國一一二年三月五日 14:30", "2023-03-05T14:30:00+08:00", "minute"),
    ("112/03/05", "2023-03-05T00:00:00+08:00", "day"),
    ("1560515960", "2019-06-14T20:39:20+08:00", "second"),
    ("1560515960123", "2019-06-14T20:39:20+08:00", "second"),
]
ENGLISH = [
    ("Fri Jun 14 20:39:20 +0800 2019", "2019-06-14T20:39:20+08:00", "second"),
    ("Fri Jun 14 20:39:20 CST 2019", "2019-06-14T20:39:20+08:00", "second"),
    ("Fri Jun 14 20:39:20 2019", "2019-06-14T20:39:20+08:00", "second"),
    ("Fri, 14 Jun 2019 12:39:20 GMT", "2019-06-14T12:39:20+00:00", "second"),
    ("Fri, 14 Jun 2019 20:39:20 -0400", "2019-06-14T20:39:20-04:00", "second"),
    ("Friday, 14-Jun-19 20:39:20 GMT", "2019-06-14T20:39:20+00:00", "second"),
    ("2019-06-14T20:39:20.123+08:00", "2019-06-14T20:39:20+08:00", "second"),
    ("2019-06-14T12:39:20Z", "2019-06-14T12:39:20+00:00", "second"),
    ("Jun 14, 2019 8:39 PM", "2019-06-14T20:39:00+08:00", "minute"),
    ("10:30 AM · Jun 14, 2019", "2019-06-14T10:30:00+08:00", "minute"),
    ("March 2025", "2025-03-01T00:00:00+08:00", "month"),
    ("Mar 5", "2025-03-05T00:00:00+08:00", "day"),
    ("an hour ago", "2025-06-20T09:30:00+08:00", "hour"),
    ("yesterday", "2025-06-19T00:00:00+08:00", "day"),
]
RELATIVE = [
    ("刚刚", "2025-06-20T10:30:00+08:00", "minute"),
    ("剛剛", "2025-06-20T10:30:00+08:00", "minute"),
    ("30秒前", "2025-06-20T10:29:30+08:00", "second"),
    ("3分钟之前", "2025-06-20T10:27:00+08:00", "minute"),
    ("十五分鐘前", "2025-06-20T10:15:00+08:00", "minute"),
    ("半小時前", "2025-06-20T10:00:00+08:00", "minute"),
    ("15小时前", "2025-06-19T19:30:00+08:00", "hour"),
    ("一個半小時前", "2025-06-20T09:00:00+08:00", "hour"),
    ("1小时20分钟前", "2025-06-20T09:10:00+08:00", "minute"),
    ("2天前", "2025-06-18T00:00:00+08:00", "day"),
    ("兩天前", "2025-06-18T00:00:00+08:00", "day"),
    ("一周前", "2025-06-13T00:00:00+08:00", "day"),
    ("1個月前", "2025-05-20T00:00:00+08:00", "month"),
    ("2 年前", "2023-06-20T00:00:00+08:00", "month"),
    ("今天 09:15", "2025-06-20T09:15:00+08:00", "minute"),
    ("昨天 12:30", "2025-06-19T12:30:00+08:00", "minute"),
    ("昨日", "2025-06-19T00:00:00+08:00", "day"),
    ("昨晚8點", "2025-06-19T20:00:00+08:00", "hour"),
    ("前天 下午3:20", "2025-06-18T15:20:00+08:00", "minute"),
    ("12:30", "2025-06-19T12:30:00+08:00", "minute"),
    ("上午 10:20", "2025-06-20T10:20:00+08:00", "minute"),
    ("星期三 12:30", "2025-06-18T12:30:00+08:00", "minute"),
    ("週三", "2025-06-18T00:00:00+08:00", "day"),
    ("禮拜三", "2025-06-18T00:00:00+08:00", "day"),
    ("星期五 23:00", "2025-06-13T23:00:00+08:00", "minute"),
    ("上周三", "2025-06-11T00:00:00+08:00", "day"),
]
YEARLESS = [
    ("06-27", "2024-06-27T00:00:00+08:00", "day"),
    ("11-05", "2024-11-05T00:00:00+08:00", "day"),
    ("5月31日", "2025-05-31T00:00:00+08:00", "day"),
    ("12月31日 23:59", "2024-12-31T23:59:00+08:00", "minute"),
    ("6-20 10:05", "2025-06-20T10:05:00+08:00", "minute"),
    ("06-20 23:00", "2024-06-20T23:00:00+08:00", "minute"),
    ("06.27 12:30", "2024-06-27T12:30:00+08:00", "minute"),
    ("02-29", "2024-02-29T00:00:00+08:00", "day"),
]
AMONG_WORDS = [
    ("发布时间：2019-06-14 20:39", "2019-06-14T20:39:00+08:00", "minute"),
    ("發布時間：2019-06-14 20:39:11 來源：中央社", "2019-06-14T20:39:11+08:00", "second"),
    ("发表于 2019-6-14 20:39 阅读(1234) 评论 5", "2019-06-14T20:39:00+08:00", "minute"),
    ("更新时间：2019-06-15 10:00 发布时间：2019-06-14 09:00", "2019-06-14T09:00:00+08:00", "minute"),
    ("發表於 3 小時前", "2025-06-20T07:30:00+08:00", "hour"),
    ("来源：今日头条 06-18", "2025-06-18T00:00:00+08:00", "day"),
    ("[2019-06-14]", "2019-06-14T00:00:00+08:00", "day"),
]


@pytest.mark.parametrize(("text", "at", "precision"), ABSOLUTE + ENGLISH + RELATIVE + YEARLESS + AMONG_WORDS)
def test_what_sites_write_is_read_to_its_precision(text: str, at: str, precision: str) -> None:
    parsed = parse_date(text, NOW, TAIPEI)
    assert parsed is not None
    assert (parsed.at.isoformat(), parsed.precision) == (at, precision)


def forms() -> list[list[str]]:
    table = Path(__file__).resolve().parents[2] / "payloads" / "date_forms.tsv"
    return [line.split("\t") for line in table.read_text().splitlines() if not line.startswith("#")]


@pytest.mark.parametrize(("text", "at", "precision"), forms())
def test_every_form_of_the_table_is_read_or_refused(text: str, at: str, precision: str) -> None:
    parsed = parse_date(text, NOW, TAIPEI)
    if at == "-":
        assert parsed is None
    else:
        assert parsed is not None
        assert (parsed.at, parsed.precision) == (datetime.fromisoformat(at), precision)


TRADITIONAL = str.maketrans("发时间钟点后个礼周刚编辑来", "發時間鐘點後個禮週剛編輯來")


@pytest.mark.parametrize(("text", "at", "precision"), forms())
def test_the_same_form_in_the_other_script_means_the_same(text: str, at: str, precision: str) -> None:
    assert parse_date(text.translate(TRADITIONAL), NOW, TAIPEI) == parse_date(text, NOW, TAIPEI)


@pytest.mark.parametrize(
    ("text", "at", "precision"),
    [
        ("2025-06-20 18:30", "2025-06-20T10:30:00+08:00", "minute"),
        ("2025-06-21", "2025-06-20T00:00:00+08:00", "day"),
    ],
)
def test_a_moment_ahead_by_a_zone_is_now(text: str, at: str, precision: str) -> None:
    parsed = parse_date(text, NOW, TAIPEI)
    assert parsed is not None
    assert (parsed.at.isoformat(), parsed.precision) == (at, precision)


@pytest.mark.parametrize("text", ["2025-07-20 18:30", "2030-01-01", "民國130年1月1日", "1899999999", "Dec 31, 2025"])
def test_what_is_to_come_was_not_published(text: str) -> None:
    assert parse_date(text, NOW, TAIPEI) is None


@pytest.mark.parametrize(
    "text",
    [
        "2019-02-30",
        "2019-13-01",
        "2019-06-31",
        "13-45",
        "2019-06-14 25:61",
        "昨天 25:00",
        "99:99",
        "0001-01-01T00:00:00Z",
        "03/05/2025",
        "",
        "-",
        "foo",
        "第3页",
        "3.5折",
        "2019年",
        "5月",
        "农历五月初五",
        "明天 12:30",
        "3天后",
        "几分钟前",
        "123456",
        "3.14",
        "98年3月5日",
        "1970-01-01",
        "1234567890123456789",
    ],
)
def test_what_is_no_date_or_could_be_two_is_not_guessed(text: str) -> None:
    assert parse_date(text, NOW, TAIPEI) is None


def test_a_site_whose_clock_runs_ahead_a_little_does_not_send_a_post_back_a_year() -> None:
    parsed = parse_date("6-20 10:35", NOW, TAIPEI)
    assert parsed is not None
    assert parsed.at == NOW


def test_a_time_today_that_is_still_to_come_leaves_the_day() -> None:
    parsed = parse_date("今天 12:00", NOW, TAIPEI)
    assert parsed is not None
    assert (parsed.at.isoformat(), parsed.precision) == ("2025-06-20T00:00:00+08:00", "day")


def test_the_turn_of_the_year_is_read_in_the_zone_of_the_site() -> None:
    just_after = datetime(2024, 12, 31, 16, 5, tzinfo=UTC)
    parsed = parse_date("01-01 00:03", just_after, TAIPEI)
    assert parsed is not None
    assert parsed.at.isoformat() == "2025-01-01T00:03:00+08:00"


def test_a_named_zone_wins_over_that_of_the_source() -> None:
    parsed = parse_date("北京时间2019年6月14日20:39", NOW, ZoneInfo("UTC"))
    assert parsed is not None
    assert parsed.at.isoformat() == "2019-06-14T20:39:00+08:00"


@given(st.text(alphabet="0123456789-/.: 年月日时点分秒前天昨今周星期一三五十半上下午晚个小T+Zjunago,", max_size=40))
def test_no_text_stops_the_reader(text: str) -> None:
    parsed = parse_date(text, NOW, TAIPEI)
    assert parsed is None or (parsed.at.tzinfo is not None and 1971 <= parsed.at.year <= 2100)


@given(
    st.sampled_from([row[0] for row in forms()]),
    st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.sampled_from(["UTC", "Asia/Taipei", "America/New_York", "Pacific/Kiritimati"]),
)
def test_no_form_is_ever_in_the_future(text: str, now: datetime, zone: str) -> None:
    parsed = parse_date(text, now, ZoneInfo(zone))
    assert parsed is None or parsed.at <= now


@given(st.integers(0, 400), st.sampled_from(["{}分钟前", "{} 分鐘前", "{}分鐘以前", "{} minutes ago"]))
def test_minutes_ago_are_counted(minutes: int, form: str) -> None:
    parsed = parse_date(form.format(minutes), NOW, TAIPEI)
    assert parsed is not None
    assert parsed.at == NOW - timedelta(minutes=minutes)


@given(st.integers(1, 12), st.integers(1, 31), st.sampled_from(["{:02d}-{:02d}", "{}月{}日", "{:02d}/{:02d} 12:00"]))
def test_without_a_year_a_date_is_never_in_the_future(month: int, day: int, form: str) -> None:
    parsed = parse_date(form.format(month, day), NOW, TAIPEI)
    assert parsed is None or parsed.at <= NOW


@given(st.datetimes(datetime(1990, 1, 1), datetime(2025, 6, 19), timezones=st.just(UTC)))  # noqa: DTZ001
def test_iso_is_read_back(moment: datetime) -> None:
    moment = moment.replace(microsecond=0)
    parsed = parse_date(moment.isoformat(), NOW, TAIPEI)
    assert parsed is not None
    assert (parsed.at, parsed.precision) == (moment, "second")
