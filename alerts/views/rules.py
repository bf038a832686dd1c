"""Rules of a topic: from which value on they speak for which level."""

from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from alerts import topics as read
from alerts.forms import RuleForm
from alerts.models import Rule
from alerts.operations.rules import publish_rule
from alerts.rules import evaluate
from alerts.wording import reason_of, rule_help, rule_name, topic_refused_text
from sentinel.core.access import WorkspaceRequest, in_workspace, needs
from sentinel.core.operations import WrongStateError
from sentinel.core.permissions import Permission


@require_http_methods(["GET", "POST"])
@needs(Permission.EDIT_RULES)
def rule_edit(request: WorkspaceRequest, rule_id: int) -> HttpResponse:
    """One rule's thresholds; `?from=2` puts version 2's into the form."""
    rule = in_workspace(request, Rule.objects.active().select_related("current", "topic__workspace"), rule_id)
    form = RuleForm(rule.kind, request.POST or None, **_start(rule, request.GET.get("from", "")))
    if request.method == "POST" and form.is_valid():
        try:
            version = publish_rule(
                topic=rule.topic,
                kind=rule.kind,
                definition=form.cleaned_data["definition"],
                by=request.user,
                now=timezone.now(),
                over=form.cleaned_data["over"] or 0,
            )
        except WrongStateError as error:
            form = _refused(request, rule, error)
        else:
            messages.success(request, _("Version %(number)s of the rule is live.") % {"number": version.number})
            return redirect("topic-edit", workspace=request.workspace.slug, topic_id=rule.topic_id)
    context = {
        "rule": rule,
        "name": rule_name(rule.kind),
        "help": rule_help(rule.kind),
        "form": form,
        "restored": request.GET.get("from", "") if not form.is_bound else "",
        "versions": read.rule_version_lines(rule),
        "reasons": [_now(rule)],
        "looked_at": read.looked_at(rule.topic),
    }
    return render(request, "alerts/rule_edit.html", context)


def _start(rule: Rule, number: str) -> dict[str, Any]:
    """What the form begins with: the version that was asked for, else the live one."""
    versions = rule.versions.order_by("-number")
    newest = versions[0]
    asked = (
        versions.filter(number=number).first() if number.isascii() and number.isdigit() and len(number) < 9 else None
    )
    return {"definition": (asked or newest).definition, "over": newest.number}


def _refused(request: WorkspaceRequest, rule: Rule, error: WrongStateError) -> RuleForm:
    """The writer's own figures again, with leave to publish over what is published now."""
    newest = rule.versions.select_related("created_by").order_by("-number")[0]
    rule.current = newest
    again = {**request.POST.dict(), "over": newest.number}
    form = RuleForm(rule.kind, again, definition=newest.definition, over=newest.number)
    publisher = newest.created_by.name if newest.created_by else ""
    form.add_error(None, topic_refused_text(error.code, publisher, newest.number))
    return form


def _now(rule: Rule) -> Any:
    if rule.current is None:
        raise Http404
    return reason_of(asdict(evaluate(rule.current.definition, read.situation_of(rule.topic))))
