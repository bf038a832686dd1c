"""Forms of alerts, outlets, topics and rules."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alerts.operations.alerts import CLOSE_REASONS
from alerts.outlets.kinds import KINDS
from alerts.rules import RuleError, validate_definition
from alerts.tiers import Tier
from alerts.wording import rule_unit
from monitoring.matching import QueryError, parse
from monitoring.wording import query_error_text
from sentinel.core.models import LANGUAGES
from sentinel.core.templatetags.sentinel import tier_colour

MOST_TYPED = 20_000  # characters


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


class QueryForm(forms.Form):
    """A topic's query, the sentences on which it is tried, and the version that its writer had read."""

    query = forms.CharField(
        label=gettext_lazy("Query"),
        max_length=MOST_TYPED,
        widget=forms.Textarea(
            attrs={"class": "is-code", "rows": 4, "spellcheck": "false", "autocapitalize": "off", "autocomplete": "off"}
        ),
    )
    sentences = forms.CharField(
        label=gettext_lazy("Test sentences"),
        help_text=gettext_lazy("One a line; they are not kept."),
        required=False,
        max_length=MOST_TYPED,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    over = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def clean_query(self) -> str:
        query: str = self.cleaned_data["query"]
        try:
            parse(query)
        except QueryError as error:
            raise forms.ValidationError(query_error_text(error)) from error
        return query


class TopicForm(QueryForm):
    """A new topic."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    is_own = forms.TypedChoiceField(
        label=gettext_lazy("Whom it is about"),
        choices=[("own", gettext_lazy("Us")), ("other", gettext_lazy("A competitor or the industry"))],
        coerce=lambda value: value == "own",
        initial="own",
        widget=forms.RadioSelect,
    )
    field_order = ["name", "is_own", "query", "sentences"]


class TopicNameForm(forms.Form):
    """A topic's other name."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)


class RuleForm(forms.Form):
    """A rule's thresholds from the mildest tier to the worst; a share is written in percent."""

    over = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    min_count = forms.IntegerField(label=gettext_lazy("From how many posts in an hour"), min_value=1)

    def __init__(self, kind: str, data: Any = None, *, definition: dict[str, Any], over: int | None) -> None:
        self.kind = kind
        self.scale = 100 if kind == "negative" else 1
        initial = {"over": over, "min_count": definition["min_count"]}
        for tier, threshold in definition["thresholds"].items():
            initial[f"threshold_{tier}"] = f"{threshold * self.scale:.10g}"
        super().__init__(data, initial=initial)
        for tier in (4, 3, 2, 1):
            self.fields[f"threshold_{tier}"] = forms.FloatField(
                label=rule_unit(kind), widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"})
            )

    def tiers(self) -> list[tuple[int, forms.BoundField]]:
        """The fields of the tiers, the mildest first."""
        return [(tier, self[f"threshold_{tier}"]) for tier in (4, 3, 2, 1)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        thresholds = {str(tier): cleaned[f"threshold_{tier}"] / self.scale for tier in (1, 2, 3, 4)}
        try:
            cleaned["definition"] = validate_definition(
                {"kind": self.kind, "thresholds": thresholds, "min_count": cleaned["min_count"]}
            )
        except RuleError as error:
            for field, problem in error.problems.items():
                self.add_error(field.replace("thresholds.", "threshold_"), _(problem))
        return cleaned
