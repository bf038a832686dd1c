"""What was captured about a crisis: volume, channels, media, top posts, and how well each source was read."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import quantiles
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext as _

from monitoring.health_wording import state_words
from monitoring.models import Measure, Mention, Subscription
from monitoring.queries.names import author_code, is_from, source_names
from monitoring.source_health import course_of, source_health
from monitoring.source_wording import outcome_text
from monitoring.sources import KINDS
from monitoring.wording import figure_text
from playbooks.models import Crisis
from playbooks.reports import handling as say
from sentinel.core.formats import grouped

DAY = timedelta(hours=24)
LEARNED = timedelta(days=7)  # of which the usual limit is learned
CALM_SHOWN = timedelta(hours=6)  # after the last post
BEFORE = timedelta(hours=1)  # of the earliest captured publication
BARS_MOST = 120
STEPS = [timedelta(minutes=m) for m in (5, 10, 15, 30, 60, 120, 180, 360, 720, 1440)]
MEDIA_SHOWN, TOP_SHOWN = 20, 8
SPREADS = ("reposts", "shares", "comments", "likes", "views")
WELL = ("ok", "unchanged", "empty")
BLIND_SHOWN = 4
TEXT_SHOWN = 160


@dataclass(frozen=True, slots=True)
class Window:
    """The time that a report looks at, in equal steps."""

    start: datetime
    end: datetime
    step: timedelta


class Coverage:
    """Reads what was captured on a crisis's topic from its start to its end, `now` while it is open."""

    def __init__(self, crisis: Crisis, now: datetime) -> None:
        self.crisis = crisis
        self.now = now
        self.zone = now.tzinfo
        self.names = source_names(crisis.workspace)
        self.window = self._window()

    def spread(self, marks: tuple[say.Mark, ...]) -> say.Spread:
        """How it spread, with `marks` on the chart."""
        return say.Spread(
            buckets=self.buckets(),
            step=self.window.step,
            usual=self._usual(),
            marks=marks,
            channels=self._channels(),
            media=self._media(),
            top_posts=self._top_posts(),
        )

    def buckets(self) -> tuple[say.Bucket, ...]:
        """The chart's bars, none without a topic."""
        if self.crisis.topic_id is None:
            return ()
        sums: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
        for measure in self.measures(self.window.start, self.window.end):
            one = sums[int((measure.bucket - self.window.start) / self.window.step)]
            for place, count in enumerate((measure.negative, measure.total, measure.positive)):
                one[place] += count
        made = []
        for index in range(int((self.window.end - self.window.start) / self.window.step)):
            negative, total, positive = sums[index]
            at = self.window.start + index * self.window.step
            made.append(say.Bucket(at, negative, total - negative - positive, positive))
        return tuple(made)

    def measures(self, start: datetime, end: datetime) -> "QuerySet[Measure]":
        """The topic's five-minute buckets with something in them."""
        return Measure.objects.filter(
            topic=self.crisis.topic_id, bucket__gte=start, bucket__lt=end, total__gt=0
        ).order_by("bucket")

    def _window(self) -> Window:
        start = min(self.crisis.started_at, self.crisis.opened_at) - BEFORE
        end = self.crisis.closed_at or self.now
        last = self.measures(start, end).last()
        if last is not None:
            end = min(end, max(last.bucket, self.crisis.opened_at) + CALM_SHOWN)
        step = next((step for step in STEPS if (end - start) / step <= BARS_MOST), STEPS[-1])
        local = start.astimezone(self.zone)
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        start = midnight + (local - midnight) // step * step
        return Window(start, start + (-(-(end - start) // step)) * step, step)

    def _usual(self) -> float | None:
        """What nineteen of twenty steps of the week before stayed below; None while less than a day is known."""
        sums: dict[int, int] = defaultdict(int)
        start, step = self.window.start, self.window.step
        for measure in self.measures(start - LEARNED, start):
            sums[int((start - measure.bucket) / step)] += measure.total
        known = max(sums, default=0)
        if known * step < DAY:
            return None
        ordered = sorted([*sums.values(), *[0] * (known - len(sums))])
        return float(ordered[int(len(ordered) * 0.95)])

    def mentions(self) -> "QuerySet[Mention]":
        """What the measures of the window count."""
        return (
            Mention.objects.visible_to(self.crisis.workspace)
            .counted()
            .filter(topic=self.crisis.topic_id, placed_at__gte=self.window.start, placed_at__lt=self.window.end)
            .exclude(is_history=True, placed_at=F("captured_at"))
        )

    def _channels(self) -> tuple[say.Channel, ...]:
        counted = (
            self.mentions()
            .values("source", "source__kind")
            .annotate(posts=Count("pk"), negative=Count("pk", filter=Q(label="neg")))
            .order_by("-posts", "source")
        )
        return tuple(
            say.Channel(self._name(one["source"]), _(KINDS[one["source__kind"]].NAME), one["posts"], one["negative"])
            for one in counted
        )

    def _name(self, source_id: int) -> str:
        return self.names.get(source_id) or _("a source that is no longer read")

    def _media(self) -> tuple[say.PostLine, ...]:
        """The first post of each news source since the story began, in order of time."""
        first: dict[int, Mention] = {}
        news = self.mentions().filter(is_from(self.crisis.workspace, "news"), placed_at__gte=self.crisis.started_at)
        for mention in news.select_related("post").order_by("placed_at", "pk"):
            first.setdefault(mention.source_id, mention)
        return tuple(self._line(mention) for mention in list(first.values())[:MEDIA_SHOWN])

    def _top_posts(self) -> tuple[say.PostLine, ...]:
        spreading = [
            (self._weight(figures), pk)
            for pk, figures in self.mentions().exclude(post__figures={}).values_list("pk", "post__figures")
        ]
        chosen = sorted(spreading, reverse=True)[:TOP_SHOWN]
        found = Mention.objects.select_related("post").in_bulk([pk for weight, pk in chosen if any(weight)])
        return tuple(self._line(found[pk]) for _weight, pk in chosen if pk in found)

    def _weight(self, figures: dict[str, Any]) -> tuple[int, int]:
        counts = {name: count for name, count in figures.items() if isinstance(count, int)}
        return counts.get("reposts", 0) + counts.get("shares", 0), counts.get("comments", 0)

    def _line(self, mention: Mention) -> say.PostLine:
        post = mention.post
        counted = [name for name in SPREADS if post.figures.get(name)]
        return say.PostLine(
            at=post.placed_at.astimezone(self.zone),
            source=self._name(mention.source_id),
            author=_("user %(code)s") % {"code": author_code(post, self.crisis.workspace_id)} if post.author else "",
            text=_shortened(post.title or post.text),
            url=post.url,
            figures=" · ".join(f"{figure_text(name)} {grouped(post.figures[name])}" for name in counted),
        )

    def sources(self) -> tuple[say.SourceLine, ...]:
        """How each source was read while it lasted: those that brought something first."""
        latencies, counts = self._latencies()
        health = source_health(self.crisis.workspace, self.now)
        mine = [one for one in health if one.subscription.source.is_drill == self.crisis.is_drill]
        lines = []
        for one in mine:
            source = one.subscription.source
            median, p95 = latencies.get(source.pk, (None, None))
            lines.append(
                say.SourceLine(
                    name=one.subscription.name,
                    kind=_(KINDS[source.kind].NAME),
                    state=state_words(one.state).label,
                    is_trouble=one.is_trouble,
                    posts=counts.get(source.pk, 0),
                    median=median,
                    p95=p95,
                    blind=self._blind(one.subscription),
                )
            )
        return tuple(sorted(lines, key=lambda line: (-line.posts, line.name)))

    def _latencies(self) -> tuple[dict[int, tuple[timedelta, timedelta]], dict[int, int]]:
        """Median and 95th percentile, published → captured, and posts, per source."""
        found: dict[int, list[timedelta]] = defaultdict(list)
        counts: dict[int, int] = defaultdict(int)
        rows = self.mentions().values_list("source_id", "captured_at", "post__published_at", "post__precision")
        for source, captured, published, precision in rows:
            counts[source] += 1
            if published and precision in ("second", "minute"):
                found[source].append(max(captured - published, timedelta()))
        return {source: _middle_and_late(spans) for source, spans in found.items()}, counts

    def _blind(self, subscription: Subscription) -> str:
        """The stretches of failed visits, the newest few, each with its reason."""
        spells = []
        for stretch in course_of(subscription.source_id, self.window.start):
            if stretch.outcome in WELL or stretch.began >= self.window.end:
                continue
            began, ended = stretch.began.astimezone(self.zone), stretch.ended.astimezone(self.zone)
            span = f"{began:%m/%d %H:%M}–{ended:%H:%M}" if ended > began else f"{began:%m/%d %H:%M}"
            spells.append(f"{span} {outcome_text(stretch.outcome, stretch.detail)}")
        return "\n".join(reversed(spells[:BLIND_SHOWN]))


def undercount(sources: Iterable[say.SourceLine]) -> str:
    """Which sources make the figures too low, in a sentence; "" where none does."""
    names = [source.name for source in sources if source.blind or source.is_trouble]
    if not names:
        return ""
    return _(
        "Not read all the time: %(names)s. The figures are too low by what was missed; see “Sources and gaps”."
    ) % {"names": _(", ").join(names)}


def _shortened(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= TEXT_SHOWN else words[: TEXT_SHOWN - 1] + "…"


def _middle_and_late(spans: list[timedelta]) -> tuple[timedelta, timedelta]:
    if len(spans) == 1:
        return spans[0], spans[0]
    cuts = quantiles([span.total_seconds() for span in spans], n=20, method="inclusive")
    return timedelta(seconds=cuts[9]), timedelta(seconds=cuts[18])
