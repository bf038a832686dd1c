"""Paste an address, get a source; many feeds at once."""

import html
import re
from typing import Any
from urllib.parse import unquote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from monitoring.detecting.feeds import read_opml, starter_pack
from monitoring.models import Subscription, Visit
from tests.factories import Cast
from tests.fakes.hostile import answer, silence
from tests.fakes.loopback import feed_of
from tests.monitoring.detecting import pages
from tests.monitoring.source_pages.conftest import Site, sign_in

SETTINGS = {"name": "島嶼新聞", "channel": "news", "interval": "", "zone": "Asia/Taipei", "retention_days": "90"}
RSS = feed_of({"title": "曜日鮮乳", "link": "https://n.example/1"})
NAMES_FEED = '<link rel="alternate" type="application/rss+xml" title="全部" href="/rss">'


def ask(client: Client, action: str, url: str, **typed: Any) -> Any:
    return client.post("/w/yaori/sources/add/", {"action": action, "url": url, **typed})


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found
    return html.unescape(found[1])


def text(response: Any) -> str:
    return str(response.content.decode())


def offers(page: str) -> list[str]:
    return [html.unescape(one) for one in re.findall(r'name="pick".*?<b>(.*?)</b>', page)]


def test_the_page_of_a_newspaper_becomes_its_feed(admin: Client, yaori: Cast, site: Site) -> None:
    server = site({"/": answer(pages.page(pages.news(), NAMES_FEED).encode()), "/rss": answer(RSS)})
    looked = text(ask(admin, "detect", server.url("/")))
    assert offers(looked) == ["Feed (RSS, Atom, JSON Feed): 全部", "Web page that lists articles"]
    assert "data-at-once" in looked  # the first way is tried by itself
    assert not Subscription.objects.exists()

    tried = text(ask(admin, "try", server.url("/"), found=hidden(looked, "found"), pick="0"))
    assert "It can be read" in tried
    assert "曜日鮮乳" in tried
    assert 'value="即時新聞"' in tried  # the page's own name, as a proposal
    asked = len(server.seen)
    saved = ask(
        admin,
        "save",
        server.url("/"),
        found=hidden(tried, "found"),
        tested=hidden(tried, "tested"),
        pick="0",
        **SETTINGS,
    )
    assert saved.status_code == 302
    assert len(server.seen) == asked  # what was just tried is not asked for again
    subscription = Subscription.objects.get()
    assert (subscription.name, subscription.interval, subscription.source.url) == ("島嶼新聞", None, server.url("/rss"))
    assert Visit.objects.open().filter(source=subscription.source, due_at__isnull=False).exists()


def test_a_page_without_a_feed_becomes_a_list_with_selectors(admin: Client, yaori: Cast, site: Site) -> None:
    article = (
        f"<html><body><h1>x</h1><p>{'曜日鮮乳的瓶底出現了黑色薄片，公司說正在調查。' * 9}</p></body></html>".encode()
    )
    behaviours = {"/list": answer(pages.news().encode())}
    behaviours |= {f"/news/2026112{n}0{n}.html": answer(article) for n in range(8)}
    server = site(behaviours)
    looked = text(ask(admin, "detect", server.url("/list")))
    assert offers(looked) == ["Web page that lists articles"]
    tried = text(ask(admin, "try", server.url("/list"), found=hidden(looked, "found"), pick="0"))
    assert pages.HEADLINES[0] in tried
    assert "<code>" in tried  # where each field came from


def test_software_is_offered_only_where_its_interface_answers(admin: Client, yaori: Cast, site: Site) -> None:
    page = pages.page("", '<meta name="generator" content="WordPress 6.5">' + NAMES_FEED).encode()
    post = (
        b'[{"link": "https://n.example/1", "title": {"rendered": "x"}, "content": {"rendered": "y"}, "date_gmt": ""}]'
    )
    closed = site({"/": answer(page), "/rss": answer(RSS), "/wp-json/wp/v2/posts": answer(b"", status="401 No")})
    assert offers(text(ask(admin, "detect", closed.url("/")))) == ["Feed (RSS, Atom, JSON Feed): 全部"]
    opened = site({"/": answer(page), "/wp-json/wp/v2/posts": answer(post, "Content-Type: application/json")})
    assert offers(text(ask(admin, "detect", opened.url("/"))))[0] == "WordPress site"


def test_the_definition_can_be_edited_by_hand(admin: Client, yaori: Cast, site: Site) -> None:
    server = site({"/list": answer(pages.news().encode())})
    looked = text(ask(admin, "detect", server.url("/list")))
    link = re.search(r'href="([^"]*by-hand[^"]*)"', looked)
    assert link
    page = text(admin.get(html.unescape(link[1])))
    assert f'value="{server.url("/list")}"' in page
    assert "li.item" in html.unescape(page)


def test_an_address_without_a_scheme_is_taken_for_https_and_one_that_cannot_be_is_refused(admin: Client) -> None:
    refused = ask(admin, "detect", "javascript:alert(1)")
    assert refused.status_code == 422
    assert "127.0.0.1:1" in text(ask(admin, "detect", "127.0.0.1:1/x"))


@pytest.mark.parametrize(
    ("behaviour", "said"),
    [
        (answer(b"", status="404 Not Found"), "There is no page at this address (404)."),
        (answer(b"", status="403 Forbidden"), "The site refuses us"),
        (answer(b"", status="503 Busy"), "The site has trouble of its own (503)."),
        (answer(b"<p>nothing here"), "nothing on it repeats like a list of articles"),
    ],
)
def test_what_cannot_be_read_says_why_and_keeps_the_address(
    admin: Client, yaori: Cast, site: Site, behaviour: Any, said: str
) -> None:
    server = site({"/x": behaviour})
    page = html.unescape(text(ask(admin, "detect", server.url("/x"))))
    assert said in page
    assert f'value="{server.url("/x")}"' in page


def test_robots_txt_is_obeyed_by_the_first_look(admin: Client, yaori: Cast, site: Site) -> None:
    server = site({"/robots.txt": answer(b"User-agent: *\nDisallow: /x"), "/x": answer(RSS)})
    assert "robots.txt closes this address to us" in html.unescape(text(ask(admin, "detect", server.url("/x"))))
    assert [one.path for one in server.seen] == ["/robots.txt"]


def test_a_private_address_says_whom_to_ask(admin: Client, yaori: Cast) -> None:
    yaori.admin.is_operator = True
    yaori.admin.save()
    page = text(ask(admin, "detect", "http://127.0.0.1:9/x"))
    assert "Open 127.0.0.1:9 to the crawler and look again" in page


def test_what_goes_along_cannot_be_forged_and_belongs_to_its_address(admin: Client, yaori: Cast, site: Site) -> None:
    server = site({"/a": answer(RSS), "/b": answer(RSS)})
    looked = text(ask(admin, "detect", server.url("/a")))
    elsewhere = ask(admin, "save", server.url("/b"), found=hidden(looked, "found"), pick="0", **SETTINGS)
    assert elsewhere.status_code == 200  # it is looked at anew
    forged = ask(admin, "save", server.url("/a"), found="e30:x", pick="0", **SETTINGS)
    assert forged.status_code == 200
    assert not Subscription.objects.exists()


# --- many feeds


def upload(client: Client, body: bytes) -> Any:
    sent = SimpleUploadedFile("list.opml", body, content_type="text/x-opml")
    return client.post("/w/yaori/sources/add/feeds/", {"action": "read", "file": sent})


def test_the_starter_pack_is_ticked_and_each_feed_is_tested_by_its_first_visit(admin: Client, yaori: Cast) -> None:
    page = text(admin.get("/w/yaori/sources/add/feeds/"))
    assert page.count('name="pick"') == len(starter_pack())
    added = admin.post(
        "/w/yaori/sources/add/feeds/", {"action": "add", "offered": hidden(page, "offered"), "pick": ["0", "22"]}
    )
    names = set(Subscription.objects.values_list("name", "channel", "interval"))
    assert names == {("中央社 政治", "news", None), ("PTT 八卦板", "forum", None)}
    result = text(admin.get(unquote(added.headers["Location"])))
    assert "0 of 2 feeds tested" in result
    again = text(admin.get("/w/yaori/sources/add/feeds/"))
    assert again.count("read already") == 2


def test_an_opml_list_is_shown_before_anything_is_read_and_one_bad_feed_stops_no_other(
    admin: Client, yaori: Cast
) -> None:
    listed = upload(
        admin,
        b"""<opml><body><outline text="a" xmlUrl="https://a.example/rss"/><outline text="inside" xmlUrl="http://10.0.0.1/rss"/>
        <outline text="b" xmlUrl="https://b.example/rss"/></body></opml>""",
    )
    page = text(listed)
    assert "3 feeds in this list" in page
    assert not Subscription.objects.exists()
    done = admin.post(
        "/w/yaori/sources/add/feeds/", {"action": "add", "offered": hidden(page, "offered"), "pick": ["0", "1", "2"]}
    )
    assert {"a", "b"} <= set(Subscription.objects.values_list("name", flat=True))
    assert done.status_code == 302


@pytest.mark.parametrize(("body", "said"), [(b"<html>", "This is not an OPML list"), (b"", "This is not an OPML list")])
def test_a_file_that_is_no_list_says_what_to_do(admin: Client, body: bytes, said: str) -> None:
    refused = upload(admin, body)
    assert refused.status_code == 422
    assert said in text(refused)


def test_the_feeds_go_out_as_opml_and_another_workspace_sees_none_of_them(
    admin: Client, yaori: Cast, tsukimi: Cast, client: Client
) -> None:
    page = text(admin.get("/w/yaori/sources/add/feeds/"))
    admin.post("/w/yaori/sources/add/feeds/", {"action": "add", "offered": hidden(page, "offered"), "pick": ["0"]})
    out = admin.get("/w/yaori/sources/opml/")
    assert [one.url for one in read_opml(out.content)] == [starter_pack()[0].url]
    theirs = sign_in(Client(), tsukimi.admin)
    assert starter_pack()[0].url.encode() not in theirs.get("/w/tsukimi/sources/opml/").content
    assert theirs.get("/w/yaori/sources/opml/").status_code == 404


def test_a_site_that_never_answers_is_told_in_time(admin: Client, yaori: Cast, site: Site, monkeypatch: Any) -> None:
    monkeypatch.setattr("monitoring.detections.SECONDS", 1.0)
    server = site({"/x": silence})
    assert ask(admin, "detect", server.url("/x")).status_code == 200
