"""Forms of alerts, rules and outlets."""

from django import forms

from alerts.operations.alerts import CLOSE_REASONS


class CloseAlertForm(forms.Form):
    """How an alert ended."""

    reason = forms.ChoiceField(choices=[(code, code) for code in CLOSE_REASONS])
    note = forms.CharField(required=False, max_length=500)
