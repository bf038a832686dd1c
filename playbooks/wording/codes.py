"""The words of every code of a crisis in the reader's language: the one place in which a code has its name.

What the audit trail says as well is worded there, in `sentinel.core.audit_words`. An empty code has no words.
"""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from sentinel.core.audit_words import (
    ANSWER_WORDS,
    CHANNEL_WORDS,
    DEPARTMENT_WORDS,
    DUTY_WORDS,
    FACT_WORDS,
    OUTCOME_WORDS,
    STAGE_WORDS,
    STAKEHOLDER_WORDS,
    VERDICT_WORDS,
)


def stage_word(stage: str) -> str:
    """蒐集, 評估, 處置, 檢討."""
    return str(STAGE_WORDS[stage])


def verdict_word(verdict: str) -> str:
    """What was found about what is being said."""
    return str(VERDICT_WORDS[verdict])


def responsibility_word(responsibility: str) -> str:
    """How much of it is laid at our door: the cluster of SCCT."""
    return {
        "unknown": pgettext("responsibility", "Not judged yet"),
        "victim": pgettext("responsibility", "Victim"),
        "accidental": pgettext("responsibility", "Accident"),
        "preventable": pgettext("responsibility", "Preventable"),
    }[responsibility]


def reputation_word(reputation: str) -> str:
    """How stakeholders saw us before."""
    return {
        "good": pgettext("reputation", "Good"),
        "neutral": pgettext("reputation", "Neither good nor poor"),
        "poor": pgettext("reputation", "Poor"),
    }[reputation]


def strategy_word(strategy: str) -> str:
    """A strategy of a response, or one to keep away from (SCCT)."""
    return {
        "instructing": pgettext("strategy", "Instructing information"),
        "adjusting": pgettext("strategy", "Adjusting information"),
        "deny": pgettext("strategy", "Deny"),
        "diminish": pgettext("strategy", "Diminish"),
        "rebuild": pgettext("strategy", "Rebuild"),
        "bolster": pgettext("strategy", "Bolster"),
        "attack-accuser": pgettext("strategy", "Attack the accuser"),
        "scapegoat": pgettext("strategy", "Blame somebody else"),
    }[strategy]


def duty_word(duty: str) -> str:
    """What somebody is in the control centre."""
    return str(DUTY_WORDS[duty])


def stakeholder_word(kind: str) -> str:
    """Who is concerned."""
    return str(STAKEHOLDER_WORDS[kind])


def fact_status_word(status: str) -> str:
    """What is held of a fact."""
    return str(FACT_WORDS[status])


def measure_status_word(status: str) -> str:
    """What became of an emergency measure."""
    return {
        "proposed": pgettext("measure", "Proposed"),
        "approved": pgettext("measure", "Approved"),
        "declined": pgettext("measure", "Declined"),
        "done": pgettext("measure", "Done"),
    }[status]


def task_kind_word(kind: str) -> str:
    """Where a task comes from."""
    return {
        "hand": pgettext("task", "By hand"),
        "plan": pgettext("task", "Response plan"),
        "promise": pgettext("task", "Public promise"),
        "measure": pgettext("task", "Emergency measure"),
        "stakeholder": pgettext("task", "Stakeholder"),
        "fact": pgettext("task", "Fact"),
    }[kind]


def plan_status_word(status: str) -> str:
    """Where a version of a plan stands."""
    return {
        "draft": pgettext("plan", "Draft"),
        "submitted": pgettext("plan", "Waiting for approval"),
        "approved": pgettext("plan", "Approved"),
        "returned": pgettext("plan", "Sent back"),
        "void": pgettext("plan", "Void"),
    }[status]


def decision_word(decision: str) -> str:
    """What a manager decided about a version, or an edit afterwards did to the decision."""
    return {
        "approve": pgettext("decision", "Approved"),
        "return": pgettext("decision", "Sent back"),
        "void": pgettext("decision", "Approval voided by an edit"),
    }[decision]


def answer_word(answer: str) -> str:
    """What a co-signer said."""
    return str(ANSWER_WORDS[answer]) if answer else _("No answer yet")


def statement_kind_word(kind: str) -> str:
    """先期聲明, 對外立場, 後續說明, 更正."""
    return {
        "holding": pgettext("statement", "Holding statement"),
        "position": pgettext("statement", "Public position"),
        "update": pgettext("statement", "Update"),
        "correction": pgettext("statement", "Correction"),
    }[kind]


def statement_status_word(status: str) -> str:
    """Where a statement stands."""
    return {
        "draft": pgettext("statement", "Draft"),
        "submitted": pgettext("statement", "Waiting for approval"),
        "approved": pgettext("statement", "Approved, not published"),
        "published": pgettext("statement", "Published"),
    }[status]


def channel_word(channel: str) -> str:
    """Where a statement is published."""
    return str(CHANNEL_WORDS[channel])


def audience_word(audience: str) -> str:
    """Whom a statement speaks to; "" where it names nobody."""
    return {
        "": "",
        "public": pgettext("audience", "The public"),
        "media": pgettext("audience", "Media"),
        "customers": pgettext("audience", "Customers"),
        "partners": pgettext("audience", "Partners"),
        "authority": pgettext("audience", "Authorities"),
        "staff": pgettext("audience", "Colleagues"),
    }[audience]


def element_word(element: str) -> str:
    """A part that a reply has to carry; the codes of `playbooks.statements.Element`."""
    return {
        "care": _("Care for those concerned"),
        "doing": _("What is being done"),
        "apology": _("Apology"),
        "findings": _("What was found"),
        "stance": _("Our stance"),
        "remedy": _("Remedy"),
        "correction": _("What is not right about it"),
        "rebuttal": _("Rebuttal"),
        "evidence": _("Evidence"),
        "lawful_route": _("The lawful route"),
        "contact": _("How to reach us"),
        "next_update": _("Time of the next update"),
        "no_admission": _("Neither admits nor denies fault"),
    }[element]


def department_word(department: str) -> str:
    """Where a cause lies; "" where no department is named yet."""
    return str(DEPARTMENT_WORDS[department]) if department else ""


def outcome_word(outcome: str) -> str:
    """What a look back found; "" before it."""
    return str(OUTCOME_WORDS[outcome]) if outcome else ""
