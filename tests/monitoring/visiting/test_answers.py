"""What an answer means before its content is read."""

import datetime as dt

import pytest

from monitoring.sources.items import SourceError
from monitoring.visiting.answers import check_answer, retry_after
from sentinel.core.net.types import Response

NOW = dt.datetime(2026, 3, 1, 12, 0, tzinfo=dt.UTC)
URL = "https://news.example/list"


def response(status: int = 200, body: str = "", url: str = URL, charset: str = "utf-8", **headers: str) -> Response:
    return Response(
        url, status, {name.replace("_", "-"): value for name, value in headers.items()}, body.encode(charset)
    )


@pytest.mark.parametrize(
    "answer",
    [
        *(response(status) for status in (401, 403, 407, 418, 429, 432, 451, 999)),
        response(503, cf_mitigated="challenge"),
        response(200, "<title>Sina Visitor System</title>", url="https://passport.weibo.com/visitor/visitor?entry=x"),
        response(200, "<title>x</title>", url="https://wappass.baidu.com/static/captcha/tuxing.html"),
        response(200, url="https://news.example/login?next=/list"),
    ],
)
def test_a_refusal_is_blocked_whatever_it_calls_itself(answer: Response) -> None:
    with pytest.raises(SourceError) as error:
        check_answer(URL, answer)
    assert error.value.code == "blocked"
    assert error.value.detail


@pytest.mark.parametrize("status", [301, 304, 400, 404, 410, 500, 502, 503])
def test_another_status_than_success_is_an_error_of_the_server(status: int) -> None:
    with pytest.raises(SourceError) as error:
        check_answer(URL, response(status))
    assert (error.value.code, error.value.detail) == ("http", str(status))


@pytest.mark.parametrize(
    "answer",
    [
        response(),
        response(204),
        response(body="<title>警方提醒：詐騙集團以驗證碼行騙，民眾勿將驗證碼告知他人 - 曜日日報</title>"),
        response(body="<title>曜日乳業召回</title><script src=captcha.js></script>"),
        response(body="<title>验证码泄露谁之过</title>"),
        response(url="https://news.example/story/login-flaw-exposed"),
        response(url="https://www.news.example/list"),
    ],
)
def test_an_honest_page_is_let_through(answer: Response) -> None:
    check_answer(URL, answer)


def test_a_source_that_lives_at_such_an_address_is_let_through() -> None:
    check_answer("https://passport.example/feed", response(url="https://passport.example/feed"))


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("999999", 86_400),
        ("Sun, 01 Mar 2026 12:05:00 GMT", 300),
        ("Sunday, 01-Mar-26 12:05:00 GMT", 300),
        ("Sun, 01 Mar 2026 20:05:00 +0800", 300),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0),
        ("Sun, 01 Mar 2099 11:00:00 GMT", 86_400),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("Sun, 99 Mar 2026 12:05:00 GMT", None),
        ("9" * 30, 86_400),  # as RFC 9111, 1.2.2, has it: no number is too large to be heeded
        ("120, 240", 240),  # two headers
    ],
)
def test_retry_after_is_read_as_seconds_or_date_and_capped_at_a_day(value: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": value}, NOW) == seconds
