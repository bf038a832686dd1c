"""The form of a stakeholder's measure."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from playbooks.forms.facts import moment_field
from playbooks.models import Crisis, Stakeholder
from playbooks.models.assessing import STAKEHOLDERS
from playbooks.queries.people import members_of
from playbooks.wording.codes import stakeholder_word

MOST = 10_000_000  # people that somebody counts
FIELDS = ("kind", "name", "measure", "owner", "due_at", "reached", "total")


class StakeholderForm(forms.Form):
    """Who is concerned, what is done for them, and how far it got."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Who"), choices=lambda: [(code, stakeholder_word(code)) for code, _code in STAKEHOLDERS]
    )
    name = forms.CharField(
        label=gettext_lazy("More exactly"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("For example: the health bureau, four chains of shops"),
    )
    measure = forms.CharField(
        label=gettext_lazy("Measure"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": gettext_lazy("Say what is done for them.")},
    )
    due_at = moment_field(gettext_lazy("Until"))
    reached = forms.IntegerField(label=gettext_lazy("Reached so far"), min_value=0, max_value=MOST, initial=0)
    total = forms.IntegerField(
        label=gettext_lazy("Of"),
        required=False,
        min_value=0,
        max_value=MOST,
        help_text=gettext_lazy("Empty where nobody counts them."),
    )

    def __init__(self, *args: Any, crisis: Crisis, stakeholder: Stakeholder | None = None, **kwargs: Any) -> None:
        if stakeholder is not None:
            kwargs["initial"] = {name: getattr(stakeholder, name) for name in FIELDS}
        super().__init__(*args, **kwargs)
        self.fields["owner"] = forms.ModelChoiceField(
            label=_("Owner"),
            required=False,
            queryset=members_of(crisis, besides=stakeholder.owner_id if stakeholder else None),
            empty_label=_("Nobody yet"),
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        reached, total = cleaned.get("reached"), cleaned.get("total")
        if reached is not None and total is not None and reached > total:
            self.add_error("reached", _("More were reached than there are. Correct one of the two numbers."))
        return cleaned
