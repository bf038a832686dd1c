"""Characters of a query to tokens, for the Latin and the Chinese way of writing operators alike (pure)."""

import re
from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

from monitoring.matching.errors import QueryError
from monitoring.matching.query import FIELDS, MAX_WORD_LENGTH


class Kind(Enum):
    """What a token is."""

    WORD = "word"
    AND = "AND"
    OR = "OR"
    NOT = "NOT"
    NEAR = "NEAR"
    FIELD = "field"
    MARK = "mark"
    OPEN = "("
    CLOSE = ")"
    END = "end"


class Token(NamedTuple):
    """`text` as written, of a quoted word what the quotation marks hold; `position` in code points."""

    kind: Kind
    text: str
    position: int


_SIGNS = {
    "(": Kind.OPEN, "（": Kind.OPEN, ")": Kind.CLOSE, "）": Kind.CLOSE,
    "|": Kind.OR, "｜": Kind.OR, "+": Kind.AND, "＋": Kind.AND, "-": Kind.NOT, "－": Kind.NOT,
    "=": Kind.MARK, "＝": Kind.MARK, "~": Kind.MARK, "～": Kind.MARK,
}  # fmt: skip
_CLOSING_QUOTE = {'"': '"', "＂": "＂", "“": "”", "”": "”", "「": "」", "『": "』"}
_KEYWORDS = {"AND": Kind.AND, "OR": Kind.OR, "NOT": Kind.NOT}
_FIELD = re.compile(r"([A-Za-z_]+)[:：]")
_NEAR = re.compile(r"NEAR(?:[/／]\S*)?")
# A hyphen inside a Latin word (Coca-Cola, COVID-19) belongs to it; anywhere else it excludes.
_WORD = re.compile(r"(?:(?<=[A-Za-z0-9])[-－](?=[A-Za-z0-9])|[^\s()（）|｜+＋\-－\"＂“”「」『』,，、;；–—−*＊])+")
_NOT_AT_START = "!！&＆"  # elsewhere written for NOT and AND; refused, so that it is never silently a word


def tokens(query: str) -> Iterator[Token]:
    """The tokens of `query`, the last of kind END; raises QueryError at the first character that fits nowhere."""
    position = 0
    while position < len(query):
        if query[position].isspace():
            position += 1
            continue
        token, position = _next(query, position)
        yield token
    yield Token(Kind.END, "", len(query))


def _next(query: str, start: int) -> tuple[Token, int]:
    """The token at `start` and where the next one may begin."""
    character = query[start]
    if character in _SIGNS:
        return Token(_SIGNS[character], character, start), start + 1
    if character in _CLOSING_QUOTE:
        return _quoted(query, start)
    if (field := _FIELD.match(query, start)) and not _is_value(field):
        return _field(field), field.end()
    word = _WORD.match(query, start)
    if word is None or character in _NOT_AT_START:
        raise _misplaced(character, start)
    return _word(word[0], start), word.end()


def _quoted(query: str, start: int) -> tuple[Token, int]:
    """A word in quotation marks; inside, a backslash takes the next character as it is."""
    closing = _CLOSING_QUOTE[query[start]]
    held: list[str] = []
    position = start + 1
    while position < len(query) and query[position] != closing:
        if query[position] == "\\" and position + 1 < len(query):
            position += 1
        held.append(query[position])
        position += 1
    if position == len(query):
        raise QueryError("unclosed_quote", start)
    return Token(Kind.WORD, _bounded("".join(held), start), start), position + 1


def _is_value(match: re.Match[str]) -> bool:
    """Whether what looks like an unknown field is the value of a known one, as in `url:https://…`."""
    return match[1].lower() not in FIELDS and match.string[: match.start()].endswith((":", "："))


def _field(match: re.Match[str]) -> Token:
    name = match[1].lower()
    if name not in FIELDS:
        raise QueryError("unknown_field", match.start(), field=match[1], known=", ".join(FIELDS))
    return Token(Kind.FIELD, name, match.start())


def _word(text: str, start: int) -> Token:
    if text in _KEYWORDS:
        return Token(_KEYWORDS[text], text, start)
    if _NEAR.fullmatch(text):
        return Token(Kind.NEAR, text, start)
    return Token(Kind.WORD, _bounded(text, start), start)


def _bounded(text: str, start: int) -> str:
    if len(text) > MAX_WORD_LENGTH:
        raise QueryError("word_too_long", start, length=len(text), limit=MAX_WORD_LENGTH)
    return text


def _misplaced(character: str, position: int) -> QueryError:
    if character in "」』":
        return QueryError("unopened_quote", position)
    code = "wildcard" if character in "*＊" else "punctuation"
    return QueryError(code, position, character=character)
