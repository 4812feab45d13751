"""The home of sightings: open hours that take them in, sealed hours that keep them, oldest hours that go.

``open/<hour>.log`` are record files of hours still written; ``sealed/<hour>-<generation>.columns`` and ``.records`` are
segments. Sealing an hour again, for what came late, writes the next generation, which holds all of the one before.
A sighting is on the disk when ``add`` returns. At most OPEN_HOURS hours are open: one more seals the least recent.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from devices.protocol.sightings import Sighting
from hub.sightings.columns import Table
from hub.sightings.errors import SightingsError
from hub.sightings.forgotten import Forgotten
from hub.sightings.open_hour import OpenHour
from hub.sightings.records import Place, RecordError, RecordFile, read_all
from hub.sightings.rows import HOUR_US, ROW, check, hour_of, row_of
from hub.sightings.segment import Segment, SegmentError, sync_folder, write_columns

OPEN_HOURS = 48
_SEAL_AFTER_US = 10 * 60 * 1_000_000
"""An hour is sealed this long after its end, when nothing was written to it for as long."""

MAY_STAY_US = 600_000_000
"""Who was seen last in an hour may be in view so long after it (vision's LONGEST_SIGHTING_S)."""

_SEGMENT_NAME = re.compile(r"(\d+)-(\d{6})\.columns")


def _never(_start_us: int, _end_us: int) -> bool:
    return False


class Store:
    """Many threads may read; writers wait for one another."""

    def __init__(self, directory: Path) -> None:
        """Open the store, replaying what was not sealed. Raises OSError when the folder cannot be used."""
        self._open_dir, self._sealed_dir = directory / "open", directory / "sealed"
        for folder in (self._open_dir, self._sealed_dir):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._writing = threading.RLock()
        self._looking = threading.Lock()
        self._open: dict[int, OpenHour] = {}
        self._written_us: dict[int, int] = {}
        self._segments: dict[int, Segment] = {}
        self._known: dict[str, tuple[int, int, bool]] = {}
        self.damaged_bytes = 0
        self._forgotten = Forgotten(directory)
        self._load_segments()
        self._replay_logs()

    def add(self, sightings: Iterable[Sighting], now_us: int) -> list[bool]:
        """Keep these; for each, whether it told anything new. On the disk when this returns.

        A sighting whose id is known is new only when it continues or ends one that had not ended. Raises OSError.
        """
        with self._writing:
            touched: set[int] = set()
            new = [self._take(sighting, now_us, touched) for sighting in sightings]
            for hour in touched:
                self._open[hour].sync()
            while len(self._open) > OPEN_HOURS:
                self._seal(min(self._written_us, key=self._written_us.__getitem__))
            return new

    def tables(self, since_us: int | None, until_us: int | None) -> list[Table]:
        """The hours that hold anything between the two times, newest first; open and sealed."""
        with self._looking:
            hours = [(segment.latest_end_ms, segment.table) for segment in self._segments.values()]
            hours += [(hour.latest_end_ms, hour.table()) for hour in self._open.values()]
        chosen = [
            table
            for latest_end_ms, table in hours
            if (until_us is None or table.hour * HOUR_US <= until_us)
            and (since_us is None or table.hour * HOUR_US + latest_end_ms * 1000 >= since_us)
        ]
        return sorted(chosen, key=lambda table: -table.hour)

    def get(self, sighting_id: str) -> Sighting | None:
        """The newest word on a sighting, or None."""
        with self._writing:
            known = self._known.get(sighting_id)
            if known is not None:
                return self._open[known[0]].read(known[1])
            for hour in sorted(self._segments, reverse=True):
                found = self._segments[hour].find(sighting_id)
                if found is not None:
                    return found[1]
        return None

    def seal_due(self, now_us: int) -> int:
        """Seal the hours that are over and quiet; how many."""
        with self._writing:
            due = [
                hour
                for hour in self._open
                if now_us >= (hour + 1) * HOUR_US + _SEAL_AFTER_US
                and now_us >= self._written_us.get(hour, 0) + _SEAL_AFTER_US
            ]
            for hour in due:
                self._seal(hour)
            return len(due)

    def drop_before(self, oldest_us: int, is_held: Callable[[int, int], bool] = _never) -> int:
        """Delete the hours that ended before ``oldest_us``, but those with somebody in held time; how many."""

        def is_over(kept: Segment | OpenHour) -> bool:
            start_us = kept.hour * HOUR_US
            latest_end_us = start_us + kept.latest_end_ms * 1000
            return start_us + HOUR_US <= oldest_us and not is_held(
                start_us, max(latest_end_us, start_us + HOUR_US) + MAY_STAY_US
            )

        with self._writing:
            sealed = [hour for hour, segment in self._segments.items() if is_over(segment)]
            still_open = [hour for hour, opened in self._open.items() if is_over(opened)]
            self._forgotten.add((*sealed, *still_open))
            for hour in sealed:
                with self._looking:
                    segment = self._segments.pop(hour)
                segment.columns_path.unlink()
                segment.records_path.unlink()
            for hour in still_open:
                self._forget_open(hour)
            return len(sealed) + len(still_open)

    def forgotten(self, since_us: int, until_us: int) -> list[tuple[int, int]]:
        """The hours from one time to before another whose sightings were deleted for their age."""
        with self._writing:
            hours = self._forgotten.between(since_us // HOUR_US, -(-until_us // HOUR_US))
        return [(hour * HOUR_US, (hour + 1) * HOUR_US) for hour in hours]

    def sizes(self) -> tuple[int, int, int, int]:
        """Sightings kept, of these live, segments, bytes on disk."""
        with self._writing:
            kept = sum(len(segment.table.columns) for segment in self._segments.values()) + len(self._known)
            live = sum(not ended for _, _, ended in self._known.values())
            size = sum(segment.bytes_on_disk for segment in self._segments.values())
            return kept, live, len(self._segments), size + sum(hour.bytes_on_disk for hour in self._open.values())

    def damaged(self, place: Place) -> None:
        """Count a record that the disk has not kept."""
        with self._writing:
            self.damaged_bytes += place.length

    def close(self) -> None:
        """Close the files; the store cannot be used afterwards."""
        with self._writing, self._looking:
            for hour in self._open.values():
                hour.close()
            for segment in self._segments.values():
                segment.close()
            self._open.clear()
            self._segments.clear()

    def _take(self, sighting: Sighting, now_us: int, touched: set[int]) -> bool:
        hour = hour_of(sighting)
        known = self._known.get(sighting.sighting_id)
        sealed = self._segments[hour].find(sighting.sighting_id) if known is None and hour in self._segments else None
        if known is not None and not self._says_more(sighting, self._open[known[0]].read(known[1])):
            return False
        if sealed is not None and not self._says_more(sighting, sealed[1]):
            return False
        target = self._hour(hour)
        self._written_us[hour] = now_us
        with self._looking:
            row = target.append(sighting)
            touched.add(hour)
            if known is not None:
                self._open[known[0]].replaced(known[1])
            if sealed is not None:
                self._segments[hour].replaced(sealed[0])
        self._known[sighting.sighting_id] = (hour, row, sighting.ended)
        return True

    @staticmethod
    def _says_more(new: Sighting, old: Sighting) -> bool:
        return not old.ended and (new.ended or new.ended_at_us > old.ended_at_us)

    def _hour(self, hour: int) -> OpenHour:
        if hour not in self._open:
            opened = OpenHour(hour, self._open_dir / f"{hour}.log")
            sync_folder(self._open_dir)
            with self._looking:
                self._open[hour] = opened
        return self._open[hour]

    def _seal(self, hour: int) -> None:
        opened, segment = self._open[hour], self._segments.get(hour)
        tables = [opened.table()] + ([segment.table] if segment is not None else [])
        entries = [entry for table in tables for entry in _alive(table)]
        generation = 1 if segment is None else int(segment.columns_path.stem.split("-")[1]) + 1
        if entries:
            sealed = self._write(hour, generation, entries)
            with self._looking:
                self._segments[hour] = sealed
            if segment is not None:
                segment.columns_path.unlink()
                segment.records_path.unlink()
        self._forget_open(hour)

    def _write(self, hour: int, generation: int, entries: list[tuple[str, int, RecordFile, Place]]) -> Segment:
        columns_path = self._sealed_dir / f"{hour}-{generation:06d}.columns"
        records_path = columns_path.with_suffix(".records")
        records_path.unlink(missing_ok=True)
        cameras: dict[str, int] = {}
        describers: dict[str, int] = {}
        records = RecordFile(records_path, create=True)
        rows = np.zeros(len(entries), ROW)
        count = 0
        for camera_id, _, source, place in sorted(entries, key=lambda entry: entry[:2]):
            try:
                sighting = source.read(place)
            except RecordError:
                self.damaged_bytes += place.length
                continue
            camera = cameras.setdefault(camera_id, len(cameras))
            describer = describers.setdefault(sighting.describer, len(describers))
            rows[count] = row_of(sighting, camera, describer, records.append(sighting))
            count += 1
        records.sync()
        records.close()
        write_columns(columns_path, hour, rows[:count], tuple(cameras), tuple(describers))
        return Segment(columns_path, records_path)

    def _forget_open(self, hour: int) -> None:
        with self._looking:
            opened = self._open.pop(hour)
        self._written_us.pop(hour, None)
        self._known = {name: known for name, known in self._known.items() if known[0] != hour}
        opened.path.unlink()
        sync_folder(self._open_dir)

    def _load_segments(self) -> None:
        """Open the newest good generation of each hour; damaged columns become a log again, to be made anew."""
        generations: dict[int, list[Path]] = {}
        for path in sorted(self._sealed_dir.glob("*.columns")):
            match = _SEGMENT_NAME.fullmatch(path.name)
            if match:
                generations.setdefault(int(match[1]), []).append(path)
        for hour, paths in generations.items():
            newest = paths[-1]
            try:
                self._segments[hour] = Segment(newest, newest.with_suffix(".records"))
            except (SegmentError, OSError):
                self._rescue(hour, newest)
        kept = {segment.columns_path.stem for segment in self._segments.values()}
        for path in self._sealed_dir.iterdir():
            if path.stem not in kept:
                path.unlink()

    def _rescue(self, hour: int, columns_path: Path) -> None:
        """Put what the records still hold into the hour's log; replaying tells repeats apart."""
        self.damaged_bytes += columns_path.stat().st_size
        records_path = columns_path.with_suffix(".records")
        if not records_path.exists():
            return
        log = RecordFile(self._open_dir / f"{hour}.log", create=True)
        for found in read_all(records_path):
            log.append(found.sighting)
        log.sync()
        log.close()

    def _replay_logs(self) -> None:
        for path in sorted(self._open_dir.glob("*.log")):
            if path.stem.isdigit():
                opened = self._hour(int(path.stem))
                for found in opened.replay():
                    self._replay(found.sighting, found.place, opened)
                self.damaged_bytes += opened.damaged_bytes

    def _replay(self, sighting: Sighting, place: Place, opened: OpenHour) -> None:
        try:
            check(sighting, sighting.started_at_us)
        except SightingsError:
            self.damaged_bytes += place.length
            return
        known = self._known.get(sighting.sighting_id)
        segment = self._segments.get(opened.hour)
        sealed = segment.find(sighting.sighting_id) if known is None and segment is not None else None
        row = opened.take(sighting, place)
        if known is not None and not self._says_more(sighting, self._open[known[0]].read(known[1])):
            opened.replaced(row)
            return
        if sealed is not None and segment is not None:
            if not self._says_more(sighting, sealed[1]):
                opened.replaced(row)
                return
            segment.replaced(sealed[0])
        if known is not None:
            self._open[known[0]].replaced(known[1])
        self._known[sighting.sighting_id] = (opened.hour, row, sighting.ended)


def _alive(table: Table) -> list[tuple[str, int, RecordFile, Place]]:
    """Camera, start, and where the record lies, of every row that stands."""
    columns = table.columns
    rows = range(len(columns)) if table.alive is None else np.flatnonzero(table.alive).tolist()
    return [
        (table.cameras[int(columns.camera[row])], int(columns.started_ms[row]), table.records, columns.place(row))
        for row in rows
    ]
