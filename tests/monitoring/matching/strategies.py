"""Queries and documents for property-based tests, from a small alphabet so that they meet."""

from hypothesis import strategies as st

from monitoring.matching import Document, Query
from monitoring.matching.folding import skeleton
from monitoring.matching.query import Near, Term, all_of, anchors, any_of, none_of

PIECES = [
    "曜",
    "日",
    "乳",
    "業",
    "业",
    "月",
    "见",
    "見",
    "AI",
    "a",
    "B",
    "1",
    "5",
    " ",
    "*",
    "，",
    "\u200b",
    "😀",
    "-",
    "é",
    "㏄",
]
WORDS = ["曜日", "月見", "乳業", "日乳", "曜", "AI", "a", "ab", "a b", "B1", "AI日", "月見乳業", "日 乳", "15", "cc日"]

words = st.sampled_from(WORDS)
texts = st.lists(st.sampled_from(PIECES), max_size=24).map("".join)
any_text = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12).filter(skeleton)
sounding = st.sampled_from(["月見乳業", "日乳業", "月见乳1日"])
place_fields = st.sampled_from(["", "", "", "title"])


def terms(word):
    plain = st.builds(Term, word, st.sampled_from(["skeleton", "skeleton", "exact"]), place_fields)
    sound = st.builds(Term, sounding, st.just("pinyin"), place_fields)
    attribute = st.builds(Term, word, st.just("skeleton"), st.sampled_from(["author", "site", "url", "lang"]))
    return st.one_of(plain, plain, plain, sound, attribute)


def nodes(word):
    place_terms = st.builds(Term, word, st.sampled_from(["skeleton", "exact"]), place_fields)
    sides = st.lists(place_terms, min_size=1, max_size=3).map(any_of)
    near = st.builds(Near, sides, sides, st.integers(0, 5))
    return st.recursive(
        st.one_of(terms(word), terms(word), near),
        lambda inner: st.one_of(
            st.lists(inner, min_size=2, max_size=4).map(all_of),
            st.lists(inner, min_size=2, max_size=4).map(any_of),
            inner.map(none_of),
        ),
        max_leaves=8,
    )


def queries(word=words):
    return nodes(word).filter(lambda node: anchors(node) is not None).map(Query)


documents = st.builds(Document, texts, texts, words, words, words, st.sampled_from(["a", "a-b", "zh-Hant"]))
