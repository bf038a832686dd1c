"""The filters of mentions."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.timezone import make_aware
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from monitoring.queries.mentions import Wanted

DAYS = [MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2100, 1, 1))]


class DayInput(forms.DateInput):
    """A day as browsers offer it, whatever the language."""

    input_type = "date"

    def format_value(self, value: Any) -> str | None:
        return value.isoformat() if isinstance(value, date) else value


def mood_choices() -> list[tuple[str, str]]:
    """The labels of a mention."""
    return [("", _("Any mood")), ("neg", _("Negative")), ("unsure", _("Not clear")), ("pos", _("Positive"))]


class MentionFilterForm(forms.Form):
    """What a list of mentions shows; the fields stand in the address."""

    topic = forms.TypedChoiceField(label=gettext_lazy("Topic"), coerce=int, empty_value=None, required=False)
    source = forms.TypedChoiceField(label=gettext_lazy("Source"), coerce=int, empty_value=None, required=False)
    label = forms.ChoiceField(label=gettext_lazy("Mood"), choices=mood_choices, required=False)
    sensitive = forms.BooleanField(label=gettext_lazy("Sensitive only"), required=False)
    since = forms.DateField(label=gettext_lazy("From day"), widget=DayInput, validators=DAYS, required=False)
    until = forms.DateField(label=gettext_lazy("To day"), widget=DayInput, validators=DAYS, required=False)

    def __init__(self, data: Any, *, topics: dict[int, str], sources: dict[int, str]) -> None:
        super().__init__(data, auto_id="filter-%s")
        self.fields["topic"].choices = [("", _("All topics")), *topics.items()]  # type: ignore[attr-defined]
        self.fields["source"].choices = [("", _("All sources")), *sources.items()]  # type: ignore[attr-defined]

    def wanted(self) -> Wanted:
        """The filter; only of a valid form. Days are the workspace's own, the last one included."""
        cleaned = self.cleaned_data
        until = cleaned["until"]
        return Wanted(
            topic_id=cleaned["topic"],
            source_id=cleaned["source"],
            label=cleaned["label"],
            sensitive=cleaned["sensitive"],
            since=_midnight(cleaned["since"]) if cleaned["since"] else None,
            until=_midnight(until + timedelta(days=1)) if until else None,
        )


def _midnight(day: date) -> datetime:
    return make_aware(datetime.combine(day, time()))
