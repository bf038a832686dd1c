"""Ink on paper keeps WCAG's contrast in both themes, read from the tokens themselves."""

import re
from itertools import product
from pathlib import Path

import pytest
from django.conf import settings

TOKENS = (Path(settings.BASE_DIR) / "static" / "css" / "tokens.css").read_text()
TEXT, GRAPHIC = 4.5, 3.0

TEXT_PAIRS = [
    *product(["ink", "ink-2", "ink-3", "accent"], ["bg", "surface"]),
    *product(["ink", "ink-2", "accent"], ["accent-weak"]),
    ("ink-2", "sunken"),
    ("on-accent", "accent"),
    *((f"tier-{tier}-on", f"tier-{tier}") for tier in (1, 2, 3, 4)),
    *product([f"tier-{tier}-text" for tier in (1, 2, 3, 4)], ["bg", "surface"]),
    *((f"tier-{tier}-text", f"tier-{tier}-tint") for tier in (1, 2, 3, 4)),
]
GRAPHIC_PAIRS = [
    *product(["edge", "accent", "tier-1-edge", "tier-2-edge", "tier-3-edge", "tier-4-edge"], ["bg", "surface"]),
    ("neg", "surface"),
    ("neu", "surface"),
    ("pos", "surface"),
]


def colour(name: str, theme: int) -> str:
    value = re.search(rf"--{name}: (.+?);", TOKENS)
    assert value, name
    both = re.fullmatch(r"light-dark\((.+?), (.+?)\)", value[1])
    return both[theme + 1] if both else value[1]


def luminance(hexadecimal: str) -> float:
    digits = hexadecimal.removeprefix("#")
    digits = "".join(digit * 2 for digit in digits) if len(digits) == 3 else digits
    channels = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(front: str, back: str, theme: int) -> float:
    light, dark = sorted((luminance(colour(front, theme)), luminance(colour(back, theme))), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "back"), TEXT_PAIRS)
def test_text_is_readable(front: str, back: str, theme: int) -> None:
    assert contrast(front, back, theme) >= TEXT


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "back"), GRAPHIC_PAIRS)
def test_shapes_are_seen(front: str, back: str, theme: int) -> None:
    assert contrast(front, back, theme) >= GRAPHIC
