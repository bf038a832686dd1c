"""Forms of sources: what a workspace says of one, and its definition, whose fields come from the kind itself."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.fernet import InvalidToken
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from monitoring.models import CHANNELS
from monitoring.operations.definitions import sealed
from monitoring.source_wording import address_text, channel_text, pace_words
from monitoring.sources import KINDS
from monitoring.sources.items import DefinitionError
from monitoring.sources.kinds import GROUPS, REQUIRED, Field, secrets_of, without_secrets
from sentinel.core.net.guard import RefusedAddressError, parse_target
from sentinel.core.secrets import decrypt
from sentinel.core.zones import zone_choices

SECONDS = (5, 15, 30, 60, 120, 300, 600, 1800, 3600)
SETTINGS = ("name", "channel", "interval", "zone", "retention_days", "delay", "legal_note")
RETENTION_DAYS = 180
LONGEST_ADDRESS = 2000  # what `Source.url` holds


def interval_choices() -> list[tuple[str, str]]:
    """How often a source can be visited, in words."""
    return [("", _("Automatic, as it publishes")), *((str(seconds), pace_words(seconds)) for seconds in SECONDS)]


def channel_choices() -> list[tuple[str, str]]:
    """What a source is to a workspace, in words."""
    return [(channel, channel_text(channel)) for channel in CHANNELS]


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


@dataclass(frozen=True, slots=True)
class FieldGroup:
    """Fields of a kind that belong together; `label` is a msgid, "" for the first group, which is never folded."""

    label: str
    fields: list[forms.BoundField]
    is_open: bool
    filled: int


class SourceForm(SettingsForm):
    """A source: its definition (the kind's own fields) and what a workspace says of it.

    `stored` are the secrets that the source has. Neither they nor those that are typed ever stand in the page: what was
    typed goes along encrypted, in `kept_secrets`, until the form is saved.
    """

    def __init__(self, kind: str, *args: Any, stored: Mapping[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        self.kind_fields = [field.name for field in KINDS[kind].FIELDS]
        self.stored = dict(stored or {})
        self.secrets = _opened(self.data.get("kept_secrets", ""))
        self.fields.update(self._own_fields())
        self.order_fields([*self.kind_fields, *SETTINGS])

    def _own_fields(self) -> dict[str, forms.Field]:
        kept = {**self.stored, **self.secrets}
        return {field.name: _form_field(field, is_kept=field.name in kept) for field in KINDS[self.kind].FIELDS}

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

    def _keep(self, typed: Mapping[str, str]) -> None:
        """Take secrets that were typed, and say so at their fields."""
        self.secrets |= typed
        for name in typed:
            self[name].help_text = kept_text()

    def kept_secrets(self) -> str:
        """What was typed into secret fields, encrypted, to go along with the next answer to this form."""
        return sealed(self.secrets)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        given = {name: cleaned.get(name, "") for name in self.kind_fields}
        fields = KINDS[self.kind].FIELDS
        self._keep(secrets_of(fields, given))
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
        return {
            "definition": cleaned["definition"],
            "url": cleaned["address"],
            "secrets": self.secrets,
            **self.settings(),
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


def kept_text() -> str:
    """What stands at a secret field that is filled already."""
    return _("Kept, and not shown again. Leave it empty to keep it.")


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
        common["help_text"] = kept_text()
    plain = {"autocapitalize": "off", "autocomplete": "new-password", "spellcheck": "false", "class": "is-code"}
    lines, line = SecretLines(attrs={"rows": 2, **plain}), forms.PasswordInput(attrs=plain, render_value=False)
    return forms.CharField(
        widget=lines if field.multiline else line, max_length=8000, **{**common, "required": False, "initial": ""}
    )
