"""Deletion on request and the export of evidence in a real browser."""

import zipfile
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from monitoring.models import Erasure, Post
from playbooks.exporting import export_round
from playbooks.operations.collecting import file_evidence
from playbooks.operations.crises import open_crisis
from sentinel.core.net.types import Response
from tests.browser.conftest import PageAs, assert_accessible, visit
from tests.factories import Cast
from tests.monitoring.stage import captured, item, subscribe, watch_brand

pytestmark = pytest.mark.browser
NAME = "王小明"


@pytest.fixture
def post(cast: Cast) -> Post:
    now = timezone.now()
    watch_brand(cast, now=now)
    source = subscribe(cast, now=now).source
    answer = Response("https://dcard.example/p/1", 200, {"content-type": "text/html"}, b"<p>x")
    return captured(source, item(author=NAME, at=now, response=answer), now=now)[0]


@pytest.mark.parametrize("phone", [False, True])
def test_an_admin_sees_what_it_touches_before_it_goes(cast: Cast, post: Post, page_as: PageAs, phone: bool) -> None:
    page = page_as(cast.admin, phone=phone)
    visit(page, "/w/yaori/erasures/")
    assert_accessible(page)
    page.get_by_role("main").get_by_role("link", name="Delete on request").first.click()
    page.get_by_label("Name or address").fill(NAME)
    page.get_by_role("button", name="See what it touches").click()
    expect(page.locator(".touched")).to_contain_text("posts, deleted for good")
    assert_accessible(page)
    assert NAME not in page.url
    assert Post.objects.exists()
    page.get_by_role("button", name="Delete for good").click()
    expect(page.locator("main")).to_contain_text("Say why")
    page.get_by_label("Reason").fill("request by letter")
    page.get_by_role("button", name="Delete for good").click()
    expect(page.locator(".table")).to_contain_text("request by letter")
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    assert not Post.objects.exists()
    assert Erasure.objects.get().erased_by == cast.admin


def test_evidence_is_downloaded_as_a_whole_archive(cast: Cast, post: Post, page_as: PageAs, tmp_path: Path) -> None:
    crisis = open_crisis(workspace=cast.workspace, title="異物", level=2, summary="", by=cast.staff, now=timezone.now())
    file_evidence(crisis=crisis, post=post, note="", by=cast.staff, now=timezone.now())
    page = page_as(cast.staff)
    visit(page, f"/w/yaori/crises/{crisis.pk}/collect/")
    page.get_by_role("button", name="Export").click()
    page.locator("#evidence-export .button.primary").click()
    expect(page.locator(".exports")).to_contain_text("waits for a worker")
    with page.expect_download() as download:
        export_round()
    download.value.save_as(tmp_path / "evidence.zip")
    assert "manifest.json" in zipfile.ZipFile(tmp_path / "evidence.zip").namelist()
