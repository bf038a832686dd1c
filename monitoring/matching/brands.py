"""The first query of a workspace, from the names of its brand (pure)."""

from collections.abc import Iterable

from monitoring.matching.folding import skeleton
from monitoring.matching.printer import print_query
from monitoring.matching.query import Query, Term, any_of


def suggest_brand_query(names: Iterable[str]) -> str:
    """A query for any of `names`, each once whatever its spelling; "" where none has a character to look for."""
    by_skeleton = {skeleton(name): Term(" ".join(name.split())) for name in reversed(list(names))}
    by_skeleton.pop("", None)
    terms = list(reversed(by_skeleton.values()))
    return print_query(Query(any_of(terms))) if terms else ""


def ambiguous(name: str) -> bool:
    """Whether `name` is so short, two characters or fewer, or so bare, digits alone, that it will find strangers."""
    form = skeleton(name)
    return len(form) <= 2 or form.isdigit()
