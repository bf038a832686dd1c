"""The labels of the reports in the reader's language; the keys are those that `situation` and `response` ask for."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from playbooks.wording.codes import fact_status_word
from playbooks.wording.crises import clock_word

_ANY_FONTS = "IBM Plex Sans, Noto Sans TC, Noto Sans SC, Noto Emoji"


def labels() -> dict[str, str]:
    """Every label, in the language that is active now."""
    return {
        **_frame(),
        **_overview(),
        **_spread(),
        **_facts(),
        **_assessments(),
        **_actions(),
        **_tasks(),
        **_review(),
        **_sources(),
        **_limits(),
    }


def _frame() -> dict[str, str]:
    return {
        "font": _ANY_FONTS,
        "handling-report": _("Handling report"),
        "drill": pgettext("report", "DRILL"),
        "about": _("Made %(at)s by %(by)s. All times: %(zone)s."),
        "page": pgettext("report", "Page"),
        "contents": _("Contents"),
        "date": pgettext("report date", "%(year)s-%(month)s-%(day)s"),
        "month-day": pgettext("report day", "%(month)s-%(day)s"),
        "second": pgettext("report", "%(n)s s"),
        "minute": pgettext("report", "%(n)s min"),
        "hour": pgettext("report", "%(n)s h"),
        "day": pgettext("report", "%(n)s d"),
        "summary": _("One-page summary"),
        "level": pgettext("report", "Level %(n)s · %(name)s"),
        "no-level": _("The level has not been assessed yet."),
        "what-happened": _("What happened"),
        "no-account": _("Nobody has written down yet what happened."),
        "where-it-stands": _("Where it stands"),
        "no-standing": _("Nothing is recorded about where it stands."),
        "to-do": _("Still to do"),
        "nothing-to-do": _("No task and no corrective action is open."),
        "and-more": _("and %(n)s more"),
        "not-stated": _("not stated"),
        "done": pgettext("report", "Done"),
        "due": pgettext("report", "Due"),
        "owner": pgettext("report", "Owner"),
        "source": pgettext("report", "Source"),
        "kind": pgettext("report", "Kind"),
        "posts": pgettext("report", "Posts"),
    }


def _overview() -> dict[str, str]:
    return {
        "overview": _("Overview"),
        "opened": pgettext("report", "Opened"),
        "closed": pgettext("report", "Closed"),
        "took": _("after %(length)s"),
        "still-open": _("Still open: what follows is the state when this report was made."),
        "first-post": _("Earliest captured post"),
        "no-first-post": _("No earliest captured post is recorded."),
        "time-unknown": _("The source gives no time."),
        "post": pgettext("report", "Post"),
        "published": pgettext("report", "Published"),
        "captured": pgettext("report", "Captured"),
        "address": pgettext("report", "Address"),
        "evidence-hash": _("Evidence SHA-256"),
        "hash-note": _("of what was captured; a later edit at the source leaves it unchanged"),
        "clocks": _("Clocks"),
        "no-clocks": _("No clock ran: the crisis did not come from an alert."),
        "clock": pgettext("report", "Clock"),
        "from": pgettext("report", "From"),
        "met": pgettext("report", "Met?"),
        **{f"clock-{kind}": clock_word(kind) for kind in ("reach", "next-update", "closure", "reply", "position")},
        "clock-claim": _("Claim"),
        "clock-claim-note": _("somebody takes the alert on"),
        "clock-reach-note": _("the responsible person takes charge"),
        "clock-next-update-note": _("as a statement promised"),
        "clock-closure-note": _("time for this level"),
        "clock-reply-note": _("first reply, from the alert"),
        "clock-position-note": _("first public position, from the earliest captured publication"),
        "never-met": _("not done"),
        "still-running": _("not due yet"),
        "met-with": _("in time, %(length)s left"),
        "late-by": _("late by %(length)s"),
        "team": _("Crisis team"),
        "no-team": _("No crisis team is recorded."),
        "role": pgettext("report", "Role"),
        "name": pgettext("report", "Name"),
        "duty": pgettext("report", "Duty"),
    }


def _spread() -> dict[str, str]:
    return {
        "spread": _("How it spread"),
        "no-volume": _("No posts were captured in this time. That is no proof that there were none."),
        "volume": _("Monitored volume"),
        "every": _("every %(length)s"),
        "chart-words": _(
            "%(total)s posts captured, %(share)s of them negative; most in the interval from %(at)s with %(most)s."
        ),
        "volume-table": _("The figures behind the chart"),
        "negative": _("Negative"),
        "neutral": _("Neutral"),
        "positive": _("Positive"),
        "usual": _("Usual limit"),
        "our-action": _("Our action"),
        "total": pgettext("report", "Total"),
        "negative-share": _("Negative share"),
        "channels": _("Channels"),
        "channels-note": _("monitored sources only"),
        "no-channels": _("No source brought a post on it."),
        "channel": pgettext("report", "Channel"),
        "share": pgettext("report", "Share"),
        "media": _("Media pick-up"),
        "media-note": _("as far as monitored"),
        "no-media": _("No media pick-up was captured."),
        "top-posts": _("Posts that spread most"),
        "no-top-posts": _("No post with figures of its spread was captured."),
        "text": pgettext("report", "Text"),
    }


def _facts() -> dict[str, str]:
    return {
        "facts": _("Content and views"),
        **{f"facts-{status}": fact_status_word(status) for status in ("known", "unknown", "disproved")},
        "no-facts-known": _("No fact is recorded as known."),
        "no-facts-unknown": _("No open question is recorded."),
        "no-facts-disproved": _("No claim is recorded as disproved."),
        "fact": pgettext("report", "Fact"),
        "fact-sources": _("Sources, evidence"),
        "owner-and-time": _("Owner, as of"),
        "no-fact-source": _("no source named"),
        "contradicted": _("Contradicted: %(text)s"),
        "contradictions": _("Facts that sources contradict: %(n)s. They are marked, and not settled by this report."),
    }


def _assessments() -> dict[str, str]:
    return {
        "assessments": _("Assessment"),
        "no-assessment": _("No assessment is recorded: level, verdict and responsibility were not judged in writing."),
        "version": _("Version %(n)s"),
        "diagnosis": _("First diagnosis"),
        "level-reason": _("Why this level"),
        "verdict": _("Verdict"),
        "verdict-evidence": _("Evidence of the verdict"),
        "responsibility": _("Responsibility (SCCT)"),
        "strategy": _("Strategy"),
        "strategy-reason": _("Why this strategy"),
        "victims": _("Victims"),
        "damage": _("Damage"),
        "stakeholders": _("Stakeholders and measures"),
        "no-stakeholders": _("No stakeholder is recorded."),
        "group": pgettext("report", "Group"),
        "measure": pgettext("report", "Measure"),
        "no-measure": _("no measure recorded"),
    }


def _actions() -> dict[str, str]:
    return {
        "actions": _("Handling"),
        "emergencies": _("Emergency measures"),
        "no-emergencies": _("No emergency measure is recorded."),
        "asked-for": _("Asked for by"),
        "decided": pgettext("report", "Decided"),
        "plans": _("Response plans, versions and decisions"),
        "no-plans": _("No response plan is recorded."),
        "plan-version": _("%(plan)s, version %(n)s"),
        "submitted": _("submitted %(at)s"),
        "not-submitted": _("not submitted"),
        "decision": pgettext("report", "Decision"),
        "no-decision": _("nothing decided"),
        "statements": _("Statements"),
        "statements-note": _("in full"),
        "no-statements": _("No statement is recorded: nothing was said publicly through Sentinel."),
        "no-text": _("The statement has no text."),
        "not-published": _("not published"),
        "no-next-update": _("none announced"),
        "written-by": _("Written by"),
        "approved": pgettext("report", "Approved"),
        "next-update": _("Next update"),
    }


def _tasks() -> dict[str, str]:
    return {
        "tasks": _("Tasks"),
        "tasks-done": _("%(done)s of %(all)s done"),
        "no-tasks": _("No task is recorded."),
        "task": pgettext("report", "Task"),
        "not-done": _("not done"),
        "done-late": _("late"),
        "effects": _("Measured effect"),
        "no-effects": _("No public action is recorded, so nothing can be compared."),
        "correlation": _(
            "Posts captured in equal windows before and after each public action. One follows the other in time; that "
            "does not make one the cause of the other."
        ),
        "public-action": _("Public action"),
        "window": pgettext("report", "Window"),
        "before-posts": _("Posts before"),
        "after-posts": _("Posts after"),
        "before-negative": _("Negative before"),
        "after-negative": _("Negative after"),
        "window-open": _("not over yet"),
    }


def _review() -> dict[str, str]:
    return {
        "review": _("Review"),
        "no-review": _("No review is recorded: cause, lessons and corrective actions are still missing."),
        "cause": _("Cause"),
        "department": _("Responsible department"),
        "went-well": _("What went well"),
        "went-badly": _("What went badly"),
        "corrective-actions": _("Corrective actions"),
        "corrective-action": _("Corrective action"),
        "no-corrective-actions": _("No corrective action is recorded."),
        "linked": _("What came of it"),
        "watches": _("Watching on"),
        "no-watches": _("No watch dates are set; they come with closing."),
        "watch": pgettext("report", "Watch"),
        "after-days": _("after %(n)s days"),
        "looked": _("Looked at"),
        "not-yet": _("not yet"),
        "finding": _("Finding"),
        "timeline": _("Appendix: timeline"),
        "timeline-note": _(
            "From the alert's course and the audit trail, which nobody can change afterwards: %(n)s entries."
        ),
        "no-timeline": _("The audit trail holds no entry about it."),
        "time": pgettext("report", "Time"),
        "who": pgettext("report", "Who"),
        "what": pgettext("report", "What"),
        "sentinel": _("Sentinel"),
    }


def _sources() -> dict[str, str]:
    return {
        "sources": _("Sources and gaps"),
        "no-sources": _("The workspace reads no source."),
        "state": pgettext("report", "State"),
        "latency": _("Capture latency"),
        "p95": _("95%% within %(length)s"),
        "latency-unknown": _("not measurable"),
        "blind": _("Blind spells"),
        "no-blind": _("none recorded"),
        "limits": _("Methods and limits"),
    }


def _limits() -> dict[str, str]:
    return {
        "limit-monitored": _(
            "Monitored volume counts the posts that Sentinel captured from the sources above and that match the "
            "topic's keywords. It is less than what was said: closed groups, deleted posts and sources that are not "
            "listed are not in it."
        ),
        "limit-earliest": _(
            "“Earliest captured” names the oldest post among those captured. Where the story really began may lie "
            "elsewhere."
        ),
        "limit-sentiment": _(
            "Negative, neutral and positive come from a statistical model that was trained on product reviews. It "
            "misreads irony, quotations and very short posts; read shares as a tendency and check single posts by eye."
        ),
        "limit-latency": _(
            "Posts are placed by their time of publication where the source gives it to the hour or better, else by "
            "the time of capture. Capture latency is the time between the two."
        ),
        "limit-personal": _("Authors are shown under pseudonyms. Revealing one is recorded in the audit trail."),
    }
