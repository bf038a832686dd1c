"""From a document to the bytes of a PDF, with the fonts that come with Sentinel and nothing of the machine's."""

from datetime import UTC
from pathlib import Path

import typst

from playbooks.reports.document import Document
from playbooks.reports.typeset import typst_data

HERE = Path(__file__).parent
TEMPLATE = HERE / "handling.typ"
FONTS = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(HERE / "fonts")])


class ReportError(Exception):
    """The report could not be set; the message is the typesetter's."""


def pdf_of(document: Document) -> bytes:
    """The document as PDF, tagged for screen readers, its fonts embedded.

    Nothing is written and nothing is fetched. Raises `ReportError`.
    """
    try:
        made = typst.compile(
            TEMPLATE.read_bytes(),
            font_paths=FONTS,
            ignore_system_fonts=True,
            sys_inputs={"report": typst_data(document)},
            timestamp=document.generated_at.astimezone(UTC),
        )
    except RuntimeError as error:
        raise ReportError(str(error)) from error
    if not isinstance(made, bytes):
        raise ReportError("no PDF")
    return made
