"""Forms of crises."""

from django import forms

from playbooks.models.crises import STAGES


class StageForm(forms.Form):
    """Where the work stands."""

    stage = forms.ChoiceField(choices=STAGES)
