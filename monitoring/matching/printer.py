"""`Query` to text in its normal form, so that the same query is always written the same way (pure)."""

from monitoring.matching.errors import QueryError
from monitoring.matching.lexer import Kind, tokens
from monitoring.matching.query import And, Near, Node, Not, Or, Query, Term

_MARKS = {"exact": "=", "skeleton": "", "pinyin": "~"}


def print_query(query: Query) -> str:
    """`query` with upper-case operators, every AND written out, and brackets wherever two operators would mix."""
    return _print(query.root)


def print_term(term: Term) -> str:
    """One word as it stands in the normal form, with its field and its level mark."""
    field = f"{term.field}:" if term.field else ""
    return f"{field}{_MARKS[term.level]}{term.text if _is_bare(term.text) else _quote(term.text)}"


def _print(node: Node) -> str:
    match node:
        case Term():
            return print_term(node)
        case Not(part):
            return f"NOT {_inside(part)}"
        case Near(left, right, distance):
            return f"{_inside(left)} NEAR/{distance} {_inside(right)}"
        case And(parts):
            return " AND ".join(map(_inside, parts))
        case Or(parts):
            return " OR ".join(map(_inside, parts))


def _inside(node: Node) -> str:
    return f"({_print(node)})" if isinstance(node, And | Or) else _print(node)


def _is_bare(text: str) -> bool:
    """Whether `text`, without quotation marks, is read as this one word."""
    try:
        first, *rest = tokens(text)
    except QueryError:
        return False
    return first.kind is Kind.WORD and first.text == text and len(rest) == 1


def _quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
