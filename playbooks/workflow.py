"""Every change of state of the crisis workflow on one screen: (thing, from, verb, to, permission) (pure).

The four stages advise and never block: a person moves between them freely, and emergency measures and the holding
statement are possible in each. What is decided by somebody else than its author is decided by who holds `APPROVE`.
The address of a verb is named `<thing>-<verb>`.
"""

from dataclasses import dataclass
from enum import StrEnum

from sentinel.core.permissions import Permission


class Stage(StrEnum):
    """Where a crisis stands: 蒐集 collect, 評估 assess, 處置 act, 檢討 review."""

    COLLECT = "collect"
    ASSESS = "assess"
    ACT = "act"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class Transition:
    """`verb` takes a `thing` from the state `source` to `target`; a source of "" makes it."""

    thing: str
    source: str
    verb: str
    target: str
    permission: Permission


WORK, APPROVE, CLOSE = Permission.WORK_CRISIS, Permission.APPROVE, Permission.CLOSE_CRISIS

TRANSITIONS: tuple[Transition, ...] = (
    # 危機
    Transition("crisis", "", "open", "open", Permission.OPEN_CRISIS),
    Transition("crisis", "open", "move", "open", WORK),
    Transition("crisis", "open", "close", "closed", CLOSE),
    Transition("crisis", "closed", "reopen", "open", CLOSE),
    # 事實
    Transition("fact", "", "add", "unknown", WORK),
    Transition("fact", "unknown", "settle", "known", WORK),
    Transition("fact", "unknown", "settle", "disproved", WORK),
    Transition("fact", "known", "settle", "disproved", WORK),
    Transition("fact", "known", "settle", "unknown", WORK),
    Transition("fact", "disproved", "settle", "known", WORK),
    Transition("fact", "disproved", "settle", "unknown", WORK),
    # 緊急措施
    Transition("measure", "", "propose", "proposed", WORK),
    Transition("measure", "proposed", "approve", "approved", APPROVE),
    Transition("measure", "proposed", "decline", "declined", APPROVE),
    Transition("measure", "approved", "finish", "done", WORK),
    # 回應方案
    Transition("plan", "", "draft", "draft", WORK),
    Transition("plan", "draft", "submit", "submitted", WORK),
    Transition("plan", "submitted", "withdraw", "draft", WORK),
    Transition("plan", "submitted", "approve", "approved", APPROVE),
    Transition("plan", "submitted", "return", "returned", APPROVE),
    Transition("plan", "approved", "revise", "void", WORK),
    Transition("plan", "returned", "revise", "returned", WORK),
    # 會簽
    Transition("cosign", "waiting", "answer", "answered", WORK),
    # 聲明：those of a plan follow its approval, the others have their own
    Transition("statement", "", "draft", "draft", WORK),
    Transition("statement", "draft", "submit", "submitted", WORK),
    Transition("statement", "submitted", "return", "draft", APPROVE),
    Transition("statement", "submitted", "approve", "approved", APPROVE),
    Transition("statement", "approved", "publish", "published", APPROVE),
    Transition("statement", "draft", "discard", "discarded", WORK),
    # 任務
    Transition("task", "", "add", "open", WORK),
    Transition("task", "open", "finish", "done", WORK),
    Transition("task", "done", "reopen", "open", WORK),
    Transition("task", "open", "cancel", "cancelled", WORK),
    # 改善措施
    Transition("action", "", "add", "open", WORK),
    Transition("action", "open", "finish", "done", WORK),
    Transition("action", "done", "reopen", "open", WORK),
    # 長期關注
    Transition("watch", "due", "check", "checked", WORK),
)


def permission_for(thing: str, verb: str) -> Permission:
    """What the verb asks for; raises KeyError where there is no such verb."""
    for transition in TRANSITIONS:
        if (transition.thing, transition.verb) == (thing, verb):
            return transition.permission
    raise KeyError(f"{thing}-{verb}")


def sources_of(thing: str, verb: str) -> frozenset[str]:
    """The states in which the verb is possible."""
    return frozenset(step.source for step in TRANSITIONS if (step.thing, step.verb) == (thing, verb))
