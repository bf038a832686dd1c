"""Files that came with a mail: kept as evidence, downloaded and never shown, and gone with their post."""

from email.message import EmailMessage

import pytest
from django.test import Client
from django.urls import reverse

from monitoring.intake.mail import read_mail
from monitoring.models import Body, Capture, Post
from monitoring.operations.erasing import checked, erase
from monitoring.queries.post_evidence import snapshots
from tests.factories import NOW, Cast, make_tsukimi
from tests.monitoring.bring import pushed
from tests.monitoring.stage import captured, watch_brand

HTML = b"<script>alert(1)</script>"


@pytest.fixture
def post(cast: Cast) -> Post:
    watch_brand(cast)
    message = EmailMessage()
    message["From"], message["Subject"] = "ming@mail.example", "曜日鮮乳"
    message.set_content("喝完肚子痛")
    message.add_attachment(HTML, maintype="text", subtype="html", filename="收據.html")
    message.add_attachment(b"y" * 11_000_000, maintype="video", subtype="mp4", filename="影片.mp4")
    item = read_mail(message.as_bytes(), {}, place="imaps://a@b/INBOX;UID=1", now=NOW)
    return captured(pushed(cast, "imap").source, item)[0]


def test_a_file_is_kept_with_its_hash_and_only_ever_downloaded(cast: Cast, post: Post) -> None:
    client = Client()
    client.force_login(cast.staff)
    page = client.get(reverse("post", args=[cast.workspace.slug, post.pk])).content.decode()
    capture = Capture.objects.get(headers__has_key="x-sentinel-attachment")
    assert "收據.html" in page
    assert bytes(capture.body.sha256).hex() in page
    assert "影片.mp4" in page
    answer = client.get(reverse("attachment", args=[cast.workspace.slug, capture.pk]))
    assert answer.content == HTML
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment; ")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]


def test_a_file_is_no_snapshot_of_the_post(cast: Cast, post: Post) -> None:
    assert [one.media for one in snapshots(cast.workspace, post)[0]] == ["other"]


def test_another_workspace_gets_no_file(cast: Cast, post: Post) -> None:
    theirs = make_tsukimi()
    capture = Capture.objects.get(headers__has_key="x-sentinel-attachment")
    client = Client()
    client.force_login(theirs.admin)
    assert client.get(reverse("attachment", args=[theirs.workspace.slug, capture.pk])).status_code == 404


def test_files_go_with_their_post(cast: Cast, post: Post) -> None:
    wish = checked("author", "ming@mail.example")
    erase(workspace=cast.workspace, wish=wish, reason="本人來信", by=cast.admin, now=NOW)
    assert not Body.objects.exists()
