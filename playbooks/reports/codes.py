"""Codes of a crisis in the reader's language, as the handling report says them."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext


def stage_word(stage: str) -> str:
    """蒐集, 評估, 處置, 檢討."""
    return {
        "collect": pgettext("stage", "Collect"),
        "assess": pgettext("stage", "Assess"),
        "act": pgettext("stage", "Act"),
        "review": pgettext("stage", "Review"),
    }[stage]


def verdict_word(verdict: str) -> str:
    """What was found about what is being said."""
    return {
        "pending": pgettext("verdict", "Under investigation"),
        "true": pgettext("verdict", "True"),
        "inaccurate": pgettext("verdict", "Not accurate"),
        "rumour": pgettext("verdict", "Malicious rumour"),
    }[verdict]


def responsibility_word(responsibility: str) -> str:
    """The cluster of SCCT."""
    return {
        "unknown": pgettext("responsibility", "Not judged yet"),
        "victim": pgettext("responsibility", "Victim: we are hit as well"),
        "accidental": pgettext("responsibility", "Accident: not intended"),
        "preventable": pgettext("responsibility", "Preventable: it could have been avoided"),
    }[responsibility]


def strategy_word(strategy: str) -> str:
    """A strategy of a response (SCCT)."""
    return {
        "instructing": pgettext("strategy", "Instructing information"),
        "adjusting": pgettext("strategy", "Adjusting information"),
        "deny": pgettext("strategy", "Deny"),
        "diminish": pgettext("strategy", "Diminish"),
        "rebuild": pgettext("strategy", "Rebuild"),
        "bolster": pgettext("strategy", "Bolster"),
    }.get(strategy, strategy)


def reason_sentence(code: str) -> str:
    """Why a strategy is advised; the codes of `playbooks.strategy.ReasonCode`."""
    return {
        "information-first": _("How not to be harmed and what is being done comes first in every crisis."),
        "pending": _("While it is being checked, no fault is admitted or denied."),
        "information-enough": _("We are hit as well; information and care are enough."),
        "accident": _("It was not intended: explain how it came about."),
        "preventable": _("It could have been avoided: apologise and remedy."),
        "true-not-judged": _("It is true and nobody has judged the responsibility yet: apologise and remedy."),
        "false-claim": _("The claim does not hold: deny it with evidence."),
        "partly-ours": _("The claim is not accurate, but a part of it is ours."),
        "lifted-by-history": _("Similar crises before weigh on it."),
        "lifted-by-reputation": _("A poor reputation weighs on it."),
        "denial-will-be-doubted": _("A denial will be doubted; it needs evidence by third parties."),
        "goodwill": _("There is goodwill to recall."),
        "no-goodwill": _("There is no goodwill to recall."),
        "rumour-but-responsible": _("Contradiction: a rumour for which we are held responsible. Look at it again."),
        "inaccurate-but-preventable": _("Contradiction: not accurate, yet preventable. Look at it again."),
        "responsible-before-verdict": _("Contradiction: responsible before the verdict. Look at it again."),
    }.get(code, code)


def duty_word(duty: str) -> str:
    """What somebody is in the control centre."""
    return {
        "commander": pgettext("duty", "Commander"),
        "spokesperson": pgettext("duty", "Spokesperson"),
        "member": pgettext("duty", "Member"),
    }[duty]


def stakeholder_word(kind: str) -> str:
    """Who is concerned."""
    return {
        "victims": pgettext("stakeholder", "Those affected"),
        "authorities": pgettext("stakeholder", "Authorities"),
        "partners": pgettext("stakeholder", "Partners"),
        "media": pgettext("stakeholder", "Media"),
        "public": pgettext("stakeholder", "Public"),
    }[kind]


def measure_status_word(status: str) -> str:
    """What became of an emergency measure."""
    return {
        "proposed": pgettext("measure", "Proposed"),
        "approved": pgettext("measure", "Approved"),
        "declined": pgettext("measure", "Declined"),
        "done": pgettext("measure", "Done"),
    }[status]


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
    """What a manager or a co-signer decided."""
    return {
        "approve": pgettext("decision", "Approved"),
        "return": pgettext("decision", "Sent back"),
        "void": pgettext("decision", "Approval voided by an edit"),
        "agree": pgettext("decision", "Co-signed"),
        "object": pgettext("decision", "Objected"),
        "": pgettext("decision", "Not answered"),
    }[decision]


def statement_kind_word(kind: str) -> str:
    """What a statement is."""
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
        "approved": pgettext("statement", "Approved"),
        "published": pgettext("statement", "Published"),
    }[status]


def channel_word(channel: str) -> str:
    """Where a statement is published."""
    return {
        "site": pgettext("channel", "Website"),
        "facebook": pgettext("channel", "Facebook"),
        "weibo": pgettext("channel", "Weibo"),
        "line": pgettext("channel", "LINE"),
        "press": pgettext("channel", "Press release"),
        "service": pgettext("channel", "Customer service"),
        "shop": pgettext("channel", "Shops"),
        "internal": pgettext("channel", "Colleagues"),
    }.get(channel, channel)


def audience_word(audience: str) -> str:
    """Whom a statement speaks to."""
    return {
        "public": pgettext("audience", "The public"),
        "media": pgettext("audience", "Media"),
        "customers": pgettext("audience", "Customers"),
        "partners": pgettext("audience", "Partners"),
        "authority": pgettext("audience", "Authorities"),
        "staff": pgettext("audience", "Colleagues"),
    }.get(audience, audience)


def department_word(department: str) -> str:
    """Where a cause lies."""
    return {
        "": "",
        "production": pgettext("department", "Production"),
        "quality": pgettext("department", "Quality"),
        "supply": pgettext("department", "Supply"),
        "logistics": pgettext("department", "Logistics"),
        "sales": pgettext("department", "Sales"),
        "marketing": pgettext("department", "Marketing"),
        "service": pgettext("department", "Customer service"),
        "it": pgettext("department", "IT"),
        "pr": pgettext("department", "Public relations"),
        "other": pgettext("department", "Other"),
    }[department]


def watch_word(outcome: str) -> str:
    """What a look back found."""
    return {"quiet": pgettext("watch", "Quiet"), "relapse": pgettext("watch", "Relapse"), "": ""}[outcome]
