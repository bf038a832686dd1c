"""A mailbox that is read over IMAP, as a source: what an admin says of it (pure).

The visit itself speaks IMAP instead of HTTP and lives beside the crawler, in `monitoring.mailboxes`.
"""

import re
from datetime import datetime, tzinfo
from urllib.parse import quote

from monitoring.sources.items import Item, SourceError
from monitoring.sources.kinds import Definition, Field, Page, clean_fields, gettext_noop, refuse
from sentinel.core.net.types import Request, Response

NAME = gettext_noop("Mailbox")
ABOUT = gettext_noop("Reads the mails of one folder over IMAP; it deletes nothing and marks nothing as read")
PORT = 993  # IMAP over TLS (RFC 8314): nothing else is spoken
FIELDS: tuple[Field, ...] = (
    Field("host", gettext_noop("IMAP server"), required=True, help=gettext_noop("For example imap.example.com.")),
    Field("user", gettext_noop("User name"), required=True),
    Field(
        "password",
        gettext_noop("Password"),
        kind="secret",
        required=True,
        help=gettext_noop("An app password where your provider has them. It is encrypted and never shown again."),
    ),
    Field("folder", gettext_noop("Folder"), default="INBOX"),
    Field(
        "only_subject",
        gettext_noop("Only mails whose subject has one of these words"),
        advanced=True,
        help=gettext_noop("With commas between. Empty: all mails."),
    ),
    Field("only_from", gettext_noop("Only mails from these senders"), advanced=True),
    Field(
        "rules",
        gettext_noop("What a form's mail says, by its labels"),
        kind="textarea",
        advanced=True,
        help=gettext_noop("One a line: author, title, text or url, an equals sign, and the label in the mail."),
    ),
)
_HOST = re.compile(r"(?=.{1,253}\Z)[\w-]{1,63}(\.[\w-]{1,63})*\.?")
_NOT_A_HOST = gettext_noop("Write the server's name alone, such as imap.example.com.")
_NOT_A_RULE = gettext_noop("Write one rule a line, such as: author = Name")
_NOT_PRINTABLE = gettext_noop("This holds characters that cannot be typed.")
_RULE = re.compile(r"\s*(author|title|text|url)\s*=\s*\S.*")


def validate(definition: Definition) -> Definition:
    """The clean definition; raises DefinitionError."""
    clean, problems = clean_fields(tuple(one for one in FIELDS if one.kind != "secret"), definition)
    clean["host"] = clean["host"].lower()
    if clean["host"] and not _HOST.fullmatch(clean["host"]):
        problems["host"] = _NOT_A_HOST
    for name in ("user", "folder"):
        if not clean[name].isprintable():
            problems[name] = _NOT_PRINTABLE
    if any(line.strip() and not _RULE.fullmatch(line) for line in clean["rules"].splitlines()):
        problems["rules"] = _NOT_A_RULE
    refuse(problems)
    return {**clean, "folder": clean["folder"] or "INBOX"}


def address(definition: Definition) -> str:
    """The folder's address (RFC 5092), which names the source."""
    user, folder = quote(definition["user"], safe=""), quote(definition["folder"], safe="/")
    return f"imaps://{user}@{definition['host']}/{folder}"


def site(definition: Definition) -> str:
    """The server."""
    host: str = definition["host"]
    return host


def start(definition: Definition) -> list[Request]:
    """Nothing is asked for over HTTP."""
    return []


def parse(definition: Definition, response: Response, now: datetime, zone: tzinfo) -> Page:
    """A mailbox is not read from pages; raises SourceError."""
    raise SourceError("malformed", "imap")


def detail_request(definition: Definition, item: Item) -> Request:
    """A mail is whole; raises SourceError."""
    raise SourceError("malformed", "imap")


def detail(definition: Definition, item: Item, response: Response, now: datetime, zone: tzinfo) -> Item:
    """A mail is whole."""
    return item


def origins(definition: Definition) -> dict[str, str]:
    """The headers that each field is read from."""
    return {"title": "Subject", "author": "From", "published_at": "Date", "text": "text/plain, text/html"}
