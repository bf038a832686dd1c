"""Deletion on request: what it would touch, the deed, and the tombstones."""

from dataclasses import asdict

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from monitoring.models import Erasure
from monitoring.operations.erasing import checked, erase, touched
from monitoring.wording import touched_text, wish_error_text
from sentinel.core.access import WorkspaceRequest, needs
from sentinel.core.operations import WrongStateError
from sentinel.core.permissions import Permission


class ErasureForm(forms.Form):
    """What a person asks to be deleted, and why."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Delete by"),
        choices=[("author", gettext_lazy("Author’s name")), ("address", gettext_lazy("Address of a post"))],
        initial="author",
        widget=forms.RadioSelect,
    )
    value = forms.CharField(
        label=gettext_lazy("Name or address"),
        max_length=2000,
        help_text=gettext_lazy("The author’s name exactly as the site shows it, or the address of the post."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    site = forms.CharField(
        label=gettext_lazy("Only at this site"),
        max_length=255,
        required=False,
        help_text=gettext_lazy(
            "For a name that others bear elsewhere, for example forum.example.com. Empty: at every site."
        ),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("It is kept with the tombstone: write no name into it."),
    )


@require_GET
@needs(Permission.ERASE)
def erasure_list(request: WorkspaceRequest) -> HttpResponse:
    """The tombstones of the workspace, newest first."""
    erasures = Erasure.objects.filter(workspace=request.workspace).select_related("erased_by").order_by("-erased_at")
    rows = [
        {"erasure": one, "hash": bytes(one.subject_hash).hex()[:12], "touched": _lines(one.touched)} for one in erasures
    ]
    return render(request, "monitoring/erasure_list.html", {"section": "erasures", "rows": rows})


@require_http_methods(["GET", "POST"])
@needs(Permission.ERASE)
@never_cache
def erasure_add(request: WorkspaceRequest) -> HttpResponse:
    """First what a deletion touches, then, confirmed, the deed. Names stand in no address: both are posted."""
    form, wish = ErasureForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            wish = checked(given["kind"], given["value"], given["site"])
            if request.POST.get("step") == "erase":
                erase(
                    workspace=request.workspace, wish=wish, reason=given["reason"], by=request.user, now=timezone.now()
                )
                messages.success(request, _("Deleted. The tombstone says what was deleted, when and by whom; no name."))
                return redirect("erasure-list", workspace=request.workspace.slug)
        except WrongStateError as error:
            form.add_error(*wish_error_text(error.code))
    found = _lines(asdict(touched(request.workspace, wish))) if wish else []
    return render(
        request, "monitoring/erasure_add.html", {"section": "erasures", "form": form, "wish": wish, "touched": found}
    )


def _lines(counts: dict[str, int]) -> list[tuple[str, int]]:
    return [(touched_text(name), count) for name, count in counts.items() if count]
