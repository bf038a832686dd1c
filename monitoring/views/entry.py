"""Entering by hand what colleagues pass on, and the pictures that came with it."""

import hashlib
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from monitoring.intake.line_chat import Chat, Message, read_chat
from monitoring.intake.records import Record
from monitoring.intake_forms import EntryForm
from monitoring.models import Source, Topic
from monitoring.operations.entry import enter_posts, own_source
from monitoring.queries.intake import find_attachment
from monitoring.sources.items import Item
from monitoring.visiting.storable import storable_item
from sentinel.core.access import WorkspaceRequest, needs
from sentinel.core.net.types import Response
from sentinel.core.permissions import Permission


@require_http_methods(["GET", "POST"])
@needs(Permission.CLAIM_ALERT)
def entry_add(request: WorkspaceRequest) -> HttpResponse:
    """Enter a conversation, a screenshot or an enquiry; it is a mention of the chosen topics at once."""
    topics = Topic.objects.filter(workspace=request.workspace).active().real().order_by("name", "pk")
    only = list(topics[:2])
    initial = {"topics": only} if len(only) == 1 else {}  # where there is one, it is that one
    form = EntryForm(request.POST or None, request.FILES or None, topics=topics, initial=initial)
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        source = own_source(workspace=request.workspace, name=_("Entered by hand"), by=request.user, now=now)
        records = _records(form, source, now)
        if records:
            chosen = list(form.cleaned_data["topics"])
            posts = enter_posts(
                source=source,
                records=records,
                topics=chosen,
                by=request.user,
                now=now,
                answer_by=form.cleaned_data["deadline"] if form.cleaned_data["kind"] == "enquiry" else None,
            )
            told = ngettext("%(count)d post was entered.", "%(count)d posts were entered.", len(posts))
            messages.success(request, told % {"count": len(posts)})
            if len(posts) == 1:
                return redirect("post", workspace=request.workspace.slug, post_id=posts[0].pk)
            return redirect("mention-list", workspace=request.workspace.slug)
        form.add_error("chat", _("No message was found here. Keep it as one post, or paste it with times and names."))
    status = 422 if form.errors else 200
    context = {"section": "mentions", "form": form, "has_topics": topics.exists()}
    return render(request, "monitoring/entry_add.html", context, status=status)


def _records(form: EntryForm, source: Source, now: datetime) -> list[Record]:
    makers = {"line": _conversation, "picture": _picture, "enquiry": _enquiry}
    return makers[form.cleaned_data["kind"]](form.cleaned_data, source, now)


def _conversation(given: dict[str, Any], source: Source, now: datetime) -> list[Record]:
    """One post for each message, or the whole as one: then also where no message can be told from the next."""
    chat = read_chat(given["chat"], now, ZoneInfo(source.zone))
    if not given["whole"]:
        return [_record(source, now, text=one.text, author=one.name, at=one.at) for one in chat.messages]
    title = _("LINE conversation: %(name)s") % {"name": _chat_name(chat)} if chat.messages else _("LINE conversation")
    last = max((one.at for one in chat.messages if one.at), default=None)
    return [_record(source, now, title=title, text=given["chat"].strip(), at=last)]


def _chat_name(chat: Chat) -> str:
    return chat.title or _(", ").join(dict.fromkeys(one.name for one in _first(chat.messages)))


def _first(messages: list[Message]) -> list[Message]:
    names = list(dict.fromkeys(one.name for one in messages))[:3]
    return [one for one in messages if one.name in names]


def _picture(given: dict[str, Any], source: Source, now: datetime) -> list[Record]:
    title = given["where"] and _("Screenshot from %(where)s") % {"where": given["where"]}
    headers = {"content-type": given["media_type"]}
    response = Response(url=source.url, status=0, headers=headers, body=given["picture"])
    return [_record(source, now, title=title or _("Screenshot"), text=given["transcript"], response=response)]


def _enquiry(given: dict[str, Any], source: Source, now: datetime) -> list[Record]:
    asker = " · ".join(filter(None, (given["outlet"], given["who"])))
    title = _("Media enquiry: %(asker)s") % {"asker": asker} if asker else _("Media enquiry")
    text = given["question"]
    if given["deadline"]:
        # In full: the words stay as they are while the day passes.
        when = f"{given['deadline'].astimezone(ZoneInfo(source.zone)):%Y-%m-%d %H:%M}"
        text += "\n\n" + _("Answer needed by %(when)s") % {"when": when}
    return [_record(source, now, title=title, text=text, author=given["who"])]


def _record(
    source: Source,
    now: datetime,
    *,
    text: str,
    title: str = "",
    author: str = "",
    at: datetime | None = None,
    response: Response | None = None,
) -> Record:
    """A post of our own source, known again by what it says: what two colleagues pass on is one post."""
    said = [title, text, author, at.isoformat() if at else ""]
    picture = response.body if response else b""
    identity = hashlib.sha256("\0".join(said).encode("utf-8", "replace") + picture).hexdigest()[:32]
    body = "\n".join(filter(None, said)).encode("utf-8", "replace")
    evidence = response or Response(source.url, 0, {"content-type": "text/plain; charset=utf-8"}, body)
    item = Item(
        url=f"{source.url}/{identity}",
        title=title,
        text=text,
        author=author,
        published_at=at or now,
        precision="minute",
        response=evidence,
    )
    return Record(storable_item(item))


@require_GET
@needs(Permission.VIEW)
def attachment(request: WorkspaceRequest, capture_id: int) -> HttpResponse:
    """A picture that was entered with a post, shown as a picture and nothing else; a mail's file is only downloaded."""
    found = find_attachment(request.workspace, capture_id)
    if found is None:
        raise Http404
    ending = found.media_type.partition("/")[2]
    name = found.name or f"picture-{capture_id}.{ending}"
    return HttpResponse(
        found.data,
        content_type=found.media_type,
        headers={
            "Content-Disposition": content_disposition_header(as_attachment=bool(found.name), filename=name)
            or "attachment",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, max-age=3600",
        },
    )
