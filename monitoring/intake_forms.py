"""Forms of what people and programs bring."""

from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from monitoring.intake.mapping import TARGETS, presets
from monitoring.intake.pictures import LARGEST as LARGEST_PICTURE
from monitoring.intake.pictures import PictureError, read_picture
from monitoring.intake.tables import TableError, format_of
from monitoring.intake_wording import mapping_problem, picture_problem, table_problem, target_text
from monitoring.models import Subscription, Topic
from monitoring.operations.imports import LARGEST
from monitoring.source_forms import channel_choices
from monitoring.sources import KINDS
from monitoring.sources.items import DefinitionError
from monitoring.sources.kinds import Field
from sentinel.core.zones import zone_choices

ENTRY_KINDS = ("line", "picture", "enquiry")


class CollectorForm(forms.Form):
    """A source that brings its posts itself, or a mailbox: its kind's own fields and what a workspace says of it."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    channel = forms.ChoiceField(label=gettext_lazy("Channel"), choices=channel_choices)
    zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        choices=zone_choices,
        help_text=gettext_lazy("For times that come without one."),
    )
    retention_days = forms.IntegerField(label=gettext_lazy("Keep posts for (days)"), min_value=1, max_value=3650)
    legal_note = forms.CharField(
        label=gettext_lazy("On what ground is it read and kept?"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, kind: str, *args: Any, is_new: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        for field in KINDS[kind].FIELDS:
            self.fields[field.name] = _field(field, is_new=is_new)

    def definition_fields(self) -> list[forms.BoundField]:
        """The kind's own fields that most sources need."""
        return [self[field.name] for field in KINDS[self.kind].FIELDS if not field.advanced]

    def advanced_fields(self) -> list[forms.BoundField]:
        """The kind's own fields that few sources need."""
        return [self[field.name] for field in KINDS[self.kind].FIELDS if field.advanced]

    def has_advanced(self) -> bool:
        """Whether one of these says something, so that it is not folded away."""
        return any(field.value() or field.errors for field in self.advanced_fields())

    def settings_fields(self) -> list[forms.BoundField]:
        """What the workspace says of the source."""
        return [self[name] for name in ("name", "channel", "zone", "retention_days", "legal_note")]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        given = {field.name: cleaned.get(field.name, "") for field in KINDS[self.kind].FIELDS}
        try:
            cleaned["definition"] = KINDS[self.kind].validate(given)
        except DefinitionError as error:
            for name, problem in error.problems.items():
                if name not in self.errors:
                    self.add_error(name if name in self.fields else None, _(problem))
        return cleaned

    def secrets(self) -> dict[str, str]:
        """The secret fields that were filled, of a valid form."""
        names = [field.name for field in KINDS[self.kind].FIELDS if field.kind == "secret"]
        return {name: self.cleaned_data[name] for name in names if self.cleaned_data.get(name)}

    def settings(self) -> dict[str, Any]:
        """What the workspace says, as the operations take it."""
        names = ("name", "channel", "zone", "retention_days", "legal_note")
        return {name: self.cleaned_data[name] for name in names}


def _field(field: Field, *, is_new: bool) -> forms.Field:
    common: dict[str, Any] = {
        "label": _(field.label),
        "help_text": _(field.help) if field.help else "",
        "required": field.required and (is_new or field.kind != "secret"),
        "initial": field.default,
    }
    plain = {"autocapitalize": "off", "autocomplete": "off", "spellcheck": "false", "class": "is-code"}
    if field.kind == "secret":
        hint = {} if is_new else {"placeholder": _("Kept; write here only to replace it")}
        attributes = {**plain, "autocomplete": "new-password", **hint}
        return forms.CharField(widget=forms.PasswordInput(attrs=attributes), max_length=400, strip=False, **common)
    widget = forms.Textarea(attrs={"rows": 3, **plain}) if field.kind == "textarea" else forms.TextInput(attrs=plain)
    return forms.CharField(widget=widget, max_length=2000, **common)


class TokenForm(forms.Form):
    """A new token: for whom or what."""

    label = forms.CharField(
        label=gettext_lazy("What is it for?"),
        max_length=80,
        help_text=gettext_lazy("For example the machine that the collector runs on."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class ImportForm(forms.Form):
    """A file to import, and into which source."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        max_length=200,
        help_text=gettext_lazy("CSV, Excel (.xlsx) or JSON lines, up to 50 MB and 500,000 rows."),
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.xls,.json,.jsonl,.ndjson"}),
    )
    source = forms.ChoiceField(label=gettext_lazy("Into the source"))
    name = forms.CharField(
        label=gettext_lazy("Name of the new source"),
        max_length=80,
        required=False,
        help_text=gettext_lazy("Empty: the name of the file."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, subscriptions: list[Subscription], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [(str(one.pk), one.name) for one in subscriptions]
        self.fields["source"].choices = [*known, ("", _("A new source"))]  # type: ignore[attr-defined]
        self.fields["source"].required = False

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise forms.ValidationError(table_problem("too-large"))
        data = file.read()
        try:
            self.cleaned_data["format"] = format_of(file.name, data)
        except TableError as error:
            raise forms.ValidationError(table_problem(error.code)) from error
        self.cleaned_data["data"] = data
        return file

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        file: UploadedFile | None = cleaned.get("file")
        if file is not None and not cleaned.get("source") and not cleaned.get("name"):
            cleaned["name"] = PurePath(str(file.name)).stem[:80]
        return cleaned


class MappingForm(forms.Form):
    """Which column holds what, and in which zone its times are."""

    zone = forms.ChoiceField(label=gettext_lazy("Time zone of the times"), choices=zone_choices)
    also = forms.MultipleChoiceField(
        label=gettext_lazy("Read these sheets as well"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, columns: list[str], alike: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["also"].choices = [(name, name) for name in alike]  # type: ignore[attr-defined]
        choices = [("", _("– not in the file –")), *((column, column) for column in columns)]
        for target in TARGETS:
            self.fields[target] = forms.ChoiceField(label=target_text(target), choices=choices, required=False)

    def target_fields(self) -> list[forms.BoundField]:
        """One field for each thing that a column can hold."""
        return [self[target] for target in TARGETS]

    def mapping(self) -> dict[str, str]:
        """The choice of a valid form."""
        return {target: self.cleaned_data[target] for target in TARGETS if self.cleaned_data.get(target)}

    def refuse(self, codes: list[str]) -> None:
        """Say what the choice lacks."""
        for code in codes:
            self.add_error("text" if code == "text" else None, mapping_problem(code))


def preset_choices() -> list[tuple[str, str]]:
    """The exports that are known, by name."""
    return [(one.key, one.label or _("Common names")) for one in presets()]


class EntryForm(forms.Form):
    """Something that a colleague passes on: a conversation, a screenshot or an enquiry."""

    kind = forms.ChoiceField(choices=[(one, one) for one in ENTRY_KINDS], initial="line")
    chat = forms.CharField(
        label=gettext_lazy("Conversation"),
        required=False,
        max_length=500_000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=gettext_lazy(
            "Paste what LINE exports or copies, with times and names; WhatsApp, Telegram and WeChat are read as well."
        ),
    )
    whole = forms.BooleanField(
        label=gettext_lazy("Keep it as one post instead of one for each message"), required=False
    )
    picture = forms.FileField(
        label=gettext_lazy("Screenshot"),
        required=False,
        help_text=gettext_lazy("PNG, JPEG or WebP, up to 10 MB. It is kept as evidence with its fingerprint."),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
    )
    transcript = forms.CharField(
        label=gettext_lazy("What it says"),
        required=False,
        max_length=100_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("Type the words of the picture: only words can be searched and judged."),
    )
    where = forms.CharField(label=gettext_lazy("Where was it seen?"), required=False, max_length=120)
    who = forms.CharField(label=gettext_lazy("Who asks?"), required=False, max_length=80)
    outlet = forms.CharField(label=gettext_lazy("For which outlet?"), required=False, max_length=80)
    deadline = forms.DateTimeField(
        label=gettext_lazy("Answer needed by"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    question = forms.CharField(
        label=gettext_lazy("What is asked?"),
        required=False,
        max_length=100_000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    topics = forms.ModelMultipleChoiceField(
        label=gettext_lazy("File under"),
        queryset=Topic.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one topic: that is where colleagues will see it.")},
    )

    def __init__(self, *args: Any, topics: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["topics"].queryset = topics  # type: ignore[attr-defined]

    def chosen(self) -> str:
        """Which kind of entry the page shows."""
        kind = self["kind"].value()
        return kind if kind in ENTRY_KINDS else ENTRY_KINDS[0]

    def clean_picture(self) -> Any:
        file = self.cleaned_data.get("picture")
        if not file:
            return None
        if file.size > LARGEST_PICTURE:
            raise forms.ValidationError(picture_problem("too-large"))
        data = file.read()
        try:
            self.cleaned_data["media_type"] = read_picture(data).media_type
        except PictureError as error:
            raise forms.ValidationError(picture_problem(error.code)) from error
        return data

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        needed = {"line": ("chat",), "picture": ("picture", "transcript"), "enquiry": ("question",)}
        for name in needed.get(cleaned.get("kind", ""), ()):
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, _("This field is required."))
        return cleaned
