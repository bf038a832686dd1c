"""Forms of sources, whose fields come from the kind itself, and the filters of mentions."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.timezone import make_aware
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from monitoring.models import CHANNELS
from monitoring.queries.mentions import Wanted
from monitoring.source_wording import address_text, channel_text, pace_words
from monitoring.sources import KINDS
from monitoring.sources.items import DefinitionError
from monitoring.sources.kinds import Field
from sentinel.core.net.guard import RefusedAddressError, parse_target

SECONDS = (5, 15, 30, 60, 120, 300, 600, 1800, 3600)
SETTINGS = ("name", "channel", "interval", "zone", "retention_days", "delay", "legal_note")
RETENTION_DAYS = 180
LONGEST_ADDRESS = 2000  # what `Source.url` holds
DAYS = [MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2100, 1, 1))]
COMMON_ZONES = ["Asia/Taipei", "Asia/Shanghai", "Asia/Hong_Kong", "Asia/Macau", "Asia/Singapore", "Asia/Tokyo", "UTC"]


def interval_choices() -> list[tuple[str, str]]:
    """How often a source can be visited, in words."""
    return [("", _("Automatic, as it publishes")), *((str(seconds), pace_words(seconds)) for seconds in SECONDS)]


def channel_choices() -> list[tuple[str, str]]:
    """What a source is to a workspace, in words."""
    return [(channel, channel_text(channel)) for channel in CHANNELS]


def zone_choices() -> list[tuple[str, str]]:
    """Time zones, those of our readers first."""
    others = sorted(available_timezones() - set(COMMON_ZONES))
    return [(zone, zone) for zone in (*COMMON_ZONES, *others)]


class AddressForm(forms.Form):
    """An address that was pasted, to be looked at; what lacks a scheme is taken for https."""

    url = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=LONGEST_ADDRESS,
        widget=forms.TextInput(
            attrs={
                "class": "is-code",
                "inputmode": "url",
                "autocapitalize": "off",
                "autocomplete": "off",
                "spellcheck": "false",
                "placeholder": "https://",
            }
        ),
    )

    def clean_url(self) -> str:
        typed: str = self.cleaned_data["url"].strip()
        url = typed if "://" in typed else f"https://{typed}"
        try:
            parse_target(url)
        except RefusedAddressError as refusal:
            raise forms.ValidationError(address_text(refusal)) from refusal
        return url

    def place(self) -> str:
        """The `host:port` of a valid form's address."""
        return parse_target(self.cleaned_data["url"]).place


class SettingsForm(forms.Form):
    """What a workspace says of a source that it reads."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    channel = forms.ChoiceField(
        label=gettext_lazy("Channel"), choices=channel_choices, help_text=gettext_lazy("What coverage is counted by.")
    )
    interval = forms.TypedChoiceField(
        label=gettext_lazy("Visited"), coerce=int, empty_value=None, choices=interval_choices, required=False
    )
    zone = forms.ChoiceField(
        label=gettext_lazy("Time zone of the site"),
        choices=zone_choices,
        help_text=gettext_lazy("For times that a page shows without a zone."),
    )
    retention_days = forms.IntegerField(
        label=gettext_lazy("Keep posts for (days)"),
        min_value=1,
        max_value=3650,
        initial=RETENTION_DAYS,
        help_text=gettext_lazy("What is evidence of a crisis stays."),
    )
    delay = forms.FloatField(
        label=gettext_lazy("Seconds between two requests"),
        min_value=1,
        max_value=60,
        required=False,
        help_text=gettext_lazy("Empty: one second, or what the site asks for. The slowest wish of anybody counts."),
    )
    legal_note = forms.CharField(
        label=gettext_lazy("Legal note"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("On what ground it is read and kept, such as public posts within a reasonable scope."),
    )

    def settings_fields(self) -> list[forms.BoundField]:
        """What nearly every source needs."""
        return [self[name] for name in SETTINGS[:5]]

    def rarer_settings(self) -> list[forms.BoundField]:
        """What few sources need, and what is folded away while it says nothing."""
        return [self[name] for name in SETTINGS[5:]]

    def has_rarer_settings(self) -> bool:
        """Whether one of these says something, so that it is not folded away."""
        return any(field.value() or field.errors for field in self.rarer_settings())

    def settings(self) -> dict[str, Any]:
        """What a valid form says, as the operations take it."""
        return {name: self.cleaned_data[name] for name in SETTINGS}


class SourceForm(SettingsForm):
    """A source: its definition (the kind's own fields) and what a workspace says of it."""

    def __init__(self, kind: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        self.kind_fields = [field.name for field in KINDS[kind].FIELDS]
        for field in KINDS[kind].FIELDS:
            self.fields[field.name] = _form_field(field)
        self.order_fields([*self.kind_fields, *SETTINGS])

    def definition_fields(self) -> list[forms.BoundField]:
        """The kind's own fields that most sources need."""
        return [self[field.name] for field in KINDS[self.kind].FIELDS if not field.advanced]

    def advanced_fields(self) -> list[forms.BoundField]:
        """The kind's own fields that few sources need."""
        return [self[field.name] for field in KINDS[self.kind].FIELDS if field.advanced]

    def has_advanced(self) -> bool:
        """Whether one of these says something, so that it is not folded away."""
        return any(field.value() or field.errors for field in self.advanced_fields())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        given = {name: cleaned.get(name, "") for name in self.kind_fields}
        try:
            cleaned["definition"] = KINDS[self.kind].validate(given)
        except DefinitionError as error:
            for name, problem in error.problems.items():
                if name not in self.errors:  # a field that is missing said so already
                    self.add_error(name if name in self.fields else None, _(problem))
        else:
            cleaned["address"] = self._address(cleaned["definition"])
        return cleaned

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        try:
            parse_target(url)
        except RefusedAddressError as refusal:
            raise forms.ValidationError(address_text(refusal)) from refusal
        return url

    def values(self) -> dict[str, Any]:
        """What a valid form says, as the operations take it."""
        cleaned = self.cleaned_data
        return {"definition": cleaned["definition"], "url": cleaned["address"], **self.settings()}

    def place(self) -> str:
        """The `host:port` that a valid form's visits begin at."""
        return parse_target(self.cleaned_data["address"]).place

    def _address(self, definition: dict[str, Any]) -> str:
        """Where a visit begins."""
        first = KINDS[self.kind].start(definition)[0].url
        if len(first) > LONGEST_ADDRESS:
            self.add_error("url", _("This address is too long."))
        return first


def _form_field(field: Field) -> forms.Field:
    common: dict[str, Any] = {
        "label": _(field.label),
        "help_text": _(field.help) if field.help else "",
        "required": field.required,
        "initial": field.default,
    }
    if field.kind == "bool":
        return forms.BooleanField(**{**common, "required": False})
    if field.kind == "select":
        return forms.ChoiceField(choices=[(value, _(label)) for value, label in field.choices], **common)
    plain = {"autocapitalize": "off", "autocomplete": "off", "spellcheck": "false"}
    if field.name != "query":
        plain["class"] = "is-code"
    widget = forms.Textarea(attrs={"rows": 3, **plain}) if field.kind == "textarea" else forms.TextInput(attrs=plain)
    return forms.CharField(widget=widget, max_length=4000, **common)


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
