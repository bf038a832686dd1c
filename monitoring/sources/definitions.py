"""The fields that lists over HTML and over JSON have in common, and what makes them wrong (pure)."""

from collections.abc import Callable, Iterable

from monitoring.crawling.addresses import host_of
from monitoring.sources import asking, blocking, paging
from monitoring.sources.dating import is_form
from monitoring.sources.kinds import NOT_AN_ADDRESS, REQUIRED, Definition, Field, clean_fields, gettext_noop, refuse

FIGURES = ("views", "comments", "likes", "reposts", "heat", "rank")
DETAIL_FIGURES = ("views", "comments", "likes", "reposts")
FLOOR_FIGURES = ("likes", "comments")

FLOORS: tuple[Field, ...] = (
    Field(
        "floors",
        gettext_noop("Each floor or comment on an article's page"),
        help=gettext_noop("They become replies to the post."),
        group="floors",
        advanced=True,
        sparse=True,
    ),
    Field(
        "floors_first",
        gettext_noop("The first floor"),
        kind="select",
        default="post",
        choices=(
            ("post", gettext_noop("is the post itself")),
            ("reply", gettext_noop("is a reply already")),
        ),
        group="floors",
        advanced=True,
        sparse=True,
    ),
    Field("floor_text", gettext_noop("Text of a floor"), group="floors", advanced=True, sparse=True),
    Field("floor_author", gettext_noop("Author of a floor"), group="floors", advanced=True, sparse=True),
    Field("floor_time", gettext_noop("Time of a floor"), group="floors", advanced=True, sparse=True),
    Field(
        "floor_id",
        gettext_noop("The site's identifier of a floor"),
        help=gettext_noop("Without one, floors are told apart by author and text."),
        group="floors",
        advanced=True,
        sparse=True,
    ),
    Field("floor_url", gettext_noop("Address of a floor"), group="floors", advanced=True, sparse=True),
    Field(
        "floors_next",
        gettext_noop("Where the next page of a thread stands"),
        help=gettext_noop("A selector of its link; or of its number, or a path to the identifiers of all floors."),
        group="floors",
        advanced=True,
        sparse=True,
    ),
    Field(
        "floors_url",
        gettext_noop("Address of a further page of a thread"),
        help=gettext_noop("With {page} or {ids} in it, and {id} for the site's identifier of the thread."),
        group="floors",
        advanced=True,
        sparse=True,
    ),
    Field("floor_likes", gettext_noop("Likes of a floor"), group="floors", advanced=True, sparse=True),
    Field("floor_comments", gettext_noop("Comments on a floor"), group="floors", advanced=True, sparse=True),
)
DATES: tuple[Field, ...] = (
    Field(
        "date_form",
        gettext_noop("Form of the dates"),
        help=gettext_noop("As in strptime: %d/%m/%Y %H:%M. Empty: every usual form is understood."),
        group="dates",
        advanced=True,
        sparse=True,
    ),
)
COUNTS: tuple[Field, ...] = (
    Field("heat", gettext_noop("Heat of a row on a hot list"), group="counts", advanced=True, sparse=True),
    Field("rank", gettext_noop("Rank of a row"), group="counts", advanced=True, sparse=True),
    Field(
        "ranked",
        gettext_noop("The order of the rows is a rank"),
        kind="bool",
        default=False,
        help=gettext_noop("For hot lists and result pages: the place of each row is kept over time."),
        group="counts",
        advanced=True,
        sparse=True,
    ),
    Field("detail_views", gettext_noop("Views on an article's page"), group="counts", advanced=True, sparse=True),
    Field("detail_comments", gettext_noop("Comments on an article's page"), group="counts", advanced=True, sparse=True),
    Field("detail_likes", gettext_noop("Likes on an article's page"), group="counts", advanced=True, sparse=True),
    Field("detail_reposts", gettext_noop("Reposts on an article's page"), group="counts", advanced=True, sparse=True),
)
IDENTITY: tuple[Field, ...] = (
    Field(
        "site_id",
        gettext_noop("The site's identifier of an article"),
        help=gettext_noop("Where addresses vary. Such as =~ tid=(\\d+), which looks into the address."),
        group="list",
        advanced=True,
        sparse=True,
    ),
)
DETAIL_PLACES: tuple[Field, ...] = (
    Field(
        "detail_url",
        gettext_noop("Address that an article is read at"),
        help=gettext_noop("With {id} for the site's identifier, where it is not the address that people open."),
        group="detail",
        advanced=True,
        sparse=True,
    ),
    Field(
        "detail_remove",
        gettext_noop("What is left out of the text"),
        help=gettext_noop("A CSS selector, such as .quote, .signature"),
        group="detail",
        advanced=True,
        sparse=True,
    ),
)
SHARED: tuple[Field, ...] = (*FLOORS, *paging.FIELDS, *DATES, *COUNTS, *blocking.FIELDS, *asking.FIELDS, asking.POSTED)
NO_SELECTOR = gettext_noop("This is not a CSS selector.")
NO_PATH = gettext_noop("This is not a JMESPath.")
NO_FORM = gettext_noop("This is not a form of a date. Write such as %Y-%m-%d %H:%M.")
NO_FLOORS_PLACE = gettext_noop("Write {page} or {ids} where it belongs, and say above where that stands.")
NO_ID_PLACE = gettext_noop("Write {id} where the site's identifier belongs, and say above where it stands.")

ON_A_PAGE = frozenset(
    ["detail_text", "detail_title", "detail_author", "detail_time"]
    + [f"detail_{name}" for name in DETAIL_FIGURES]
    + [field.name for field in FLOORS if field.kind == "text" and field.name != "floors_url"]
)
ON_A_LIST = frozenset(["rows", "link", "title", "time", "author", "summary", "site_id", "next", "blocked_if", *FIGURES])


def cleaned(
    fields: tuple[Field, ...],
    definition: Definition,
    *,
    is_selector: Callable[[str, str], bool],
    wrong_selector: Callable[[str], str],
) -> Definition:
    """The clean definition; raises DefinitionError.

    `is_selector(name, value)` says whether a value can be used there, `wrong_selector(name)` what to say where not.
    """
    clean, problems = clean_fields(fields, definition)
    if clean["url"] and not host_of(clean["url"]):
        problems["url"] = NOT_AN_ADDRESS
    for name in clean.keys() & (ON_A_LIST | ON_A_PAGE):
        if clean[name] and name not in problems and not is_selector(name, clean[name]):
            problems[name] = wrong_selector(name)
    if clean.get("date_form") and not is_form(clean["date_form"]):
        problems["date_form"] = NO_FORM
    if clean.get("floors") and not clean.get("floor_text"):
        problems.setdefault("floor_text", REQUIRED)
    if clean.get("detail_url") and not ("{id}" in clean["detail_url"] and clean.get("site_id")):
        problems["detail_url"] = NO_ID_PLACE
    problems |= _floors_problems(clean) if "floors_url" not in problems else {}
    checks = (paging.paging_problems, blocking.blocking_problems, asking.header_problems, asking.posted_problems)
    for found in (check(clean) for check in checks):
        problems |= {name: problem for name, problem in found.items() if name not in problems}
    refuse(problems)
    return clean


def _floors_problems(clean: Definition) -> dict[str, str]:
    """What is wrong with the address of further pages of a thread."""
    template = str(clean.get("floors_url") or "")
    if not template:
        return {}
    is_address = bool(host_of(template.replace("{page}", "1").replace("{ids}", "1").replace("{id}", "1")))
    is_one_place = ("{page}" in template) != ("{ids}" in template.partition("?")[2])
    return {} if is_address and is_one_place and clean.get("floors_next") else {"floors_url": NO_FLOORS_PLACE}


def said_of(definition: Definition, names: Iterable[str]) -> dict[str, str]:
    """Those of the fields that say something."""
    return {name: str(definition[name]) for name in names if definition.get(name)}
