"""Deletion on request: told before, done for good, remembered without a name, and never undone by the next visit."""

import hashlib
import zlib

import pytest
from django.db import DatabaseError, transaction

from monitoring.models import Body, Capture, Erasure, Mention, Post, PostCapture, PostRevision, Source, Topic
from monitoring.operations.erasing import Touched, checked, connect, erase, touched
from monitoring.operations.judging import judge_post
from monitoring.operations.posts import reveal_author
from playbooks.models import Evidence
from playbooks.operations.collecting import file_evidence
from playbooks.operations.crises import open_crisis
from playbooks.operations.erasing import Copies
from playbooks.queries.evidence import check_evidence
from sentinel.core.models import AuditEntry
from sentinel.core.net.types import Response
from sentinel.core.operations import WrongStateError
from tests.factories import NOW, Cast
from tests.monitoring.stage import HOUR, MINUTE, SPOILT, capture, captured, counts, item, subscribe, watch_brand, work

NAME = "王小明"
connect(Copies())  # as the addresses do


@pytest.fixture
def source(yaori: Cast) -> Source:
    return subscribe(yaori).source


@pytest.fixture
def topic(yaori: Cast, source: Source) -> Topic:
    return watch_brand(yaori)


def answer(words: str) -> Response:
    return Response("https://dcard.example/food", 200, {}, words.encode())


@pytest.fixture
def post(topic: Topic, source: Source) -> Post:
    """One of 王小明's posts, in an answer that another person's post stands in as well."""
    both = answer("王小明 and 陳美")
    captured(source, item(author=NAME, response=both), item("曜日不錯", number=2, author="陳美", response=both))
    captured(source, item(SPOILT + "！真的", author=NAME, response=answer("王小明 again")), now=NOW + HOUR)
    return Post.objects.get(url__endswith="/1")


def forget(cast: Cast, kind: str = "author", value: str = NAME, site: str = "") -> Erasure:
    return erase(
        workspace=cast.workspace, wish=checked(kind, value, site), reason="本人來信", by=cast.admin, now=NOW + HOUR
    )


def test_what_it_touches_is_told_before_and_nothing_is_touched(yaori: Cast, post: Post) -> None:
    judge_post(post=post, workspace=yaori.workspace, verdict="true", by=yaori.staff, now=NOW)
    told = touched(yaori.workspace, checked("author", NAME))
    assert told == Touched(
        posts=1, revisions=1, mentions=1, judgements=1, captures=2, snapshots_shared=1, bodies=2, entries=1
    )
    assert Post.objects.filter(author=NAME).exists()


def test_everything_of_the_author_goes_and_a_tombstone_stays(yaori: Cast, post: Post) -> None:
    crisis = open_crisis(workspace=yaori.workspace, title="異物", level=2, summary="", by=yaori.staff, now=NOW)
    evidence = file_evidence(crisis=crisis, post=post, note=NAME, by=yaori.staff, now=NOW)
    reveal_author(post=post, workspace=yaori.workspace, by=yaori.staff, now=NOW)
    tombstone = forget(yaori)
    assert not Post.objects.filter(pk=post.pk).exists()
    assert not PostRevision.objects.exists()
    assert not any(NAME.encode() in body_of(body) for body in Body.objects.all())
    assert list(Post.objects.values_list("author", flat=True)) == ["陳美"]
    evidence = Evidence.objects.get(pk=evidence.pk)
    assert (evidence.text, evidence.url, evidence.note, check_evidence(evidence)) == ("", "", "", "erased")
    assert tombstone.erased_by == yaori.admin
    assert tombstone.touched["copies"] == 1
    everything = " ".join(str(row) for row in (*AuditEntry.objects.values_list(), *Erasure.objects.values_list()))
    assert NAME not in everything
    assert SPOILT[:8] not in everything
    assert hashlib.sha256(NAME.encode()).hexdigest() not in everything


def body_of(body: Body) -> bytes:
    return bytes(body.data) + zlib.decompress(bytes(body.data))


def test_the_audit_trail_keeps_that_something_was_done_by_whom(yaori: Cast, post: Post) -> None:
    judge_post(post=post, workspace=yaori.workspace, verdict="true", by=yaori.staff, now=NOW)
    forget(yaori)
    entry = AuditEntry.objects.get(verb="judge")
    assert (entry.actor_name, entry.object_id, entry.object_label) == ("林雅婷", str(post.pk), "")
    assert entry.data["verdict"] == "true"
    assert entry.data["erased"]


def test_the_audit_trail_still_refuses_every_other_change(yaori: Cast, post: Post) -> None:
    forget(yaori)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AuditEntry.objects.filter(verb="erase").update(object_label="")


def test_the_next_visit_does_not_bring_it_back_nor_the_page_that_shows_it(
    yaori: Cast, post: Post, source: Source
) -> None:
    forget(yaori)
    page = answer("王小明 once more, and a new one")
    stored = capture(
        source, item(author=NAME, response=page), item("曜日新的", number=3, response=page), now=NOW + 2 * HOUR
    )
    assert stored.new == 1
    assert not Post.objects.filter(author=NAME).exists()
    assert not Capture.objects.filter(captured_at=NOW + 2 * HOUR).exists()


def test_counts_of_the_past_stay(yaori: Cast, post: Post, topic: Topic) -> None:
    before = counts(topic)
    forget(yaori)
    work(NOW + 2 * HOUR)
    assert counts(topic) == before


def test_another_workspace_keeps_what_it_has(yaori: Cast, tsukimi: Cast, post: Post, source: Source) -> None:
    subscribe(tsukimi)
    watch_brand(tsukimi)
    work()
    told = touched(yaori.workspace, checked("author", NAME))
    assert (told.posts, told.posts_elsewhere, told.mentions, told.captures) == (0, 1, 1, 0)
    forget(yaori)
    assert Post.objects.filter(pk=post.pk).exists()
    assert list(Mention.objects.filter(post=post).values_list("workspace", flat=True)) == [tsukimi.workspace.pk]
    capture(source, item(SPOILT + "改了", author=NAME), now=NOW + 2 * HOUR)
    work(NOW + 2 * HOUR)
    assert list(Mention.objects.filter(post=post).values_list("workspace", flat=True)) == [tsukimi.workspace.pk]


def test_an_answer_that_shows_a_post_of_another_workspace_stays_theirs(
    yaori: Cast, tsukimi: Cast, post: Post, source: Source
) -> None:
    subscribe(tsukimi)
    watch_brand(tsukimi, query="不錯")
    work()
    forget(yaori)
    assert not Post.objects.filter(pk=post.pk).exists()
    shared = PostCapture.objects.get()
    assert shared.post.author == "陳美"


@pytest.mark.parametrize(
    "written",
    ["https://dcard.example/p/1", "http://www.dcard.example/p/1/?utm_source=line#b2", " HTTPS://DCARD.example/p/1 "],
)
def test_an_address_is_found_however_it_is_written(yaori: Cast, post: Post, source: Source, written: str) -> None:
    forget(yaori, "address", written)
    assert [one.url for one in Post.objects.all()] == ["https://dcard.example/p/2"]
    capture(source, item(author="又一個"), now=NOW + 2 * HOUR)
    assert not Post.objects.filter(url__endswith="/1").exists()


def test_a_name_at_one_site_leaves_its_namesakes_elsewhere(yaori: Cast, post: Post, source: Source) -> None:
    capture(source, item(number=5, author=NAME, url="https://elsewhere.example/5"))
    forget(yaori, site="dcard.example")
    assert [one.url for one in Post.objects.filter(author=NAME)] == ["https://elsewhere.example/5"]


def test_replies_by_others_stay_without_what_they_answer(yaori: Cast, topic: Topic, source: Source) -> None:
    captured(source, item(author=NAME, replies=(item("曜日加油", number=11, author="陳美"),)))
    assert touched(yaori.workspace, checked("author", NAME)).replies == 1
    forget(yaori)
    assert Post.objects.get().reply_to is None


@pytest.mark.parametrize(
    ("kind", "value", "site", "code"),
    [
        ("author", " ", "", "subject-missing"),
        ("phone", "1", "", "subject-missing"),
        ("address", "not an address", "", "address-wrong"),
        ("author", NAME, "no site", "site-wrong"),
    ],
)
def test_a_wish_that_names_nothing_is_refused(kind: str, value: str, site: str, code: str) -> None:
    with pytest.raises(WrongStateError, match=code):
        checked(kind, value, site)


def test_without_a_reason_nothing_goes(yaori: Cast, post: Post) -> None:
    with pytest.raises(WrongStateError, match="reason-missing"):
        erase(workspace=yaori.workspace, wish=checked("author", NAME), reason=" ", by=yaori.admin, now=NOW + MINUTE)
    assert Post.objects.filter(pk=post.pk).exists()
