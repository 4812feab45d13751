"""What has come from the broker and waits to be routed: judged as it arrives, bounded in messages and in bytes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import aiomqtt

from hub.bridge.refused import Refused, RefusedReason

MAX_MESSAGES = 4_000
"""130 radios that each say all that may wait for a first confirmation (32) at one moment."""
MAX_BYTES = 32 * 1024 * 1024
"""Past either bound what comes is dropped and counted as ``overloaded``: QoS 0 is lost, devices repeat the rest."""

Takes = Callable[[str, int], bool]
"""Whether a message on this topic, of so many bytes, may wait at all."""


class Incoming(asyncio.Queue[aiomqtt.Message]):
    """The queue of one connection. What may not wait is dropped here, before anything else is spent on it."""

    def __init__(self, takes: Takes, refused: Refused) -> None:
        super().__init__()
        self._takes = takes
        self._refused = refused
        self._bytes = 0

    def put_nowait(self, item: aiomqtt.Message) -> None:
        """Keep the message, or drop and count it."""
        topic, size = item.topic.value, _size(item)
        if not self._takes(topic, size):
            return
        if self.qsize() >= MAX_MESSAGES or self._bytes + size > MAX_BYTES:
            self._refused.add(
                "hub", topic, RefusedReason.OVERLOADED, f"{self.qsize()} messages wait, {self._bytes} bytes"
            )
            return
        self._bytes += size
        super().put_nowait(item)

    def get_nowait(self) -> aiomqtt.Message:
        """The oldest message. Raises asyncio.QueueEmpty."""
        item = super().get_nowait()
        self._bytes -= _size(item)
        return item


def _size(message: aiomqtt.Message) -> int:
    return len(message.topic.value) + len(message.payload or b"")
