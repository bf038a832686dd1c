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
from django.contrib.sessions.backends.db import SessionStore
from django.http import Http404
from django.utils import timezone

from sentinel.core.access import membership_of
from sentinel.core.live import CHANNEL, newest_seq
from sentinel.core.models import Membership, User
from sentinel.core.permissions import Permission

logger = logging.getLogger(__name__)

BEAT_EVERY = 15.0
QUEUE_LENGTH = 64
RECONNECT_AFTER = 1.0
CLOSED_ACCESS = 4403
CLOSED_SLOW = 4408


class Hub:
    """The process's one subscription; hands each message to the sockets that it concerns."""

    def __init__(self) -> None:
        self.sockets: set[LiveConsumer] = set()
        self.task: asyncio.Task[None] | None = None

    def join(self, socket: "LiveConsumer") -> None:
        self.sockets.add(socket)
        if self.task is None or self.task.done() or self.task.get_loop() is not asyncio.get_running_loop():
            self.task = asyncio.create_task(self.listen())

    def leave(self, socket: "LiveConsumer") -> None:
        self.sockets.discard(socket)

    async def listen(self) -> None:
        while self.sockets:
            try:
                client = redis.asyncio.Redis.from_url(settings.REDIS_URL)
                async with client, client.pubsub() as channel:
                    await channel.subscribe(CHANNEL)
                    self.hand_out({"everyone": True})  # what was said before we listened shows in the beat's number
                    async for message in channel.listen():
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

    async def receive_json(self, content: Any, **kwargs: Any) -> None:
        """A browser says nothing that matters."""

    def put(self, message: dict[str, Any]) -> None:
        try:
            self.queue.put_nowait(message)
        except asyncio.QueueFull:
            hub.leave(self)
            self.pump.cancel()
            self.closing = asyncio.create_task(self.close(CLOSED_SLOW))

    async def send_queued(self) -> None:
        await self.send_beat("hello")
        while True:
            message = None
            with contextlib.suppress(TimeoutError):
                message = await asyncio.wait_for(self.queue.get(), BEAT_EVERY)
            if message is None or "recheck" in message:
                if not await self.still_allowed():
                    await self.close(CLOSED_ACCESS)
                    return
                await self.send_beat("beat")
            elif message["permission"] in self.permissions:
                await self.send_json({name: message[name] for name in ("type", "seq", "kind", "id", "tier", "counts")})
            else:
                await self.send_json({"type": "event", "seq": message["seq"], "kind": "hidden"})

    async def send_beat(self, kind: str) -> None:
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
        user, session = self.scope["user"], self.scope["session"]
        if not isinstance(user, User) or not SessionStore(session.session_key).exists(session.session_key):
            return None
        with contextlib.suppress(Http404):
            membership = membership_of(user, self.scope["url_route"]["kwargs"]["workspace"])
            return membership if membership.user.is_active else None
        return None
