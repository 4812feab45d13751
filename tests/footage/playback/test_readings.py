"""Turns of playback are shared: nobody takes them all, and who waits comes on."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest

from hub.errors import Refusal
from hub.footage.playback import readings
from hub.footage.playback.readings import MOST_OF_PERSON, MOST_READINGS, Readings
from tests.devices.room import DEADLINE_S


async def test_person_has_a_share_of_the_turns_and_others_have_theirs_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readings, "WAIT_FOR_TURN_S", 0.02)
    shared = Readings()
    async with AsyncExitStack() as turns:
        for _ in range(MOST_OF_PERSON):
            await turns.enter_async_context(shared.turn("greedy"))
        with pytest.raises(Refusal, match="of one person"):
            await turns.enter_async_context(shared.turn("greedy"))
        for number in range(MOST_READINGS - MOST_OF_PERSON):
            await turns.enter_async_context(shared.turn(f"officer-{number}"))
        with pytest.raises(Refusal, match=f"over {MOST_READINGS} readings"):
            await turns.enter_async_context(shared.turn("late"))
    assert (shared.under_way, shared._people) == (0, {})


async def test_who_waits_comes_on_when_a_turn_is_given_back_and_who_went_keeps_none() -> None:
    shared = Readings()

    async def read() -> None:
        async with shared.turn("officer"):
            pass

    async with AsyncExitStack() as turns:
        for _ in range(MOST_OF_PERSON):
            await turns.enter_async_context(shared.turn("officer"))
        waits, went = asyncio.create_task(read()), asyncio.create_task(read())
        await asyncio.sleep(0)
        went.cancel()
        assert not waits.done()
    async with asyncio.timeout(DEADLINE_S):
        await waits
    async with AsyncExitStack() as turns:
        for _ in range(MOST_OF_PERSON):
            await turns.enter_async_context(shared.turn("officer"))
    assert (shared.under_way, shared._people) == (0, {})


async def test_nobody_fills_the_line_of_those_who_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readings, "MOST_WAITING_OF_PERSON", 1)
    shared = Readings()
    async with AsyncExitStack() as turns:
        for _ in range(MOST_OF_PERSON):
            await turns.enter_async_context(shared.turn("greedy"))
        waits = asyncio.create_task(turns.enter_async_context(shared.turn("greedy")))
        await asyncio.sleep(0)
        with pytest.raises(Refusal, match="of one person"):
            await turns.enter_async_context(shared.turn("greedy"))
        await turns.enter_async_context(shared.turn("other"))
        waits.cancel()
