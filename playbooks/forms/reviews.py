"""Forms of the review: cause and lessons, corrective actions, looks back."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from playbooks.forms.tasks import owner_field
from playbooks.models import CorrectiveAction, Crisis, Review
from playbooks.models.reviewing import DEPARTMENTS
from playbooks.wording.codes import department_word, outcome_word

LONGEST_TEXT = 10_000  # characters


def department_choices() -> list[tuple[str, str]]:
    """Departments by name; never a person."""
    return [("", _("Not known yet")), *((code, department_word(code)) for code, _code in DEPARTMENTS)]


class ReviewForm(forms.Form):
    """What caused it, down to the department, and how we handled it."""

    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    cause = forms.CharField(
        label=gettext_lazy("Cause"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("What happened in the work, not who did it: which step, which check was missing."),
    )
    department = forms.ChoiceField(
        label=gettext_lazy("Responsible department"), required=False, choices=department_choices
    )
    department_note = forms.CharField(
        label=gettext_lazy("Which part of it"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("A line, a shop, a shift; never a person."),
    )
    went_well = forms.CharField(
        label=gettext_lazy("What went well"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    went_badly = forms.CharField(
        label=gettext_lazy("What went badly"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    @classmethod
    def of(cls, review: Review | None) -> "ReviewForm":
        """As the review stands; without one as it begins."""
        names = [name for name in cls.base_fields if name != "revision"]
        values = {name: getattr(review, name) for name in names} if review else {}
        return cls(initial={**values, "revision": review.revision if review else 0})


class ActionForm(forms.Form):
    """A corrective action."""

    text = forms.CharField(
        label=gettext_lazy("What will be different from now on"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": gettext_lazy("Say what will be different.")},
    )
    department = forms.ChoiceField(label=gettext_lazy("Department"), required=False, choices=department_choices)
    due_on = forms.DateField(
        label=gettext_lazy("Due"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    field_order = ["text", "department", "owner", "due_on"]

    def __init__(self, *args: Any, crisis: Crisis, action: CorrectiveAction | None = None, **kwargs: Any) -> None:
        if action is not None:
            names = ("text", "department", "due_on")
            kwargs["initial"] = {**{name: getattr(action, name) for name in names}, "owner": action.owner_id}
        super().__init__(*args, **kwargs)
        self.fields["owner"] = owner_field(crisis, besides=action.owner_id if action else None)
        self.order_fields(self.field_order)


class WatchForm(forms.Form):
    """What a look back found."""

    outcome = forms.ChoiceField(
        choices=lambda: [(code, outcome_word(code)) for code in ("quiet", "relapse")],
        error_messages={"required": gettext_lazy("Say whether it is quiet or has come again.")},
    )
    note = forms.CharField(label=gettext_lazy("What was looked at"), required=False, max_length=300)
