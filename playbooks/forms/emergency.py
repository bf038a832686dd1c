"""Forms of emergency measures and of the holding statement."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from playbooks.channels import Channel
from playbooks.models import Crisis, HoldingText
from playbooks.phrases import open_blank
from playbooks.queries.people import members_of
from playbooks.wording.codes import channel_word
from sentinel.core.models import User

NEXT_WORD = timedelta(minutes=90)
QUARTER = 15  # minutes


class MeasureForm(forms.Form):
    """What would stop the harm now, and who would do it."""

    text = forms.CharField(label=gettext_lazy("What is done"), max_length=300)
    owner = forms.ModelChoiceField(
        label=pgettext_lazy("measure", "Who does it"), queryset=User.objects.none(), required=False
    )

    def __init__(self, *args: Any, crisis: Crisis, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owner = self.fields["owner"]
        owner.queryset = members_of(crisis)  # type: ignore[attr-defined]
        owner.label_from_instance = lambda user: user.name  # type: ignore[attr-defined]
        owner.empty_label = _("Nobody yet")  # type: ignore[attr-defined]


class DeclineForm(forms.Form):
    """Why a measure is not taken."""

    note = forms.CharField(max_length=300, required=False)


class FinishForm(forms.Form):
    """What came of a measure."""

    result = forms.CharField(max_length=300, required=False)


def next_word_at(now: datetime) -> datetime:
    """When the next word would usually come: in 90 minutes, on a full quarter of an hour."""
    later = localtime(now + NEXT_WORD).replace(second=0, microsecond=0)
    return later + timedelta(minutes=-later.minute % QUARTER)


class HoldingForm(forms.Form):
    """The holding statement as it goes out; the blank of the next update is filled from its field."""

    text = forms.CharField(
        label=gettext_lazy("Text"),
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 7}),
        help_text=gettext_lazy(
            "Fill in the blanks in brackets; that of the next update is filled from the time below."
        ),
    )
    channels = forms.MultipleChoiceField(
        label=pgettext_lazy("holding", "Where"),
        choices=lambda: [(channel.value, channel_word(channel)) for channel in Channel],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one channel.")},
    )
    next_update_at = forms.DateTimeField(
        label=gettext_lazy("Next update by"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
    )

    @classmethod
    def of(cls, holding_text: HoldingText, now: datetime) -> "HoldingForm":
        """The form on the text as it was authorised."""
        return cls(
            initial={
                "text": holding_text.text,
                "channels": [Channel.SITE],
                "next_update_at": next_word_at(now),
            }
        )

    def clean_next_update_at(self) -> datetime:
        at: datetime = self.cleaned_data["next_update_at"]
        if at <= timezone.now():
            raise forms.ValidationError(_("This time has passed. Promise one that can be kept."))
        return at

    def words(self, language: str) -> str:
        """The text with the time of the next update in its blank."""
        at = localtime(self.cleaned_data["next_update_at"])
        time = f"{at:%H:%M}" if at.date() == localtime().date() else f"{at.month}/{at.day} {at:%H:%M}"
        return str(self.cleaned_data["text"]).replace(open_blank(language, "next_update"), time)
