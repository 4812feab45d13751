"""Whoever is slower than a camera sees it late by two seconds at most, in whole groups of pictures."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from devices.protocol.clock import ManualClock
from hub.footage.coded import CodedPicture, Coding, Form, Record, StreamName, Word
from hub.footage.errors import SourceError, no_recorder
from hub.footage.live.fresh import MOST_WAITING_BYTES, fresh
from tests.devices.room import until

FORM = Form(camera_id="C01", stream=StreamName.SUB, coding=Coding.H265, codec="", width_px=64, height_px=64)
WORD = Word(code="stalled", message="停了", message_en="it stands still")


def picture(number: int, *, key: bool = False, size: int = 10) -> CodedPicture:
    return CodedPicture(number, number, key, False, bytes(size))


class Camera:
    """Sends what it is told, each with the clock set before."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.sent = 0

    async def records(self, *steps: Record | float | Exception) -> AsyncGenerator[Record]:
        for step in steps:
            if isinstance(step, float):
                self.clock.advance(step)
            elif isinstance(step, Exception):
                raise step
            else:
                self.sent += 1
                yield step
        self.sent = -1


async def taken_slowly(*steps: Record | float | Exception) -> list[Record]:
    """What is got by one that takes the first, waits until the camera has sent all, and takes the rest."""
    camera = Camera()
    async with aclosing(fresh(camera.records(*steps), camera.clock)) as records:
        found = [await anext(records)]
        await until(lambda: camera.sent == -1, "the camera has sent all")
        return found + [record async for record in records]


async def test_what_is_taken_in_time_is_whole() -> None:
    sent = [FORM, picture(0, key=True), picture(1), WORD, picture(2)]
    assert await taken_slowly(*sent) == sent


async def test_what_waited_too_long_gives_way_to_the_next_key_picture() -> None:
    found = await taken_slowly(
        FORM, picture(0, key=True), picture(1), 2.5, picture(2), WORD, picture(3, key=True), picture(4)
    )
    assert [one.media_us if isinstance(one, CodedPicture) else one for one in found] == [FORM, WORD, 3, 4]
    assert [one.broken for one in found if isinstance(one, CodedPicture)] == [True, False]


async def test_pictures_of_many_bytes_are_dropped_rather_than_kept() -> None:
    size = MOST_WAITING_BYTES // 4 + 1
    found = await taken_slowly(FORM, *(picture(number, key=number in (0, 5), size=size) for number in range(7)))
    assert [one.media_us for one in found if isinstance(one, CodedPicture)] == [5, 6]


async def test_end_of_the_source_is_told_after_what_came_before() -> None:
    camera = Camera()
    found = []
    with pytest.raises(SourceError):
        async for record in fresh(camera.records(FORM, picture(0, key=True), no_recorder()), camera.clock):
            found.append(record)
    assert found == [FORM, picture(0, key=True)]
