"""One stretch of footage as it is read for a player: in threads, piece by piece, ended by a word."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing

import structlog

from hub.footage.coded import CodedPicture, Record, RecordError, Word, encode

MOST_BYTES = 64 * 1024 * 1024
PIECE_BYTES = 256 * 1024
Convert = Callable[[AsyncIterator[Record]], AsyncGenerator[Record]]
"""Records as another coding, or as they are."""
_log = structlog.get_logger()
END = Word(code="end", message="这一段放完了", message_en="this is the end of the stretch")
MORE = Word(
    code="more", message="内容太多，请从最后一个画面接着要", message_en="too much at once: ask from the last picture"
)
NOTHING = Word(code="nothing", message="这段时间没有录像", message_en="nothing was recorded then")
UNREADABLE = Word(code="unreadable", message="录像文件读不出来", message_en="the recording cannot be read")


class Reading:
    """A blocking iterator of records, read piece by piece in threads."""

    def __init__(self, open_records: Callable[[], Iterator[Record]], threads: ThreadPoolExecutor) -> None:
        self._open_records = open_records
        self._threads = threads
        self._records: Iterator[Record] | None = None
        self._using = threading.Lock()

    async def pieces(self) -> AsyncGenerator[list[Record]]:
        """The first picture alone, so that it is there at once; then by PIECE_BYTES. Raises OSError."""
        most_bytes = 1
        while piece := await self._in_thread(self._next, most_bytes):
            yield piece
            most_bytes = PIECE_BYTES

    async def aclose(self) -> None:
        """Let go of the file, in a thread: one may still be reading."""
        await self._in_thread(self._close)

    async def _in_thread(self, call: Callable[..., list[Record]], *given: int) -> list[Record]:
        return await asyncio.get_running_loop().run_in_executor(self._threads, call, *given)

    def _next(self, most_bytes: int) -> list[Record]:
        found: list[Record] = []
        size = 0
        with self._using:
            if self._records is None:
                self._records = self._open_records()
            for record in self._records:
                found.append(record)
                size += len(record.data) if isinstance(record, CodedPicture) else 0
                if size >= most_bytes:
                    break
        return found

    def _close(self) -> list[Record]:
        with self._using:
            if close := getattr(self._records, "close", None):
                close()
        return []


class Playback:
    """One stretch that is being played; it has a turn until it is closed."""

    def __init__(self, camera_id: str, reading: Reading, convert: Convert | None, count: Callable[[int], None]) -> None:
        """``count`` is told the bytes that go out."""
        self._sent_bytes = 0
        self._camera_id = camera_id
        self._reading = reading
        self._convert = convert
        self._count = count

    async def pieces(self) -> AsyncGenerator[bytes]:
        """Bytes of records, the last of which is a word."""
        last: Record = END
        try:
            async with aclosing(self._pieces()) as pieces:
                async for piece in pieces:
                    data = b"".join(map(encode, piece))
                    self._sent_bytes += len(data)
                    self._count(len(data))
                    yield data
                    last = piece[-1]
                    if self._sent_bytes >= MOST_BYTES:
                        last = MORE
                        yield encode(MORE)
                        break
        except (OSError, RecordError) as error:
            _log.warning("playing.unreadable", camera=self._camera_id, error=str(error))
            last = UNREADABLE
            yield encode(UNREADABLE)
        if not isinstance(last, Word) or last is END:
            yield encode(END)

    async def _pieces(self) -> AsyncGenerator[list[Record]]:
        async with aclosing(self._reading.pieces()) as pieces:
            if self._convert is None:
                async for piece in pieces:
                    yield piece
                return
            async with aclosing(self._convert(_one_by_one(pieces))) as converted:
                async for record in converted:
                    yield [record]

    async def aclose(self) -> None:
        """Let go of the file."""
        await self._reading.aclose()


async def _one_by_one(pieces: AsyncIterator[list[Record]]) -> AsyncGenerator[Record]:
    async for piece in pieces:
        for record in piece:
            yield record
