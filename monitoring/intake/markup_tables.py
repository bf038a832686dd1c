"""The rows of a table in HTML, or in the XML of older Excel: what many services send as .xls (pure).

Formats: HTML tables; SpreadsheetML 2003 (`<Row><Cell><Data>`).
"""

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from monitoring.intake.errors import TableError

LARGEST = 20_000_000  # characters: the whole page is held as a tree
_XML_TABLE = re.compile(r"</?(?:ss:)?Table\b[^>]*>")  # to a reader of HTML it is one, in which no Row may stand
Links = dict[tuple[int, int], str]


def markup_rows(text: str) -> tuple[list[list[str]], Links]:
    """The rows of the largest table, and what their cells link to, by row (from 1) and place; raises TableError."""
    if len(text) > LARGEST:
        raise TableError("too-large-whole")
    is_xml = "<Workbook" in text[:10_000]
    page = LexborHTMLParser(_XML_TABLE.sub("", text) if is_xml else text)
    tables = page.css(r"worksheet, ss\:worksheet" if is_xml else "table")
    found = max((_rows(table) for table in tables), key=len, default=[])
    if not found:
        raise TableError("empty")
    links = {
        (number, place): link
        for number, row in enumerate(found, start=1)
        for place, (said, link) in enumerate(row)
        if link and said != link
    }
    return [[said for said, _link in row] for row in found], links


def _rows(table: LexborNode) -> list[list[tuple[str, str]]]:
    rows = table.css("tr") or table.css("row") or table.css(r"ss\:row")
    return [[_cell(cell) for cell in row.css("td, th") or row.css("cell") or row.css(r"ss\:cell")] for row in rows]


def _cell(cell: LexborNode) -> tuple[str, str]:
    link = cell.css_first("a[href]")
    address = (link.attributes.get("href") if link else cell.attributes.get("ss:href")) or ""
    return cell.text(separator="\n", strip=True), address if address.startswith(("http://", "https://")) else ""
