"""Definitions in the browser: secrets stay out of pages, files go out and in, versions come back."""

import json
import re
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from monitoring.crawler import crawl_round
from monitoring.models import Post, Source, SourceVersion, Subscription
from monitoring.operations.definitions import unsealed
from monitoring.operations.sources import add_source, edit_source, restore_version
from monitoring.sources import KINDS
from sentinel.core.models import AuditEntry
from sentinel.core.operations import WrongStateError
from tests.factories import Cast
from tests.fakes.hostile import answer
from tests.fakes.loopback import feed_of
from tests.monitoring.source_pages.conftest import Site, sign_in

SETTINGS = {"name": "島嶼新聞", "interval": "300", "zone": "Asia/Taipei", "retention_days": "90", "channel": "news"}


def text(response: Any) -> str:
    page: str = response.content.decode()
    return page


def add(client: Client, action: str, kind: str, **typed: Any) -> Any:
    return client.post(f"/w/yaori/sources/add/by-hand/{kind}/", {**SETTINGS, "action": action, **typed})


def a_feed(*titles: str) -> bytes:
    now = timezone.now()
    return feed_of(*({"title": one, "link": f"https://n.example/{one}", "at": now} for one in titles))


@pytest.fixture
def subscription(yaori: Cast) -> Subscription:
    """家餐論壇, a list of threads that nobody visits here."""
    definition = {"url": "https://bbs.example/f-1", "rows": "tbody", "follow": True}
    return add_source(
        workspace=yaori.workspace,
        kind="listing",
        definition=definition,
        url=definition["url"],
        zone="Asia/Taipei",
        interval=300,
        name="家餐論壇",
        channel="forum",
        retention_days=90,
        by=yaori.admin,
        now=timezone.now(),
    )


def edit(subscription: Subscription, cast: Cast, **changes: Any) -> None:
    source = subscription.source
    edit_source(
        subscription=subscription,
        definition={**source.definition, **changes},
        url=source.url,
        zone=source.zone,
        interval=300,
        name=subscription.name,
        retention_days=90,
        by=cast.admin,
        now=timezone.now(),
    )
    source.refresh_from_db()


# --- secrets ------------------------------------------------------------------------------------


def test_a_secret_goes_along_encrypted_from_the_test_to_the_visit_and_never_stands_in_a_page(
    admin: Client, yaori: Cast, site: Site
) -> None:
    server = site({"/rss": answer(a_feed("曜日"))})
    secret = "Authorization: Bearer t0p-s3cret"
    tried = text(add(admin, "test", "feed", url=server.url("/rss"), secret_headers=secret))
    assert "It can be read" in tried
    assert "t0p" not in tried
    assert "Kept, and not shown again." in tried
    kept = re.search(r'name="kept_secrets" value="([^"]+)"', tried)
    note = re.search(r'name="tested" value="([^"]+)"', tried)
    assert kept
    assert note
    saved = add(admin, "save", "feed", url=server.url("/rss"), kept_secrets=kept[1], tested=note[1])
    assert saved.status_code == 302
    source = Source.objects.get()
    assert source.owner == yaori.workspace
    assert "secret_headers" not in source.definition
    assert unsealed(source) == {"secret_headers": secret}
    crawl_round()
    assert Post.objects.count() == 1
    subscription = Subscription.objects.get()
    for page in (f"sources/{subscription.pk}/edit/", f"sources/{subscription.pk}/versions/", "sources/", "audit/"):
        assert "t0p" not in text(admin.get(f"/w/yaori/{page}"))


def test_an_empty_secret_keeps_what_is_stored_and_a_new_one_replaces_it(admin: Client, site: Site) -> None:
    url = site({"/rss": answer(a_feed("a"))}).url("/rss")
    add(admin, "save", "feed", url=url, secret_headers="Cookie: a=1")
    subscription = Subscription.objects.get()
    address = f"/w/yaori/sources/{subscription.pk}/edit/"
    admin.post(address, {**SETTINGS, "url": url, "action": "save"})
    assert unsealed(Source.objects.get()) == {"secret_headers": "Cookie: a=1"}
    admin.post(address, {**SETTINGS, "url": url, "action": "save", "secret_headers": "Cookie: a=2"})
    assert unsealed(Source.objects.get()) == {"secret_headers": "Cookie: a=2"}


def test_a_secret_that_no_key_opens_any_more_is_typed_in_again(admin: Client, site: Site) -> None:
    url = site({"/rss": answer(a_feed("a"))}).url("/rss")
    add(admin, "save", "feed", url=url, secret_headers="Cookie: a=1")
    Source.objects.update(secrets="gAAAAAB-of-a-lost-key")
    address = f"/w/yaori/sources/{Subscription.objects.get().pk}/edit/"
    assert admin.get(address).status_code == 200
    admin.post(address, {**SETTINGS, "url": url, "action": "save", "secret_headers": "Cookie: a=2"})
    assert unsealed(Source.objects.get()) == {"secret_headers": "Cookie: a=2"}


def test_a_secret_that_somebody_forged_is_nothing(admin: Client, site: Site) -> None:
    url = site({"/rss": answer(a_feed("a"))}).url("/rss")
    add(admin, "save", "feed", url=url, kept_secrets="gAAAAAB-forged")
    assert Source.objects.get().secrets == ""


def test_a_form_of_many_fields_folds_what_says_nothing(admin: Client, subscription: Subscription, yaori: Cast) -> None:
    edit(subscription, yaori, blocked_text="验证")
    page = text(admin.get(f"/w/yaori/sources/{subscription.pk}/edit/"))
    groups = re.findall(r'<details class="advanced"( open)?><summary>([^<]+)', page)
    folded = {label: bool(is_open) for is_open, label in groups}
    assert folded["The rows of the list"]
    assert folded["How the site shows that it refuses us"]
    assert not folded["Comments and later floors"]
    assert not folded["Headers and cookies"]


# --- files --------------------------------------------------------------------------------------


def test_a_definition_goes_out_as_a_file_and_comes_in_again(admin: Client, subscription: Subscription) -> None:
    out = admin.get(f"/w/yaori/sources/{subscription.pk}/export/")
    assert "sentinel-source.json" in out.headers["Content-Disposition"]
    file = json.loads(out.content)
    assert (file["kind"], file["channel"], file["name"]) == ("listing", "forum", "家餐論壇")
    assert file["definition"] == {"url": "https://bbs.example/f-1", "rows": "tbody"}
    upload = BytesIO(out.content)
    upload.name = "x.json"
    led = admin.post("/w/yaori/sources/import/", {"file": upload})
    assert led.status_code == 302
    assert led.headers["Location"].startswith("/w/yaori/sources/add/by-hand/listing/?from=")
    page = text(admin.get(led.headers["Location"]))
    assert 'value="https://bbs.example/f-1"' in page
    assert 'value="tbody"' in page
    assert 'value="家餐論壇"' in page


def test_what_is_wrong_in_a_file_is_said_by_field_and_what_was_pasted_stays(admin: Client) -> None:
    pasted = json.dumps(
        {"sentinel": "source", "schema": 1, "kind": "listing", "zone": "Asia/Atlantis", "definition": {"rows": "li["}}
    )
    refused = admin.post("/w/yaori/sources/import/", {"text": pasted})
    page = text(refused)
    assert refused.status_code == 422
    assert "<code>zone</code>" in page
    assert "There is no time zone called Asia/Atlantis." in page
    assert "<code>definition.rows</code>" in page
    assert "This is not a CSS selector." in page
    assert "<code>definition.url</code>" in page
    assert "Asia/Atlantis&quot;" in page
    empty = admin.post("/w/yaori/sources/import/", {"text": " "})
    assert "Choose a file, or paste its text." in text(empty)


# --- versions -----------------------------------------------------------------------------------


def test_versions_say_what_changed_and_one_goes_back(
    admin: Client, client: Client, yaori: Cast, subscription: Subscription
) -> None:
    edit(subscription, yaori, rows="li.new", views=".v")
    page = text(admin.get(f"/w/yaori/sources/{subscription.pk}/versions/"))
    assert "Version 2" in page
    assert "<del>" in page
    assert "tbody" in page
    assert "li.new" in page
    assert "Selector of each row" in page
    assert "Go back to version 1" in page
    assert "Go back to version 2" not in page
    back = admin.post(f"/w/yaori/sources/{subscription.pk}/versions/1/restore/", follow=True)
    assert "家餐論壇 is read as it was in that version." in text(back)
    source = Source.objects.get()
    assert source.definition["rows"] == "tbody"
    assert list(SourceVersion.objects.order_by("number").values_list("number", flat=True)) == [1, 2, 3]
    assert AuditEntry.objects.filter(verb="edit").count() == 2
    again = admin.post(f"/w/yaori/sources/{subscription.pk}/versions/1/restore/", follow=True)
    assert "The source is read like that already." in text(again)
    seen = text(sign_in(client, yaori.staff).get(f"/w/yaori/sources/{subscription.pk}/versions/"))
    assert "Version 2" in seen
    assert "Go back" not in seen


def test_a_version_that_is_not_there_or_no_longer_understood_is_refused(
    yaori: Cast, subscription: Subscription
) -> None:
    source = subscription.source
    SourceVersion.objects.create(
        source=source, number=7, definition={"url": "nowhere"}, zone="Asia/Taipei", created_at=timezone.now()
    )
    for number, code in ((9, "no-version"), (1, "same-version"), (7, "old-version")):
        with pytest.raises(WrongStateError) as caught:
            restore_version(subscription=subscription, number=number, by=yaori.admin, now=timezone.now())
        assert caught.value.code == code


# --- ready definitions --------------------------------------------------------------------------


def test_ready_definitions_are_listed_and_one_is_filled_tried_and_saved(admin: Client, site: Site, yaori: Cast) -> None:
    listed = text(admin.get("/w/yaori/sources/ready/"))
    assert "PTT board" in listed
    assert "Baidu hot list" in listed
    place = site({"/feed/": answer(a_feed("曜日", "天氣"))}).url("")
    page = text(admin.get("/w/yaori/sources/ready/wordpress-feed/?url=https://blog.example"))
    assert 'value="https://blog.example"' in page
    wrong = admin.post("/w/yaori/sources/ready/wordpress-feed/", {**SETTINGS, "action": "test", "url": "blog"})
    assert "The address must begin with http:// or https://." in text(wrong)
    saved = admin.post(
        "/w/yaori/sources/ready/wordpress-feed/", {**SETTINGS, "action": "save", "url": place, "name": ""}
    )
    assert saved.status_code == 302
    source = Source.objects.get()
    assert Subscription.objects.get().name == "WordPress feed"
    assert (source.kind, source.preset, source.url) == ("feed", "wordpress-feed", f"{place.rstrip('/')}/feed/")
    crawl_round()
    assert Post.objects.count() == 2


def test_a_ready_definition_keeps_its_key_out_of_the_page(admin: Client, yaori: Cast) -> None:
    address, key = "/w/yaori/sources/ready/brave-results/", "BSA-0123456789"
    typed = {**SETTINGS, "keyword": "曜日", "country": "TW"}
    missing = text(admin.post(address, {**typed, "action": "save-anyway"}))
    assert "This field is required." in missing
    page = text(admin.post(address, {**typed, "action": "save-anyway", "key": key, "retention_days": ""}))
    assert key not in page
    kept = re.search(r'name="kept_secrets" value="([^"]+)"', page)
    assert kept
    assert admin.post(address, {**typed, "action": "save-anyway", "kept_secrets": kept[1]}).status_code == 302
    source, subscription = Source.objects.get(), Subscription.objects.get()
    assert unsealed(source) == {"secret_headers": f"X-Subscription-Token: {key}"}
    assert source.preset == "brave-results"
    assert subscription.channel == "news"  # as the form said
    assert source.definition["ranked"] is True
    assert admin.get("/w/yaori/sources/ready/telepathy/").status_code == 404


# --- the engine in a visit ----------------------------------------------------------------------

LISTED = b'<ul><li><a href="/t/1">one</a></li></ul><a class="nxt" href="/list/2">next</a>'
LISTED_ON = b'<ul><li><a href="/t/2">two</a></li></ul><a class="nxt" href="/list/3">next</a>'
THREAD = b"""<h1>one</h1><div class=f id=p1><b>A</b><time>2026-03-01 08:00</time><p>The milk was off.</p></div>
<div class=f id=p2><b>B</b><time>2026-03-01 09:00</time><p>Mine too.</p></div>"""
FLOORS = {"floors": ".f", "floor_text": "p", "floor_author": "b", "floor_time": "time", "floor_id": "@id"}


def visit_list(cast: Cast, url: str, **more: Any) -> Source:
    """What one visit makes of a list that is described so."""
    definition = KINDS["listing"].validate({"url": url, "rows": "li", **more})
    values = {"zone": "Asia/Taipei", "interval": 300, "name": "x", "retention_days": 90, "by": cast.admin}
    add_source(workspace=cast.workspace, kind="listing", definition=definition, url=url, now=timezone.now(), **values)
    crawl_round()
    return Source.objects.get()


def test_a_visit_reads_as_many_pages_as_are_wished_and_stores_floors_as_replies(yaori: Cast, site: Site) -> None:
    thread = answer(THREAD)
    pages = {"/list": answer(LISTED), "/list/2": answer(LISTED_ON), "/t/1": thread, "/t/2": thread}
    server = site(pages)
    source = visit_list(yaori, server.url("/list"), pages="2", next="a.nxt", **FLOORS)
    assert source.outcome == "ok"
    first = Post.objects.get(url=server.url("/t/1"), reply_to=None)
    assert (first.text, first.author) == ("The milk was off.", "A")
    assert set(Post.objects.filter(reply_to__isnull=False).values_list("text", "author")) == {("Mine too.", "B")}
    assert Post.objects.filter(reply_to=None).count() == 2
    assert not Post.objects.filter(url__contains="list").exists()


def test_a_status_that_means_blocked_at_this_site_is_said_so(yaori: Cast, site: Site) -> None:
    server = site({"/list": answer(b"", status="521 Web Server Is Down")})
    source = visit_list(yaori, server.url("/list"), blocked_status="521")
    assert (source.outcome, source.outcome_detail) == ("blocked", "521")
