"""Forms of people and workspaces."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from sentinel.core.audit_words import KINDS, ROLE_WORDS, VERBS
from sentinel.core.models import LANGUAGES, THEMES, AuditEntryQuerySet, User
from sentinel.core.permissions import Role

ROLES = [(role, ROLE_WORDS[role]) for role in Role]


def tried_email(request: Any, credentials: dict[str, str] | None) -> str:
    """Whose password is being tried, in one spelling, so that capitals do not buy more guesses."""
    tried = (credentials or {}).get("username") or (request.POST.get("username", "") if request else "")
    return tried.strip().lower()


class LoginForm(AuthenticationForm):
    """E-mail and password."""

    username = forms.EmailField(label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "username"}))
    password = forms.CharField(
        label=_("Password"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )
    error_messages = {
        "invalid_login": _("The e-mail or the password is wrong. Check both and try again."),
        "inactive": _("This account is closed. Ask an admin of your workspace."),
    }


class PersonForm(forms.Form):
    """A new person: name, e-mail, password."""

    name = forms.CharField(
        label=pgettext_lazy("person", "Name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = forms.EmailField(
        label=_("E-mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )
    password = forms.CharField(
        label=_("Password, 12 characters or more"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "password" in cleaned:
            user = User(email=cleaned.get("email", ""), name=cleaned.get("name", ""))
            try:
                password_validation.validate_password(cleaned["password"], user)
            except forms.ValidationError as error:
                self.add_error("password", error)
        return cleaned


class PasswordForm(forms.Form):
    """The password now, and the next one."""

    old_password = forms.CharField(
        label=_("Password now"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )
    new_password = forms.CharField(
        label=_("New password, 12 characters or more"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_old_password(self) -> str:
        password: str = self.cleaned_data["old_password"]
        if not self.user.check_password(password):
            raise forms.ValidationError(_("This is not your password."))
        return password

    def clean_new_password(self) -> str:
        password: str = self.cleaned_data["new_password"]
        password_validation.validate_password(password, self.user)
        return password


class RolesForm(forms.Form):
    """What somebody is in a workspace."""

    roles = forms.MultipleChoiceField(label=_("Roles"), choices=ROLES, widget=forms.CheckboxSelectMultiple)

    def clean_roles(self) -> list[Role]:
        return [Role(role) for role in self.cleaned_data["roles"]]


class InvitationForm(RolesForm):
    """Whom to invite as what."""

    label = forms.CharField(label=_("For whom"), max_length=80, required=False)
    field_order = ["label", "roles"]


class AuditFilterForm(forms.Form):
    """Which audit entries to show; nothing chosen shows all."""

    person = forms.TypedChoiceField(label=_("Person"), required=False, coerce=int, empty_value=None)
    verb = forms.ChoiceField(
        label=pgettext_lazy("audit", "What"), required=False, choices=[("", _("Everything")), *sorted(VERBS.items())]
    )
    kind = forms.ChoiceField(label=_("Of what"), required=False, choices=[("", _("Anything")), *sorted(KINDS.items())])
    since = forms.DateField(
        label=pgettext_lazy("period", "From"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label=pgettext_lazy("period", "Until"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *args: Any, people: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = [("", _("Everybody")), *people]  # type: ignore[attr-defined]

    def narrow(self, entries: AuditEntryQuerySet) -> AuditEntryQuerySet:
        """Those of `entries` that the valid fields ask for; days are the workspace's."""
        self.is_valid()
        wanted = self.cleaned_data
        if wanted.get("person"):
            entries = entries.filter(actor_id=wanted["person"])
        if wanted.get("verb"):
            entries = entries.filter(verb=wanted["verb"])
        if wanted.get("kind"):
            entries = entries.filter(object_kind=wanted["kind"])
        if wanted.get("since"):
            entries = entries.filter(at__date__gte=wanted["since"])
        if wanted.get("until"):
            entries = entries.filter(at__date__lte=wanted["until"])
        return entries


class AccountForm(forms.Form):
    """A person's own settings."""

    name = forms.CharField(
        label=pgettext_lazy("person", "Name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)
    theme = forms.ChoiceField(label=_("Appearance"), choices=THEMES)
    keys_enabled = forms.BooleanField(
        label=_("Single-key shortcuts"), required=False, help_text=_("Such as A to claim; off inside fields.")
    )
    sound_enabled = forms.BooleanField(
        label=_("Alert sound"), required=False, help_text=_("Red repeats until somebody claims it, orange sounds once.")
    )

    @classmethod
    def of(cls, user: User) -> "AccountForm":
        """The form as the person's settings are now."""
        return cls(initial={name: getattr(user, name) for name in cls.base_fields})
