"""Candidates, and ready definitions that were filled in, as definitions that can be tried and saved (pure)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from monitoring.detecting.signs import Candidate
from monitoring.sources import KINDS
from monitoring.sources.items import DefinitionError
from monitoring.sources.kinds import secrets_of, without_secrets
from monitoring.sources.presets import PRESETS, Preset


@dataclass(frozen=True, slots=True)
class Offer:
    """A way to read an address that can be tried and saved; `sign`, `seen` and `name` as in `Candidate`.

    `definition` holds no secrets. `proposed` are settings that suit it: interval, delay in seconds, zone.
    """

    sign: str
    seen: str
    kind: str
    definition: dict[str, Any]
    preset: str
    name: str
    channel: str
    proposed: dict[str, Any] = field(default_factory=dict)


def offers_of(candidates: Iterable[Candidate]) -> list[Offer]:
    """Those of the candidates that make a whole definition, each definition once."""
    offers: dict[tuple[str, str], Offer] = {}
    for one in candidates:
        try:
            offer = _offer_of_preset(one) if one.preset else _offer_of_kind(one)
        except DefinitionError:
            continue
        offers.setdefault((offer.kind, repr(offer.definition)), offer)
    return list(offers.values())


def preset_offer(preset: Preset, values: Mapping[str, str], seen: str = "") -> tuple[Offer, dict[str, str]]:
    """A ready definition with its values, and its secrets apart; raises DefinitionError by parameter or field."""
    kind = KINDS[preset.kind]
    whole = kind.validate(preset.definition(values))
    proposed = {"interval": preset.interval, "delay": preset.delay, "zone": preset.zone}
    offer = Offer(
        sign="software",
        seen=seen,
        kind=preset.kind,
        definition=without_secrets(kind.FIELDS, whole),
        preset=preset.name,
        name="",
        channel=preset.channel,
        proposed={name: value for name, value in proposed.items() if value},
    )
    return offer, secrets_of(kind.FIELDS, whole)


def _offer_of_preset(candidate: Candidate) -> Offer:
    if candidate.preset not in PRESETS:
        raise DefinitionError({"preset": candidate.preset})
    return preset_offer(PRESETS[candidate.preset], candidate.values, candidate.seen)[0]


def _offer_of_kind(candidate: Candidate) -> Offer:
    kind = KINDS[candidate.kind]
    definition = kind.validate(dict(candidate.definition))
    channel = "forum" if candidate.sign == "structure" and _is_forum(candidate) else getattr(kind, "CHANNEL", "news")
    return Offer(candidate.sign, candidate.seen, candidate.kind, definition, "", candidate.name, channel)


def _is_forum(candidate: Candidate) -> bool:
    """Whether the rows of a page count answers or views, as forums do."""
    return candidate.kind == "listing" and any(name in candidate.definition for name in ("comments", "views"))
