"""A mail as received to a post: subject, sender, time and text, whatever its charset says (pure).

Formats: RFC 5322 (messages), RFC 2045–2047 (MIME and encoded words), RFC 2392 (`mid:` addresses).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.header import decode_header
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime
from typing import Any
from urllib.parse import quote

from monitoring.crawling.charset import decode
from monitoring.crawling.markup import html_to_text
from monitoring.crawling.receipts import ATTACHED, LEFT_OUT
from monitoring.intake.mime import MOST_PARTS, Part, read_part
from monitoring.sources.items import Item
from monitoring.visiting.storable import LONGEST_TEXT, storable, storable_item
from sentinel.core.net.types import Response

LARGEST = 15_000_000  # bytes that are read of one mail: what is attached comes in Base64
LARGEST_ATTACHED = 10_000_000  # bytes that are kept of one mail's files
MOST_ATTACHED = 20
LARGEST_HEAD = 200_000
LONGEST_NAME = 200  # characters
LONGEST_HEADER = 10_000  # characters
DEEPEST = 20  # parts within parts
RULED = ("author", "title", "text", "url")  # what a rule may take from a form's mail
_RULE = re.compile(r"\s*(author|title|text|url)\s*=\s*(\S.*?)\s*")
_MESSAGE_ID = re.compile(r"<([^<>\s]{3,300})>")


@dataclass(frozen=True, slots=True)
class _File:
    """A file that came with a mail."""

    name: str
    media_type: str
    data: bytes


class NotWantedError(ValueError):
    """A mail that the mailbox's rules leave out."""


def read_mail(raw: bytes, definition: Mapping[str, Any], *, place: str, now: datetime) -> Item:
    """The post that a mail is; raises NotWantedError where its subject or sender is none that is wanted.

    `place` is the address of the mail in its mailbox, for one without an identifier of its own.
    """
    mail = read_part(raw[:LARGEST])
    message = mail.head
    title = _header(message, "Subject")
    name, address = _sender(_header(message, "From"))
    for wanted, stated in (("only_subject", title), ("only_from", f"{name} {address}")):
        words = [word.strip().casefold() for word in str(definition.get(wanted) or "").split(",") if word.strip()]
        if words and not any(word in stated.casefold() for word in words):
            raise NotWantedError(wanted)
    files: list[_File] = []
    text = _words(mail, files, 0)
    said = {"title": title, "author": name or address, "text": text, "url": "", **_ruled(text, definition)}
    identifier = _MESSAGE_ID.search(_header(message, "Message-ID"))
    at = _date(message, now)
    kept, left_out = _within_bounds(files, is_cut=len(raw) > LARGEST)
    named = "\n".join(f"[{one.name}]" for one in files[:MOST_ATTACHED])
    head = {"content-type": "message/rfc822", **({LEFT_OUT: ", ".join(left_out)} if left_out else {})}
    return storable_item(
        Item(
            url=said["url"] or (f"mid:{quote(identifier[1], safe='@')}" if identifier else place),
            title=said["title"],
            text=said["text"].strip() or named,  # the names stand beside the text: they say nothing of its mood
            author=said["author"],
            published_at=at or now,
            precision="second",
            attached=tuple(
                Response(place, 0, {"content-type": one.media_type, ATTACHED: one.name}, one.data) for one in kept
            ),
            response=Response(place, 0, head, _kept(raw, text)),
        )
    )


def rules_of(text: str) -> tuple[dict[str, str], list[str]]:
    """The rules in a definition's text, one `field = label` a line, and the lines that are none."""
    rules, wrong = {}, []
    for line in filter(None, (line.strip() for line in text.splitlines())):
        found = _RULE.fullmatch(line)
        if found:
            rules[found[1]] = found[2].rstrip(":：")
        else:
            wrong.append(line)
    return rules, wrong


def _kept(raw: bytes, text: str) -> bytes:
    """The head as received and the text as read; attachments are kept beside it."""
    head = re.split(rb"\r?\n\r?\n", raw[:LARGEST_HEAD], maxsplit=1)[0]
    return head + b"\r\n\r\n" + text.encode("utf-8", "replace")


def _header(message: Message, name: str) -> str:
    value = message.get(name, "")
    value = value[:LONGEST_HEADER] if isinstance(value, str) else value  # not text yet where it has raw bytes
    try:
        parts = decode_header(value)
    except Exception:  # an encoded word that is none
        return " ".join(str(value).split())[:1000]
    text = "".join(
        part if isinstance(part, str) else decode(part, f"charset={charset}" if charset else "").text
        for part, charset in parts
    )
    return " ".join(text.split())[:1000]


def _sender(header: str) -> tuple[str, str]:
    """Name and address; what is no address at all stands for itself."""
    try:
        return parseaddr(header)
    except RecursionError:  # brackets in brackets
        return "", header[:LONGEST_NAME]


def _within_bounds(files: "list[_File]", *, is_cut: bool) -> "tuple[list[_File], list[str]]":
    """The files that are kept, and the names of those that are too many or too large, or whose end was not read."""
    kept: list[_File] = []
    left_out: list[str] = []
    size = 0
    for place, one in enumerate(files):
        is_last_of_cut = is_cut and place == len(files) - 1
        if len(kept) < MOST_ATTACHED and size + len(one.data) <= LARGEST_ATTACHED and one.data and not is_last_of_cut:
            kept.append(one)
            size += len(one.data)
        else:
            left_out.append(one.name)
    return kept, left_out[:MOST_ATTACHED]


def _words(part: Part, files: "list[_File]", depth: int) -> str:
    """The text of a part and of what it holds: of alternatives the plain one, of a forwarded mail its head as well."""
    kind, name = part.kind, _file_name(part.head)
    if depth > DEEPEST or len(files) >= MOST_PARTS:
        return ""
    inner = part.inner()
    if part.is_message:
        return _forwarded(inner[0], files, depth)
    if inner:
        texts = [_words(one, files, depth + 1) for one in inner]
        if kind == "multipart/alternative":
            return next(filter(None, texts), "")
        return "\n\n".join(filter(None, texts))[:LONGEST_TEXT]
    if name or kind not in ("text/plain", "text/html"):
        if name or kind != "text/calendar":
            files.append(_File(name or "?", kind, part.content()))
        return ""
    text = decode(part.content(), f"charset={part.head.get_content_charset('')}").text
    return (html_to_text(text) if kind == "text/html" else text)[:LONGEST_TEXT].strip()


def _forwarded(mail: Part, files: "list[_File]", depth: int) -> str:
    """A mail within the mail: who wrote it, when and of what, and its text."""
    heads = [f"{name}: {_header(mail.head, name)}" for name in ("From", "Date", "Subject") if mail.head.get(name)]
    return "\n".join([*heads, "", _words(mail, files, depth + 1)]).strip()


def _file_name(head: Message) -> str:
    try:
        name = head.get_filename()
    except Exception:  # a parameter in pieces that do not fit
        return "?"
    if not name and head.get_content_disposition() == "attachment":
        return "?"
    said = "".join(
        piece if isinstance(piece, str) else decode(piece, f"charset={charset}" if charset else "").text
        for piece, charset in decode_header((name or "")[:LONGEST_HEADER])
    )
    return storable(" ".join(said.replace("\\", "/").rpartition("/")[2].split()), LONGEST_NAME)


def _date(message: Message, now: datetime) -> datetime | None:
    """When the mail says that it was sent; None where it does not, or claims a time to come."""
    try:
        at = parsedate_to_datetime(str(message.get("Date", "")))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=now.tzinfo)
    return at if at.year >= 1990 and at <= now else None


def _ruled(text: str, definition: Mapping[str, Any]) -> dict[str, str]:
    """What the mail of a form says beside its labels: `姓名：王小明`; the text goes on until the next label."""
    rules, _wrong = rules_of(str(definition.get("rules") or ""))
    labels = "|".join(sorted(map(re.escape, rules.values()), key=len, reverse=True))
    if not labels:
        return {}
    found = {}
    for field, label in rules.items():
        end = rf"(?=\n\s*(?:{labels})\s*[:：]|\Z)" if field == "text" else r"(?=\n|\Z)"
        stated = re.search(rf"(?:^|\n)\s*{re.escape(label)}\s*[:：]\s*(.*?){end}", text, re.DOTALL)
        if stated and stated[1].strip():
            found[field] = stated[1].strip()
    return found
