"""What a first plan begins with: the strategies that follow the verdict, and statements from its templates."""

from playbooks.drafts import draft
from playbooks.models import Assessment, Crisis
from playbooks.plan_drafts import CandidateDraft, PlanDraft, StatementDraft
from playbooks.strategy import Responsibility, Verdict, advise
from sentinel.core.models import User

# The channels that a first plan speaks on, by the language of who drafts it.
FIRST_CHANNELS = {"zh-hant": ("site", "facebook"), "zh-hans": ("site", "weibo"), "en": ("site", "facebook")}


def first_draft(crisis: Crisis, assessment: Assessment | None, by: User) -> PlanDraft:
    """A plan to start from; what nobody has said yet stays a visible blank."""
    verdict = Verdict(assessment.verdict) if assessment else Verdict.PENDING
    if assessment:
        strategies = list(assessment.advice.get("strategies", []))
    else:
        strategies = [strategy.value for strategy in advise(verdict, Responsibility.UNKNOWN).strategies]
    blanks = {"brand": crisis.workspace.name}
    return PlanDraft(
        stance="",
        risks="",
        candidates=(CandidateDraft(title="", strategies=strategies, is_recommended=True),),
        items=(),
        statements=tuple(
            StatementDraft(
                channel=channel,
                audience="public",
                title="",
                text=draft(verdict, channel, by.language, blanks).text,
                language=by.language,
            )
            for channel in FIRST_CHANNELS[by.language]
        ),
    )
