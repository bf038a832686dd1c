"""The holding statement (先期聲明) that managers authorise ahead, so that the first word does not wait."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from playbooks.channels import Channel, Language
from playbooks.drafts import holding_draft
from playbooks.forms.holding import HoldingForm
from playbooks.models import HoldingText
from playbooks.operations.emergency import authorise_holding_text
from playbooks.phrases import open_blank
from playbooks.plan_drafts import StatementDraft
from playbooks.queries.plans import CheckedText, checked
from playbooks.statements import Element, required_elements
from playbooks.strategy import Verdict
from playbooks.wording.codes import verdict_word
from sentinel.core.access import WorkspaceRequest, needs
from sentinel.core.models import LANGUAGES
from sentinel.core.permissions import Permission

# what each of these blanks is filled with
BLANKS = {Element.DOING: "doing", Element.CONTACT: "contact", Element.NEXT_UPDATE: "next_update"}


@require_GET
@needs(Permission.VIEW)
def holding_texts(request: WorkspaceRequest) -> HttpResponse:
    """The text of one language (`?language=`), what it has and lacks, and who authorised it when."""
    return _page(request, _language(request.GET.get("language", "")))


def _language(code: str) -> Language:
    return Language(code) if code in set(Language) else Language.ZH_HANT


def _page(
    request: WorkspaceRequest, language: Language, *, form: HoldingForm | None = None, status: int = 200
) -> HttpResponse:
    texts = HoldingText.objects.filter(workspace=request.workspace).select_related("authorised_by")
    versions = list(texts.filter(language=language).order_by("-number"))
    current = versions[0].text if versions else ""
    start = current or holding_draft(language, {"brand": request.workspace.name}).text
    form = form or HoldingForm(initial={"language": language, "text": start})
    here = reverse("holding-texts", args=[request.workspace.slug])
    have = set(texts.values_list("language", flat=True))
    context = {
        "section": "holding",
        "form": form,
        "language": language,
        "versions": versions,
        "is_new": not versions,
        "tabs": [
            {
                "url": f"{here}?language={code}",
                "label": name if code in have else _("%(language)s, none yet") % {"language": name},
                "count": None,
                "current": code == language,
            }
            for code, name in LANGUAGES
        ],
        **_panel(str(form["text"].value() or "")),
    }
    return render(request, "playbooks/holding.html", context, status=status)


def _panel(text: str) -> dict[str, Any]:
    return {"checks": _checks(text), "verdict": verdict_word(Verdict.PENDING)}


def _checks(text: str) -> CheckedText:
    """As of a statement on the website while nothing is known; open blanks belong here, they are filled in later."""
    (found,) = checked([StatementDraft(Channel.SITE, "", "", text, timezone.now())], Verdict.PENDING)
    elements = zip(required_elements(Verdict.PENDING), found.elements, strict=True)
    return replace(
        found,
        elements=tuple(replace(line, found=line.found or _stands_open(element, text)) for element, line in elements),
        remarks=tuple(line for line in found.remarks if line.kind != "open-blank"),
    )


def _stands_open(element: Element, text: str) -> bool:
    """Whether a blank of the text will hold the element."""
    name = BLANKS.get(element)
    return name is not None and any(open_blank(language, name) in text for language in Language)


@require_POST
@needs(Permission.APPROVE)
def holding_check(request: WorkspaceRequest) -> HttpResponse:
    """What the checks find in what is being written, as a fragment; keeps nothing."""
    return render(request, "components/statement_check.html", _panel(request.POST.get("text", "")))


@require_POST
@needs(Permission.APPROVE)
def holding_authorise(request: WorkspaceRequest) -> HttpResponse:
    """Authorise the words ahead; the newest version of a language counts."""
    form = HoldingForm(request.POST)
    if not form.is_valid():
        return _page(request, _language(request.POST.get("language", "")), form=form, status=422)
    made = authorise_holding_text(workspace=request.workspace, **form.cleaned_data, by=request.user, now=timezone.now())
    messages.success(request, _("Version %(number)s is authorised.") % {"number": made.number})
    return redirect(reverse("holding-texts", args=[request.workspace.slug]) + f"?language={made.language}")
