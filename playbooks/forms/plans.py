"""The editor of a plan: one form for its parts, whose rows are added, moved and removed by commands.

Everything is optional while it is a draft: what is missing is shown, and asked for when it is submitted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from playbooks.channels import TRAITS, Audience, Channel
from playbooks.models import Candidate, Cosign, PlanItem, Statement
from playbooks.models.plans import MOST_CANDIDATES
from playbooks.operations.plans import CosignAsk
from playbooks.plan_drafts import CandidateDraft, ItemDraft, PlanDraft, StatementDraft
from playbooks.strategy import Strategy
from playbooks.wording.codes import audience_word, channel_word, strategy_word
from sentinel.core.models import User

MOST_ITEMS, MOST_COSIGNS = 20, 8
LONGEST_TEXT = 20_000  # characters
NEVER = (Strategy.ATTACK_ACCUSER, Strategy.SCAPEGOAT)
People = Mapping[int, User]


def length_of(model: Any, field: str) -> int:
    """How long the row lets it be."""
    return int(model._meta.get_field(field).max_length)


class Prose(forms.CharField):
    """Text of any length, its lines ended as we end them."""

    def __init__(self, *, rows: int, **kwargs: Any) -> None:
        widget = forms.Textarea(attrs={"rows": rows})
        super().__init__(required=False, max_length=LONGEST_TEXT, widget=widget, **kwargs)

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value) or "").replace("\r\n", "\n")


class Moment(forms.DateTimeField):
    """A moment in the zone of the page, as the browser's own control writes it."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)


class Line(forms.CharField):
    """A line, or lines, as long as the row takes."""

    def __init__(self, model: Any, field: str, *, rows: int = 0, **kwargs: Any) -> None:
        widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput()
        super().__init__(required=False, max_length=length_of(model, field), widget=widget, **kwargs)


class PersonField(forms.TypedChoiceField):
    """One of the workspace's people, or nobody."""

    def __init__(self, people: People, **kwargs: Any) -> None:
        names = [("", "—"), *((pk, user.name) for pk, user in people.items())]
        super().__init__(required=False, choices=names, coerce=lambda pk: people[int(pk)], empty_value=None, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return value.pk if isinstance(value, User) else value


class RowForm(forms.Form):
    """A row of a table: each of its fields says by itself what it is."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.name_fields()

    def name_fields(self) -> None:
        for field in self.fields.values():
            if field.label and not isinstance(field.widget, forms.CheckboxInput):
                field.widget.attrs["aria-label"] = field.label
                if isinstance(field.widget, forms.TextInput | forms.Textarea):
                    field.widget.attrs["placeholder"] = field.label


class CandidateForm(RowForm):
    """One feasible way."""

    title = Line(Candidate, "title", rows=1, label=gettext_lazy("What we do"))
    strategies = forms.MultipleChoiceField(
        label=gettext_lazy("Strategies"), required=False, widget=forms.CheckboxSelectMultiple
    )
    scope = Line(Candidate, "scope", rows=1, label=gettext_lazy("Scope"))
    remedy = Line(Candidate, "remedy", rows=1, label=gettext_lazy("For consumers"))
    cost_low = forms.IntegerField(label=gettext_lazy("Cost from"), required=False, min_value=0, max_value=10**15)
    cost_high = forms.IntegerField(label=gettext_lazy("Cost to"), required=False, min_value=0, max_value=10**15)
    cost_note = Line(Candidate, "cost_note", label=gettext_lazy("What the cost rests on"))
    risk = Line(Candidate, "risk", rows=1, label=gettext_lazy("Main risk"))
    authority = Line(Candidate, "authority", rows=1, label=gettext_lazy("Authority"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(one.value, strategy_word(one)) for one in Strategy if one not in NEVER]
        self.fields["strategies"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        low, high = cleaned.get("cost_low"), cleaned.get("cost_high")
        if low is not None and high is not None and low > high:
            self.add_error("cost_high", _("The upper end of the cost lies below the lower one."))
        return cleaned


class PeopleForm(RowForm):
    """A form that asks for people of the workspace."""

    def __init__(self, *args: Any, people: People, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in self.asked().items():
            self.fields[name] = PersonField(people, label=label)
        self.name_fields()

    def asked(self) -> dict[str, Any]:
        """The names of the fields that are people, with their labels."""
        raise NotImplementedError


class ItemForm(PeopleForm):
    """Something that the plan has somebody do."""

    text = Line(PlanItem, "text", label=pgettext_lazy("task", "What"))
    due_at = Moment(label=gettext_lazy("Until"))
    is_promise = forms.BooleanField(label=gettext_lazy("Public promise"), required=False)

    def asked(self) -> dict[str, Any]:
        return {"owner": gettext_lazy("Who does it")}


class StatementForm(RowForm):
    """Words for one channel."""

    channel = forms.ChoiceField(choices=[(one.value, one.value) for one in Channel], widget=forms.HiddenInput)
    language = forms.CharField(max_length=8, widget=forms.HiddenInput)
    audience = forms.ChoiceField(label=gettext_lazy("For whom"))
    title = Line(Statement, "title", label=gettext_lazy("Headline"))
    text = Prose(rows=8, label=gettext_lazy("Text"))
    next_update_at = Moment(label=gettext_lazy("Next update"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(one.value, audience_word(one)) for one in Audience]
        self.fields["audience"].choices = choices  # type: ignore[attr-defined]
        self.fields["audience"].widget.choices = choices


class CosignForm(PeopleForm):
    """Whose co-signature is asked for."""

    department = Line(Cosign, "department", label=gettext_lazy("Department"))

    def asked(self) -> dict[str, Any]:
        return {"signer": gettext_lazy("Signer"), "deputy": gettext_lazy("Deputy")}

    def name_fields(self) -> None:
        super().name_fields()
        self.fields["department"].widget.attrs["list"] = "departments"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        signer, deputy = cleaned.get("signer"), cleaned.get("deputy")
        if signer and signer == deputy:
            self.add_error("deputy", _("The deputy has to be somebody else than the signer."))
        if signer and not cleaned.get("department"):
            self.add_error("department", _("Say for which department."))
        return cleaned


class PlanForm(forms.Form):
    """What a plan says as a whole."""

    revision = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    recommended = forms.IntegerField(required=False)
    stance = Prose(rows=2, label=gettext_lazy("Stance"))
    risks = Prose(
        rows=3, label=gettext_lazy("Risks"), help_text=gettext_lazy("One a line; the approver reads them first.")
    )
    cosign_due_at = Moment(label=gettext_lazy("Co-sign until"))


def _formset(form: type[forms.Form], most: int) -> Any:
    return forms.formset_factory(form, extra=0, max_num=most, absolute_max=most)


CandidateFormSet = _formset(CandidateForm, MOST_CANDIDATES)
ItemFormSet = _formset(ItemForm, MOST_ITEMS)
StatementFormSet = _formset(StatementForm, len(Channel))
CosignFormSet = _formset(CosignForm, MOST_COSIGNS)


class PlanEditor:
    """All parts of a plan in one HTML form; bound to `data`, or shown as `draft` and `asks` say."""

    def __init__(
        self,
        data: Any = None,
        *,
        people: Sequence[User],
        signers: Sequence[User],
        revision: int = 1,
        draft: PlanDraft | None = None,
        asks: Sequence[Mapping[str, Any]] = (),
        cosign_due_at: Any = None,
    ) -> None:
        given = draft or PlanDraft("", "", (), (), ())
        first = next((index for index, one in enumerate(given.candidates) if one.is_recommended), None)
        self.form = PlanForm(
            data,
            initial={
                "revision": revision,
                "stance": given.stance,
                "risks": given.risks,
                "recommended": first,
                "cosign_due_at": cosign_due_at,
            },
        )
        everybody, may_sign = {user.pk: user for user in people}, {user.pk: user for user in signers}
        rows = {"items": given.items, "candidates": given.candidates, "statements": given.statements}
        initial = {name: [one.fields() for one in parts] for name, parts in rows.items()}
        self.candidates = CandidateFormSet(data, prefix="candidates", initial=initial["candidates"])
        self.statements = StatementFormSet(data, prefix="statements", initial=initial["statements"])
        self.items = ItemFormSet(data, prefix="items", initial=initial["items"], form_kwargs={"people": everybody})
        self.cosigns = CosignFormSet(data, prefix="cosigns", initial=list(asks), form_kwargs={"people": may_sign})

    def is_valid(self) -> bool:
        """Whether everything can be kept; every part is looked at, so that all its faults show."""
        valid = [part.is_valid() for part in self._parts()]
        return all(valid)

    def _parts(self) -> list[Any]:
        return [self.form, self.candidates, self.items, self.statements, self.cosigns]

    def problems(self) -> list[str]:
        """What is wrong, a sentence each."""
        found: list[str] = []
        for part in self._parts():
            forms_of = part.forms if hasattr(part, "forms") else [part]
            for form in forms_of:
                found += [
                    f"{form.fields[name].label or name}: {error}" if name in form.fields else str(error)
                    for name, errors in form.errors.items()
                    for error in errors
                ]
            if hasattr(part, "non_form_errors"):
                found += [str(error) for error in part.non_form_errors()]
        return list(dict.fromkeys(found))

    @property
    def revision(self) -> int:
        """The revision that the writer had read."""
        return int(self.form.cleaned_data["revision"])

    def draft(self) -> PlanDraft:
        """What was written; an item without text is none."""
        chosen = self.form.cleaned_data["recommended"]
        return PlanDraft(
            stance=self.form.cleaned_data["stance"],
            risks=self.form.cleaned_data["risks"],
            candidates=tuple(
                CandidateDraft(**form.cleaned_data, is_recommended=index == chosen)
                for index, form in enumerate(self.candidates.forms)
            ),
            items=tuple(ItemDraft(**form.cleaned_data) for form in self.items.forms),
            statements=tuple(StatementDraft(**form.cleaned_data) for form in self.statements.forms),
        )

    def asks(self) -> list[CosignAsk]:
        """Whose co-signatures are asked for; rows without a signer are left out."""
        return [
            CosignAsk(row["signer"], row["department"], row["deputy"])
            for row in (form.cleaned_data for form in self.cosigns.forms)
            if row.get("signer")
        ]

    def cosign_rows(self) -> list[dict[str, Any]]:
        """The rows of co-signers as typed, fit for a session."""
        return [
            {name: value.pk if isinstance(value, User) else value for name, value in form.cleaned_data.items()}
            for form in self.cosigns.forms
        ]


# --- commands ---------------------------------------------------------------------------------------------------------


def commanded(draft: PlanDraft, command: str, *, new_statement: StatementDraft | None = None) -> PlanDraft:
    """The draft after a row was added, moved or removed; a command that does not fit changes nothing.

    `candidate-add`, `candidate-left:2`, `candidate-right:0`, `candidate-remove:1`, `item-add`, `item-remove:3`,
    `statement-remove:1`, and `statement-add` with the statement to add.
    """
    verb, _colon, argument = command.partition(":")
    at = int(argument) if argument.isdigit() and len(argument) < 3 else -1
    if verb == "item-add" and len(draft.items) < MOST_ITEMS:
        return replace(draft, items=(*draft.items, ItemDraft(text="")))
    if verb == "item-remove":
        return replace(draft, items=_without(draft.items, at))
    if verb == "statement-add" and new_statement:
        if new_statement.channel in {one.channel for one in draft.statements}:
            return draft
        return replace(draft, statements=(*draft.statements, new_statement))
    if verb == "statement-remove":
        return replace(draft, statements=_without(draft.statements, at))
    return replace(draft, candidates=_moved(draft.candidates, verb, at))


def _moved(candidates: tuple[CandidateDraft, ...], verb: str, at: int) -> tuple[CandidateDraft, ...]:
    if verb == "candidate-add" and len(candidates) < MOST_CANDIDATES:
        return (*candidates, CandidateDraft(title="", strategies=[], is_recommended=not candidates))
    if verb == "candidate-remove":
        return _without(candidates, at)
    other = at + {"candidate-left": -1, "candidate-right": 1}.get(verb, 0)
    if not (0 <= at < len(candidates) and 0 <= other < len(candidates)):
        return candidates
    rows = list(candidates)
    rows[at], rows[other] = rows[other], rows[at]
    return tuple(rows)


def _without(rows: tuple[Any, ...], at: int) -> tuple[Any, ...]:
    return tuple(row for index, row in enumerate(rows) if index != at)


def free_channels(draft: PlanDraft) -> list[tuple[str, str]]:
    """The channels that the plan does not speak on yet."""
    taken = {one.channel for one in draft.statements}
    return [(one.value, channel_word(one)) for one in Channel if one.value not in taken]


def audience_of(channel: Channel) -> str:
    """Whom the channel speaks to first."""
    return TRAITS[channel].audiences[0].value


# --- decisions --------------------------------------------------------------------------------------------------------


class ApproveForm(forms.Form):
    """Which candidate, and why."""

    candidate = forms.IntegerField(min_value=1)
    reason = forms.CharField(required=False, max_length=2_000)


class ReturnForm(forms.Form):
    """Why it is sent back: a quick reason, and what to change."""

    quick = forms.CharField(max_length=80)
    reason = forms.CharField(max_length=2_000)

    def words(self) -> str:
        """The reason as it is kept."""
        return _("%(quick)s: %(reason)s") % self.cleaned_data


class CosignAnswerForm(forms.Form):
    """Agree, or object with a comment."""

    answer = forms.ChoiceField(choices=[("agree", "agree"), ("object", "object")])
    comment = Line(Cosign, "comment")
