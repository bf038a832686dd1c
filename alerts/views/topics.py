"""Topics: what fires? A query is tried on what was captured before it is published."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from alerts import topics as read
from alerts.forms import MOST_TYPED, QueryForm, TopicForm, TopicNameForm
from alerts.operations.rules import watch_topic
from alerts.wording import topic_refused_text
from monitoring.models import Topic
from monitoring.operations.topics import archive_topic, publish_version, rename_topic
from monitoring.queries.trials import Misread, Trial, try_query
from monitoring.text.differences import differences
from sentinel.core.access import WorkspaceRequest, in_workspace, needs
from sentinel.core.operations import WrongStateError
from sentinel.core.permissions import Permission


@require_GET
@needs(Permission.VIEW)
def topic_list(request: WorkspaceRequest) -> HttpResponse:
    """What is watched, how much of it there is, and what would make it an alert."""
    archived = Topic.objects.filter(workspace=request.workspace, archived_at__isnull=False).order_by("-archived_at")
    lines = read.topic_lines(request.workspace, timezone.now())
    return render(request, "alerts/topic_list.html", {"lines": lines, "archived": archived})


@require_http_methods(["GET", "POST"])
@needs(Permission.EDIT_TOPICS)
def topic_add(request: WorkspaceRequest) -> HttpResponse:
    """A new topic: tried, named, published."""
    form = TopicForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in ("name", "query", "is_own")}
        try:
            topic = watch_topic(workspace=request.workspace, by=request.user, now=timezone.now(), **values)
        except WrongStateError as error:
            form.add_error("name", topic_refused_text(error.code))
        else:
            messages.success(request, _("%(name)s is watched from now on.") % {"name": topic.name})
            return redirect("topic-edit", workspace=request.workspace.slug, topic_id=topic.pk)
    query = form["query"].value() or ""
    trial = try_query(request.workspace, query, sentences=form["sentences"].value() or "") if query else None
    context = {"form": form, "trial": trial, "test_url": reverse("topic-test", args=[request.workspace.slug])}
    return render(request, "alerts/topic_add.html", context)


@require_GET
@needs(Permission.VIEW)
def topic_edit(request: WorkspaceRequest, topic_id: int) -> HttpResponse:
    """A topic with its query, rules and versions; `?from=2` puts version 2's query into the editor."""
    topic = _topic(request, topic_id)
    source = topic.versions.filter(number=_number(request.GET.get("from", ""))).first() or topic.current
    form = QueryForm(initial={"query": source.query if source else "", "over": _newest_number(topic)})
    return _page(request, topic, form, restored=source.number if source and source != topic.current else None)


@require_POST
@needs(Permission.EDIT_TOPICS)
def topic_publish(request: WorkspaceRequest, topic_id: int) -> HttpResponse:
    """Make the editor's query the live version; over a newer one only with its writer's knowledge."""
    topic = _topic(request, topic_id)
    form = QueryForm(request.POST)
    if not form.is_valid():
        return _page(request, topic, form)
    over = form.cleaned_data["over"] or 0
    try:
        version = publish_version(
            topic=topic, query=form.cleaned_data["query"], by=request.user, now=timezone.now(), over=over
        )
    except WrongStateError as error:
        return _refused(request, topic, error)
    messages.success(
        request, _("Version %(number)s is live; earlier posts are matched now.") % {"number": version.number}
    )
    return redirect("topic-edit", workspace=request.workspace.slug, topic_id=topic.pk)


def _refused(request: WorkspaceRequest, topic: Topic, error: WrongStateError) -> HttpResponse:
    """The page again, with the writer's own text, what is published now, and leave to publish over that."""
    newest = topic.versions.select_related("created_by").order_by("-number").first()
    publisher = newest.created_by.name if newest and newest.created_by else ""
    number = newest.number if newest else 0
    again = QueryForm({**request.POST.dict(), "over": number})
    again.add_error(None, topic_refused_text(error.code, publisher, number))
    topic.refresh_from_db()
    return _page(request, topic, again, against=newest.query if newest else "")


def _page(
    request: WorkspaceRequest, topic: Topic, form: QueryForm, *, restored: int | None = None, against: str = ""
) -> HttpResponse:
    query = form["query"].value() or ""
    live = topic.current.query if topic.current and not topic.archived_at else ""
    may_edit = request.membership.may(Permission.EDIT_TOPICS)
    context = {
        "topic": topic,
        "form": form,
        "restored": restored,
        "conflict": differences(against, query) if against else [],
        "trial": _try(request, topic, query, form["sentences"].value() or "", live) if may_edit else None,
        "test_url": reverse("topic-test", args=[request.workspace.slug]) + f"?topic={topic.pk}",
        "day": read.days_of([topic], timezone.now())[topic.pk],
        "walk": read.walks_of([topic]).get(topic.pk),
        "versions": read.version_lines(topic),
        "rules": read.rule_lines(topic),
        "looked_at": read.looked_at(topic),
        "name_form": TopicNameForm(initial={"name": topic.name}),
    }
    return render(request, "alerts/topic_edit.html", context, status=409 if against else 200)


@require_POST
@needs(Permission.EDIT_TOPICS)
def topic_test(request: WorkspaceRequest) -> HttpResponse:
    """What the editor's query would do, as a fragment; `?topic=` compares with that topic's live version."""
    query, sentences = (request.POST.get(name, "")[:MOST_TYPED] for name in ("query", "sentences"))
    number = _number(request.GET.get("topic", ""))
    topic = _topic(request, number) if number else None
    live = topic.current.query if topic and topic.current and not topic.archived_at else ""
    return render(request, "alerts/query_trial.html", {"trial": _try(request, topic, query, sentences, live)})


def _try(request: WorkspaceRequest, topic: Topic | None, query: str, sentences: str, live: str) -> Trial | Misread:
    is_drill = topic is not None and topic.is_drill
    return try_query(request.workspace, query, sentences=sentences, live=live, is_drill=is_drill)


@require_POST
@needs(Permission.EDIT_TOPICS)
def topic_rename(request: WorkspaceRequest, topic_id: int) -> HttpResponse:
    """Give a topic another name."""
    topic, form = _topic(request, topic_id), TopicNameForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Give the topic a name of up to 80 characters."))
    else:
        try:
            rename_topic(topic=topic, name=form.cleaned_data["name"], by=request.user, now=timezone.now())
        except WrongStateError as error:
            messages.error(request, topic_refused_text(error.code))
    return redirect("topic-edit", workspace=request.workspace.slug, topic_id=topic.pk)


@require_POST
@needs(Permission.EDIT_TOPICS)
def topic_archive(request: WorkspaceRequest, topic_id: int) -> HttpResponse:
    """Stop watching a topic."""
    topic = _topic(request, topic_id)
    try:
        archive_topic(topic=topic, by=request.user, now=timezone.now())
    except WrongStateError as error:
        messages.error(request, topic_refused_text(error.code))
    else:
        messages.success(request, _("%(name)s is archived; its mentions stay.") % {"name": topic.name})
    return redirect("topic-list", workspace=request.workspace.slug)


def _topic(request: WorkspaceRequest, topic_id: int) -> Topic:
    return in_workspace(request, Topic.objects.select_related("current", "workspace"), topic_id)


def _newest_number(topic: Topic) -> int | None:
    return topic.versions.order_by("-number").values_list("number", flat=True).first()


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
