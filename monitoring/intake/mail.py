"""A mail as received to a post: subject, sender, time and text, whatever its charset says (pure).

Formats: RFC 5322 (messages), RFC 2045–2047 (MIME and encoded words), RFC 2392 (`mid:` addresses).
"""

import email
import re
from collections.abc import Mapping
from datetime import datetime
from email.header import decode_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import parseaddr, parsedate_to_datetime
from typing import Any
from urllib.parse import quote

from monitoring.crawling.charset import decode
from monitoring.crawling.markup import html_to_text
from monitoring.sources.items import Item
from monitoring.visiting.storable import storable_item
from sentinel.core.net.types import Response

LARGEST = 2_000_000  # bytes that are read of one mail
MOST_PARTS = 200
MOST_NAMED = 20  # attachments
RULED = ("author", "title", "text", "url")  # what a rule may take from a form's mail
_RULE = re.compile(r"\s*(author|title|text|url)\s*=\s*(\S.*?)\s*")
_MESSAGE_ID = re.compile(r"<([^<>\s]{3,300})>")


class NotWantedError(ValueError):
    """A mail that the mailbox's rules leave out."""


def read_mail(raw: bytes, definition: Mapping[str, Any], *, place: str, now: datetime) -> Item:
    """The post that a mail is; raises NotWantedError where its subject or sender is none that is wanted.

    `place` is the address of the mail in its mailbox, for one without an identifier of its own.
    """
    message = _parsed(raw[:LARGEST])
    title = _header(message, "Subject")
    name, address = parseaddr(_header(message, "From"))
    for wanted, stated in (("only_subject", title), ("only_from", f"{name} {address}")):
        words = [word.strip().casefold() for word in str(definition.get(wanted) or "").split(",") if word.strip()]
        if words and not any(word in stated.casefold() for word in words):
            raise NotWantedError(wanted)
    text, attached = _body(message)
    said = {"title": title, "author": name or address, "text": text, "url": "", **_ruled(text, definition)}
    identifier = _MESSAGE_ID.search(_header(message, "Message-ID"))
    at = _date(message, now)
    named = "".join(f"\n[{one}]" for one in attached)
    return storable_item(
        Item(
            url=said["url"] or (f"mid:{quote(identifier[1], safe='@')}" if identifier else place),
            title=said["title"],
            text=(said["text"] + named).strip(),
            author=said["author"],
            published_at=at or now,
            precision="second",
            response=Response(place, 0, {"content-type": "message/rfc822"}, _kept(raw, text)),
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


def _parsed(raw: bytes) -> Message:
    try:
        return email.message_from_bytes(raw)
    except Exception:  # nested beyond reason: what stands above the body is enough
        return BytesHeaderParser().parsebytes(raw)


def _kept(raw: bytes, text: str) -> bytes:
    """The head as received and the text as read: attachments are named, not kept."""
    head = re.split(rb"\r?\n\r?\n", raw[:LARGEST], maxsplit=1)[0]
    return head + b"\r\n\r\n" + text.encode("utf-8", "replace")


def _header(message: Message, name: str) -> str:
    try:
        parts = decode_header(message.get(name, ""))
    except Exception:  # an encoded word that is none
        return " ".join(str(message.get(name, "")).split())[:1000]
    text = "".join(
        part if isinstance(part, str) else decode(part, f"charset={charset}" if charset else "").text
        for part, charset in parts
    )
    return " ".join(text.split())[:1000]


def _body(message: Message) -> tuple[str, list[str]]:
    """The text of a mail, the plain one where it has both, and the names of what is attached."""
    texts: dict[str, str] = {}
    attached: list[str] = []
    for count, part in enumerate(message.walk()):
        if count >= MOST_PARTS:
            break
        if part.is_multipart():
            continue
        kind, name = part.get_content_type(), _file_name(part)
        if kind in ("text/plain", "text/html") and not name and kind not in texts:
            payload = part.get_payload(decode=True)
            charset = part.get_content_charset("")
            if isinstance(payload, bytes):
                texts[kind] = decode(payload, f"charset={charset}").text
        elif name and len(attached) < MOST_NAMED:
            attached.append(name[:200])
    plain = texts.get("text/plain", "").strip()
    return plain or html_to_text(texts.get("text/html", "")).strip(), attached


def _file_name(part: Message) -> str:
    try:
        name = part.get_filename()
    except Exception:  # a parameter in pieces that do not fit
        return "?"
    if not name and part.get_content_disposition() == "attachment":
        return "?"
    return "".join(
        piece if isinstance(piece, str) else decode(piece, f"charset={charset}" if charset else "").text
        for piece, charset in decode_header(name or "")
    )


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
