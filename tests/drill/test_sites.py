"""What the sites of a drill show, read back by the kinds of source that read real ones."""

import json
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from monitoring.sources import KINDS
from monitoring.sources.items import Item, SourceError
from sentinel.core.net.types import Response
from sentinel.drill.sites import forum, news, weibo
from sentinel.drill.sites.answers import Answer, Asked, Render
from sentinel.drill.sources import SITES, SourceDefinition, free_ports, places, source_definitions
from sentinel.drill.storyline import LOCAL, Names, Run, SitePost, posts_until
from tests.drill.runs import STATEMENT, a_run, at_minute

PORTS = {"news": 18301, "forum": 18302, "weibo": 18303}
ZONE = ZoneInfo("Asia/Taipei")
RENDER: dict[str, Render] = {"news": news.answer, "forum": forum.answer, "weibo": weibo.answer}


def ask(run: Run, site: str, target: str, now: datetime) -> Answer | None:
    return RENDER[site](Asked(run, f"127.0.0.1:{PORTS[site]}", target, now))


def source_of(run: Run, site: str) -> SourceDefinition:
    return dict(zip(SITES, source_definitions(run, PORTS), strict=True))[site]


def fetch(run: Run, site: str, url: str, now: datetime) -> Response:
    answer = ask(run, site, url.removeprefix(f"http://127.0.0.1:{PORTS[site]}"), now)
    assert answer, url
    return Response(url=url, status=answer.status, headers={"content-type": answer.content_type}, body=answer.body)


def read(run: Run, site: str, now: datetime) -> list[Item]:
    """Everything that a visit without limits would bring."""
    source = source_of(run, site)
    kind, items = KINDS[source.kind], []
    waiting = kind.start(source.definition)
    while waiting:
        page = kind.parse(source.definition, fetch(run, site, waiting.pop(0).url, now), now, ZONE)
        waiting += page.next
        for item in page.items:
            if item.needs_detail:
                url = kind.detail_request(source.definition, item).url
                item = kind.detail(source.definition, item, fetch(run, site, url, now), now, ZONE)
            items.append(item)
    return items


def posts_of(run: Run, site: str, now: datetime) -> list[SitePost]:
    return [post for post in reversed(posts_until(run, now)) if post.site == site]


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("key", ["food-safety", "rumour"])
def test_a_site_is_read_back_as_it_was_told(site: str, key: str) -> None:
    run = a_run(key, said_at_minute=5.0)
    now = at_minute(run, 6.2)
    told, found = posts_of(run, site, now), read(run, site, now)
    assert len(found) == min(len(told), weibo.PAGES * weibo.PAGE_SIZE if site == "weibo" else 10_000)
    for post, item in zip(told, found, strict=False):
        assert (item.author, item.title) == (post.author, post.title)
        assert item.published_at == post.at.replace(microsecond=0)
        assert item.precision == "second"
        assert "".join(item.text.split()) == "".join(as_read(post).split())


def as_read(post: SitePost) -> str:
    """The text of a post with whom it quotes, as the Weibo kind joins them."""
    return post.text + "".join(f"//@{quote.author}:{quote.text}" for quote in post.quotes)


def test_the_statement_stands_whole_on_the_news_site_and_the_network() -> None:
    run = a_run(said_at_minute=3.0)
    before, after = at_minute(run, 2.9), at_minute(run, 3.0)
    for site in ("news", "weibo"):
        assert not any(STATEMENT in item.text for item in read(run, site, before))
        assert any(STATEMENT in item.text for item in read(run, site, after))


def test_the_forum_speaks_gbk_and_counts_replies_that_are_out() -> None:
    run = a_run()
    answer = ask(run, "forum", forum.LIST, at_minute(run, 2))
    assert answer
    html = answer.body.decode("gbk")
    assert 'charset="gbk"' in html
    assert "秒前" in html
    assert "小時前" in html
    assert "昨天" in html
    first = posts_of(run, "forum", at_minute(run, 1))[0]
    target = f"/forum.php?mod=viewthread&tid={first.number}"
    early, late = (ask(run, "forum", target, at_minute(run, minute)) for minute in (1.1, 5))
    assert early
    assert late
    assert first.replies[0].text not in early.body.decode("gbk")
    assert first.replies[-1].text in late.body.decode("gbk")


def test_a_reply_is_not_taken_for_the_thread() -> None:
    run = a_run()
    texts = [item.text for item in read(run, "forum", at_minute(run, 6))]
    first = posts_of(run, "forum", at_minute(run, 1))[0]
    assert first.replies[0].text not in "".join(texts)


def test_the_network_nests_cards_chains_reposts_and_writes_great_counts_as_words() -> None:
    run = a_run()
    answer = ask(run, "weibo", f"{weibo.API}?page=1", at_minute(run, 6))
    assert answer
    cards = json.loads(answer.body)["data"]["cards"]
    assert {card["card_type"] for card in cards} == {9, 11}
    blogs = [card.get("mblog") or card["card_group"][0]["mblog"] for card in cards]
    assert any("//<a" in blog["text"] and "retweeted_status" in blog for blog in blogs)
    pages = [ask(run, "weibo", f"{weibo.API}?page={number}", at_minute(run, 6)) for number in range(1, weibo.PAGES + 1)]
    assert any('"reposts_count": "2.4万"' in answer.body.decode() for answer in pages if answer)
    assert max(item.figures["reposts"] for item in read(run, "weibo", at_minute(run, 6))) == 24_000


def test_the_network_refuses_for_a_spell_and_then_answers_again() -> None:
    run = a_run()
    assert run.scenario.blocked
    begins, ends = run.scenario.blocked
    for minute, is_refused in ((begins - 0.01, False), (begins, True), (ends - 0.01, True), (ends, False)):
        if is_refused:
            with pytest.raises(SourceError) as refused:
                read(run, "weibo", at_minute(run, minute))
            assert refused.value.code == "login"
        else:
            assert read(run, "weibo", at_minute(run, minute))


def test_the_refusal_keeps_to_the_speed() -> None:
    run = a_run(speed=3.0)
    assert run.scenario.blocked
    with pytest.raises(SourceError):
        read(run, "weibo", run.started_at + timedelta(minutes=run.scenario.blocked[0] / 3, seconds=1))


@pytest.mark.parametrize("site", SITES)
def test_every_page_says_that_it_is_a_drill_and_what_a_crawler_reads_does_not(site: str) -> None:
    run = a_run()
    now = at_minute(run, 5)
    for target in [
        "/",
        *(item.url.removeprefix(f"http://127.0.0.1:{PORTS[site]}") for item in read(run, site, now)[:9]),
    ]:
        answer = ask(run, site, target, now)
        assert answer
        assert "演練：" in answer.body.decode("gbk" if site == "forum" else "utf-8")
    assert not any("演練" in item.text + item.title for item in read(run, site, now))


@pytest.mark.parametrize(
    "target", ["/nothing", "/article/1", "/article/x", "/detail/5", "/statuses/extend?id=9", "//x", "/%00"]
)
@pytest.mark.parametrize("site", SITES)
def test_what_does_not_exist_is_not_found(site: str, target: str) -> None:
    run = a_run()
    assert ask(run, site, target, at_minute(run, 5)) is None


def test_what_is_not_out_yet_is_not_found() -> None:
    run = a_run()
    first = posts_of(run, "forum", at_minute(run, 1))[0]
    target = f"/forum.php?mod=viewthread&tid={first.number}"
    assert ask(run, "forum", target, first.at - timedelta(seconds=1)) is None
    assert ask(run, "forum", target, first.at)


def test_names_with_markup_in_them_are_text() -> None:
    run = a_run(names=Names('<b>"R&B"</b>', "<i>"))
    now = at_minute(run, 5)
    for site in SITES:
        assert any('<b>"R&B"</b>' in item.text for item in read(run, site, now))


def test_a_source_is_private_to_its_place_and_read_every_five_seconds() -> None:
    run = a_run()
    found = source_definitions(run, PORTS)
    assert [source.kind for source in found] == ["feed", "listing", "weibo"]
    assert [source.channel for source in found] == ["news", "forum", "social"]
    assert {source.interval for source in found} == {5}
    assert all("演練" in source.name for source in found)
    assert [source.url.split("/")[2] for source in found] == places(PORTS)
    for source in found:
        assert KINDS[source.kind].validate(source.definition) == source.definition


def test_ports_are_free_and_those_that_are_taken_are_passed_over() -> None:
    first = free_ports()
    assert len(set(first.values())) == 3
    assert not set(free_ports(first.values()).values()) & set(first.values())
    assert all(18300 <= port < 18400 for port in first.values())


def test_local_time_is_that_of_the_sources_zone() -> None:
    moment = a_run().started_at
    assert moment.astimezone(LOCAL).isoformat() == moment.astimezone(ZONE).isoformat()
