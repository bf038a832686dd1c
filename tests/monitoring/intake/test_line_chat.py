"""Conversations as LINE exports and copies them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.intake.line_chat import read_chat

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)  # 11:00 in Taipei
TAIPEI = ZoneInfo("Asia/Taipei")

EXPORT = """[LINE] 與門市群組的聊天記錄
儲存日期： 2026/03/02 10:40

2026/02/28（週六）
14:03\t王小明\t客人說喝完肚子痛
14:04\t林雅婷\t"請問是哪一批？
批號多少？"
14:05\t王小明\t[照片]
14:06\t\t陳店長加入群組

2026/03/01（週日）
下午02:05\t陳店長\t已下架
上午09:00\t王小明\t收到
"""


def said(text: str) -> list[tuple[str, str, str]]:
    chat = read_chat(text, NOW, TAIPEI)
    return [(f"{one.at:%m-%d %H:%M}" if one.at else "", one.name, one.text) for one in chat.messages]


def test_an_export_gives_its_messages_with_their_days() -> None:
    assert read_chat(EXPORT, NOW, TAIPEI).title == "與門市群組的聊天記錄"
    assert said(EXPORT) == [
        ("02-28 14:03", "王小明", "客人說喝完肚子痛"),
        ("02-28 14:04", "林雅婷", "請問是哪一批？\n批號多少？"),
        ("03-01 14:05", "陳店長", "已下架"),
        ("03-01 09:00", "王小明", "收到"),
    ]


@pytest.mark.parametrize(
    ("day", "shown"),
    [
        ("2026.02.28 星期六", "02-28"),
        ("2026年2月28日 星期六", "02-28"),
        ("2026/02/28(Sat)", "02-28"),
        ("2026-02-28", "02-28"),
        ("Sat, 02/28/2026", "02-28"),
        ("Sat, 28/02/2026", "02-28"),
    ],
)
def test_days_stand_in_any_of_the_apps_forms(day: str, shown: str) -> None:
    assert said(f"{day}\n14:03\t小明\t好")[0][0] == f"{shown} 14:03"


@pytest.mark.parametrize(
    ("line", "clock"),
    [
        ("下午12:05\t小明\t好", "12:05"),
        ("上午12:05\t小明\t好", "00:05"),
        ("中午12:05\t小明\t好", "12:05"),
        ("晚上 8:05\t小明\t好", "20:05"),
        ("08:05 PM\t小明\t好", "20:05"),
        ("23:59\t小明\t好", "23:59"),
    ],
)
def test_clocks_of_either_half_of_the_day(line: str, clock: str) -> None:
    assert said(f"2026/02/28（週六）\n{line}")[0][0] == f"02-28 {clock}"


def test_what_is_copied_from_the_desktop_has_blanks() -> None:
    assert said("10:30 小明 喝完 肚子痛\n10:31 雅婷 收到") == [
        ("03-02 10:30", "小明", "喝完 肚子痛"),
        ("03-02 10:31", "雅婷", "收到"),
    ]


def test_without_a_day_a_clock_that_is_to_come_was_yesterday() -> None:
    assert said("23:30\t小明\t睡不著")[0][0] == "03-01 23:30"


def test_a_bracketed_copy_names_day_and_clock() -> None:
    assert said("[2026/02/28 下午02:03] 小明: 你好") == [("02-28 14:03", "小明", "你好")]


JAPANESE = """[LINE] 佐藤花子とのトーク履歴
保存日時：2026/03/02 10:40

2026/02/28(土)
午後2:03\t佐藤 花子\tお腹が痛い
14:04\t森川\t"二行の
返事です。"
14:05\t佐藤 花子\t[スタンプ]
14:06\t佐藤 花子\t☎ 通話時間 0:07
14:07\t\tメッセージの送信を取り消しました
"""
DESKTOP = """2026.02.28 星期六
14:03 小美 早安～
14:04 阿明 會議改時間
14:05 小美 貼圖
14:06 阿明已收回訊息
14:07 陳店長 加入聊天
14:08 小美 ☎ 未接來電
"""
TABS = """2026/02/28（六）
14:03\t小美\t行程如下
\t第一點
15:00 開會
14:05\t阿明\t好
"""
WHATSAPP = """[2026/2/28 下午2:00:00] \u200e訊息和通話會經端對端加密。
[2026/2/28 下午2:03:10] 小明: 喝完肚子痛
真的
\u200e[2026/2/28 下午2:04:00] 阿明: \u200eimage omitted
[2026/2/28 下午2:05:00] 阿明: 哪一批？
"""
ANDROID = """28/02/2026, 14:03 - Sam: my stomach hurts
28/02/2026, 14:04 - Messages are end-to-end encrypted
01/03/2026, 14:05 - Ann: <Media omitted>
01/03/2026, 2:06 pm - Ann: which one?
"""
TELEGRAM = """小明, [28.02.2026 14:03]
喝完肚子痛

阿明, [28.02.2026 14:05]
哪一批？
"""
WECHAT = """小明 2026/2/28 14:03:22
喝完肚子痛
14:00 買的

阿明 2026年2月28日 14:05
哪一批？
"""
TWO = [("02-28 14:03", "小明", "喝完肚子痛"), ("02-28 14:05", "阿明", "哪一批？")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (JAPANESE, [("02-28 14:03", "佐藤 花子", "お腹が痛い"), ("02-28 14:04", "森川", "二行の\n返事です。")]),
        (DESKTOP, [("02-28 14:03", "小美", "早安～"), ("02-28 14:04", "阿明", "會議改時間")]),
        (TABS, [("02-28 14:03", "小美", "行程如下\n第一點\n15:00 開會"), ("02-28 14:05", "阿明", "好")]),
        (WHATSAPP, [("02-28 14:03", "小明", "喝完肚子痛\n真的"), ("02-28 14:05", "阿明", "哪一批？")]),
        (ANDROID, [("02-28 14:03", "Sam", "my stomach hurts"), ("03-01 14:06", "Ann", "which one?")]),
        (TELEGRAM, TWO),
        (WECHAT, [("02-28 14:03", "小明", "喝完肚子痛\n14:00 買的"), TWO[1]]),
    ],
    ids=["japanese", "desktop", "tabs", "whatsapp", "android", "telegram", "wechat"],
)
def test_every_app_and_language_writes_its_own_form(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert said(text) == expected


@pytest.mark.parametrize(
    "head",
    ["[LINE] Chat history with Sam\nSaved on: 2/28/2026, 12:34", "[LINE] 与小明的聊天记录\n保存日期：2026/02/28 12:34"],
)
def test_the_head_of_an_export_is_no_message(head: str) -> None:
    assert said(f"{head}\n\nSat, 2/28/2026\n14:03\tSam\tok") == [("02-28 14:03", "Sam", "ok")]


@pytest.mark.parametrize("text", ["", "沒有時間的一段話", "25:99\t小明\t好", "10:30\t小明\t[貼圖]"])
def test_what_is_no_conversation_has_no_messages(text: str) -> None:
    assert said(text) == []


@given(
    st.text(max_size=200),
    st.lists(st.sampled_from(["2026/02/28（週六）", "14:03\t小明\t好", "下午2:3\ta", '9:00\tb\t"x', "\t"])),
)
def test_no_text_makes_it_stumble(text: str, lines: list[str]) -> None:
    for one in read_chat("\n".join([*lines, text]), NOW, TAIPEI).messages:
        assert one.name
        assert one.text
