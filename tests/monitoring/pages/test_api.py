"""The interface: who may send, what is taken, and what each post is answered; as its description says."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

import jsonschema
import pytest
from django.test import Client
from django.utils import timezone
from openapi_spec_validator import validate

from monitoring.models import IngestToken, Mention, Post, PostRevision, Source
from monitoring.operations.sources import pause_source, remove_source
from monitoring.operations.tokens import BURST, RefusedTokenError, admit, revoke_token
from monitoring.views.api import openapi
from tests.factories import NOW, Cast, make_tsukimi
from tests.monitoring.bring import pushed, token_for
from tests.monitoring.stage import watch_brand, work

POSTS = "/api/v1/posts"
INBOX = "/api/v1/inbox"
GOOD = {"url": "https://forum.example/t/1", "id": "1", "title": "曜日鮮乳", "text": "喝完肚子痛"}


@pytest.fixture
def token(cast: Cast) -> str:
    return token_for(cast, pushed(cast))


def send(token: str, body: Any, *, path: str = POSTS, kind: str = "application/json", **headers: str) -> Any:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent = {"Authorization": f"Bearer {token}", **headers}
    return Client(enforce_csrf_checks=True).post(path, data, content_type=kind, headers=sent)


def statuses(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [one["status"] for one in answer.json()["results"]]


def schema(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}", "components": openapi()["components"]}


def refused(answer: Any, status: int, code: str) -> Any:
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer["Content-Type"] == "application/problem+json"
    jsonschema.validate(answer.json(), schema("Problem"))
    return answer


# --- posts --------------------------------------------------------------------------------------


def test_a_post_is_new_then_known_then_revised(token: str) -> None:
    assert statuses(send(token, {"posts": [GOOD]})) == ["new"]
    assert statuses(send(token, {"posts": [GOOD]})) == ["known"]
    assert statuses(send(token, {"posts": [{**GOOD, "text": "喝完肚子很痛"}]})) == ["revised"]
    post = Post.objects.get()
    assert (post.text, post.revision) == ("喝完肚子很痛", 2)
    assert PostRevision.objects.get().text == "喝完肚子痛"


def test_a_bad_post_never_stops_the_others(token: str) -> None:
    answer = send(token, {"posts": [GOOD, {"id": "2"}, 5, {"id": "3", "text": "x", "published_at": "soon"}]})
    assert statuses(answer) == ["new", "rejected", "rejected", "rejected"]
    assert answer.json()["counts"] == {"new": 1, "known": 0, "revised": 0, "rejected": 3}
    problems = [one["problems"] for one in answer.json()["results"]]
    assert [one[0]["code"] for one in problems[1:]] == ["required", "not-an-object", "not-a-time"]
    assert all(one["message"] for result in problems for one in result)
    jsonschema.validate(answer.json(), schema("Results"))


def test_lines_are_a_batch_too(token: str) -> None:
    lines = b"\n".join(json.dumps({"id": str(number), "text": "x"}).encode() for number in range(3))
    assert statuses(send(token, lines, kind="application/x-ndjson")) == ["new"] * 3


def test_what_stands_twice_in_a_batch_is_one_post(token: str) -> None:
    assert statuses(send(token, {"posts": [GOOD, GOOD]})) == ["known", "new"]
    assert Post.objects.count() == 1


def test_a_sent_post_becomes_a_mention_of_its_own_workspace_alone(cast: Cast, token: str) -> None:
    theirs = make_tsukimi()
    watch_brand(cast)
    watch_brand(theirs)
    send(token, {"posts": [GOOD]})
    work(timezone.now())
    assert {one.workspace_id for one in Mention.objects.all()} == {cast.workspace.pk}


def test_a_reply_stands_below_its_parent(token: str) -> None:
    parent = {"id": "1", "text": "喝完肚子痛"}
    send(token, {"posts": [parent, {"id": "2", "text": "我也是", "reply_to": "1"}]})
    send(token, {"posts": [{"url": "https://x.example/2", "text": "真的嗎", "reply_to": "nowhere"}]})
    assert {post.text: post.reply_to and post.reply_to.text for post in Post.objects.all()} == {
        "喝完肚子痛": None,
        "我也是": "喝完肚子痛",
        "真的嗎": None,
    }


def test_two_workspaces_never_share_a_post(cast: Cast, token: str) -> None:
    theirs = make_tsukimi()
    other = token_for(theirs, pushed(theirs))
    assert statuses(send(token, {"posts": [GOOD]})) == ["new"]
    assert statuses(send(other, {"posts": [GOOD]})) == ["new"]
    assert Post.objects.count() == 2


def test_the_source_shows_when_it_was_last_fed(cast: Cast, token: str) -> None:
    send(token, {"posts": [GOOD]})
    source = Source.objects.get()
    assert (source.outcome, source.failures) == ("ok", 0)
    assert source.last_item_at


def test_a_batch_of_which_nothing_can_be_taken_shows_on_the_source(token: str) -> None:
    send(token, {"posts": [{"id": "2"}]})
    source = Source.objects.get()
    assert (source.outcome, source.outcome_detail, source.failures) == ("malformed", "text: required", 1)
    send(token, {"posts": [GOOD]})
    assert Source.objects.get().failures == 0


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "not-json"),
        (b'{"posts": NaN}', 400, "not-json"),
        (b"[" * 100_000, 400, "not-json"),
        (b"\xff\xfe\x00", 400, "not-json"),
        (b"[]", 400, "shape"),
        (b'{"posts": {}}', 400, "shape"),
        (b'{"posts": [], "more": 1}', 400, "shape"),
        (json.dumps({"posts": [{}] * 501}).encode(), 413, "too-many-items"),
        (b" " * (5 * 1024 * 1024 + 1), 413, "too-large"),
    ],
    ids=range(9),
)
def test_what_is_no_batch_is_refused_as_a_whole(token: str, body: bytes, status: int, code: str) -> None:
    refused(send(token, body), status, code)
    assert not Post.objects.exists()


def test_other_methods_and_content_types_are_refused(token: str) -> None:
    refused(send(token, b"<xml/>", kind="text/xml"), 415, "content-type")
    assert refused(Client().get(POSTS), 405, "method")["Allow"] == "POST"


# --- tokens -------------------------------------------------------------------------------------


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic !!!", "Bearer sentinel_wrong", "Token x"])
def test_without_a_token_nothing_is_taken(token: str, header: str) -> None:
    answer = send(token, {"posts": [GOOD]}, Authorization=header)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_revoked_token_opens_nothing(cast: Cast, token: str) -> None:
    revoke_token(token=IngestToken.objects.get(), by=cast.admin, now=NOW)
    refused(send(token, {"posts": [GOOD]}), 401, "revoked")


def test_a_paused_source_takes_nothing(cast: Cast, token: str) -> None:
    subscription = cast.workspace.subscriptions.get()
    pause_source(subscription=subscription, by=cast.admin, now=NOW)
    refused(send(token, {"posts": [GOOD]}), 403, "paused")


def test_a_removed_source_takes_nothing(cast: Cast, token: str) -> None:
    remove_source(subscription=cast.workspace.subscriptions.get(), by=cast.admin, now=NOW)
    refused(send(token, {"posts": [GOOD]}), 403, "removed")


def test_a_token_is_for_one_kind_of_door(token: str) -> None:
    refused(send(token, {"message": "x"}, path=INBOX), 403, "wrong-kind")


def test_only_the_hash_of_a_token_is_kept(token: str) -> None:
    kept = IngestToken.objects.get()
    assert token not in json.dumps({field.name: str(getattr(kept, field.name)) for field in kept._meta.fields})


def test_a_session_opens_no_door(cast: Cast, token: str) -> None:
    client = Client()
    client.force_login(cast.admin)
    assert client.post(POSTS, b"{}", content_type="application/json").status_code == 401


def test_a_token_has_so_many_requests(cast: Cast, token: str) -> None:
    burst = int(BURST.total_seconds())
    for _ in range(burst):
        admit(text=token, kinds=("api",), now=NOW)
    with pytest.raises(RefusedTokenError, match="too-many") as refusal:
        admit(text=token, kinds=("api",), now=NOW)
    assert refusal.value.wait == 1
    admit(text=token, kinds=("api",), now=NOW + timedelta(seconds=1))


def test_too_many_requests_are_told_when_to_come_again(token: str) -> None:
    IngestToken.objects.update(free_at=timezone.now() + 2 * BURST)
    answer = refused(send(token, {"posts": [GOOD]}), 429, "too-many")
    assert 55 <= int(answer["Retry-After"]) <= 65


# --- forms and CRMs -----------------------------------------------------------------------------


def test_a_form_reports_a_message(cast: Cast) -> None:
    hook = token_for(cast, pushed(cast, "webhook"))
    body = b"name=%E5%B0%8F%E6%98%8E&message=%E5%96%9D%E5%AE%8C%E8%82%9A%E5%AD%90%E7%97%9B"
    assert statuses(send(hook, body, path=INBOX, kind="application/x-www-form-urlencoded")) == ["new"]
    assert statuses(send(hook, body, path=f"{INBOX}/site-form", kind="application/x-www-form-urlencoded")) == ["known"]
    post = Post.objects.get()
    assert (post.text, post.precision, post.is_history) == ("喝完肚子痛", "second", False)
    parts = b'--b\r\nContent-Disposition: form-data; name="message"\r\n\r\n%b\r\n--b--\r\n' % "另一則".encode()
    assert statuses(send(hook, parts, path=INBOX, kind="multipart/form-data; boundary=b")) == ["new"]


def test_the_fields_of_a_crm_are_named_by_the_source(cast: Cast) -> None:
    definition = {"path_text": "ticket.body", "path_id": "ticket.id", "path_author": "ticket.by"}
    hook = token_for(cast, pushed(cast, "webhook", definition=definition))
    tickets = [{"ticket": {"id": number, "body": f"退款 {number}", "by": "小明"}} for number in range(2)]
    answer = send(hook, tickets, path=INBOX)
    jsonschema.validate(answer.json(), schema("HookResults"))
    assert statuses(answer) == ["new", "new"]
    assert {post.author for post in Post.objects.all()} == {"小明"}


def test_a_message_that_cannot_be_read_is_refused_and_shown(cast: Cast) -> None:
    hook = token_for(cast, pushed(cast, "webhook", definition={"path_text": "ticket.body"}))
    answer = refused(send(hook, {"ticket": {}}, path=INBOX), 422, "rejected")
    assert answer.json()["problems"][0]["field"] == "ticket.body"
    assert Source.objects.get().outcome == "malformed"


def test_with_a_secret_only_signed_messages_are_taken(cast: Cast) -> None:
    hook = token_for(cast, pushed(cast, "webhook", secrets={"secret": "geheim"}))
    body = json.dumps({"message": "好喝"}).encode()
    signature = "sha256=" + hmac.new(b"geheim", body, hashlib.sha256).hexdigest()
    refused(send(hook, body, path=INBOX), 401, "signature")
    refused(send(hook, body + b" ", path=INBOX, **{"X-Sentinel-Signature": signature}), 401, "signature")
    assert statuses(send(hook, body, path=INBOX, **{"X-Hub-Signature-256": signature})) == ["new"]


def test_the_token_may_come_as_a_password(cast: Cast) -> None:
    hook = token_for(cast, pushed(cast, "webhook"))
    basic = "Basic " + base64.b64encode(f"form:{hook}".encode()).decode()
    assert statuses(send(hook, {"message": "好喝"}, path=INBOX, Authorization=basic)) == ["new"]


# --- the description ----------------------------------------------------------------------------


def test_the_description_is_valid_openapi_and_served_to_everybody(db: None) -> None:
    answer = Client().get("/api/v1/openapi.json")
    assert answer.json()["servers"] == [{"url": "http://testserver"}]
    validate(answer.json())


SAMPLES: list[tuple[dict[str, Any], bool]] = [
    (GOOD, True),
    ({"id": 5, "title": "x", "figures": {"likes": "1.2万", "views": None}, "language": "zh-TW"}, True),
    ({"id": "5", "text": "x", "published_at": 1772418600, "precision": "minute", "reply_to": 4}, True),
    ({"id": "5"}, False),
    ({"text": "x"}, False),
    ({"id": "5", "text": "x", "publish_at": "y"}, False),
    ({"id": "5", "text": 5}, False),
    ({"id": True, "text": "x"}, False),
    ({"id": "5", "text": "x", "figures": {"stars": 1}}, False),
    ({"id": "5", "text": "x", "precision": "week"}, False),
    ({"id": "5", "text": "x", "language": "no language"}, False),
    ({"id": "5", "title": "x" * 1001}, False),
]


@pytest.mark.parametrize(("sample", "is_good"), SAMPLES)
def test_the_description_and_the_interface_agree(token: str, sample: dict[str, Any], is_good: bool) -> None:
    fits = jsonschema.Draft202012Validator(schema("Post")).is_valid(sample)
    assert fits == is_good
    assert (statuses(send(token, {"posts": [sample]})) == ["new"]) == is_good


def test_every_field_of_the_description_is_read_and_the_other_way_round() -> None:
    from monitoring.intake.records import FIELDS, FIGURES, LONGEST

    described = openapi()["components"]["schemas"]["Post"]["properties"]
    assert set(described) == set(FIELDS)
    assert set(described["figures"]["properties"]) == set(FIGURES)
    assert {name: one["maxLength"] for name, one in described.items() if "maxLength" in one} == {
        name: longest for name, longest in LONGEST.items() if name != "precision"
    }
