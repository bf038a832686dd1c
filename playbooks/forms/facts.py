"""Forms of facts and evidence."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from monitoring.models import Post
from playbooks.models import Crisis, Fact
from playbooks.queries.facts import STATUSES, filed_posts, fingerprint
from playbooks.queries.people import members_of
from playbooks.wording.codes import fact_status_word

PROTECTED = ("source", "second_source", "is_source_protected")
MINUTE = "%Y-%m-%dT%H:%M"


def moment_field(label: Any, **more: Any) -> forms.DateTimeField:
    """A moment in the workspace's zone, picked with the browser's own picker."""
    return forms.DateTimeField(
        label=label, required=False, widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MINUTE), **more
    )


class SettleForm(forms.Form):
    """What a fact turned out to be, and from where we know."""

    status = forms.ChoiceField(
        label=gettext_lazy("What is held of it"),
        choices=lambda: [(status, fact_status_word(status)) for status in STATUSES],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose known, unknown or disproved.")},
    )
    correction = forms.CharField(
        label=gettext_lazy("What is true instead"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("For what is disproved."),
    )
    source = forms.CharField(
        label=pgettext_lazy("fact", "Source"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Who or what says so."),
    )
    second_source = forms.CharField(
        label=gettext_lazy("Second source"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Independent of the first."),
    )
    over = forms.CharField(required=False, max_length=16, widget=forms.HiddenInput)

    def __init__(self, *args: Any, fact: Fact | None = None, hides_source: bool = False, **kwargs: Any) -> None:
        if fact is not None:
            kwargs["initial"] = {**values_of(fact), "over": fingerprint(fact), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.fact = fact
        self.hides_source = hides_source
        if hides_source:
            for name in PROTECTED:
                self.fields.pop(name, None)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        status = cleaned.get("status")
        has_source = self.hides_source or cleaned.get("source")
        if status in ("known", "disproved") and not has_source and "source" not in self.errors:
            self.add_error("source", _("Name the source: what is known or disproved says from where."))
        if status == "disproved" and not cleaned.get("correction") and "correction" not in self.errors:
            self.add_error("correction", _("Say what is true instead, so that it can be answered."))
        if cleaned.get("second_source") and not cleaned.get("source"):
            self.add_error("source", _("Name the first source too."))
        return cleaned

    def written(self) -> dict[str, Any]:
        """Everything that the operation asks for: what was typed, and what stays as it was."""
        before = values_of(self.fact) if self.fact else {}
        typed = {name: value for name, value in self.cleaned_data.items() if name != "over"}
        values = {**before, **typed}
        return {**values, "post": Post.objects.filter(pk=values["post"]).first() if values.get("post") else None}


class FactForm(SettleForm):
    """A fact in full."""

    text = forms.CharField(
        label=gettext_lazy("What is it about"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("One thing, as a sentence or a question."),
        error_messages={"required": gettext_lazy("Say what the fact or the question is.")},
    )
    is_source_protected = forms.BooleanField(
        label=gettext_lazy("Protect the source"),
        required=False,
        help_text=gettext_lazy("Only managers, the author and the owner see who it is."),
    )
    contradiction = forms.CharField(
        label=gettext_lazy("What speaks against it"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("While two accounts do not agree."),
    )
    due_at = moment_field(gettext_lazy("To be found out until"))
    field_order = ["text", "status", "correction", "source", "second_source", "is_source_protected", "contradiction"]

    def __init__(self, *args: Any, crisis: Crisis, fact: Fact | None = None, **kwargs: Any) -> None:
        super().__init__(*args, fact=fact, **kwargs)
        self.fields["owner"] = forms.ModelChoiceField(
            label=_("Owner"),
            required=False,
            queryset=members_of(crisis, besides=fact.owner_id if fact else None),
            empty_label=_("Nobody yet"),
        )
        posts = [("", _("None")), *filed_posts(crisis)]
        self.fields["post"] = forms.TypedChoiceField(
            label=_("Post on file"), required=False, choices=posts, coerce=int, empty_value=None
        )


def values_of(fact: Fact) -> dict[str, Any]:
    """What a fact says now, as its form shows it."""
    names = ("status", "text", "correction", *PROTECTED, "contradiction", "owner", "due_at")
    return {name: getattr(fact, name) for name in names} | {"post": fact.post_id}
