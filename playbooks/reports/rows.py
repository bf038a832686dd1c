"""The rows of a crisis as the parts of its report: facts, assessments, plans, statements, tasks, review."""

from collections.abc import Iterable
from datetime import datetime, tzinfo

from django.utils.translation import gettext as _

from playbooks.models import Candidate, Crisis, EmergencyMeasure, Evidence, Plan, Review
from playbooks.reports import handling as say
from playbooks.wording import codes
from playbooks.wording.assessments import reason_text
from sentinel.core.formats import grouped
from sentinel.core.models import User
from sentinel.core.templatetags.sentinel import tier_colour, tier_word


def level_of(tier: int) -> say.Level:
    """Colour and word of a level."""
    return say.Level(tier, f"{tier_colour(tier)} · {tier_word(tier)}")


def name_of(user: User | None) -> str:
    """Who; "" where nobody is."""
    return user.name if user else ""


def named_text(name: str, text: str) -> str:
    """A name and what it holds: `Risk: …`."""
    return _("%(name)s: %(text)s") % {"name": name, "text": text}


class Rows:
    """Reads the rows of one crisis, times in `zone`."""

    def __init__(self, crisis: Crisis, zone: tzinfo | None) -> None:
        self.crisis = crisis
        self.zone = zone

    def at(self, moment: datetime | None) -> datetime | None:
        """`moment` in the zone to be read in."""
        return moment.astimezone(self.zone) if moment else None

    def sure(self, moment: datetime) -> datetime:
        """`moment` in the zone to be read in."""
        return moment.astimezone(self.zone)

    def first_post(self, author: str) -> say.FirstPost | None:
        """The earliest captured post as it stands on file, with its author's pseudonym."""
        evidence = self._earliest()
        if evidence is None:
            return None
        return say.FirstPost(
            source=evidence.source_name,
            author=author,
            text="\n".join(part for part in (evidence.title, evidence.text) if part),
            url=evidence.url,
            published_at=self.at(evidence.published_at),
            captured_at=self.sure(evidence.captured_at),
            sha256=bytes(evidence.content_hash).hex(),
        )

    def _earliest(self) -> Evidence | None:
        """Of the crisis's earliest post the revision that was captured first."""
        if self.crisis.earliest_post_id is None:
            return None
        return self.crisis.evidence.filter(post=self.crisis.earliest_post_id).order_by("revision").first()

    def team(self) -> tuple[say.Member, ...]:
        """The control centre: commander and spokesperson first."""
        order = {"commander": 0, "spokesperson": 1, "member": 2}
        found = sorted(self.crisis.team.select_related("user", "deputy"), key=lambda seat: (order[seat.duty], seat.pk))
        return tuple(
            say.Member(
                name=seat.user.name,
                role=_joined(codes.duty_word(seat.duty), seat.department),
                duty=_joined(seat.limits, _("deputy: %(name)s") % {"name": seat.deputy.name} if seat.deputy else ""),
            )
            for seat in found
        )

    def facts(self) -> tuple[say.Fact, ...]:
        """Known, unknown, disproved; an informant is not named."""
        return tuple(
            say.Fact(
                state=fact.status,
                text=fact.text,
                sources=(_("protected source"),)
                if fact.is_source_protected
                else tuple(source for source in (fact.source, fact.second_source) if source),
                owner=name_of(fact.owner),
                at=self.at(fact.settled_at or fact.due_at),
                contradicts=fact.contradiction,
                note=_("In fact: %(text)s") % {"text": fact.correction} if fact.correction else "",
            )
            for fact in self.crisis.facts.select_related("owner")
        )

    def assessments(self) -> tuple[say.Assessment, ...]:
        """All versions, oldest first."""
        return tuple(
            say.Assessment(
                number=one.number,
                at=self.sure(one.made_at),
                by=one.made_by.name,
                level=level_of(one.level),
                level_reason=one.level_reason,
                verdict=codes.verdict_word(one.verdict),
                verdict_evidence=one.verdict_evidence,
                responsibility=_joined(codes.responsibility_word(one.responsibility), one.responsibility_reason),
                strategies=tuple(codes.strategy_word(code) for code in one.advice.get("strategies", ())),
                strategy_reason="\n".join(reason_text(code) for code in one.advice.get("reasons", ())),
                victims=one.victims,
                damage="\n".join(part for part in (one.damage, one.impact) if part),
                diagnosis=one.diagnosis,
            )
            for one in self.crisis.assessments.select_related("made_by")
        )

    def stakeholders(self) -> tuple[say.Stakeholder, ...]:
        """Each with its measure and how far it got."""
        return tuple(
            say.Stakeholder(
                group=_joined(codes.stakeholder_word(one.kind), one.name),
                measure=one.measure,
                owner=name_of(one.owner),
                done=f"{one.reached} / {one.total}" if one.total else "",
            )
            for one in self.crisis.stakeholders.select_related("owner")
        )

    def emergencies(self) -> tuple[say.Emergency, ...]:
        """Emergency measures in the order in which they were proposed."""
        return tuple(
            say.Emergency(
                text=one.text,
                asked_by=one.proposed_by.name,
                asked_at=self.sure(one.proposed_at),
                decision=self._measure_decision(one),
                decided_by=name_of(one.decided_by),
                decided_at=self.at(one.decided_at),
                done_at=self.at(one.done_at),
                note=_joined(one.decision_note, one.result),
            )
            for one in self.crisis.measures.select_related("proposed_by", "decided_by")
        )

    def _measure_decision(self, one: EmergencyMeasure) -> str:
        return codes.measure_status_word("approved" if one.status == "done" else one.status)

    def plans(self) -> tuple[say.PlanVersion, ...]:
        """All versions with their candidates and decisions."""
        found = self.crisis.plans.select_related("submitted_by", "changed_by").prefetch_related(
            "authors__user", "candidates", "items__owner", "cosigns__signer", "cosigns__answered_by"
        )
        return tuple(
            say.PlanVersion(
                plan=_("Response plan"),
                number=plan.number,
                author=_(", ").join(author.user.name for author in plan.authors.all()),
                submitted_at=self.at(plan.submitted_at),
                content=self._plan_content(plan),
                state=codes.plan_status_word(plan.status),
                decisions=self._decisions(plan),
            )
            for plan in found
        )

    def _plan_content(self, plan: Plan) -> tuple[tuple[str, str], ...]:
        ways = [(f"{way.letter} {way.title}", _candidate_text(way)) for way in plan.candidates.all()]
        items = "\n".join(_joined(item.text, name_of(item.owner)) for item in plan.items.all())
        return ((_("Stance"), plan.stance), *ways, (_("Risks"), plan.risks), (_("To be done"), items))

    def _decisions(self, plan: Plan) -> tuple[say.Decision, ...]:
        made = [
            say.Decision(
                _joined(codes.answer_word(cosign.answer), cosign.department),
                name_of(cosign.answered_by or cosign.signer),
                self.sure(cosign.answered_at or cosign.due_at),
                cosign.comment,
            )
            for cosign in plan.cosigns.all()
        ]
        approval = getattr(plan, "approval", None)
        if approval:
            chosen = f"{approval.candidate.letter} {approval.candidate.title}" if approval.candidate else ""
            reason = "\n".join(part for part in (chosen, approval.reason) if part)
            made.append(
                say.Decision(
                    codes.decision_word(approval.decision),
                    approval.decided_by.name,
                    self.sure(approval.decided_at),
                    reason,
                )
            )
            if approval.voided_at:
                voider = name_of(approval.voided_by)
                made.append(say.Decision(codes.decision_word("void"), voider, self.sure(approval.voided_at), ""))
        return tuple(made)

    def statements(self) -> tuple[say.Statement, ...]:
        """All in full, without those of plans that were sent back: what was published first, in order of time."""
        found = self.crisis.statements.exclude(
            published_at__isnull=True, plan__status__in=["returned", "void"]
        ).select_related("created_by", "approved_by", "published_by")
        ordered = sorted(found, key=lambda one: (one.published_at is None, one.published_at or one.created_at, one.pk))
        return tuple(
            say.Statement(
                title=one.title or codes.statement_kind_word(one.kind),
                kind=codes.statement_kind_word(one.kind),
                channels=codes.channel_word(one.channel),
                audience=codes.audience_word(one.audience),
                text=one.text,
                state=codes.statement_status_word(one.status),
                written_by=one.created_by.name,
                approved_by=name_of(one.approved_by),
                approved_at=self.at(one.approved_at),
                published_by=name_of(one.published_by),
                published_at=self.at(one.published_at),
                url=one.published_url,
                next_update_at=self.at(one.next_update_at),
            )
            for one in ordered
        )

    def tasks(self) -> tuple[say.Task, ...]:
        """What was not cancelled, soonest due first."""
        found = self.crisis.tasks.filter(cancelled_at__isnull=True).soonest_first().select_related("owner")
        return tuple(
            say.Task(task.text, name_of(task.owner), self.at(task.due_at), self.at(task.done_at), task.result)
            for task in found
        )

    def review(self) -> say.Review | None:
        """Cause, lessons, corrective actions and watch dates; None where none of them is there."""
        found = Review.objects.filter(crisis=self.crisis).first()
        actions, watches = self._corrective(), self._watches()
        if not (found or actions or watches):
            return None
        return say.Review(
            cause=found.cause if found else "",
            department=_joined(codes.department_word(found.department), found.department_note) if found else "",
            went_well=found.went_well if found else "",
            went_badly=found.went_badly if found else "",
            actions=actions,
            watches=watches,
        )

    def _corrective(self) -> tuple[say.CorrectiveAction, ...]:
        found = self.crisis.actions.select_related("owner", "topic_version__topic", "rule_version__rule__topic")
        return tuple(
            say.CorrectiveAction(
                text=one.text,
                owner=_joined(name_of(one.owner), codes.department_word(one.department)),
                due_on=one.due_on,
                done_at=self.at(one.done_at),
                linked=_joined(
                    _("keywords of %(name)s") % {"name": one.topic_version} if one.topic_version else "",
                    _("rule of %(name)s") % {"name": one.rule_version} if one.rule_version else "",
                ),
            )
            for one in found
        )

    def _watches(self) -> tuple[say.Watch, ...]:
        return tuple(
            say.Watch(
                days=one.days,
                due_on=one.due_on,
                looked_at=self.at(one.checked_at),
                finding=_joined(codes.outcome_word(one.outcome), one.note),
            )
            for one in self.crisis.watches.all()
        )


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _candidate_text(way: Candidate) -> str:
    costs: Iterable[int] = [cost for cost in (way.cost_low, way.cost_high) if cost is not None]
    cost = "–".join(grouped(cost) for cost in costs)
    named = (
        (_("Recommended"), way.is_recommended and _("yes")),
        (_("Strategy"), " · ".join(codes.strategy_word(code) for code in way.strategies)),
        (_("Scope"), way.scope),
        (_("Remedy"), way.remedy),
        (_("Cost"), _joined(cost, way.cost_note)),
        (_("Risk"), way.risk),
        (_("Who has to agree"), way.authority),
    )
    return "\n".join(named_text(name, text) for name, text in named if text)
