"""Forms of statements outside a plan."""

from typing import Any

from django import forms
from django.core.validators import URLValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from playbooks.channels import TRAITS, Audience, Channel, Language
from playbooks.forms.facts import moment_field
from playbooks.models import Statement
from playbooks.wording.codes import audience_word, channel_word, statement_kind_word
from sentinel.core.models import LANGUAGES

KINDS = ("update", "correction")  # a holding statement has a way of its own, a position its plan
LONGEST_TEXT = 20_000  # characters


def kind_choices() -> list[tuple[str, str]]:
    """What can be said outside a plan."""
    return [(kind, statement_kind_word(kind)) for kind in KINDS]


def channel_choices() -> list[tuple[str, str]]:
    """Where."""
    return [(channel.value, channel_word(channel)) for channel in Channel]


class WordsForm(forms.Form):
    """The words, where and for whom they are said, and when the next ones come."""

    channel = forms.ChoiceField(label=gettext_lazy("Where it is published"), choices=channel_choices)
    audience = forms.ChoiceField(
        label=gettext_lazy("For whom"), choices=lambda: [(one.value, audience_word(one)) for one in Audience]
    )
    title = forms.CharField(label=gettext_lazy("Headline"), required=False, max_length=200)
    text = forms.CharField(
        label=gettext_lazy("Text"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 12}),
        error_messages={"required": gettext_lazy("Write the text, or take the template.")},
    )
    next_update_at = moment_field(
        gettext_lazy("Next update"), help_text=gettext_lazy("The time that the text promises; it becomes a clock.")
    )
    field_order = ["kind", "channel", "audience", "language", "title", "text", "next_update_at"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        channel, audience = cleaned.get("channel"), cleaned.get("audience")
        if channel and audience and audience not in TRAITS[Channel(channel)].audiences:
            names = [audience_word(one) for one in TRAITS[Channel(channel)].audiences]
            self.add_error("audience", _("Here one speaks to: %(names)s.") % {"names": _(", ").join(names)})
        return cleaned

    @classmethod
    def of(cls, statement: Statement) -> dict[str, Any]:
        """What the form begins with."""
        return {name: getattr(statement, name) for name in ("channel", "audience", "title", "text", "next_update_at")}


class StatementForm(WordsForm):
    """A new statement."""

    kind = forms.ChoiceField(label=gettext_lazy("What it is"), choices=kind_choices)
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=LANGUAGES)


class TemplateForm(forms.Form):
    """Which template is wanted."""

    kind = forms.ChoiceField(choices=kind_choices)
    channel = forms.TypedChoiceField(choices=channel_choices, coerce=Channel)
    language = forms.TypedChoiceField(choices=LANGUAGES, coerce=Language)


class PublishForm(forms.Form):
    """Where a statement stands now that it is out."""

    url = forms.CharField(
        label=gettext_lazy("Address of the publication"),
        required=False,
        max_length=2000,
        validators=[
            URLValidator(
                schemes=["http", "https"],
                message=gettext_lazy("Enter the whole address, beginning with https:// or http://."),
            )
        ],
        widget=forms.TextInput(attrs={"inputmode": "url", "placeholder": "https://"}),
    )


class ReturnForm(forms.Form):
    """Why something is sent back."""

    reason = forms.CharField(
        label=gettext_lazy("What should be changed"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": gettext_lazy("Say what should be changed.")},
    )
