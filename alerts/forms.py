"""Forms of alerts, rules and outlets."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.operations.alerts import CLOSE_REASONS
from alerts.outlets.kinds import KINDS
from alerts.tiers import Tier
from sentinel.core.models import LANGUAGES
from sentinel.core.templatetags.sentinel import tier_colour


class CloseAlertForm(forms.Form):
    """How an alert ended."""

    reason = forms.ChoiceField(choices=[(code, code) for code in CLOSE_REASONS])
    note = forms.CharField(required=False, max_length=500)


def tier_choices() -> list[tuple[int, str]]:
    """From which level on somebody is told, in words."""
    return [
        (tier.value, _("%(colour)s alone") % {"colour": tier_colour(tier)})
        if tier is Tier.RED
        else (tier.value, _("%(colour)s and worse") % {"colour": tier_colour(tier)})
        for tier in reversed(Tier)
    ]


def address_problem_text(code: str) -> str:
    """What is wrong with an outlet's address."""
    return {
        "web-address": _("Enter an address that begins with https:// or http://, without a user name in it."),
        "mail-address": _("Enter one or more e-mail addresses, separated by commas."),
    }[code]


class OutletForm(forms.Form):
    """An outlet of one kind."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    address = forms.CharField(max_length=2000)
    least_tier = forms.TypedChoiceField(label=gettext_lazy("Which alerts"), coerce=int, choices=tier_choices)
    language = forms.ChoiceField(label=gettext_lazy("Language of the messages"), choices=LANGUAGES)

    def __init__(self, kind: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        address = self.fields["address"]
        if kind == "email":
            address.label, address.help_text = _("Recipients"), _("Several are separated by commas.")
            address.widget.attrs["inputmode"] = "email"
        else:
            address.label, address.help_text = _("Address"), _("Each message is one signed POST of JSON to it.")
            address.widget.attrs["inputmode"] = "url"
            address.widget.attrs["class"] = "is-code"

    def clean_address(self) -> str:
        address = str(self.cleaned_data["address"])
        problem = KINDS[self.kind].check_address(address)
        if problem:
            raise forms.ValidationError(address_problem_text(problem))
        return address
