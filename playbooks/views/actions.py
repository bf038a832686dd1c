"""Corrective actions: added, changed, done, and turned into a keyword or a rule, linked both ways."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from alerts.forms import QueryForm, RuleForm
from alerts.models import Rule
from alerts.wording import rule_help, rule_name, topic_refused_text
from monitoring.models import Topic
from monitoring.queries.trials import try_query
from monitoring.text.differences import differences
from playbooks.forms.reviews import ActionForm
from playbooks.forms.tasks import ResultForm
from playbooks.models import CorrectiveAction
from playbooks.operations import reviewing
from playbooks.queries.reviewing import actions_of_rule, actions_of_topic, linkable
from playbooks.views.form_pages import fill_in
from playbooks.views.room import answer, crisis_of, part_of, show, way_back
from playbooks.wording.errors import wrong_state_text
from playbooks.workflow import permission_for
from sentinel.core.access import WorkspaceRequest, in_workspace, needs
from sentinel.core.operations import WrongStateError
from sentinel.core.permissions import Permission

BACK = "crisis-review#actions"


@require_http_methods(["GET", "POST"])
@needs(permission_for("action", "add"))
def action_add(request: WorkspaceRequest, crisis_id: int) -> HttpResponse:
    """What will be different from now on."""
    crisis = crisis_of(request, crisis_id)
    form = ActionForm(_posted(request), crisis=crisis)

    def add() -> None:
        reviewing.add_action(crisis=crisis, **form.cleaned_data, by=request.user, now=timezone.now())

    return fill_in(request, crisis, form, add, template="playbooks/action_form.html", page="review", back=BACK)


@require_http_methods(["GET", "POST"])
@needs(Permission.WORK_CRISIS)
def action_edit(request: WorkspaceRequest, action_id: int) -> HttpResponse:
    """Other words, another owner, another date."""
    action = _action(request, action_id)
    form = ActionForm(_posted(request), crisis=action.crisis, action=action)

    def edit() -> None:
        reviewing.edit_action(action=action, **form.cleaned_data, by=request.user, now=timezone.now())

    context = {"action": action}
    template = "playbooks/action_form.html"
    return fill_in(request, action.crisis, form, edit, template=template, page="review", back=BACK, context=context)


@require_http_methods(["GET", "POST"])
@needs(permission_for("action", "finish"))
def action_finish(request: WorkspaceRequest, action_id: int) -> HttpResponse:
    """Done, and what shows it."""
    action = _action(request, action_id)
    form = ResultForm(_posted(request), is_asked_for=True)

    def finish() -> None:
        result = form.cleaned_data["result"]
        reviewing.finish_action(action=action, result=result, by=request.user, now=timezone.now())

    return fill_in(
        request,
        action.crisis,
        form,
        finish,
        template="playbooks/action_finish.html",
        page="review",
        back=BACK,
        context={"action": action},
        done=_("Done: %(task)s") % {"task": action.text},
    )


@require_POST
@needs(permission_for("action", "reopen"))
def action_reopen(request: WorkspaceRequest, action_id: int) -> HttpResponse:
    """It is not done after all."""
    action = _action(request, action_id)
    return answer(
        request,
        action.crisis,
        lambda: reviewing.reopen_action(action=action, by=request.user, now=timezone.now()),
        page=BACK,
        done=_("Open again: %(task)s") % {"task": action.text},
    )


# --- back into the early warning --------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@needs(Permission.WORK_CRISIS)
def action_topic(request: WorkspaceRequest, action_id: int) -> HttpResponse:
    """Turn the lesson into a keyword: choose a topic (`?topic=`), try its query, publish it."""
    action = _action(request, action_id)
    mine = {"workspace": request.workspace, "is_drill": action.crisis.is_drill}
    topics = Topic.objects.active().filter(**mine).select_related("current", "workspace")
    may = linkable(request.membership, to="topic")
    if request.method == "POST" and not may:
        raise PermissionDenied
    topic = topics.filter(pk=_number(request, "topic") or action.crisis.topic_id or 0).first()
    context: dict[str, Any] = {"action": action, "topics": topics.order_by("-is_own", "name"), "may_link": may}
    status = 200
    if topic and may:
        form, conflict, status, done = _query_form(request, action, topic)
        if done:
            messages.success(request, _("Version %(number)s of %(topic)s is live; the action cites it.") % done)
            return redirect(way_back(request, action.crisis, BACK))
        context |= {"topic": topic, "form": form, "conflict": conflict, **_trial(request, topic, form)}
    template = "playbooks/action_topic.html"
    return show(request, action.crisis, template, page="review", context=context, status=status)


def _query_form(
    request: WorkspaceRequest, action: CorrectiveAction, topic: Topic
) -> tuple[QueryForm, list[Any], int, dict[str, Any] | None]:
    """The editor's form, what clashes with a newer version, the status, and what was published, if it was."""
    newest = topic.versions.order_by("-number").first()
    if request.method != "POST":
        query = topic.current.query if topic.current else ""
        return QueryForm(initial={"query": query, "over": newest.number if newest else None}), [], 200, None
    form = QueryForm(request.POST)
    if not form.is_valid():
        return form, [], 422, None
    query, over = form.cleaned_data["query"], form.cleaned_data["over"] or 0
    try:
        reviewing.link_topic(action=action, topic=topic, query=query, over=over, by=request.user, now=timezone.now())
    except WrongStateError as error:
        if error.code != "newer-version" or newest is None:
            form.add_error(None, wrong_state_text(error.code))
            return form, [], 409, None
        again = QueryForm({**request.POST.dict(), "over": newest.number})
        publisher = newest.created_by.name if newest.created_by else ""
        again.add_error(None, topic_refused_text(error.code, publisher, newest.number))
        return again, differences(newest.query, query), 409, None
    action.refresh_from_db()
    return form, [], 200, {"number": action.topic_version.number if action.topic_version else 0, "topic": topic.name}


def _trial(request: WorkspaceRequest, topic: Topic, form: QueryForm) -> dict[str, Any]:
    query, live = form["query"].value() or "", topic.current.query if topic.current else ""
    sentences = form["sentences"].value() or ""
    return {
        "trial": try_query(request.workspace, query, sentences=sentences, live=live, is_drill=topic.is_drill),
        "test_url": reverse("topic-test", args=[request.workspace.slug]) + f"?topic={topic.pk}",
    }


@require_http_methods(["GET", "POST"])
@needs(Permission.WORK_CRISIS)
def action_rule(request: WorkspaceRequest, action_id: int) -> HttpResponse:
    """Turn the lesson into a rule: choose one (`?rule=`), change its thresholds, publish it."""
    action = _action(request, action_id)
    mine = {"workspace": request.workspace, "topic__is_drill": action.crisis.is_drill}
    rules = Rule.objects.active().filter(**mine, topic__archived_at__isnull=True)
    rules = rules.select_related("current", "topic__workspace").order_by("topic__name", "pk")
    may = linkable(request.membership, to="rule")
    if request.method == "POST" and not may:
        raise PermissionDenied
    rule = rules.filter(pk=_number(request, "rule")).first()
    context: dict[str, Any] = {"action": action, "rules": _rule_choices(rules), "may_link": may}
    status = 200
    if rule and rule.current and may:
        form, status = _rule_form(request, action, rule)
        if status == 303:
            messages.success(request, _("The rule is live; the action cites it."))
            return redirect(way_back(request, action.crisis, BACK))
        context |= {"rule": rule, "name": rule_name(rule.kind), "help": rule_help(rule.kind), "form": form}
    template = "playbooks/action_rule.html"
    return show(request, action.crisis, template, page="review", context=context, status=status)


def _rule_choices(rules: Any) -> list[tuple[Rule, str, str]]:
    return [(rule, rule_name(rule.kind), rule_help(rule.kind)) for rule in rules]


def _rule_form(request: WorkspaceRequest, action: CorrectiveAction, rule: Rule) -> tuple[RuleForm, int]:
    """The form of the thresholds and the answer's status; 303 where they were published."""
    newest = rule.versions.order_by("-number")[0]
    if request.method != "POST":
        return RuleForm(rule.kind, definition=newest.definition, over=newest.number), 200
    form = RuleForm(rule.kind, request.POST, definition=newest.definition, over=newest.number)
    if not form.is_valid():
        return form, 422
    given = {"definition": form.cleaned_data["definition"], "over": form.cleaned_data["over"] or 0}
    try:
        reviewing.link_rule(action=action, rule=rule, **given, by=request.user, now=timezone.now())
    except WrongStateError as error:
        again = {**request.POST.dict(), "over": newest.number}
        form = RuleForm(rule.kind, again, definition=newest.definition, over=newest.number)
        publisher = newest.created_by.name if newest.created_by else ""
        is_newer = error.code == "newer-version"
        sentence = (
            topic_refused_text(error.code, publisher, newest.number) if is_newer else wrong_state_text(error.code)
        )
        form.add_error(None, sentence)
        return form, 409
    return form, 303


@require_GET
@needs(Permission.VIEW)
def topic_actions(request: WorkspaceRequest, topic_id: int) -> HttpResponse:
    """From which lessons a topic's versions come, as a fragment of its page."""
    topic = in_workspace(request, Topic.objects.all(), topic_id)
    return render(request, "playbooks/linked_actions.html", {"lines": actions_of_topic(request.workspace, topic)})


@require_GET
@needs(Permission.VIEW)
def rule_actions(request: WorkspaceRequest, rule_id: int) -> HttpResponse:
    """From which lessons a rule's versions come, as a fragment of its page."""
    rule = in_workspace(request, Rule.objects.all(), rule_id)
    return render(request, "playbooks/linked_actions.html", {"lines": actions_of_rule(request.workspace, rule)})


def _posted(request: WorkspaceRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _number(request: WorkspaceRequest, name: str) -> int:
    text = request.POST.get(name) or request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _action(request: WorkspaceRequest, action_id: int) -> CorrectiveAction:
    rows = CorrectiveAction.objects.select_related("owner", "topic_version", "rule_version")
    action: CorrectiveAction = part_of(request, rows, action_id)
    return action
