"""Ready definitions: one JSON file each beside this module, filled with an address, a board, a word or a key (pure).

A file says in three languages what it is for, and holds a definition in which `${name}` stands for a parameter. What
holds a parameter that is left empty is left out. See docs/sources.md for the fields, and `PRESETS` for all that are.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any
from urllib.parse import quote

from monitoring.crawling.addresses import canonical_url, host_of
from monitoring.sources.items import DefinitionError
from monitoring.sources.kinds import NOT_AN_ADDRESS, REQUIRED, Definition, gettext_noop

SCHEMA = 1
LANGUAGES = ("en", "zh-hant", "zh-hans")
CHANNELS = ("news", "forum", "social", "search", "inbox")
NOT_AS_ASKED = gettext_noop("This does not look as it should. Write it as in the example.")
_PLACE = re.compile(r"\$\{(\w+)\}")
_KEYS = {"schema", "label", "about", "kind", "channel", "parameters", "definition"}
_MORE_KEYS = {"zone", "interval", "delay", "legal_note", "name"}
_PARAMETER_KEYS = {
    "name",
    "label",
    "placeholder",
    "help",
    "pattern",
    "default",
    "required",
    "form",
    "secret",
    "choices",
}

Texts = Mapping[str, str]  # by language


class PresetError(ValueError):
    """A file that is no ready definition; says which of its keys is wrong."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """What somebody fills in.

    `form` says how it is written into the definition: `text` as it is, `query` escaped for an address, `site` a whole
    address without its last slash, `address` a whole address. `choices` are (value, texts).
    """

    name: str
    label: Texts
    form: str = "text"
    placeholder: str = ""
    help: Texts | None = None
    pattern: str = ""
    default: str = ""
    required: bool = True
    secret: bool = False
    choices: tuple[tuple[str, Texts], ...] = ()

    def written(self, value: str) -> str:
        """A sound value as it stands in a definition."""
        if self.form == "query":
            return quote(value, safe="")
        if self.form == "site":
            return canonical_url(value).split("#")[0].split("?")[0].rstrip("/")
        return value

    def problem(self, value: str) -> str:
        """What is wrong with a value, "" where nothing is."""
        if not value:
            return REQUIRED if self.required else ""
        if self.form in ("site", "address") and not host_of(value):
            return NOT_AN_ADDRESS
        if self.choices and value not in {choice for choice, _ in self.choices}:
            return NOT_AS_ASKED
        return NOT_AS_ASKED if self.pattern and not re.fullmatch(self.pattern, value) else ""


@dataclass(frozen=True, slots=True)
class Preset:
    """A ready definition. `interval` is in seconds, None: as it publishes; `delay` the least seconds between requests;
    `legal_note` is a hint on what ground the source is read; `source_name` proposes a name, with parameters in it."""

    name: str
    label: Texts
    about: Texts
    kind: str
    channel: str
    parameters: tuple[Parameter, ...]
    template: Definition
    zone: str = ""
    interval: int | None = None
    delay: float | None = None
    legal_note: Texts | None = None
    source_name: Texts | None = None

    def definition(self, values: Mapping[str, str]) -> Definition:
        """The definition with these values; raises DefinitionError by parameter.

        It is still to be checked by its kind's `validate`.
        """
        typed = self._typed(values)
        problems = {one.name: problem for one in self.parameters if (problem := one.problem(typed[one.name]))}
        if problems:
            raise DefinitionError(problems)
        written = {one.name: one.written(typed[one.name]) if typed[one.name] else "" for one in self.parameters}
        return {
            key: _PLACE.sub(lambda found: written[found[1]], value) if isinstance(value, str) else value
            for key, value in self.template.items()
            if not isinstance(value, str) or all(written[name] for name in _PLACE.findall(value))
        }

    def proposed_name(self, values: Mapping[str, str], language: str) -> str:
        """A name for the source in a language, with what was filled in."""
        typed = self._typed(values)
        text = in_language(self.source_name or self.label, language)
        return _PLACE.sub(lambda found: typed.get(found[1], ""), text).strip()[:80]

    def _typed(self, values: Mapping[str, str]) -> dict[str, str]:
        return {one.name: str(values.get(one.name) or "").strip() or one.default for one in self.parameters}


def in_language(texts: Texts | None, language: str) -> str:
    """The text in a language as Django names it, else in English."""
    return (texts or {}).get(language.lower()) or (texts or {}).get("en", "")


def read_preset(name: str, text: str) -> Preset:
    """A file as a preset; raises PresetError."""
    try:
        data = json.loads(text)
    except ValueError as error:
        raise PresetError(f"{name}: no JSON: {error}") from error
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        raise PresetError(f"{name}: schema must be {SCHEMA}")
    wrong = (_KEYS - data.keys()) | (data.keys() - _KEYS - _MORE_KEYS)
    if wrong:
        raise PresetError(f"{name}: missing or unknown: {', '.join(sorted(wrong))}")
    parameters = tuple(_parameter(name, one) for one in data["parameters"])
    template = data["definition"]
    used = {place for value in template.values() if isinstance(value, str) for place in _PLACE.findall(value)}
    if used != {one.name for one in parameters}:
        raise PresetError(f"{name}: parameters and places in the definition differ")
    if data["channel"] not in CHANNELS:
        raise PresetError(f"{name}: channel")
    return Preset(
        name=name,
        label=_texts(name, data["label"]),
        about=_texts(name, data["about"]),
        kind=data["kind"],
        channel=data["channel"],
        parameters=parameters,
        template=template,
        zone=data.get("zone", ""),
        interval=data.get("interval"),
        delay=data.get("delay"),
        legal_note=_texts(name, data["legal_note"]) if "legal_note" in data else None,
        source_name=_texts(name, data["name"]) if "name" in data else None,
    )


def _parameter(preset: str, data: dict[str, Any]) -> Parameter:
    if not {"name", "label"} <= data.keys() <= _PARAMETER_KEYS:
        raise PresetError(f"{preset}: parameter {data.get('name')}")
    choices = tuple((str(one["value"]), _texts(preset, one["label"])) for one in data.get("choices", ()))
    texts = {"label": _texts(preset, data["label"])}
    if "help" in data:
        texts["help"] = _texts(preset, data["help"])
    return Parameter(**{**data, **texts, "choices": choices})


def _texts(preset: str, data: Any) -> Texts:
    if not isinstance(data, dict) or set(data) != set(LANGUAGES) or not all(data.values()):
        raise PresetError(f"{preset}: a text is in {', '.join(LANGUAGES)}")
    return {str(language): str(text) for language, text in data.items()}


def _all() -> dict[str, Preset]:
    files = [file for file in resources.files(__name__).iterdir() if file.name.endswith(".json")]
    names = sorted((file.name.removesuffix(".json"), file) for file in files)
    return {name: read_preset(name, file.read_text(encoding="utf-8")) for name, file in names}


PRESETS: dict[str, Preset] = _all()
