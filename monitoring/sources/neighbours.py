"""Many rows of one page, asked the same questions (pure).

Lexbor reads a selector anew at each call, which costs more than finding its match in a row. So each selector is sought
once below what holds all the rows, and its matches are given to the rows that they lie in.
"""

from collections.abc import Iterator

from selectolax.lexbor import LexborNode

MANY = 12  # rows; fewer are asked one by one
_DEEPEST = 100


class Neighbours:
    """What each selector finds first in each of the `nodes`, which lie below `above` and stand in document order."""

    __slots__ = ("_above", "_changed", "_firsts", "_nodes")

    def __init__(self, nodes: list[LexborNode], above: LexborNode) -> None:
        self._above: LexborNode | None = above
        self._nodes = {node.mem_id: node for node in nodes}
        self._firsts: dict[str, dict[int, LexborNode]] = {}
        self._changed: set[int] = set()

    @classmethod
    def of(cls, nodes: list[LexborNode]) -> "Neighbours | None":
        """None where there are too few to be worth it, or nothing near holds them all."""
        above = _holder(nodes[0], nodes[-1]) if len(nodes) >= MANY else None
        return cls(nodes, above) if above is not None else None

    def first(self, node: LexborNode, css: str) -> LexborNode | None:
        """As `node.css_first(css)`, for one of the nodes."""
        number = node.mem_id
        if self._above is None or number in self._changed:
            return node.css_first(css)
        firsts = self._firsts.get(css)
        if firsts is None:
            firsts = self._firsts[css] = self._sought(self._above, css)
        return firsts.get(number)

    def change(self, node: LexborNode) -> None:
        """To be called before one of the nodes is changed: what was found in it may not outlast that."""
        if self._above is not None and not self._changed and self._are_nested():
            self._above = None
            self._firsts.clear()
        self._changed.add(node.mem_id)

    def _sought(self, above: LexborNode, css: str) -> dict[int, LexborNode]:
        firsts: dict[int, LexborNode] = {}
        seen: set[int] = set()  # of these and of all above them the first match is known
        for match in above.css(css):
            place: LexborNode | None = match
            while place is not None and (number := place.mem_id) not in seen:
                seen.add(number)
                if number in self._nodes:
                    firsts[number] = match
                place = place.parent
        return firsts

    def _are_nested(self) -> bool:
        seen: set[int] = set()
        for node in self._nodes.values():
            place = node.parent
            while place is not None and (number := place.mem_id) not in seen:
                if number in self._nodes:
                    return True
                seen.add(number)
                place = place.parent
        return False


def _holder(first: LexborNode, last: LexborNode) -> LexborNode | None:
    """The nearest node that both lie in, themselves counted; None where it is far above."""
    holders = {node.mem_id: node for node in _upward(first)}
    return next((holders[number] for node in _upward(last) if (number := node.mem_id) in holders), None)


def _upward(node: LexborNode) -> Iterator[LexborNode]:
    place: LexborNode | None = node
    for _ in range(_DEEPEST):
        if place is None:
            return
        yield place
        place = place.parent
