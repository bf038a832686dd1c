"""What every kind of source has: form fields, a fetch plan, and pure parsing (pure).

A kind is one module with the attributes of `Kind` and one line in the registry. It never touches the network or the
clock: it says what to request and reads what came back.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any, Literal, Protocol

from monitoring.sources.items import DefinitionError, Item
from sentinel.core.net.types import Request, Response

Definition = dict[str, Any]


def gettext_noop(message: str) -> str:
    """Mark a text for the translators; the edge translates it where it is shown."""
    return message


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a kind's form; `label`, `help` and the choices' second halves are msgids.

    `choices` are (value, msgid) of a select. `advanced` fields may be folded away. A `secret` (a cookie, a token) is
    kept encrypted beside the definition and never shown again; a visit hands it to the kind with the definition.
    `group` is a name of GROUPS, or "" for the first. A `sparse` field stands in a definition only where it says
    something, so that a field that came later leaves what was saved before it as it is.
    """

    name: str
    label: str
    kind: Literal["text", "textarea", "select", "bool", "secret"] = "text"
    required: bool = False
    help: str = ""
    default: str | bool = ""
    choices: tuple[tuple[str, str], ...] = ()
    advanced: bool = False
    group: str = ""
    sparse: bool = False
    multiline: bool = False  # of a secret: it may have several lines


# the groups of a form, in their order, with their headings
GROUPS = {
    "": gettext_noop("What is read"),
    "list": gettext_noop("The rows of the list"),
    "detail": gettext_noop("Each article's own page"),
    "floors": gettext_noop("Comments and later floors"),
    "paging": gettext_noop("Further pages"),
    "dates": gettext_noop("Dates"),
    "counts": gettext_noop("What the site counts"),
    "blocked": gettext_noop("How the site shows that it refuses us"),
    "requests": gettext_noop("Headers and cookies"),
}


@dataclass(frozen=True, slots=True)
class Page:
    """What one answer held: its items, and the requests for what follows it."""

    items: list[Item]
    next: list[Request] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Revisited:
    """What one answer says of a post that is looked at again.

    `item` is the post as it stands now, None where the answer does not show it (its comments, or a page that is merely
    still there). `is_gone` says that the site shows it no longer; `mark` are the words by which it says so, empty where
    only an error status does. `replies` are answers to it, old and new; `next` are the requests for more of them.
    """

    item: Item | None = None
    is_gone: bool = False
    mark: str = ""
    replies: tuple[Item, ...] = ()
    next: list[Request] = field(default_factory=list)


class Kind(Protocol):
    """The shape of a kind's module.

    A kind may have more, each with a default where it does not:

    - `revisit(definition, item) -> list[Request]`: what to ask in order to see a post again; [] where it cannot be seen
      again. Default: `detail_request`, where the item has a page of its own.
    - `revisited(definition, item, response, now, zone) -> Revisited`: what an answer to it says, of any status but a
      refusal; raises SourceError. Default: `monitoring.sources.pages`.
    - `stated_error(definition, response, now) -> SourceError | None`: what an answer means as the site's own error,
      whatever its status; asked before anything else. Default: None.
    - `least_interval(definition) -> float`: the seconds between two visits that a quota allows. Default: 0.
    - `least_revisit_interval(definition) -> float`: likewise between two posts that are looked at again. Default: 0.
    - `channel(definition) -> str`: the channel that a subscription begins with. Default: news.
    """

    NAME: str
    ABOUT: str  # when to choose it, in a line
    FIELDS: tuple[Field, ...]

    def validate(self, definition: Definition) -> Definition:
        """The clean definition; raises DefinitionError with the problem of each field."""

    def site(self, definition: Definition) -> str:
        """The host that the source is on: its label, and the scope of its sites' identifiers."""

    def start(self, definition: Definition) -> list[Request]:
        """The requests that a visit begins with."""

    def parse(self, definition: Definition, response: Response, now: datetime, zone: tzinfo) -> Page:
        """Read an answer to `start` or to a page's `next`; raises SourceError."""

    def detail_request(self, definition: Definition, item: Item) -> Request:
        """The request for the rest of an item that needs detail."""

    def detail(self, definition: Definition, item: Item, response: Response, now: datetime, zone: tzinfo) -> Item:
        """The whole item, from the answer to `detail_request`; raises SourceError."""

    def origins(self, definition: Definition) -> dict[str, str]:
        """For each field of an item the tag, key or selector that it is read from, for the preview."""


def ration_of(kind: Kind, definition: Definition) -> float:
    """The seconds between two visits that a customer's quota allows, whatever pace is wished; 0 where there is none."""
    rationed = getattr(kind, "least_interval", None)
    return float(rationed(definition)) if rationed is not None else 0.0


REQUIRED = gettext_noop("This field is required.")
NOT_AN_ADDRESS = gettext_noop("Write a whole web address that begins with http:// or https://.")


def clean_fields(fields: tuple[Field, ...], definition: Definition) -> tuple[Definition, dict[str, str]]:
    """The values of the known fields, trimmed or defaulted, and the problems that hold for any kind.

    A secret that is not given is no problem: the one that is kept is not handed to a form again.
    """
    clean: Definition = {}
    problems: dict[str, str] = {}
    for one in fields:
        value = _clean_value(one, definition.get(one.name, one.default))
        if one.required and not value and one.kind != "secret":
            problems[one.name] = REQUIRED
        if value != one.default or not (one.sparse or one.kind == "secret"):
            clean[one.name] = value
    return clean, problems


def _clean_value(one: Field, value: Any) -> str | bool:
    if one.kind == "bool":
        return value in (True, "true", "on", "1", 1)
    text = str(value).strip() if isinstance(value, str | int) else ""
    text = text.replace("\r\n", "\n")
    return str(one.default) if one.choices and text not in {choice for choice, _ in one.choices} else text


def secrets_of(fields: tuple[Field, ...], definition: Mapping[str, Any]) -> dict[str, str]:
    """The secret fields of a definition that are filled."""
    names = [one.name for one in fields if one.kind == "secret"]
    return {name: str(definition[name]) for name in names if definition.get(name)}


def without_secrets(fields: tuple[Field, ...], definition: Mapping[str, Any]) -> Definition:
    """What may be stored in the open, shown and exported."""
    secret = {one.name for one in fields if one.kind == "secret"}
    return {name: value for name, value in definition.items() if name not in secret}


def refuse(problems: dict[str, str]) -> None:
    """Raise DefinitionError where there are problems."""
    if problems:
        raise DefinitionError(problems)
