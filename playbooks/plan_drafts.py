"""The content of a plan as plain values: what the editor sends, what a version is copied from, what is compared."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, Self

from playbooks.models import Candidate, Plan, PlanItem, Statement
from playbooks.strategy import Strategy
from sentinel.core.models import User


class _Part:
    """A part of a plan whose fields are those of its row."""

    __slots__ = ()

    def fields(self) -> dict[str, Any]:
        """As the row takes them."""
        return {one.name: getattr(self, one.name) for one in fields(self)}  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class CandidateDraft(_Part):
    """One feasible way; costs in whole units."""

    title: str
    strategies: list[str]
    scope: str = ""
    remedy: str = ""
    cost_low: int | None = None
    cost_high: int | None = None
    cost_note: str = ""
    risk: str = ""
    authority: str = ""
    is_recommended: bool = False

    def in_order(self) -> Self:
        """With its strategies in the order in which they are always offered, so that only a choice is a difference."""
        known = [strategy.value for strategy in Strategy if strategy.value in self.strategies]
        return replace(self, strategies=known)


@dataclass(frozen=True, slots=True)
class ItemDraft(_Part):
    """Something to do; a promise is what the public will hold us to."""

    text: str
    owner: User | None = None
    due_at: datetime | None = None
    is_promise: bool = False


@dataclass(frozen=True, slots=True)
class StatementDraft(_Part):
    """Words for one channel."""

    channel: str
    audience: str
    title: str
    text: str
    next_update_at: datetime | None = None
    language: str = "zh-hant"


@dataclass(frozen=True, slots=True)
class PlanDraft:
    """A whole plan; risks are lines."""

    stance: str
    risks: str
    candidates: tuple[CandidateDraft, ...]
    items: tuple[ItemDraft, ...]
    statements: tuple[StatementDraft, ...]

    @property
    def promises(self) -> list[ItemDraft]:
        """What the public will hold us to."""
        return [one for one in self.items if one.is_promise and one.text]

    @property
    def tasks(self) -> list[ItemDraft]:
        """What else it has people do."""
        return [one for one in self.items if not one.is_promise and one.text]

    def in_order(self) -> Self:
        """With the strategies of its candidates in their order."""
        return replace(self, candidates=tuple(one.in_order() for one in self.candidates))

    @classmethod
    def of(
        cls, plan: Plan, candidates: Iterable[Candidate], items: Iterable[PlanItem], statements: Iterable[Statement]
    ) -> Self:
        """What a version says."""
        return cls(
            stance=plan.stance,
            risks=plan.risks,
            candidates=tuple(_copy(CandidateDraft, one) for one in candidates),
            items=tuple(_copy(ItemDraft, one) for one in items),
            statements=tuple(_copy(StatementDraft, one) for one in statements),
        )


def _copy(kind: Any, row: Any) -> Any:
    return kind(**{one.name: getattr(row, one.name) for one in fields(kind)})
