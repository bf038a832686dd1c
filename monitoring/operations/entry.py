"""What colleagues pass on by hand: posts of the workspace's own source, filed under the topics that they chose."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from monitoring.intake.records import Record
from monitoring.models import Analysis, Enquiry, Filing, Post, Source, Subscription, Topic
from monitoring.operations.analyses import analyse_posts
from monitoring.operations.intake import receive_posts
from monitoring.operations.posts import key_of
from monitoring.operations.sources import add_source
from sentinel.core import audit
from sentinel.core.models import User, Workspace

RETENTION_DAYS = 180
_DEFINITION = {"id": "by-hand"}


@transaction.atomic
def own_source(*, workspace: Workspace, name: str, by: User, now: datetime) -> Source:
    """The source of what the workspace's people enter by hand, made when somebody first does; `name` is for that."""
    Workspace.objects.select_for_update(no_key=True).get(pk=workspace.pk)  # two who begin at once get one source
    found = Subscription.objects.filter(workspace=workspace, source__kind="manual", source__owner=workspace)
    subscription = found.select_related("source").first() or add_source(
        workspace=workspace,
        kind="manual",
        definition=_DEFINITION,
        url=f"sentinel:manual/{workspace.slug}",
        zone=workspace.time_zone,
        interval=None,
        name=name,
        retention_days=RETENTION_DAYS,
        by=by,
        now=now,
        channel="inbox",
        is_pushed=True,
    )
    return subscription.source


@transaction.atomic
def enter_posts(
    *,
    source: Source,
    records: Sequence[Record],
    topics: Sequence[Topic],
    by: User,
    now: datetime,
    answer_by: datetime | None = None,
) -> list[Post]:
    """Store what somebody enters, and make it mentions of the chosen topics whatever its words, at once.

    `answer_by` is until when an enquiry wants its answer.
    """
    assert source.owner is not None
    receive_posts(source=source, records=records, now=now)
    keys = [key_of(record.item, source) for record in records]
    posts = list(Post.objects.filter(key__in=keys).order_by("placed_at", "pk"))
    Filing.objects.bulk_create(
        [Filing(post=post, topic=topic, filed_by=by, filed_at=now) for post in posts for topic in topics],
        ignore_conflicts=True,
    )
    for post in posts if answer_by else ():
        Enquiry.objects.update_or_create(post=post, defaults={"answer_by": answer_by})
    analyses = list(Analysis.objects.filter(post__in=posts).order_by("pk"))
    analyse_posts(analyses, now)
    Analysis.objects.bulk_update(analyses, ["evaluated_revision"])
    data = {"count": len(posts), "topics": [topic.name for topic in topics]}
    audit.record(verb="enter", subject=posts[0], by=by, now=now, workspace=source.owner, data=data)
    return posts
