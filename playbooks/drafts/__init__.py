"""Drafts of statements per verdict, manner of the channel and language, with blanks to fill (pure).

The texts stand in one file a language, each in its own words. A blank that nobody filled stays in the text as 【…】, so
that it is seen before it is published; `playbooks.statements.check` reports it as an error.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from playbooks.channels import TRAITS, Channel, Language
from playbooks.phrases import open_blank
from playbooks.strategy import Verdict

FOLDER = Path(__file__).parent
_BLANK = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class Draft:
    """A text to go on from, and the names of its blanks that are not filled, in their order."""

    text: str
    open_blanks: tuple[str, ...]


def draft(verdict: Verdict, channel: Channel, language: Language, blanks: Mapping[str, str]) -> Draft:
    """A statement for this verdict and channel; `blanks` by name, those that are empty or left out stay open."""
    return _fill(_texts(language)[verdict][TRAITS[channel].manner], language, blanks)


def holding_draft(language: Language, blanks: Mapping[str, str]) -> Draft:
    """A holding statement (先期聲明) for any channel: it admits nothing and denies nothing."""
    return _fill(_texts(language)["holding"]["any"], language, blanks)


def blanks_of(verdict: Verdict, channel: Channel, language: Language) -> tuple[str, ...]:
    """The names of the blanks that this draft has, in their order."""
    return draft(verdict, channel, language, {}).open_blanks


def _fill(template: str, language: Language, blanks: Mapping[str, str]) -> Draft:
    opened: dict[str, None] = {}

    def value(match: re.Match[str]) -> str:
        name = match[1]
        if filled := blanks.get(name, "").strip():
            return filled
        opened[name] = None
        return open_blank(language, name)

    return Draft(_BLANK.sub(value, template.strip()), tuple(opened))


@cache
def _texts(language: Language) -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
