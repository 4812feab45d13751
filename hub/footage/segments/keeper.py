"""Deletes footage whose time is up, makes room on a full disk, and says so; the decisions are in ``retention``."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from hub.footage.segments.files import remove
from hub.footage.segments.forecast import Forecast, forecast
from hub.footage.segments.known_time import Now
from hub.footage.segments.listing import DayListed, SegmentFile, cameras_in, days_in, list_day
from hub.footage.segments.names import DAY_US, HOUR_US, MOTION, camera_folder, day_of
from hub.footage.segments.rates import recorded
from hub.footage.segments.retention import Hold, Rules, Stored, for_room, is_held, too_old

_AGAIN_US = HOUR_US
"""Files that could not be deleted are tried again, and days that are over looked for, this often."""
_EXHAUSTED_US = 600_000_000
"""Where nothing more may go for room, all of it is looked through again after this, or when the rules change."""
MOST_AT_ONCE = 20_000
"""Segments deleted in one sweep, some seconds' work; the rest goes in the next."""
_MOST_STUCK = 10_000
_MOST_STRANGE = 20
_log = structlog.get_logger()


@dataclass(frozen=True)
class DiskUse:
    """The disk that holds the footage. ``free_bytes``: of those that an ordinary program may write."""

    total_bytes: int
    free_bytes: int

    def room_bytes(self, share: float) -> int:
        """What may still be written before the disk is ``share`` full; below 0 where it is fuller."""
        return self.free_bytes - round(self.total_bytes * (1 - share))


@dataclass
class Swept:
    """What one sweep did. ``early``: segments that went before their days were over, for want of room.

    ``kept_days``: the age in days of the youngest of them. ``stuck``: files that cannot be deleted now;
    ``newly_stuck``: those not told before. ``strange``: names that are no segment's, left where they are, at most 20.
    ``excess_bytes``: what the disk is still over its share where nothing more may go; ``held_bytes``: what holds name.
    """

    deleted: int = 0
    deleted_bytes: int = 0
    early: int = 0
    kept_days: float | None = None
    excess_bytes: int = 0
    held_bytes: int = 0
    stuck: int = 0
    newly_stuck: list[Path] = field(default_factory=list)
    strange: list[Path] = field(default_factory=list)
    is_more_to_do: bool = False


def disk_use(folder: Path) -> DiskUse:
    """Of the disk that holds ``folder``. Raises OSError."""
    found = os.statvfs(folder)
    return DiskUse(found.f_blocks * found.f_frsize, found.f_bavail * found.f_frsize)


class Keeper:
    """Sweeps one footage folder, day folder by day folder; all calls block. For one thread at a time."""

    def __init__(self, footage_dir: Path, holds: Callable[[], Iterable[Hold]] = tuple) -> None:
        """``holds``: as they are at this moment, asked before each deletion, by whichever thread sweeps."""
        self._footage_dir = footage_dir
        self._holds = holds
        self._stuck: dict[Path, int] = {}
        self._swept_us: int | None = None
        self._swept_rules: Rules | None = None
        self._exhausted_us: int | None = None
        self._held_bytes = 0
        self._told_us: dict[str, int] = {}

    def sweep(self, now: Now, rules: Rules) -> Swept:
        """To be called each minute: makes room at once; looks for what is too old once an hour and after new rules.

        Nothing is too old by a clock that has leapt.
        Raises OSError where the folder cannot be looked at; a file that cannot be deleted is counted.
        """
        swept, now_us = Swept(), now.aged_us
        if not self._footage_dir.is_dir():
            return swept
        self._stuck = {path: tried_us for path, tried_us in self._stuck.items() if path.exists()}
        is_due = self._swept_us is None or not 0 <= now_us - self._swept_us < _AGAIN_US
        if not now.has_leapt and (is_due or rules != self._swept_rules):
            self._exhausted_us = None
            self._delete_old(now_us, rules, swept)
            if not swept.is_more_to_do:
                self._swept_us, self._swept_rules = now_us, rules
        self._make_room(now, rules, swept)
        swept.stuck = len(self._stuck)
        self._tell(swept, now_us)
        return swept

    def forecast(self, now_us: int, rules: Rules) -> Forecast:
        """From what was recorded in the last days. Raises OSError."""
        cameras = recorded(self._footage_dir, now_us, rules)
        room = disk_use(self._footage_dir).room_bytes(rules.disk_share) if self._footage_dir.is_dir() else 0
        return forecast(cameras, room)

    def _delete_old(self, now_us: int, rules: Rules, swept: Swept) -> None:
        for camera_id in cameras_in(self._footage_dir):
            camera = camera_folder(self._footage_dir, camera_id)
            last = day_of(rules.youngest_us(camera_id, now_us))
            for day in days_in(camera):
                if day > last:
                    break
                if swept.deleted >= MOST_AT_ONCE:
                    swept.is_more_to_do = True
                    return
                listed = list_day(camera / day)
                swept.strange += listed.strange[: _MOST_STRANGE - len(swept.strange)]
                self._delete(too_old(_stored(camera_id, listed.segments), rules, now_us), now_us, swept)
                self._leave(camera / day, listed, now_us)

    def _make_room(self, now: Now, rules: Rules, swept: Swept) -> None:
        now_us = now.aged_us
        excess_bytes = -disk_use(self._footage_dir).room_bytes(rules.disk_share)
        if excess_bytes <= 0:
            return
        if self._exhausted_us is not None and 0 <= now_us - self._exhausted_us < _EXHAUSTED_US:
            swept.excess_bytes, swept.held_bytes = excess_bytes, self._held_bytes
            return
        held_bytes = 0
        for day, cameras in self._days():
            listed = {camera_id: list_day(camera_folder(self._footage_dir, camera_id) / day) for camera_id in cameras}
            there = [one for camera_id in cameras for one in _stored(camera_id, listed[camera_id].segments)]
            held_bytes += sum(one.bytes for one in there if rules.is_held(one.camera_id, one.start_us, one.end_us))
            movable = [one for one in there if not self._is_stuck(one.segment, now_us)]
            going = for_room(movable, rules, now, excess_bytes)
            gone = self._delete(going[: max(MOST_AT_ONCE - swept.deleted, 0)], now_us, swept)
            excess_bytes -= sum(one.bytes for one in gone)
            early = [one for one in gone if not rules.is_over(one, now_us)]
            if early:
                swept.early += len(early)
                swept.kept_days = (now_us - max(one.end_us for one in early)) / DAY_US
            for camera_id in {one.camera_id for one in gone}:
                self._leave(camera_folder(self._footage_dir, camera_id) / day, listed[camera_id], now_us)
            if excess_bytes <= 0:
                return
            if swept.deleted >= MOST_AT_ONCE:
                swept.is_more_to_do = True
                break
        else:
            self._exhausted_us, self._held_bytes = now_us, held_bytes
        swept.excess_bytes, swept.held_bytes = excess_bytes, held_bytes

    def _days(self) -> Iterable[tuple[str, Sequence[str]]]:
        """Each day with the cameras that have a folder for it, the oldest first."""
        cameras_of: dict[str, list[str]] = {}
        for camera_id in cameras_in(self._footage_dir):
            for day in days_in(camera_folder(self._footage_dir, camera_id)):
                cameras_of.setdefault(day, []).append(camera_id)
        return sorted(cameras_of.items())

    def _delete(self, going: Sequence[Stored], now_us: int, swept: Swept) -> list[Stored]:
        gone = []
        for one in going:
            path = one.segment.path
            if self._is_stuck(one.segment, now_us):
                continue
            if is_held(self._holds(), one.camera_id, one.start_us, one.end_us):  # since this sweep began
                continue
            try:
                remove(path)
            except OSError as error:
                if path not in self._stuck:
                    swept.newly_stuck.append(path)
                    if len(swept.newly_stuck) == 1:  # a disk that refuses one may refuse thousands
                        _log.error("footage.not_deleted", file=str(path), error=str(error))
                if path in self._stuck or len(self._stuck) < _MOST_STUCK:
                    self._stuck[path] = now_us
                continue
            self._stuck.pop(path, None)
            gone.append(one)
        swept.deleted += len(gone)
        swept.deleted_bytes += sum(one.bytes for one in gone)
        return gone

    def _is_stuck(self, segment: SegmentFile, now_us: int) -> bool:
        tried_us = self._stuck.get(segment.path)
        return tried_us is not None and 0 <= now_us - tried_us < _AGAIN_US

    def _leave(self, day: Path, listed: DayListed, now_us: int) -> None:
        """Take away a day's folder that is over and empty, and a camera's that has no other."""
        if day.name >= day_of(now_us - DAY_US):
            return
        with contextlib.suppress(OSError):  # something is still in it
            for orphan in listed.orphans:
                orphan.unlink(missing_ok=True)
            if [entry.name for entry in day.iterdir()] == [MOTION]:
                (day / MOTION).unlink()
            day.rmdir()
            day.parent.rmdir()

    def _tell(self, swept: Swept, now_us: int) -> None:
        """In the log, each kind at most once an hour; who sweeps tells people."""
        if swept.deleted:
            _log.info("footage.deleted", segments=swept.deleted, bytes=swept.deleted_bytes, early=swept.early)
        if swept.early and self._is_due("cut_short", now_us):
            _log.warning("footage.cut_short", segments=swept.early, kept_days=round(swept.kept_days or 0, 1))
        if swept.excess_bytes > 0 and not swept.is_more_to_do and self._is_due("no_room", now_us):
            _log.warning("footage.no_room", excess_bytes=swept.excess_bytes)
        if swept.strange and self._is_due("strange_files", now_us):
            _log.warning("footage.strange_files", first=str(swept.strange[0]), count=len(swept.strange))

    def _is_due(self, kind: str, now_us: int) -> bool:
        if 0 <= now_us - self._told_us.get(kind, -_AGAIN_US) < _AGAIN_US:
            return False
        self._told_us[kind] = now_us
        return True


def _stored(camera_id: str, segments: Iterable[SegmentFile]) -> list[Stored]:
    found = []
    for segment in segments:
        try:
            size = segment.path.stat().st_size
        except FileNotFoundError:  # it was closed under another name a moment ago
            continue
        found.append(Stored(camera_id, segment, size))
    return found
