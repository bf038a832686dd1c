"""From what a handling report says to the document that is set (pure)."""

from collections.abc import Mapping

from playbooks.reports import response, situation
from playbooks.reports.document import Document, Words
from playbooks.reports.handling import HandlingReport

SECTIONS = (
    situation.summary,
    situation.overview,
    situation.spread,
    situation.facts,
    situation.assessments,
    response.actions,
    response.effects,
    response.review,
    response.timeline,
    response.sources,
)


def document_of(report: HandlingReport, labels: Mapping[str, str]) -> Document:
    """All sections in their order, none left out; `labels` in the reader's language."""
    words, cover = Words(labels), report.cover
    return Document(
        language=cover.language,
        brand=cover.brand,
        number=cover.number,
        kind=words("handling-report"),
        title=cover.title,
        classification=cover.classification,
        drill=words("drill") if cover.is_drill else "",
        about=words("about", at=words.full(cover.generated_at), by=cover.generated_by, zone=cover.zone),
        page_words=words("page"),
        contents=words("contents"),
        generated_at=cover.generated_at,
        sections=tuple(section(report, words) for section in SECTIONS),
    )
