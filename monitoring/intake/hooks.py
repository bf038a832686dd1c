"""What a site form or a CRM sends: JSON or form fields of any shape, and which of them are a post's (pure)."""

import hashlib
import hmac
import json
import re
from collections import deque
from collections.abc import Mapping
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl

from monitoring.crawling.json_text import TooManyContainersError, require_few_containers
from monitoring.intake.mapping import Mapped, apply, presets, record_of
from monitoring.intake.records import BadRecordError, Problem
from monitoring.intake.tables import Row

MOST_FIELDS = 500
MOST_LOOKED_AT = 20_000  # values of a payload, the lists and objects among them
DEEPEST = 8
_BOUNDARY = re.compile(r"""(?i);\s*boundary="?([\w'()+,./:=? -]{1,70})"?""", re.ASCII)
_PART_NAME = re.compile(r'(?i)content-disposition:\s*form-data;[^\r\n]*?\bname="([^"\r\n]{1,200})"[^\r\n]*')
_IS_FILE = re.compile(r"(?i)\bfilename\*?=")
PATHS = ("text", "title", "author", "published_at", "url", "id")  # what a definition may name, as `path_<name>`


def read_payload(body: bytes, content_type: str) -> Any:
    """The value that a request holds; raises BadRecordError (`not-json`), LookupError for another content type, or
    TooManyContainersError."""
    kind = content_type.partition(";")[0].strip().lower()
    try:
        if kind == "application/x-www-form-urlencoded":
            pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
            return dict(pairs)
        if kind == "multipart/form-data":
            return _parts(body, content_type)
        if kind in ("application/json", "text/json") or kind.endswith("+json"):
            require_few_containers(body)
            return json.loads(body, parse_constant=_refused)
    except TooManyContainersError:
        raise
    except (ValueError, RecursionError) as error:
        raise BadRecordError([Problem("", "not-json")]) from error
    raise LookupError(kind)


def _parts(body: bytes, content_type: str) -> dict[str, str]:
    """The fields of a form that may carry files (RFC 7578), which are passed by; raises ValueError where it is none."""
    stated = _BOUNDARY.search(content_type)
    parts = body.split(b"--" + stated[1].encode(), MOST_FIELDS + 1)[1:] if stated else []
    if not parts:
        raise ValueError("no boundary")
    fields = {}
    for part in parts:
        head, _blank, value = part.partition(b"\r\n\r\n")
        named = _PART_NAME.search(head.decode("utf-8", "replace"))
        if named and not _IS_FILE.search(named[0]):
            fields[named[1]] = value.removesuffix(b"\r\n").decode("utf-8", "replace")
    return fields


def _refused(name: str) -> None:
    raise ValueError(name)


def leaves(value: Any) -> dict[str, Any]:
    """Every text and number in the payload by its dot path: `ticket.messages.0.body`."""
    found: dict[str, Any] = {}
    waiting: deque[tuple[str, Any, int]] = deque([("", value, 0)])
    for _ in range(MOST_LOOKED_AT):
        if not waiting or len(found) >= MOST_FIELDS:
            break
        path, one, depth = waiting.popleft()
        if isinstance(one, Mapping | list) and depth < DEEPEST:
            inner = one.items() if isinstance(one, Mapping) else enumerate(one)
            for key, leaf in islice(inner, min(MOST_FIELDS, max(MOST_LOOKED_AT - len(waiting), 0))):
                waiting.append((f"{path}.{key}" if path else str(key), leaf, depth + 1))
        elif isinstance(one, str | int | float) and not isinstance(one, bool) and path:
            found[path] = one
    return found


def hooked_record(payload: Any, definition: Mapping[str, Any]) -> dict[str, Any]:
    """The record in the fields of the API; raises BadRecordError with `required` where a named path holds nothing."""
    cells = leaves(payload)
    named = {name: str(definition.get(f"path_{name}") or "").strip() for name in PATHS}
    mapping = {**_guessed(cells), **{name: path for name, path in named.items() if path}}
    if named["text"] and named["text"] not in cells:
        raise BadRecordError([Problem(named["text"], "required")])
    return record_of(Row(1, cells), mapping)


def _guessed(cells: Mapping[str, Any]) -> Mapped:
    """What the names of the fields say, the outer before the inner ones."""
    common = presets()[-1]
    guessed = apply(common, list(cells))
    last = {path.rpartition(".")[2]: path for path in reversed(list(cells))}
    return {target: last[name] for target, name in apply(common, list(last)).items()} | guessed


def is_signed(body: bytes, secret: str, given: str) -> bool:
    """Whether `given` (`sha256=<hex>` or the digits alone) is the HMAC-SHA-256 of the body under the secret."""
    expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), given.strip().removeprefix("sha256=").lower().encode())
