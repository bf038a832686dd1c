"""The check of a statement: what is there, what is missing, and what to look at again."""

import re
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbooks.channels import TRAITS, Channel
from playbooks.phrases import FOLDER, compile_phrases, element_patterns, faults
from playbooks.statements import Element, RemarkKind, check, count_words, required_elements
from playbooks.strategy import Verdict

WRITTEN = """有消費者反映，在鮮乳瓶底看到黑色薄片。我們高度重視，也正在聯絡這位消費者。

影片中可辨識的批號是 1117-B2。我們已請通路暫停販售這個批號，並封存同批留樣。

薄片是什麼，目前還不知道，查明前不下結論。

下一次更新：今天 13:30，公布在公開聲明頁。"""


def look(text, verdict=Verdict.PENDING, channel=Channel.FACEBOOK, *, given=True):
    return check(text, verdict, channel, next_update_given=given)


def found(text, element, verdict):
    return next(each for each in look(text, verdict).elements if each.element is element).found


def kinds(text, verdict=Verdict.PENDING, channel=Channel.FACEBOOK):
    return {remark.kind for remark in look(text, verdict, channel).remarks}


def hints(text, verdict=Verdict.TRUE):
    return {remark.hint for remark in look(text, verdict).remarks if remark.kind is RemarkKind.OFFICIALESE}


def test_a_missing_element_is_named_and_the_others_have_their_paragraph():
    checks = look(WRITTEN)
    assert checks.missing == (Element.CONTACT,)
    paragraphs = {each.element: each.paragraph for each in checks.elements if each.spans}
    assert paragraphs == {Element.CARE: 1, Element.DOING: 1, Element.NEXT_UPDATE: 4}


def test_officialese_is_marked_where_it_stands_with_a_hint():
    (remark,) = look(WRITTEN).remarks
    assert (remark.kind, remark.text, remark.paragraph) == (RemarkKind.OFFICIALESE, "高度重視", 1)
    assert WRITTEN[remark.start : remark.end] == "高度重視"
    assert remark.hint == "say-what-was-done"
    assert not remark.is_error


def test_the_verdict_decides_what_is_required():
    assert Element.NO_ADMISSION in required_elements(Verdict.PENDING)
    assert Element.APOLOGY in required_elements(Verdict.TRUE)
    assert Element.CORRECTION in required_elements(Verdict.INACCURATE)
    assert Element.LAWFUL_ROUTE in required_elements(Verdict.RUMOUR)
    for verdict in Verdict:
        assert {Element.CONTACT, Element.NEXT_UPDATE} <= set(required_elements(verdict))
        assert [each.element for each in look("", verdict).elements] == list(required_elements(verdict))


@pytest.mark.parametrize(
    "text", ["這是我們的疏失。", "我們向大家道歉。", "责任在我们。", "We apologise.", "It was our mistake."]
)
def test_an_admission_while_nothing_is_known_is_flagged(text):
    assert RemarkKind.ADMISSION in kinds(text)
    assert Element.NO_ADMISSION in look(text).missing
    assert RemarkKind.ADMISSION not in kinds(text, Verdict.TRUE)


@pytest.mark.parametrize(
    "text", ["絕無此事。", "内容不实。", "這不是我們的責任。", "That is false.", "與本公司無關。", "我們嚴正否認。"]
)
def test_a_denial_while_nothing_is_known_is_flagged_too(text):
    assert RemarkKind.DENIAL in kinds(text)
    assert Element.NO_ADMISSION in look(text).missing
    assert RemarkKind.DENIAL not in kinds(text, Verdict.RUMOUR)


@pytest.mark.parametrize(
    "text",
    [
        "是不是我們的責任，還在查。",
        "是否為我們的疏失，還不知道。",
        "檢驗結果出來前，我們不承認也不否認。",
        "讓大家擔心，我們很抱歉。",
        "We do not know whether it was our mistake.",
    ],
)
def test_an_open_question_is_neither_admission_nor_denial(text):
    assert Element.NO_ADMISSION not in look(text).missing


@pytest.mark.parametrize(
    "text",
    [
        "客服專線 0800-123-456",
        "请拨打 400-123-4567",
        "電話：（02）2345-6789 轉 12",
        "來信 care@yaori.example",
        "請私訊粉絲專頁",
        "有疑問請聯絡我們：https://yaori.example/help",
        "Call +886 2 2345 6789",
        "電話０２－２３４５－６７８９",
    ],
)
def test_a_contact_is_a_way_that_somebody_can_take(text):
    assert found(text, Element.CONTACT, Verdict.TRUE)


@pytest.mark.parametrize(
    "text",
    [
        "我們正在聯絡這位消費者。",
        "請洽服務人員。",
        "批號 1117-B2，共 4,320 瓶。",
        "2026-11-21 12:00",
        "開車撥打手機，罰 1000 元",
        "電話：【聯絡方式】",
    ],
)
def test_what_nobody_can_call_is_no_contact(text):
    assert not found(text, Element.CONTACT, Verdict.TRUE)


@pytest.mark.parametrize(
    "text", ["下一次更新：今天 13:30", "明天中午再向大家說明", "Next update: by 5 pm", "下次通报：周三上午"]
)
def test_a_next_update_has_a_time(text):
    assert found(text, Element.NEXT_UPDATE, Verdict.TRUE)


@pytest.mark.parametrize(
    "text", ["我們會儘快更新。", "下一次更新：【下次更新時間】", "Updates will follow.", "有消息再說。"]
)
def test_soon_is_no_next_update(text):
    assert not found(text, Element.NEXT_UPDATE, Verdict.TRUE)


def test_a_promise_in_the_text_without_a_time_kept_with_it_starts_no_clock_and_says_so():
    (remark,) = [each for each in look(WRITTEN, given=False).remarks if each.kind is RemarkKind.UNDATED_UPDATE]
    assert remark.text == "下一次更新：今天 13:30"
    assert RemarkKind.UNDATED_UPDATE not in kinds(WRITTEN)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("深表遺憾", "say-sorry-plainly"),
        ("深表歉意", "say-sorry-plainly"),
        ("如造成不便，敬請見諒", "apologise-without-if"),
        ("严正声明", "say-what-is-true"),
        ("特此公告", "say-what-is-true"),
        ("将尽快处理", "name-the-time"),
        ("第一時間", "name-the-time"),
        ("相關單位", "name-who"),
        ("进一步措施", "say-what-changes"),
        ("感謝社會各界的關心", "leave-out"),
        ("保留法律追訴權", "do-not-threaten"),
        ("不信谣、不传谣", "do-not-lecture"),
        ("純屬個案", "do-not-belittle"),
        ("个别员工", "do-not-belittle"),
        ("We take this matter very seriously", "say-what-was-done"),
        ("We deeply regret it", "say-sorry-plainly"),
        ("We reserve all legal rights", "do-not-threaten"),
        ("in due course", "name-the-time"),
    ],
)
def test_official_language_is_known_in_three_languages(text, hint):
    assert hint in hints(text)


def test_either_script_and_disguised_forms_are_the_same_phrase():
    for text in ("高度重視", "高度重视", "高\u200b度重視"):
        (remark,) = look(text, Verdict.TRUE).remarks
        assert remark.text == text


@pytest.mark.parametrize(
    "text",
    [
        "絕對安全",
        "請安心飲用",
        "請消費者放心食用",
        "１００％安全",
        "没有任何问题",
        "保證不再發生",
        "Absolutely safe",
        "no risk",
    ],
)
def test_an_absolute_needs_evidence(text):
    assert RemarkKind.ABSOLUTE in kinds(text, Verdict.INACCURATE)


def test_a_full_refund_is_no_absolute():
    assert RemarkKind.ABSOLUTE not in kinds("我們 100% 退款。", Verdict.TRUE)


@pytest.mark.parametrize(
    "text", ["恶意网友抹黑", "競爭對手的抹黑", "這些酸民", "别有用心的人", "Trolls and liars", "a so-called victim"]
)
def test_an_attack_on_persons_is_flagged_under_every_verdict(text):
    assert all(RemarkKind.ATTACK in kinds(text, verdict) for verdict in Verdict)


@pytest.mark.parametrize("blank", ["【聯絡方式】", "【联系方式】", "【how to reach us】", "【 】", "{contact}"])
def test_an_open_blank_is_an_error(blank):
    (error,) = look(f"請告訴我們：{blank}。").errors
    assert (error.kind, error.text) == (RemarkKind.OPEN_BLANK, blank)


@pytest.mark.parametrize("text", ["○○", "XX", "TBD", "待補"])
def test_what_looks_like_a_gap_is_pointed_out_but_may_be_meant(text):
    (remark,) = look(f"批號 {text}。").remarks
    assert (remark.kind, remark.text, remark.is_error) == (RemarkKind.PLACEHOLDER, text, False)


def test_a_heading_in_brackets_is_no_blank():
    assert not look("【曜日乳業公告】").errors


def test_what_a_platform_cannot_take_is_an_error_and_what_nobody_reads_is_not():
    limit = TRAITS[Channel.WEIBO].limit
    (error,) = look("查" * (limit + 1), channel=Channel.WEIBO).errors
    assert (error.kind, error.start, error.end) == (RemarkKind.TOO_LONG, limit, limit + 1)
    long = look("查" * limit, channel=Channel.WEIBO)
    assert not long.errors
    assert [remark.kind for remark in long.remarks] == [RemarkKind.LONG]
    assert not look("查" * (limit + 1), channel=Channel.SITE).errors


def test_length_is_counted_as_a_reader_feels_it():
    assert count_words("批號 1117-B2，共 4,320 瓶。Don't drink it.") == 2 + 1 + 1 + 1 + 1 + 3


def test_a_remark_inside_another_of_its_kind_is_not_told_twice():
    officialese = [each.text for each in look("如造成不便，敬請見諒。", Verdict.TRUE).remarks]
    assert officialese == ["如造成不便，敬請見諒"]


ANYTHING = st.text(max_size=60) | st.lists(
    st.sampled_from(
        ["高度重視", "，", "\n\n", "【聯絡方式】", "對不起", "㍿", "ﬁ", "🙏", "下一次更新：今天", "0800-123-456"]
    )
).map("".join)


@given(ANYTHING, st.sampled_from(Verdict), st.sampled_from(Channel), st.booleans())
def test_every_place_is_one_of_the_original_text(text, verdict, channel, dated):
    checks = check(text, verdict, channel, next_update_given=dated)
    assert len(checks.elements) == len(required_elements(verdict))
    for remark in checks.remarks:
        assert 0 <= remark.start < remark.end <= len(text)
        assert text[remark.start : remark.end] == remark.text
    for each in checks.elements:
        assert all(0 <= start < end <= len(text) for start, end in each.spans)
        assert each.found == bool(each.spans) or each.element is Element.NO_ADMISSION


@given(ANYTHING, st.sampled_from(Verdict))
def test_adding_a_fault_never_removes_one(text, verdict):
    before = look(text, verdict)
    after = look(text + "\n高度重視。", verdict)
    assert len(after.remarks) >= len(before.remarks) + 1


def test_the_data_files_speak_of_what_the_check_knows():
    assert set(element_patterns()) == set(Element) - {Element.NO_ADMISSION}
    assert {phrase.kind for phrase in faults()} <= set(RemarkKind)


@pytest.mark.parametrize("name", ["elements.toml", "faults.toml"])
def test_every_expression_can_match_in_a_folded_text(name):
    content = tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))
    for entries in content.values():
        for entry in entries:
            for expression in entry["phrases"] if isinstance(entry, dict) else [entry]:
                assert not compile_phrases([expression]).match(""), expression
                assert not re.search("[Ａ-Ｚａ-ｚ０-９，！？：（）％]", expression), expression
                assert not re.search(r"(?<!\\)[A-Z]", expression), expression
