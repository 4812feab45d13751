"""Recordings in a folder of their own, and bursts handed to them as the talk room does."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

import numpy as np

from devices.protocol.clock import Clock, SystemClock
from devices.protocol.messages import CallKind
from devices.protocol.voice import VoicePacket
from devices.radio.opus import ENCODE_RATE_HZ, Encoder
from hub.events.log import EventLog
from hub.registry.service import Registry
from hub.storage.database import Database
from hub.talk.recording.messages import NewBurst
from hub.talk.recording.service import Recordings
from tests.hub import open_database

_numbers = count(1)


def tone(seconds: float, hertz: float = 440) -> list[bytes]:
    """Opus packets of a tone."""
    at = np.arange(round(seconds * ENCODE_RATE_HZ)) / ENCODE_RATE_HZ
    return Encoder().encode((12_000 * np.sin(2 * np.pi * hertz * at)).astype(np.int16))


def voice(burst_id: int, number: int, frame: bytes) -> VoicePacket:
    """The packet with this number, of one frame."""
    return VoicePacket(1, burst_id, number, number * 960, 5, 0, 0, False, (frame,))


def new_burst(
    group_id: str = "all", talker_id: str = "R01", group_name: str = "全体场所", talker_name: str = "王芳"
) -> NewBurst:
    return NewBurst(
        burst_id=next(_numbers), call_id=1, call_kind=CallKind.GROUP, group_id=group_id, group_name=group_name,
        talker_id=talker_id, talker_name=talker_name, radios_online=4,
    )  # fmt: skip


def record(recordings: Recordings, new: NewBurst, frames: Sequence[bytes]) -> int:
    """A burst from its grant to its end; returns its id. Its row is complete a moment later."""
    recordings.begin(new)
    for number, frame in enumerate(frames):
        recordings.packet(voice(new.burst_id, number, frame), number * 20_000)
    recordings.end(new.burst_id)
    recordings.reached(new.burst_id, 3)
    return new.burst_id


@asynccontextmanager
async def open_recordings(folder: Path, clock: Clock | None = None) -> AsyncIterator[tuple[Recordings, Database]]:
    """Recordings below ``folder``, of a community without a name."""
    clock = clock or SystemClock()
    async with open_database(folder, clock) as database:
        events = EventLog(database)
        events.open()
        registry = Registry(database, events)
        recordings = Recordings(database, events, registry, clock, folder / "voice")
        await recordings.open()
        try:
            yield recordings, database
        finally:
            await recordings.stop()
