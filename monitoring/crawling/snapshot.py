"""What was received as a page that does nothing: no script, no address that is loaded, no link that leads away (pure).

The page is written anew from the tree that Lexbor reads: allowed elements and attributes alone, every text escaped. The
style sheets that stand in the page are kept without anything that loads. It is meant to be served into a sandbox as
well, under a policy that allows nothing but inline styles and images from `data:` addresses.
"""

import base64
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from html import escape

from selectolax.lexbor import LexborNode

from monitoring.crawling.addresses import absolute_url
from monitoring.crawling.charset import decode
from monitoring.crawling.json_text import read_json
from monitoring.crawling.markup import parse_html

LONGEST_SHOWN = 1_500_000  # characters of a text; more would be of no use to a reader and heavy for a browser
_OWN = "sentinel-own"


def _names(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_IMAGES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}
_DATA_IMAGE = re.compile(r"\s*data:image/(png|jpe?g|gif|webp);base64,[A-Za-z0-9+/=\s]+", re.IGNORECASE)
_ALLOWED = _names(
    "a abbr address article aside b bdi bdo big blockquote body br caption center cite code col colgroup dd del "
    "details dfn div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hgroup hr html i ins kbd li "
    "main mark nav ol p pre q rp rt ruby s samp section small span strike strong sub summary sup table tbody td "
    "tfoot th thead time tr tt u ul var wbr label legend fieldset form noscript picture"
)
_SHOWN_AS = {"form": "div", "noscript": "div", "picture": "span", "html": "div", "body": "div", "label": "span"}
_SILENT = _names(
    "script style template svg math head title iframe frame frameset object embed applet audio video canvas input "
    "button select textarea option link meta base source track map area noembed noframes plaintext xmp portal "
    "dialog"
)
_VOID = frozenset(("br", "hr", "wbr", "col"))
_ATTRIBUTES = _names(
    "class id dir lang title colspan rowspan align valign width height start reversed datetime open color size"
)
_CSS_ESCAPE = re.compile(r"\\(?:[0-9a-fA-F]{1,6}\s?|.|\n)", re.DOTALL)
_CSS_COMMENT = re.compile(r"/\*.*?(\*/|$)", re.DOTALL)
_CSS_LOADS = re.compile(
    r"@import[^;]*(;|$)|@namespace[^;]*(;|$)|@font-face\s*\{[^}]*\}?"
    r"|(?:url|image|image-set|src|element|cross-fade|expression)\s*\([^)]*\)?"
    r"|javascript\s*:|-moz-binding|behavior\s*:",
    re.IGNORECASE,
)
_PAGE = """<!doctype html><html><head><meta charset="utf-8"><title>{title}</title><style>
body{{margin:16px;font:16px/1.6 system-ui,"Noto Sans TC","Noto Sans SC",sans-serif}}
body{{color:#1a1d21;background:#fff;overflow-wrap:anywhere}}
pre.sentinel-text{{white-space:pre-wrap;font:13px/1.6 ui-monospace,monospace}}
{styles}
.sentinel-image{{display:inline-block;padding:2px 8px;border:1px dashed #8a929c;color:#555c66;font-size:12px}}
.sentinel-own{{outline:3px solid #0b6e65!important;outline-offset:3px}}
.sentinel-own{{background:#dff3ee!important;color:#1a1d21!important}}
a{{text-decoration:underline dotted;color:inherit}}img{{max-width:100%;height:auto}}
</style></head><body>{body}</body></html>"""


@dataclass(frozen=True, slots=True)
class Own:
    """What tells a post from the others in the same answer; empty where the answer shows it alone."""

    url: str = ""
    title: str = ""
    text: str = ""


NO_POST = Own()


def media_named(content_type: str) -> str:
    """What a header says that a body is: html, json, xml, text, image or other."""
    media = content_type.partition(";")[0].strip().lower()
    for word in ("html", "json", "xml"):
        if word in media:
            return word
    return media.partition("/")[0] if media.startswith(("text/", "image/")) else "other"


def media_of(body: bytes, content_type: str = "") -> str:
    """What a body is, by its bytes first: image, json, xml, html, text or other."""
    if _image_type(body):
        return "image"
    media = content_type.partition(";")[0].strip().lower()
    if media.startswith(("audio/", "video/", "image/", "font/")) or media in ("application/pdf", "application/zip"):
        return "other"
    start = decode(body[:4096], content_type).text.lstrip("\ufeff \t\r\n")[:512].lower()
    if "html" in media or start.startswith(("<!doctype html", "<html")):
        return "html"
    if "json" in media or start.startswith(("{", "[")):
        return "json"
    if "xml" in media or start.startswith("<?xml"):
        return "xml"
    if media == "application/octet-stream" or "\x00" in start or start.count("\ufffd") > 16:
        return "other"
    return "html" if not media and start.startswith("<") else "text"


def snapshot(
    body: bytes, content_type: str = "", own: Own = NO_POST, image_word: str = "Image", *, is_styled: bool = True
) -> str:
    """A body as a page that is safe to show; the place of `own` in it is pointed out and has the id `own`.

    Without `is_styled` the page's own style is left out: nothing that stands in it can hide.
    """
    media = media_of(body, content_type)
    if media == "image":
        data = base64.b64encode(body).decode("ascii")
        return _PAGE.format(title="", styles="", body=f'<img alt="" src="data:{_image_type(body)};base64,{data}">')
    text = decode(body, content_type).text
    if media == "html":
        return _html(text, own, image_word, is_styled=is_styled)
    if media == "other":
        return _PAGE.format(title="", styles="", body="")
    return _PAGE.format(title="", styles="", body=f'<pre class="sentinel-text">{_plain(text, media, own)}</pre>')


def _image_type(body: bytes) -> str:
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return "image/webp"
    return next((media for magic, media in _IMAGES.items() if body.startswith(magic)), "")


# --- text


def _plain(text: str, media: str, own: Own) -> str:
    if media == "json":
        text = _indented(text)
    text = text.encode("utf-8", "replace").decode("utf-8")
    found = next((each for each in _spellings(own) if each in text), "")
    start = text.find(found) if found else 0
    begin = max(0, start - LONGEST_SHOWN // 2)
    shown = text[begin : begin + LONGEST_SHOWN]
    if not found:
        return escape(shown)
    before, _, after = shown.partition(found)
    return f'{escape(before)}<mark id="own" class="{_OWN}">{escape(found)}</mark>{escape(after)}'


def _indented(text: str) -> str:
    """JSON with a line for each value; as it came where it is none, or where the lines would be far longer than it."""
    lines: list[str] = []
    left = 4 * len(text) + LONGEST_SHOWN
    with suppress(ValueError, RecursionError):
        for piece in json.JSONEncoder(ensure_ascii=False, indent=2).iterencode(read_json(text)):
            lines.append(piece)
            left -= len(piece)
            if left < 0:
                return text
        return "".join(lines)
    return text


def _spellings(own: Own) -> Iterator[str]:
    """How a post's title, address or first words may stand in a document."""
    first = own.text.strip().partition("\n")[0][:24]
    for each in (own.title.strip(), own.url, first):
        if len(each) >= 4:
            yield from (each, escape(each), json.dumps(each, ensure_ascii=False)[1:-1])


# --- pages


def _html(text: str, own: Own, image_word: str, *, is_styled: bool) -> str:
    tree = parse_html(text[: LONGEST_SHOWN * 4])
    title = tree.css_first("title")
    styles = "\n".join(harmless_css(style.text()) for style in tree.css("style")) if is_styled else ""
    writer = _Writer(own, image_word, is_styled=is_styled)
    if tree.root is not None:
        writer.write(tree.root)
    return _PAGE.format(title=escape(title.text() if title else ""), styles=styles, body="".join(writer.out))


def harmless_css(css: str) -> str:
    """A style sheet without anything that loads, escapes or ends the sheet; "" where it cannot be made so."""
    css = _CSS_COMMENT.sub(" ", _CSS_ESCAPE.sub("", css))
    for _round in range(4):
        cleaned = _CSS_LOADS.sub("none", css)
        if cleaned == css:
            break
        css = cleaned
    if _CSS_LOADS.search(css) or "<" in css:
        return ""
    return re.sub(r"position\s*:\s*(fixed|sticky)", "position:static", css, flags=re.IGNORECASE)


class _Writer:
    """Writes a tree anew, node by node without recursion: a page may nest as deep as it likes."""

    def __init__(self, own: Own, image_word: str, *, is_styled: bool) -> None:
        self.out: list[str] = []
        self.own = own
        self.own_url = absolute_url(own.url, own.url) if own.url else ""
        self.is_marked = False
        self.image_word = image_word
        self.is_styled = is_styled

    def write(self, root: LexborNode) -> None:
        node: LexborNode | None = root
        while node is not None:
            entered = self._open(node)
            if entered and node.child is not None:
                node = node.child
                continue
            if entered:
                self._close(node)
            while node is not None and node.next is None and node.mem_id != root.mem_id:
                node = node.parent
                if node is not None:
                    self._close(node)
            node = None if node is None or node.mem_id == root.mem_id else node.next

    def _open(self, node: LexborNode) -> bool:
        """Write the beginning of a node; whether its children are to be written."""
        tag = (node.tag or "").lower()
        if tag == "-text":
            self.out.append(escape((node.text_content or "")[:LONGEST_SHOWN], quote=False))
        elif tag == "img":
            self.out.append(self._image(node))
        elif tag == "-undef" or tag.startswith("-") or tag in _SILENT:
            return False
        elif tag in _ALLOWED:
            self.out.append(f"<{_SHOWN_AS.get(tag, tag)}{self._attributes(node, tag)}>")
            return tag not in _VOID
        else:
            return True  # an element that nobody knows is shown by what stands in it
        return False

    def _close(self, node: LexborNode) -> None:
        tag = (node.tag or "").lower()
        if tag in _ALLOWED and tag not in _VOID:
            self.out.append(f"</{_SHOWN_AS.get(tag, tag)}>")

    def _attributes(self, node: LexborNode, tag: str) -> str:
        found = {name.lower(): value or "" for name, value in node.attributes.items()}
        kept = {name: value for name, value in found.items() if name in _ATTRIBUTES and value != "own"}
        if self.is_styled and (css := harmless_css(found.get("style", ""))):
            kept["style"] = css
        if tag == "a" and found.get("href"):
            kept["title"] = found["href"][:500]
        if self._is_own(node, tag, found):
            kept |= {"id": "own", "class": _OWN}
            self.is_marked = True
        return "".join(f' {name}="{escape(value)}"' for name, value in kept.items())

    def _is_own(self, node: LexborNode, tag: str, found: dict[str, str]) -> bool:
        if self.is_marked or not self.own_url:
            return False
        if tag == "a" and found.get("href"):
            return absolute_url(self.own_url, found["href"]) == self.own_url
        return tag in ("h1", "h2", "h3", "h4") and bool(self.own.title) and node.text().strip() == self.own.title

    def _image(self, node: LexborNode) -> str:
        source, words = node.attributes.get("src") or "", (node.attributes.get("alt") or "").strip()
        if _DATA_IMAGE.fullmatch(source):
            return f'<img alt="{escape(words)}" src="{escape(source.strip())}">'
        said = f"{self.image_word}: {words}" if words else self.image_word
        return f'<span class="sentinel-image" title="{escape(source[:500])}">{escape(said)}</span>'
