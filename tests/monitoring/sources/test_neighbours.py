"""Many rows asked at once say what each would say alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from monitoring.sources.html_rows import HtmlRow
from monitoring.sources.neighbours import MANY, Neighbours

SELECTORS = ("a", "a[href]", "h3 a", "ul li > b", "b, a", "li", "i:not(.x)", "nothing", ":root b", "li + li a")
PIECES = (
    *("<li>", "</li>", "<ul>", "</ul>", "<li><h3><a href=/1>one</a></h3>", "<b>b</b>"),
    *("<i class=x>i</i>", "<a>two</a>", "text", "<div>", "</div>", "<h3>", "</h3>"),
)


@given(pieces=st.lists(st.sampled_from(PIECES), max_size=60))
def test_rows_find_together_what_each_finds_alone(pieces: list[str]) -> None:
    tree = LexborHTMLParser("<ul>" + "<li><b>x</b>" * 3 + "".join(pieces) + "<li><a href=/z>z</a>" * MANY)
    nodes = tree.css("li")
    among = Neighbours.of(nodes)
    assert among is not None
    for css in SELECTORS:
        for node in nodes:
            together, alone = among.first(node, css), node.css_first(css)
            assert (together and together.mem_id) == (alone and alone.mem_id)


def test_few_rows_are_asked_one_by_one() -> None:
    nodes = LexborHTMLParser("<ul>" + "<li><a>x</a>" * (MANY - 1)).css("li")
    assert Neighbours.of(nodes) is None
    assert Neighbours.of([]) is None


@pytest.mark.parametrize("inner", ["", "<ul><li><a>inner</a></li></ul>"])
def test_what_a_row_loses_is_found_no_more(inner: str) -> None:
    tree = LexborHTMLParser("<ul>" + f"<li><div><p>text</p><iframe>x</iframe></div>{inner}</li>" * MANY + "</ul>")
    assert tree.root is not None
    rows = HtmlRow(tree.root).rows("li")
    assert [row.value("iframe") for row in rows].count("x") == MANY
    assert rows[0].block("div") == "text"
    assert not rows[0].holds("iframe")
    assert [row.value("iframe") for row in rows].count("x") == MANY - 1
