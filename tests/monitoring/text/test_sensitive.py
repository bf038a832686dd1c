"""Sensitive terms: found in either script, at their place in the original, and only where they are meant."""

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.text.fold import fold
from monitoring.text.normalise import simplify
from monitoring.text.sensitive import (
    INNOCENT_FILE,
    Hit,
    categories,
    find_sensitive,
    lexicon,
    name_spans,
    parse_innocent,
    parse_terms,
)


def warnings_in(text: str, own_names: tuple[str, ...] = ()) -> list[str]:
    return [hit.term for hit in find_sensitive(text, own_names) if not hit.negated]


def denied_in(text: str) -> list[str]:
    return [hit.term for hit in find_sensitive(text) if hit.negated]


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("曜日乳業鮮奶喝出問題，多名學童食物中毒送醫", ["食物中毒", "送醫"]),
        ("某品牌奶粉检出三聚氰胺，多名婴儿住院", ["檢出", "三聚氰胺", "住院"]),
        ("月見乳業宣布召回十萬瓶鮮奶", ["召回"]),
        ("檢調搜索曜日乳業，董事長遭羈押", ["檢調搜索", "羈押"]),
        ("曜日乳業個資外洩，八萬筆會員資料遭駭客入侵", ["個資外洩", "駭客入侵"]),
        ("网友发起联名抵制曜日乳业", ["聯名抵制"]),
        ("員工爆過勞死，工會發動罷工", ["過勞死", "罷工"]),
        ("代言人出軌塌房，品牌終止代言", ["出軌", "塌房", "終止代言"]),
        ("水军带节奏刷评抹黑", ["水軍", "帶節奏", "刷評", "抹黑"]),
        ("Health officials found salmonella; a product recall follows.", ["salmonella", "product recall"]),
        ("Ｆｏｏｄ Ｐｏｉｓｏｎｉｎｇ", ["food poisoning"]),
        ("食\u200b物\u200b中毒", ["食物中毒"]),
    ],
)
def test_a_warning_word_is_found(text: str, terms: list[str]) -> None:
    assert warnings_in(text) == terms


@pytest.mark.parametrize(
    "text",
    [
        "我是曜日乳業的死忠粉絲",
        "笑死了，真的笑死人，累死人，熱死人了",
        "对这个品牌死心塌地",
        "用酒精消毒，勤洗手防病毒",
        "房間一塌糊塗，鼻塞塌鼻子",
        "毒舌評審的毒雞湯",
        "這首歌中毒太深，每天循環",
        "跳樓大拍賣，全館跳樓價",
        "爆炸好吃，銷量爆炸，爆炸頭",
        "打死我也不說",
        "米老鼠與貓和老鼠聯名",
        "美得令人窒息",
        "有問題請撥投訴電話",
        "黑客松報名開始",
        "超吸金的新品",
        "防詐騙宣導",
        "曜日乳業獲食安金獎",
        "I recalled my childhood",
        "a scampi dinner, reinfrauded words",
    ],
)
def test_a_manner_of_speaking_is_no_warning(text: str) -> None:
    assert find_sensitive(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "公司总裁员工大会",
        "其中毒品案件另計",
        "他整理了独立案例分析",
        "在國外遇到你",
        "美食安利给大家",
        "到店后被告知已售完",
    ],
)
def test_a_term_across_a_word_border_is_no_term(text: str) -> None:
    assert find_sensitive(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "抽驗結果未檢出塑化劑、三聚氰胺",
        "衛生局未發現曜日乳業產品含有致癌物或重金屬超標",
        "未发现食品安全问题",
        "目前沒有人員死亡",
        "目前没有造成人员伤亡、中毒",
        "並無機車車禍事故發生",
        "尚無傷亡",
        "零投訴零事故",
        "產品不含塑化劑",
        "該公司不存在欠薪",
        "闢謠：曜日乳業鮮奶中毒是編的",
        "【闢謠】網傳曜日乳業牛奶喝死人，千萬別信",
        "網傳曜日乳業牛奶中毒，純屬謠言",
        "曜日乳業澄清鮮奶致癌的說法",
        "曜日牛奶喝死人？假的！",
        "假的！曜日牛奶喝死人",
        "曜日乳業倒閉的消息不實",
        "有人說曜日乳業裁員，與事實不符",
        "農藥殘留未檢出",
        "預防食物中毒的十個方法",
        "谨防受骗",
        "There is no evidence of contamination",
        "No one was killed",
        "我們從未使用地溝油",
        "警方：曜日乳業詐騙一事不屬實",
    ],
)
def test_what_the_text_denies_refutes_or_guards_against_is_negated(text: str) -> None:
    assert denied_in(text)
    assert warnings_in(text) == []


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("不排除食物中毒可能", "食物中毒"),
        ("曜日乳業不得不召回", "召回"),
        ("有沒有致癌物啊", "致癌"),
        ("是不是造假", "造假"),
        ("中毒真的假的？", "中毒"),
        ("雖未檢出毒素，但仍有學生住院", "住院"),
        ("雖未檢出毒素但仍有學生住院", "住院"),
        ("没有问题 牛奶中毒的是别家", "中毒"),
        ("要求曜日乳業澄清中毒事件", "中毒"),
        ("曜日乳業否認產品致癌", "致癌"),
        ("骗子，都是假的", "騙子"),
        ("【闢謠】有人造謠", "造謠"),
        ("未成年人中毒", "中毒"),
        ("非法添加防腐劑", "非法添加"),
        ("曜日乳業至今未道歉", "道歉"),
        ("遲遲不召回問題批次", "召回"),
        ("標示不實，遭罰六萬", "標示不實"),
        ("倒閉謠言四起", "倒閉"),
        ("不會中毒吧", "中毒"),
    ],
)
def test_a_negative_word_that_reassures_nobody_takes_no_warning_away(text: str, term: str) -> None:
    assert term in warnings_in(text)


def test_denial_ends_with_its_clause() -> None:
    assert denied_in("未檢出塑化劑，檢出三聚氰胺") == ["檢出", "塑化劑"]
    assert warnings_in("未檢出塑化劑，檢出三聚氰胺") == ["檢出", "三聚氰胺"]


def test_the_longest_of_overlapping_terms_wins() -> None:
    assert warnings_in("不治身亡") == ["不治身亡"]
    assert warnings_in("發生集體中毒") == ["集體中毒"]


def test_offsets_are_code_points_of_the_original() -> None:
    text = "㎏……😀👨\u200d👩\u200d👧ﬁ 曜日乳業檢出三聚氰胺"
    assert [text[hit.start : hit.end] for hit in find_sensitive(text)] == ["檢出", "三聚氰胺"]


def test_a_term_inside_the_own_name_is_passed_over_in_either_script() -> None:
    assert warnings_in("毒奶粉咖啡館開幕", ("毒奶粉咖啡馆",)) == []
    assert warnings_in("毒奶粉咖啡館賣毒奶粉", ("毒奶粉咖啡館",)) == ["毒奶粉"]
    assert warnings_in("曜日乳業中毒", ("", "曜日乳業")) == ["中毒"]


def test_names_are_placed_in_the_original() -> None:
    text = "…月見乳業對上曜日乳业"
    assert [text[start:end] for start, end in name_spans(text, ["曜日乳業", "月见乳业", ""])] == [
        "月見乳業",
        "曜日乳业",
    ]


def test_every_term_is_found_in_both_scripts() -> None:
    for term in lexicon().terms:
        for written in (term.term, simplify(term.term)):
            assert [hit.term for hit in find_sensitive(written)] == [term.term], written


def test_no_innocent_phrase_warns() -> None:
    warned = [phrase for phrase in parse_innocent(INNOCENT_FILE.read_text(encoding="utf-8")) if warnings_in(phrase)]
    assert warned == []


def test_every_category_has_terms_and_every_weight_is_a_share() -> None:
    assert len(categories()) == 14
    assert all(0 < term.weight <= 1 for term in lexicon().terms)


def test_a_terms_file_states_its_weight_first() -> None:
    assert [(term.term, term.weight) for term in parse_terms("x", "# why\n= 0.5\n甲、乙\n= 1\n丙")] == [
        ("甲", 0.5),
        ("乙", 0.5),
        ("丙", 1.0),
    ]
    with pytest.raises(ValueError, match="weight"):
        parse_terms("x", "甲")


PIECES = st.sampled_from(
    [
        "食物中毒",
        "檢出",
        "未",
        "沒有",
        "死亡",
        "，",
        "。",
        "不實",
        "闢謠：",
        "曜日乳業",
        "😀",
        "\u200b",
        "…",
        " ",
        "scam",
        "\ud83d",
        "㎏",
    ]
)


@given(st.lists(PIECES | st.text(max_size=4), max_size=25).map("".join))
def test_hits_are_ordered_apart_and_inside_the_text(text: str) -> None:
    hits: list[Hit] = find_sensitive(text, ("曜日乳業",))
    assert all(0 <= hit.start < hit.end <= len(text) for hit in hits)
    assert all(first.end <= second.start for first, second in pairwise(hits))
    assert all(fold(text[hit.start : hit.end]).text == fold(hit.term).text for hit in hits)


@given(st.lists(PIECES | st.text(max_size=4), max_size=25).map("".join))
def test_folding_keeps_the_way_back(text: str) -> None:
    folded = fold(text)
    assert len(folded.origins) == len(folded.text)
    assert list(folded.origins) == sorted(folded.origins)


@pytest.mark.parametrize(
    "text", ["死亡" * 10_000, "未" * 20_000 + "死亡", "死亡:不实" * 4_000, "【辟谣】" + "死亡，" * 6_000]
)
def test_a_flood_of_terms_takes_no_quadratic_time(text: str) -> None:
    started = time.process_time()
    find_sensitive(text)
    assert time.process_time() - started < 5
