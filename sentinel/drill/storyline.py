"""What the sites of a drill have published at a moment: a function of scenario, run and moment alone (pure).

Nothing is stored and nothing is drawn by lot outside the run's seed, so any process can serve any site at any time and
all agree. Minutes of a scenario are divided by the speed; the week before the start keeps its own dates.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from random import Random

from monitoring.matching import suggest_brand_query
from sentinel.drill.fields import fill
from sentinel.drill.scenario import ANYBODY, CLARIFICATION, Beat, Chatter, Crowd, Scenario, Wording

LOCAL = timezone(timedelta(hours=8))  # whose day people of the drill live
ARCHIVE = timedelta(days=7)
QUIET = timedelta(minutes=4)  # between the archive and the start
CHATTER_EVERY = 24.0  # seconds between ordinary posts while the drill runs, at speed 1
REPLY_EVERY = 14.0  # seconds, at speed 1
CALMING_MINUTES = 2.5  # after a statement, what fades is down to a third by then
STILL_ANGRY = 0.06  # and never below this share
CLARIFYING_MINUTES = 2.0  # how long the phase of that name lasts at least
LONGEST_CHAIN = 3
NIGHT, MORNING = 0.12, 7  # how much is said at night, and the hour at which it ends
EVENING, EVENING_RUSH = 19, 1.5
_NUMBERS = 100_000  # numbers of posts that each part of a run may use
# On which sites a statement stands, by its channel: on both where the channel says nothing, on none where the public
# does not hear it.
_SHOWN_ON: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("site", "press"), ("news",)),
    **dict.fromkeys(("weibo", "facebook", "line"), ("weibo",)),
    **dict.fromkeys(("service", "shop", "internal"), ()),
}
PHASES = ("archive", "calm", "complaint", "spread", "media", "rumour", CLARIFICATION, "decline", "over")


@dataclass(frozen=True, slots=True)
class Names:
    """Whom the story is about."""

    brand: str
    competitor: str = ""


@dataclass(frozen=True, slots=True)
class PublishedStatement:
    """What the team published in the drill, and when it really did."""

    at: datetime
    text: str
    channel: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """A scenario being played: all that the sites depend on."""

    scenario: Scenario
    started_at: datetime
    speed: float
    names: Names
    statements: tuple[PublishedStatement, ...] = ()
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Quote:
    """A post that another one quotes."""

    author: str
    text: str


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer below a post."""

    author: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SitePost:
    """One post on a site. `number` is unique in the run and never changes. `quotes` are the chain of a repost, nearest
    first, the original last. Counts are those that the site shows in the end. `is_official`: the organisation speaks.
    """

    number: int
    site: str
    at: datetime
    author: str
    title: str
    text: str
    quotes: tuple[Quote, ...] = ()
    replies: tuple[Reply, ...] = ()
    reposts: int = 0
    comments: int = 0
    likes: int = 0
    is_official: bool = False


@dataclass(slots=True)
class _Teller:
    """Puts the run's names and chosen words into wordings, with a chance of its own for each part of the scenario."""

    run: Run
    part: str
    chance: Random = field(init=False)
    order: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = Random(f"{self.run.seed}:{self.part}")  # noqa: S311  a story, no secret

    def fill(self, text: str) -> str:
        names, chosen = self.run.names, {name: self.chance.choice(words) for name, words in self.run.scenario.words}
        own = {"brand": names.brand, "competitor": names.competitor or "別家", "product": self.run.scenario.product}
        return fill(fill(text, chosen), own)

    def next_wording(self, wordings: Sequence[Wording]) -> Wording:
        """Each wording once in a random order, then again in another one."""
        if not self.order:
            self.order = self.chance.sample(range(len(wordings)), len(wordings))
        chosen = wordings[self.order.pop()]
        whole = self.fill(f"{chosen.title}\0{chosen.text}").split("\0")
        return Wording(whole[0], whole[1])


def posts_until(run: Run, now: datetime) -> list[SitePost]:
    """Everything that the sites have published by `now`, oldest first."""
    return [post for post in _timeline(run) if post.at <= now]


def phase(run: Run, now: datetime) -> str:
    """Which part of the story is being told; one of PHASES."""
    if now < run.started_at:
        return "archive"
    if now >= ends_at(run):
        return "over"
    minute = _minute_of(run, now)
    present = "calm"
    for name, begins in run.scenario.phases:
        present = name if minute >= begins else present
    said = _clarified_at(run)
    if said and said <= now and (present != "decline" or now < said + _minutes(run, CLARIFYING_MINUTES)):
        return CLARIFICATION
    return present


def ends_at(run: Run) -> datetime:
    """When the story is over: after its length, later where a statement still has its effect."""
    ends = run.started_at + run.scenario.length / run.speed
    said = _clarified_at(run)
    if not said:
        return ends
    return max(ends, said + _minutes(run, max(_effects(run.scenario), default=0.0) + 1.0))


def topic_query(scenario: Scenario, names: Names) -> str:
    """The scenario's query for these names, whatever characters they have."""
    own = {"brand": names.brand, "competitor": names.competitor, "product": scenario.product}
    return fill(scenario.query, {name: suggest_brand_query([value]) for name, value in own.items() if value})


def _effects(scenario: Scenario) -> Iterator[float]:
    """Minutes after the statement at which something still happens because of it."""
    yield from (beat.minute for beat in scenario.beats if beat.after)
    yield from (crowd.ends for crowd in scenario.crowds if crowd.after)


def _minutes(run: Run, minutes: float) -> timedelta:
    """So many minutes of the scenario, in real time."""
    return timedelta(minutes=minutes / run.speed)


def _minute_of(run: Run, now: datetime) -> float:
    return (now - run.started_at).total_seconds() / 60 * run.speed


def _clarified_at(run: Run) -> datetime | None:
    """When the public first heard the organisation."""
    return min((statement.at for statement in run.statements if _shown_on(statement)), default=None)


@lru_cache(maxsize=8)
def _timeline(run: Run) -> tuple[SitePost, ...]:
    """All posts that there will be as far as is known, by time; each part numbers its own, so that a statement which
    adds some and silences others changes no number."""
    parts: list[Iterator[SitePost]] = [_archive(run), _chatter(run)]
    quotable = {beat.id: _beat_post(run, beat, number) for number, beat in enumerate(run.scenario.beats)}
    parts.append(_beats(run))
    parts += [_crowd(run, crowd, number, quotable) for number, crowd in enumerate(run.scenario.crowds)]
    parts.append(_statements(run))
    posts = [
        replace(post, number=part * _NUMBERS + post.number) for part, each in enumerate(parts, start=1) for post in each
    ]
    return tuple(sorted(posts, key=lambda post: (post.at, post.number)))


def _archive(run: Run) -> Iterator[SitePost]:
    """A week of what people say anyway, with the rhythm of their days."""
    ends = run.started_at - QUIET
    hours = [ends - ARCHIVE + timedelta(hours=hour) for hour in range(int(ARCHIVE.total_seconds() // 3600))]
    weights = [_liveliness(hour) for hour in hours]
    number = 0
    for group, chatter in enumerate(run.scenario.ordinary):
        teller = _Teller(run, f"archive-{group}")
        for position in range(chatter.a_week):
            at = _at_share(hours, weights, (position + teller.chance.random()) / chatter.a_week)
            yield _ordinary_post(teller, chatter, number, at)
            number += 1


def _liveliness(moment: datetime) -> float:
    hour = moment.astimezone(LOCAL).hour
    return NIGHT if hour < MORNING else EVENING_RUSH if hour >= EVENING else 1.0


def _at_share(hours: Sequence[datetime], weights: Sequence[float], share: float) -> datetime:
    """The moment by which this share of all is said."""
    ahead = share * sum(weights)
    for hour, weight in zip(hours, weights, strict=True):
        if ahead < weight:
            return hour + timedelta(hours=1) * (ahead / weight)
        ahead -= weight
    return hours[-1] + timedelta(hours=1)


def _chatter(run: Run) -> Iterator[SitePost]:
    """The same talk goes on while the drill runs, on the sites where it is quick."""
    groups = [chatter for chatter in run.scenario.ordinary if chatter.site != "news"]
    tellers = [_Teller(run, f"chatter-{number}") for number in range(len(groups))]
    weights = [chatter.a_week for chatter in groups]
    chance = Random(f"{run.seed}:chatter")  # noqa: S311
    for number in range(int(run.scenario.length.total_seconds() / CHATTER_EVERY) if groups else 0):
        (group,) = chance.choices(range(len(groups)), weights)
        at = run.started_at + timedelta(seconds=(number + chance.random()) * CHATTER_EVERY / run.speed)
        yield _ordinary_post(tellers[group], groups[group], number, at)


def _ordinary_post(teller: _Teller, chatter: Chatter, number: int, at: datetime) -> SitePost:
    wording, chance = teller.next_wording(chatter.wordings), teller.chance
    return SitePost(
        number=number,
        site=chatter.site,
        at=at,
        author=teller.fill(ANYBODY),
        title=wording.title,
        text=wording.text,
        reposts=chance.randrange(4),
        comments=chance.randrange(12),
        likes=chance.randrange(40),
    )


def _beats(run: Run) -> Iterator[SitePost]:
    for number, beat in enumerate(run.scenario.beats):
        post = _beat_post(run, beat, number)
        if post and _is_said(run, beat, post.at):
            yield post


def _beat_post(run: Run, beat: Beat, number: int) -> SitePost | None:
    """The beat as a post; None where it waits for a statement that is not out."""
    begins = _clarified_at(run) if beat.after else run.started_at
    if begins is None:
        return None
    teller = _Teller(run, f"beat-{number}")
    at = begins + _minutes(run, beat.minute)
    replies = tuple(
        Reply(teller.fill(ANYBODY), teller.fill(text), at + timedelta(seconds=(place + 1) * REPLY_EVERY / run.speed))
        for place, text in enumerate(beat.replies)
    )
    quoted = next((one for one in run.scenario.beats if one.id and one.id == beat.quotes), None)
    return SitePost(
        number=number,
        site=beat.site,
        at=at,
        author=teller.fill(beat.author),
        title=teller.fill(beat.wording.title),
        text=teller.fill(beat.wording.text),
        quotes=(Quote(teller.fill(quoted.author), teller.fill(quoted.wording.text)),) if quoted else (),
        replies=replies,
        reposts=beat.reposts,
        comments=beat.comments or len(replies),
        likes=beat.likes,
    )


def _is_said(run: Run, part: Beat | Crowd, at: datetime) -> bool:
    """Whether no statement has made it pointless by then."""
    said = _clarified_at(run)
    return not (part.unless and said and said <= at)


def _crowd(run: Run, crowd: Crowd, place: int, quotable: dict[str, SitePost | None]) -> Iterator[SitePost]:
    begins = _clarified_at(run) if crowd.after else run.started_at
    if begins is None:
        return
    teller, original = _Teller(run, f"crowd-{place}"), quotable.get(crowd.quotes) if crowd.quotes else None
    said: list[SitePost] = []
    for number in range(crowd.posts):
        share = _shaped(crowd.shape, (number + teller.chance.random()) / crowd.posts)
        at = begins + _minutes(run, crowd.begins + (crowd.ends - crowd.begins) * share)
        wording, author = teller.next_wording(crowd.wordings), teller.fill(crowd.author)
        patience, quotes = teller.chance.random(), _chain(teller, said, original)
        reposts, comments, likes = (int(most * teller.chance.random() ** 3) for most in (60, 90, 400))
        post = SitePost(
            number, crowd.site, at, author, wording.title, wording.text, quotes, (), reposts, comments, likes
        )
        said.append(post)
        if _is_said(run, crowd, at) and not (crowd.fades and patience > _anger(run, at)):
            yield post


def _shaped(shape: str, share: float) -> float:
    """Where in its span a crowd is when this share of it has spoken."""
    if shape == "rising":
        return math.sqrt(share)
    return 1 - math.sqrt(1 - share) if shape == "falling" else share


def _chain(teller: _Teller, said: Sequence[SitePost], original: SitePost | None) -> tuple[Quote, ...]:
    """Whom a repost quotes: the original, or somebody who reposted it before."""
    through = teller.chance.random() < 0.45
    earlier = said[teller.chance.randrange(len(said))] if said and through else None
    if original is None:
        return ()
    if earlier and len(earlier.quotes) < LONGEST_CHAIN:
        return (Quote(earlier.author, earlier.text), *earlier.quotes)
    return (Quote(original.author, original.text),)


def _anger(run: Run, at: datetime) -> float:
    """The share of the angry who still speak: all of them, until a statement calms them."""
    said = _clarified_at(run)
    if said is None or at < said:
        return 1.0
    minutes = (at - said).total_seconds() / 60 * run.speed
    return max(STILL_ANGRY, math.exp(-minutes / CALMING_MINUTES))


def _statements(run: Run) -> Iterator[SitePost]:
    """What the team published: an item of the organisation's newsroom, a post of its official account."""
    brand = run.names.brand
    for number, statement in enumerate(run.statements):
        title = statement.title or statement.text.strip().split("\n")[0][:40]
        title = title if brand in title else f"{brand}：{title}"
        sites = _shown_on(statement)
        if "news" in sites:
            yield _official(number * 2, "news", statement.at, f"{brand}新聞室", title, statement.text)
        if "weibo" in sites:
            text = f"【{title}】{statement.text}"
            yield _official(number * 2 + 1, "weibo", statement.at, f"{brand}官方", "", text)


def _shown_on(statement: PublishedStatement) -> tuple[str, ...]:
    return _SHOWN_ON.get(statement.channel, ("news", "weibo"))


def _official(number: int, site: str, at: datetime, author: str, title: str, text: str) -> SitePost:
    return SitePost(number, site, at, author, title, text, comments=320, likes=900, is_official=True)
