"""Audit of looks at footage: a player and a wall ask again and again, which is one record a minute."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

from devices.protocol.clock import Clock
from hub.storage.database import Database
from hub.storage.writer import Change

COLLAPSED_FOR_US = 60_000_000
_Look = TypeVar("_Look", bound=Hashable)


class Noting:
    """What was noted within the last minute is not noted again."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._noted_at_us: dict[Hashable, int] = {}
        self._writing = asyncio.Lock()

    async def note(self, looks: Iterable[_Look], record: Callable[[Change, _Look], None]) -> None:
        """Returns when each of ``looks`` is in the audit log, by ``record`` where it was not there already.

        Raises what the database raises; nothing counts as noted then.
        """
        async with self._writing:  # two requests at once are one record, and both wait for it
            now_us = self._clock.monotonic_us()
            since_us = now_us - COLLAPSED_FOR_US
            self._noted_at_us = {look: at_us for look, at_us in self._noted_at_us.items() if at_us > since_us}
            new = [look for look in dict.fromkeys(looks) if look not in self._noted_at_us]
            if not new:
                return

            def change(open_change: Change) -> None:
                for look in new:
                    record(open_change, look)

            await self._database.write(change)
            self._noted_at_us.update(dict.fromkeys(new, now_us))
