"""The form of an assessment, and the part of it on which the advice rests."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.models import TIERS
from alerts.tiers import Tier
from playbooks.models import Assessment
from playbooks.models.assessing import REPUTATIONS, RESPONSIBILITIES, VERDICTS
from playbooks.queries.assessing import FIELDS
from playbooks.strategy import Advice, Reputation, Responsibility, Verdict, advise
from playbooks.wording.assessments import field_text, level_text
from playbooks.wording.codes import reputation_word, responsibility_word, verdict_word

LONGEST = 5_000  # characters


def _worded(codes: list[tuple[Any, str]], words: Callable[[Any], str]) -> Callable[[], list[tuple[Any, str]]]:
    return lambda: [(code, words(code)) for code, _code in codes]


class AdviceForm(forms.Form):
    """What decides the strategy."""

    verdict = forms.ChoiceField(choices=_worded(VERDICTS, verdict_word), widget=forms.RadioSelect, initial="pending")
    responsibility = forms.ChoiceField(
        choices=_worded(RESPONSIBILITIES, responsibility_word), widget=forms.RadioSelect, initial="unknown"
    )
    has_history = forms.BooleanField(required=False)
    reputation = forms.ChoiceField(choices=_worded(REPUTATIONS, reputation_word), initial="neutral")

    def advice(self) -> Advice:
        """What follows from the fields as they stand; what cannot be read counts as not judged."""
        self.is_valid() if self.is_bound else None
        chosen = getattr(self, "cleaned_data", None) or {
            name: self.get_initial_for_field(field, name) for name, field in self.fields.items()
        }
        return advise(
            Verdict(chosen.get("verdict") or "pending"),
            Responsibility(chosen.get("responsibility") or "unknown"),
            history=bool(chosen.get("has_history")),
            reputation=Reputation(chosen.get("reputation") or "neutral"),
        )


def _text(required: Any = "", rows: int = 3) -> forms.CharField:
    return forms.CharField(
        required=bool(required),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": required} if required else None,
    )


class AssessmentForm(AdviceForm):
    """The next version of the assessment; `over` is the number of the version that its writer had read."""

    level = forms.TypedChoiceField(
        choices=_worded(TIERS, level_text),
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose a level.")},
    )
    level_reason = _text(gettext_lazy("Say why this level, so that others can check it."))
    verdict_evidence = _text()
    responsibility_reason = _text(rows=2)
    victims = _text(rows=2)
    damage = _text(rows=2)
    impact = _text(rows=2)
    diagnosis = _text(rows=2)
    over = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args: Any, level: int, newest: Assessment | None, may_lower_red: bool, **kwargs: Any) -> None:
        before = {name: getattr(newest, name) for name in FIELDS} if newest else {}
        kwargs["initial"] = {**before, "level": level, "over": newest.number if newest else 0}
        super().__init__(*args, **kwargs)
        self.level_before = level
        self.may_lower_red = may_lower_red
        for name, field in self.fields.items():
            if name != "over":
                field.label = field_text(name)

    def clean_level(self) -> int:
        level = int(self.cleaned_data["level"])
        if self.level_before == Tier.RED and level > Tier.RED and not self.may_lower_red:
            raise forms.ValidationError(_("Only a manager lowers a red crisis. Ask one to look at it."))
        return level

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("verdict", "pending") != "pending" and not cleaned.get("verdict_evidence"):
            self.add_error("verdict_evidence", _("A verdict needs its evidence: what shows it, and who verified it?"))
        return cleaned

    def written(self) -> dict[str, Any]:
        """What the operation asks for."""
        return {name: self.cleaned_data[name] for name in FIELDS}
