"""Values from a page by CSS selectors; see `selecting` for the language (pure)."""

from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from monitoring.crawling.addresses import absolute_url
from monitoring.crawling.dates import Parsed
from monitoring.crawling.markup import line_of, tag_ids, text_of, tidy_lines
from monitoring.sources.dating import Dating, finest
from monitoring.sources.neighbours import Neighbours
from monitoring.sources.selecting import Row, SelectorError, css_selector, is_template, selectors_in

_BLOCKS = tag_ids(["br", "p", "div", "li", "tr", "table", "section", "blockquote", *(f"h{n}" for n in range(1, 7))])
_LINKS = tag_ids(["a", "link", "area"])
_FINE = ("second", "minute")  # nothing better is sought


class HtmlRow:
    """A node of a page; with `among`, one of many."""

    __slots__ = ("among", "node")

    def __init__(self, node: LexborNode, among: Neighbours | None = None) -> None:
        self.node = node
        self.among = among

    def _first(self, css: str) -> LexborNode | None:
        """The first match in document order, the node itself counted; without a selector the node."""
        if not css:
            return self.node
        return self.among.first(self.node, css) if self.among is not None else self.node.css_first(css)

    def value(self, selector: str) -> str:
        if not selector:
            return ""
        parts = css_selector(selector)
        found = self._first(parts.where)
        if found is None:
            return ""
        return parts.read((found.attrs.get(parts.attribute) or "").strip() if parts.attribute else line_of(found))

    def block(self, selector: str, removed: str = "") -> str:
        if not selector:
            return ""
        parts = css_selector(selector)
        if parts.attribute or parts.inner is not None:
            return self.value(selector)
        if self.among is not None:
            self.among.change(self.node)
        texts = [_text(one, removed) for one in self._outermost(parts.where)]
        return parts.read("\n".join(text for text in texts if text))

    def _outermost(self, css: str) -> list[LexborNode]:
        """Every match that lies in no other."""
        if not css:
            return [self.node]
        is_inside: dict[int, bool] = {}  # by node, whether it is or lies in one that is taken
        outermost = []
        for one in self.node.css(css):
            if not _is_inside(one, is_inside):
                is_inside[one.mem_id] = True
                outermost.append(one)
        return outermost

    def time(self, selector: str, dating: Dating) -> Parsed | None:
        """The finest time of the selected element: of the named attribute, else of datetime, title and the text."""
        parts = css_selector(selector)
        if not parts.where and not parts.attribute and parts.pattern is None:
            return None
        found = self._first(parts.where)
        if found is None:
            return None
        if parts.attribute:
            return dating.read(parts.read(found.attrs.get(parts.attribute) or ""))
        times: list[Parsed] = []
        for text in _stated(found):
            read = parts.read(text) if text else ""
            time = dating.read(read) if read else None
            if time and time.precision in _FINE:
                return time
            times += [time] if time else []
        return finest([*times])

    def rows(self, selector: str) -> list[Row]:
        nodes = self.node.css(css_selector(selector).where)
        among = Neighbours.of(nodes)
        return [HtmlRow(node, among) for node in nodes]

    def address(self, selector: str) -> str:
        parts = css_selector(selector)
        if parts.attribute or parts.inner is not None:
            return self.value(selector)
        link = self.link(selector)
        return parts.read(link.attrs.get("href") or "") if link is not None else ""

    def link(self, selector: str) -> LexborNode | None:
        """The link that a selector names, or that lies in what it names; without a selector the first one."""
        where = css_selector(selector).where
        found = self._first(where)
        if found is None:
            return None
        if found.tag_id in _LINKS and found.attrs.get("href"):
            return found
        return found.css_first("a[href]") if where else self._first("a[href]")

    def holds(self, selector: str) -> bool:
        parts = css_selector(selector)
        if parts.attribute or parts.inner is not None or parts.pattern is not None:
            return bool(self.value(selector))
        return self._first(parts.where) is not None


def _stated(node: LexborNode) -> Iterator[str]:
    """Where an element states its time: for machines, beside the pointer, and in sight."""
    yield from _for_machines(node)
    inner = node.css_first("[datetime], [title]") if not _holds_only_words(node) else None
    if inner is not None:
        yield from _for_machines(inner)
    yield line_of(node)


def _for_machines(node: LexborNode) -> Iterator[str]:
    yield node.attrs.get("datetime") or ""
    yield node.attrs.get("title") or ""


def _text(node: LexborNode, removed: str) -> str:
    if removed:
        for one in node.css(removed):
            one.decompose(recursive=False)
    if _holds_only_words(node):  # as most paragraphs do
        return tidy_lines(node.text())
    # A text that is laid out by its own line ends, as on PTT, has no elements that do it.
    own = node.mem_id
    has_blocks = any(one.tag_id in _BLOCKS and one.mem_id != own for one in node.traverse())
    return text_of(node) if has_blocks else tidy_lines(node.text())


def _holds_only_words(node: LexborNode) -> bool:
    only = node.first_child
    return only is None or (only.next is None and only.is_text_node)


def _is_inside(node: LexborNode, known: dict[int, bool]) -> bool:
    """What is known of the nearest of `node` and all above it; the way there is known from now on."""
    way: list[int] = []
    place: LexborNode | None = node
    while place is not None and (number := place.mem_id) not in known:
        way.append(number)
        place = place.parent
    is_inside = place is not None and known[number]
    known.update(dict.fromkeys(way, is_inside))
    return is_inside


def base_address(tree: LexborHTMLParser, url: str) -> str:
    """The address that a page's relative links are read against."""
    bases = (base.attributes for base in tree.tags("base"))  # a third of what a selector over the page takes
    stated = next((base["href"] or "" for base in bases if "href" in base), None)
    return (absolute_url(url, stated) or url) if stated is not None else url


def is_css(text: str) -> bool:
    """Whether a selector, or each one in a template, can be used on a page."""
    if is_template(text):
        return all(is_css(one) for one in selectors_in(text))
    try:
        parts = css_selector(text)
    except SelectorError:
        return False
    return not parts.where or is_plain_css(parts.where)


def is_plain_css(css: str) -> bool:
    """Whether a text is a CSS selector that Lexbor knows."""
    try:
        LexborHTMLParser("<p>").css(css)
    except (SelectolaxError, ValueError):
        return False
    return "\0" not in css
