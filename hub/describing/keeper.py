"""Keeps the describing process: started when it is asked, one question at a time, ended when nobody asked for minutes.

In the hub itself the networks would take 80 to 110 MB for good (it has 181 MB without them), and a picture that
somebody handed in would be decoded beside the talk. A process of its own takes 130 MB while it is used, and 0.3 s of
processor time to start (measured with the built-in describer, on the machine of docs/vision.md).
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence

import msgspec
import structlog

from hub.children import end_child, start_child
from hub.describing.messages import LENGTH, Answered, Asked, Ready

IDLE_S = 180.0
"""So long after the last answer the process is ended."""
START_WITHIN_S, START_IN_BACKGROUND_WITHIN_S = 20.0, 600.0
"""On a machine that is busy without a pause the one in the background starts when it may."""
ANSWER_WITHIN_S = 15.0
"""A photo takes a fifth of a second, a batch of kept pictures a second; a machine under load ten times that."""
MOST_WAITING = 8
"""Questions that wait for the one under way; a further one is turned away."""
MOST_ANSWER_BYTES = 1 << 20
PHOTO_NICENESS = 5
"""Talk first, then who waits for a photo, then vision."""
BACKGROUND_NICENESS = 19

_decoder: msgspec.msgpack.Decoder[Answered] = msgspec.msgpack.Decoder(Answered)
_log = structlog.get_logger()


class ChildBusy(RuntimeError):
    """Too many questions wait."""


class ChildFailed(RuntimeError):
    """The process cannot be started, ended, or did not answer in time, or the hub ends; says which."""


class DescribingChild:
    """One process and those who wait for it. Used from the event loop."""

    def __init__(self, name: str, choices: Sequence[str], *, background: bool = False, idle_s: float = IDLE_S) -> None:
        """``choices`` are the descriptors in use (description/choice.py), the current one first."""
        self._name = name
        self._choices = self._started_with = tuple(choices)
        self._background = background
        self._idle_s = idle_s
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()
        self._waiting = 0
        self._has_stopped = False
        self._idle: asyncio.TimerHandle | None = None
        self._ending: set[asyncio.Task[None]] = set()
        self.describers: tuple[str, ...] = ()
        """Those of the running process, or of the one before; empty before the first."""
        self.starts = 0
        self.failures = 0

    @property
    def pid(self) -> int | None:
        """The process that runs now."""
        return self._process.pid if self._process is not None and self._process.returncode is None else None

    async def ask(self, asked: Asked, within_s: float = ANSWER_WITHIN_S) -> Answered:
        """What the process answers. Raises ChildBusy, ChildFailed; after a failure the next question starts another."""
        if self._waiting > MOST_WAITING:
            raise ChildBusy(f"{self._waiting} questions wait")
        self._waiting += 1
        try:
            async with self._turn:
                self._stop_clock()
                try:
                    process = await self._running()
                    async with asyncio.timeout(within_s):
                        return await _exchange(process, asked)
                except (TimeoutError, OSError, asyncio.IncompleteReadError, msgspec.MsgspecError) as error:
                    await self._failed(repr(error))
                    raise ChildFailed(f"the describing process gave no answer: {error!r}") from error
                except asyncio.CancelledError:  # its answer would be taken for the next one's
                    await asyncio.shield(self._end())
                    raise
                finally:
                    self._start_clock()
        finally:
            self._waiting -= 1

    async def use(self, choices: Sequence[str]) -> None:
        """Describe with these from now on: the next question starts a process that has them.

        Waits for no question under way.
        """
        self._choices = tuple(choices)
        if not self._turn.locked():
            async with self._turn:
                await self._end_former()

    async def stop(self) -> None:
        """End the process, for good: a further question fails."""
        self._has_stopped = True
        self._stop_clock()
        async with self._turn:
            await self._end()
        await asyncio.gather(*self._ending)

    async def _running(self) -> asyncio.subprocess.Process:
        if self._has_stopped:
            raise OSError("the hub ends")
        await self._end_former()
        if self._process is not None and self._process.returncode is None:
            return self._process
        self._started_with = choices = self._choices
        descriptors = [word for choice in choices for word in ("--descriptor", choice)]
        command = [
            sys.executable,
            "-m",
            "hub.describing.child",
            *descriptors,
            *(("--idle",) if self._background else ()),
        ]
        self.starts += 1
        self._process = process = await start_child(
            command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            niceness=BACKGROUND_NICENESS if self._background else PHOTO_NICENESS,
        )
        async with asyncio.timeout(START_IN_BACKGROUND_WITHIN_S if self._background else START_WITHIN_S):
            ready = await _answer(process)
        if not isinstance(ready, Ready):
            raise OSError("the describing process did not say that it is ready")
        self.describers = ready.describers
        return process

    async def _end_former(self) -> None:
        """End the process where it describes with others than those in use."""
        if self._started_with != self._choices:
            await self._end()

    async def _failed(self, why: str) -> None:
        self.failures += 1
        code = self._process.returncode if self._process is not None else None
        _log.error("describing.failed", process=self._name, why=why, code=code)
        await self._end(patience_s=0.0)

    async def _end(self, patience_s: float = 2.0) -> None:
        process, self._process = self._process, None
        if process is not None:
            await end_child(process, patience_s)

    def _start_clock(self) -> None:
        self._stop_clock()
        if self._process is not None:
            self._idle = asyncio.get_running_loop().call_later(self._idle_s, self._rest)

    def _stop_clock(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None

    def _rest(self) -> None:
        process, self._process = self._process, None  # at once: a question that comes now starts another
        if process is not None:
            task = asyncio.create_task(end_child(process), name=f"{self._name}-rests")
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)


async def _exchange(process: asyncio.subprocess.Process, asked: Asked) -> Answered:
    assert process.stdin is not None
    content = msgspec.msgpack.encode(asked)
    process.stdin.write(LENGTH.pack(len(content)) + content)
    await process.stdin.drain()
    return await _answer(process)


async def _answer(process: asyncio.subprocess.Process) -> Answered:
    assert process.stdout is not None
    (length,) = LENGTH.unpack(await process.stdout.readexactly(LENGTH.size))
    if length > MOST_ANSWER_BYTES:
        raise OSError(f"the describing process announces an answer of {length} bytes")
    return _decoder.decode(await process.stdout.readexactly(length))
