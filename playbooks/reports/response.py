"""The second half of a handling report: what was done, changed and learned, and what it rests on (pure)."""

from playbooks.reports.document import (
    Block,
    Cell,
    Column,
    Notice,
    Paragraph,
    Quote,
    Section,
    Subhead,
    Table,
    Tone,
    Words,
    pairs_of,
    table_or_notice,
)
from playbooks.reports.handling import (
    CorrectiveAction,
    Effect,
    Emergency,
    HandlingReport,
    PlanVersion,
    SourceLine,
    Statement,
    Task,
    Volume,
    Watch,
)
from sentinel.core.formats import grouped, percent

LIMITS = ("limit-monitored", "limit-earliest", "limit-sentiment", "limit-latency", "limit-personal")


def actions(report: HandlingReport, words: Words) -> Section:
    """處置."""
    blocks: list[Block] = [Subhead(words("emergencies")), _emergencies(report.emergencies, words)]
    blocks.append(Subhead(words("plans")))
    for plan in report.plans:
        blocks += _plan(plan, words)
    if not report.plans:
        blocks.append(Notice(words("no-plans"), missing=True))
    blocks.append(Subhead(words("statements"), words("statements-note")))
    blocks += [_statement(statement, words) for statement in report.statements]
    if not report.statements:
        blocks.append(Notice(words("no-statements"), missing=True))
    blocks += [Subhead(words("tasks"), _task_count(report.tasks, words)), _tasks(report.tasks, words)]
    return Section("actions", words("actions"), tuple(blocks))


def _emergencies(found: tuple[Emergency, ...], words: Words) -> Block:
    heads = (("measure", 6), ("asked-for", 3), ("decided", 3), ("done", 2))
    rows = (
        (
            Cell(one.text, one.note),
            Cell(one.asked_by, words.moment(one.asked_at)),
            Cell(words.listed(one.decision, one.decided_by), words.moment(one.decided_at)),
            Cell(words.moment(one.done_at)),
        )
        for one in found
    )
    return table_or_notice(words, heads, rows, missing="no-emergencies")


def _plan(plan: PlanVersion, words: Words) -> list[Block]:
    title = words("plan-version", plan=plan.plan, n=plan.number)
    submitted = words("submitted", at=words.moment(plan.submitted_at)) if plan.submitted_at else words("not-submitted")
    rows = [(name, Cell(text)) for name, text in plan.content if text]
    rows += [
        (
            one.decision,
            Cell(words.listed(one.by, words.moment(one.at)), one.reason, tone="strong"),
        )
        for one in plan.decisions
    ]
    if not plan.decisions:
        rows.append((words("decision"), Cell(words("no-decision"), tone="muted")))
    return [Quote(title, words.listed(plan.state, plan.author, submitted), "", tuple(rows))]


def _statement(one: Statement, words: Words) -> Quote:
    published = (
        Cell(words.listed(words.full(one.published_at), one.published_by), one.url, url=one.url)
        if one.published_at
        else Cell(words("not-published"), tone="danger")
    )
    approved = Cell(words.listed(words.full(one.approved_at), one.approved_by)) if one.approved_at else Cell("—")
    update = Cell(words.full(one.next_update_at)) if one.next_update_at else Cell(words("no-next-update"), tone="muted")
    rows = (
        (words("channel"), Cell(one.channels or "—", one.audience)),
        (words("written-by"), Cell(one.written_by or "—")),
        (words("approved"), approved),
        (words("published"), published),
        (words("next-update"), update),
    )
    return Quote(one.title, words.listed(one.kind, one.state), one.text or words("no-text"), rows)


def _task_count(tasks: tuple[Task, ...], words: Words) -> str:
    return words("tasks-done", done=sum(task.done_at is not None for task in tasks), all=len(tasks)) if tasks else ""


def _tasks(tasks: tuple[Task, ...], words: Words) -> Block:
    heads = (("task", 7), ("owner", 2), ("due", 3), ("done", 3))
    rows = (
        (
            Cell(task.title, task.note),
            Cell(task.owner or "—"),
            Cell(words.moment(task.due_at)),
            _done(task.done_at is not None, words.moment(task.done_at), _is_late(task), words),
        )
        for task in tasks
    )
    return table_or_notice(words, heads, rows, missing="no-tasks")


def _is_late(task: Task) -> bool:
    return bool(task.done_at and task.due_at and task.done_at > task.due_at)


def _done(is_done: bool, at: str, is_late: bool, words: Words) -> Cell:
    if not is_done:
        return Cell(words("not-done"), tone="danger")
    return Cell(at, words("done-late"), tone="danger") if is_late else Cell(at)


def effects(report: HandlingReport, words: Words) -> Section:
    """成效."""
    if not report.effects:
        return Section("effects", words("effects"), (Notice(words("no-effects"), missing=True),))
    columns = (
        Column(words("public-action"), 6),
        Column(words("window"), 2),
        Column(words("before-posts"), 2, "right"),
        Column(words("after-posts"), 2, "right"),
        Column(words("before-negative"), 2, "right"),
        Column(words("after-negative"), 2, "right"),
    )
    table = Table(columns, tuple(_effect(effect, words) for effect in report.effects))
    return Section("effects", words("effects"), (Notice(words("correlation")), table))


def _effect(effect: Effect, words: Words) -> tuple[Cell, ...]:
    before, after = effect.before, effect.after
    return (
        Cell(effect.action, words.moment(effect.at)),
        Cell(words.length(effect.window)),
        Cell(grouped(before.posts)),
        Cell(grouped(after.posts), tone="strong") if after else Cell(words("window-open"), tone="muted"),
        Cell(_share(before)),
        Cell(_share(after), tone="strong") if after else Cell("—"),
    )


def _share(volume: Volume) -> str:
    return "—" if volume.share is None else percent(volume.share)


def review(report: HandlingReport, words: Words) -> Section:
    """檢討."""
    told = report.review
    if told is None:
        return Section("review", words("review"), (Notice(words("no-review"), missing=True),))
    said = (
        ("cause", told.cause),
        ("department", told.department),
        ("went-well", told.went_well),
        ("went-badly", told.went_badly),
    )
    blocks: list[Block] = [
        pairs_of(words, said),
        Subhead(words("corrective-actions")),
        _corrective(told.actions, words),
    ]
    blocks += [Subhead(words("watches")), _watches(told.watches, words)]
    return Section("review", words("review"), tuple(blocks))


def _corrective(found: tuple[CorrectiveAction, ...], words: Words) -> Block:
    heads = (("corrective-action", 6), ("owner", 2), ("due", 2), ("done", 2), ("linked", 4))
    rows = (
        (
            Cell(one.text),
            Cell(one.owner or "—"),
            Cell(words.date(one.due_on) if one.due_on else "—"),
            Cell(words.date(one.done_at)) if one.done_at else Cell(words("not-done"), tone="danger"),
            Cell(one.linked or "—"),
        )
        for one in found
    )
    return table_or_notice(words, heads, rows, missing="no-corrective-actions")


def _watches(found: tuple[Watch, ...], words: Words) -> Block:
    heads = (("watch", 2), ("due", 3), ("looked", 3), ("finding", 7))
    rows = (
        (
            Cell(words("after-days", n=one.days)),
            Cell(words.date(one.due_on)),
            Cell(words.date(one.looked_at)) if one.looked_at else Cell(words("not-yet"), tone="muted"),
            Cell(one.finding or "—"),
        )
        for one in found
    )
    return table_or_notice(words, heads, rows, missing="no-watches")


def timeline(report: HandlingReport, words: Words) -> Section:
    """附錄 時間軸."""
    blocks: tuple[Block, ...] = (Notice(words("no-timeline"), missing=True),)
    if report.timeline:
        columns = (Column(words("time"), 3), Column(words("who"), 3), Column(words("what"), 12))
        rows = tuple(
            (Cell(words.moment(one.at)), Cell(one.by or words("sentinel")), Cell(one.text, one.detail))
            for one in report.timeline
        )
        blocks = (Paragraph(words("timeline-note", n=len(report.timeline))), Table(columns, rows))
    return Section("timeline", words("timeline"), blocks)


def sources(report: HandlingReport, words: Words) -> Section:
    """資料來源與缺口."""
    blocks: list[Block] = []
    if report.sources:
        columns = (
            Column(words("source"), 4),
            Column(words("kind"), 3),
            Column(words("state"), 2),
            Column(words("posts"), 2, "right"),
            Column(words("latency"), 4, "right"),
            Column(words("blind"), 6),
        )
        blocks.append(Table(columns, tuple(_source(one, words) for one in report.sources)))
    else:
        blocks.append(Notice(words("no-sources"), missing=True))
    blocks.append(Subhead(words("limits")))
    blocks += [Paragraph(words(limit)) for limit in LIMITS]
    return Section("sources", words("sources"), tuple(blocks))


def _source(one: SourceLine, words: Words) -> tuple[Cell, ...]:
    tone: Tone = "danger" if one.is_trouble else ""
    latency = (
        Cell(words.length(one.median), words("p95", length=words.length(one.p95)))
        if one.median is not None and one.p95 is not None
        else Cell(words("latency-unknown"), tone="muted")
    )
    blind = Cell(one.blind, tone="danger") if one.blind else Cell(words("no-blind"), tone="muted")
    return (Cell(one.name), Cell(one.kind), Cell(one.state, tone=tone), Cell(grouped(one.posts)), latency, blind)
