"""Collectors, imported files and entries by hand, in a real browser: on the desk and on the phone."""

from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from monitoring.models import Capture, Mention, Post
from monitoring.operations.imports import IMPORTS, begin_import, start_import
from sentinel.core.models import Membership
from tests.browser.conftest import PHONE, PageAs, assert_accessible
from tests.factories import Cast
from tests.monitoring.bring import pushed, token_for
from tests.monitoring.intake.test_pictures import PNG
from tests.monitoring.operations.test_imports import MAPPING, table
from tests.monitoring.stage import watch_brand

pytestmark = pytest.mark.browser


def addresses(cast: Cast) -> dict[str, str]:
    """Every page of this room, with something on it."""
    source, file = pushed(cast), pushed(cast, "file")
    token_for(cast, source)
    now = timezone.now()
    given: dict[str, Any] = {"name": "export.csv", "format": "csv", "zone": "Asia/Taipei", "by": cast.admin, "now": now}
    read = begin_import(subscription=file, data=table(rows=3, bad=2), **given)
    start_import(file_import=read, mapping=MAPPING, zone="Asia/Taipei", by=cast.admin, now=now)
    while IMPORTS.run(now=timezone.now()):
        pass
    waiting = begin_import(subscription=file, data=table(), **given)
    return {
        "interface": "collectors/add/",
        "mailbox": "collectors/add/imap/",
        "form": "collectors/add/webhook/",
        "tokens": f"collectors/{source.pk}/",
        "files": "imports/",
        "upload": "imports/add/",
        "columns": f"imports/{waiting.pk}/columns/",
        "file": f"imports/{read.pk}/",
        "entry": "entries/add/",
    }


def test_every_page_is_accessible_and_as_wide_as_its_window(cast: Cast, page_as: PageAs) -> None:
    Membership.objects.filter(user=cast.admin).update(roles=["staff", "admin"])
    watch_brand(cast)
    page = page_as(cast.admin)
    for address in addresses(cast).values():
        page.goto(f"/w/yaori/{address}")
        assert_accessible(page)
        for size in (PHONE, {"width": 1440, "height": 900}):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], address


def test_a_file_is_uploaded_and_its_progress_is_seen_without_a_reload(cast: Cast, page_as: PageAs) -> None:
    page = page_as(cast.admin)
    page.goto("/w/yaori/imports/add/")
    page.get_by_label("Name of the new source").fill("Old service")
    page.get_by_label("File").set_input_files({"name": "export.csv", "mimeType": "text/csv", "buffer": table(3, bad=1)})
    page.get_by_role("button", name="On to the columns").click()
    page.get_by_role("heading", name="What do the columns hold?").wait_for()
    page.get_by_role("button", name="Start the import").click()
    page.get_by_text("counting rows").wait_for()
    page.evaluate("window.stayed = true")
    while IMPORTS.run(now=timezone.now()):
        pass
    page.get_by_text("Read, some rows rejected").wait_for()
    assert page.evaluate("window.stayed")
    assert_accessible(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="All rejected rows as a file").click()
    assert download.value.suggested_filename == "export-rejected.csv"
    assert Post.objects.count() == 3


def test_a_conversation_has_room_on_a_phone_and_its_only_topic_is_chosen(cast: Cast, page_as: PageAs) -> None:
    watch_brand(cast)
    page = page_as(cast.staff, phone=True)
    page.goto("/w/yaori/entries/add/")
    box = page.get_by_label("Conversation", exact=True).bounding_box()
    assert box is not None
    assert box["height"] >= 200
    expect(page.get_by_role("group", name="File under").get_by_role("checkbox")).to_be_checked()


def test_a_token_is_shown_once(cast: Cast, page_as: PageAs) -> None:
    page = page_as(cast.admin)
    page.goto("/w/yaori/collectors/add/")
    page.get_by_label("Name").fill("Closed group")
    page.get_by_role("button", name="Save and make a token").click()
    token = page.locator("#fresh-token").input_value()
    assert token.startswith("sentinel_")
    expect(page.locator("#example")).to_contain_text(token)
    assert_accessible(page)
    page.goto(page.url.replace("add/", f"{cast.workspace.subscriptions.get().pk}/"))
    assert token not in page.content()


@pytest.mark.parametrize("kind", ["Screenshot", "Media enquiry"])
def test_an_entry_shows_the_fields_of_its_kind_alone(cast: Cast, page_as: PageAs, kind: str) -> None:
    watch_brand(cast)
    page = page_as(cast.staff)
    page.goto("/w/yaori/mentions/")
    page.get_by_role("link", name="Enter by hand").click()
    page.wait_for_url("**/entries/add/")
    page.get_by_label(kind, exact=True).first.check(force=True)
    asked = {"Conversation": "LINE conversation", "What it says": "Screenshot", "What is asked?": "Media enquiry"}
    for name, its_kind in asked.items():
        expect(page.get_by_label(name, exact=True)).to_be_visible(visible=kind == its_kind)
    assert_accessible(page)


def test_a_screenshot_stands_on_the_page_of_its_post(cast: Cast, page_as: PageAs) -> None:
    watch_brand(cast)
    page = page_as(cast.staff)
    page.goto("/w/yaori/entries/add/")
    page.get_by_label("Screenshot").first.check(force=True)
    page.locator("input[name=picture]").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": PNG})
    page.get_by_label("What it says").fill("喝完肚子痛")
    page.get_by_label("曜日鮮乳").check()
    page.get_by_role("button", name="Enter", exact=True).click()
    page.get_by_role("heading", name="Screenshot", exact=True).first.wait_for()
    assert Mention.objects.count() == 1
    capture = Capture.objects.get(headers__contains={"content-type": "image/png"})
    expect(page.locator(f'img[src="/w/yaori/attachments/{capture.pk}/"]')).to_have_count(1)
