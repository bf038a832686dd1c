"""From a document to the bytes of a PDF, with the fonts that come with Sentinel and nothing of the machine's."""

import json
import subprocess
import sys
from datetime import UTC
from pathlib import Path

from playbooks.reports.document import Document
from playbooks.reports.typeset import typst_data

PRESS = Path(__file__).parent / "press.py"
LONGEST = 60  # seconds


class ReportError(Exception):
    """The report could not be set; the message is the typesetter's."""


def pdf_of(document: Document) -> bytes:
    """The document as PDF, tagged for screen readers, its fonts embedded.

    Nothing is written and nothing is fetched. Raises `ReportError`, also after a minute.
    """
    made_at = document.generated_at.astimezone(UTC).replace(microsecond=0)
    order = json.dumps({"report": typst_data(document), "made_at": made_at.isoformat()})
    command = [sys.executable, "-I", str(PRESS)]
    try:
        done = subprocess.run(  # noqa: S603 - our own script; what people wrote goes in as data
            command, input=order.encode(), capture_output=True, timeout=LONGEST, env={}, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise ReportError(f"> {LONGEST} s") from error
    if done.returncode or not done.stdout.startswith(b"%PDF-"):
        raise ReportError(done.stderr.decode(errors="replace").strip() or f"exit {done.returncode}")
    return done.stdout
