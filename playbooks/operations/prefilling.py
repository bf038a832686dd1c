"""What a first plan begins with: the strategies that follow the verdict, and statements from its templates."""

from playbooks.channels import Channel, Language
from playbooks.drafts import draft
from playbooks.models import Assessment, Crisis, HoldingText, Statement
from playbooks.plan_drafts import CandidateDraft, PlanDraft, StatementDraft
from playbooks.strategy import Responsibility, Verdict, advise
from sentinel.core.models import User, Workspace

# The channels that a first plan speaks on, by the language in which the workspace speaks.
FIRST_CHANNELS = {
    Language.ZH_HANT: (Channel.SITE, Channel.FACEBOOK),
    Language.ZH_HANS: (Channel.SITE, Channel.WEIBO),
    Language.EN: (Channel.SITE, Channel.FACEBOOK),
}


def public_language(workspace: Workspace, writer: User) -> Language:
    """In which language the workspace speaks, whatever its writer reads.

    That of its newest public word, else of what was authorised ahead, else of who set the workspace up.
    """
    said = Statement.objects.filter(crisis__workspace=workspace, published_at__isnull=False).order_by("-published_at")
    ahead = HoldingText.objects.filter(workspace=workspace).order_by("-authorised_at", "-pk")
    founders = workspace.memberships.filter(is_practice=False).order_by("created_at", "pk")
    asked = ((said, "language"), (ahead, "language"), (founders, "user__language"))
    known = (rows.values_list(name, flat=True).first() for rows, name in asked)
    return Language(next(filter(None, known), writer.language))


def first_draft(crisis: Crisis, assessment: Assessment | None, by: User) -> PlanDraft:
    """A plan to start from; what nobody has said yet stays a visible blank."""
    verdict = Verdict(assessment.verdict) if assessment else Verdict.PENDING
    if assessment:
        strategies = list(assessment.advice.get("strategies", []))
    else:
        strategies = [strategy.value for strategy in advise(verdict, Responsibility.UNKNOWN).strategies]
    blanks, language = {"brand": crisis.workspace.name}, public_language(crisis.workspace, by)
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
