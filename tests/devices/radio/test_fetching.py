"""A radio asks for its spoken messages until it has them, whatever of the answers is missing, doubled or wrong."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from devices.link import Link, LinkTiming
from devices.protocol.clock import SystemClock
from devices.protocol.media import MOST_PARTS, PART_BYTES, Part, Wanted
from devices.protocol.messages import Attachment
from devices.protocol.topics import Down, Up
from devices.radio import fetching
from devices.radio.fetching import MOST_DAMAGED, Fetching
from devices.radio.kept_media import KeptMedia
from hub.tasks import end_tasks
from tests.devices.room import Room, by_hand, open_broker, until

FIRST, SECOND = b"1" * 3 * PART_BYTES, b"2" * 100


def named(data: bytes) -> Attachment:
    return Attachment(media_id=hashlib.sha256(data).hexdigest(), bytes=len(data), type="audio/ogg")


class Fetched:
    """A radio's fetching on a real line to a police room by hand."""

    def __init__(self, room: Room, link: Link, folder: Path) -> None:
        self.room = room
        self.arrived: list[str] = []
        self.somebody_speaks = False
        self.kept = KeptMedia(folder)
        self.fetching = Fetching(link, SystemClock(), self.kept, lambda: self.somebody_speaks, self.arrived.append)

    def want(self, data: bytes, for_s: float = 60.0) -> None:
        self.fetching.want(named(data), SystemClock().monotonic_us() + round(for_s * 1e6))

    async def asked(self, count: int) -> Wanted:
        """What the radio asked for, the ``count``-th time."""
        return (await self.room.hear("R001", Up.WANTED, Wanted, count))[count - 1]

    async def give(self, data: bytes, from_byte: int, *, of: bytes | None = None) -> None:
        """One part; of something else where it is said."""
        part = (of or data)[from_byte : from_byte + PART_BYTES]
        message = Part(stamp=self.room.stamp(), media_id=named(data).media_id, from_byte=from_byte, data=part)
        await self.room.say("R001", Down.PART, message)


@pytest.fixture
async def fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Fetched]:
    monkeypatch.setattr(fetching, "AGAIN_AFTER_S", 0.3)
    async with open_broker("embedded", tmp_path / "broker") as broker, Room(broker.hub_address).open() as room:
        timing = LinkTiming(first_reconnect_s=0.05)
        link = Link(by_hand(broker.hub_address), clock=SystemClock(), software="test", timing=timing)
        made = Fetched(room, link, tmp_path / "kept")
        running = asyncio.create_task(link.run())
        try:
            await until(lambda: link.connected, "the radio is on line")
            yield made
        finally:
            made.fetching.close()
            await end_tasks(running)


async def test_missing_part_is_asked_for_again_and_a_doubled_one_taken_once(fetched: Fetched) -> None:
    """P-12.2"""
    fetched.want(FIRST)
    first = await fetched.asked(1)
    assert (first.from_byte, first.parts) == (0, MOST_PARTS)
    await fetched.give(FIRST, 0)
    await fetched.give(FIRST, 0)
    await fetched.give(FIRST, 2 * PART_BYTES)
    assert (await fetched.asked(2)).from_byte == PART_BYTES
    await fetched.give(FIRST, PART_BYTES)
    await fetched.give(FIRST, 2 * PART_BYTES)
    await until(lambda: fetched.arrived == [named(FIRST).media_id], "it is here")
    assert fetched.kept.read(named(FIRST).media_id) == FIRST


async def test_while_somebody_speaks_one_part_is_asked_for_at_a_time(fetched: Fetched) -> None:
    """P-12.2"""
    fetched.somebody_speaks = True
    fetched.want(FIRST)
    assert (await fetched.asked(1)).parts == 1
    await fetched.give(FIRST, 0)
    again = await fetched.asked(2)
    assert (again.from_byte, again.parts) == (PART_BYTES, 1)


async def test_what_is_not_to_be_had_or_comes_damaged_again_and_again_makes_room_for_the_next(fetched: Fetched) -> None:
    """P-12.3, P-12.4"""
    gone, damaged = b"g" * 10, b"d" * 10
    for data in (gone, damaged, SECOND):
        fetched.want(data)
    assert (await fetched.asked(1)).media_id == named(gone).media_id
    await fetched.give(gone, 100)  # nothing is there: a part without data
    for count in range(2, 2 + MOST_DAMAGED):
        assert (await fetched.asked(count)).media_id == named(damaged).media_id
        await fetched.give(damaged, 0, of=b"x" * 10)
    assert (await fetched.asked(2 + MOST_DAMAGED)).media_id == named(SECOND).media_id
    await fetched.give(SECOND, 0)
    await until(lambda: fetched.arrived == [named(SECOND).media_id], "the last is here")
