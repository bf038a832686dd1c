"""What a first plan begins with: the strategies that follow the verdict, and statements from its templates."""

from playbooks.channels import Channel, Language
from playbooks.drafts import draft
from playbooks.models import Assessment, Crisis
from playbooks.plan_drafts import CandidateDraft, PlanDraft, StatementDraft
from playbooks.strategy import Responsibility, Verdict, advise
from sentinel.core.models import User

# The channels that a first plan speaks on, by the language of who drafts it.
FIRST_CHANNELS = {
    Language.ZH_HANT: (Channel.SITE, Channel.FACEBOOK),
    Language.ZH_HANS: (Channel.SITE, Channel.WEIBO),
    Language.EN: (Channel.SITE, Channel.FACEBOOK),
}


def first_draft(crisis: Crisis, assessment: Assessment | None, by: User) -> PlanDraft:
    """A plan to start from; what nobody has said yet stays a visible blank."""
    verdict = Verdict(assessment.verdict) if assessment else Verdict.PENDING
    if assessment:
        strategies = list(assessment.advice.get("strategies", []))
    else:
        strategies = [strategy.value for strategy in advise(verdict, Responsibility.UNKNOWN).strategies]
    blanks, language = {"brand": crisis.workspace.name}, Language(by.language)
    return PlanDraft(
        stance="",
        risks="",
        candidates=(CandidateDraft(title="", strategies=strategies, is_recommended=True),),
        items=(),
        statements=tuple(
            StatementDraft(
                channel=channel.value,
                audience="public",
                title="",
                text=draft(verdict, channel, language, blanks).text,
                language=language.value,
            )
            for channel in FIRST_CHANNELS[language]
        ),
    )
