"""The counts that sites show: 1,234, 1.2万, 100萬+, 3.4k (pure)."""

import re

_COUNT = re.compile(r"(\d{1,12}(?:,\d{3})*(?:\.\d{1,4})?)\s*([万萬wWkK亿億千mM百]?)\+?")
_UNITS = {"万": 10_000, "萬": 10_000, "w": 10_000, "k": 1000, "千": 1000, "百": 100, "m": 1_000_000}
_UNITS |= {"亿": 100_000_000, "億": 100_000_000}
_DIGITS = 12  # of a count without a unit
_LARGEST = 10**_DIGITS


def read_count(value: object) -> int | None:
    """The count in a number or a text such as `评论(1.2万+)`; None where there is none (`转发`)."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return int(value) if 0 <= value <= _LARGEST else None
    if not isinstance(value, str):
        return None
    if value.isascii() and value.isdecimal() and len(value) <= _DIGITS:
        return int(value)
    found = _COUNT.search(value[:80])
    if not found:
        return None
    if found.start() and value[found.start() - 1] in "-−" and not value[: found.start() - 1].strip():
        return None  # votes against it are no count
    amount = float(found[1].replace(",", "")) * _UNITS.get(found[2].lower(), 1)
    return round(amount) if amount <= _LARGEST else None
