"""The keyword language: what a topic looks for, and the engine that finds it (pure).

`parse` reads a query, `print_query` writes it, `Engine` matches many against documents, `explain` says why.
"""

from monitoring.matching.brands import ambiguous, suggest_brand_query
from monitoring.matching.engine import Engine, Match
from monitoring.matching.errors import QueryError
from monitoring.matching.explain import Explanation, Finding, explain
from monitoring.matching.parser import parse
from monitoring.matching.printer import print_query
from monitoring.matching.query import Document, Query

__all__ = [
    "Document",
    "Engine",
    "Explanation",
    "Finding",
    "Match",
    "Query",
    "QueryError",
    "ambiguous",
    "explain",
    "parse",
    "print_query",
    "suggest_brand_query",
]
