"""Bodies that a hostile site answers with: each is built to cost its reader time, memory or a secret."""

import gzip
import json
from collections.abc import Callable

LARGEST = 5_000_000  # bytes: what a visit reads at most
RSS = b'<?xml version="1.0"?><rss version="2.0"><channel><title>t</title>'
END = b"</channel></rss>"


def filled(unit: bytes, head: bytes = b"", tail: bytes = b"", size: int = LARGEST) -> bytes:
    """`unit` again and again between `head` and `tail`, up to `size` bytes."""
    return head + unit * ((size - len(head) - len(tail)) // len(unit)) + tail


def numbered(unit: str, count: int) -> bytes:
    """`unit` with `{n}` from 0 to `count`."""
    return "".join(unit.replace("{n}", str(n)) for n in range(count)).encode()


def feed_item(text: bytes) -> bytes:
    return RSS + b"<item><title>" + text + b"</title><link>https://n.example/1</link></item>" + END


def with_doctype(declared: bytes, text: bytes) -> bytes:
    """A feed that declares something and uses it in a title."""
    return b'<?xml version="1.0"?><!DOCTYPE rss [' + declared + b"]>" + feed_item(text).removeprefix(RSS[:21])


def laughs(levels: int = 10) -> bytes:
    declared = b'<!ENTITY l0 "ha">' + b"".join(
        b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, levels)
    )
    return with_doctype(declared, b"&l%d;" % (levels - 1))


def sitemap(body: bytes, declared: bytes = b"") -> bytes:
    return b'<?xml version="1.0"?>' + declared + b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">' + body


def nested_rows() -> bytes:
    """Rows inside rows around one large text, which each of them would hold."""
    rows = numbered('<li><a href="/{n}">x</a><ul>', 390)
    return filled(b"x", rows + b"<em>", b"</em>")


FEEDS: dict[str, Callable[[], bytes]] = {
    "billion laughs": laughs,
    "quadratic blow-up": lambda: with_doctype(b'<!ENTITY a "' + b"x" * 50_000 + b'">', b"&a;" * 50_000),
    "entity of a file": lambda: with_doctype(b'<!ENTITY a SYSTEM "file:///etc/passwd">', b"&a;"),
    "external DTD": lambda: b'<!DOCTYPE rss SYSTEM "http://127.0.0.1:1/x.dtd">' + feed_item(b"&a;"),
    "parameter entity": lambda: with_doctype(b'<!ENTITY % p SYSTEM "http://127.0.0.1:1/x">%p;', b"&a;"),
    "laughs behind a first doctype": lambda: b"<!DOCTYPE a>" + laughs(),
    "100,000 entries": lambda: filled(b"<item><guid>1</guid></item>", RSS, END)[: 27 * 100_000] + END,
    "as many entries as fit": lambda: RSS + numbered("<item><link>http://n.example/{n}</link></item>", 90_000) + END,
    "empty entries": lambda: filled(b"<item/>", RSS, END),
    "nested entries": lambda: filled(b"<item>", RSS),
    "nested elements": lambda: filled(b"<x>", RSS),
    "elements without end": lambda: filled(b"<item><title>", RSS),
    "one endless text": lambda: filled(b"&lt;p&gt;", RSS + b"<item><guid>1</guid><description>"),
    "thousands of namespaces": lambda: RSS + numbered("<a{n}:x xmlns:a{n}='u{n}'/>", 140_000) + END,
    "a base that every link repeats": lambda: (
        RSS.replace(b"<channel>", b'<channel xml:base="http://n.example/' + b"a" * 1_000_000 + b'/">')
        + b"<item><link>b</link></item>" * 1000
    ),
    "an endless declaration": lambda: filled(b"[", b"<!DOCTYPE rss "),
    "an endless CDATA": lambda: filled(b"]", RSS + b"<item><title><![CDATA["),
    "references without end": lambda: filled(b"&aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", RSS + b"<item><title>"),
    "JSON nested 100,000 deep": lambda: b'{"items":' + b"[" * 100_000,
    "JSON of a million lists": lambda: filled(b"[],", b'{"items":[', b"[]]}"),
    "a number of five million digits": lambda: filled(b"9", b'{"items":[', b"]}"),
    "an infinite number": lambda: b'{"items":[{"id":"1","url":"http://n.example/1","title":1e999}]}',
    "half characters and NUL": lambda: b'{"items":[{"id":"1","url":"http://n.example/1","title":"\\ud800\\u0000x"}]}',
    "a sitemap of laughs": lambda: sitemap(
        b"<url><loc>&l9;</loc></url>", laughs().partition(b"?>")[2].split(b"<rss")[0]
    ),
    "a sitemap without end": lambda: sitemap(filled(b"<url>")),
    "a sitemap in many gzip members": lambda: (
        gzip.compress(sitemap(b"<url><loc>http://n.example/1</loc></url>")) * 40_000
    ),
    "a sitemap that is a gzip bomb": lambda: gzip.compress(bytes(200_000_000), 9),
    "a gzip in a gzip": lambda: gzip.compress(gzip.compress(bytes(200_000_000), 9), 9),
    "laughs in UTF-16": lambda: laughs().decode().replace("?>", ' encoding="utf-16"?>', 1).encode("utf-16"),
    "an entity in every attribute": lambda: with_doctype(
        b'<!ENTITY a "' + b"x" * 9_000 + b'">', b"<x a='&a;&a;&a;&a;&a;&a;&a;&a;'/>" * 9_000
    ),
    "attributes without end": lambda: RSS + b"<item " + numbered("a{n}='b' ", 380_000) + b"/>" + END,
    "instructions without end": lambda: filled(b"<?x?>", RSS),
    "categories without end": lambda: filled(b"<category>x</category>", RSS + b"<item><link>http://n.example/1</link>"),
    "one entry of HTML without end": lambda: filled(
        b"&lt;b&gt;&lt;i&gt;",
        RSS + b"<item><link>http://n.example/1</link><description>",
        b"</description></item>" + END,
    ),
    "a thousand long entries": lambda: (
        RSS
        + numbered(
            "<item><link>http://n.example/{n}</link><description>" + "&lt;p&gt;x, y. " * 320 + "</description></item>",
            1_000,
        )[:LARGEST]
        + END
    ),
    "dates that are none": lambda: filled(
        b"<item><link>http://n.example/1</link><pubDate>" + b"1" * 3000 + b"</pubDate></item>", RSS, END
    ),
    "JSON of 70,000 entries": lambda: (
        b'{"version":"https://jsonfeed.org/version/1.1","items":['
        + numbered('{"id":"{n}","url":"http://n.example/{n}","content_html":"<p>x"},', 70_000)
        + b"{}]}"
    ),
}
PAGES: dict[str, Callable[[], bytes]] = {
    "200,000 open blocks": lambda: b"<div>" * 200_000,
    "200,000 open tags of text": lambda: b"<b><p>" * 200_000,
    "200,000 rows": lambda: b"<ul>" + b"<li><a href=/x>y</a>" * 200_000,
    "tables without end": lambda: filled(b"<table><tr><td>"),
    "500,000 attributes": lambda: b"<div " + numbered("a{n}=b ", 500_000)[: LARGEST - 9] + b">",
    "attributes that close tags": lambda: b"<div " + numbered('a{n}="></p>" ', 250_000)[: LARGEST - 9],
    "rows within rows around a large text": nested_rows,
    "one endless tag": lambda: b"<" * LARGEST,
    "an endless comment": lambda: filled(b"-", b"<!--"),
    "an endless title": lambda: filled(b"- ", b"<html><title>", b"</title></html>"),
    "spaces": lambda: b" " * LARGEST,
    "zeros": lambda: bytes(LARGEST),
    "quotation marks": lambda: b'"' * LARGEST,
    "digits": lambda: filled(b"1", b"<li><a href=/x>"),
    "dates": lambda: filled(b"2026-03-01 10:00 "),
    "two charsets at once": lambda: b"\xb0\xa1\xff\xe4\xb8\xad" * 800_000,
    "words that a captcha uses": lambda: filled(b"type= type=\"'", b"<html>"),
    "text tags that cross": lambda: filled(b"<b><i></b></i>"),
    "links that never close": lambda: filled(b"<a href=x>"),
    "a font in a font": lambda: filled(b"<p><font size=1>"),
    "80,000 links": lambda: numbered("<p class=c{n}><a href=/{n}>y{n} y{n} y{n}</a> 2026-03-01</p>", 80_000),
    "classes without end": lambda: b"<li class='" + numbered("c{n} ", 600_000)[: LARGEST - 40] + b"'><a href=/x>y</a>",
    "JSON-LD nested without end": lambda: filled(b"[", b'<script type="application/ld+json">'),
    "JSON-LD of a million objects": lambda: filled(
        b'{"":0},', b'<script type="application/ld+json">[', b"{}]</script>"
    ),
    "a thousand scripts of JSON": lambda: filled(
        b'<script type="application/ld+json">{"@type":"NewsArticle","headline":"x"}</script>'
    ),
    "meta without end": lambda: filled(b"<meta property='og:title' content='x'>"),
    "half a comment of JSON": lambda: filled(b'{"a":', b"<!--s-data:"),
    "drawings in drawings": lambda: filled(b"<svg><foreignObject>"),
    "templates in templates": lambda: filled(b"<template>"),
    "options without end": lambda: filled(b"<select><option>"),
    "references without end": lambda: filled(b"&CounterClockwiseContourIntegral;"),
    "a base that every link repeats": lambda: (
        b"<base href='http://n.example/" + b"a" * 3_000 + b"/'>" + b"<li><a href=b>c</a>" * 200_000
    ),
    "clauses": lambda: filled("他說，「".encode(), b"<p>"),
    "dots and times": lambda: filled(b"1:1:1:1.1.1-1-1/1/1 ", b"<li><a href=/x>y</a><span>"),
    "numerals": lambda: filled("一二三四五六七八九十百千萬億年月日".encode(), b"<li><a href=/x>y</a><span>"),
    "addresses": lambda: filled(b"http://a.example/@b@c ", b"<p>"),
    "floors of a thread": lambda: filled(
        b"<div class='post' id='p1'><a href=/u>u</a><time>2026-03-01 10:00</time><p>x, y. z</p></div>"
    ),
    "a PDF": lambda: filled(b"\x00\xfe%obj ", b"%PDF-1.7\n"),
    "a zip": lambda: filled(b"\x8b\x00\xff", b"PK\x03\x04"),
    "a video": lambda: filled(b"\x00\x00\x01\xba", b"\x00\x00\x00\x18ftypmp42"),
}
POSTS: dict[str, Callable[[], bytes]] = {
    "cards nested 100,000 deep": lambda: b'{"ok":1,"data":{"cards":' + b'[{"card_group":' * 100_000,
    "100,000 posts": lambda: json.dumps(
        {"ok": 1, "data": {"cards": [{"mblog": {"id": str(n), "text": "<b>x</b>&amp;"}} for n in range(90_000)]}}
    ).encode(),
    "a million objects": lambda: filled(b'{"":0},', b'{"ok":1,"data":{"cards":[', b"0]}}"),
    "figures beyond any": lambda: (
        b'{"ok":1,"data":{"cards":[{"mblog":{"id":"1","text":"x","reposts_count":1e999,"comments_count":'
        + b"9" * 4000
        + b',"attitudes_count":"'
        + b"9" * 4000
        + '萬"}}]}}'.encode()
    ),
    "keys without end": lambda: b'{"ok":1,"data":{"cards":[{' + numbered('"k{n}":1,', 380_000) + b'"z":1}]}}',
    "posts of HTML without end": lambda: json.dumps(
        {"ok": 1, "data": {"cards": [{"mblog": {"id": str(n), "text": "<b><i>" * 8_000}} for n in range(100)]}}
    ).encode(),
    "escapes without end": lambda: filled(
        b"\\u0000", b'{"ok":1,"data":{"cards":[{"mblog":{"id":"1","text":"', b'"}}]}}'
    ),
    "a cursor of a megabyte": lambda: (
        b'{"ok":1,"data":{"cardlistInfo":{"since_id":"'
        + b"9" * 1_000_000
        + b'"},"cards":[{"mblog":{"id":"1","text":"x"}}]}}'
    ),
    "rows of everything": lambda: json.dumps(
        [{"url": f"http://n.example/{n}", "title": "x" * 40, "text": "<p>y" * 5} for n in range(40_000)]
    ).encode(),
    "NUL and half characters": lambda: b'{"ok":1,"data":{"cards":[{"mblog":{"id":"1","text":"\\u0000\\ud800<b"}}]}}',
}
