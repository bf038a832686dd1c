"""Forms of definitions: a file to import, and the few things that a ready definition asks for."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from monitoring.crawling.charset import decode
from monitoring.source_forms import SETTINGS, FieldGroup, SourceForm, kept_text
from monitoring.sources import KINDS
from monitoring.sources.definition_file import LARGEST, DefinitionFile, DefinitionFileError, Problem, read_file
from monitoring.sources.items import DefinitionError
from monitoring.sources.kinds import secrets_of, without_secrets
from monitoring.sources.presets import Parameter, Preset, in_language


class ImportForm(forms.Form):
    """A file of a source definition, or its text."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".json,application/json"}),
    )
    text = forms.CharField(
        label=gettext_lazy("Or its text"),
        required=False,
        max_length=LARGEST,
        widget=forms.Textarea(attrs={"rows": 10, "class": "is-code", "spellcheck": "false", "autocomplete": "off"}),
    )

    problems: list[Problem]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.problems = []
        file = cleaned.get("file")
        text = decode(file.read(LARGEST + 1)).text if file else cleaned.get("text", "")
        if not text.strip():
            raise forms.ValidationError(_("Choose a file, or paste its text."))
        if len(text.encode()) > LARGEST:
            raise forms.ValidationError(_("This file is too large for a definition."))
        try:
            cleaned["definition_file"] = read_file(text, KINDS)
        except DefinitionFileError as error:
            self.problems = error.problems
            said = _("Nothing was imported. What is wrong stands below, field by field.")
            raise forms.ValidationError(said) from error
        return cleaned

    def imported(self) -> DefinitionFile:
        """What a valid form's file says."""
        found: DefinitionFile = self.cleaned_data["definition_file"]
        return found


class PresetForm(SourceForm):
    """A ready definition: its parameters in place of the kind's own fields, and what a workspace says of the source."""

    def __init__(self, preset: Preset, language: str, *args: Any, **kwargs: Any) -> None:
        self.preset, self.language = preset, language
        super().__init__(preset.kind, *args, **kwargs)
        self.order_fields([*(one.name for one in preset.parameters), *SETTINGS])
        self.fields["name"].required = False
        self.fields["name"].help_text = _("Empty: a name is made of the above.")

    def _own_fields(self) -> dict[str, forms.Field]:
        return {
            one.name: _parameter_field(one, self.language, one.name in self.secrets) for one in self.preset.parameters
        }

    def preset_label(self) -> str:
        """What the definition is called."""
        return in_language(self.preset.label, self.language)

    def preset_about(self) -> str:
        """What it is for."""
        return in_language(self.preset.about, self.language)

    def groups(self) -> list[FieldGroup]:
        """One group: the parameters."""
        bound = [self[one.name] for one in self.preset.parameters]
        return [FieldGroup("", bound, is_open=True, filled=0)] if bound else []

    def clean(self) -> dict[str, Any]:
        cleaned = forms.Form.clean(self) or {}
        typed = {one.name: cleaned.get(one.name, "") for one in self.preset.parameters}
        self._keep({one.name: typed[one.name] for one in self.preset.parameters if one.secret and typed[one.name]})
        try:
            whole = KINDS[self.kind].validate(self.preset.definition({**typed, **self.secrets}))
        except DefinitionError as error:
            for name, problem in error.problems.items():
                if name not in self.errors:
                    self.add_error(name if name in self.fields else None, _(problem))
            return cleaned
        fields = KINDS[self.kind].FIELDS
        cleaned["definition"] = without_secrets(fields, whole)
        cleaned["secrets"] = secrets_of(fields, whole)
        cleaned["name"] = cleaned.get("name") or self.preset.proposed_name(typed, self.language)
        cleaned["address"] = self._address(whole)
        return cleaned

    def values(self) -> dict[str, Any]:
        """What a valid form says, as the operations take it."""
        return {**super().values(), "preset": self.preset.name, "secrets": self.cleaned_data["secrets"]}


def _parameter_field(one: Parameter, language: str, is_kept: bool) -> forms.Field:
    common: dict[str, Any] = {
        "label": in_language(one.label, language),
        "help_text": kept_text() if is_kept else in_language(one.help, language),
        "required": one.required and not is_kept and not one.default,
        "initial": one.default,
    }
    if one.choices:
        return forms.ChoiceField(
            choices=[(value, in_language(texts, language)) for value, texts in one.choices], **common
        )
    plain = {"placeholder": one.placeholder, "autocapitalize": "off", "autocomplete": "off", "spellcheck": "false"}
    if one.secret:
        widget: forms.Widget = forms.PasswordInput(attrs={**plain, "autocomplete": "new-password"}, render_value=False)
        return forms.CharField(widget=widget, max_length=4000, **common)
    if one.form in ("site", "address"):
        plain["class"] = "is-code"
    return forms.CharField(widget=forms.TextInput(attrs=plain), max_length=2000, **common)
