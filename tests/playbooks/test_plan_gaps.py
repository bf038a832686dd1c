"""What a plan still lacks is said in the reader's language."""

import pytest
from django.utils.translation import override

from playbooks.plan_drafts import CandidateDraft, PlanDraft
from playbooks.queries.plans import lacks


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Candidate B has no title"),
        ("zh-hant", "乙案沒有名稱"),
        ("zh-hans", "乙案没有名称"),
    ],
)
def test_a_candidate_without_a_title_is_named_by_the_letter_that_the_readers_language_gives_it(
    language: str, said: str
) -> None:
    named = CandidateDraft(title="維持停售", strategies=[], is_recommended=True)
    candidates = (named, CandidateDraft(title=" ", strategies=[]))
    draft = PlanDraft(stance="", risks="", candidates=candidates, items=(), statements=())
    with override(language):
        assert said in lacks(draft, [])
