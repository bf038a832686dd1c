"""How a crisis was rated, version by version, and who is concerned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitoring.text.differences import Part
from playbooks.differences import field_changes, marked
from playbooks.models import Assessment, Crisis, Stakeholder
from playbooks.models.assessing import STAKEHOLDERS
from playbooks.wording.assessments import AdviceWords, advice_words, field_text, stakeholder_gap_text, value_text
from playbooks.wording.codes import reputation_word, responsibility_word, stakeholder_word, verdict_word

FIELDS = (
    "level", "verdict", "responsibility", "has_history", "reputation", "level_reason", "verdict_evidence",
    "responsibility_reason", "victims", "damage", "impact", "diagnosis",
)  # fmt: skip
CHOSEN = ("level", "verdict", "responsibility", "has_history", "reputation")
TOLD = ("victims", "damage", "impact", "diagnosis")


@dataclass(frozen=True, slots=True)
class ChangeWords:
    """A part that differs from the version before: `parts` mark a text, `before` and `after` name a choice."""

    field: str
    label: str
    before: str
    after: str
    parts: Sequence[Part]


@dataclass(frozen=True, slots=True)
class Version:
    """One assessment in words, and what it changed."""

    assessment: Assessment
    verdict: str
    responsibility: str
    reputation: str
    advice: AdviceWords | None
    told: Sequence[tuple[str, str]]  # label and text, "" where nothing was written
    changes: Sequence[ChangeWords]
    level_before: int | None  # where the level changed

    @property
    def is_lifted(self) -> bool:
        """Whether history or reputation makes the responsibility weigh more than it was judged."""
        return self.advice is not None and self.advice.effective != self.responsibility


@dataclass(frozen=True, slots=True)
class StakeholderRow:
    """A measure for somebody; `share` of those to be reached, None where nobody counts them."""

    stakeholder: Stakeholder
    share: float | None
    is_done: bool
    is_late: bool


@dataclass(frozen=True, slots=True)
class StakeholderGroup:
    """One of the five kinds; without rows it is a gap, and `gap` says what is missing."""

    kind: str
    label: str
    gap: str
    rows: Sequence[StakeholderRow]


def versions(crisis: Crisis) -> list[Version]:
    """Every assessment, newest first."""
    made = list(crisis.assessments.select_related("made_by"))
    before = [None, *made][: len(made)]
    return [_version(one, older) for one, older in zip(made, before, strict=True)][::-1]


def stakeholder_groups(crisis: Crisis, now: datetime) -> list[StakeholderGroup]:
    """The five kinds, each with its measures."""
    rows = [_row(one, now) for one in crisis.stakeholders.select_related("owner")]
    return [
        StakeholderGroup(
            kind,
            stakeholder_word(kind),
            stakeholder_gap_text(kind),
            [row for row in rows if row.stakeholder.kind == kind],
        )
        for kind, _code in STAKEHOLDERS
    ]


def _version(one: Assessment, older: Assessment | None) -> Version:
    return Version(
        assessment=one,
        verdict=verdict_word(one.verdict),
        responsibility=responsibility_word(one.responsibility),
        reputation=reputation_word(one.reputation),
        advice=advice_words(one.advice) if one.advice else None,
        told=[(field_text(field), getattr(one, field)) for field in TOLD],
        changes=_changes(_values(older), _values(one)) if older else [],
        level_before=older.level if older and older.level != one.level else None,
    )


def _values(one: Assessment) -> dict[str, Any]:
    return {field: getattr(one, field) for field in FIELDS}


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[ChangeWords]:
    found = []
    for change in field_changes(before, after):
        old, new = value_text(change.field, change.before), value_text(change.field, change.after)
        parts = [] if change.field in CHOSEN else marked(old, new)
        found.append(ChangeWords(change.field, field_text(change.field), old, new, parts))
    return found


def _row(one: Stakeholder, now: datetime) -> StakeholderRow:
    is_done = one.total is not None and one.total > 0 and one.reached >= one.total
    return StakeholderRow(
        stakeholder=one,
        share=one.reached / one.total if one.total else None,
        is_done=is_done,
        is_late=bool(one.due_at and one.due_at < now and not is_done),
    )
