"""Candidates as definitions that can be tried and saved (pure)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from monitoring.detecting.signs import Candidate
from monitoring.sources import KINDS
from monitoring.sources.items import DefinitionError


@dataclass(frozen=True, slots=True)
class Offer:
    """A way to read an address that can be tried and saved; `sign`, `seen` and `name` as in `Candidate`."""

    sign: str
    seen: str
    kind: str
    definition: dict[str, Any]
    preset: str
    name: str
    channel: str


def offers_of(candidates: Iterable[Candidate]) -> list[Offer]:
    """Those of the candidates that make a whole definition, each definition once."""
    offers: dict[tuple[str, str], Offer] = {}
    for one in candidates:
        offer = _offer(one)
        if offer:
            offers.setdefault((offer.kind, repr(offer.definition)), offer)
    return list(offers.values())


def _offer(candidate: Candidate) -> Offer | None:
    if candidate.preset or candidate.kind not in KINDS:
        return None
    kind = KINDS[candidate.kind]
    try:
        definition = kind.validate(dict(candidate.definition))
    except DefinitionError:
        return None
    channel = "forum" if candidate.sign == "structure" and _is_forum(candidate) else getattr(kind, "CHANNEL", "news")
    return Offer(candidate.sign, candidate.seen, candidate.kind, definition, "", candidate.name, channel)


def _is_forum(candidate: Candidate) -> bool:
    """Whether the rows count answers or views, as forums do."""
    return any(name in candidate.definition for name in ("comments", "views"))
