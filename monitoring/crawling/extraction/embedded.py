"""The text of an article that a page carries only as data, in a script or a text area,, for a browser to show (pure).

JSON and object literals alike are read by their string literals: of each key's strings the longest prose wins.
"""

import html
import re
from collections import defaultdict

from monitoring.crawling.markup import html_to_text

_MOST_CODE = 3_000_000
_LONGEST_TEXT = 300_000
_SCRIPT = re.compile(r"<script\b[^>]{0,2000}>(.*?)</script", re.IGNORECASE | re.DOTALL)
_TEXT_AREA = re.compile(r"<textarea\b[^>]{0,2000}>(.*?)</textarea", re.IGNORECASE | re.DOTALL)
_MEMBER = re.compile(
    r"""["']?\b([A-Za-z_][\w-]{1,40})["']?\s*:\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')""", re.DOTALL
)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)", re.DOTALL)
_PLAIN_ESCAPES = {"n": "\n", "r": "\n", "t": " ", "b": "", "f": ""}
_TEXT_KEYS = re.compile(
    r"(?i)content|body|text|html|detail|article|paragraph|desc|story|value|insert|markdown|cooked|message"
)
_HAN = re.compile("[\u4e00-\u9fff]")
_MARKS = re.compile("[，。！？]")
_LEAST_HAN = 80
_SHORTEST_PIECE = 8
_NOT_WORD = re.compile(r"[\W_]+")
_WHOLE, _SHORT, _NEXT_TO_NONE = 200, 150, 60
_MUCH_LONGER = 4
_PIECE = 10


def carried_text(text: str, stated: str, page: str) -> str:
    """`text` as found on the page, or what the page carries where that was another text or none.

    `stated` is the articleBody of the page's JSON-LD. Scripts are asked where next to no text was found.
    """
    if len(stated) >= _WHOLE and not _has_parts_of(text, stated):
        return html_to_text(_markup(stated))
    if len(text) >= _SHORT:
        return text
    carried = embedded_text(page)
    needed = len(text) if len(text) < _NEXT_TO_NONE else _MUCH_LONGER * len(text)
    return carried if len(carried) > needed else text


def _has_parts_of(text: str, stated: str) -> bool:
    """Whether a piece from the first, second or third quarter of `stated` stands in `text`."""
    own, other = _NOT_WORD.sub("", text), _NOT_WORD.sub("", stated)
    places = (len(other) * quarter // 4 for quarter in (1, 2, 3))
    return any(other[place : place + _PIECE] in own for place in places)


def embedded_text(page: str) -> str:
    """The longest prose of a page's scripts as a reader would see it, or nothing."""
    pieces: dict[str, list[str]] = defaultdict(list)
    for script in _SCRIPT.finditer(page[:_MOST_CODE]):
        code = script[1]
        if len(code) < 2 * _LEAST_HAN:
            continue
        for member in _MEMBER.finditer(code):
            value = member[2] if member[2] is not None else member[3]
            if _SHORTEST_PIECE <= len(value) <= _LONGEST_TEXT and _TEXT_KEYS.search(member[1]):
                pieces[member[1]].append(value)
    # Some sites hand the article to their script in a hidden text area.
    pieces["textarea"] += [html.unescape(area[1]) for area in _TEXT_AREA.finditer(page[:_MOST_CODE])]
    best = max(pieces.values(), key=_prose_in, default=[])
    return _shown(best) if _prose_in(best) >= _LEAST_HAN else ""


def _prose_in(pieces: list[str]) -> int:
    """Chinese characters in what reads as sentences; a piece that is there twice counts once."""
    read = (_unescaped(piece) for piece in dict.fromkeys(pieces))
    return sum(len(_HAN.findall(piece)) for piece in read if _MARKS.search(piece))


def _shown(pieces: list[str]) -> str:
    """One long piece alone where it holds most; else all, a paragraph each."""
    read = [_unescaped(piece) for piece in dict.fromkeys(pieces)]
    longest = max(read, key=len)
    if len(longest) * 2 > sum(map(len, read)):
        read = [longest]
    return "\n".join(text for piece in read if (text := html_to_text(_markup(piece))))


def _markup(piece: str) -> str:
    """HTML that was escaped once more to stand in a script, as HTML again; plain text keeps its lines."""
    piece = html.unescape(piece) if "&lt;" in piece else piece
    return piece if "<" in piece else piece.replace("\n", "<br>")


def _unescaped(literal: str) -> str:
    return _ESCAPE.sub(_read_escape, literal).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _read_escape(found: re.Match[str]) -> str:
    code = found[1]
    if len(code) > 1:
        return chr(int(code[1:], 16))
    return _PLAIN_ESCAPES.get(code, code)
