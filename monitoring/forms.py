"""Forms of sources, whose fields come from the kind itself, and the filters of mentions."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import available_timezones

from cryptography.fernet import InvalidToken
from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.timezone import make_aware
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from monitoring.operations.definitions import sealed
from monitoring.queries.mentions import Wanted
from monitoring.source_wording import address_text, pace_words
from monitoring.sources import KINDS
from monitoring.sources.items import DefinitionError
from monitoring.sources.kinds import GROUPS, REQUIRED, Field, secrets_of, without_secrets
from sentinel.core.net.guard import RefusedAddressError, parse_target
from sentinel.core.secrets import decrypt

SECONDS = (5, 15, 30, 60, 120, 300, 600, 1800, 3600)
DEFAULT_INTERVAL = 120
SETTINGS = ("name", "interval", "zone", "retention_days")
LONGEST_ADDRESS = 2000  # what `Source.url` holds
DAYS = [MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2100, 1, 1))]
COMMON_ZONES = ["Asia/Taipei", "Asia/Shanghai", "Asia/Hong_Kong", "Asia/Macau", "Asia/Singapore", "Asia/Tokyo", "UTC"]


def interval_choices() -> list[tuple[int, str]]:
    """How often a source can be visited, in words."""
    return [(seconds, pace_words(seconds)) for seconds in SECONDS]


def zone_choices() -> list[tuple[str, str]]:
    """Time zones, those of our readers first."""
    others = sorted(available_timezones() - set(COMMON_ZONES))
    return [(zone, zone) for zone in (*COMMON_ZONES, *others)]


@dataclass(frozen=True, slots=True)
class FieldGroup:
    """Fields of a kind that belong together; `label` is a msgid, "" for the first group, which is never folded."""

    label: str
    fields: list[forms.BoundField]
    is_open: bool
    filled: int


class SourceForm(forms.Form):
    """A source: its definition (the kind's own fields) and what a workspace says of it.

    `stored` are the secrets that the source has. Neither they nor those that are typed ever stand in the page: what was
    typed goes along encrypted, in `kept_secrets`, until the form is saved.
    """

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    interval = forms.TypedChoiceField(label=gettext_lazy("Visited"), coerce=int, choices=interval_choices)
    zone = forms.ChoiceField(
        label=gettext_lazy("Time zone of the site"),
        choices=zone_choices,
        help_text=gettext_lazy("For times that a page shows without a zone."),
    )
    retention_days = forms.IntegerField(
        label=gettext_lazy("Keep posts for (days)"), min_value=1, max_value=3650, initial=180
    )

    def __init__(self, kind: str, *args: Any, stored: Mapping[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        self.kind_fields = [field.name for field in KINDS[kind].FIELDS]
        self.stored = dict(stored or {})
        self.secrets = _opened(self.data.get("kept_secrets", ""))
        for field in KINDS[kind].FIELDS:
            self.fields[field.name] = _form_field(field, is_kept=field.name in {**self.stored, **self.secrets})
        self.order_fields([*self.kind_fields, *SETTINGS])

    def groups(self) -> list[FieldGroup]:
        """The kind's own fields in their groups; what few sources need is folded away while it says nothing."""
        groups = (
            (label, [one for one in KINDS[self.kind].FIELDS if one.group == name]) for name, label in GROUPS.items()
        )
        return [self._group(label if fields[0].group else "", fields) for label, fields in groups if fields]

    def _group(self, label: str, fields: list[Field]) -> FieldGroup:
        bound = [self[field.name] for field in fields]
        filled = sum(self[field.name].value() not in (None, "", field.default) for field in fields)
        filled += sum(field.name in {**self.stored, **self.secrets} for field in fields)
        is_open = not all(field.advanced for field in fields) or bool(filled) or any(one.errors for one in bound)
        return FieldGroup(label, bound, is_open, filled)

    def kept_secrets(self) -> str:
        """What was typed into secret fields, encrypted, to go along with the next answer to this form."""
        return sealed(self.secrets)

    def settings_fields(self) -> list[forms.BoundField]:
        """What the workspace says of the source."""
        return [self[name] for name in SETTINGS]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        given = {name: cleaned.get(name, "") for name in self.kind_fields}
        fields = KINDS[self.kind].FIELDS
        self.secrets |= secrets_of(fields, given)
        for field in fields:
            if field.kind == "secret" and field.required and not {**self.stored, **self.secrets}.get(field.name):
                self.add_error(field.name, _(REQUIRED))
        try:
            whole = KINDS[self.kind].validate({**given, **self.stored, **self.secrets})
            cleaned["definition"] = without_secrets(fields, whole)
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
        settings = {name: cleaned[name] for name in SETTINGS}
        return {
            "definition": cleaned["definition"],
            "url": cleaned["address"],
            "secrets": self.secrets,
            **settings,
        }

    def place(self) -> str:
        """The `host:port` that a valid form's visits begin at."""
        return parse_target(self.cleaned_data["address"]).place

    def _address(self, definition: dict[str, Any]) -> str:
        """Where a visit begins."""
        first = KINDS[self.kind].start(definition)[0].url
        if len(first) > LONGEST_ADDRESS:
            self.add_error("url", _("This address is too long."))
        return first


def _opened(token: str) -> dict[str, str]:
    """What `SourceForm.kept_secrets` sealed; nothing where somebody else wrote it."""
    try:
        secrets: dict[str, str] = json.loads(decrypt(token)) if token else {}
    except (InvalidToken, ValueError):
        return {}
    return secrets


class SecretLines(forms.Textarea):
    """Lines that are typed once and never shown again."""

    def format_value(self, value: Any) -> str:
        return ""


def _form_field(field: Field, *, is_kept: bool = False) -> forms.Field:
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
    if field.kind == "secret":
        return _secret_field(field, common, is_kept=is_kept)
    plain = {"autocapitalize": "off", "autocomplete": "off", "spellcheck": "false"}
    if field.name != "query":
        plain["class"] = "is-code"
    widget = forms.Textarea(attrs={"rows": 3, **plain}) if field.kind == "textarea" else forms.TextInput(attrs=plain)
    return forms.CharField(widget=widget, max_length=4000, **common)


def _secret_field(field: Field, common: dict[str, Any], *, is_kept: bool) -> forms.Field:
    if is_kept:
        common["help_text"] = _("Kept, and not shown again. Leave it empty to keep it.")
    plain = {"autocapitalize": "off", "autocomplete": "new-password", "spellcheck": "false", "class": "is-code"}
    lines, line = SecretLines(attrs={"rows": 2, **plain}), forms.PasswordInput(attrs=plain, render_value=False)
    return forms.CharField(
        widget=lines if field.multiline else line, max_length=8000, **{**common, "required": False, "initial": ""}
    )


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
