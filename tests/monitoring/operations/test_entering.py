"""What colleagues pass on is a mention at once, and stays one whatever its words."""

from zoneinfo import ZoneInfo

from monitoring.intake.records import Record, read_record
from monitoring.models import Analysis, Filing, Mention, Post, Source, Subscription
from monitoring.operations.entry import enter_posts, own_source
from monitoring.operations.sources import pause_source
from monitoring.operations.topics import publish_version
from sentinel.core.models import AuditEntry
from tests.factories import NOW, Cast, make_tsukimi
from tests.monitoring.stage import HOUR, counts, recount, watch_brand, work


def source_of(cast: Cast) -> Source:
    return own_source(workspace=cast.workspace, name="手動輸入", by=cast.staff, now=NOW)


def record(source: Source, text: str = "店員說沒事") -> Record:
    raw = {"id": text, "text": text, "published_at": "2026-03-02T10:00:00+08:00"}
    return read_record(raw, place=source.url, now=NOW, zone=ZoneInfo("Asia/Taipei"))


def test_an_entry_is_a_mention_without_a_word_that_matches(cast: Cast) -> None:
    topic, source = watch_brand(cast), source_of(cast)
    work()
    (post,) = enter_posts(source=source, records=[record(source)], topics=[topic], by=cast.staff, now=NOW)
    mention = Mention.objects.get()
    assert (mention.post, mention.topic, mention.spans) == (post, topic, [])
    assert mention.label
    assert counts() == recount()


def test_analysing_again_keeps_it(cast: Cast) -> None:
    topic, source = watch_brand(cast), source_of(cast)
    work()
    enter_posts(source=source, records=[record(source)], topics=[topic], by=cast.staff, now=NOW)
    Analysis.objects.update(due_at=NOW)
    work()
    publish_version(topic=topic, query="曜日鮮乳", by=cast.admin, now=NOW + HOUR)
    work(NOW + HOUR)
    assert Mention.objects.count() == 1
    assert counts() == recount()


def test_two_colleagues_who_pass_on_the_same_enter_one_post(cast: Cast) -> None:
    topic, source = watch_brand(cast), source_of(cast)
    for by in (cast.staff, cast.manager):
        enter_posts(source=source_of(cast), records=[record(source)], topics=[topic], by=by, now=NOW)
    assert (Post.objects.count(), Filing.objects.count(), Mention.objects.count()) == (1, 1, 1)
    assert Source.objects.filter(kind="manual").count() == 1


def test_an_entry_counts_also_while_its_source_is_paused(cast: Cast) -> None:
    topic, source = watch_brand(cast), source_of(cast)
    pause_source(subscription=Subscription.objects.get(source=source), by=cast.admin, now=NOW)
    enter_posts(source=source, records=[record(source)], topics=[topic], by=cast.staff, now=NOW)
    assert Mention.objects.count() == 1


def test_it_matches_other_topics_by_its_words_and_no_other_workspace(cast: Cast) -> None:
    topic, other = watch_brand(cast), watch_brand(cast, query="店員", name="門市")
    watch_brand(make_tsukimi(), query="店員")
    work()
    source = source_of(cast)
    enter_posts(source=source, records=[record(source)], topics=[topic], by=cast.staff, now=NOW)
    work()
    assert {one.topic for one in Mention.objects.all()} == {topic, other}


def test_who_entered_it_is_written_down(cast: Cast) -> None:
    source = source_of(cast)
    enter_posts(source=source, records=[record(source)], topics=[watch_brand(cast)], by=cast.staff, now=NOW)
    entry = AuditEntry.objects.get(verb="enter")
    assert (entry.actor_name, entry.data["topics"]) == (cast.staff.name, ["曜日鮮乳"])
