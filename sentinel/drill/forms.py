"""Starting a drill, and uploading a scenario."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.files.base import File
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sentinel.drill.models import FASTEST, SLOWEST
from sentinel.drill.queries import Choice
from sentinel.drill.report_wording import speed_text

SPEEDS = (0.5, 1.0, 2.0, 4.0)
OTHER = "other"
LARGEST_FILE = 512 * 1024  # bytes


class StartForm(forms.Form):
    """Which scenario, how fast, who plays along, and whether anything leaves the browser."""

    scenario = forms.ChoiceField(label=gettext_lazy("Scenario"))
    speed = forms.ChoiceField(
        label=gettext_lazy("Speed"),
        initial="1",
        choices=lambda: [*((f"{speed:g}", speed_text(speed)) for speed in SPEEDS), (OTHER, _("Other"))],
    )
    other_speed = forms.FloatField(
        label=gettext_lazy("Other speed"),
        required=False,
        min_value=SLOWEST,
        max_value=FASTEST,
        widget=forms.NumberInput(attrs={"step": "any"}),
    )
    colleagues = forms.BooleanField(
        label=gettext_lazy("Practice colleagues play along"),
        required=False,
        initial=True,
        help_text=gettext_lazy(
            "Sentinel plays a manager who decides and a lawyer who co-signs, so that one person can walk the whole way."
        ),
    )
    tells_outlets = forms.BooleanField(
        label=gettext_lazy("Also tell outside outlets"),
        required=False,
        help_text=gettext_lazy(
            "Every message then begins with the word drill. Without this nothing leaves the browser."
        ),
    )

    def __init__(self, choices: Sequence[Choice], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by_value = {choice.value: choice for choice in choices}
        field = self.fields["scenario"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(choice.value, choice.scenario.title) for choice in choices]
        if choices:
            field.initial = choices[0].value

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("speed") == OTHER and values.get("other_speed") is None and "other_speed" not in self.errors:
            self.add_error(
                "other_speed",
                _("Enter a number between %(slowest)s and %(fastest)s.")
                % {"slowest": f"{SLOWEST:g}", "fastest": f"{FASTEST:g}"},
            )
        return values

    @property
    def chosen(self) -> Choice:
        """The scenario; of a valid form."""
        return self.by_value[self.cleaned_data["scenario"]]

    @property
    def chosen_speed(self) -> float:
        """Times the scenario's own pace; of a valid form."""
        speed = self.cleaned_data["speed"]
        return float(self.cleaned_data["other_speed"] if speed == OTHER else speed)


class ScenarioForm(forms.Form):
    """A scenario from a file, or as text that was corrected on the page."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120, required=False)
    file = forms.FileField(label=gettext_lazy("Scenario file (TOML)"), required=False)
    text = forms.CharField(
        label=gettext_lazy("Text of the scenario"),
        required=False,
        strip=False,
        max_length=LARGEST_FILE,
        widget=forms.Textarea(attrs={"class": "is-code", "rows": 24, "spellcheck": "false"}),
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        file: File[bytes] | None = values.get("file")
        if file is not None:
            values["text"] = self._read(file)
            values["name"] = (file.name or "")[:120]
        elif not values.get("text", "").strip():
            self.add_error("file", _("Choose a scenario file."))
        if not values.get("name"):
            values["name"] = _("Own scenario")
        return values

    def _read(self, file: "File[bytes]") -> str:
        if (file.size or 0) > LARGEST_FILE:
            self.add_error("file", _("The file is larger than a scenario can be (512 KB)."))
            return ""
        try:
            return str(file.read(), "utf-8-sig")
        except UnicodeDecodeError:
            self.add_error("file", _("The file is not text in UTF-8. Save it as UTF-8 and choose it again."))
            return ""
