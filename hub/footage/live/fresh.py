"""Live pictures for who may be slower than they come: what has waited too long gives way to the next key picture."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import replace

from devices.protocol.clock import Clock
from hub.footage.coded import CodedPicture, Record
from hub.footage.errors import SourceError
from hub.tasks import end_tasks

MOST_LATE_US = 2_000_000
MOST_WAITING_BYTES = 8 * 1024 * 1024
"""As many as the relay hands to a newcomer at once."""


class _Waiting:
    """Records that were not taken yet, the oldest first, each with when it came (monotonic)."""

    def __init__(self, clock: Clock) -> None:
        self.woken = asyncio.Event()
        self._clock = clock
        self._records: deque[tuple[int, Record]] = deque()
        self._bytes = 0
        self._lost = False

    def __bool__(self) -> bool:
        return bool(self._records)

    def put(self, record: Record) -> None:
        now_us = self._clock.monotonic_us()
        if isinstance(record, CodedPicture):
            late = bool(self._records) and now_us - self._records[0][0] > MOST_LATE_US
            self._lost |= late or self._bytes + len(record.data) > MOST_WAITING_BYTES
            if self._lost:
                if not record.key:
                    return
                self._records = deque((now_us, one) for _, one in self._records if not isinstance(one, CodedPicture))
                self._bytes, self._lost = 0, False
                record = replace(record, broken=True)
            self._bytes += len(record.data)
        self._records.append((now_us, record))
        self.woken.set()

    def take(self) -> Record:
        _, record = self._records.popleft()
        if isinstance(record, CodedPicture):
            self._bytes -= len(record.data)
        return record


async def fresh(records: AsyncIterator[Record], clock: Clock) -> AsyncGenerator[Record]:
    """The records as they come; whoever takes them too slowly misses pictures up to a key picture (``broken``).

    Raises what the source raises, once what came before was taken.
    """
    waiting = _Waiting(clock)
    failed: list[Exception] = []

    async def read() -> None:
        try:
            async for record in records:
                waiting.put(record)
        except (SourceError, ValueError) as error:
            failed.append(error)
        finally:
            waiting.woken.set()

    reading = asyncio.create_task(read())
    try:
        while waiting or not reading.done():
            if waiting:
                yield waiting.take()
            else:
                waiting.woken.clear()
                await waiting.woken.wait()
                await asyncio.sleep(0)
        if failed:
            raise failed[0]
    finally:
        await end_tasks(reading)
