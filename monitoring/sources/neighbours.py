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

    __slots__ = ("_above", "_changed", "_firsts", "_holders", "_outer")

    def __init__(self, nodes: list[LexborNode], above: LexborNode) -> None:
        self._above: LexborNode | None = above
        numbers = [node.mem_id for node in nodes]
        self._holders = dict(zip(numbers, numbers, strict=True))  # by node, the nearest of the nodes that it lies in
        self._outer = {number: self._holder_of(node.parent) for number, node in zip(numbers, nodes, strict=True)}
        self._firsts: dict[str, dict[int, LexborNode]] = {}
        self._changed: set[int] = set()

    @classmethod
    def of(cls, nodes: list[LexborNode]) -> "Neighbours | None":
        """None where there are too few to be worth it, or nothing near holds them all."""
        above = _common_holder(nodes[0], nodes[-1]) if len(nodes) >= MANY else None
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
        if self._above is not None and not self._changed and any(self._outer.values()):
            self._above = None
            self._firsts.clear()
        self._changed.add(node.mem_id)

    def _sought(self, above: LexborNode, css: str) -> dict[int, LexborNode]:
        firsts: dict[int, LexborNode] = {}
        for match in above.css(css):
            number = self._holders.get(match.mem_id, -1)
            if number < 0:
                number = self._holder_of(match)
            while number and number not in firsts:
                firsts[number] = match
                number = self._outer.get(number, 0)
        return firsts

    def _holder_of(self, node: LexborNode | None) -> int:
        """The nearest of the nodes that `node` is or lies in, 0 where there is none; those between are noted."""
        holders, way = self._holders, []
        place = node
        while place is not None and (number := place.mem_id) not in holders:
            way.append(number)
            place = place.parent
        holder = 0 if place is None else holders[number]
        for number in way:
            holders[number] = holder
        return holder


def _common_holder(first: LexborNode, last: LexborNode) -> LexborNode | None:
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
