"""The timeline of cameras within a case: spans on disk, gaps and why, movement, sightings."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import sqlalchemy as sa

from devices.protocol.clock import Clock
from hub.footage.holds.messages import Hold
from hub.footage.holds.service import Holds
from hub.footage.motion_log import STEP_US, MotionLog
from hub.footage.playback.past import CameraPast, Gap, Motion, Past, Seen, Turn, bounded, coarsened, reason_of
from hub.footage.playback.service import Asked, Playing
from hub.footage.playback.stretches import between, joined, within
from hub.footage.playback.turned import starts_of_hub, turns_of
from hub.sightings.service import SightingService
from hub.storage.database import Database

MOST_CAMERAS = 16
MOST_MS = 31 * 86_400_000
MOST_SIGHTINGS = 1_000
"""Of one camera, the latest; of all cameras of an answer MOST_READ."""
MOST_READ = 4_000
_DAY_US = 86_400_000_000
BEING_WRITTEN_US = 3_000_000
"""What was taken so lately is perhaps not on disk yet, which is no gap."""
STARTING_US = 60_000_000
"""The hub's start is told after it was off."""


class Timelines:
    """Timelines for who has passed the gate (``Playing.enter``)."""

    def __init__(
        self,
        playing: Playing,
        sightings: SightingService,
        database: Database,
        clock: Clock,
        motion: MotionLog,
        holds: Holds,
        days_kept: Callable[[str], int],
    ) -> None:
        """``days_kept``: for how many days footage of a camera is kept."""
        self._playing = playing
        self._sightings = sightings
        self._database = database
        self._clock = clock
        self._motion = motion
        self._holds = holds
        self._days_kept = days_kept

    async def of(self, asked: Asked, person_id: str) -> Past:
        """Of each camera, in order. Takes a turn of playback. Raises Refusal."""
        camera_ids = asked.camera_ids
        holds = await self._holds.holds_of(asked.case_id)
        most = min(MOST_SIGHTINGS, MOST_READ // len(camera_ids))
        async with self._playing.readings.turn(person_id):
            found = [await self._of_camera(one, asked.from_us, asked.until_us, most, holds) for one in camera_ids]
        return Past(cameras=tuple(found))

    async def _of_camera(
        self, camera_id: str, since_us: int, until_us: int, most: int, holds: Sequence[Hold]
    ) -> CameraPast:
        now_us = self._clock.wall_us()
        until_now_us = max(since_us, min(until_us, now_us - BEING_WRITTEN_US))

        def known(connection: sa.Connection) -> tuple[list[Turn], Sequence[int]]:
            starts_us = starts_of_hub(connection, since_us, until_us + STARTING_US)
            return turns_of(connection, camera_id, since_us, until_us), starts_us

        turns, starts_us = await self._database.read(known)
        spans = within(joined(await self._playing.spans(camera_id, since_us, until_us)), since_us, until_us)
        spans = bounded(spans)
        kept_since_us = now_us - self._days_kept(camera_id) * _DAY_US
        gaps = between(spans, since_us, until_now_us)
        seen, more, motion = await self._playing.in_thread(self._seen_and_moved, camera_id, since_us, until_us, most)
        return CameraPast(
            camera_id=camera_id,
            spans=tuple((start_us // 1000, end_us // 1000) for start_us, end_us in spans),
            gaps=tuple(
                Gap(
                    start_ms=gap[0] // 1000,
                    end_ms=gap[1] // 1000,
                    reason=reason_of(gap, turns, starts_us, kept_since_us),
                )
                for gap in gaps
            ),
            motion=motion,
            holds=tuple((one.from_ms, one.until_ms) for one in holds if camera_id in one.camera_ids),
            sightings=seen,
            more_sightings=more,
        )

    def _seen_and_moved(
        self, camera_id: str, since_us: int, until_us: int, most: int
    ) -> tuple[tuple[Seen, ...], bool, Motion]:
        found = self._sightings.latest(camera_id, since_us, until_us, most + 1)
        seen = tuple(
            Seen(
                sighting_id=one.sighting_id,
                started_at_ms=one.started_at_us // 1000,
                ended_at_ms=one.ended_at_us // 1000,
            )
            for one in sorted(found[:most], key=lambda one: one.started_at_us)
        )
        moved = self._motion.read(camera_id, since_us, until_us)
        return seen, len(found) > most, coarsened(moved.shares, moved.since_us // 1000, STEP_US // 1000)
