"""The forms of the first start and of a further workspace: who, which workspace, which names."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from monitoring.matching import QueryError, parse, suggest_brand_query
from sentinel.core.forms import PersonForm
from sentinel.core.zones import zone_choices

SEPARATORS = re.compile(r"[\n,，、;；]+")
MOST_NAMES = 50
LONGEST_NAME = 60


def split_names(text: str) -> list[str]:
    """The names in a text area, one a line or with commas between, each once."""
    names = (" ".join(name.split()) for name in SEPARATORS.split(text))
    return list(dict.fromkeys(name for name in names if name))


class WorkspaceForm(forms.Form):
    """A workspace, and what its topics look for."""

    workspace = forms.CharField(label=_("Name of the workspace"), max_length=80)
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=zone_choices, initial="Asia/Taipei")
    names = forms.CharField(
        label=_("Brand names"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The name, and the other names that people use. Left empty, it is the workspace's name."),
    )
    competitors = forms.CharField(
        label=_("Competitors"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Their volume is measured beside yours; it raises no alert."),
    )

    def brand_names(self) -> list[str]:
        """The names as far as they are typed; the workspace's where there are none."""
        return split_names(self["names"].value() or "") or split_names(self["workspace"].value() or "")

    def clean_names(self) -> list[str]:
        return self._clean_list(self.brand_names())

    def clean_competitors(self) -> list[str]:
        return self._clean_list(split_names(self.cleaned_data["competitors"]))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        ours = {name.casefold() for name in cleaned.get("names", [])}
        if both := [name for name in cleaned.get("competitors", []) if name.casefold() in ours]:
            self.add_error("competitors", gettext("“%(name)s” is among your own names.") % {"name": both[0]})
        return cleaned

    def _clean_list(self, names: Sequence[str]) -> list[str]:
        if len(names) > MOST_NAMES:
            raise forms.ValidationError(gettext("%(limit)d names at most.") % {"limit": MOST_NAMES})
        for name in names:
            if len(name) > LONGEST_NAME:
                message = gettext("“%(name)s…” is longer than %(limit)d characters.")
                raise forms.ValidationError(message % {"name": name[:12], "limit": LONGEST_NAME})
            if not suggest_brand_query([name]):
                message = gettext("“%(name)s” holds no letter, digit or character to look for.")
                raise forms.ValidationError(message % {"name": name})
        if names:
            _check(suggest_brand_query(names))
        return list(names)


class SetupForm(PersonForm, WorkspaceForm):
    """The first admin beside the first workspace."""

    # Kept when something else has to be corrected; the page is never stored.
    password = forms.CharField(
        label=_("Password, 12 characters or more"),
        strip=False,
        widget=forms.PasswordInput(render_value=True, attrs={"autocomplete": "new-password"}),
    )


def _check(query: str) -> None:
    try:
        parse(query)
    except QueryError as error:
        raise forms.ValidationError(gettext(error.message) % error.params) from error
