"""A definition as a file: what is exported, and an import that says of every field what is wrong with it (pure).

The file is a JSON object of schema 1: `sentinel` (always "source"), `schema`, `kind`, `name`, `preset`, `channel`,
`zone` and `definition`. Secrets never stand in it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from monitoring.sources.items import DefinitionError
from monitoring.sources.kinds import Definition, Field, Kind, gettext_noop, without_secrets

MARK, SCHEMA = "source", 1
LARGEST = 200_000  # bytes
CHANNELS = ("news", "forum", "social", "search", "inbox")
_TEXTS = ("name", "preset", "channel", "zone")
_KEYS = frozenset({"sentinel", "schema", "kind", "definition", *_TEXTS})

NOT_A_FILE = gettext_noop("This is not a file of a source definition. Export one to see what it looks like.")
NOT_JSON = gettext_noop("This is not JSON: it goes wrong in line %(value)s.")
OTHER_SCHEMA = gettext_noop("The file is of schema %(value)s. This Sentinel reads schema 1.")
UNKNOWN_KIND = gettext_noop("There is no kind of source called %(value)s.")
UNKNOWN_FIELD = gettext_noop("There is no field of this name.")
UNKNOWN_ZONE = gettext_noop("There is no time zone called %(value)s.")
UNKNOWN_CHANNEL = gettext_noop("There is no channel called %(value)s.")
NOT_A_VALUE = gettext_noop("A text, or true or false, belongs here.")
NOT_A_CHOICE = gettext_noop("“%(value)s” cannot be chosen here.")
NOT_AN_OBJECT = gettext_noop("The fields of the definition belong here, in braces.")
SECRET = gettext_noop("A secret does not belong in a file. Type it in after the import.")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong at `field` ("" for the file as a whole, `definition.rows` for a field); `text` is a msgid."""

    field: str
    text: str
    value: str = ""


class DefinitionFileError(ValueError):
    """A file that cannot be imported, with all that is wrong with it."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(f"{one.field}: {one.text}" for one in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class DefinitionFile:
    """What a file says; `channel` and `zone` are "" where it says nothing of them."""

    kind: str
    definition: Definition
    zone: str = ""
    channel: str = ""
    preset: str = ""
    name: str = ""


def is_exportable(kind: Kind | None) -> bool:
    """Whether sources of a kind are described by a definition alone: those that are read from an address."""
    return kind is not None and any(field.name == "url" for field in kind.FIELDS)


def written(file: DefinitionFile, kinds: Mapping[str, Kind]) -> str:
    """The text of a file, without secrets and without what a field says by itself."""
    fields = kinds[file.kind].FIELDS
    defaults = {field.name: field.default for field in fields}
    open_fields = without_secrets(fields, file.definition)
    data = {
        "sentinel": MARK,
        "schema": SCHEMA,
        "kind": file.kind,
        **{name: value for name in _TEXTS if (value := getattr(file, name))},
        "definition": {name: value for name, value in open_fields.items() if value != defaults.get(name)},
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def read_file(text: str, kinds: Mapping[str, Kind]) -> DefinitionFile:
    """What a file says, checked by its kind; raises DefinitionFileError."""
    data = _object(text)
    if data.get("sentinel") != MARK:
        raise DefinitionFileError([Problem("", NOT_A_FILE)])
    if data.get("schema") != SCHEMA or isinstance(data["schema"], bool):
        raise DefinitionFileError([Problem("schema", OTHER_SCHEMA, _shown(data.get("schema")))])
    problems = [Problem(name, UNKNOWN_FIELD) for name in data if name not in _KEYS]
    problems += [Problem(name, NOT_A_VALUE) for name in _TEXTS if not isinstance(data.get(name, ""), str)]
    problems += _settings_problems(data)
    kind = kinds.get(data["kind"]) if isinstance(data.get("kind"), str) else None
    definition: Definition = {}
    if kind is None or not is_exportable(kind):
        problems.append(Problem("kind", UNKNOWN_KIND, _shown(data.get("kind"))))
    else:
        definition, wrong = _definition(kind, data.get("definition"))
        problems += wrong
    if problems:
        raise DefinitionFileError(problems)
    texts = {name: str(data.get(name, "")).strip() for name in _TEXTS}
    return DefinitionFile(kind=data["kind"], definition=definition, **texts)


def _object(text: str) -> dict[str, Any]:
    try:
        data = json.loads(text.lstrip("\ufeff"))
    except json.JSONDecodeError as error:
        is_meant = text.lstrip("\ufeff \t\r\n").startswith("{")
        problem = Problem("", NOT_JSON, str(error.lineno)) if is_meant else Problem("", NOT_A_FILE)
        raise DefinitionFileError([problem]) from error
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        raise DefinitionFileError([Problem("", NOT_A_FILE)])
    return data


def _settings_problems(data: dict[str, Any]) -> list[Problem]:
    problems = []
    zone, channel = data.get("zone"), data.get("channel")
    if isinstance(zone, str) and zone and not _is_zone(zone):
        problems.append(Problem("zone", UNKNOWN_ZONE, _shown(zone)))
    if isinstance(channel, str) and channel and channel not in CHANNELS:
        problems.append(Problem("channel", UNKNOWN_CHANNEL, _shown(channel)))
    return problems


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _definition(kind: Kind, data: Any) -> tuple[Definition, list[Problem]]:
    if not isinstance(data, dict):
        return {}, [Problem("definition", NOT_AN_OBJECT)]
    fields = {field.name: field for field in kind.FIELDS}
    problems = [Problem(f"definition.{name}", UNKNOWN_FIELD) for name in data if name not in fields]
    known = {name: value for name, value in data.items() if name in fields}
    unchosen = [name for name, value in known.items() if isinstance(value, str) and not _is_choice(fields[name], value)]
    problems += [Problem(f"definition.{name}", NOT_A_CHOICE, _shown(known.pop(name))) for name in unchosen]
    wrong = {name: SECRET for name in known if fields[name].kind == "secret"}
    for name, value in known.items():
        if not isinstance(value, bool if fields[name].kind == "bool" else str):
            wrong.setdefault(name, NOT_A_VALUE)
    clean: Definition = {}
    try:
        clean = without_secrets(kind.FIELDS, kind.validate({n: value for n, value in known.items() if n not in wrong}))
    except DefinitionError as error:
        wrong = {**error.problems, **wrong}
    return clean, [*problems, *(Problem(f"definition.{name}", text) for name, text in wrong.items())]


def _is_choice(field: Field, value: str) -> bool:
    return field.kind != "select" or value.strip() in {choice for choice, _label in field.choices}


def _shown(value: Any) -> str:
    return str(value)[:60]
