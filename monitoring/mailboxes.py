"""Visits of mailboxes: over IMAP with TLS alone, through the address guard, within limits, and leaving no trace.

The folder is opened with EXAMINE and mails are read with BODY.PEEK: nothing is deleted, moved or marked as read. The
place in the folder is its UIDVALIDITY and the last UID read (RFC 9051).
"""

import asyncio
import base64
import imaplib
import logging
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

import httpx

from monitoring.intake.mail import LARGEST, NotWantedError, read_mail
from monitoring.sources.imap import PORT, address
from monitoring.sources.items import Item, SourceError
from monitoring.visiting.manners import LogLine, Ports
from monitoring.visiting.storable import storable
from monitoring.visiting.visit import VisitResult
from sentinel.core.net.guard import Resolver, SystemResolver, parse_target, resolve_checked
from sentinel.core.net.types import FetchError

SECONDS = 20.0
WAIT = 8.0  # seconds for one answer
MOST_MAILS = 50  # of one visit
MOST_AT_FIRST = 200  # that a first visit sees, and the next ones read
MOST_BYTES = 40_000_000  # of one visit
FIRST_DAYS = 30
ADDRESSES_TRIED = 3
State = Mapping[str, Mapping[str, str]]
Trust = ssl.SSLContext
Result = TypeVar("Result")

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class _Read:
    """What a visit has read until now."""

    items: list[Item] = field(default_factory=list)
    uid_validity: str = ""
    uid: int = 0
    waiting: int = 0
    skipped: int = 0
    received: int = 0
    mails: int = 0


async def visit_mailbox(
    definition: Mapping[str, Any],
    *,
    state: State,
    now: datetime,
    ports: Ports,
    allowed: frozenset[str],
    resolver: Resolver | None = None,
    tls: Trust | None = None,
) -> VisitResult:
    """What is new in a mailbox; `definition` holds the password. Raises nothing for what a server does."""
    began, read = ports.clock(), _Read()
    outcome, detail = "ok", ""
    try:
        target = parse_target(f"https://{definition['host']}:{PORT}/")
        wait = await ports.reserve(target.place, 0.0)
        asked = ports.clock()

        def use(box: Mailbox) -> None:
            _read_new(box, definition, state, now, read)

        try:
            if wait > SECONDS / 2:
                raise SourceError("out-of-time", target.host)
            await asyncio.sleep(wait)
            asked = ports.clock()
            await _with_mailbox(definition, use, allowed, resolver, tls)
        finally:
            await ports.release(target.place, 0.0, ports.clock() - asked)
    except (SourceError, FetchError) as failure:
        outcome, detail = failure.code, failure.detail
    if outcome == "ok" and not read.mails:
        outcome = "unchanged"
    ms = round((ports.clock() - began) * 1000)
    line = LogLine(ms, "items", {"url": address(dict(definition)), "count": len(read.items)})
    failed = LogLine(ms, "failed", {"code": outcome, "detail": storable(detail, 300)})
    return VisitResult(
        outcome=outcome,
        detail=storable(detail, 300),
        http_status=None,
        items=read.items,
        unread=read.waiting,
        requests=1,
        bytes_received=read.received,
        retry_after=None,
        state={"mailbox": {"uid_validity": read.uid_validity, "uid": str(read.uid)}},
        log=[line] if outcome in ("ok", "unchanged") else [failed],
    )


async def try_mailbox(
    definition: Mapping[str, Any],
    allowed: frozenset[str],
    *,
    resolver: Resolver | None = None,
    tls: Trust | None = None,
) -> tuple[str, str]:
    """Whether a mailbox can be read: `ok` and how many mails it holds, or a failure's code and detail."""

    def use(box: Mailbox) -> int:
        return box.examine(definition["folder"])[1]

    try:
        count = await _with_mailbox(definition, use, allowed, resolver, tls)
    except (SourceError, FetchError) as failure:
        return failure.code, failure.detail
    return "ok", str(count)


async def _with_mailbox(
    definition: Mapping[str, Any],
    use: Callable[["Mailbox"], Result],
    allowed: frozenset[str],
    resolver: Resolver | None,
    tls: Trust | None,
) -> Result:
    """Do something with the mailbox, signed in, on a thread of its own; raises FetchError or SourceError."""
    target = parse_target(f"https://{definition['host']}:{PORT}/")
    if resolver is not None:
        addresses = await resolve_checked(target, allowed, resolver)
    else:
        with SystemResolver(1) as system:
            addresses = await resolve_checked(target, allowed, system)
    context = tls or httpx.create_ssl_context(trust_env=False)
    return await asyncio.to_thread(_use, addresses, target.host, context, definition, use)


def _use(
    addresses: Sequence[str],
    host: str,
    context: Trust,
    definition: Mapping[str, Any],
    use: Callable[["Mailbox"], Result],
) -> Result:
    mailbox = Mailbox(addresses[:ADDRESSES_TRIED], host, context, PORT)
    watchdog = threading.Timer(SECONDS, mailbox.hang_up)
    watchdog.start()
    try:
        with mailbox.translated():
            mailbox.connect()
            mailbox.sign_in(definition["user"], definition.get("password") or "")
            return use(mailbox)
    finally:
        watchdog.cancel()
        mailbox.let_go()


def _read_new(box: "Mailbox", definition: Mapping[str, Any], state: State, now: datetime, read: _Read) -> None:
    """Read what came since the last visit, the oldest first; what is left over is for the next one."""
    read.uid_validity, _count = box.examine(definition["folder"])
    known = state.get("mailbox", {})
    is_known = known.get("uid_validity") == read.uid_validity and known.get("uid", "").isdecimal()
    read.uid = int(known["uid"]) if is_known else 0
    uids = box.uids_after(read.uid) if is_known else box.uids_since(now - timedelta(days=FIRST_DAYS))[-MOST_AT_FIRST:]
    read.waiting = len(uids)
    for uid in uids[:MOST_MAILS]:
        if box.received > MOST_BYTES - 2 * LARGEST and read.mails:
            break  # the next mail may be as large as any: the next visit reads it
        raw = box.mail(uid)
        read.received = box.received
        read.uid, read.waiting = uid, read.waiting - 1
        read.mails += 1
        place = f"{address(dict(definition))};UIDVALIDITY={read.uid_validity}/;UID={uid}"
        try:
            read.items.append(read_mail(raw, definition, place=place, now=now))
        except NotWantedError:
            read.skipped += 1
        except Exception:  # one mail that makes us stumble never stops the next
            logger.exception("a mail could not be read")
            read.skipped += 1


class Mailbox(imaplib.IMAP4):
    """An IMAP connection that goes to a checked address, reads so much and no more, and can be cut at any time."""

    def __init__(self, addresses: Sequence[str], host: str, context: Trust, port: int) -> None:
        # The connection is made by `connect`, so that it can be cut while it is being made.
        self._addresses, self._name, self._context, self._port = addresses, host, context, port
        self._wire: socket.socket | None = None
        self._is_cut = False
        self.received = 0

    def connect(self) -> None:
        """Connect and read the greeting."""
        super().__init__(self._name, self._port, timeout=WAIT)

    def _create_socket(self, timeout: float | None = None) -> socket.socket:
        *others, last = self._addresses
        for one in others:
            with suppress(OSError):
                return self._secured(socket.create_connection((one, self._port), timeout))
            self._drop()
        return self._secured(socket.create_connection((last, self._port), timeout))

    def _secured(self, wire: socket.socket) -> socket.socket:
        secured = self._context.wrap_socket(wire, server_hostname=self._name, do_handshake_on_connect=False)
        self._wire = secured
        secured.do_handshake()
        return secured

    def hang_up(self) -> None:
        """End the connection from any thread; whoever waits for it gets an error."""
        self._is_cut = True
        self._drop()

    def let_go(self) -> None:
        """Give everything back, once nobody reads any more."""
        self._drop()
        if hasattr(self, "file"):
            self.file.close()

    def _drop(self) -> None:
        if self._wire is not None:
            with suppress(OSError):
                self._wire.shutdown(socket.SHUT_RDWR)
            with suppress(OSError):
                self._wire.close()

    def read(self, size: int) -> bytes:
        """As imaplib reads a literal, which may claim any size."""
        if size > LARGEST + 100_000:
            raise self.abort("literal too large")
        return self._counted(super().read(size))

    def readline(self) -> bytes:
        """As imaplib reads a line, of which a server may send any number."""
        return self._counted(super().readline())

    def _counted(self, data: bytes) -> bytes:
        self.received += len(data)
        if self.received > MOST_BYTES:
            raise self.abort("too much")
        return data

    def translated(self) -> "_Translated":
        """What goes wrong inside is said in the codes of a visit."""
        return _Translated(self)

    @property
    def is_cut(self) -> bool:
        """Whether the time was over."""
        return self._is_cut

    def sign_in(self, user: str, password: str) -> None:
        """Sign in; raises SourceError('login')."""
        try:
            if "AUTH=PLAIN" in self.capabilities:
                self.authenticate("PLAIN", lambda _: f"\0{user}\0{password}".encode())
            else:
                self.login(self._quote(user), password)
        except self.abort:
            raise
        except (self.error, UnicodeEncodeError) as error:
            raise SourceError("login", _shown(str(error))) from error

    def examine(self, folder: str) -> tuple[str, int]:
        """Open a folder for reading alone: its UIDVALIDITY, how many mails it holds; raises SourceError('layout')."""
        kind, answer = self.select(self._quote(utf7(folder)), readonly=True)
        if kind != "OK":
            raise SourceError("layout", folder)
        _, validity = self.response("UIDVALIDITY")
        stated = validity[0] if validity else None
        return (stated.decode("ascii", "replace")[:20] if isinstance(stated, bytes) else "0", int(answer[0] or 0))

    def uids_after(self, uid: int) -> list[int]:
        """The mails that came after `uid`; a server names its last one even where it is not newer."""
        return [one for one in self._search(f"UID {uid + 1}:*") if one > uid]

    def uids_since(self, moment: datetime) -> list[int]:
        """The mails of the last days."""
        months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
        return self._search(f"SINCE {moment.day}-{months[moment.month - 1]}-{moment.year}")

    def mail(self, uid: int) -> bytes:
        """The beginning of a mail; empty where it has gone."""
        _, answer = self.uid("FETCH", str(uid), f"(BODY.PEEK[]<0.{LARGEST}>)")
        return next((part[1] for part in answer if isinstance(part, tuple) and isinstance(part[1], bytes)), b"")

    def _search(self, criterion: str) -> list[int]:
        kind, answer = self.uid("SEARCH", criterion)
        if kind != "OK":
            raise SourceError("malformed", "SEARCH")
        words = b" ".join(one for one in answer if isinstance(one, bytes)).split()
        return sorted({int(word) for word in words if re.fullmatch(rb"[0-9]{1,10}", word)})


class _Translated:
    """Turns what imaplib and sockets raise into FetchError and SourceError."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    def __enter__(self) -> None:
        self._began = time.monotonic()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if error is None or isinstance(error, SourceError | FetchError) or not isinstance(error, Exception):
            return
        if self._mailbox.is_cut or isinstance(error, TimeoutError):
            raise FetchError("timeout", f"{time.monotonic() - self._began:.0f} s") from error
        if isinstance(error, ssl.SSLError):
            raise FetchError("tls", _shown(error.reason or "")) from error
        if isinstance(error, ConnectionRefusedError):
            raise FetchError("connect", str(PORT)) from error
        if isinstance(error, OSError):
            raise FetchError("reset", type(error).__name__) from error
        raise SourceError("malformed", _shown(str(error))) from error


def _shown(text: str) -> str:
    return storable(" ".join(text.split()), 200)


def utf7(folder: str) -> str:
    """A folder's name in IMAP's modified UTF-7 (RFC 3501, 5.1.3): `收件匣` → `&ZTZO9lMj-`."""

    def shifted(found: re.Match[str]) -> str:
        coded = base64.b64encode(found[0].encode("utf-16-be")).rstrip(b"=").replace(b"/", b",").decode()
        return f"&{coded}-"

    return re.sub(r"[^\x20-\x7e]+", shifted, folder.replace("&", "&-"))
