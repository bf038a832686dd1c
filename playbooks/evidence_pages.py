"""The texts of an evidence archive: how to check it, and a list that people read (pure)."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

README = """{title}

This archive holds what was put on file as evidence, as it was received.

  index.html      the list for people
  manifest.json   the same for programs: every file with its SHA-256, when and from where it was received
  SHA256SUMS      check all files:  sha256sum -c SHA256SUMS
  posts/NNN/      text.txt (the words on file), versions.json, figures.csv, captures.json (addresses and headers)
  bodies/         the bytes as received after transfer decoding, each once, named by their SHA-256

The SHA-256 of manifest.json is written into the audit trail of Sentinel at the moment of export:
{manifest_note}

Bodies may hold scripts of the sites they are from: do not open them in a browser outside a sandbox.
{names_note}
"""
NAMES = "Authors stand in this archive by name, as somebody asked for; that is written into the audit trail as well."
NO_NAMES = (
    "Authors stand in the lists of this archive by pseudonym. The bodies are as received: names that the sites show\n"
    "are in them."
)
_PAGE = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title><style>
body{{max-width:960px;margin:32px auto;padding:0 16px;font:16px/1.6 sans-serif;color:#11161c}}
h2{{margin:32px 0 4px;font-size:18px}}pre{{white-space:pre-wrap;font:inherit;background:#f5f6f7;padding:12px}}
dl{{display:grid;grid-template-columns:max-content 1fr;gap:2px 16px;margin:8px 0;font-size:14px}}dd{{margin:0}}
dt{{color:#5f6975}}code{{font-size:12px;overflow-wrap:anywhere}}.bad{{color:#a51217;font-weight:600}}
</style></head><body><h1>{title}</h1>{body}</body></html>
"""


def readme(title: str, *, with_names: bool) -> str:
    """What the archive is and how to check it."""
    note = "ask for the entry “export-evidence” of this time."
    return README.format(title=title, manifest_note=note, names_note=NAMES if with_names else NO_NAMES)


def index_page(title: str, language: str, entries: Sequence[Mapping[str, Any]], words: Mapping[str, str]) -> str:
    """The list as a page without script, that links to nothing outside the archive."""
    return _PAGE.format(
        language=escape(language), title=escape(title), body="".join(_entry(entry, words) for entry in entries)
    )


def _entry(entry: Mapping[str, Any], words: Mapping[str, str]) -> str:
    facts = "".join(
        f"<dt>{escape(words[name])}</dt><dd>{escape(str(entry[name]))}</dd>"
        for name in (
            "source",
            "author",
            "url",
            "published_at",
            "captured_at",
            "filed_at",
            "filed_by",
            "note",
            "legal_note",
        )
        if entry.get(name)
    )
    bodies = "".join(
        f"<dt>{escape(words['body'])}</dt><dd>{escape(str(one['captured_at']))} <code>{escape(one['file'])}</code>"
        + ("" if one["whole"] else f' <span class="bad">{escape(words["damaged"])}</span>')
        + "</dd>"
        for one in entry["captures"]
    )
    head = f"{entry['number']:03} {entry['title'] or words['untitled']}"
    return f"<h2>{escape(head)}</h2><dl>{facts}{bodies}</dl><pre>{escape(entry['text'])}</pre>"
