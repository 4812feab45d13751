"""Turns of reading footage: bounded over the hub, and for each person, so that nobody keeps the others waiting."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from hub.errors import Refusal

MOST_READINGS = 8
"""Readings at once over the hub; the next waits up to WAIT_FOR_TURN_S and is then refused."""
MOST_OF_PERSON = 3
WAIT_FOR_TURN_S = 2.0
MOST_WAITING = 64
MOST_WAITING_OF_PERSON = 16
"""A page of 16 cameras and its timeline, less those that have their turn."""


@dataclass
class _Person:
    """Whoever has a turn or waits for one."""

    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MOST_OF_PERSON))
    waiting: int = 0
    under_way: int = 0


class Readings:
    """MOST_READINGS turns, of which a person has MOST_OF_PERSON."""

    def __init__(self) -> None:
        self.under_way = self._waiting = 0
        self._turns = asyncio.Semaphore(MOST_READINGS)
        self._people: dict[str, _Person] = {}

    @asynccontextmanager
    async def turn(self, person_id: str) -> AsyncGenerator[None]:
        """One turn. Raises Refusal (429) where none is free soon."""
        person = self._people.setdefault(person_id, _Person())
        try:
            await self._wait(person)
            self.under_way += 1
            person.under_way += 1
            try:
                yield
            finally:
                self.under_way -= 1
                person.under_way -= 1
                self._turns.release()
                person.turns.release()
        finally:
            if not person.waiting and not person.under_way:
                self._people.pop(person_id, None)

    async def _wait(self, person: _Person) -> None:
        """Until both the person and the hub have a turn: the person's first, so that nobody waits twice in line."""
        if person.waiting >= MOST_WAITING_OF_PERSON:
            raise _too_many_of_person()
        if self._waiting >= MOST_WAITING:
            raise _too_busy()
        person.waiting += 1
        self._waiting += 1
        has_own = False
        try:
            async with asyncio.timeout(WAIT_FOR_TURN_S):
                await person.turns.acquire()
                has_own = True
                await self._turns.acquire()
        except BaseException as error:
            if has_own:
                person.turns.release()
            if isinstance(error, TimeoutError):
                raise (_too_busy() if has_own else _too_many_of_person()) from None
            raise
        finally:
            person.waiting -= 1
            self._waiting -= 1


def _too_busy() -> Refusal:
    words = (
        f"同时回放的请求太多（最多 {MOST_READINGS} 个），请稍后再试",
        f"over {MOST_READINGS} readings at once: try again",
    )
    return Refusal("too_busy", *words, status=429)


def _too_many_of_person() -> Refusal:
    words = (
        f"您同时回放的请求太多（每人最多 {MOST_OF_PERSON} 个），请稍后再试",
        f"over {MOST_OF_PERSON} readings of one person at once: try again",
    )
    return Refusal("too_busy", *words, status=429)
