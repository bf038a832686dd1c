"""Chinese numerals in dates, written as digits: 二〇二五年三月五日 → 2025年3月5日 (pure)."""

import re

_DIGITS = {
    char: value
    for value, chars in enumerate(("〇零○Ｏ", "一壹", "二贰貳两兩", "三叁", "四", "五", "六", "七", "八", "九"))
    for char in chars
}
_TENS = {"十": 10, "廿": 20, "卅": 30, "百": 100}
# Not after 星期/周: there the numeral names a weekday.
_NUMERAL = re.compile(rf"(?<![期周拜])[{''.join((*_DIGITS, *_TENS))}]+(?=\s*(?:[年月日号个时点分秒天周小星刻]|半小时))")


def arabic_numerals(text: str) -> str:
    """`text` with each numeral that stands before a unit of time in digits."""
    return _NUMERAL.sub(lambda found: str(numeral_value(found[0])), text)


def numeral_value(numeral: str) -> int:
    """The number that a numeral below 1000 or a row of digits (二〇二五) writes."""
    if not any(char in _TENS for char in numeral):
        return int("".join(str(_DIGITS[char]) for char in numeral))
    total = pending = 0
    for char in numeral:
        if char not in _TENS:
            pending = _DIGITS[char]
        elif char in "十百":
            total += (pending or 1) * _TENS[char]
            pending = 0
        else:
            total += _TENS[char]
    return total + pending
