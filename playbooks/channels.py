"""Where a statement is published, for whom, in which language, and how long it may be there (pure)."""

from dataclasses import dataclass
from enum import StrEnum


class Language(StrEnum):
    """A language that statements are written in, by its code in the settings."""

    ZH_HANT = "zh-hant"
    ZH_HANS = "zh-hans"
    EN = "en"


class Audience(StrEnum):
    """Whom a statement speaks to."""

    PUBLIC = "public"
    MEDIA = "media"
    CUSTOMERS = "customers"
    PARTNERS = "partners"
    AUTHORITY = "authority"
    STAFF = "staff"


class Channel(StrEnum):
    """Where a statement is published."""

    SITE = "site"
    FACEBOOK = "facebook"
    WEIBO = "weibo"
    LINE = "line"
    PRESS = "press"
    SERVICE = "service"
    SHOP = "shop"
    INTERNAL = "internal"


class Manner(StrEnum):
    """How a channel speaks; channels of one manner share their drafts."""

    FULL = "full"  # read in peace
    SHORT = "short"  # read on a phone, between other things
    SPOKEN = "spoken"  # said to one person
    INTERNAL = "internal"  # read by colleagues


@dataclass(frozen=True, slots=True)
class ChannelTraits:
    """`limit`: code points that the platform takes, None where it does not say. `advised`: words that are still read
    there, a Chinese character or a Latin word or number counting one; our own judgement."""

    manner: Manner
    audiences: tuple[Audience, ...]
    limit: int | None
    advised: int


# Limits: Facebook 63,206 characters a post; Weibo 2,000; LINE 5,000 a text message (Messaging API, text message).
TRAITS = {
    Channel.SITE: ChannelTraits(Manner.FULL, (Audience.PUBLIC, Audience.MEDIA, Audience.PARTNERS), None, 600),
    Channel.FACEBOOK: ChannelTraits(Manner.SHORT, (Audience.PUBLIC, Audience.CUSTOMERS), 63_206, 300),
    Channel.WEIBO: ChannelTraits(Manner.SHORT, (Audience.PUBLIC, Audience.CUSTOMERS), 2_000, 300),
    Channel.LINE: ChannelTraits(Manner.SHORT, (Audience.CUSTOMERS,), 5_000, 300),
    Channel.PRESS: ChannelTraits(Manner.FULL, (Audience.MEDIA, Audience.AUTHORITY), None, 800),
    Channel.SERVICE: ChannelTraits(Manner.SPOKEN, (Audience.CUSTOMERS,), None, 250),
    Channel.SHOP: ChannelTraits(Manner.SPOKEN, (Audience.CUSTOMERS,), None, 250),
    Channel.INTERNAL: ChannelTraits(Manner.INTERNAL, (Audience.STAFF,), None, 400),
}
