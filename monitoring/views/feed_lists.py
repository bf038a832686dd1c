"""Many feeds at once: the starter pack, an OPML list, and what became of them; OPML out."""

from dataclasses import asdict

from django.contrib import messages
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from monitoring.detecting.feeds import LARGEST_FILE, NamedFeed, NotAnOpmlList, read_opml, starter_pack, write_opml
from monitoring.detecting_wording import added_text, group_text, opml_problem
from monitoring.health_wording import source_told, state_words
from monitoring.models import Subscription
from monitoring.operations.feed_lists import add_feeds
from monitoring.source_forms import RETENTION_DAYS
from monitoring.source_health import source_health
from monitoring.source_wording import channel_text
from sentinel.core.access import WorkspaceRequest, needs
from sentinel.core.permissions import Permission

SALT = "monitoring.offered-feeds"
OFFER_LASTS = 3600  # seconds
MOST_SHOWN = 500


@require_http_methods(["GET", "POST"])
@needs(Permission.EDIT_SOURCES)
def feed_list_add(request: WorkspaceRequest) -> HttpResponse:
    """Answer `action`: read shows what an OPML list holds; add subscribes to what is ticked."""
    if request.method != "POST":
        return _page(request, list(starter_pack()), is_pack=True)
    if request.POST.get("action") == "read":
        try:
            return _page(request, read_opml(_uploaded(request)), is_pack=False)
        except NotAnOpmlList as error:
            return _page(request, list(starter_pack()), is_pack=True, problem=opml_problem(str(error)))
    offered = _offered(request)
    ticked = {int(text) for text in request.POST.getlist("pick") if text.isdecimal() and int(text) < len(offered)}
    if not ticked:
        return _page(request, offered or list(starter_pack()), is_pack=True, problem=opml_problem("none-ticked"))
    done = add_feeds(
        workspace=request.workspace,
        feeds=[offered[number] for number in sorted(ticked)],
        retention_days=RETENTION_DAYS,
        by=request.user,
        now=timezone.now(),
    )
    messages.success(request, added_text(len(done.added), done.known, [one.name for one in done.refused]))
    if not done.added:
        return redirect("source-list", workspace=request.workspace.slug)
    ids = ",".join(str(one.pk) for one in done.added)
    return redirect(f"{reverse('feed-list-result', args=[request.workspace.slug])}?ids={ids}")


def _uploaded(request: WorkspaceRequest) -> bytes:
    """The file that was sent; no more of it is read than a list may have."""
    sent = request.FILES.get("file")
    return sent.read(LARGEST_FILE + 1) if sent else b""


def _offered(request: WorkspaceRequest) -> list[NamedFeed]:
    """The feeds that the page offered, as they went along with it."""
    try:
        kept = signing.loads(request.POST.get("offered", ""), salt=SALT, max_age=OFFER_LASTS)
    except signing.BadSignature:
        return list(starter_pack())
    return [NamedFeed(**one) for one in kept]


def _page(request: WorkspaceRequest, feeds: list[NamedFeed], *, is_pack: bool, problem: str = "") -> HttpResponse:
    read = Subscription.objects.filter(workspace=request.workspace, source__kind="feed")
    known = set(read.values_list("source__url", flat=True))
    groups: dict[str, list[tuple[int, NamedFeed, bool]]] = {}
    for number, one in enumerate(feeds):
        groups.setdefault(one.group, []).append((number, one, one.url in known))
    context = {
        "section": "sources",
        "groups": [(group_text(group) if is_pack else group, rows) for group, rows in groups.items()],
        "total": len(feeds),
        "is_pack": is_pack,
        "problem": problem,
        "offered": signing.dumps([asdict(one) for one in feeds], salt=SALT, compress=True),
    }
    return render(request, "monitoring/feed_list_add.html", context, status=422 if problem else 200)


@require_GET
@needs(Permission.EDIT_SOURCES)
def feed_list_result(request: WorkspaceRequest) -> HttpResponse:
    """What the first visits of the feeds that were just added say, until all have been tried."""
    wanted = {int(text) for text in request.GET.get("ids", "").split(",")[:MOST_SHOWN] if text.isdecimal()}
    health = [one for one in source_health(request.workspace, timezone.now()) if one.subscription.pk in wanted]
    waiting = sum(one.state == "waiting" for one in health)
    rows = [(one, state_words(one.state), source_told(one)) for one in health]
    context = {
        "section": "sources",
        "rows": rows,
        "waiting": waiting,
        "tried": len(rows) - waiting,
        "failed": sum(one.is_trouble for one in health),
        "ids": request.GET.get("ids", ""),
    }
    part = "#result" if request.headers.get("X-Requested-With") == "fetch" else ""
    return render(request, f"monitoring/feed_list_result.html{part}", context)


@require_GET
@needs(Permission.VIEW)
def feed_list_export(request: WorkspaceRequest) -> HttpResponse:
    """The workspace's public feeds as an OPML list, a folder for each channel."""
    read = Subscription.objects.real().filter(workspace=request.workspace, source__kind="feed", source__secrets="")
    feeds = [
        NamedFeed(one.name, one.source.url, channel_text(one.channel), one.channel)
        for one in read.select_related("source").order_by("channel", "name")
    ]
    response = HttpResponse(write_opml(request.workspace.name, feeds), content_type="text/x-opml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="sentinel-{request.workspace.slug}.opml"'
    return response
