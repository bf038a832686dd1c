"""The list of sources and a source's own page: what is seen by whom."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from monitoring.models import AllowedHost, Source, SourceHabit, SourceNotice, Subscription, Visit
from sentinel.core.permissions import Role
from tests.factories import Cast, join, make_tsukimi, make_user, make_yaori
from tests.monitoring.source_pages.conftest import sign_in
from tests.monitoring.source_pages.samples import bring, every_state, read_source
from tests.monitoring.stage import captured, item, watch_brand

pytestmark = pytest.mark.django_db
NOW = timezone.now()
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>"


@pytest.fixture
def yaori() -> Cast:
    return make_yaori()


def text(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined,no-any-return]


def test_without_sources_the_page_says_what_to_do_next(admin: Client) -> None:
    page = text(admin.get("/w/yaori/sources/"))
    assert "Add the first source" in page
    assert 'href="/w/yaori/sources/add/"' in page


def test_who_cannot_add_a_source_is_not_told_to(client: Client, yaori: Cast) -> None:
    page = text(sign_in(client, yaori.staff).get("/w/yaori/sources/"))
    assert "An admin of this workspace adds what is to be read." in page
    assert "/sources/add/" not in page


def test_the_list_puts_what_is_not_seen_first_and_says_why(admin: Client, yaori: Cast) -> None:
    every_state(yaori, NOW)
    page = text(admin.get("/w/yaori/sources/?open=news,forum"))
    names = [
        *("校園 BBS", "Facebook 公開粉專", "臉書社團「鮮乳」", "縣市議會公報", "工商即時", "港都報 RSS"),
        *("巴哈姆特 場外", "活動公告", "Google 商家評論", "鄉里通訊", "新住民之聲", "美食板精選"),
    ]
    places = [page.index(f">{name}</a>") for name in names]
    assert places == sorted(places)
    for said in (
        *("6 sources not seen", "1 late", "2 quiet", "1 tried again"),
        "Its visits failed again and again by a fault of ours.",
        "7 visits were refused (login page), which we do not get around",
        "3 visits led to the login page, which we do not get around",
        "HTTP 503, 6 times in a row",
        "Author is empty in every post now, what is read no longer matches",
        "Visits go well; 0 posts in 3 h 30 min, where 7–15 are usual.",
    ):
        assert said in page


def test_channels_open_to_the_sources_that_are_well(admin: Client, yaori: Cast) -> None:
    every_state(yaori, NOW)
    closed = text(admin.get("/w/yaori/sources/"))
    assert 'aria-expanded="false"' in closed
    assert ">島嶼新聞 RSS</a>" not in closed
    assert 'href="/w/yaori/sources/?open=news&amp;"' in closed
    opened = text(admin.get("/w/yaori/sources/?open=news"))
    assert ">島嶼新聞 RSS</a>" in opened
    assert 'href="/w/yaori/sources/?open=none&amp;"' in opened
    assert 'aria-expanded="false"' not in text(admin.get("/w/yaori/sources/?open=news,forum,social,nonsense"))


def test_a_chosen_source_is_never_hidden_in_its_channel(admin: Client, yaori: Cast) -> None:
    every = every_state(yaori, NOW)
    assert ">島嶼新聞 RSS</a>" in text(admin.get(f"/w/yaori/sources/?source={every['ok'].pk}"))


def test_few_sources_need_no_folding(admin: Client, yaori: Cast) -> None:
    read_source(yaori, "島嶼新聞", "https://x.example/rss", now=NOW)
    assert ">島嶼新聞</a>" in text(admin.get("/w/yaori/sources/"))


def test_the_head_says_what_was_missed_and_which_topic_counts_too_little(admin: Client, yaori: Cast) -> None:
    subscription = read_source(yaori, "臉書", "https://x.example/rss", now=NOW)
    page = text(admin.get("/w/yaori/sources/"))
    assert "Nothing that is read is hidden from us right now." in page
    watch_brand(yaori, name="鮮乳喝出異物", now=NOW - timedelta(days=9))
    captured(subscription.source, item(at=NOW - timedelta(hours=5)), now=NOW - timedelta(hours=4))
    lost = NOW - timedelta(hours=2)
    Source.objects.update(failures=3, outcome="http", outcome_detail="503", last_success_at=lost)
    page = text(admin.get("/w/yaori/sources/"))
    assert "cannot be estimated yet" in page
    assert "“鮮乳喝出異物” counts too little from 臉書." in page
    assert "no estimate: less than a week is known" in page
    hour = NOW.replace(minute=0, second=0, microsecond=0)
    SourceHabit.objects.create(source=subscription.source, hour=hour, offset=0, posts=[5] * 1008)
    assert "We estimate that <b>10" in text(admin.get("/w/yaori/sources/"))


def test_a_source_that_brought_nothing_yet_is_not_called_read(admin: Client, yaori: Cast) -> None:
    read_source(yaori, "x", "https://x.example/rss", now=NOW)
    read_source(yaori, "舊服務", "", now=NOW, owner=yaori.workspace, is_pushed=True, last_item_at=None)
    page = text(admin.get("/w/yaori/sources/"))
    assert "1 source is read, without trouble" in page
    assert "1 source has brought nothing yet" in page


def test_a_drill_is_shown_apart_and_counted_nowhere(admin: Client, yaori: Cast) -> None:
    read_source(yaori, "x", "https://x.example/rss", now=NOW)
    drill = {"owner": yaori.workspace, "is_drill": True, "failures": 9, "outcome": "http"}
    read_source(yaori, "演練論壇", "https://d.example/rss", now=NOW, **drill)
    page = text(admin.get("/w/yaori/sources/"))
    assert "1 source is read, without trouble" in page
    assert "rehearsed, counted nowhere else" in page
    assert ">演練論壇</a>" in page


def test_the_list_takes_as_many_questions_for_two_hundred_sources_as_for_one(
    admin: Client, yaori: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    read_source(yaori, "x", "https://x.example/rss", now=NOW, failures=3, outcome="http")
    with CaptureQueriesContext(connection) as few:
        admin.get("/w/yaori/sources/live/?open=news")
    made = [
        Source(kind="feed", definition={}, definition_hash=n, url=f"https://{n}.example", outcome="http", failures=n)
        for n in range(200)
    ]
    sources = Source.objects.bulk_create(made)
    Subscription.objects.bulk_create([Subscription(workspace=yaori.workspace, source=one, name="n") for one in sources])
    with django_assert_max_num_queries(len(few)):
        assert admin.get("/w/yaori/sources/live/?open=news").status_code == 200


def test_a_visit_under_way_shows_its_log_as_it_grows(admin: Client, yaori: Cast) -> None:
    subscription = read_source(yaori, "x", "https://x.example/rss", now=NOW)
    address = f"/w/yaori/sources/{subscription.pk}/log/"
    assert "data-visiting" not in text(admin.get(address))
    admin.post(f"/w/yaori/sources/{subscription.pk}/visit/")
    assert "waits for its turn" in text(admin.get(address))
    line = {"ms": 20, "what": "redirect", "said": {"url": "https://x.example/a", "status": 302, "to": "/login"}}
    Visit.objects.open().update(lease_until=timezone.now() + timedelta(minutes=1), started_at=NOW, log=[line])
    page = text(admin.get(address))
    assert "Visit under way" in page
    assert "302 → /login" in page
    assert "data-visiting" in page


def test_a_pause_has_a_reason_and_an_end(admin: Client, yaori: Cast) -> None:
    subscription = read_source(yaori, "x", "https://x.example/rss", now=NOW)
    admin.post(f"/w/yaori/sources/{subscription.pk}/pause/", {"reason": "更換憑證", "hours": "24"})
    subscription.refresh_from_db()
    assert subscription.paused_until
    assert subscription.paused_at
    assert subscription.paused_until - subscription.paused_at == timedelta(days=1)
    assert "Paused by 王淑芬: 更換憑證; read again from" in text(admin.get("/w/yaori/sources/"))


def test_every_page_tells_admins_of_a_quiet_source_until_they_have_noted_it(client: Client, yaori: Cast) -> None:
    every = every_state(yaori, NOW)
    SourceNotice.objects.exclude(kind="quiet").delete()
    notice = SourceNotice.objects.get()
    admin = sign_in(client, yaori.admin)
    for address in ("/w/yaori/", "/w/yaori/sources/notices/"):
        assert "Google 商家評論" in text(admin.get(address))
    assert 'class="source-notice-bar"' in text(admin.get("/w/yaori/"))
    admin.post(f"/w/yaori/sources/{every['quiet'].pk}/notices/{notice.pk}/seen/")
    assert 'class="source-notice-bar"' not in text(admin.get("/w/yaori/"))
    page = text(admin.get(f"/w/yaori/sources/{every['quiet'].pk}/"))
    assert "noted" in page
    assert 'class="source-notice-bar"' not in text(sign_in(client, yaori.staff).get("/w/yaori/"))


def test_a_notice_of_another_source_is_not_found(admin: Client, yaori: Cast) -> None:
    every = every_state(yaori, NOW)
    notice = SourceNotice.objects.filter(kind="quiet").get()
    assert admin.post(f"/w/yaori/sources/{every['ok'].pk}/notices/{notice.pk}/seen/").status_code == 404


@pytest.mark.parametrize(
    ("show", "seen", "hidden"),
    [
        ("hidden", "Facebook 公開粉專", "巴哈姆特 場外"),
        ("late", "巴哈姆特 場外", "Facebook 公開粉專"),
        ("paused", "美食板精選", "港都報 RSS"),
        ("quiet", "Google 商家評論", ">港都報 RSS</a>"),
        ("well", "島嶼新聞 RSS", ">港都報 RSS</a>"),
        ("nonsense", "港都報 RSS", "</html"),
    ],
)
def test_the_list_can_be_narrowed(admin: Client, yaori: Cast, show: str, seen: str, hidden: str) -> None:
    every_state(yaori, NOW)
    page = text(admin.get(f"/w/yaori/sources/live/?show={show}"))
    assert seen in page
    assert hidden not in page


def test_the_menu_offers_only_what_can_be_opened(admin: Client, yaori: Cast) -> None:
    every = every_state(yaori, NOW)
    assert "Open the address" in text(admin.get(f"/w/yaori/sources/{every['down'].pk}/"))
    pushed = text(admin.get(f"/w/yaori/sources/{every['unsent'].pk}/"))
    assert "Open the address" not in pushed
    assert "Versions and export" not in pushed


def test_the_newest_posts_are_those_published_last_in_whatever_order_they_came(admin: Client, yaori: Cast) -> None:
    source = read_source(yaori, "島嶼新聞", "https://n.example/rss", now=NOW).source
    for number, hours in enumerate((3, 90, 1, 5, 2, 4, 6)):
        at = NOW - timedelta(hours=hours)
        bring(source, at=at, later=NOW - at, number=number, title=f"約{hours}小時前")
    page = text(admin.get(f"/w/yaori/sources/{Subscription.objects.get().pk}/"))
    places = [page.index(f"約{hours}小時前") for hours in (1, 2, 3, 4, 5)]
    assert places == sorted(places)
    assert "約6小時前" not in page


def test_the_pane_shows_the_last_visit_and_the_newest_posts(admin: Client, yaori: Cast) -> None:
    every = every_state(yaori, NOW)
    page = text(admin.get(f"/w/yaori/sources/?source={every['down'].pk}"))
    assert "not captured; this does not count as 0 posts" in page
    assert "HTTP 503, 6 times in a row" in page
    assert "Newest five" in page


def test_the_own_page_tells_the_course_of_the_last_days_in_words(admin: Client, yaori: Cast) -> None:
    every = every_state(yaori, NOW)
    page = text(admin.get(f"/w/yaori/sources/{every['blocked'].pk}/"))
    course = page[page.index('id="visits"') :]
    course = course[: course.index("earlier-visits")]
    assert course.count("The site refuses us (login page)") == 1
    assert '<td class="right num">7<span' in course
    assert course.index("The site refuses us") < course.index("Read.")


def test_what_changes_by_itself_is_a_fragment(admin: Client, yaori: Cast) -> None:
    every = every_state(yaori, NOW)
    for address, parts in (
        ("/w/yaori/sources/live/", ["sources", "source-pane"]),
        (f"/w/yaori/sources/{every['ok'].pk}/live/", ["source"]),
    ):
        fragment = text(admin.get(address))
        assert "<html" not in fragment
        assert all(f'id="{part}"' in fragment for part in parts)


def test_what_sites_say_is_text_and_never_markup(admin: Client, yaori: Cast) -> None:
    subscription = read_source(yaori, HOSTILE, "https://x.example/rss", now=NOW)
    bring(subscription.source, at=NOW, later=NOW - NOW, number=1, title=HOSTILE, text=HOSTILE, author=HOSTILE)
    Source.objects.update(outcome="layout", outcome_detail=f"no row: {HOSTILE}", failures=1)
    for address in ("/w/yaori/sources/", f"/w/yaori/sources/{subscription.pk}/"):
        page = text(admin.get(address))
        assert "&lt;script&gt;alert(1)" in page
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_authors_go_by_pseudonyms(admin: Client, yaori: Cast) -> None:
    subscription = read_source(yaori, "x", "https://x.example/rss", now=NOW)
    bring(subscription.source, at=NOW, later=NOW - NOW, number=1, author="王大明")
    assert "王大明" not in text(admin.get("/w/yaori/sources/"))


# --- who may -------------------------------------------------------------------------------------

READING = ("source-list", "source-list-live", "source", "source-live", "source-log")
WRITING = ("source-add", "source-edit", "source-pause", "source-resume", "source-visit", "source-remove")


def address(name: str, source_id: int) -> str:
    needs_id = name not in ("source-list", "source-list-live", "source-add")
    return reverse(name, kwargs={"workspace": "yaori", **({"source_id": source_id} if needs_id else {})})


@pytest.mark.parametrize("name", READING)
def test_every_member_may_look(client: Client, yaori: Cast, name: str) -> None:
    subscription = read_source(yaori, "x", "https://x.example/rss", now=NOW)
    for person in (yaori.staff, yaori.manager, yaori.admin):
        assert sign_in(client, person).get(address(name, subscription.pk)).status_code == 200


@pytest.mark.parametrize("name", WRITING)
def test_only_admins_may_change(client: Client, yaori: Cast, name: str) -> None:
    subscription = read_source(yaori, "x", "https://x.example/rss", now=NOW)
    for person in (yaori.staff, yaori.manager):
        assert sign_in(client, person).post(address(name, subscription.pk)).status_code == 403
    assert "Visit now" not in text(client.get("/w/yaori/sources/"))


@pytest.mark.parametrize("name", [*READING, *WRITING])
def test_to_strangers_the_workspace_does_not_exist(client: Client, yaori: Cast, name: str) -> None:
    subscription = read_source(yaori, "x", "https://x.example/rss", now=NOW)
    stranger = sign_in(client, make_tsukimi().admin)
    ask = stranger.get if name in READING else stranger.post
    assert ask(address(name, subscription.pk)).status_code == 404


@pytest.mark.parametrize("name", ["source", "source-live", "source-edit", "source-pause", "source-remove"])
def test_a_source_of_another_workspace_is_not_found(client: Client, yaori: Cast, name: str) -> None:
    tsukimi = make_tsukimi()
    theirs = read_source(tsukimi, "月見看的新聞", "https://x.example/rss", now=NOW)
    mine = sign_in(client, yaori.admin)
    ask = mine.get if name in READING else mine.post
    assert ask(address(name, theirs.pk)).status_code == 404
    assert theirs.name not in text(mine.get(f"/w/yaori/sources/?source={theirs.pk}"))


def test_nothing_tells_that_another_workspace_reads_the_same(client: Client, yaori: Cast) -> None:
    mine = read_source(yaori, "x", "https://x.example/rss", now=NOW)
    alone = text(sign_in(client, yaori.admin).get(f"/w/yaori/sources/{mine.pk}/edit/"))
    read_source(make_tsukimi(), "theirs", "https://x.example/rss", now=NOW)
    assert drop_tokens(text(client.get(f"/w/yaori/sources/{mine.pk}/edit/"))) == drop_tokens(alone)


def drop_tokens(page: str) -> list[str]:
    volatile = ("csrfmiddlewaretoken", "data-server-time")
    return [line for line in page.splitlines() if not any(mark in line for mark in volatile)]


# --- private addresses that were opened ----------------------------------------------------------


def test_only_those_who_run_the_installation_see_and_close_opened_addresses(client: Client, yaori: Cast) -> None:
    opened = AllowedHost.objects.create(address="192.168.3.7:8080", created_by=yaori.admin)
    read_source(yaori, "x", "https://x.example/rss", now=NOW)
    close = f"/w/yaori/sources/hosts/{opened.pk}/close/"
    admin = sign_in(client, yaori.admin)
    assert "192.168.3.7" not in text(admin.get("/w/yaori/sources/"))
    assert admin.post(close).status_code == 404
    operator = make_user("周維運", is_operator=True)
    join(yaori.workspace, operator, Role.ADMIN)
    sign_in(client, operator)
    assert "192.168.3.7:8080" in text(client.get("/w/yaori/sources/"))
    assert client.post(close).status_code == 302
    assert not AllowedHost.objects.exists()
    assert client.post(close).status_code == 404
