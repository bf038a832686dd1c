"""Scenarios of a drill: readable TOML files that people copy and write themselves, checked with all problems at once
(pure). The format is described in docs/drills.md and at the head of each file in `scenarios/`.
"""

import re
import tomllib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path

from monitoring.matching import QueryError, parse
from sentinel.drill.fields import Fields, Problem, fill, placeholders

SCENARIOS_FOLDER = Path(__file__).parent / "scenarios"
ORDINARY_FILE = Path(__file__).parent / "ordinary.toml"
SITES = ("news", "forum", "weibo")
VERDICTS = ("true", "rumour")
LANGUAGES = ("zh-hant", "zh-hans", "en")
SHAPES = ("steady", "rising", "falling")
STORY_PHASES = ("complaint", "spread", "media", "rumour", "decline")  # in this order
CLARIFICATION = "clarification"
LONGEST_MINUTES = 240
MOST_POSTS = 500
MOST_IN_ALL = 3000
ANYBODY = "{author_first}{author_second}"  # lists of the shared words
_TITLED_SITES = ("news", "forum")
_KEY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_SYNTAX_PLACE = re.compile(r"\(at (?:line (\d+), column (\d+)|end of document)\)$")


class ScenarioError(ValueError):
    """A scenario that cannot be played, with every problem that was found."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(f"{problem.where}: {problem.code}" for problem in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Wording:
    """One thing to say; posts of a Weibo-style network have no title."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Beat:
    """One post that is written out. `minute` counts from the start of the drill at speed 1, or from the first published
    statement where `after` says "clarification"; `unless` drops it once a statement is out. The counts are what the
    site will show in the end."""

    id: str
    minute: float
    site: str
    author: str
    wording: Wording
    quotes: str
    replies: tuple[str, ...]
    after: str
    unless: str
    reposts: int
    comments: int
    likes: int


@dataclass(frozen=True, slots=True)
class Crowd:
    """Many people who say such things between two minutes; what `fades` dies down after a statement."""

    site: str
    begins: float
    ends: float
    posts: int
    shape: str
    wordings: tuple[Wording, ...]
    author: str
    quotes: str
    fades: bool
    after: str
    unless: str


@dataclass(frozen=True, slots=True)
class Chatter:
    """What people say on a site in an ordinary week."""

    site: str
    a_week: int
    wordings: tuple[Wording, ...]


Words = tuple[tuple[str, tuple[str, ...]], ...]  # lists to choose from, by the placeholder's name


@dataclass(frozen=True, slots=True)
class Scenario:
    """A rehearsed storm. `length` and `first_complaint` are at speed 1; `query` is the topic's, with placeholders;
    `phases` are (code, minute) in order; `blocked` are the minutes between which the Weibo-style network refuses."""

    key: str
    title: str
    summary: str
    verdict: str
    language: str
    length: timedelta
    first_complaint: timedelta
    query: str
    product: str
    phases: tuple[tuple[str, float], ...]
    blocked: tuple[float, float] | None
    words: Words
    beats: tuple[Beat, ...]
    crowds: tuple[Crowd, ...]
    ordinary: tuple[Chatter, ...]


def builtin_scenarios() -> dict[str, str]:
    """The texts of the scenarios that come with Sentinel, by key."""
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(SCENARIOS_FOLDER.glob("*.toml"))}


def read_scenario(text: str) -> Scenario:
    """The scenario in a TOML text; raises ScenarioError with all of its problems."""
    problems: list[Problem] = []
    fields = Fields(_toml(text), "", problems)
    shared_words, shared_chatter = _shared()
    words = _words(fields, shared_words)
    chatter = tuple(map(_chatter, fields.each("ordinary")))
    phases = _phases(fields)
    beats, crowds = tuple(map(_beat, fields.each("beats", required=True))), tuple(map(_crowd, fields.each("crowds")))
    scenario = Scenario(
        key=fields.text("key"),
        title=fields.text("title"),
        summary=fields.text("summary"),
        verdict=fields.text("verdict", choices=VERDICTS),
        language=fields.text("language", choices=LANGUAGES),
        length=timedelta(minutes=fields.number("minutes", 1, LONGEST_MINUTES)),
        phases=phases,
        first_complaint=timedelta(minutes=dict(phases).get("complaint", 0.0)),
        query=fields.text("query", default="{brand}"),
        product=fields.text("product"),
        blocked=_blocked(fields),
        words=words,
        beats=beats,
        crowds=crowds,
        ordinary=chatter or shared_chatter,
    )
    fields.finish()
    broken = {problem.where for problem in problems}
    problems += [problem for problem in _contradictions(scenario, broken) if problem.where not in broken]
    if problems:
        raise ScenarioError(problems)
    return scenario


def _toml(text: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _SYNTAX_PLACE.search(str(error))
        line, column = (found[1], found[2]) if found and found[1] else (str(text.count("\n") + 1), "1")
        said = _SYNTAX_PLACE.sub("", str(error)).strip()
        raise ScenarioError([Problem(f"line {line}, column {column}", "toml", {"said": said})]) from error


@cache
def _shared() -> tuple[Words, tuple[Chatter, ...]]:
    """The words and the ordinary chatter that scenarios share."""
    problems: list[Problem] = []
    fields = Fields(tomllib.loads(ORDINARY_FILE.read_text(encoding="utf-8")), "", problems)
    shared = _words(fields, ()), tuple(map(_chatter, fields.each("ordinary", required=True)))
    fields.finish()
    if problems:
        raise ScenarioError(problems)
    return shared


def _words(fields: Fields, shared: Words) -> Words:
    own = fields.below("words")
    mine = {name: own.texts(name, required=True) for name in own.table} if own else {}
    return tuple(sorted({**dict(shared), **mine}.items()))


def _phases(fields: Fields) -> tuple[tuple[str, float], ...]:
    given = fields.below("phases", required=True)
    if given is None:
        return ()
    phases = [
        (name, given.number(name, 0, LONGEST_MINUTES))
        for name in STORY_PHASES
        if name == "complaint" or name in given.table
    ]
    given.finish()
    for (_, earlier), (name, later) in pairwise(phases):
        if later <= earlier:
            given.complain(name, "not-after", than=earlier)
    return tuple(phases)


def _blocked(fields: Fields) -> tuple[float, float] | None:
    given = fields.below("blocked")
    if given is None:
        return None
    span = _span(given)
    given.finish()
    return span


def _span(fields: Fields) -> tuple[float, float]:
    begins, ends = (fields.number(name, 0, LONGEST_MINUTES) for name in ("from", "to"))
    if ends <= begins:
        fields.complain("to", "not-after", than=begins)
    return begins, ends


def _beat(fields: Fields) -> Beat:
    site = fields.text("site", choices=SITES)
    beat = Beat(
        id=fields.text("id", default=""),
        minute=fields.number("minute", 0, LONGEST_MINUTES),
        site=site,
        author=fields.text("author"),
        wording=_wording(fields, site),
        quotes=fields.text("quotes", default=""),
        replies=fields.texts("replies"),
        after=fields.text("after", default="", choices=(CLARIFICATION,)),
        unless=fields.text("unless", default="", choices=(CLARIFICATION,)),
        reposts=int(fields.number("reposts", 0, 10**8, default=0)),
        comments=int(fields.number("comments", 0, 10**8, default=0)),
        likes=int(fields.number("likes", 0, 10**8, default=0)),
    )
    fields.finish()
    return beat


def _crowd(fields: Fields) -> Crowd:
    site = fields.text("site", choices=SITES)
    begins, ends = _span(fields)
    crowd = Crowd(
        site=site,
        begins=begins,
        ends=ends,
        posts=int(fields.number("posts", 1, MOST_POSTS)),
        shape=fields.text("shape", default="steady", choices=SHAPES),
        wordings=_wordings(fields, site),
        author=fields.text("author", default=ANYBODY),
        quotes=fields.text("quotes", default=""),
        fades=fields.flag("fades"),
        after=fields.text("after", default="", choices=(CLARIFICATION,)),
        unless=fields.text("unless", default="", choices=(CLARIFICATION,)),
    )
    fields.finish()
    return crowd


def _chatter(fields: Fields) -> Chatter:
    site = fields.text("site", choices=SITES)
    chatter = Chatter(site, int(fields.number("a_week", 1, MOST_POSTS)), _wordings(fields, site))
    fields.finish()
    return chatter


def _wording(fields: Fields, site: str) -> Wording:
    title = fields.text("title") if site in _TITLED_SITES else ""
    return Wording(title, fields.text("text"))


def _wordings(fields: Fields, site: str) -> tuple[Wording, ...]:
    """Texts alone, or tables of title and text where the site has titles."""
    if site not in _TITLED_SITES:
        return tuple(Wording("", text) for text in fields.texts("texts", required=True))
    wordings = []
    for each in fields.each("texts", required=True):
        wordings.append(_wording(each, site))
        each.finish()
    return tuple(wordings)


def _contradictions(scenario: Scenario, broken: Collection[str]) -> Iterator[Problem]:
    """What is wrong with a scenario whose fields are right each for itself; `broken` are the places that are not."""
    if not _KEY.fullmatch(scenario.key):
        yield Problem("key", "not-a-key")
    posts = len(scenario.beats) + sum(crowd.posts for crowd in scenario.crowds)
    if posts > MOST_IN_ALL:
        yield Problem("crowds", "too-many", {"most": MOST_IN_ALL, "posts": posts})
    yield from _bad_times(scenario, broken)
    yield from _bad_references(scenario)
    yield from _bad_placeholders(scenario)
    if _names_nobody(scenario):
        yield Problem("beats", "no-brand")
    try:
        parse(fill(scenario.query, {"brand": "品牌", "competitor": "競品", "product": scenario.product}))
    except QueryError as error:
        yield Problem("query", "not-a-query", {**error.params, "said": error.message})


def _bad_times(scenario: Scenario, broken: Collection[str]) -> Iterator[Problem]:
    complaint, end = (moment.total_seconds() / 60 for moment in (scenario.first_complaint, scenario.length))
    begins = [(f"beats[{n}].minute", beat.minute, beat.after) for n, beat in enumerate(scenario.beats)]
    begins += [(f"crowds[{n}].from", crowd.begins, crowd.after) for n, crowd in enumerate(scenario.crowds)]
    for where, minute, after in begins:
        if not after and minute < complaint:
            yield Problem(where, "before-complaint", {"minute": complaint})
        if not after and minute > end and "minutes" not in broken:
            yield Problem(where, "after-the-end", {"minute": end})
    said = [minute for _, minute, after in begins if not after]
    if said and min(said) > complaint and not any(where in broken for where, _, _ in begins):
        yield Problem("phases.complaint", "no-complaint", {"minute": complaint, "first": min(said)})


def _bad_references(scenario: Scenario) -> Iterator[Problem]:
    """Identifiers that are taken, and quotations of posts that do not exist or stand on another site."""
    known: dict[str, Beat] = {}
    for number, beat in enumerate(scenario.beats):
        if beat.id and beat.id in known:
            yield Problem(f"beats[{number}].id", "taken", {"id": beat.id})
        known.setdefault(beat.id, beat)
    for where, part in _parts(scenario):
        if not part.quotes:
            continue
        quoted = known.get(part.quotes)
        if part.site != "weibo" or quoted is None or quoted.site != "weibo":
            yield Problem(f"{where}.quotes", "nothing-to-quote", {"id": part.quotes})
        elif quoted.after == part.after and quoted.minute > _first_minute(part):
            yield Problem(f"{where}.quotes", "quoted-too-early", {"id": part.quotes, "minute": quoted.minute})


def _first_minute(part: Beat | Crowd) -> float:
    return part.minute if isinstance(part, Beat) else part.begins


def _names_nobody(scenario: Scenario) -> bool:
    """Whether the drill's own topic would find none of the story."""
    told = [text for where, text in _all_texts(scenario) if where.startswith(("beats", "crowds"))]
    return scenario.query == "{brand}" and not any("brand" in placeholders(text) for text in told)


def _parts(scenario: Scenario) -> Iterator[tuple[str, Beat | Crowd]]:
    yield from ((f"beats[{number}]", beat) for number, beat in enumerate(scenario.beats))
    yield from ((f"crowds[{number}]", crowd) for number, crowd in enumerate(scenario.crowds))


def _bad_placeholders(scenario: Scenario) -> Iterator[Problem]:
    known = {"brand", "competitor", "product", *dict(scenario.words)}
    for where, text in _all_texts(scenario):
        for name in placeholders(text):
            if name not in known:
                yield Problem(where, "unknown-placeholder", {"name": name, "known": ", ".join(sorted(known))})
        if {"{", "}"} & set(fill(text, dict.fromkeys(placeholders(text), ""))):
            yield Problem(where, "lone-brace")


def _all_texts(scenario: Scenario) -> Iterator[tuple[str, str]]:
    yield "query", scenario.query
    for number, beat in enumerate(scenario.beats):
        where = f"beats[{number}]"
        yield f"{where}.text", beat.wording.text
        yield f"{where}.title", beat.wording.title
        yield from ((f"{where}.replies[{n}]", reply) for n, reply in enumerate(beat.replies))
    yield from ((f"crowds[{number}].author", crowd.author) for number, crowd in enumerate(scenario.crowds))
    groups: list[tuple[str, Iterable[Crowd | Chatter]]] = [("crowds", scenario.crowds), ("ordinary", scenario.ordinary)]
    for name, parts in groups:
        for number, part in enumerate(parts):
            for n, wording in enumerate(part.wordings):
                yield f"{name}[{number}].texts[{n}]", f"{wording.title}\n{wording.text}"
