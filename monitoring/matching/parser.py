"""The keyword language: text to `Query` by recursive descent (pure).

    query    = any END
    any      = all { ("OR" | "|") all }
    all      = one { ["AND" | "+"] one }          words side by side must all be there
    one      = ("NOT" | "-") one | near           so `a NOT b` and `a-b` mean a AND NOT b
    near     = part [ "NEAR/n" part ]             n characters at most between the two, in either order
    part     = [field ":"] ( "(" any ")" | ["=" | "~"] word )

Operators are upper case (`and` is a word) or the signs of Chinese monitoring tools, full width too. Precedence is that
of Brandwatch and Meltwater: NOT before AND before OR. A word is bare or in quotation marks, which take any character.
"""

from monitoring.matching.errors import QueryError
from monitoring.matching.folding import skeleton
from monitoring.matching.lexer import Kind, Token, tokens
from monitoring.matching.query import (
    ATTRIBUTES,
    MAX_DEPTH,
    MAX_DISTANCE,
    MAX_LENGTH,
    MAX_WORDS,
    MIN_SOUND_LENGTH,
    Field,
    Level,
    Near,
    Node,
    Or,
    Query,
    Term,
    all_of,
    anchors,
    any_of,
    none_of,
)
from monitoring.matching.scripts import is_han, without_surrogates

_MARKS: dict[str, Level] = {"=": "exact", "＝": "exact", "~": "pinyin", "～": "pinyin"}
_STARTS_PART = frozenset({Kind.WORD, Kind.FIELD, Kind.MARK, Kind.OPEN, Kind.NOT})


def parse(text: str) -> Query:
    """The query written in `text`; raises QueryError with the code point where it goes wrong."""
    if len(text) > MAX_LENGTH:
        raise QueryError("too_long", MAX_LENGTH, length=len(text), limit=MAX_LENGTH)
    return _Parser(without_surrogates(text)).query()


class _Parser:
    """One token of look-ahead over the tokens of one query."""

    def __init__(self, text: str) -> None:
        self._tokens = tokens(text)
        self._next = next(self._tokens)
        self._words = 0
        self._depth = 0
        self._first_exclusion: int | None = None

    def query(self) -> Query:
        if self._at(Kind.END):
            raise QueryError("empty")
        root = self._any("")
        if self._at(Kind.CLOSE):
            raise QueryError("unopened_bracket", self._next.position)
        if anchors(root) is None:
            raise QueryError("only_excluded", self._first_exclusion or 0)
        return Query(root)

    def _at(self, kind: Kind) -> bool:
        return self._next.kind is kind

    def _take(self) -> Token:
        token = self._next
        if token.kind is not Kind.END:
            self._next = next(self._tokens)
        return token

    def _any(self, field: Field) -> Node:
        parts = [self._all(field)]
        while self._at(Kind.OR):
            operator = self._take()
            self._require_part(operator)
            parts.append(self._all(field))
        return any_of(parts)

    def _all(self, field: Field) -> Node:
        parts = [self._one(field)]
        while self._at(Kind.AND) or self._next.kind in _STARTS_PART:
            if self._at(Kind.AND):
                self._require_part(self._take())
            parts.append(self._one(field))
        return all_of(parts)

    def _one(self, field: Field) -> Node:
        if not self._at(Kind.NOT):
            return self._near(field)
        operator = self._take()
        if self._first_exclusion is None:
            self._first_exclusion = operator.position
        self._require_part(operator)
        self._descend(operator)
        part = none_of(self._one(field))
        self._depth -= 1
        return part

    def _near(self, field: Field) -> Node:
        start = self._next.position
        left = self._part(field)
        if not self._at(Kind.NEAR):
            return left
        operator = self._take()
        distance = _distance(operator)
        self._require_part(operator)
        right_start = self._next.position
        if self._at(Kind.NOT):
            raise QueryError("near_operand", right_start)
        right = self._part(field)
        if self._at(Kind.NEAR):
            raise QueryError("near_operand", self._next.position)
        return Near(_near_operand(left, start), _near_operand(right, right_start), distance)

    def _part(self, field: Field) -> Node:
        token = self._take()
        match token.kind:
            case Kind.FIELD:
                return self._in_field(token, field)
            case Kind.OPEN:
                return self._group(token, field)
            case Kind.MARK:
                return self._marked(token, field)
            case Kind.WORD:
                return self._term(token, "skeleton", field)
        raise _unexpected(token)

    def _in_field(self, token: Token, outer: Field) -> Node:
        if outer:
            raise QueryError("field_in_field", token.position)
        if self._next.kind not in (Kind.WORD, Kind.OPEN, Kind.MARK):
            raise QueryError("missing_value", token.position, field=token.text)
        field: Field = token.text  # type: ignore[assignment]  # the lexer lets known names through alone
        return self._part(field)

    def _group(self, opening: Token, field: Field) -> Node:
        if self._at(Kind.CLOSE):
            raise QueryError("empty_brackets", opening.position)
        if self._at(Kind.END):
            raise QueryError("unclosed_bracket", opening.position)
        self._descend(opening)
        node = self._any(field)
        self._depth -= 1
        closing = self._take()
        if closing.kind is not Kind.CLOSE:
            raise QueryError("unclosed_bracket", opening.position)
        return node

    def _marked(self, mark: Token, field: Field) -> Term:
        if not self._at(Kind.WORD) or self._next.position != mark.position + 1:
            raise QueryError("mark_needs_word", mark.position, mark=mark.text)
        if field in ATTRIBUTES and field != "author":
            raise QueryError("field_plain", mark.position, field=field)
        return self._term(self._take(), _MARKS[mark.text], field)

    def _term(self, token: Token, level: Level, field: Field) -> Term:
        self._words += 1
        if self._words > MAX_WORDS:
            raise QueryError("too_many_words", token.position, limit=MAX_WORDS)
        folded = skeleton(token.text)
        if not (token.text.strip() if level == "exact" else folded):
            raise QueryError("empty_word", token.position, word=token.text)
        if level == "pinyin" and sum(map(is_han, folded)) < MIN_SOUND_LENGTH:
            raise QueryError("sound_too_short", token.position, least=MIN_SOUND_LENGTH)
        return Term(token.text, level, field)

    def _require_part(self, operator: Token) -> None:
        if self._next.kind not in _STARTS_PART:
            raise QueryError("missing_after", operator.position, operator=operator.text)

    def _descend(self, token: Token) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise QueryError("too_deep", token.position, limit=MAX_DEPTH)


def _distance(operator: Token) -> int:
    number = operator.text[len("NEAR/") :]
    if not (
        number.isascii() and number.isdigit() and len(number) <= len(str(MAX_DISTANCE)) and int(number) <= MAX_DISTANCE
    ):
        raise QueryError("near_distance", operator.position, limit=MAX_DISTANCE)
    return int(number)


def _near_operand(node: Node, position: int) -> Term | Or:
    words = node.parts if isinstance(node, Or) else (node,)
    if isinstance(node, Term | Or) and all(isinstance(word, Term) and word.field not in ATTRIBUTES for word in words):
        return node
    raise QueryError("near_operand", position)


def _unexpected(token: Token) -> QueryError:
    if token.kind is Kind.CLOSE:
        return QueryError("unopened_bracket", token.position)
    return QueryError("missing_before", token.position, operator=token.text)
