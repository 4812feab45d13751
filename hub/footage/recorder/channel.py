"""One stream at the relay, and those who are handed it: each picture once encoded, a slow consumer loses some.

A picture is sent by the thread that publishes it, as far as a consumer's socket takes it without waiting.
"""

from __future__ import annotations

import socket
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import replace

from hub.footage.coded import CodedPicture, Form, Record, Word, encode

MAX_WAITING_BYTES = 4 * 1024 * 1024
MAX_KEPT_BYTES = 8 * 1024 * 1024
MAX_CONSUMERS = 32
ENDED = Word(code="end", message="录像进程已不再读取这个摄像头", message_en="the recorder reads this camera no more")


class Consumer:
    """One who is handed a stream. Everything is called with the channel's lock held."""

    def __init__(self, connection: socket.socket, watch: Callable[[Consumer], None]) -> None:
        """``watch`` is called when the socket takes no more for now, and when it is broken (``gone``)."""
        self.connection = connection
        self.gone = False
        self._watch = watch
        self._waiting: deque[memoryview] = deque()
        self._waiting_bytes = 0
        self._awaits_key = True
        self._lost = False
        self._ending = False

    def give(self, record: Record, data: bytes) -> None:
        """``data`` is the record's; a picture is passed over while the consumer is behind."""
        if self.gone:
            return
        if isinstance(record, CodedPicture):
            crowded = self._waiting_bytes > 0 and self._waiting_bytes + len(data) > MAX_WAITING_BYTES
            if crowded or (self._awaits_key and not record.key):
                self._lost |= crowded
                self._awaits_key = True
                return
            if self._lost and not record.broken:
                data = encode(replace(record, broken=True))
            self._awaits_key = self._lost = False
        elif isinstance(record, Form):
            self._awaits_key = True
        self._waiting.append(memoryview(data))
        self._waiting_bytes += len(data)
        if len(self._waiting) == 1:
            self.flush()
            if self._waiting:
                self._watch(self)

    def end(self) -> None:
        """Nothing more comes: over once what waits is sent."""
        self._ending = True
        self._watch(self)

    @property
    def is_over(self) -> bool:
        return self.gone or (self._ending and not self._waiting)

    @property
    def is_behind(self) -> bool:
        return bool(self._waiting)

    def flush(self) -> None:
        """Send what goes without waiting."""
        while self._waiting and not self.gone:
            piece = self._waiting[0]
            try:
                sent = self.connection.send(piece)
            except BlockingIOError:
                return
            except OSError:
                self.gone = True
                self._waiting.clear()
                self._watch(self)
                return
            self._waiting_bytes -= sent
            if sent < len(piece):
                self._waiting[0] = piece[sent:]
                return
            self._waiting.popleft()


class Channel:
    """One stream at the relay; ``publish`` may be called by any thread and never waits for a consumer."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self._said: Form | Word | None = None
        self._kept: list[CodedPicture] = []
        self._kept_bytes = 0
        self._consumers: list[Consumer] = []

    @property
    def consumers(self) -> int:
        return len(self._consumers)

    def publish(self, record: Record) -> None:
        """Hand it to all who are there, and keep what a newcomer needs."""
        with self.lock:
            self._keep(record)
            if self._consumers:
                data = encode(record)
                for consumer in self._consumers:
                    consumer.give(record, data)

    def _keep(self, record: Record) -> None:
        if not isinstance(record, CodedPicture):
            self._said = record
            self._kept, self._kept_bytes = [], 0
            return
        if record.key:
            self._kept, self._kept_bytes = [], 0
        elif not self._kept:
            return
        self._kept.append(record)
        self._kept_bytes += len(record.data)
        if self._kept_bytes > MAX_KEPT_BYTES:
            self._kept, self._kept_bytes = [], 0

    def join(self, consumer: Consumer) -> bool:
        """Give it the stream from the last key picture on, and all that comes. False: there are too many."""
        with self.lock:
            if len(self._consumers) >= MAX_CONSUMERS:
                return False
            self._consumers.append(consumer)
            if self._said is not None:
                consumer.give(self._said, encode(self._said))
            for picture in self._kept:
                consumer.give(picture, encode(picture))
            return True

    def leave(self, consumer: Consumer) -> None:
        with self.lock:
            self._consumers.remove(consumer)
            consumer.gone = True

    def end(self) -> None:
        """The stream is no more; who has it is told, after what waits."""
        self.publish(ENDED)
        with self.lock:
            for consumer in self._consumers:
                consumer.end()
