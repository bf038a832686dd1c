"""How the parts and the faults of a statement are recognised: regular expressions from data files (pure).

`elements.toml`: per element, what shows that it is there. `faults.toml`: per kind of fault, phrases and the hint that
leads to better ones. `blanks.toml`: what an unfilled blank is called, per language.

An expression is looked for in the folded copy of a text (`monitoring.text.fold`: lower-case NFKC in Simplified
characters), so it is written in lower case and ASCII punctuation, in either script; `<12>` stands for up to 12
characters within a sentence; `\\b` and `\\w` know ASCII alone.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from monitoring.text.fold import Folded
from monitoring.text.normalise import to_simplified

FOLDER = Path(__file__).parent
Span = tuple[int, int]  # [start, end) in code points of the original

_GAP = re.compile(r"<(\d+)>")


@dataclass(frozen=True, slots=True)
class Phrase:
    """An expression, the kind of fault that it shows ("" for an element's), and the hint for better words."""

    pattern: re.Pattern[str]
    kind: str = ""
    hint: str = ""


def compile_phrases(expressions: Sequence[str]) -> re.Pattern[str]:
    """Expressions of a data file as one pattern over folded text; raises re.error where one is none."""
    joined = "|".join(f"(?:{_GAP.sub(_gap, to_simplified(expression))})" for expression in expressions)
    return re.compile(joined, re.ASCII)


def spans(pattern: re.Pattern[str], folded: Folded) -> Iterator[Span]:
    """Where `pattern` stands, in code points of the original."""
    return (folded.original_span(*match.span()) for match in pattern.finditer(folded.text) if match[0])


def _gap(match: re.Match[str]) -> str:
    return f"[^。!?\n]{{0,{match[1]}}}"


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))


@cache
def element_patterns() -> Mapping[str, re.Pattern[str]]:
    """What shows an element, by its name."""
    return {name: compile_phrases(expressions) for name, expressions in _read("elements.toml").items()}


@cache
def faults() -> Sequence[Phrase]:
    """The phrases that a statement should do without."""
    return [
        Phrase(compile_phrases(entry["phrases"]), kind, entry["hint"])
        for kind, entries in _read("faults.toml").items()
        for entry in entries
    ]


@cache
def blank_labels() -> Mapping[str, Mapping[str, str]]:
    """What each blank is called, by language and name."""
    return _read("blanks.toml")


def open_blank(language: str, name: str) -> str:
    """An unfilled blank as it stands in a text: 【聯絡方式】."""
    return f"【{blank_labels()[language][name]}】"


@cache
def open_blank_pattern() -> re.Pattern[str]:
    """Any unfilled blank, in any language, also as a template's {name}; a heading in the same brackets is none."""
    labels = {label for names in blank_labels().values() for label in names.values()}
    return compile_phrases(
        [*(f"【{re.escape(label.lower())}】" for label in sorted(labels)), r"【\s*】", r"\{[a-z_]+\}"]
    )
