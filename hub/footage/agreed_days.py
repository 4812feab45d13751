"""For how long owners agreed that footage is kept, also when camera, owner or agreement is another by now."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import sqlalchemy as sa

from hub.footage.segments.names import DAY_US
from hub.footage.segments.retention import PastDays
from hub.footage.tables import footage_agreed_days
from hub.storage.writer import Change

Changed = Mapping[str, tuple[int | None, tuple[PastDays, ...]]]
"""By camera: what is agreed now, and what counts for older footage."""
MOST_PAST = 16
"""Of one camera; beyond it the two oldest become one, the stricter of both."""


class AgreedDays:
    """``days_of``: of the cameras that are enrolled now; ``past_of``: what counts for footage from before."""

    def __init__(self, most_days: int) -> None:
        """``most_days``: after so many days footage goes whatever was agreed."""
        self._most_us = most_days * DAY_US
        self.days_of: dict[str, int] = {}
        self.past_of: dict[str, tuple[PastDays, ...]] = {}
        self._changed: set[str] = set()

    def load(self, connection: sa.Connection) -> None:
        """As it was last kept."""
        for row in connection.execute(sa.select(footage_agreed_days)):
            if row.days is not None:
                self.days_of[row.camera_id] = row.days
            if past := msgspec.json.decode(row.past, type=tuple[PastDays, ...]):
                self.past_of[row.camera_id] = past

    def take(self, days_of: Mapping[str, int], wall_us: int) -> bool:
        """These count from now on; where they let footage be kept longer, what was agreed counts for what is there.

        Whether there is anything to keep.
        """
        for camera_id in self.days_of.keys() | days_of.keys():
            before, after = self.days_of.get(camera_id), days_of.get(camera_id)
            if before == after:
                continue
            self._changed.add(camera_id)
            if before is not None and (after is None or after > before):
                past = (*self.past_of.get(camera_id, ()), PastDays(before, wall_us))
                self.past_of[camera_id] = past if len(past) <= MOST_PAST else (_stricter(*past[:2]), *past[2:])
        self.days_of = dict(days_of)
        return bool(self._changed)

    def drop_over(self, aged_us: int) -> None:
        """Leave out what counts for nothing any more: all footage from then is too old for any term."""
        for camera_id, past in list(self.past_of.items()):
            still = tuple(one for one in past if one.until_us + self._most_us > aged_us)
            if still != past:
                self._changed.add(camera_id)
                self.past_of[camera_id] = still
                if not still:
                    del self.past_of[camera_id]

    def days_kept(self, camera_id: str) -> int | None:
        """Of its latest footage; None: as of all others."""
        if camera_id in self.days_of:
            return self.days_of[camera_id]
        return min((one.days for one in self.past_of.get(camera_id, ())), default=None)

    def take_changed(self) -> Changed:
        """Those that changed since the last call; where ``store`` fails, to be given back by ``still_changed``."""
        changed = {one: (self.days_of.get(one), self.past_of.get(one, ())) for one in self._changed}
        self._changed = set()
        return changed

    def still_changed(self, changed: Changed) -> None:
        """These are not kept."""
        self._changed |= changed.keys()


def store(change: Change, changed: Changed) -> None:
    """Keep these."""
    for camera_id, (days, past) in changed.items():
        key = footage_agreed_days.c.camera_id == camera_id
        change.connection.execute(sa.delete(footage_agreed_days).where(key))
        if days is not None or past:
            row = {"camera_id": camera_id, "days": days, "past": msgspec.json.encode(past)}
            change.connection.execute(sa.insert(footage_agreed_days).values(**row))


def _stricter(one: PastDays, other: PastDays) -> PastDays:
    return PastDays(min(one.days, other.days), max(one.until_us, other.until_us))
