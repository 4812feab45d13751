"""The transcoders that run, bounded in number; each is a child process that gives way to everything else."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection
from dataclasses import dataclass

import structlog

from hub.children import end_child, start_child
from hub.footage.coded import Coding, Form, Record, RecordReader, Word, encode
from hub.tasks import end_tasks

NICENESS = 10
PIECE_BYTES = 256 * 1024
END_WITHIN_S = 0.5
_COMMAND = (sys.executable, "-m", "hub.footage.transcoding.job")
People = Callable[[], Collection[str]]
"""For whom a conversion is, at this moment."""
_log = structlog.get_logger()
BUSY = Word(
    code="transcoders_busy",
    message="浏览器不支持这种视频编码，转码名额已用完，空出后自动播放",
    message_en="the browser cannot decode this video, and every converter is busy; it plays when one is free",
)
FAILED = Word(
    code="transcoder_failed",
    message="视频转码中断，正在重新开始",
    message_en="the conversion broke off and is started again",
)


@dataclass(eq=False)
class _Place:
    """One conversion: for whom it runs now, and whose share it is."""

    people: People
    whose: str


class Transcoders:
    """At most ``most`` at once, of which a person has a share."""

    def __init__(self, most: int) -> None:
        self.failures = 0
        self.most = most
        self._children: set[asyncio.subprocess.Process] = set()
        self._places: set[_Place] = set()
        self._freed = asyncio.Event()

    @property
    def running(self) -> int:
        """How many streams are being converted."""
        return len(self._places)

    @property
    def process_ids(self) -> list[int]:
        """The children's."""
        return [child.pid for child in self._children]

    async def through(
        self, records: AsyncIterator[Record], people: People, share: int, wait_s: float = 0.0
    ) -> AsyncGenerator[Record]:
        """The stream in H.264: as it is where it is that already; otherwise converted, which ends with a word where
        every transcoder is busy or this one breaks off. The source is closed by whoever opened it.

        It counts for one of ``people``, as long as they are among them, who may have ``share``; a place is waited for
        ``wait_s``.

        Raises what the source raises, after what came before it.
        """
        async for record in records:
            if isinstance(record, Form) and record.coding is not Coding.H264:
                break
            yield record
        else:
            return
        place = await self._take_place(people, share, wait_s)
        if place is None:
            yield BUSY if len(self._places) >= self.most else _share_taken(share)
            return
        try:
            async with contextlib.aclosing(self._convert(record, records)) as converted:
                async for record in converted:
                    yield record
        finally:
            self._places.discard(place)
            self._freed.set()
            self._freed = asyncio.Event()

    async def _take_place(self, people: People, share: int, wait_s: float) -> _Place | None:
        """Where one is free, or becomes so soon."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                while True:
                    whose = next((one for one in people() if self._of(one) < share), None)
                    if whose is not None and len(self._places) < self.most:
                        place = _Place(people, whose)
                        self._places.add(place)
                        return place
                    await self._freed.wait()
        return None

    def _of(self, person_id: str) -> int:
        """How many are this person's share; not those that others still watch after they went."""
        return sum(place.whose == person_id and person_id in place.people() for place in self._places)

    async def _convert(self, first: Record, records: AsyncIterator[Record]) -> AsyncGenerator[Record]:
        try:
            child = await start_child(
                _COMMAND, niceness=NICENESS, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
            )
        except OSError as error:  # too many processes or open files, no memory
            self.failures += 1
            _log.warning("transcoder.not_started", error=str(error))
            yield FAILED
            return
        self._children.add(child)
        feeding = asyncio.create_task(_feed(child, first, records))
        assert child.stdout is not None
        reader = RecordReader()
        try:
            while piece := await child.stdout.read(PIECE_BYTES):
                for record in reader.feed(piece):
                    yield record
            if feeding.done():
                feeding.result()
            if not feeding.done() or await child.wait() != 0:
                self.failures += 1
                _log.warning("transcoder.ended", code=await child.wait())
                yield FAILED
        finally:
            await end_tasks(feeding)
            await end_child(child, END_WITHIN_S)
            self._children.discard(child)


def _share_taken(share: int) -> Word:
    return Word(
        code=BUSY.code,
        message=f"浏览器不支持这种视频编码，每人最多同时转码 {share} 路，空出后自动播放",
        message_en=f"the browser cannot decode this video, and you have your {share} converters already; "
        "it plays when one is free",
    )


async def _feed(child: asyncio.subprocess.Process, first: Record, records: AsyncIterator[Record]) -> None:
    """Everything to the child, and then its input's end, also where the source fails: nobody waits for more.

    It takes pictures no faster than it converts them. Raises what ``records`` raises.
    """
    assert child.stdin is not None
    try:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            child.stdin.write(encode(first))
            async for record in records:
                child.stdin.write(encode(record))
                await child.stdin.drain()
    finally:
        child.stdin.close()
