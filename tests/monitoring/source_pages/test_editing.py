"""Adding and editing a source in the browser: describe it, try it, save it; against real servers on the loopback."""

import json
import re
from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from monitoring import previews
from monitoring.crawler import crawl_round
from monitoring.models import AllowedHost, Post, Source, Subscription, Visit
from monitoring.operations.sources import add_source
from monitoring.operations.topics import create_topic
from sentinel.core.models import AuditEntry
from sentinel.core.net.client import GuardedClient, Limits
from tests.factories import Cast, make_tsukimi
from tests.fakes.hostile import answer, silence
from tests.fakes.loopback import feed_of
from tests.monitoring.source_pages.conftest import Site, sign_in

SETTINGS = {"name": "島嶼新聞", "channel": "news", "interval": "300", "zone": "Asia/Taipei", "retention_days": "90"}
HOSTILE = "<script>alert(1)</script>"
LIST = b'<ul class="news"><li><a href="/a/1">one</a><time>2026-03-01</time></li></ul>'
ARTICLE = b'<html><body><p class="body">The milk was off.</p></body></html>'


def text(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined,no-any-return]


def add(client: Client, action: str, kind: str = "feed", **typed: Any) -> Any:
    return client.post(f"/w/yaori/sources/add/by-hand/{kind}/", {**SETTINGS, "action": action, **typed})


def note_in(page: str) -> str:
    """The signed note that a successful test leaves in the form."""
    found = re.search(r'name="tested" value="([^"]*)"', page)
    assert found
    return found[1]


def a_feed(*titles: str) -> bytes:
    now = timezone.now()
    return feed_of(*({"title": one, "link": f"https://n.example/{one}", "at": now} for one in titles))


# --- the good way -------------------------------------------------------------------------------


def test_a_feed_is_tried_saved_and_read(admin: Client, yaori: Cast, site: Site) -> None:
    create_topic(workspace=yaori.workspace, name="鮮乳", query="曜日", by=yaori.admin, now=timezone.now())
    url = site({"/rss": answer(a_feed("曜日鮮乳酸了", "天氣晴"))}).url("/rss")
    tried = add(admin, "test", url=url)
    page = text(tried)
    assert tried.status_code == 200
    assert "It can be read" in page
    assert "<b>2</b> posts listed" in page
    assert "<b>1</b> matches a topic" in page
    assert "曜日鮮乳酸了" in page
    assert "2 / 2" in page
    assert "<code>title</code>" in page
    assert not Source.objects.exists()
    assert not Post.objects.exists()

    saved = add(admin, "save", url=url, tested=note_in(page))
    subscription = Subscription.objects.select_related("source").get()
    assert saved.headers["Location"] == f"/w/yaori/sources/{subscription.pk}/"
    assert (subscription.name, subscription.interval, subscription.retention_days) == ("島嶼新聞", 300, 90)
    assert (subscription.source.url, subscription.source.interval) == (url, 300)
    assert [entry.verb for entry in AuditEntry.objects.all() if entry.object_kind == "subscription"] == ["add"]
    crawl_round()
    assert Post.objects.count() == 2
    assert "島嶼新聞 is read from now on." in text(admin.get(saved.headers["Location"]))


def test_saving_tests_what_was_not_tested(admin: Client, site: Site) -> None:
    server = site({"/rss": answer(a_feed("a"))})
    assert add(admin, "save", url=server.url("/rss")).status_code == 302
    assert [seen.path for seen in server.seen] == ["/robots.txt", "/rss"]


def test_saving_what_was_just_tested_asks_nobody_again(admin: Client, site: Site) -> None:
    server = site({"/rss": answer(a_feed("a"))})
    note = note_in(text(add(admin, "test", url=server.url("/rss"))))
    asked = len(server.seen)
    assert add(admin, "save", url=server.url("/rss"), tested=note).status_code == 302
    assert len(server.seen) == asked


def test_the_note_of_a_test_counts_for_just_what_was_tested(admin: Client, site: Site) -> None:
    server = site({"/rss": answer(a_feed("a"))})
    note = note_in(text(add(admin, "test", url=server.url("/rss"))))
    page = text(add(admin, "save", url=server.url("/other"), tested=note))
    assert "There is no page at this address (404)." in page
    assert "This cannot be read yet" in text(add(admin, "save", url=server.url("/other"), tested=f"{note}x"))
    assert not Subscription.objects.exists()


def test_a_list_is_previewed_with_its_articles_even_if_they_are_stored(admin: Client, site: Site) -> None:
    server = site({"/news": answer(LIST), "/a/1": answer(ARTICLE)})
    typed = {"url": server.url("/news"), "rows": "ul.news > li", "time": "time", "follow": "on"}
    assert add(admin, "save", "listing", **typed, detail_text="p.body").status_code == 302
    crawl_round()
    assert Post.objects.count() == 1
    edit = f"/w/yaori/sources/{Subscription.objects.get().pk}/edit/"
    page = text(admin.post(edit, {**SETTINGS, **typed, "detail_text": "p.body", "action": "test"}))
    assert "It can be read; 1 post states no exact time" in page
    assert "The milk was off." in page
    assert "p.body" in page
    assert "It counts by the time of its capture." in page


def test_a_list_none_of_whose_pages_can_be_read_says_so(admin: Client, site: Site) -> None:
    rows = b"".join(b'<li><a href="/gone/%d">Milk %d</a></li>' % (n, n) for n in range(20))
    server = site({"/news": answer(b'<ul class="news">' + rows + b"</ul>")})
    page = text(add(admin, "test", "listing", url=server.url("/news"), rows="ul.news > li", follow="on"))
    assert "None of the 5 pages that the list leads to can be read." in page
    assert "It can be read" not in page


def test_choosing_another_kind_keeps_what_was_typed(admin: Client) -> None:
    chosen = add(admin, "choose", "listing", url="https://n.example/news", name="北城晚報", retention_days="30")
    page = text(chosen)
    assert chosen.status_code == 200
    assert "Selector of each row" in page
    assert 'value="https://n.example/news"' in page
    assert 'value="北城晚報"' in page
    assert 'value="30"' in page
    assert "field-error" not in page


def test_an_unknown_kind_is_not_found(admin: Client) -> None:
    assert admin.get("/w/yaori/sources/add/by-hand/ftp/").status_code == 404


# --- what cannot be right -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "typed", "said"),
    [
        ("feed", {"url": ""}, "This field is required."),
        ("feed", {"url": "n.example/rss"}, "The address must begin with http:// or https://."),
        ("feed", {"url": "ftp://n.example/rss"}, "The address must begin with http:// or https://."),
        ("feed", {"url": "https://me:secret@n.example/rss"}, "Take the user name and password out of the address"),
        ("feed", {"url": "https://n.example:99999/rss"}, "The port in this address is not a number"),
        ("feed", {"url": "https:///rss"}, "The address is not written as a web address is"),
        ("feed", {"url": "https://n.example/" + "a" * 2100}, "This address is too long."),
        ("feed", {"url": "https://n.example/rss", "name": "  "}, "This field is required."),
        ("feed", {"url": "https://n.example/rss", "interval": "7"}, "Select a valid choice."),
        ("feed", {"url": "https://n.example/rss", "zone": "Asia/Nowhere"}, "Select a valid choice."),
        ("feed", {"url": "https://n.example/rss", "retention_days": "0"}, "greater than or equal to 1"),
        ("listing", {"url": "https://n.example/news", "rows": "ul[[["}, "This is not a CSS selector."),
        ("listing", {"url": "https://n.example/news", "rows": "li", "time": "@@"}, "This is not a CSS selector."),
        ("weibo", {"url": "https://m.weibo.cn"}, "Write the words to search for"),
    ],
)
def test_bad_input_is_told_at_its_field_and_everything_typed_is_kept(
    admin: Client, kind: str, typed: dict[str, str], said: str
) -> None:
    for action in ("test", "save", "save-anyway"):
        refused = add(admin, action, kind, **typed)
        page = text(refused)
        assert refused.status_code == 422
        assert said in page
        assert 'aria-invalid="true"' in page
        kept = {name: value for name, value in typed.items() if value.strip() and name not in ("interval", "zone")}
        assert all(f'value="{value}"' in page for value in kept.values())
    assert not Source.objects.exists()
    assert not AuditEntry.objects.filter(object_kind="subscription").exists()


def test_every_field_that_is_wrong_says_so_at_once(admin: Client) -> None:
    page = text(add(admin, "test", "listing", url="https://me:pw@n.example/", rows="[[", name="", retention_days="x"))
    assert "Take the user name and password out" in page
    assert "This is not a CSS selector." in page
    assert "Enter a whole number." in page
    assert page.count('aria-invalid="true"') == 4


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("404 Not Found", "There is no page at this address (404)."),
        ("500 Oops", "The site has trouble of its own (500)."),
        ("403 Forbidden", "The site refuses us (403)"),
    ],
)
def test_a_failed_test_says_why_and_saves_nothing_unless_asked_to(
    admin: Client, site: Site, status: str, said: str
) -> None:
    url = site({"/rss": answer(b"", status=status)}).url("/rss")
    page = text(add(admin, "save", url=url))
    assert "This cannot be read yet" in page
    assert said in page
    assert "Save anyway" in page
    assert f'value="{url}"' in page
    assert not Subscription.objects.exists()
    assert add(admin, "save-anyway", url=url).status_code == 302
    assert Subscription.objects.get().source.url == url


def test_a_name_that_nobody_knows_is_told(admin: Client) -> None:
    page = text(add(admin, "test", url="https://nowhere.invalid/rss"))
    assert "The name nowhere.invalid is not known. Check its spelling." in page


def test_a_site_that_never_answers_is_told(admin: Client, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(previews, "GuardedClient", partial(GuardedClient, limits=Limits(total=0.5)))
    assert "The site did not answer in time" in text(add(admin, "test", url=site({"/rss": silence}).url("/rss")))


def test_a_web_page_in_place_of_a_feed_names_the_feed(admin: Client, site: Site) -> None:
    head = b'<html><head><link rel="alternate" type="application/rss+xml" href="/rss.xml"></head><body>hi</body></html>'
    server = site({"/": answer(head, "Content-Type: text/html"), "/rss.xml": answer(a_feed("a"))})
    page = text(add(admin, "test", url=server.url("/")))
    assert "This is a web page, not a feed." in page
    assert "Read that feed instead" in page
    taken = text(add(admin, "use-feed", url=server.url("/"), named_feed=server.url("/rss.xml")))
    assert "It can be read" in taken
    assert f'value="{server.url("/rss.xml")}"' in taken


def test_a_web_page_without_a_feed_says_how_it_begins(admin: Client, site: Site) -> None:
    page = text(add(admin, "test", url=site({"/": answer(b"<html><p>hello")}).url("/")))
    assert "This is not a feed. The answer begins with: &lt;html&gt;&lt;p&gt;hello" in page


def test_selectors_that_match_nothing_are_told(admin: Client, site: Site) -> None:
    url = site({"/news": answer(LIST)}).url("/news")
    page = text(add(admin, "test", "listing", url=url, rows="table.posts tr"))
    assert "Nothing on the page matches table.posts tr." in page


def test_a_blocked_network_is_blocked_and_not_empty(admin: Client, site: Site) -> None:
    body = json.dumps({"ok": -100, "url": "https://passport.weibo.com"}).encode()
    server = site({"/api/container/getIndex": answer(body)})
    page = text(add(admin, "test", "weibo", url=server.url(""), query="曜日", pages="1"))
    assert "(ok -100" in page
    assert "posts listed" not in page


def test_a_page_closed_by_robots_is_told(admin: Client, site: Site) -> None:
    server = site({"/robots.txt": answer(b"User-agent: *\nDisallow: /\n"), "/rss": answer(a_feed("a"))})
    assert "robots.txt closes this address to us" in text(add(admin, "test", url=server.url("/rss")))


def test_what_a_feed_says_is_text_and_never_markup(admin: Client, site: Site) -> None:
    feed = feed_of({"title": HOSTILE, "link": "javascript:alert(1)", "text": HOSTILE, "author": HOSTILE})
    page = text(add(admin, "test", url=site({"/rss": answer(feed)}).url("/rss")))
    assert "<script>alert" not in page
    assert 'href="javascript' not in page


def test_the_same_source_twice_is_told(admin: Client, site: Site) -> None:
    url = site({"/rss": answer(a_feed("a"))}).url("/rss")
    add(admin, "save", url=url)
    again = add(admin, "save", url=url, name="again", interval="5")
    assert again.status_code == 422
    assert "This workspace reads that source already." in text(again)
    assert 'value="again"' in text(again)
    assert Subscription.objects.get().source.interval == 300  # nothing is half-written


# --- private addresses --------------------------------------------------------------------------


@pytest.fixture
def closed(site: Site, settings: Any) -> str:
    """The address of a feed on a private machine that nobody opened."""
    url = site({"/rss": answer(a_feed("a"))}).url("/rss")
    settings.ALLOWED_PRIVATE_HOSTS = []
    return url


def test_a_private_address_is_refused_and_says_whom_to_ask(admin: Client, yaori: Cast, closed: str) -> None:
    page = text(add(admin, "test", url=closed))
    assert "is inside a private network" in page
    assert "Ask the people who run this installation to open 127.0.0.1:" in page
    yaori.manager.is_operator = True
    yaori.manager.save()
    assert "陳志明 can open 127.0.0.1:" in text(add(admin, "test", url=closed))
    assert "open-place" not in text(add(admin, "open-place", url=closed))
    assert not AllowedHost.objects.exists()


def test_who_runs_the_installation_opens_the_address_and_tests_again(client: Client, yaori: Cast, closed: str) -> None:
    yaori.admin.is_operator = True
    operator = sign_in(client, yaori.admin)
    assert 'value="open-place"' in text(add(operator, "test", url=closed))
    page = text(add(operator, "open-place", url=closed))
    assert "It can be read" in page
    assert AllowedHost.objects.get().address == closed.split("/")[2]
    assert AuditEntry.objects.filter(verb="allow").count() == 1


def test_nobody_is_asked_to_open_what_a_redirect_led_to(client: Client, yaori: Cast, site: Site) -> None:
    server = site({"/rss": answer(b"", "Location: http://10.1.2.3/", status="302 Found")})
    yaori.admin.is_operator = True
    page = text(add(sign_in(client, yaori.admin), "test", url=server.url("/rss")))
    assert "10.1.2.3 is inside a private network" in page
    assert "open-place" not in page


# --- editing ------------------------------------------------------------------------------------


@pytest.fixture
def subscription(admin: Client, site: Site) -> Subscription:
    """島嶼新聞, read since a moment ago, with one post."""
    server = site({"/rss": answer(a_feed("a")), "/other": answer(a_feed("b"))})
    add(admin, "save", url=server.url("/rss"))
    crawl_round()
    return Subscription.objects.select_related("source").get()


def edit(client: Client, subscription: Subscription, action: str = "save", **typed: str) -> Any:
    known = {**SETTINGS, "url": subscription.source.url, "action": action}
    return client.post(f"/w/yaori/sources/{subscription.pk}/edit/", {**known, **typed})


def test_the_form_shows_what_is_saved(admin: Client, subscription: Subscription) -> None:
    page = text(admin.get(f"/w/yaori/sources/{subscription.pk}/edit/"))
    assert f'value="{subscription.source.url}"' in page
    assert 'value="島嶼新聞"' in page
    assert '<option value="300" selected>' in page
    assert "you get a copy of your own" in page


def test_settings_apply_without_a_test_and_the_next_visit_comes_sooner(
    admin: Client, subscription: Subscription
) -> None:
    Source.objects.update(url=subscription.source.url)
    assert edit(admin, subscription, interval="5", name="島嶼日報", retention_days="7").status_code == 302
    subscription.refresh_from_db()
    source = Source.objects.get()
    assert (subscription.name, subscription.interval, subscription.retention_days) == ("島嶼日報", 5, 7)
    assert source.interval == 5
    due = Visit.objects.open().get().due_at
    assert due is not None
    assert (due - timezone.now()).total_seconds() <= 5


def test_a_source_of_ones_own_changes_in_place_and_is_read_anew(admin: Client, subscription: Subscription) -> None:
    before = subscription.source
    other = before.url.replace("/rss", "/other")
    assert edit(admin, subscription, url=other).status_code == 302
    source = Source.objects.get()
    assert (source.pk, source.url, source.state, source.outcome) == (before.pk, other, {}, "")
    assert source.last_success_at is None  # another place: what it shows at first is history
    assert Post.objects.get().source == source
    crawl_round()
    assert sorted(Post.objects.values_list("title", flat=True)) == ["a", "b"]
    assert "島嶼新聞 is saved." in text(admin.get("/w/yaori/sources/"))


def test_a_definition_that_others_read_is_forked(admin: Client, client: Client, subscription: Subscription) -> None:
    tsukimi = make_tsukimi()
    theirs = share(subscription, tsukimi)
    assert Source.objects.count() == 1
    assert edit(admin, subscription, url=subscription.source.url.replace("/rss", "/other")).status_code == 302
    subscription.refresh_from_db()
    theirs.refresh_from_db()
    assert theirs.source.url.endswith("/rss")
    assert subscription.source.url.endswith("/other")
    assert Visit.objects.open().filter(due_at__isnull=False).count() == 2


def share(subscription: Subscription, cast: Cast) -> Subscription:
    source = subscription.source
    return add_source(
        workspace=cast.workspace,
        kind=source.kind,
        definition=source.definition,
        url=source.url,
        zone=source.zone,
        interval=60,
        name="theirs",
        retention_days=30,
        by=cast.admin,
        now=timezone.now(),
    )


def test_an_edit_to_what_the_workspace_reads_already_is_refused(admin: Client, subscription: Subscription) -> None:
    other = subscription.source.url.replace("/rss", "/other")
    add(admin, "save", url=other, name="other")
    refused = edit(admin, subscription, url=other)
    assert refused.status_code == 422
    assert "This workspace reads that source already." in text(refused)
    subscription.refresh_from_db()
    assert subscription.source.url.endswith("/rss")
