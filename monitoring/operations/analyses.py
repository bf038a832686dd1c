"""The analysis stage: each new or edited post is scored and matched, in batches."""

import json
from collections.abc import Sequence
from datetime import datetime

from django.db import connection
from django.utils.translation import gettext_lazy as _

from monitoring.models import Analysis, Post
from monitoring.operations.mentions import match_posts, topics_of
from monitoring.text.analysis import analyse
from sentinel.core.stages import Stage


def lock_analyses(post_ids: Sequence[int]) -> list[Analysis]:
    """The posts' analyses, locked in order of id: whoever writes mentions of a post holds its analysis."""
    locked = list(Analysis.objects.filter(post__in=post_ids).select_for_update().order_by("pk"))
    # Read after the lock, which may have waited: a post read before could be older than its last analysis.
    posts = Post.objects.in_bulk([analysis.post_id for analysis in locked])
    for analysis in locked:
        analysis.post = posts[analysis.post_id]
    return locked


def analyse_posts(rows: Sequence[Analysis], now: datetime) -> None:
    """Score the posts' texts and bring their mentions up to date."""
    claimed = {row.pk: row for row in rows}
    locked = lock_analyses([row.post_id for row in rows])
    for analysis in locked:
        _score(analysis, now)
        claimed[analysis.pk].evaluated_revision = analysis.post.revision
    _keep_scores(locked, now)
    # The topics are read after the lock: a topic published meanwhile walks over these posts by itself, later.
    topics = topics_of([analysis.post for analysis in locked])
    match_posts(analyses=locked, topics=topics, now=now)


def _keep_scores(analyses: Sequence[Analysis], now: datetime) -> None:
    """Write the scores in one statement; `bulk_update` would cost more than scoring did."""
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE monitoring_analysis AS analysis
                  SET negative = score.negative, snownlp = score.snownlp, label = score.label,
                      sensitive = score.sensitive::jsonb, analysed_at = %s
                 FROM unnest(%s::bigint[], %s::float[], %s::float[], %s::text[], %s::text[])
                      AS score(id, negative, snownlp, label, sensitive)
                WHERE analysis.id = score.id""",
            [
                now,
                [analysis.pk for analysis in analyses],
                [analysis.negative for analysis in analyses],
                [analysis.snownlp for analysis in analyses],
                [analysis.label for analysis in analyses],
                [json.dumps(analysis.sensitive, ensure_ascii=False) for analysis in analyses],
            ],
        )


def _score(analysis: Analysis, now: datetime) -> None:
    found = analyse(analysis.post.title, analysis.post.text)
    analysis.negative, analysis.snownlp, analysis.label = found.negative, found.snownlp, found.label
    analysis.sensitive = [
        {"term": hit.term, "category": hit.category, "start": hit.start, "end": hit.end, "negated": hit.negated}
        for hit in found.sensitive
    ]
    analysis.analysed_at = now


ANALYSES: Stage[Analysis] = Stage(
    name="analysis",
    label=_("Text analysis"),
    model=Analysis,
    workspaces="post__sightings__source__subscriptions__workspace",
    handle=analyse_posts,
    batch=200,
)
