"""What the cells of a sheet link to: exports often hide the address there, and a reader of rows passes it by (pure).

Formats: ECMA-376 part 1, 18.3.1.48 (hyperlinks, by relation) and 18.17 (the function HYPERLINK).
"""

import io
import re
import zipfile
from collections.abc import Callable
from html import unescape

from openpyxl.utils import column_index_from_string

MOST = 500_000
CHUNK = 1_000_000  # bytes
OVERLAP = 10_000
LARGEST_RELATIONS = 100_000_000  # bytes
_FORMULA = re.compile(
    rb'<c r="([A-Z]{1,3})(\d{1,7})"[^>]*>\s*<f[^>]*>HYPERLINK\((?:"|&quot;)(https?://[^"<&]*(?:&amp;[^"<&]*)*)'
)
_LINK = re.compile(rb'<hyperlink\b[^>]*?\bref="([A-Z]{1,3})(\d{1,7})[^>]*>')
_RELATION = re.compile(rb'\br:id="([^"]+)"')
_TARGET = re.compile(rb"<Relationship\b[^>]*>")


def cell_links(data: bytes, part: str) -> dict[tuple[int, int], str]:
    """The web addresses by row (from 1) and place (from 0) of the sheet in this part, as far as they can be read."""
    found: dict[tuple[int, int], str] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            targets = _targets(archive, part)
            with archive.open(part) as stream:
                _scan(stream.read, targets, found)
    except (zipfile.BadZipFile, KeyError, IndexError, ValueError, OSError):
        return found  # the rows are read all the same, or say what is broken
    return found


def _targets(archive: zipfile.ZipFile, part: str) -> dict[bytes, str]:
    """What the relations of a sheet point at, by their identifier."""
    folder, _, name = part.rpartition("/")
    place = f"{folder}/_rels/{name}.rels"
    if place not in archive.namelist() or archive.getinfo(place).file_size > LARGEST_RELATIONS:
        return {}
    targets = {}
    for relation in _TARGET.findall(archive.read(place)):
        identity, target = re.search(rb'\bId="([^"]+)"', relation), re.search(rb'\bTarget="(https?://[^"]+)"', relation)
        if identity and target:
            targets[identity[1]] = unescape(target[1].decode("utf-8", "replace"))
    return targets


def _scan(read: Callable[[int], bytes], targets: dict[bytes, str], found: dict[tuple[int, int], str]) -> None:
    """Look through the sheet piece by piece, whatever its size."""
    held = b""
    while len(found) < MOST and (piece := read(CHUNK)):
        held += piece
        for column, row, address in _FORMULA.findall(held):
            found[_place(column, row)] = unescape(address.decode("utf-8", "replace"))
        for link in _LINK.finditer(held) if targets else ():
            relation = _RELATION.search(link[0])
            if relation and relation[1] in targets:
                found[_place(link[1], link[2])] = targets[relation[1]]
        held = held[-OVERLAP:]


def _place(column: bytes, row: bytes) -> tuple[int, int]:
    return int(row), column_index_from_string(column.decode()) - 1
