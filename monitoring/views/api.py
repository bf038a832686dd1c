"""The interface for programs: posts by `POST /api/v1/posts`, forms and CRMs by `POST /api/v1/inbox`."""

import base64
import binascii
import json
import math
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import cache, wraps
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET

from monitoring.crawling.json_text import TooManyContainersError, require_few_containers
from monitoring.intake.hooks import hooked_record, is_signed, read_payload
from monitoring.intake.records import BadRecordError, Problem, Record, read_record
from monitoring.intake_wording import problem_text, refusal_text
from monitoring.models import IngestToken, Source
from monitoring.operations.definitions import full_definition
from monitoring.operations.intake import note_refused, receive_posts
from monitoring.operations.tokens import RefusedTokenError, admit

LARGEST = 5 * 1024 * 1024  # bytes
MOST_ITEMS = 500
MOST_LINES = 10 * MOST_ITEMS  # empty ones among them
_LINES = ("application/x-ndjson", "application/jsonl", "application/jsonlines", "application/x-jsonlines")
_SIGNATURES = ("X-Sentinel-Signature", "X-Hub-Signature-256", "X-Signature")

Api = Callable[..., HttpResponse]


class _RefusedError(Exception):
    """The request is answered with a problem; `code` is one of `intake_wording.refusal_text`."""

    def __init__(self, code: str, wait: float = 0.0, **more: Any) -> None:
        super().__init__(code)
        self.code = code
        self.wait = wait
        self.more = more


def _api(view: Api) -> Api:
    """No session, no CSRF token: the bearer's token alone opens the door. Refusals are problems (RFC 9457)."""

    @csrf_exempt
    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            if request.method != "POST":
                raise _RefusedError("method")
            return view(request, *args, **kwargs)
        except RefusedTokenError as refusal:
            return _problem(refusal.code, refusal.wait)
        except _RefusedError as refusal:
            return _problem(refusal.code, refusal.wait, **refusal.more)

    return guarded


def _problem(code: str, wait: float = 0.0, **more: Any) -> HttpResponse:
    status, detail = refusal_text(code)
    said = {"type": "about:blank", "title": code, "status": status, "code": code, "detail": detail, **more}
    response = JsonResponse(said, status=status, content_type="application/problem+json")
    if status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="Sentinel"'
    if status == 405:
        response["Allow"] = "POST"
    if wait:
        response["Retry-After"] = str(math.ceil(wait))
    return response


@_api
def api_posts(request: HttpRequest) -> HttpResponse:
    """Take at most 500 posts; each is answered by its place in the batch."""
    now = timezone.now()
    source = _bearer(request, ("api",), now).source
    raws = _items(_body(request), request.content_type or "")
    records: list[Record] = []
    results: list[dict[str, Any]] = []
    for index, raw in enumerate(raws):
        try:
            records.append(read_record(raw, place=source.url, now=now, zone=ZoneInfo(source.zone)))
        except BadRecordError as error:
            results.append({"index": index, "status": "rejected", "problems": _told(error.problems)})
        else:
            results.append({"index": index, "status": "", "problems": []})
    statuses = iter(_receive(source, records, results, now))
    for result in results:
        if not result["status"]:
            result |= _answered(next(statuses))
    counts = {
        one: sum(result["status"] == one for result in results) for one in ("new", "known", "revised", "rejected")
    }
    return JsonResponse({"results": results, "counts": counts})


def _answered(status: str) -> dict[str, Any]:
    """What a record is told that could be read; one that was deleted on request is not captured again."""
    if status == "erased":
        return {"status": "rejected", "problems": _told([Problem("author", "erased")])}
    return {"status": status}


def _receive(source: Source, records: list[Record], results: list[dict[str, Any]], now: datetime) -> list[str]:
    """Store what can be stored; a batch of which nothing can be shows on the source's page."""
    if records:
        return receive_posts(source=source, records=records, now=now)
    if results:
        first = results[0]["problems"][0]
        note_refused(source=source, detail=f"{first['field']}: {first['code']}", now=now)
    return []


@_api
def inbox_hook(request: HttpRequest, name: str = "") -> HttpResponse:
    """Take what a form or a CRM reports; `name` is for the sender's own lists and says nothing to us."""
    now = timezone.now()
    source = _bearer(request, ("webhook",), now).source
    definition, body = full_definition(source), _body(request)
    signature = next((request.headers[one] for one in _SIGNATURES if one in request.headers), "")
    if definition.get("secret") and not is_signed(body, definition["secret"], signature):
        raise _RefusedError("signature")
    try:
        payload = read_payload(body, request.headers.get("Content-Type", ""))
        payloads = payload if isinstance(payload, list) else [payload]
        if len(payloads) > MOST_ITEMS:
            raise _RefusedError("too-many-items")
        records = [_hooked(one, definition, source, now) for one in payloads]
    except TooManyContainersError as error:
        raise _RefusedError("too-many-items") from error
    except LookupError as error:
        raise _RefusedError("content-type") from error
    except BadRecordError as error:
        note_refused(source=source, detail=str(error), now=now)
        raise _RefusedError("rejected", problems=_told(error.problems)) from error
    statuses = receive_posts(source=source, records=records, now=now) if records else []
    results = [{"index": index, "problems": [], **_answered(one)} for index, one in enumerate(statuses)]
    return JsonResponse({"results": results})


def _hooked(payload: Any, definition: dict[str, Any], source: Source, now: datetime) -> Record:
    """The post that a message is; one without a time is of now, and the same words of one day are one message."""
    raw = hooked_record(payload, definition)
    place = source.url if raw.get("id") or raw.get("published_at") else f"{source.url}/{now:%Y%m%d}"
    received = json.dumps(payload, ensure_ascii=False).encode("utf-8", "replace")
    record = read_record(raw, place=place, now=now, zone=ZoneInfo(source.zone), received=received, needs_identity=False)
    if record.item.published_at:
        return record
    return replace(record, item=replace(record.item, published_at=now, precision="second"))


def _bearer(request: HttpRequest, kinds: tuple[str, ...], now: datetime) -> IngestToken:
    scheme, _, value = request.headers.get("Authorization", "").strip().partition(" ")
    text = value.strip() if scheme.lower() == "bearer" else _password(value) if scheme.lower() == "basic" else ""
    if not text or len(text) > 200:
        raise _RefusedError("no-token")
    return admit(text=text, kinds=kinds, now=now)


def _password(value: str) -> str:
    """The password of HTTP Basic (RFC 7617), for senders that know no other way to give a token."""
    try:
        return base64.b64decode(value.strip(), validate=True).decode().partition(":")[2]
    except (binascii.Error, ValueError):
        return ""


def _body(request: HttpRequest) -> bytes:
    announced = request.headers.get("Content-Length", "")
    if announced.isdecimal() and int(announced[:20]) > LARGEST:
        raise _RefusedError("too-large")
    body: bytes = request.read(LARGEST + 1)  # which is as much as comes of a longer one; see sentinel.core.bodies
    if len(body) > LARGEST:
        raise _RefusedError("too-large")
    return _unpacked(body, request.headers.get("Content-Encoding", "").strip().lower())


def _unpacked(body: bytes, encoding: str) -> bytes:
    """The body without its gzip (RFC 1952), never more of it than may be sent unpacked."""
    if encoding in ("", "identity"):
        return body
    if encoding not in ("gzip", "x-gzip"):
        raise _RefusedError("encoding")
    reader = zlib.decompressobj(wbits=31)
    try:
        text = reader.decompress(body, LARGEST + 1)
    except zlib.error as error:
        raise _RefusedError("encoding") from error
    if len(text) > LARGEST:
        raise _RefusedError("too-large")
    if not reader.eof:
        raise _RefusedError("encoding")
    return text


def _items(body: bytes, content_type: str) -> list[Any]:
    """The items of a batch: of `{"posts": […]}`, or one a line."""
    try:
        if content_type in _LINES:
            items = [_line(line) for line in body.split(b"\n", MOST_LINES) if line.strip()]
        elif content_type == "application/json":
            require_few_containers(body)
            batch = _parsed(body)
            items = batch.get("posts") if isinstance(batch, dict) and set(batch) == {"posts"} else None  # type: ignore[assignment]
        else:
            raise _RefusedError("content-type")
    except TooManyContainersError as error:
        raise _RefusedError("too-many-items") from error
    except (ValueError, RecursionError) as error:
        raise _RefusedError("not-json") from error
    if not isinstance(items, list):
        raise _RefusedError("shape")
    if len(items) > MOST_ITEMS:
        raise _RefusedError("too-many-items")
    return items


def _line(text: bytes) -> Any:
    """What a line holds; where it is no JSON, the error itself, which is then answered in its place."""
    try:
        return _parsed(text)
    except (ValueError, RecursionError) as error:
        return ValueError(str(error))


def _parsed(text: bytes) -> Any:
    return json.loads(text, parse_constant=_refused)


def _refused(name: str) -> None:
    raise ValueError(name)


def _told(problems: list[Problem]) -> list[dict[str, str]]:
    return [{"field": one.field, "code": one.code, "message": problem_text(one.code)} for one in problems]


@require_GET
def api_openapi(request: HttpRequest) -> HttpResponse:
    """The description of this interface in OpenAPI 3.1, for whoever writes a collector."""
    description = {**openapi(), "servers": [{"url": f"{request.scheme}://{request.get_host()}"}]}
    return JsonResponse(description)


@cache
def openapi() -> dict[str, Any]:
    """The description as it is kept, without the address of this installation."""
    text = resources.files("monitoring.intake").joinpath("openapi.json").read_text("utf-8")
    read: dict[str, Any] = json.loads(text)
    return read
