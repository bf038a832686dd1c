"""What is on file, and whether it still is what can be read online."""

from collections.abc import Sequence
from dataclasses import dataclass

from monitoring.models import Mention, Post
from monitoring.operations.changes import content_hash
from monitoring.text.script import language_of
from playbooks.models import Crisis, Evidence
from playbooks.wording.facts import check_help, check_kind, check_text
from sentinel.core.models import Workspace


@dataclass(frozen=True, slots=True)
class Filed:
    """Evidence checked against the post: same, changed (online) or gone; damaged: not what its own hash says;
    erased: deleted on request, a tombstone."""

    evidence: Evidence
    fingerprint: str
    check: str
    kind: str  # of components/state.html
    word: str
    told: str
    present_revision: int | None
    language: str
    link: str  # "" where the address is none that a browser may open
    is_earliest: bool
    is_post_shown: bool  # whether the workspace still has a mention of it


@dataclass(frozen=True, slots=True)
class CrisisOfPost:
    """An open crisis whose topic a post mentions, with the versions of it that are on file there."""

    crisis: Crisis
    revisions: Sequence[int]
    is_current_filed: bool


def filed_evidence(crisis: Crisis) -> list[Filed]:
    """Everything on file, the earliest publication first."""
    filed = list(crisis.evidence.select_related("post", "added_by"))
    posts = [one.post_id for one in filed if one.post_id]
    shown = set(Post.objects.visible_to(crisis.workspace).filter(pk__in=posts).values_list("pk", flat=True))
    return [_filed(one, crisis, shown) for one in filed]


def check_evidence(evidence: Evidence) -> str:
    """Whether the words on file have the hash on file, and whether the post still says the same."""
    kept = bytes(evidence.content_hash)
    if not kept:
        return "erased"
    if content_hash(evidence.title, evidence.text) != kept:
        return "damaged"
    if evidence.post is None:
        return "gone"
    return "same" if content_hash(evidence.post.title, evidence.post.text) == kept else "changed"


def crises_of_post(workspace: Workspace, post: Post) -> list[CrisisOfPost]:
    """The open crises on whose topic the post was captured, and those that have it on file."""
    topics = Mention.objects.visible_to(workspace).filter(post=post).values("topic")
    crises = Crisis.objects.visible_to(workspace).open().filter(topic__in=topics).newest_first()
    filed: dict[int, list[int]] = {}
    for crisis, revision in Evidence.objects.filter(crisis__in=crises, post=post).values_list("crisis", "revision"):
        filed.setdefault(crisis, []).append(revision)
    return [
        CrisisOfPost(crisis, sorted(filed.get(crisis.pk, [])), post.revision in filed.get(crisis.pk, []))
        for crisis in crises
    ]


def open_to_post(workspace: Workspace, post: Post) -> list[CrisisOfPost]:
    """Every open crisis, those on whose topic the post was captured first, and whether its present version is there."""
    topics = set(Mention.objects.visible_to(workspace).filter(post=post).values_list("topic", flat=True))
    crises = list(Crisis.objects.visible_to(workspace).open().newest_first())
    filed = set(
        Evidence.objects.filter(crisis__in=crises, post=post, revision=post.revision).values_list("crisis", flat=True)
    )
    return [
        CrisisOfPost(crisis, [], crisis.pk in filed)
        for crisis in sorted(crises, key=lambda crisis: crisis.topic_id not in topics)
    ]


def _filed(evidence: Evidence, crisis: Crisis, shown: set[int]) -> Filed:
    post, check = evidence.post, check_evidence(evidence)
    return Filed(
        evidence=evidence,
        fingerprint=bytes(evidence.content_hash).hex(),
        check=check,
        kind=check_kind(check),
        word=check_text(check),
        told=check_help(check),
        present_revision=post.revision if post else None,
        language=language_of(evidence.title + evidence.text),
        link=evidence.url if evidence.url.startswith(("https://", "http://")) else "",
        is_earliest=post is not None and post.pk == crisis.earliest_post_id,
        is_post_shown=evidence.post_id in shown,
    )
