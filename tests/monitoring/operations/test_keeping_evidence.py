"""What was received is kept byte for byte, once, beside every new or edited post."""

import hashlib
import zlib
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from monitoring.crawling.receipts import BLOTTED, blotted, kept_headers
from monitoring.models import Body, Capture, Figures, Post, PostCapture, PostRevision, Source
from monitoring.operations.definitions import sealed
from sentinel.core.net.types import Response
from tests.factories import NOW, Cast
from tests.monitoring.stage import HOUR, MINUTE, SPOILT, capture, item, subscribe

PAGE = "<html><body>曜日鮮乳喝到發霉</body></html>".encode("big5")


def answer(body: bytes = PAGE, **headers: str) -> Response:
    return Response("https://dcard.example/food", 200, {"content-type": "text/html", **headers}, body)


@pytest.fixture
def source(yaori: Cast) -> Source:
    return subscribe(yaori).source


def test_the_bytes_are_kept_as_received_with_hash_time_address_and_headers(source: Source) -> None:
    capture(source, item(response=answer(etag='"1"')))
    kept = Capture.objects.select_related("body").get()
    assert zlib.decompress(kept.body.data) == PAGE
    assert bytes(kept.body.sha256) == hashlib.sha256(PAGE).digest()
    assert kept.body.size == len(PAGE)
    assert (kept.url, kept.http_status, kept.captured_at) == ("https://dcard.example/food", 200, NOW)
    assert kept.headers == {"content-type": "text/html", "etag": '"1"'}
    assert kept.source == source
    assert PostCapture.objects.get().revision == 1


def test_an_answer_that_brings_many_posts_is_kept_once(source: Source) -> None:
    one = answer()
    capture(source, *(item(f"貼文{n}", number=n, response=one) for n in range(30)))
    assert Body.objects.count() == Capture.objects.count() == 1
    assert PostCapture.objects.count() == 30


def test_the_same_bytes_are_stored_once_however_often_they_come(source: Source) -> None:
    capture(source, item(response=answer()))
    capture(source, item("改了", response=answer()), now=NOW + HOUR)
    assert Body.objects.count() == 1
    assert list(Capture.objects.order_by("pk").values_list("captured_at", flat=True)) == [NOW, NOW + HOUR]
    assert list(PostCapture.objects.order_by("pk").values_list("revision", flat=True)) == [1, 2]


def test_an_answer_with_something_new_tells_of_the_known_posts_in_it_too(source: Source) -> None:
    capture(source, item(response=answer()))
    second = answer(b"both")
    capture(source, item(response=second), item("另一則", number=2, response=second), now=NOW + HOUR)
    assert PostCapture.objects.filter(capture__captured_at=NOW + HOUR).count() == 2


def test_an_unchanged_visit_keeps_nothing_and_asks_nothing_more(source: Source) -> None:
    post = item(response=answer())
    bare = item("沒有回應", number=2)
    capture(source, post, bare)
    with CaptureQueriesContext(
        connection,
    ) as without:
        capture(source, bare, now=NOW + MINUTE)
    with CaptureQueriesContext(connection) as with_answer:
        capture(source, item(response=answer(b"other bytes")), now=NOW + MINUTE)
    assert len(with_answer) == len(without)
    assert Capture.objects.count() == 1


def test_a_batch_costs_the_same_number_of_questions_whatever_its_size(source: Source) -> None:
    counts = []
    for first, many in ((100, 3), (200, 40)):
        answers = [answer(str(first + n).encode()) for n in range(many)]
        with CaptureQueriesContext(connection) as asked:
            capture(
                source,
                *(
                    item(f"第{n}則", number=first + n, response=one, figures={"likes": n + 1})
                    for n, one in enumerate(answers)
                ),
            )
        counts.append(len(asked))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("change", ["data", "sha256", "size"])
def test_what_was_kept_cannot_be_changed(source: Source, change: str) -> None:
    capture(source, item(response=answer()))
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        Body.objects.update(**{change: 1 if change == "size" else b"1" * 32})


def test_earlier_versions_counts_and_links_to_answers_cannot_be_changed(source: Source) -> None:
    capture(source, item(response=answer(), figures={"likes": 1}))
    capture(source, item(f"{SPOILT}，更正", response=answer()))
    changes: list[tuple[Any, dict[str, Any]]] = [
        (PostRevision, {"text": "x"}),
        (Figures, {"figures": {}}),
        (PostCapture, {"revision": 9}),
    ]
    for model, change in changes:
        assert model.objects.exists()
        with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
            model.objects.update(**change)


def test_cookies_and_tokens_of_an_answer_are_not_kept() -> None:
    headers = {
        "set-cookie": "sid=1",
        "x-csrf-token": "2",
        "www-authenticate": "3",
        "content-type": "text/html",
        "age": "1",
    }
    assert kept_headers(headers) == {"content-type": "text/html", "age": "1"}


def test_a_secret_of_ours_that_an_answer_repeats_is_blotted_out_and_said_so(yaori: Cast, source: Source) -> None:
    Source.objects.filter(pk=source.pk).update(owner=yaori.workspace, secrets=sealed({"key": "AIzaSy-top/secret"}))
    source.refresh_from_db()
    echo = Response(
        "https://api.example/?key=AIzaSy-top%2Fsecret",
        200,
        {"link": "<?key=AIzaSy-top/secret>"},
        b'{"next": "AIzaSy-top/secret"}',
    )
    capture(source, item(response=echo))
    kept = Capture.objects.select_related("body").get()
    assert "AIzaSy" not in kept.url + str(kept.headers)
    assert b"AIzaSy" not in zlib.decompress(kept.body.data)
    assert kept.headers[BLOTTED] == "1"


def test_each_cookie_of_a_cookie_line_is_a_secret_and_short_ones_are_left() -> None:
    body, found = blotted(b'"SUB":"_2A25LongToken", "over18": 1', ["SUB=_2A25LongToken; over18=1"])
    assert (body, found) == (b'"SUB":"' + b"*" * 14 + b'", "over18": 1', 1)


def test_figures_have_a_course_that_begins_with_the_first(source: Source) -> None:
    for minutes, likes in ((0, 5), (10, 5), (20, 9)):
        capture(source, item(figures={"likes": likes}), now=NOW + minutes * MINUTE)
    course = Figures.objects.order_by("at").values_list("at", "figures")
    assert list(course) == [(NOW, {"likes": 5}), (NOW + 20 * MINUTE, {"likes": 9})]
    assert Post.objects.get().figures == {"likes": 9}


def test_replies_are_posts_that_know_what_they_answer(source: Source) -> None:
    deeper = item("三樓", number=13)
    first = item("一樓", number=11, replies=(deeper,))
    capture(source, item(number=1, replies=(first, item("二樓", number=12)), response=answer()))
    thread = Post.objects.get(url__endswith="/1")
    assert set(Post.objects.filter(reply_to=thread).values_list("text", flat=True)) == {"一樓", "二樓", "三樓"}
    assert PostCapture.objects.count() == 4


def test_a_later_reply_joins_its_thread(source: Source) -> None:
    capture(source, item(number=1, replies=(item("一樓", number=11),)))
    stored = capture(source, item(number=1, replies=(item("一樓", number=11), item("二樓", number=12))), now=NOW + HOUR)
    assert stored.new == 1
    assert Post.objects.filter(reply_to__url__endswith="/1").count() == 2
