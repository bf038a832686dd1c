"""Words: jieba's own on Chinese."""

import logging
import warnings
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.text.segment import segment

SAMPLES = [
    "曜日乳业鲜奶喝出问题，多名学童食物中毒送医",
    "某品牌奶粉检出三聚氰胺，多名婴儿住院",
    "小明硕士毕业于中国科学院计算所，后在日本京都大学深造",
    "他来到了网易杭研大厦",
    "结婚的和尚未结婚的，工信处女干事每月经过下属科室都要亲口交代24口交换机等技术性器件的安装工作",
    "卫生局未发现曜日乳业产品含有致癌物或重金属超标！！！",
    "2022年6月5日 3.5% iPhone手机",
]


@pytest.fixture(scope="module")
def jieba_words() -> Callable[[str], list[str]]:
    with warnings.catch_warnings(action="ignore"):  # jieba's own source warns when it is compiled
        import jieba
    jieba.setLogLevel(logging.WARNING)
    return jieba.lcut


@pytest.mark.parametrize("text", SAMPLES)
def test_the_words_are_jiebas(text: str, jieba_words: Callable[[str], list[str]]) -> None:
    assert segment(text) == jieba_words(text)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_the_words_joined_are_the_text(text: str) -> None:
    assert "".join(segment(text)) == text
