"""The speech room's front door: a text spoken by the engine that the settings name, within bounds."""

from __future__ import annotations

import asyncio
import contextlib
import shlex
import shutil
from enum import StrEnum

import numpy as np
import structlog

from hub.children import end_child, start_child
from hub.errors import Refusal
from hub.speech.sound import NoSound, Spoken, TooLong, read_sound

_log = structlog.get_logger()
MOST_CHARACTERS = 500
"""As many as an alert's text has."""
MOST_SPOKEN_S = 120.0
PATIENCE_S = 10.0
AT_ONCE = 2
"""Engines that run at the same time; the others wait."""
MOST_WAITING = 16
"""Texts under way and waiting; past it one is refused."""
KEPT = 8
"""Texts that were spoken last, at most 4 MB each: an escalation says the same to many."""
_MOST_WAV_BYTES = round(MOST_SPOKEN_S) * 48_000 * 2 + 4096
_LEAST_PEAK = 300
"""Of 32,767: an engine without its voice's data gives silence and no error."""
_ESPEAK = ("espeak-ng", "-v", "cmn", "--stdin", "--stdout")
NO_COMMAND = "none"


class Why(StrEnum):
    """Why a text was not spoken."""

    NO_ENGINE = "no_engine"
    TOO_LONG = "too_long"
    TOO_SLOW = "too_slow"
    TOO_BUSY = "too_busy"
    FAILED = "failed"


_WORDS = {
    Why.NO_ENGINE: ("本机没有语音合成程序", "no speech engine is installed here", 503),
    Why.TOO_LONG: ("文字太长，无法朗读", "the text is too long to be spoken", 422),
    Why.TOO_SLOW: ("语音合成超时", "the speech engine takes too long", 503),
    Why.TOO_BUSY: ("语音合成繁忙，请稍后再试", "too many texts are being spoken: try again later", 503),
    Why.FAILED: ("语音合成失败", "the speech engine failed", 503),
}


class NotSpoken(Refusal):
    """A text was not spoken, for this reason."""

    def __init__(self, why: Why) -> None:
        message, message_en, status = _WORDS[why]
        super().__init__(f"not_spoken_{why.value}", message, message_en, status=status)
        self.why = why


def engine(setting: str | None) -> tuple[str, ...] | None:
    """The command of ``speech_command``: as given, none for ``none``; espeak-ng in Chinese where it is installed."""
    if setting == NO_COMMAND:
        return None
    if setting:
        return tuple(shlex.split(setting))
    return _ESPEAK if shutil.which(_ESPEAK[0]) else None


class Speech:
    """One engine. Call it from the event loop."""

    def __init__(self, command: tuple[str, ...] | None) -> None:
        """``command`` reads UTF-8 text from its input and writes a WAV file, or another that FFmpeg knows, to its
        output; None: nothing is spoken."""
        self._command = command
        self._running = asyncio.Semaphore(AT_ONCE)
        self._kept: dict[str, Spoken] = {}
        self._under_way: dict[str, asyncio.Task[Spoken]] = {}

    async def spoken(self, text: str) -> Spoken:
        """``text`` as sound; who asks for the same at once has the same. Raises NotSpoken."""
        text = text.strip()
        if self._command is None:
            raise NotSpoken(Why.NO_ENGINE)
        if not text or len(text) > MOST_CHARACTERS:
            raise NotSpoken(Why.TOO_LONG if text else Why.FAILED)
        if text in self._kept:
            return self._kept[text]
        task = self._under_way.get(text)
        if task is None:
            if len(self._under_way) >= MOST_WAITING:
                raise NotSpoken(Why.TOO_BUSY)
            task = self._under_way[text] = asyncio.create_task(self._speak(text, self._command), name="speech")
            task.add_done_callback(lambda done: self._done(text, done))
        return await asyncio.shield(task)

    def _done(self, text: str, task: asyncio.Task[Spoken]) -> None:
        del self._under_way[text]
        if not task.cancelled() and task.exception() is None:
            self._kept[text] = task.result()
            if len(self._kept) > KEPT:
                del self._kept[next(iter(self._kept))]

    async def _speak(self, text: str, command: tuple[str, ...]) -> Spoken:
        try:
            async with asyncio.timeout(PATIENCE_S), self._running:
                wav = await _said(text, command)
                spoken = await asyncio.to_thread(_read, wav)
        except TimeoutError:
            raise NotSpoken(Why.TOO_SLOW) from None
        except TooLong:
            raise NotSpoken(Why.TOO_LONG) from None
        except (NoSound, OSError) as error:
            _log.error("speech.failed", command=command[0], error=str(error))
            raise NotSpoken(Why.FAILED) from None
        return spoken


async def _said(text: str, command: tuple[str, ...]) -> bytes:
    """What the engine writes. The text is in no argument, which everybody on the machine could read.

    Raises OSError, NoSound, TooLong.
    """
    pipe, nowhere = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    child = await start_child(command, stdin=pipe, stdout=pipe, stderr=nowhere, niceness=5)
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        child.stdin.write(text.encode() + b"\n")
        child.stdin.close()
        wav = bytearray()
        while block := await child.stdout.read(1 << 16):
            wav += block
            if len(wav) > _MOST_WAV_BYTES:
                raise TooLong(f"longer than {MOST_SPOKEN_S:g} s")
        if await child.wait():
            raise NoSound(f"it ended with {child.returncode}")
    finally:
        await end_child(child, patience_s=0.5)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0.5):
                await child.stdout.read()  # to its end, with which the pipe is closed
    return bytes(wav)


def _read(wav: bytes) -> Spoken:
    """By a thread: decoded, heard to be no silence, and coded."""
    spoken = read_sound(wav, MOST_SPOKEN_S)
    if np.abs(spoken.pcm.astype(np.int32)).max() < _LEAST_PEAK:
        raise NoSound("what it said is silence: is the voice's data installed?")
    assert spoken.ogg
    return spoken
