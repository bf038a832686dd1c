"""The first half of a handling report: what happened, how it spread, what was said, how it was judged (pure)."""

from datetime import date, datetime

from playbooks.reports.chart import volume_svg
from playbooks.reports.document import (
    Badge,
    Block,
    Cell,
    Column,
    Drawing,
    Figures,
    Notice,
    Pairs,
    Paragraph,
    Section,
    Subhead,
    Table,
    Tone,
    Words,
    pairs_of,
    table_or_notice,
)
from playbooks.reports.handling import (
    Assessment,
    Clock,
    Fact,
    FirstPost,
    HandlingReport,
    Overview,
    PostLine,
    Spread,
    Stakeholder,
)
from playbooks.reports.totals import totals_of
from sentinel.core.formats import grouped, percent

TO_DO_SHOWN = 6
FACT_STATES = ("known", "unknown", "disproved")


def summary(report: HandlingReport, words: Words) -> Section:
    """一頁摘要."""
    told = report.summary
    blocks: list[Block] = []
    if told.level:
        blocks.append(Badge(told.level.tier, words("level", n=told.level.tier, name=told.level.name), told.verdict))
    else:
        blocks.append(Notice(words("no-level"), missing=True))
    blocks.append(Figures(tuple((figure.value, figure.label, figure.note) for figure in told.figures)))
    blocks += [Subhead(words("what-happened")), _said(told.what_happened, words("no-account"))]
    blocks += [Subhead(words("where-it-stands"), told.stage), _said(told.where_it_stands, words("no-standing"))]
    if report.overview.clocks:
        blocks += [Subhead(words("clocks")), *_clocks(report, words)]
    blocks += [Subhead(words("to-do")), _to_do(report, words)]
    return Section("summary", words("summary"), tuple(blocks))


def _to_do(report: HandlingReport, words: Words) -> Block:
    """What is still owed: tasks first, then corrective actions, the earliest due first."""
    review = report.review
    owed = [(_day(task.due_at), task.title, task.owner) for task in report.tasks if task.done_at is None]
    owed += [(one.due_on, one.text, one.owner) for one in (review.actions if review else ()) if one.done_at is None]
    if not owed:
        return Paragraph(words("nothing-to-do"))
    owed.sort(key=lambda one: one[0] or date.max)
    columns = (Column(words("what"), 8), Column(words("owner"), 3), Column(words("due"), 3))
    rows = [
        (Cell(title), Cell(owner or "—"), Cell(words.date(due) if due else "—"))
        for due, title, owner in owed[:TO_DO_SHOWN]
    ]
    if len(owed) > TO_DO_SHOWN:
        rows.append((Cell(words("and-more", n=len(owed) - TO_DO_SHOWN), tone="muted"), Cell(""), Cell("")))
    return Table(columns, tuple(rows))


def _day(at: datetime | None) -> date | None:
    return at.date() if at else None


def overview(report: HandlingReport, words: Words) -> Section:
    """概況."""
    told = report.overview
    blocks: list[Block] = [Pairs(_course(told, words)), Subhead(words("first-post"))]
    blocks += _first_post(told.first_post, words)
    blocks += [Subhead(words("clocks")), *_clocks(report, words), Subhead(words("team"))]
    if told.team:
        columns = (Column(words("role"), 2), Column(words("name"), 2), Column(words("duty"), 5))
        blocks.append(
            Table(columns, tuple((Cell(one.role), Cell(one.name, tone="strong"), Cell(one.duty)) for one in told.team))
        )
    else:
        blocks.append(Notice(words("no-team"), missing=True))
    return Section("overview", words("overview"), tuple(blocks), own_page=True)


def _said(text: str, missing: str) -> Block:
    return Paragraph(text) if text else Notice(missing, missing=True)


def _course(told: Overview, words: Words) -> tuple[tuple[str, Cell], ...]:
    opened = Cell(words.listed(words.full(told.opened_at), told.opened_by), told.origin)
    if told.closed_at:
        length = words("took", length=words.length(told.closed_at - told.opened_at))
        closed = Cell(words.listed(words.full(told.closed_at), told.closed_by, length), told.close_note)
    else:
        closed = Cell(words("still-open"), tone="danger")
    return ((words("opened"), opened), (words("closed"), closed))


def _first_post(post: FirstPost | None, words: Words) -> list[Block]:
    if post is None:
        return [Notice(words("no-first-post"), missing=True)]
    published = words.full(post.published_at) if post.published_at else words("time-unknown")
    return [
        Pairs(
            (
                (words("post"), Cell(post.text, words.listed(post.source, post.author))),
                (words("published"), Cell(published)),
                (words("captured"), Cell(words.full(post.captured_at))),
                (words("address"), Cell(post.url or "—", url=post.url)),
                (words("evidence-hash"), Cell(post.sha256, words("hash-note"), tone="muted")),
            )
        )
    ]


def _clocks(report: HandlingReport, words: Words) -> list[Block]:
    clocks = report.overview.clocks
    if not clocks:
        return [Notice(words("no-clocks"), missing=True)]
    columns = (
        Column(words("clock"), 5),
        Column(words("from"), 3),
        Column(words("due"), 3),
        Column(words("done"), 3),
        Column(words("met"), 3),
    )
    return [Table(columns, tuple(_clock(clock, report, words) for clock in clocks))]


def _clock(clock: Clock, report: HandlingReport, words: Words) -> tuple[Cell, ...]:
    is_running = report.overview.closed_at is None and report.cover.generated_at < clock.due_at
    if clock.met_at is None and is_running:
        met = Cell(words("still-running"))
    elif clock.met_at is None:
        met = Cell(words("never-met"), tone="danger")
    elif clock.met_at <= clock.due_at:
        met = Cell(words("met-with", length=words.length(clock.due_at - clock.met_at)), tone="good")
    else:
        met = Cell(words("late-by", length=words.length(clock.met_at - clock.due_at)), tone="danger")
    times = (clock.started_at, clock.due_at, clock.met_at)
    name = Cell(words(f"clock-{clock.kind}"), words(f"clock-{clock.kind}-note"))
    return (name, *(Cell(words.moment(at)) for at in times), met)


def spread(report: HandlingReport, words: Words) -> Section:
    """傳播情況."""
    told = report.spread
    blocks: list[Block] = []
    if told.total:
        blocks += _volume(told, words)
    else:
        blocks.append(Notice(words("no-volume"), missing=True))
    if told.undercount:
        blocks.append(Notice(told.undercount))
    blocks += [Subhead(words("channels"), words("channels-note")), _channels(told, words)]
    blocks += [Subhead(words("media"), words("media-note")), _posts(told.media, words, words("no-media"))]
    blocks += [Subhead(words("top-posts")), _posts(told.top_posts, words, words("no-top-posts"))]
    return Section("spread", words("spread"), tuple(blocks))


def _volume(told: Spread, words: Words) -> list[Block]:
    svg = volume_svg(told.buckets, told.marks, usual=told.usual, words=words)
    most = max(told.buckets, key=lambda bucket: bucket.total)
    said = words(
        "chart-words",
        total=grouped(told.total),
        share=percent(told.negative / told.total),
        most=grouped(most.total),
        at=words.moment(most.at),
    )
    each = words.length(told.step)
    return [
        Subhead(words("volume"), words("every", length=each)),
        Drawing(svg, said, _legend(told, words)),
        Paragraph(said),
        Subhead(words("volume-table")),
        _volume_table(told, words),
    ]


def _legend(told: Spread, words: Words) -> tuple[tuple[str, str], ...]:
    legend = [("neg", words("negative")), ("neu", words("neutral")), ("pos", words("positive"))]
    if told.usual is not None:
        legend.append(("usual", words("usual")))
    if any(mark.kind == "action" for mark in told.marks):
        legend.append(("action", words("our-action")))
    return tuple(legend)


def _volume_table(told: Spread, words: Words) -> Table:
    """The figures behind the chart, per hour or per day."""
    by_day, rows = totals_of(told.buckets)
    numbers = (words("negative"), words("neutral"), words("positive"), words("total"), words("negative-share"))
    columns = (Column(words("from"), 3), *(Column(head, 2, "right") for head in numbers))
    return Table(
        columns,
        tuple(
            (
                Cell(words.date(row.at) if by_day else words.moment(row.at)),
                *(Cell(grouped(count)) for count in (row.neg, row.neu, row.pos)),
                Cell(grouped(row.total), tone="strong"),
                Cell(percent(row.neg / row.total) if row.total else "—"),
            )
            for row in rows
        ),
    )


def _channels(told: Spread, words: Words) -> Block:
    if not told.channels:
        return Notice(words("no-channels"), missing=True)
    whole = sum(channel.posts for channel in told.channels) or 1
    columns = (
        Column(words("channel"), 5),
        Column(words("kind"), 3),
        Column(words("posts"), 2, "right"),
        Column(words("share"), 2, "right"),
        Column(words("negative-share"), 2, "right"),
    )
    return Table(
        columns,
        tuple(
            (
                Cell(channel.name),
                Cell(channel.kind, tone="muted"),
                Cell(grouped(channel.posts), tone="strong"),
                Cell(percent(channel.posts / whole)),
                Cell(percent(channel.negative / channel.posts) if channel.posts else "—"),
            )
            for channel in told.channels
        ),
    )


def _posts(posts: tuple[PostLine, ...], words: Words, missing: str) -> Block:
    if not posts:
        return Notice(missing, missing=True)
    columns = (Column(words("published"), 3), Column(words("source"), 4), Column(words("text"), 10))
    return Table(
        columns,
        tuple(
            (Cell(words.moment(post.at)), Cell(post.source, post.author), Cell(post.text, post.figures, url=post.url))
            for post in posts
        ),
    )


def facts(report: HandlingReport, words: Words) -> Section:
    """內容與觀點."""
    blocks: list[Block] = []
    for state in FACT_STATES:
        found = [fact for fact in report.facts if fact.state == state]
        blocks.append(Subhead(words(f"facts-{state}"), grouped(len(found))))
        blocks.append(_facts(found, words) if found else Notice(words(f"no-facts-{state}"), missing=True))
    against = [fact for fact in report.facts if fact.contradicts]
    if against:
        blocks.append(Notice(words("contradictions", n=len(against))))
    return Section("facts", words("facts"), tuple(blocks))


def _facts(found: list[Fact], words: Words) -> Table:
    columns = (Column(words("fact"), 8), Column(words("fact-sources"), 5), Column(words("owner-and-time"), 3))
    return Table(columns, tuple(_fact(fact, words) for fact in found))


def _fact(fact: Fact, words: Words) -> tuple[Cell, ...]:
    against = words("contradicted", text=fact.contradicts) if fact.contradicts else ""
    tone: Tone = "danger" if against else ""
    sources = Cell("\n".join(fact.sources)) if fact.sources else Cell(words("no-fact-source"), tone="danger")
    text = Cell(fact.text, "\n".join(part for part in (fact.note, against) if part), tone=tone)
    return (text, sources, Cell(fact.owner or "—", words.moment(fact.at)))


def assessments(report: HandlingReport, words: Words) -> Section:
    """研判."""
    blocks: list[Block] = []
    for version in report.assessments:
        blocks += _assessment(version, words)
    if not report.assessments:
        blocks.append(Notice(words("no-assessment"), missing=True))
    blocks += [Subhead(words("stakeholders")), _stakeholders(report.stakeholders, words)]
    return Section("assessments", words("assessments"), tuple(blocks))


def _assessment(version: Assessment, words: Words) -> list[Block]:
    said = (
        ("level-reason", version.level_reason),
        ("verdict", version.verdict),
        ("verdict-evidence", version.verdict_evidence),
        ("responsibility", version.responsibility),
        ("strategy", words.listed(*version.strategies)),
        ("strategy-reason", version.strategy_reason),
        ("victims", version.victims),
        ("damage", version.damage),
        ("diagnosis", version.diagnosis),
    )
    level = words("level", n=version.level.tier, name=version.level.name)
    return [
        Subhead(words("version", n=version.number), words.listed(words.full(version.at), version.by)),
        Badge(version.level.tier, level, version.verdict),
        pairs_of(words, said),
    ]


def _stakeholders(groups: tuple[Stakeholder, ...], words: Words) -> Block:
    heads = (("group", 2), ("measure", 7), ("owner", 2), ("done", 3))
    rows = (
        (
            Cell(one.group, tone="strong"),
            Cell(one.measure) if one.measure else Cell(words("no-measure"), tone="danger"),
            Cell(one.owner or "—"),
            Cell(one.done or "—"),
        )
        for one in groups
    )
    return table_or_notice(words, heads, rows, missing="no-stakeholders")
