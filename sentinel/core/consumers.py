"""The websocket of a workspace's pages.

One Valkey subscription per process, a bounded queue per socket: a slow browser is disconnected, never waited for. A
socket is closed when its person logs out or may no longer see the workspace.
"""

import asyncio
import contextlib
import json
import logging
from typing import Any

import redis.asyncio
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import DatabaseError
from django.http import Http404
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from sentinel.core.access import membership_of
from sentinel.core.live import channel, newest_seq
from sentinel.core.models import Membership, User
from sentinel.core.permissions import Permission

logger = logging.getLogger(__name__)

BEAT_EVERY = 15.0
QUEUE_LENGTH = 64
RECONNECT_AFTER = 1.0
CLOSED_TROUBLE = 1011
CLOSED_ACCESS = 4403
CLOSED_SLOW = 4408


class Hub:
    """The process's one subscription; hands each message to the sockets that it concerns."""

    def __init__(self) -> None:
        self.sockets: set[LiveConsumer] = set()
        self.task: asyncio.Task[None] | None = None

    def join(self, socket: "LiveConsumer") -> None:
        self.sockets.add(socket)
        if self.task is None or self.task.done():
            self.task = asyncio.create_task(self.listen())

    def leave(self, socket: "LiveConsumer") -> None:
        self.sockets.discard(socket)
        if not self.sockets and self.task is not None:
            self.task.cancel()
            self.task = None

    async def listen(self) -> None:
        while True:
            try:
                client = redis.asyncio.Redis.from_url(settings.REDIS_URL, socket_keepalive=True)
                async with client, client.pubsub() as doorbells:
                    await doorbells.subscribe(channel())
                    self.hand_out({"everyone": True})  # what was said before we listened shows in the beat's number
                    async for message in doorbells.listen():
                        if message["type"] == "message":
                            self.hand_out(json.loads(message["data"]))
            except (redis.RedisError, OSError) as error:
                logger.warning("live subscription ended: %s", error)
                await asyncio.sleep(RECONNECT_AFTER)

    def hand_out(self, message: dict[str, Any]) -> None:
        for socket in list(self.sockets):
            if "everyone" in message or message.get("access") == socket.user_id:
                socket.put({"recheck": True})
            elif message.get("workspace") == socket.workspace_id:
                socket.put(message)


hub = Hub()


class LiveConsumer(AsyncJsonWebsocketConsumer):
    """Tells one browser that something happened; it fetches what."""

    workspace_id: int
    user_id: int
    next_beat: float  # by the event loop's clock
    permissions: frozenset[Permission]

    async def connect(self) -> None:
        membership = await self.find_membership()
        if membership is None:
            await self.close(CLOSED_ACCESS)
            return
        self.workspace_id, self.user_id = membership.workspace_id, membership.user_id
        self.permissions = membership.permissions
        self.queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue(QUEUE_LENGTH)
        hub.join(self)
        await self.accept()
        self.pump = asyncio.create_task(self.send_queued())

    async def disconnect(self, code: int) -> None:
        hub.leave(self)
        if hasattr(self, "pump"):
            self.pump.cancel()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None, **kwargs: Any) -> None:
        """A browser says nothing that matters, so it is not even parsed."""

    def put(self, message: dict[str, Any]) -> None:
        try:
            self.queue.put_nowait(message)
        except asyncio.QueueFull:
            hub.leave(self)
            self.pump.cancel()
            self.closing = asyncio.create_task(self.close(CLOSED_SLOW))

    async def send_queued(self) -> None:
        try:
            await self.send_beat("hello")
            while await self.send_next():
                pass
            await self.close(CLOSED_ACCESS)
        except DatabaseError as error:
            logger.warning("a live socket ended: %s", error)
            await self.close(CLOSED_TROUBLE)  # the browser comes again

    async def send_next(self) -> bool:
        """Send what comes next, at the latest a beat when it is due; False when the person may no longer listen."""
        message = None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(self.next_beat):
                message = await self.queue.get()
        if message is None or "recheck" in message:
            if not await self.still_allowed():
                return False
            await self.send_beat("beat")
        elif message["permission"] in self.permissions:
            await self.send_json({name: message[name] for name in ("type", "seq", "kind", "id", "tier", "counts")})
        else:
            await self.send_json({"type": "event", "seq": message["seq"], "kind": "hidden"})
        return True

    async def send_beat(self, kind: str) -> None:
        self.next_beat = asyncio.get_running_loop().time() + BEAT_EVERY
        seq = await database_sync_to_async(newest_seq)(self.workspace_id)
        await self.send_json({"type": kind, "seq": seq, "server_time": timezone.now().isoformat()})

    async def still_allowed(self) -> bool:
        membership = await self.find_membership()
        if membership is None:
            return False
        self.permissions = membership.permissions
        return True

    @database_sync_to_async
    def find_membership(self) -> Membership | None:
        """The membership of the socket's person, read afresh; None when logged out, locked or no member."""
        user = self.scope["user"]
        if not isinstance(user, User):
            return None
        session = SessionStore(self.scope["session"].session_key).load()
        with contextlib.suppress(Http404):
            membership = membership_of(user, self.scope["url_route"]["kwargs"]["workspace"])
            password_stands = constant_time_compare(
                session.get(HASH_SESSION_KEY, ""), membership.user.get_session_auth_hash()
            )
            return membership if membership.user.is_active and password_stands else None
        return None
