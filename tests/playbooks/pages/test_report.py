"""The handling report's page and file."""

from io import BytesIO
from urllib.parse import quote

import pytest
from django.test import Client
from pypdf import PdfReader

from playbooks.models import Crisis
from playbooks.reports.pdf import ReportError
from sentinel.core.models import AuditEntry
from tests.factories import Cast, make_tsukimi

pytestmark = pytest.mark.django_db


def login(person: object) -> Client:
    client = Client()
    client.force_login(person)  # type: ignore[arg-type]
    return client


def address(crisis: Crisis, name: str = "report/") -> str:
    return f"/w/{crisis.workspace.slug}/crises/{crisis.pk}/{name}"


def exports() -> int:
    return AuditEntry.objects.filter(verb="export").count()


def test_the_page_says_what_is_still_missing_and_leads_to_the_file(cast: Cast, crisis: Crisis) -> None:
    page = login(cast.staff).get(address(crisis))
    assert page.status_code == 200
    assert crisis.title in page.content.decode()
    assert address(crisis, "report.pdf") in page.content.decode()
    assert "assessments" in {section.code for section, _texts in page.context["missing"]}
    assert exports() == 0


def test_the_file_is_a_pdf_under_a_name_that_people_recognise(cast: Cast, crisis: Crisis) -> None:
    answer = login(cast.manager).get(address(crisis, "report.pdf"))
    assert answer.headers["Content-Type"] == "application/pdf"
    kind = answer.headers["Content-Disposition"]
    assert kind.startswith("attachment")
    assert quote(crisis.label) in kind
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages)
    assert "".join(crisis.title.split()) in "".join(text.split())
    assert cast.manager.name in text


def test_taking_the_file_is_written_down_in_the_log_of_the_crisis(cast: Cast, crisis: Crisis) -> None:
    login(cast.manager).get(address(crisis, "report.pdf"))
    entry = AuditEntry.objects.get(verb="export")
    assert (entry.actor_name, entry.thread) == (cast.manager.name, crisis.thread)


def test_a_file_that_cannot_be_made_says_so_and_is_not_written_down(
    cast: Cast, crisis: Crisis, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(document: object) -> bytes:
        raise ReportError("no memory")

    monkeypatch.setattr("playbooks.views.reports.pdf_of", fail)
    answer = login(cast.manager).get(address(crisis, "report.pdf"))
    assert answer.status_code == 500
    assert "no memory" in answer.content.decode()
    assert exports() == 0


@pytest.mark.parametrize("name", ["report/", "report.pdf"])
def test_the_neighbour_finds_nothing(cast: Cast, crisis: Crisis, name: str) -> None:
    neighbour = make_tsukimi()
    assert login(neighbour.manager).get(address(crisis, name)).status_code == 404
    own = f"/w/{neighbour.workspace.slug}/crises/{crisis.pk}/{name}"
    assert login(neighbour.manager).get(own).status_code == 404
    assert exports() == 0
