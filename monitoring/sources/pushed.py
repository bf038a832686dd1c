"""Kinds of source whose posts come by themselves: a program's, a form's, a file's, a colleague's (pure)."""

from dataclasses import dataclass
from datetime import datetime, tzinfo

from monitoring.sources.items import Item, SourceError
from monitoring.sources.kinds import Definition, Field, Page, clean_fields, gettext_noop, refuse
from sentinel.core.net.types import Request, Response


@dataclass
class PushedKind:
    """A kind that is never visited; its definition's `id` tells one source from the next of the same workspace."""

    NAME: str
    ABOUT: str
    FIELDS: tuple[Field, ...] = ()
    IS_PUSHED: bool = True

    def validate(self, definition: Definition) -> Definition:
        """The clean definition; raises DefinitionError."""
        clean, problems = clean_fields(tuple(one for one in self.FIELDS if one.kind != "secret"), definition)
        refuse(problems)
        return {**clean, "id": str(definition.get("id") or "")}

    def site(self, definition: Definition) -> str:
        """None: its posts are from anywhere."""
        return ""

    def start(self, definition: Definition) -> list[Request]:
        """Nothing is asked for."""
        return []

    def parse(self, definition: Definition, response: Response, now: datetime, zone: tzinfo) -> Page:
        """Nothing is visited; raises SourceError."""
        raise SourceError("malformed", "pushed")

    def detail_request(self, definition: Definition, item: Item) -> Request:
        """What was brought is whole; raises SourceError."""
        raise SourceError("malformed", "pushed")

    def detail(self, definition: Definition, item: Item, response: Response, now: datetime, zone: tzinfo) -> Item:
        """What was brought is whole."""
        return item

    def origins(self, definition: Definition) -> dict[str, str]:
        """Each field comes from the field of its own name, or from the one that the definition names."""
        return {
            name.removeprefix("path_"): str(path)
            for name, path in definition.items()
            if name.startswith("path_") and path
        }


API = PushedKind(
    gettext_noop("Your own collector"),
    gettext_noop("A program of yours sends posts to Sentinel's interface, for networks that nobody else may read"),
)
FILE = PushedKind(
    gettext_noop("Imported file"),
    gettext_noop("CSV, Excel or JSON lines, such as the export of another monitoring service"),
)
MANUAL = PushedKind(
    gettext_noop("Entered by hand"),
    gettext_noop("What colleagues pass on: a conversation, a screenshot, a journalist's enquiry"),
)
_PATH_HELP = gettext_noop("The name of the field, inner ones with dots (ticket.message). Empty: found by its name.")
WEBHOOK = PushedKind(
    gettext_noop("Form or CRM"),
    gettext_noop("A site form, a ticket system or an official account reports each message as it comes"),
    (
        Field("path_text", gettext_noop("Field with the message"), help=_PATH_HELP),
        Field("path_title", gettext_noop("Field with the subject"), advanced=True),
        Field("path_author", gettext_noop("Field with the sender"), advanced=True),
        Field("path_published_at", gettext_noop("Field with the time"), advanced=True),
        Field("path_url", gettext_noop("Field with the address"), advanced=True),
        Field("path_id", gettext_noop("Field with the identifier"), advanced=True),
        Field(
            "secret",
            gettext_noop("Signing secret"),
            kind="secret",
            advanced=True,
            help=gettext_noop("If your system signs what it sends (HMAC-SHA-256): unsigned messages are then refused."),
        ),
    ),
)
