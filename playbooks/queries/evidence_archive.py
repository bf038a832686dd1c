"""A crisis's evidence as one archive: what was put on file, and all that was received of it."""

import csv
import hashlib
import io
import json
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from monitoring.models import Capture, Figures, Post, PostRevision, Subscription
from monitoring.operations.evidence import is_whole, unpacked
from monitoring.queries.names import author_code
from monitoring.queries.post_evidence import snapshots
from playbooks.evidence_pages import index_page, readme
from playbooks.models import Crisis, Evidence
from playbooks.queries.evidence import check_evidence
from sentinel.core.models import User

FORMAT = "sentinel-evidence/1"
PACKING = 1  # deflate's quickest: bodies are large and the reader waits


@dataclass(frozen=True, slots=True)
class Archive:
    """A ZIP in a temporary file, at its beginning; the hash of its manifest, and what it holds."""

    file: IO[bytes]
    size: int
    manifest_sha256: str
    posts: int
    bodies: int
    damaged: int


def _nobody_looks_on(done: int, posts: int) -> None:
    """For an archive that nobody waits to see."""


def evidence_archive(
    crisis: Crisis, *, by: User, now: datetime, with_names: bool, tell: Callable[[int, int], None] = _nobody_looks_on
) -> Archive:
    """Everything on file, written post by post to a temporary file; the caller closes it.

    `tell(done, posts)` is called before each post.
    """
    writer = _Writer(crisis, by, now, with_names)
    try:
        return writer.write(tell)
    except BaseException:
        writer.file.close()
        raise


class _Writer:
    def __init__(self, crisis: Crisis, by: User, now: datetime, with_names: bool) -> None:
        self.crisis, self.by, self.now, self.with_names = crisis, by, now, with_names
        self.file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  it is streamed later, and closed then
        self.zip = zipfile.ZipFile(self.file, "w", zipfile.ZIP_DEFLATED, compresslevel=PACKING)
        self.hashes: dict[str, str] = {}  # by path
        self.damaged = 0
        self.readings = {
            one.source_id: one for one in Subscription.objects.filter(workspace=crisis.workspace).order_by("pk")
        }

    def write(self, tell: Callable[[int, int], None]) -> Archive:
        """The archive: bodies and texts first, the manifest and the sums when their hashes are known."""
        evidence = list(self.crisis.evidence.select_related("post__source", "added_by"))
        entries: list[dict[str, Any]] = []
        for number, one in enumerate(evidence, start=1):
            tell(number - 1, len(evidence))
            entries.append(self._entry(number, one))
        title = f"{self.crisis.label} {self.crisis.title}"
        self._add("README.txt", readme(title, with_names=self.with_names))
        self._add("index.html", index_page(title, get_language() or "zh-hant", entries, _words()))
        manifest = json.dumps(self._manifest(entries), ensure_ascii=False, indent=1)
        self._add("manifest.json", manifest)
        sums = "".join(f"{digest}  {path}\n" for path, digest in sorted(self.hashes.items()))
        bodies = sum(path.startswith("bodies/") for path in self.hashes)
        manifest_sha256 = self.hashes["manifest.json"]
        self._add("SHA256SUMS", sums)
        self.zip.close()
        size = self.file.tell()
        self.file.seek(0)
        return Archive(self.file, size, manifest_sha256, len(entries), bodies, self.damaged)

    def _add(self, path: str, content: str | bytes) -> str:
        data = content.encode() if isinstance(content, str) else content
        self.hashes[path] = hashlib.sha256(data).hexdigest()
        entry = zipfile.ZipInfo(path, date_time=timezone.localtime(self.now).timetuple()[:6])
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.external_attr = 0o644 << 16
        self.zip.writestr(entry, data)
        return self.hashes[path]

    def _manifest(self, entries: list[dict[str, Any]]) -> dict[str, Any]:
        crisis = self.crisis
        return {
            "format": FORMAT,
            "crisis": {
                "label": crisis.label,
                "title": crisis.title,
                "workspace": crisis.workspace.name,
                "opened_at": crisis.opened_at.isoformat(),
                "is_drill": crisis.is_drill,
            },
            "made_at": self.now.isoformat(),
            "made_by": self.by.name,
            "with_names": self.with_names,
            "evidence": entries,
            "files": dict(sorted(self.hashes.items())),
        }

    # --- one post

    def _entry(self, number: int, evidence: Evidence) -> dict[str, Any]:
        folder, post = f"posts/{number:03}", evidence.post
        words = f"{evidence.title}\n\n{evidence.text}" if evidence.title else evidence.text
        entry: dict[str, Any] = {
            "number": number,
            "title": evidence.title,
            "text": evidence.text,
            "url": evidence.url,
            "source": evidence.source_name,
            "author": self._author(post),
            "published_at": evidence.published_at.isoformat() if evidence.published_at else "",
            "precision": evidence.precision,
            "captured_at": evidence.captured_at.isoformat(),
            "gone_at": post.gone_at.isoformat() if post and post.gone_at else "",
            "legal_note": self._legal_note(post),
            "filed_at": evidence.added_at.isoformat(),
            "filed_by": evidence.added_by.name if evidence.added_by else "Sentinel",
            "note": evidence.note,
            "revision": evidence.revision,
            "fingerprint": bytes(evidence.content_hash).hex(),
            "check": check_evidence(evidence),
            "text_file": f"{folder}/text.txt",
            "captures": [],
        }
        self._add(f"{folder}/text.txt", words)
        if post is not None:
            self._add(f"{folder}/versions.json", json.dumps(_versions(post), ensure_ascii=False, indent=1))
            self._add(f"{folder}/figures.csv", _figures(post))
            entry["captures"] = list(self._captures(post))
            self._add(f"{folder}/captures.json", json.dumps(entry["captures"], ensure_ascii=False, indent=1))
        return entry

    def _author(self, post: Post | None) -> str:
        if post is None or not post.author:
            return ""
        return post.author if self.with_names else author_code(post, self.crisis.workspace_id)

    def _legal_note(self, post: Post | None) -> str:
        reading = self.readings.get(post.source_id) if post else None
        return reading.legal_note if reading else ""

    def _captures(self, post: Post) -> Iterator[dict[str, Any]]:
        """The answers that first showed each version, and the latest; each body is read, checked and written alone."""
        shown, _in_all = snapshots(self.crisis.workspace, post)
        for one in reversed(shown):
            capture = Capture.objects.select_related("body").get(pk=one.capture_id)
            path = f"bodies/{one.sha256}.bin"
            content = unpacked(capture.body)
            whole = is_whole(capture.body, content)
            if path not in self.hashes:
                self._add(path, content if content is not None else bytes(capture.body.data))
                self.damaged += not whole
            yield {
                "file": path,
                "sha256": one.sha256,
                "whole": whole,
                "size": one.size,
                "revision": one.revision,
                "captured_at": capture.captured_at.isoformat(),
                "url": capture.url,
                "http_status": capture.http_status,
                "headers": capture.headers,
                "other_posts_in_it": one.others,
            }


def _versions(post: Post) -> list[dict[str, Any]]:
    said: list[Post | PostRevision] = [*PostRevision.objects.filter(post=post).order_by("number"), post]
    return [
        {
            "number": one.revision if isinstance(one, Post) else one.number,
            "captured_at": (
                one.revised_at or one.captured_at if isinstance(one, Post) else one.captured_at
            ).isoformat(),
            "fingerprint": bytes(one.content_hash).hex(),
            "title": one.title,
            "text": one.text,
        }
        for one in said
    ]


def _figures(post: Post) -> str:
    """The post's figures over time as CSV, one line a reading and figure."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["at", "figure", "value"])
    for row in Figures.objects.filter(post=post).order_by("at").iterator():
        writer.writerows([row.at.isoformat(), name, value] for name, value in sorted(row.figures.items()))
    return out.getvalue()


def _words() -> dict[str, str]:
    return {
        "source": _("Source"),
        "author": _("Author"),
        "url": _("Address"),
        "published_at": _("Published"),
        "captured_at": _("Captured"),
        "filed_at": _("On file since"),
        "filed_by": _("Filed by"),
        "note": _("Note"),
        "legal_note": _("Legal note"),
        "body": _("Snapshot"),
        "damaged": _("Not what was received: the hash is another"),
        "untitled": _("A post without a title"),
    }
