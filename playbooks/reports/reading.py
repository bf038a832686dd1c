"""Reads a crisis into its handling report, in the language and zone of the reader."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.utils.timezone import localtime
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from alerts.models import AlertEvent
from alerts.tiers import Tier
from monitoring.queries.names import author_code
from playbooks.clocks import DEFAULT_CLOCKS, CrisisTimes, Publication, crisis_clocks
from playbooks.effect import Bucket, before_after
from playbooks.models import Crisis
from playbooks.reports import handling as say
from playbooks.reports.coverage import Coverage, undercount
from playbooks.reports.document import Words
from playbooks.reports.rows import Rows, level_of, named_text
from playbooks.reports.wording import labels
from playbooks.wording import codes
from playbooks.wording.log import entry_title
from sentinel.core.audit_words import facts
from sentinel.core.formats import grouped, percent
from sentinel.core.models import AuditEntry, AuditEntryQuerySet, User
from sentinel.core.templatetags.sentinel import span, tier_colour, tier_word

SHOWN_CLOCKS = ("reach", "reply", "position", "next-update", "closure")
TIERS_SHOWN = 5
SHORT, LONG = timedelta(minutes=30), timedelta(hours=2)  # windows of the effect
SHORT_CRISIS = timedelta(hours=12)


def read_report(crisis: Crisis, *, by: User, now: datetime) -> say.HandlingReport:
    """Everything that the report says; `now` is when it was made."""
    return _Reader(crisis, by, localtime(now)).report()


class _Reader:
    def __init__(self, crisis: Crisis, by: User, now: datetime) -> None:
        self.crisis, self.by, self.now = crisis, by, now
        self.rows = Rows(crisis, now.tzinfo)
        self.words = Words(labels())
        self.coverage = Coverage(crisis, now)
        self.statements = self.rows.statements()
        self.emergencies = self.rows.emergencies()
        self.published = [one for one in crisis.statements.all() if one.published_at]

    def report(self) -> say.HandlingReport:
        sources = self.coverage.sources()
        spread = self.coverage.spread(self._marks())
        too_low = undercount(sources)
        overview = self._overview()
        return say.HandlingReport(
            cover=self._cover(),
            summary=self._summary(spread, overview, too_low),
            overview=overview,
            spread=replace(spread, undercount=too_low),
            facts=self.rows.facts(),
            assessments=self.rows.assessments(),
            stakeholders=self.rows.stakeholders(),
            emergencies=self.emergencies,
            plans=self.rows.plans(),
            statements=self.statements,
            tasks=self.rows.tasks(),
            effects=self._effects(),
            review=self.rows.review(),
            timeline=self._timeline(),
            sources=sources,
        )

    def _cover(self) -> say.Cover:
        workspace = self.crisis.workspace
        offset = f"{self.now:%z}"
        return say.Cover(
            brand=workspace.name,
            number=self.crisis.label,
            title=self.crisis.title,
            classification=pgettext("classification", "Internal"),
            is_drill=self.crisis.is_drill,
            language=get_language() or "zh-hant",
            zone=f"{workspace.time_zone} (UTC{offset[:3]}:{offset[3:]})",
            generated_at=self.now,
            generated_by=self.by.name,
        )

    # --- summary

    def _summary(self, spread: say.Spread, overview: say.Overview, too_low: str) -> say.Summary:
        newest = self.crisis.assessments.order_by("-number").first()
        return say.Summary(
            level=level_of(self.crisis.level),
            verdict=codes.verdict_word(newest.verdict if newest else "pending"),
            stage="" if self.crisis.closed_at else codes.stage_word(self.crisis.stage),
            what_happened=self.crisis.summary or self._course(overview),
            where_it_stands=self._standing(),
            figures=self._figures(spread, overview, too_low),
        )

    def _course(self, overview: say.Overview) -> str:
        """What the rows tell by themselves, where nobody wrote it down."""
        said = []
        if overview.first_post:
            post = overview.first_post
            at = self.words.full(post.published_at or post.captured_at)
            said.append(_("Earliest captured post: %(at)s, %(source)s.") % {"at": at, "source": post.source})
        opened = self.words.full(overview.opened_at)
        said.append(_("Opened %(at)s by %(name)s.") % {"at": opened, "name": overview.opened_by})
        return "\n".join(said)

    def _standing(self) -> str:
        """Closed or not, the last report of progress, the tasks, the next promised word."""
        crisis, said = self.crisis, []
        if crisis.closed_at:
            said.append(_("Closed %(at)s.") % {"at": self.words.full(self.rows.sure(crisis.closed_at))})
            said.append(crisis.close_note)
        progress = self._log().filter(verb="report-progress").last()
        if progress:
            at, note = self.words.full(self.rows.sure(progress.at)), str(progress.data.get("note", ""))
            said.append(
                _("Reported %(at)s by %(name)s: %(text)s") % {"at": at, "name": progress.actor_name, "text": note}
            )
        tasks = crisis.tasks.filter(cancelled_at__isnull=True)
        if tasks.exists():
            counts = {"done": tasks.filter(done_at__isnull=False).count(), "all": tasks.count()}
            words = ngettext("%(done)s of %(all)s task is done.", "%(done)s of %(all)s tasks are done.", counts["all"])
            said.append(words % counts)
        return "\n".join(part for part in said if part)

    def _figures(self, spread: say.Spread, overview: say.Overview, too_low: str) -> tuple[say.Figure, ...]:
        figures = []
        if self.crisis.topic_id:
            note = _("too low: sources were not read all the time") if too_low else ""
            figures.append(say.Figure(grouped(spread.total), _("Posts captured"), note))
            share = percent(spread.negative / spread.total) if spread.total else "—"
            figures.append(say.Figure(share, _("Negative share")))
            figures.append(
                say.Figure(grouped(len(spread.media)), _("Media that picked it up"), _("as far as monitored"))
            )
        position = next((clock for clock in overview.clocks if clock.kind == "position"), None)
        if position:
            figures.append(self._position_figure(position))
        return tuple(figures)

    def _position_figure(self, clock: say.Clock) -> say.Figure:
        label = _("Earliest captured → public position")
        if clock.met_at is None:
            return say.Figure("—", label, _("no public position yet"))
        late = clock.met_at - clock.due_at
        note = _("%(span)s later than four hours") % {"span": span(late)} if late > timedelta() else ""
        return say.Figure(span(clock.met_at - clock.started_at), label, note)

    # --- overview

    def _overview(self) -> say.Overview:
        crisis, at = self.crisis, self.rows
        alert = crisis.alert
        return say.Overview(
            opened_at=at.sure(crisis.opened_at),
            opened_by=crisis.opened_by.name,
            origin=_("from alert %(label)s") % {"label": alert.label} if alert else _("opened by hand"),
            closed_at=at.at(crisis.closed_at),
            closed_by=crisis.closed_by.name if crisis.closed_by else "",
            close_note=crisis.close_note,
            first_post=self.rows.first_post(self._author()),
            clocks=self._clocks(),
            team=self.rows.team(),
        )

    def _author(self) -> str:
        post = self.crisis.earliest_post
        if post is None or not post.author:
            return ""
        return _("user %(code)s") % {"code": author_code(post, self.crisis.workspace_id)}

    def _clocks(self) -> tuple[say.Clock, ...]:
        """The alert's claim, then those of the crisis, by the time at which they began."""
        alert, at = self.crisis.alert, self.rows
        clocks = []
        if alert:
            due = at.sure(alert.claim_due_at)
            clocks.append(say.Clock("claim", at.sure(alert.opened_at), due, at.at(alert.claimed_at)))
        found = crisis_clocks(Tier(self.crisis.level), self._times(), DEFAULT_CLOCKS.at_pace(self.crisis.pace))
        clocks += [
            say.Clock(kind, at.sure(clock.started_at), at.sure(clock.due_at), at.at(clock.met_at))
            for kind in SHOWN_CLOCKS
            for clock in found
            if clock.kind == kind
        ]
        return tuple(clocks)

    def _times(self) -> CrisisTimes:
        crisis = self.crisis
        return CrisisTimes(
            noticed_at=crisis.alert.opened_at if crisis.alert else crisis.opened_at,
            earliest_published_at=crisis.started_at,
            reached_at=crisis.reached_at,
            progress_at=crisis.progress_at,
            closed_at=crisis.closed_at,
            publications=[
                Publication(
                    published_at=one.published_at,
                    is_position=one.kind == "position" or (one.plan_id is not None and one.kind != "holding"),
                    next_update_at=one.next_update_at,
                )
                for one in self.published
                if one.published_at
            ],
        )

    # --- chart and effect

    def _actions(self) -> list[tuple[datetime, str]]:
        """What we did in public, and the measures that stopped the harm; words out at one minute are one action."""
        spoken: dict[tuple[datetime, str], None] = {}
        for one in self.statements:
            if one.published_at:
                spoken[one.published_at.replace(second=0, microsecond=0), one.kind] = None
        done = [(one.done_at, one.text) for one in self.emergencies if one.done_at]
        return sorted([*spoken, *done])

    def _marks(self) -> tuple[say.Mark, ...]:
        started = self.rows.sure(self.crisis.started_at)
        marks = []
        if self.crisis.earliest_post_id:
            marks.append(say.Mark(started, f"{started:%H:%M} {_('earliest captured')}", "earliest"))
        for at, tier in self._tiers():
            marks.append(say.Mark(at, f"{at:%H:%M} {tier} {tier_colour(tier)} {tier_word(tier)}", "tier"))
        marks += [say.Mark(at, f"{at:%H:%M} {_clipped(text)}", "action") for at, text in self._actions()]
        return tuple(marks)

    def _tiers(self) -> list[tuple[datetime, int]]:
        """When the level changed, by the alert's rules or by an assessment: the worst few."""
        events = AlertEvent.objects.filter(alert=self.crisis.alert_id, kind__in=["opened", "raised"])
        changes = [(self.rows.sure(at), tier) for at, tier in events.values_list("at", "tier")]
        judged = self.crisis.assessments.order_by("number").values_list("made_at", "level")
        level = changes[-1][1] if changes else None
        for at, after in judged:
            if after != level:
                changes.append((self.rows.sure(at), after))
            level = after
        worst = sorted(changes, key=lambda change: change[1])[:TIERS_SHOWN]
        return sorted(worst)

    def _effects(self) -> tuple[say.Effect, ...]:
        if self.crisis.topic_id is None:
            return ()
        window = self.coverage.window
        length = SHORT if window.end - window.start <= SHORT_CRISIS else LONG
        measured = self.coverage.measures(window.start - length, window.end + length)
        buckets = [Bucket(one.bucket, one.total, one.negative) for one in measured]
        return tuple(self._effect(buckets, at, text, length) for at, text in self._actions())

    def _effect(self, buckets: Sequence[Bucket], at: datetime, text: str, length: timedelta) -> say.Effect:
        found = before_after(buckets, at, length, self.now)
        after = say.Volume(found.volume_after, found.negative_after)
        before = say.Volume(found.volume_before, found.negative_before)
        return say.Effect(text, at, length, before, after if self.now >= found.after_until else None)

    # --- timeline

    def _log(self) -> AuditEntryQuerySet:
        entries = AuditEntry.objects.visible_to(self.crisis.workspace, self.by)
        return entries.filter(workspace_id=self.crisis.workspace_id).in_thread(self.crisis.thread)

    def _timeline(self) -> tuple[say.TimelineEntry, ...]:
        """The alert's course and the crisis's log, in order of time."""
        label = self.crisis.alert.label if self.crisis.alert else ""
        events = AlertEvent.objects.filter(alert=self.crisis.alert_id).select_related("by")
        told = [
            say.TimelineEntry(
                self.rows.sure(event.at), event.by.name if event.by else "", self._event_text(event, label)
            )
            for event in events
        ]
        told += [
            say.TimelineEntry(self.rows.sure(entry.at), entry.actor_name, *_entry_text(entry)) for entry in self._log()
        ]
        return tuple(sorted(told, key=lambda entry: entry.at))

    def _event_text(self, event: AlertEvent, label: str) -> str:
        words = {"opened": _("Alert opened"), "raised": _("Alert raised"), "claimed": _("Alert claimed")}
        what = words.get(event.kind, _("Alert closed"))
        level = f" · {level_of(event.tier).name}" if event.kind in ("opened", "raised") else ""
        return named_text(what, f"{label}{level}")


def _entry_text(entry: AuditEntry) -> tuple[str, str]:
    """What was done to what, and the particulars."""
    said = named_text(entry_title(entry), entry.object_label)
    return said, " · ".join(named_text(name, text) for name, text in facts(entry.data))


def _clipped(text: str, longest: int = 16) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"
