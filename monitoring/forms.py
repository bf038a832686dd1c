"""Forms of sources; the fields of a kind come from the kind itself."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from monitoring.sources import KINDS
from monitoring.sources.items import DefinitionError
from monitoring.sources.kinds import Field
from monitoring.wording import address_text, pace_words
from sentinel.core.net.guard import RefusedAddressError, parse_target

SECONDS = (5, 15, 30, 60, 120, 300, 600, 1800, 3600)
DEFAULT_INTERVAL = 120
SETTINGS = ("name", "interval", "zone", "retention_days")
LONGEST_ADDRESS = 2000  # what `Source.url` holds
COMMON_ZONES = ["Asia/Taipei", "Asia/Shanghai", "Asia/Hong_Kong", "Asia/Macau", "Asia/Singapore", "Asia/Tokyo", "UTC"]


def interval_choices() -> list[tuple[int, str]]:
    """How often a source can be visited, in words."""
    return [(seconds, pace_words(seconds)) for seconds in SECONDS]


def zone_choices() -> list[tuple[str, str]]:
    """Time zones, those of our readers first."""
    others = sorted(available_timezones() - set(COMMON_ZONES))
    return [(zone, zone) for zone in (*COMMON_ZONES, *others)]


class SourceForm(forms.Form):
    """A source: its definition (the kind's own fields) and what a workspace says of it."""

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

    def settings_fields(self) -> list[forms.BoundField]:
        """What the workspace says of the source."""
        return [self[name] for name in SETTINGS]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        given = {name: cleaned.get(name, "") for name in self.kind_fields}
        try:
            if given["url"]:
                parse_target(given["url"])
            cleaned["definition"] = KINDS[self.kind].validate(given)
            cleaned["address"] = self._address(cleaned["definition"])
        except DefinitionError as error:
            for name, problem in error.problems.items():
                if name not in self.errors:  # a field that is missing said so already
                    self.add_error(name if name in self.fields else None, _(problem))
        except RefusedAddressError as refusal:
            self.add_error("url", address_text(refusal))
        return cleaned

    def values(self) -> dict[str, Any]:
        """What a valid form says, as the operations take it."""
        cleaned = self.cleaned_data
        return {"definition": cleaned["definition"], "url": cleaned["address"]} | {one: cleaned[one] for one in SETTINGS}

    def place(self) -> str:
        """The `host:port` that a valid form's visits begin at."""
        return parse_target(self.cleaned_data["address"]).place

    def _address(self, definition: dict[str, Any]) -> str:
        """Where a visit begins; raises RefusedAddressError where no visit could."""
        first = KINDS[self.kind].start(definition)[0].url
        parse_target(first)
        if len(first) > LONGEST_ADDRESS:
            raise RefusedAddressError("too-long")
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
