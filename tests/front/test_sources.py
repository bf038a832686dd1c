"""What templates, styles and scripts must not do: speak to others, style or script inline, grow without end."""

import re
from pathlib import Path

import pytest
from django.conf import settings

BASE = Path(settings.BASE_DIR)
TEMPLATES = sorted((BASE / "templates").rglob("*.html"))
STYLES = sorted((BASE / "static" / "css").glob("*.css"))
SCRIPTS = sorted((BASE / "static" / "js").glob("*.js"))
MOST_LINES = 400

FORBIDDEN = {
    "an inline style": r"\sstyle\s*=",
    "an inline handler": r"\son[a-z]+\s*=\s*[\"']",
    "an inline script": r"<script(?![^>]*\ssrc=)",
    "a style element": r"<style\b",
    "an evaluated htmx attribute": r"hx-on|hx-vals=[\"']js:|hx-headers=[\"']js:|hx-trigger=\"[^\"]*\[",
    "an address of another host": r"(?:src|href|action)=\"(?:https?:)?//",
}
# Answered by the route of snapshots, in a sandbox whose policy allows inline styles and nothing else.
UNDER_THE_POLICY_OF_SNAPSHOTS = {"post_snapshot_damaged.html", "post_snapshot_other.html"}


def name_of(path: Path) -> str:
    return path.relative_to(BASE).as_posix()


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_a_template_keeps_the_content_policy(path: Path) -> None:
    text = re.sub(r"{% comment %}.*?{% endcomment %}", "", path.read_text(), flags=re.DOTALL)
    allowed = {"a style element"} if path.name in UNDER_THE_POLICY_OF_SNAPSHOTS else set()
    found = {what for what, pattern in FORBIDDEN.items() if re.search(pattern, text, re.IGNORECASE)}
    assert found <= allowed


@pytest.mark.parametrize("path", STYLES, ids=name_of)
def test_a_style_sheet_is_layered_and_asks_nobody(path: Path) -> None:
    text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
    outside = re.sub(r"@layer [a-z]+ \{.*?\n\}", "", text, flags=re.DOTALL)
    assert re.sub(r"@layer [a-z, ]+;", "", outside).strip() == ""
    assert not re.search(r"@import|url\(\"?(?:https?:)?//", text)


@pytest.mark.parametrize("path", [*STYLES, *SCRIPTS], ids=name_of)
def test_a_file_is_short_enough_to_read(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= MOST_LINES


@pytest.mark.parametrize("path", SCRIPTS, ids=name_of)
def test_a_script_evaluates_nothing_and_asks_nobody(path: Path) -> None:
    assert not re.search(r"\beval\(|new Function|https?://(?!www\.w3\.org)|document\.write", path.read_text())
