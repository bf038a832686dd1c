"""What is kept of an answer beside its bytes: no cookies, no tokens, none of our own secrets (pure)."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote, quote_plus

LONGEST_HEADER = 2_000  # characters of a value
MOST_HEADERS = 60
SHORTEST_SECRET = 8  # what is shorter would be found by chance: over18=1
ATTACHED = "x-sentinel-attachment"  # the header of a file that came with a post: its name
LEFT_OUT = "x-sentinel-left-out"  # the header of a mail of whose files some were too large: their names
BLOTTED = "x-sentinel-blotted"  # our own header: how many times a secret of ours was blotted out of the body
_SECRET_HEADERS = re.compile(
    r"(set-)?cookie2?|.*(authorization|authenticat|token|csrf|xsrf|session|api-?key|secret|signature).*"
)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_PAIRS = re.compile(r"[;,&\s]+")


def kept_headers(headers: Mapping[str, str], secrets: Iterable[str] = ()) -> dict[str, str]:
    """The headers of an answer that say what it is, without cookies and tokens."""
    kept = {
        name: _UNSTORABLE.sub("\ufffd", blotted_text(value, secrets))[:LONGEST_HEADER]
        for name, value in list(headers.items())[:MOST_HEADERS]
        if not _SECRET_HEADERS.fullmatch(name.lower())
    }
    return {_UNSTORABLE.sub("\ufffd", name)[:100]: value for name, value in kept.items()}


def secret_forms(secrets: Iterable[str]) -> list[str]:
    """Each secret as it may stand in an answer, longest first: whole, by its parts (a cookie's values), escaped."""
    forms: set[str] = set()
    for secret in secrets:
        for pair in (secret, *_PAIRS.split(secret)):
            for part in (pair, pair.partition("=")[2]):
                forms |= {part, quote(part, safe=""), quote_plus(part), json.dumps(part)[1:-1]}
    return sorted((form for form in forms if len(form) >= SHORTEST_SECRET), key=lambda form: (-len(form), form))


def blotted_text(text: str, secrets: Iterable[str]) -> str:
    """`text` with an asterisk for each character of a secret."""
    for form in secret_forms(secrets):
        text = text.replace(form, "*" * len(form))
    return text


def blotted_said(said: Mapping[str, Any], secrets: Sequence[str]) -> dict[str, Any]:
    """What a line of a log says, without the secrets that a server may have repeated to us."""
    return {
        name: blotted_text(value, secrets)
        if isinstance(value, str)
        else blotted_said(value, secrets)
        if isinstance(value, Mapping)
        else value
        for name, value in said.items()
    }


def blotted(body: bytes, secrets: Iterable[str]) -> tuple[bytes, int]:
    """`body` with an asterisk for each byte of a secret, and how many secrets stood in it."""
    found = 0
    for form in secret_forms(secrets):
        each = form.encode()
        if count := body.count(each):
            body, found = body.replace(each, b"*" * len(each)), found + count
    return body, found
