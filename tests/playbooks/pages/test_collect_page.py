"""Collect: where it began, who carried it on, what was missed, and what is on file."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from monitoring.models import Mention, Post
from monitoring.operations.changes import content_hash
from playbooks.models import Crisis, Evidence
from playbooks.operations.collecting import file_evidence
from playbooks.operations.crises import close_crisis, open_crisis
from playbooks.queries.collecting import CollectReader
from playbooks.queries.evidence import check_evidence, filed_evidence
from sentinel.core.models import AuditEntry, User
from tests.factories import NOW, Cast, make_tsukimi
from tests.playbooks.collected import BEGAN, COMPLAINT, MINUTE, assessed, collected
from tests.playbooks.stage import make_post, make_topic

pytestmark = pytest.mark.django_db


@pytest.fixture
def crisis(cast: Cast) -> Crisis:
    return collected(cast)


def as_(client: Client, user: User) -> Client:
    User.objects.filter(pk=user.pk).update(language="en")
    client.force_login(user)
    return client


def page(client: Client, crisis: Crisis) -> str:
    return client.get(reverse("crisis-collect", args=["yaori", crisis.pk])).content.decode()


def test_the_earliest_captured_post_is_named_with_its_precision_and_its_latency(
    client: Client, cast: Cast, crisis: Crisis
) -> None:
    read = CollectReader(crisis, NOW).earliest()
    assert read is not None
    assert (read.line.text, read.latency, read.is_late) == (COMPLAINT, MINUTE, False)
    text = page(as_(client, cast.staff), crisis)
    assert "Earliest captured" in text
    assert "to the minute" in text


def test_every_count_of_a_channel_is_the_length_of_its_list(client: Client, cast: Cast, crisis: Crisis) -> None:
    as_(client, cast.staff)
    channels = [channel for channel in CollectReader(crisis, timezone.now()).channels() if channel.mentions]
    assert {channel.name: channel.mentions for channel in channels} == {
        "論壇": 25,
        "微博": 14,
        "島嶼新聞網": 2,
        "每日食報": 1,
    }
    assert sum(channel.share for channel in channels) == pytest.approx(1)
    for channel in channels:
        address = reverse("crisis-mentions", args=["yaori", crisis.pk]) + f"?source={channel.source_id}"
        assert f'href="{address}"' in page(client, crisis)
        assert len(client.get(address).context["page"].rows) == channel.mentions


def test_a_crisis_without_a_topic_lists_no_mentions_at_all(client: Client, cast: Cast, crisis: Crisis) -> None:
    bare = open_crisis(workspace=cast.workspace, title="傳聞", level=3, summary="", by=cast.staff, now=NOW)
    assert CollectReader(bare, NOW).total() == 0
    listed = as_(client, cast.staff).get(reverse("crisis-mentions", args=["yaori", bare.pk]))
    assert listed.context["page"].rows == []
    text = page(client, bare)
    assert "No topic is watched for this crisis" in text
    assert "No post was captured. The golden four hours run from the opening of the file." in text


def test_what_was_missed_is_said_of_each_source(cast: Cast, crisis: Crisis) -> None:
    with translation.override("en"):
        gaps = {one.name: one.gap for one in CollectReader(crisis, NOW).channels()}
    assert gaps["論壇"] is None
    kinds = {name: gap.kind for name, gap in gaps.items() if gap}
    assert kinds == {"微博": "failed", "每日食報": "late", "Dcard 美食板": "blind"}
    failed = gaps["微博"]
    assert failed
    assert "1 of 2 visits failed" in failed.told


def test_a_source_that_nobody_read_in_that_time_or_that_is_paused_is_no_zero(cast: Cast, crisis: Crisis) -> None:
    crisis.started_at = NOW - MINUTE
    crisis.save()
    paused = cast.workspace.subscriptions.get(name="島嶼新聞網")
    paused.paused_at = NOW
    paused.save()
    kinds = {one.name: one.gap.kind for one in CollectReader(crisis, NOW).channels() if one.gap}
    assert kinds["論壇"] == "unread"
    assert kinds["島嶼新聞網"] == "paused"


def test_media_pick_up_names_the_first_article_of_each_outlet_in_order(cast: Cast, crisis: Crisis) -> None:
    pickups = CollectReader(crisis, NOW).pickups()
    assert [(line.source, line.after) for line in pickups] == [("每日食報", 60 * MINUTE), ("島嶼新聞網", 92 * MINUTE)]


def test_media_are_what_the_workspace_reads_as_news_however_it_is_read(cast: Cast, crisis: Crisis) -> None:
    mine = cast.workspace.subscriptions
    mine.filter(name="論壇").update(channel="news")  # an outlet without a feed is read as a list
    mine.filter(name="每日食報").update(channel="inbox")
    assert [line.source for line in CollectReader(crisis, NOW).pickups()] == ["論壇", "島嶼新聞網"]


def test_media_that_are_no_longer_read_stay_in_the_story(cast: Cast, crisis: Crisis) -> None:
    cast.workspace.subscriptions.filter(name="每日食報").delete()
    assert len(CollectReader(crisis, NOW).pickups()) == 2


def test_the_loudest_posts_are_ranked_by_reactions_where_sites_count_them(cast: Cast, crisis: Crisis) -> None:
    top = CollectReader(crisis, NOW).top_posts()
    assert top.ranked_by == "reactions"
    assert top.lines[0].reactions == 13 * (40 + 7 + 11)
    assert [line.reactions for line in top.lines] == sorted((line.reactions for line in top.lines), reverse=True)


def test_without_reactions_they_are_ranked_by_sensitive_terms_and_the_page_says_so(
    client: Client, cast: Cast, crisis: Crisis
) -> None:
    Post.objects.update(figures={})
    assert CollectReader(crisis, NOW).top_posts().ranked_by == "sensitive"
    assert "by sensitive terms, since no site here counts reactions" in page(as_(client, cast.staff), crisis)
    Mention.objects.update(sensitive=0)
    assert CollectReader(crisis, NOW).top_posts().ranked_by == "newest"


def test_figures_that_are_no_numbers_of_ours_do_not_break_the_page(cast: Cast, crisis: Crisis) -> None:
    Post.objects.filter(url__endswith="/1").update(figures={"stars": 5})
    assert CollectReader(crisis, NOW).top_posts().lines


def test_what_was_said_after_the_closing_or_before_the_beginning_does_not_count(cast: Cast, crisis: Crisis) -> None:
    reader = CollectReader(crisis, NOW)
    assert (reader.span.since, reader.span.until) == (BEGAN, NOW)
    close_crisis(crisis=crisis, note="已處理", by=cast.manager, now=NOW + MINUTE)
    crisis.refresh_from_db()
    assert CollectReader(crisis, NOW + timedelta(days=3)).span.until == NOW + MINUTE


# --- evidence


def test_evidence_is_checked_against_what_the_post_says_now(cast: Cast, crisis: Crisis) -> None:
    evidence = crisis.evidence.get()
    assert check_evidence(evidence) == "same"
    post = evidence.post
    assert post
    post.text = "已刪除"
    post.save()
    evidence.refresh_from_db()
    assert check_evidence(evidence) == "changed"
    evidence.post = None
    assert check_evidence(evidence) == "gone"
    evidence.text += "。"
    assert check_evidence(evidence) == "damaged"


def test_the_fingerprint_on_file_is_that_of_the_words_whatever_the_white_space(cast: Cast, crisis: Crisis) -> None:
    evidence = crisis.evidence.get()
    assert bytes(evidence.content_hash) == content_hash(evidence.title, f" {evidence.text}\n")
    evidence.text = f"{evidence.text}\n "
    assert check_evidence(evidence) == "same"


def test_an_edited_post_leads_to_what_changed(client: Client, cast: Cast, crisis: Crisis) -> None:
    post = crisis.earliest_post
    assert post
    post.revisions.create(number=1, text=post.text, content_hash=post.content_hash, captured_at=post.captured_at)
    post.text, post.revision, post.revised_at = "更新：已就醫", 2, NOW
    post.save()
    text = page(as_(client, cast.staff), crisis)
    assert "The post says something else by now" in text
    assert re.search(rf"/w/yaori/posts/{post.pk}/\?compare=1-2&amp;back=", text)


def test_a_post_is_put_on_file_from_the_page_of_the_crisis(client: Client, cast: Cast, crisis: Crisis) -> None:
    post = CollectReader(crisis, NOW).top_posts().lines[0].post
    sent = as_(client, cast.staff).post(
        reverse("evidence-file", args=["yaori", crisis.pk]), {"post": post.pk, "note": "轉發最多"}
    )
    assert sent.headers["Location"].endswith(f"/crises/{crisis.pk}/collect/#evidence")
    filed = Evidence.objects.get(post=post)
    assert (filed.text, filed.note, filed.added_by) == (post.text, "轉發最多", cast.staff)
    assert AuditEntry.objects.filter(verb="file", thread=crisis.thread).exists()


def test_a_version_is_on_file_once_and_the_second_try_says_so(client: Client, cast: Cast, crisis: Crisis) -> None:
    address = reverse("evidence-file", args=["yaori", crisis.pk])
    sent = as_(client, cast.staff).post(address, {"post": crisis.earliest_post_id}, follow=True)
    assert "This post is on file already in this version." in sent.content.decode()
    assert crisis.evidence.count() == 1


@pytest.mark.parametrize(
    "given", [{}, {"post": "x"}, {"post": "-1"}, {"post": "9" * 30}, {"post": "1", "note": "字" * 201}]
)
def test_a_wrong_post_is_refused_in_words(client: Client, cast: Cast, crisis: Crisis, given: dict[str, str]) -> None:
    sent = as_(client, cast.staff).post(reverse("evidence-file", args=["yaori", crisis.pk]), given, follow=True)
    assert "Choose a captured post" in sent.content.decode()


def test_a_post_that_the_workspace_does_not_see_is_not_filed(client: Client, cast: Cast, crisis: Crisis) -> None:
    theirs = make_tsukimi()
    foreign = make_post(theirs, topic=make_topic(theirs))
    sent = as_(client, cast.staff).post(
        reverse("evidence-file", args=["yaori", crisis.pk]), {"post": foreign.pk}, follow=True
    )
    assert "This post is no longer stored" in sent.content.decode()
    assert not Evidence.objects.filter(post=foreign).exists()


def test_the_page_of_a_post_offers_its_open_crises(client: Client, cast: Cast, crisis: Crisis) -> None:
    post = CollectReader(crisis, NOW).top_posts().lines[0].post
    part = reverse("post-crises", args=["yaori", post.pk])
    assert part in as_(client, cast.staff).get(reverse("post", args=["yaori", post.pk])).content.decode()
    text = client.get(part).content.decode()
    assert crisis.title in text
    assert "Put version 1 on file" in text
    back = reverse("post", args=["yaori", post.pk])
    sent = client.post(reverse("evidence-file", args=["yaori", crisis.pk]), {"post": post.pk, "back": back})
    assert sent.headers["Location"] == back
    assert "Version 1 is on file" in client.get(part).content.decode()


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/w/yaori/", "/w/tsukimi/", "/w/yaori\\..//x"])
def test_the_way_back_stays_in_the_workspace(client: Client, cast: Cast, crisis: Crisis, back: str) -> None:
    given = {"post": crisis.earliest_post_id, "back": back}
    sent = as_(client, cast.staff).post(reverse("evidence-file", args=["yaori", crisis.pk]), given)
    assert sent.headers["Location"].startswith(f"/w/yaori/crises/{crisis.pk}/collect/")


def test_hostile_words_are_shown_as_words(client: Client, cast: Cast, crisis: Crisis) -> None:
    hostile = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    post = crisis.earliest_post
    assert post
    Post.objects.filter(pk=post.pk).update(text=hostile, url="javascript:alert(1)", revision=2)
    post.refresh_from_db()
    file_evidence(crisis=crisis, post=post, note=hostile, by=cast.staff, now=NOW)
    text = page(as_(client, cast.staff), crisis)
    assert "<script>alert" not in text
    assert "<img src=x" not in text
    assert 'href="javascript:' not in text
    assert filed_evidence(crisis)[-1].link == ""


def test_a_reader_without_the_permission_sees_no_button_and_a_closed_crisis_has_none(
    client: Client, cast: Cast, crisis: Crisis
) -> None:
    assert "Put on file" in page(as_(client, cast.staff), crisis)
    assert "Put on file" not in page(as_(Client(), cast.admin), crisis)
    close_crisis(crisis=crisis, note="已處理", by=cast.manager, now=NOW + MINUTE)
    text = page(client, crisis)
    assert "Put on file" not in text
    assert "data-sheet" not in text


def test_a_turn_of_facts_is_called_out_on_both_pages(client: Client, cast: Cast, crisis: Crisis) -> None:
    as_(client, cast.staff)
    assessed(crisis, cast, now=NOW)
    add = reverse("fact-add", args=["yaori", crisis.pk])
    client.post(add, {"text": "薄片的成分", "status": "unknown"})
    assert "Facts have turned" not in page(client, crisis)
    client.post(add, {"text": "零件為封膜機刮刀", "status": "known", "source": "設備課"})
    for name in ("crisis-collect", "crisis-assess"):
        text = client.get(reverse(name, args=["yaori", crisis.pk])).content.decode()
        assert "Facts have turned since version 1 of the assessment" in text
        assert "Assess again" in text
