"""Forms of crises and of their control centre."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from alerts.wording import tier_name
from monitoring.models import Topic
from playbooks.models import Crisis
from playbooks.models.crises import DUTIES, STAGES
from playbooks.queries.people import members_of
from playbooks.wording.codes import duty_word
from sentinel.core.models import User, Workspace

LEVELS = (1, 2, 3, 4)


def _text(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class StageForm(forms.Form):
    """Where the work stands."""

    stage = forms.ChoiceField(choices=STAGES)


class CrisisForm(forms.Form):
    """What a crisis is called, and what it is about."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    summary = forms.CharField(
        label=gettext_lazy("Summary"),
        help_text=gettext_lazy("What happened, as far as it is known; two or three sentences."),
        required=False,
        max_length=4_000,
        widget=_text(4),
    )


class EditCrisisForm(CrisisForm):
    """The same later; one that watches no topic can still be given one, though none of a drill."""

    topic = forms.ModelChoiceField(
        label=gettext_lazy("Topic"),
        help_text=gettext_lazy("Whose mentions are counted; without one the crisis has no figures."),
        queryset=Topic.objects.none(),
        required=False,
    )
    field_order = ["title", "topic", "summary"]

    def __init__(self, data: QueryDict | None, *, crisis: Crisis) -> None:
        super().__init__(data, initial={"title": crisis.title, "summary": crisis.summary})
        if crisis.topic_id is not None:
            del self.fields["topic"]
            return
        topics = Topic.objects.active().real().filter(workspace=crisis.workspace_id).order_by("name")
        self.fields["topic"].queryset = topics  # type: ignore[attr-defined]
        self.fields["topic"].empty_label = _("No topic")  # type: ignore[attr-defined]


class OpenCrisisForm(CrisisForm):
    """A crisis that somebody opens by hand."""

    level = forms.TypedChoiceField(
        label=gettext_lazy("Level"),
        help_text=gettext_lazy("A first estimate; the assessment gives it a reason and may change it."),
        coerce=int,
        choices=lambda: [(level, f"{level} {tier_name(level)}") for level in LEVELS],
        initial=2,
        widget=forms.RadioSelect,
    )
    topic = forms.ModelChoiceField(
        label=gettext_lazy("Topic"),
        help_text=gettext_lazy("Whose mentions are counted; without one the crisis has no figures."),
        queryset=Topic.objects.none(),
        required=False,
    )
    field_order = ["title", "level", "topic", "summary"]

    def __init__(self, *args: Any, workspace: Workspace, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        topics = Topic.objects.active().filter(workspace=workspace, current__isnull=False).order_by("name")
        self.fields["topic"].queryset = topics  # type: ignore[attr-defined]
        self.fields["topic"].empty_label = _("No topic")  # type: ignore[attr-defined]


class AlertCrisisForm(forms.Form):
    """The title of a crisis that is opened from an alert."""

    alert = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    title = forms.CharField(label=gettext_lazy("Title"), max_length=200, required=False)


class NoteForm(forms.Form):
    """A line for the log."""

    text = forms.CharField(label=gettext_lazy("What to note down"), max_length=1_000, widget=_text(3))


class ProgressForm(forms.Form):
    """A report on how far it is."""

    text = forms.CharField(label=gettext_lazy("How far it is"), max_length=1_000, widget=_text(3))


class CloseCrisisForm(forms.Form):
    """How it ended."""

    note = forms.CharField(
        label=gettext_lazy("How it ended"),
        help_text=gettext_lazy("Two sentences; they stand at the head of the closed crisis."),
        max_length=2_000,
        widget=_text(4),
    )


class ReopenCrisisForm(forms.Form):
    """Why a closed crisis is opened again."""

    note = forms.CharField(label=gettext_lazy("Why it is opened again"), max_length=2_000, widget=_text(3))


class SeatForm(forms.Form):
    """A seat in the control centre."""

    user = forms.ModelChoiceField(label=pgettext_lazy("seat", "Person"), queryset=User.objects.none())
    duty = forms.ChoiceField(
        label=gettext_lazy("Duty"), choices=lambda: [(code, duty_word(code)) for code, _code in DUTIES]
    )
    department = forms.CharField(label=gettext_lazy("Department"), max_length=40, required=False)
    deputy = forms.ModelChoiceField(label=gettext_lazy("Deputy"), queryset=User.objects.none(), required=False)
    limits = forms.CharField(
        label=gettext_lazy("Limits of authority"),
        help_text=gettext_lazy("What this person may decide alone, such as an amount or a channel."),
        max_length=200,
        required=False,
    )

    def __init__(self, *args: Any, crisis: Crisis, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("user", "deputy"):
            self.fields[name].queryset = members_of(crisis)  # type: ignore[attr-defined]
            self.fields[name].label_from_instance = lambda user: user.name  # type: ignore[attr-defined]
        self.fields["user"].empty_label = _("Choose a person")  # type: ignore[attr-defined]
        self.fields["deputy"].empty_label = _("Nobody")  # type: ignore[attr-defined]


class LogFilterForm(forms.Form):
    """Which part of the log."""

    group = forms.CharField(required=False, max_length=20)
    weighty = forms.BooleanField(required=False)
