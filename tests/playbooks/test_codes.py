"""Every code of a crisis has a name, the same on the pages, in the report and in the audit trail."""

from collections.abc import Callable

import pytest
from django.utils import translation

from playbooks.channels import Channel
from playbooks.models import Approval, Cosign, Watch
from playbooks.models.assessing import REPUTATIONS, RESPONSIBILITIES, STAKEHOLDERS, VERDICTS
from playbooks.models.crises import DUTIES, FACT_STATUSES, STAGES
from playbooks.models.emergency import MEASURE_STATUSES
from playbooks.models.plans import PLAN_STATUSES
from playbooks.models.reviewing import DEPARTMENTS
from playbooks.models.statements import STATEMENT_KINDS, STATEMENT_STATUSES
from playbooks.models.tasks import TASK_KINDS
from playbooks.phrases import faults
from playbooks.reports.wording import labels
from playbooks.statements import Element, Remark, RemarkKind
from playbooks.strategy import Strategy
from playbooks.wording import codes
from playbooks.wording.plans import hint_text, remark_text
from sentinel.core.audit_words import CODES, facts

KINDS: list[tuple[Callable[[str], str], list[str]]] = [
    (word, [str(code) for code, _label in choices or []])
    for word, choices in (
        (codes.stage_word, STAGES),
        (codes.verdict_word, VERDICTS),
        (codes.responsibility_word, RESPONSIBILITIES),
        (codes.reputation_word, REPUTATIONS),
        (codes.duty_word, DUTIES),
        (codes.stakeholder_word, STAKEHOLDERS),
        (codes.fact_status_word, FACT_STATUSES),
        (codes.measure_status_word, MEASURE_STATUSES),
        (codes.task_kind_word, TASK_KINDS),
        (codes.plan_status_word, PLAN_STATUSES),
        (codes.decision_word, Approval._meta.get_field("decision").choices),
        (codes.answer_word, Cosign._meta.get_field("answer").choices),
        (codes.statement_kind_word, STATEMENT_KINDS),
        (codes.statement_status_word, STATEMENT_STATUSES),
        (codes.department_word, DEPARTMENTS),
        (codes.outcome_word, Watch._meta.get_field("outcome").choices),
    )
] + [
    (codes.strategy_word, [str(one) for one in Strategy]),
    (codes.channel_word, [str(channel) for channel in Channel]),
    (codes.element_word, [str(element) for element in Element]),
]


@pytest.mark.parametrize(("word", "known"), KINDS, ids=lambda value: getattr(value, "__name__", ""))
def test_every_code_has_a_name_of_its_own(word: Callable[[str], str], known: list[str]) -> None:
    names = [word(code) for code in known]
    assert all(names)
    assert len(set(names)) == len(known) > 1


@pytest.mark.parametrize("language", ["en", "zh-hant", "zh-hans"])
def test_the_audit_trail_and_the_report_say_a_code_as_the_pages_do(language: str) -> None:
    with translation.override(language):
        [(_name, verdict)] = facts({"verdict": "pending"})
        assert verdict == codes.verdict_word("pending")
        [(_name, stage)] = facts({"after": "act"})
        assert stage == codes.stage_word("act")
        assert labels()["facts-unknown"] == codes.fact_status_word("unknown") == str(CODES["status"]["unknown"])


@pytest.mark.parametrize("kind", RemarkKind)
def test_every_remark_on_a_text_has_words(kind: RemarkKind) -> None:
    assert remark_text(Remark(kind, 0, 2, 1, "XX", ""))


def test_every_hint_has_words() -> None:
    assert all(hint_text(phrase.hint) for phrase in faults())
