"""Playback: what is on disk of a camera, as records over HTTP and as stills, within an open case."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from typing import NamedTuple, TypeVar

import msgspec
import structlog

from hub.access import audit
from hub.access.audit import Action
from hub.access.entrant import Entrant
from hub.cases.service import Cases
from hub.errors import Refusal
from hub.footage.coded import CodedPicture, Form, Record, encode
from hub.footage.disk import DiskMissing
from hub.footage.noting import Noting
from hub.footage.playback.reading import NOTHING, UNREADABLE, Playback, Reading
from hub.footage.playback.readings import Readings
from hub.footage.playback.stretches import Span, joined
from hub.footage.segments.names import is_camera_id
from hub.footage.stills.service import NoStill, still_of
from hub.footage.transcoding.transcoders import Transcoders
from hub.registry.service import Registry
from hub.storage.writer import Change

MOST_US = 60_000_000
TRANSCODERS_OF_PERSON = 1
WAIT_FOR_ONE_S = 2.0
THREADS = 4
NICENESS = 5
_HOUR_US = 3_600_000_000
_T = TypeVar("_T")
_log = structlog.get_logger()


@dataclass(frozen=True)
class Store:
    """What is on disk. All block, and raise OSError."""

    spans: Callable[[str, int, int], Sequence[Span]]
    """Of a camera, between two times, in order."""
    next_start_us: Callable[[str, int], int | None]
    """When a camera's next span begins, at a time or later."""
    pictures: Callable[[str, int, int], Iterator[Form | CodedPicture]]
    """Of a camera, from the key picture at or before one time until another."""


class LookedAtFootage(msgspec.Struct, frozen=True, kw_only=True):
    """Detail of an audit record on playback; the times are of the first of the looks that it stands for."""

    what: What
    camera_ids: tuple[str, ...]
    from_ms: int
    until_ms: int


class What(StrEnum):
    """What is looked at."""

    PICTURES = "pictures"
    STILL = "still"
    TIMELINE = "timeline"


@dataclass(frozen=True)
class Asked:
    """A look at footage: within which case, of which cameras and time."""

    case_id: str
    what: What
    camera_ids: tuple[str, ...]
    from_us: int
    until_us: int


class Look(NamedTuple):
    """What is one audit record a minute: the same person, case, cameras and hour of footage."""

    person_id: str
    case_id: str
    what: What
    camera_ids: tuple[str, ...]
    hour: int


@dataclass(frozen=True)
class Stretch:
    """From where to where is read; ``next_us``: where the next begins, None where nothing more is on disk."""

    start_us: int
    end_us: int
    next_us: int | None


class Playing:
    """Playback for who may search; every call passes the gate of cases."""

    def __init__(
        self, cases: Cases, registry: Registry, store: Store, noting: Noting, transcoders: Transcoders
    ) -> None:
        self.transcoders = transcoders
        self.readings = Readings()
        self.sent_bytes = 0
        self._cases = cases
        self._registry = registry
        self._store = store
        self._noting = noting
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="playing", initializer=_give_way)

    async def enter(self, asked: Asked, entrant: Entrant) -> None:
        """Pass the gate and leave the audit record. Raises Refusal for a closed case or an unknown camera."""
        case = await self._cases.gate(asked.case_id)
        if not all([await self._is_known(camera_id) for camera_id in asked.camera_ids]):
            field = "camera_id" if asked.what is not What.TIMELINE else "camera_ids"
            raise Refusal("unknown_camera", "没有这个摄像头", "there is no such camera", field=field, status=404)
        detail = LookedAtFootage(
            what=asked.what, camera_ids=asked.camera_ids, from_ms=asked.from_us // 1000, until_ms=asked.until_us // 1000
        )

        def record(change: Change, look: Look) -> None:
            audit.record(
                change, look.person_id, Action.PLAY_FOOTAGE, detail=detail, case_id=case.case_id, purpose=case.purpose
            )

        hour = asked.from_us // _HOUR_US
        await self._noting.note(
            [Look(entrant.person.person_id, case.case_id, asked.what, asked.camera_ids, hour)], record
        )

    async def _is_known(self, camera_id: str) -> bool:
        """Of a camera that is no longer enrolled there may be footage."""
        if camera_id in self._registry.cameras:
            return True
        if not is_camera_id(camera_id):
            return False
        return await self.in_thread(self._store.next_start_us, camera_id, 0) is not None

    async def stretch(self, camera_id: str, from_us: int, until_us: int) -> Stretch:
        """What of the time asked for is read in one go: up to the first gap, and MOST_US at most."""
        until_us = min(until_us, from_us + MOST_US)
        found = stretch_of(await self.spans(camera_id, from_us, until_us + _HOUR_US), from_us, until_us)
        if found.next_us is None:
            found = replace(found, next_us=await self.in_thread(self._store.next_start_us, camera_id, until_us))
        return found

    @property
    def under_way(self) -> int:
        """How many readings have their turn."""
        return self.readings.under_way

    def play(self, camera_id: str, stretch: Stretch, transcode_for: str | None = None) -> Playback:
        """The stretch, to be read within a turn; converted where it must be, for a person."""

        def pictures() -> Iterator[Record]:
            if stretch.end_us <= stretch.start_us:
                return iter((NOTHING,))
            return self._store.pictures(camera_id, stretch.start_us, stretch.end_us)

        reading = Reading(pictures, self._threads)
        convert = None
        if transcode_for is not None:
            convert = partial(
                self.transcoders.through,
                people=lambda: (transcode_for,),
                share=TRANSCODERS_OF_PERSON,
                wait_s=WAIT_FOR_ONE_S,
            )
        return Playback(camera_id, reading, convert, self._sent)

    def _sent(self, size: int) -> None:
        self.sent_bytes += size

    def stop(self) -> None:
        """No reading is begun any longer."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def spans(self, camera_id: str, since_us: int, until_us: int) -> Sequence[Span]:
        """What is on disk of a camera between two times."""
        return await self.in_thread(self._store.spans, camera_id, since_us, until_us)

    async def still(self, camera_id: str, at_us: int, person_id: str) -> bytes:
        """The picture that was there at ``at_us``, as JPEG, within a turn. Raises Refusal where there is none."""
        async with self.readings.turn(person_id):
            stretch = await self.stretch(camera_id, at_us, at_us + 1)
            if stretch.start_us > at_us or stretch.end_us <= stretch.start_us:
                raise Refusal(NOTHING.code, NOTHING.message, NOTHING.message_en, field="at_ms", status=404)
            reading = Reading(lambda: self._store.pictures(camera_id, at_us, at_us + 1), self._threads)
            try:
                async with aclosing(reading), aclosing(_coded(reading)) as pieces:
                    return await still_of(pieces, at_us)
            except (OSError, NoStill) as error:
                _log.warning("playing.no_still", camera=camera_id, error=str(error))
                raise Refusal(UNREADABLE.code, UNREADABLE.message, UNREADABLE.message_en, status=404) from None

    async def in_thread(self, call: Callable[..., _T], *given: object) -> _T:
        """Run what blocks apart from every other room's threads. Raises Refusal (503) where the disk fails."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, call, *given)
        except DiskMissing as error:
            raise Refusal("footage_disk_missing", error.chinese, str(error), status=503) from None
        except OSError as error:
            _log.error("playing.disk_failed", error=str(error))
            words = ("录像盘读不出来，请检查硬盘", "the disk of recordings cannot be read: look after it")
            raise Refusal("disk_failed", *words, status=503) from None


async def _coded(reading: Reading) -> AsyncGenerator[bytes]:
    async with aclosing(reading.pieces()) as pieces:
        async for piece in pieces:
            yield b"".join(map(encode, piece))


def stretch_of(spans: Sequence[Span], from_us: int, until_us: int) -> Stretch:
    """What of the time asked for lies in one span."""
    found = joined(spans)
    for number, (start_us, end_us) in enumerate(found):
        if end_us <= from_us:
            continue
        if start_us >= until_us:
            return Stretch(from_us, from_us, start_us)
        following = found[number + 1][0] if number + 1 < len(found) else None
        return Stretch(max(from_us, start_us), min(end_us, until_us), until_us if until_us < end_us else following)
    return Stretch(from_us, from_us, None)


def _give_way() -> None:
    """The thread, on Linux: decoding a still is worth less than somebody's voice."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
