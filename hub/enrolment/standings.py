"""How each device stands, in memory and on disk: memory first, and the disk in the same turn of the loop."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from hub.enrolment.records import Standing, put_standing
from hub.storage.database import Database
from hub.storage.writer import Change


class Also(Protocol):
    """What is written with a change of a standing, or not at all."""

    def __call__(self, change: Change, /) -> None: ...


class Standings:
    """Every device that was ever given a credential."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._of: dict[str, Standing] = {}

    def __iter__(self) -> Iterator[Standing]:
        return iter(self._of.values())

    def load(self, standings: Iterable[Standing]) -> None:
        """What the disk has; before the hub serves anyone."""
        self._of.update((standing.device_id, standing) for standing in standings)

    def of(self, device_id: str) -> Standing | None:
        """The device's; None when it never had a credential."""
        return self._of.get(device_id)

    def put_at_once(self, standing: Standing) -> None:
        """In memory alone, and never taken back: for a revocation, which writes it itself."""
        self._of[standing.device_id] = standing

    async def put(self, standing: Standing, also: Also) -> None:
        """The device's from now on; taken back when the disk refuses it, unless it has changed again since."""
        before = self._of.get(standing.device_id)
        self._of[standing.device_id] = standing

        def change(open_change: Change) -> None:
            put_standing(open_change, standing)
            also(open_change)

        try:
            await self._database.write(change)
        except Exception:
            if self._of.get(standing.device_id) is standing:
                if before is None:
                    del self._of[standing.device_id]
                else:
                    self._of[standing.device_id] = before
            raise
