"""The form of the holding statement that is authorised ahead."""

from django import forms
from django.utils.translation import gettext_lazy

from playbooks.forms.statements import LONGEST_TEXT
from sentinel.core.models import LANGUAGES


class HoldingForm(forms.Form):
    """Words for the first minutes, in one language."""

    language = forms.ChoiceField(choices=LANGUAGES, widget=forms.HiddenInput)
    text = forms.CharField(
        label=gettext_lazy("Text"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text=gettext_lazy("Blanks in 【 】 stay open here; who releases it fills them in."),
        error_messages={"required": gettext_lazy("Write the text, or take the template.")},
    )
