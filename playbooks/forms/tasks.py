"""Forms of tasks."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from playbooks.forms.facts import moment_field
from playbooks.models import Crisis, Task
from playbooks.queries.people import members_of
from sentinel.core.models import User


def owner_field(crisis: Crisis, *, besides: int | None = None) -> "forms.ModelChoiceField[User]":
    """Who answers for it; nobody may be chosen."""
    return forms.ModelChoiceField(
        label=_("Owner"),
        required=False,
        queryset=members_of(crisis, besides=besides),
        empty_label=_("Nobody yet"),
    )


class HandOverForm(forms.Form):
    """Who does it until when."""

    due_at = moment_field(gettext_lazy("Due"))
    field_order = ["text", "owner", "due_at"]

    def __init__(self, *args: Any, crisis: Crisis, task: Task | None = None, **kwargs: Any) -> None:
        if task is not None:
            kwargs["initial"] = {"owner": task.owner_id, "due_at": task.due_at}
        super().__init__(*args, **kwargs)
        self.fields["owner"] = owner_field(crisis, besides=task.owner_id if task else None)
        self.order_fields(self.field_order)


class TaskForm(HandOverForm):
    """A new task."""

    text = forms.CharField(
        label=gettext_lazy("What is to be done"),
        max_length=200,
        error_messages={"required": gettext_lazy("Say what is to be done.")},
    )


class ResultForm(forms.Form):
    """What came of it; asked for where the public was promised something."""

    result = forms.CharField(
        label=gettext_lazy("What shows that it is done"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("A link, a number, who confirmed it."),
    )

    def __init__(self, *args: Any, is_asked_for: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["result"]
        field.required = is_asked_for
        field.error_messages["required"] = _("Say what shows that it is done.")
