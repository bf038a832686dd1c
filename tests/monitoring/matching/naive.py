"""The keyword language read off its definition, slowly: no automaton, no anchors, no table of places."""

from itertools import pairwise

from monitoring.matching.attributes import has_attribute
from monitoring.matching.folding import PARAGRAPH_END, fold_word
from monitoring.matching.pinyin import sounds, spellings
from monitoring.matching.query import ATTRIBUTES, And, Document, Near, Node, Not, Or, Term
from monitoring.matching.scripts import is_alphabetic


def holds(node: Node, document: Document) -> bool:
    match node:
        case Term():
            if node.field in ATTRIBUTES:
                return has_attribute(document, node)
            return any(spans(node, document, place) for place in ("title", "text"))
        case Not(part):
            return not holds(part, document)
        case And(parts):
            return all(holds(part, document) for part in parts)
        case Or(parts):
            return any(holds(part, document) for part in parts)
        case Near():
            return any(near_spans(node, document, place) for place in ("title", "text"))


def positive(node: Node, document: Document, place: str) -> set[tuple[int, int]]:
    if not holds(node, document):
        return set()
    match node:
        case Term():
            return spans(node, document, place)
        case Near():
            return near_spans(node, document, place)
        case And(parts) | Or(parts):
            return set().union(*[positive(part, document, place) for part in parts])
        case Not():
            return set()


def near_spans(node: Near, document: Document, place: str) -> set[tuple[int, int]]:
    left, right = spans_of(node.left, document, place), spans_of(node.right, document, place)
    return {span for a in left for b in right if 0 <= max(b[0] - a[1], a[0] - b[1]) <= node.distance for span in (a, b)}


def spans_of(node: Node, document: Document, place: str) -> set[tuple[int, int]]:
    parts = node.parts if isinstance(node, Or) else (node,)
    return set().union(*[spans(part, document, place) for part in parts])


def spans(term: Term, document: Document, place: str) -> set[tuple[int, int]]:
    if term.field in ATTRIBUTES or (term.field == "title" and place == "text"):
        return set()
    text = document.title if place == "title" else document.text
    if term.level == "exact":
        wanted, read = term.text.strip(), [(char, at, at + 1) for at, char in enumerate(text)]
        return {span for span in found([wanted], read) if stands_alone(text, span)}
    wanted = fold_word(term.text).skeleton
    read = [(char, at, at + 1) for at, unit in enumerate(text) for char in fold_one(text, at, unit)]
    if term.level == "pinyin":
        read_sounds = [(sounds(char), start, end) for char, start, end in read]
        return {span for span in found(spellings(wanted), read_sounds) if spaced_alike(term, text, span, read)}
    return {span for span in found([wanted], read) if spaced_alike(term, text, span, read)}


def fold_one(text, at, unit):
    return "\n" if unit == PARAGRAPH_END else fold_word(unit).skeleton


def found(patterns, read):
    for pattern in patterns:
        for at in range(len(read) - len(pattern) + 1):
            if "".join(char for char, _, _ in read[at : at + len(pattern)]) == pattern:
                yield read[at][1], read[at + len(pattern) - 1][2]


def stands_alone(text, span):
    start, end = span
    return not any(
        0 < at < len(text) and is_alphabetic(text[at - 1]) and is_alphabetic(text[at]) for at in (start, end)
    )


def spaced_alike(term, text, span, read):
    folded = [entry for entry in read if span[0] <= entry[1] and entry[2] <= span[1]]
    outside = [entry for entry in read if entry[2] <= span[0] or entry[1] >= span[1]]
    for char, start, end in outside:
        if end == span[0] and is_alphabetic(char) and is_alphabetic(folded[0][0]):
            return False
        if start == span[1] and is_alphabetic(char) and is_alphabetic(folded[-1][0]):
            return False
    parted, joints = gaps(text, folded)
    own = [(char, at, at + 1) for at, unit in enumerate(term.text) for char in fold_word(unit).skeleton]
    return parted <= gaps(term.text, own)[0] or (len(parted) > 1 and parted == joints)


def gaps(text, read):
    joints = {
        number
        for number, ((a, _, _), (b, _, _)) in enumerate(pairwise(read))
        if is_alphabetic(a) and is_alphabetic(b) and a.isdigit() == b.isdigit()
    }
    parted = {number for number in joints if any(map(str.isspace, text[read[number][2] : read[number + 1][1]]))}
    return parted, joints
