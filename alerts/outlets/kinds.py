"""The registry of outlets: a new one is one file and one line here (pure)."""

from collections.abc import Callable
from dataclasses import dataclass

from alerts.outlets import email, webhook


@dataclass(frozen=True, slots=True)
class Kind:
    """What a form and a list need to know of a kind of outlet; `icon` is a sprite name."""

    check_address: Callable[[str], str]
    shown_address: Callable[[str], str]
    icon: str
    is_signed: bool = False


KINDS: dict[str, Kind] = {
    "webhook": Kind(webhook.check_address, webhook.shown_address, "webhook", is_signed=True),
    "email": Kind(email.check_address, email.shown_address, "mail"),
}
