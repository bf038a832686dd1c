"""Forms of people and workspaces."""

from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext_lazy as _

from sentinel.core.models import LANGUAGES, THEMES, User
from sentinel.core.permissions import Role

ROLES = [(Role.STAFF, _("PR staff")), (Role.MANAGER, _("Manager")), (Role.ADMIN, _("Admin"))]


class LoginForm(AuthenticationForm):
    """E-mail and password."""

    username = forms.EmailField(label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "username"}))
    password = forms.CharField(
        label=_("Password"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )
    error_messages = {
        "invalid_login": _("This e-mail and password do not belong together. Check both and try again."),
        "inactive": _("This account is closed. Ask an admin of your workspace."),
    }


class PersonForm(forms.Form):
    """A new person: name, e-mail, password."""

    name = forms.CharField(label=_("Name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "username"}))
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


class RolesForm(forms.Form):
    """What somebody is in a workspace."""

    roles = forms.MultipleChoiceField(label=_("Roles"), choices=ROLES, widget=forms.CheckboxSelectMultiple)

    def clean_roles(self) -> list[Role]:
        return [Role(role) for role in self.cleaned_data["roles"]]


class InvitationForm(RolesForm):
    """Whom to invite as what."""

    label = forms.CharField(label=_("For whom"), max_length=80, required=False)
    field_order = ["label", "roles"]


class AccountForm(forms.ModelForm[User]):
    """A person's own settings."""

    class Meta:
        model = User
        fields = ["name", "language", "theme", "keys_enabled", "sound_enabled"]
        labels = {
            "name": _("Name"),
            "language": _("Language"),
            "theme": _("Appearance"),
            "keys_enabled": _("Single-key shortcuts"),
            "sound_enabled": _("Alert sound"),
        }
        widgets = {"language": forms.Select(choices=LANGUAGES), "theme": forms.Select(choices=THEMES)}
