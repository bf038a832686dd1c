"""E-mail: plain text, a Message-ID that stays the same when it is sent again (pure)."""

import re
from dataclasses import dataclass

from alerts.outlets import Message

# The local part in ASCII, since few mail servers take more; the domain in any script.
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[^@\s,;<>()\"\\]+\.[^@\s,;<>()\"\\.]+")


@dataclass(frozen=True, slots=True)
class Mail:
    """What goes to the mail server."""

    to: list[str]
    subject: str
    body: str
    headers: dict[str, str]


def recipients(address: str) -> list[str]:
    """The addresses of a comma-separated list."""
    return [part.strip() for part in re.split(r"[,;\s]+", address) if part.strip()]


def check_address(address: str) -> str:
    """What is wrong with a list of addresses: "mail-address" or ""."""
    found = recipients(address)
    return "" if found and all(_ADDRESS.fullmatch(one) for one in found) else "mail-address"


def shown_address(address: str) -> str:
    """The recipients."""
    return ", ".join(recipients(address))


def compose(message: Message, *, address: str, key: str, host: str) -> Mail:
    """The mail for a message."""
    subject = " ".join(message.subject.split())
    body = "\n".join([*message.lines, "", message.url]) if message.url else "\n".join(message.lines)
    headers = {"Message-ID": f"<{key}@{host}>", "Auto-Submitted": "auto-generated"}
    return Mail(recipients(address), subject, body + "\n", headers)
