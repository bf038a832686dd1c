"""Files, mails and messages that somebody sends us: each is built to cost its reader time, memory or a secret."""

import base64
import gzip
import io
import json
import zipfile
from collections.abc import Callable, Iterator

from tests.fakes.hostile_pages import filled, laughs, numbered

MEGABYTE = 1024 * 1024
LARGEST_FILE = 50 * MEGABYTE
LARGEST_BATCH = 5 * MEGABYTE
LARGEST_MAIL = 15_000_000
_SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_XML = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_ROW = b"<r><c><v>1</v></c></r>"

Part = bytes | Iterator[bytes]


def workbook(**parts: Part) -> bytes:
    """A workbook of one sheet; `sheet`, `strings`, `styles`, `book`, `rels` and `types` replace parts of it."""
    usual: dict[str, tuple[str, bytes]] = {
        "types": (
            "[Content_Types].xml",
            f'<Types xmlns="{_PACKAGE}/content-types">'
            '<Default Extension="xml" ContentType="application/xml"/>'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            + "".join(
                f'<Override PartName="/xl/{path}" ContentType="application/vnd.openxmlformats-officedocument.'
                f'spreadsheetml.{kind}+xml"/>'
                for path, kind in (
                    ("workbook.xml", "sheet.main"),
                    ("worksheets/sheet1.xml", "worksheet"),
                    ("sharedStrings.xml", "sharedStrings"),
                    ("styles.xml", "styles"),
                )
            )
            + "</Types>",
        ),
        "root": (
            "_rels/.rels",
            f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" Type="{_OFFICE}/officeDocument"'
            ' Target="xl/workbook.xml"/></Relationships>',
        ),
        "book": (
            "xl/workbook.xml",
            f'<workbook xmlns="{_SHEETS}" xmlns:r="{_OFFICE}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets>'
            "</workbook>",
        ),
        "rels": (
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{_PACKAGE}/relationships">'
            f'<Relationship Id="r1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
            f'<Relationship Id="r2" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
            f'<Relationship Id="r3" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
        ),
        "sheet": ("xl/worksheets/sheet1.xml", f'<worksheet xmlns="{_SHEETS}"><sheetData/></worksheet>'),
        "strings": ("xl/sharedStrings.xml", f'<sst xmlns="{_SHEETS}"/>'),
        "styles": ("xl/styles.xml", f'<styleSheet xmlns="{_SHEETS}"/>'),
    }  # type: ignore[dict-item]
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, (path, text) in usual.items():
            with archive.open(path, "w", force_zip64=True) as part:
                given = parts.get(name, text)
                for piece in [given] if isinstance(given, bytes | str) else given:
                    part.write(piece.encode() if isinstance(piece, str) else piece)
    return held.getvalue()


def _around(head: str, piece: bytes, tail: str, megabytes: float) -> Iterator[bytes]:
    """`piece` again and again, up to so many megabytes, between a head and a tail."""
    yield head.encode()
    block = piece * max(MEGABYTE // len(piece), 1)
    for _ in range(int(megabytes * MEGABYTE // len(block))):
        yield block
    yield tail.encode()


def sheet(row: bytes, megabytes: float, head: bytes = b"") -> Iterator[bytes]:
    begin = f'<worksheet xmlns="{_SHEETS}"><sheetData>{head.decode()}'
    return _around(begin, row, "</sheetData></worksheet>", megabytes)


def strings(piece: bytes, megabytes: float) -> Iterator[bytes]:
    return _around(f'<sst xmlns="{_SHEETS}">', piece, "</sst>", megabytes)


def styles(piece: bytes, megabytes: float) -> Iterator[bytes]:
    return _around(f'<styleSheet xmlns="{_SHEETS}"><cellXfs>', piece, "</cellXfs></styleSheet>", megabytes)


def _inline(text: bytes) -> bytes:
    return b'<c t="inlineStr"><is><t>' + text + b"</t></is></c>"


_HEAD = b"<row>" + _inline(b"title") + _inline(b"text") + _inline(b"url") + b"</row>"
WORKBOOKS: dict[str, Callable[[], bytes]] = {
    "a sheet of 190 MB of rows": lambda: workbook(sheet=sheet(b"<row><c><v>1</v></c></row>", 190, _HEAD)),
    "a sheet of a gigabyte": lambda: workbook(sheet=sheet(b" " * MEGABYTE, 1_000)),
    "a million rows": lambda: workbook(sheet=sheet(b"<row><c><v>12345</v></c><c><v>2</v></c></row>", 45, _HEAD)),
    "cells of 32,767 characters": lambda: workbook(sheet=sheet(b"<row>" + _inline(b"x" * 32_767) + b"</row>", 190)),
    "one cell of 190 MB": lambda: workbook(
        sheet=_around(
            f'<worksheet xmlns="{_SHEETS}"><sheetData><row><c t="inlineStr"><is><t>',
            b"x" * 99,
            "</t></is></c></row></sheetData></worksheet>",
            190,
        )
    ),
    "rows of 16,384 columns": lambda: workbook(sheet=sheet(b"<row>" + b"<c><v>1</v></c>" * 16_384 + b"</row>", 100)),
    "one row without end": lambda: workbook(
        sheet=_around(
            f'<worksheet xmlns="{_SHEETS}"><sheetData><row>', b"<c><v>1</v></c>", "</row></sheetData></worksheet>", 190
        )
    ),
    "elements nested without end": lambda: workbook(sheet=sheet(b"<x>", 100)),
    "elements that are no cells": lambda: workbook(
        sheet=_around(f'<worksheet xmlns="{_SHEETS}">', b"<x/>", "</worksheet>", 190)
    ),
    "attributes without end": lambda: workbook(
        sheet=iter([f'<worksheet xmlns="{_SHEETS}" '.encode(), numbered('a{n}="b" ', 3_000_000), b"/>"])
    ),
    "60 MB of shared strings": lambda: workbook(
        strings=strings(b"<si><t>x</t></si>", 56), sheet=sheet(b'<row><c t="s"><v>1</v></c></row>', 1)
    ),
    "one shared string of 56 MB": lambda: workbook(strings=strings(b"x" * 99, 56)),
    "a shared string of a million runs": lambda: workbook(
        strings=_around(f'<sst xmlns="{_SHEETS}"><si>', b"<r><t>x</t></r>", "</si></sst>", 56)
    ),
    "styles of 190 MB": lambda: workbook(styles=styles(b'<xf numFmtId="0" fontId="0"/>', 190)),
    "a million sheets": lambda: workbook(
        book=_around(
            f'<workbook xmlns="{_SHEETS}" xmlns:r="{_OFFICE}"><sheets>',
            b'<sheet name="S" sheetId="1" r:id="r1"/>',
            "</sheets></workbook>",
            40,
        )
    ),
    "a million relations": lambda: workbook(
        rels=_around(
            f'<Relationships xmlns="{_PACKAGE}/relationships">',
            f'<Relationship Id="r1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'.encode(),
            "</Relationships>",
            100,
        )
    ),
    "a million content types": lambda: workbook(
        types=_around(
            f'<Types xmlns="{_PACKAGE}/content-types">',
            b'<Override PartName="/xl/workbook.xml" ContentType="x"/>',
            "</Types>",
            100,
        )
    ),
    "laughs in a sheet": lambda: workbook(
        sheet=laughs().replace(b"<rss", b"<worksheet").replace(b"</rss", b"</worksheet")
    ),
    "laughs in the strings": lambda: workbook(
        strings=b'<!DOCTYPE sst [<!ENTITY a "'
        + b"x" * 50_000
        + b'">]><sst xmlns="%s"><si><t>' % _SHEETS.encode()
        + b"&a;" * 50_000
        + b"</t></si></sst>"
    ),
    "an entity of a file": lambda: workbook(
        sheet=b'<!DOCTYPE w [<!ENTITY a SYSTEM "file:///etc/passwd">]><worksheet xmlns="%s"><sheetData><row>'
        % _SHEETS.encode()
        + _inline(b"&a;")
        + b"</row></sheetData></worksheet>"
    ),
    "formulas": lambda: workbook(
        sheet=sheet(
            b'<row><c t="str"><f>HYPERLINK("http://127.0.0.1/"&amp;A1)</f><v>=cmd|calc!A1</v></c></row>', 100, _HEAD
        )
    ),
    "links without end": lambda: workbook(
        sheet=_around(
            f'<worksheet xmlns="{_SHEETS}"><sheetData/><hyperlinks>',
            b'<hyperlink ref="A1:XFD1048576" location="x"/>',
            "</hyperlinks></worksheet>",
            150,
        )
    ),
    "cells that claim the last place": lambda: workbook(
        sheet=sheet(b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', 10)
    ),
    "2,000 parts of nothing": lambda: _many_parts(1_990),
    "a million parts": lambda: _many_parts(300_000),
}


def _many_parts(count: int) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
        for n in range(count):
            archive.writestr(f"xl/{n}", b"")
    return held.getvalue()


TABLES: dict[str, Callable[[], bytes]] = {
    "rows of one character": lambda: filled(b"a\n", b"title\n", size=LARGEST_FILE),
    "half a million rows": lambda: b"title,text,url\n" + b"a,b,https://n.example/1\n" * 499_000,
    "a cell of 50 MB": lambda: filled(b"x", b'title\n"', b'"\n', LARGEST_FILE),
    "quotation marks": lambda: filled(b'"', b"title\n", size=LARGEST_FILE),
    "columns without end": lambda: filled(b"a,", size=LARGEST_FILE),
    "rows of 500 columns": lambda: filled(b"a," * 499 + b"a\n", size=LARGEST_FILE),
    "lines of almost 4 MB": lambda: filled(b"x" * 3_900_000 + b"\n", b"title\n", size=LARGEST_FILE),
    "empty lines": lambda: b"\n" * LARGEST_FILE,
    "zeros": lambda: b"title\n" + bytes(LARGEST_FILE - 6),
    "two charsets at once": lambda: filled(b"\xb0\xa1\xff\xe4\xb8\xad,", b"title\n", size=LARGEST_FILE),
    "UTF-16": lambda: ("﻿title,text\n" + "曜日,鮮乳\n" * 3_000_000).encode("utf-16-le"),
    "characters of four bytes": lambda: ("title\n" + "🐄🥛\n" * 5_000_000).encode()[:LARGEST_FILE],
    "formulas": lambda: filled(
        b'=HYPERLINK("http://127.0.0.1/"&A1),@SUM(1),+1,-1\n', b"title,a,b,c\n", size=LARGEST_FILE
    ),
    "JSON of 50 MB in one line": lambda: filled(b'{"title":"x"},', b'{"a":[', b"{}]}", LARGEST_FILE),
    "a JSON list of 20 MB": lambda: filled(b'{"a":1},', b"[", b"{}]", 19_900_000),
    "a JSON list of empty objects": lambda: filled(b"{},", b'[{"title":1},', b"{}]", 19_900_000),
    "a JSON list of lists": lambda: filled(b"[],", b'[{"title":1},', b"{}]", 19_900_000),
    "JSON nested 10 million deep": lambda: b'{"a":' + b"[" * 10_000_000,
    "JSON lines of 500 fields": lambda: (json.dumps({f"f{n}": n for n in range(500)}) + "\n").encode() * 7_000,
    "JSON lines of nothing": lambda: b'{"title":"x"}\n' + b"{}\n" * 17_000_000,
    "a number of four million digits": lambda: b'{"title":' + b"9" * 3_900_000 + b"}\n",
    "half characters": lambda: b'{"title":"\\ud800\\u0000"}\n' * 400_000,
    "cells of HTML without end": lambda: filled(b"<td>", b"<table><tr>", size=19_900_000),
    "rows of HTML without end": lambda: filled(b"<tr><td>x", b"<table>", size=19_900_000),
    "tables in tables": lambda: filled(b"<table><tr><td>", size=19_900_000),
    "tables beside tables": lambda: filled(b"<table><tr><td>1</table>", size=19_900_000),
    "attributes of HTML without end": lambda: b"<table " + numbered("a{n} ", 2_000_000) + b"><tr><td>1</table>",
    "open tags of text": lambda: filled(b"<b><i>", b"<table><tr><td>", size=19_900_000),
    "SpreadsheetML without end": lambda: filled(
        b'<Row><Cell><Data ss:Type="String">x</Data></Cell></Row>',
        b'<?xml version="1.0"?><Workbook><Worksheet><Table>',
        size=19_900_000,
    ),
    "SpreadsheetML with laughs": lambda: (
        b'<!DOCTYPE Workbook [<!ENTITY a "haha">]><Workbook><Worksheet><Table><Row><Cell>'
        + b"&a;" * 1_000_000
        + b"</Cell></Row>"
    ),
}
OPMLS: dict[str, Callable[[], bytes]] = {
    "laughs": lambda: laughs().replace(b"<rss", b"<opml").replace(b"</rss", b"</opml"),
    "an entity of a file": lambda: (
        b'<!DOCTYPE o [<!ENTITY a SYSTEM "file:///etc/passwd">]><opml><body>'
        b'<outline text="&a;" xmlUrl="http://n.example/"/></body></opml>'
    ),
    "outlines in outlines": lambda: filled(b'<outline text="x">', b"<opml><body>", size=1_999_000),
    "outlines": lambda: filled(b"<outline/>", b"<opml><body>", size=1_999_000),
    "feeds": lambda: b"<opml><body>" + numbered('<outline xmlUrl="http://n.example/{n}"/>', 48_000),
    "attributes": lambda: b"<opml><body><outline " + numbered('a{n}="b" ', 150_000) + b"/></body></opml>",
    "a folder's name of 2 MB": lambda: filled(
        b"x", b'<opml><body><outline text="', b'"><outline xmlUrl="http://n.example/"/>', 1_999_000
    ),
    "quadratic blow-up": lambda: (
        b'<!DOCTYPE o [<!ENTITY a "'
        + b"x" * 50_000
        + b'">]><opml><body><outline text="'
        + b"&a;" * 20_000
        + b'" xmlUrl="http://n.example/"/></body></opml>'
    ),
}
BATCHES: dict[str, Callable[[], bytes]] = {
    "lists": lambda: filled(b"[],", b'{"posts":[', b"[]]}", LARGEST_BATCH),
    "objects": lambda: filled(b'{"":0},', b'{"posts":[', b"0]}", LARGEST_BATCH),
    "nested lists": lambda: b'{"posts":' + b"[" * 5_000_000,
    "nested objects": lambda: filled(b'{"a":', b'{"posts":[', size=LARGEST_BATCH),
    "keys without end": lambda: b'{"posts":[{' + numbered('"k{n}":1,', 370_000) + b'"z":1}]}',
    "one text": lambda: filled(b"x", b'{"posts":[{"id":"1","text":"', b'"}]}', LARGEST_BATCH),
    "escapes": lambda: filled(b"\\u0000\\ud800", b'{"posts":[{"id":"1","text":"', b'"}]}', LARGEST_BATCH),
    "a number": lambda: filled(b"9", b'{"posts":[', b"]}", LARGEST_BATCH),
    "500 long texts": lambda: json.dumps(
        {"posts": [{"id": str(n), "text": "<p>" * 3_400} for n in range(499)]}
    ).encode(),
    "500 dates": lambda: json.dumps(
        {"posts": [{"id": str(n), "text": "x", "published_at": "1" * 9_000} for n in range(499)]}
    ).encode(),
    "wide leaves": lambda: json.dumps({"a": {str(n): {str(m): m for m in range(60)} for n in range(6_000)}}).encode(),
    "form fields": lambda: b"a=1&" * 1_200_000,
    "a packed gigabyte": lambda: _gzip_of(1_000),
}


def _gzip_of(megabytes: int) -> bytes:
    held = io.BytesIO()
    with gzip.GzipFile(fileobj=held, mode="w", compresslevel=9) as packer:
        for _ in range(megabytes):
            packer.write(bytes(MEGABYTE))
    return held.getvalue()


_MAIL = b"From: a@n.example\r\nSubject: s\r\nMessage-ID: <1@n.example>\r\nMIME-Version: 1.0\r\n"
_MIXED = _MAIL + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
_LINE = base64.encodebytes(b"x" * 57)


def _attached(count: int, size: int) -> bytes:
    lines = _LINE * (size // 57)
    part = b'--b\r\nContent-Type: application/pdf; name="a.pdf"\r\nContent-Transfer-Encoding: base64\r\n\r\n' + lines
    return _MIXED + part * count + b"--b--\r\n"


MAILS: dict[str, Callable[[], bytes]] = {
    "one file of 60 MB": lambda: _attached(1, 44_000_000),
    "one file of 10 MB": lambda: _attached(1, 10_000_000),
    "20 files": lambda: _attached(20, 500_000),
    "100,000 files": lambda: _MIXED + b"--b\r\nContent-Disposition: attachment\r\n\r\nx\r\n" * 250_000,
    "parts of nothing": lambda: filled(b"--b\r\n\r\n", _MIXED, size=LARGEST_MAIL),
    "parts in parts": lambda: (
        _MIXED
        + b"".join(
            b'--b\r\nContent-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n) for n in range(150_000)
        )
    ),
    "mails in mails": lambda: filled(b"Content-Type: message/rfc822\r\n\r\n", _MAIL, size=LARGEST_MAIL),
    "one line": lambda: filled(b"x", _MAIL + b"\r\n", size=LARGEST_MAIL),
    "empty lines": lambda: filled(b"\n", _MAIL + b"\r\n", size=LARGEST_MAIL),
    "headers without end": lambda: filled(b"X-A: b\r\n", b"", size=LARGEST_MAIL),
    "one folded header": lambda: filled(b"\r\n x", b"Subject: s", size=LARGEST_MAIL),
    "encoded words": lambda: filled(b"\r\n =?utf-8?B?5puc?=", b"Subject:", size=LARGEST_MAIL),
    "a broken encoded word": lambda: filled(b"=?", b"Subject: ", size=LARGEST_MAIL),
    "brackets in the sender": lambda: filled(b"(", b"From: ", size=2_000_000),
    "commas in the sender": lambda: filled(b"a@b.example,", b"From: ", size=2_000_000),
    "a name in pieces": lambda: (
        _MAIL + b"Content-Type: text/plain" + numbered(";\r\n filename*{n}*=a", 400_000) + b"\r\n\r\nx"
    ),
    "a boundary of nothing": lambda: (
        _MAIL + b'Content-Type: multipart/mixed; boundary=""\r\n\r\n' + b"--\r\n" * 3_000_000
    ),
    "HTML without end": lambda: filled(b"<div><b>", _MAIL + b"Content-Type: text/html\r\n\r\n", size=LARGEST_MAIL),
    "quoted-printable": lambda: filled(
        b"=3D=\r\n", _MAIL + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n", size=LARGEST_MAIL
    ),
    "uuencode": lambda: filled(
        b"M" + b"!" * 60 + b"\n",
        _MAIL + b"Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 a\n",
        size=LARGEST_MAIL,
    ),
    "a strange charset": lambda: filled(
        b"\xa4\xff\x00", _MAIL + b"Content-Type: text/plain; charset=idna\r\n\r\n", size=LARGEST_MAIL
    ),
    "labels of rules": lambda: filled(
        "姓名：".encode() + b"\n", _MAIL + b"Content-Type: text/plain; charset=utf-8\r\n\r\n", size=LARGEST_MAIL
    ),
}
DEFINITIONS: dict[str, Callable[[], bytes]] = {
    "nested": lambda: b'{"a":' * 30_000,
    "lists": lambda: filled(b"[],", b'{"sentinel":1,"a":[', b"[]]}", 90_000),
    "a million keys": lambda: b"{" + numbered('"k{n}":1,', 9_000) + b'"z":1}',
    "catastrophic expression": lambda: json.dumps(
        {
            "schema": 1,
            "kind": "listing",
            "definition": {"url": "https://n.example/", "rows": "li", "link_pattern": "(a+)+$"},
        }
    ).encode(),
    "large": lambda: b" " * 5_000_000,
    "a number": lambda: b'{"schema":' + b"9" * 90_000 + b"}",
}
