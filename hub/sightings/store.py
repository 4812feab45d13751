"""The home of sightings: open hours that take them in, sealed hours that keep them, oldest hours that go.

``open/<hour>.log`` are record files of hours still written; ``sealed/<hour>-<generation>.columns`` and ``.records`` are
segments. Sealing an hour again, for what came late, writes the next generation, which holds all of the one before.
A sighting is on the disk when ``add`` returns. Hours are sealed beside it, so that nobody who adds waits for that: only
where more than OPEN_HOURS would be open at once, the least recent is sealed first.
"""

from __future__ import annotations

import contextlib
import re
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from devices.protocol.sightings import Sighting
from hub.sightings.columns import Table
from hub.sightings.errors import SightingsError
from hub.sightings.forgotten import Forgotten
from hub.sightings.open_hour import OpenHour
from hub.sightings.records import Found, RecordError, read_all, renew
from hub.sightings.redescribing import counts_of, redescribed, rows_of_others
from hub.sightings.rows import HOUR_US, check, hour_of
from hub.sightings.sealing import seal
from hub.sightings.segment import Segment, SegmentError, write_columns
from hub.sightings.turns import GivenUp
from hub.storage.files import sync_folder

OPEN_HOURS = 48
_USUAL_OPEN_HOURS = 24
"""Of more than these, seal_due seals those not written to the longest, quiet or not."""
_SEAL_AFTER_US = 10 * 60 * 1_000_000
"""An hour is sealed this long after its end, when nothing was written to it for as long."""

MAY_STAY_US = 600_000_000
"""Who was seen last in an hour may be in view so long after it (vision's LONGEST_SIGHTING_S)."""

_LONGEST_HOURS = 25
"""Nobody is in view for longer (rows.check), from an hour's end on."""

_REMEMBERED_HOURS = 100_000
"""Sightings of sealed hours that were told lately, whose hour is known when they are asked for."""

_MOST_WRITTEN_ANEW = 10
"""Describing an hour anew writes its columns so often at most: each time all of them are."""

_SEGMENT_NAME = re.compile(r"(\d+)-(\d{6})\.columns")


Kept = bool | SightingsError | OSError
"""Whether a sighting told anything new, or why it is not kept: it cannot be, or the disk did not take it."""


class Others(NamedTuple):
    """Rows of a sealed hour that another describer made."""

    table: Table
    rows: tuple[int, ...]


def _never(_start_us: int, _end_us: int) -> bool:
    return False


class Store:
    """Many threads may read; writers wait for one another."""

    def __init__(self, directory: Path) -> None:
        """Open the store, replaying what was not sealed. Raises OSError when the folder cannot be used."""
        self._open_dir, self._sealed_dir = directory / "open", directory / "sealed"
        for folder in (self._open_dir, self._sealed_dir):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._sealing = threading.RLock()  # one hour at a time; whoever takes both takes this one first
        self._writing = threading.RLock()
        self._looking = threading.Lock()
        self._open: dict[int, OpenHour] = {}
        self._written_us: dict[int, int] = {}
        self._segments: dict[int, Segment] = {}
        self._known: dict[int, dict[str, tuple[int, bool]]] = {}  # of each open hour's sightings: row, and if ended
        self._hours: OrderedDict[str, int] = OrderedDict()
        self._unchecked: list[int] = []
        self._interned: dict[tuple[str, ...], tuple[str, ...]] = {}
        self.damaged_bytes = 0
        self._forgotten = Forgotten(directory)
        broken = self._load_segments()
        self._replay_logs()
        for hour, columns_path in broken:
            self._make_anew(hour, columns_path)

    def add(self, sightings: Iterable[Sighting], now_us: int) -> list[Kept]:
        """Keep these; for each, whether it told anything new, or why it is not kept. On the disk when this returns.

        A sighting whose id is known is new only when it continues or ends one that had not ended. Raises OSError when
        the disk does not say that it has what was written.
        """
        with self._writing:
            touched: set[int] = set()
            new: list[Kept] = []
            for sighting in sightings:
                try:
                    new.append(self._take(sighting, now_us, touched))
                except (SightingsError, OSError) as error:
                    new.append(error)
            for hour in touched:
                self._open[hour].sync()
            too_many = len(self._open) > OPEN_HOURS
        if too_many:
            with self._sealing, self._writing:
                for hour in self._least_recent(OPEN_HOURS):
                    self._seal(hour, threading.Event())
        return new

    def tables(self, since_us: int | None, until_us: int | None) -> list[Table]:
        """The hours that hold anything between the two times, newest first; open and sealed."""

        def touches(kept: Segment | OpenHour) -> bool:
            start_us = kept.hour * HOUR_US
            return (until_us is None or start_us <= until_us) and (
                since_us is None or start_us + kept.latest_end_ms * 1000 >= since_us
            )

        with self._looking:
            hours: Iterable[int] = {*self._segments, *self._open}
            if since_us is not None and until_us is not None and until_us - since_us < HOUR_US * len(self._segments):
                hours = range(since_us // HOUR_US - _LONGEST_HOURS, until_us // HOUR_US + 1)
            homes = (self._open, self._segments)
            kept = [home[hour] for hour in sorted(hours, reverse=True) for home in homes if hour in home]
            return [one.table for one in kept if touches(one)]

    def get(self, sighting_id: str) -> Sighting | None:
        """The newest word on a sighting, or None when it is not kept or the disk has lost it."""
        with self._looking:
            known = self._known_of(sighting_id)
            opened = None if known is None else self._open[known[0]]
            told = self._segments.get(self._hours.get(sighting_id, -1))
            segments = self._segments.copy()
        try:
            if opened is not None and known is not None:
                return opened.read(known[1])
            for segment in chain([told] if told else [], (segments[hour] for hour in sorted(segments, reverse=True))):
                found = segment.find(sighting_id)
                if found is not None:
                    self.told({sighting_id: segment.hour})
                    return segment.table.read(found[0])
        except RecordError:
            self.damaged()
        return None

    def told(self, hours: Mapping[str, int]) -> None:
        """A search found these sightings, each in that hour: they will be asked for again."""
        with self._looking:
            for sighting_id, hour in hours.items():
                self._hours[sighting_id] = hour
                self._hours.move_to_end(sighting_id)
            while len(self._hours) > _REMEMBERED_HOURS:
                self._hours.popitem(last=False)

    def seal_due(self, now_us: int, given_up: threading.Event | None = None) -> int:
        """Seal the hours that are over and quiet while others add; how many. Raises OSError.

        An hour to which something is written meanwhile stays open, until the next time. ``given_up`` ends it early.
        """
        with self._writing:
            due = [
                hour
                for hour in self._open
                if now_us >= (hour + 1) * HOUR_US + _SEAL_AFTER_US
                and now_us >= self._written_us.get(hour, 0) + _SEAL_AFTER_US
            ]
            due = list(dict.fromkeys((*due, *self._least_recent(_USUAL_OPEN_HOURS))))
        given_up, sealed = given_up or threading.Event(), 0
        with contextlib.suppress(GivenUp):
            for hour in due:
                sealed += self._seal(hour, given_up)
        return sealed

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
                segment.delete()
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
            kept = sum(len(segment.table.columns) for segment in self._segments.values())
            kept += sum(len(known) for known in self._known.values())
            live = sum(not ended for known in self._known.values() for _, ended in known.values())
            size = sum(segment.bytes_on_disk for segment in self._segments.values())
            return kept, live, len(self._segments), size + sum(hour.bytes_on_disk for hour in self._open.values())

    def damaged(self) -> None:
        """Count a record that the disk has not kept: how long it was, it does not say any more."""
        with self._looking:
            self.damaged_bytes += 1

    def check_next(self) -> bool:
        """Read the columns of a sealed hour that was not yet read since the start; false when there is none.

        Those that the disk has not kept are made anew from the records. Raises OSError.
        """
        with self._writing:
            segment = self._segments.get(self._unchecked.pop()) if self._unchecked else None
        if segment is not None:
            try:
                segment.check()
            except SegmentError:
                with self._writing:
                    if self._segments.get(segment.hour) is segment:
                        with self._looking:
                            del self._segments[segment.hour]
                        self._make_anew(segment.hour, segment.columns_path)
        return bool(self._unchecked)

    def describers(self) -> Counter[str]:
        """How many sightings each describer made the descriptor of."""
        return sum((counts_of(table) for table in self.tables(None, None)), Counter[str]())

    def sealed_names(self) -> frozenset[str]:
        """Table.name of each sealed hour: as long as it stays, so do its rows' numbers."""
        with self._looking:
            return frozenset(segment.table.name for segment in self._segments.values())

    def made_by_others(self, describer: str, first_rows: Mapping[str, int], least: int) -> Others | None:
        """The newest sealed hour with rows by another describer, and the first of these, in their order.

        So many that the hour's columns are written ten times at most, and ``least``, where there are so many. Of
        hours whose Table.name has one of ``first_rows`` those from that row on; None when there is none.
        """
        with self._looking:
            tables = [self._segments[hour].table for hour in sorted(self._segments, reverse=True)]
        for table in tables:
            found = rows_of_others(table, describer)
            found = found[found >= first_rows.get(table.name, 0)]
            if len(found):
                most = max(least, -(-len(table.columns) // _MOST_WRITTEN_ANEW))
                return Others(table, tuple(found[:most].tolist()))
        return None

    def describe_anew(self, of: Table, describer: str, descriptors: Mapping[int, bytes]) -> bool:
        """Give rows of a sealed hour descriptors by ``describer``: all or, after a kill, none of them. Raises OSError.

        False when the hour was sealed anew or deleted meanwhile, or its columns are damaged, which are then checked.
        """
        with self._sealing:
            segment = self._segments.get(of.hour)
            if segment is None or segment.table.columns is not of.columns:
                return False
            try:
                segment.check()
            except SegmentError:  # what is written now would be taken for whole
                with self._writing:
                    self._unchecked.append(of.hour)
                return False
            making = segment.columns_path.with_suffix(".anew")
            write_columns(making, redescribed(of, segment.keys(), describer, descriptors))
            with self._writing:
                if self._segments.get(of.hour) is not segment:
                    making.unlink()
                    return False
                making.rename(segment.columns_path)
                sync_folder(self._sealed_dir)
                anew = Segment(segment.columns_path, segment.records_path)
                with self._looking:
                    anew.follows(segment)
                    self._segments[of.hour] = self._interning(anew)
            return True

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
        known = self._known_of(sighting.sighting_id)
        sealed = self._segments[hour].find(sighting.sighting_id) if known is None and hour in self._segments else None
        if known is not None and not self._says_more(sighting, self._open[known[0]].head(known[1])):
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
                del self._known[known[0]][sighting.sighting_id]
            if sealed is not None:
                self._segments[hour].replaced(sealed[0])
            self._known[hour][sighting.sighting_id] = (row, sighting.ended)
        return True

    def _known_of(self, sighting_id: str) -> tuple[int, int] | None:
        """The open hour and the row of the newest word on a sighting."""
        for hour, known in self._known.items():
            if sighting_id in known:
                return hour, known[sighting_id][0]
        return None

    @staticmethod
    def _says_more(new: Sighting, old: Sighting) -> bool:
        return not old.ended and (new.ended or new.ended_at_us > old.ended_at_us)

    def _hour(self, hour: int) -> OpenHour:
        if hour not in self._open:
            opened = OpenHour(hour, self._open_dir / f"{hour}.log")
            sync_folder(self._open_dir)
            with self._looking:
                self._open[hour], self._known[hour] = opened, {}
        return self._open[hour]

    def _least_recent(self, kept: int) -> list[int]:
        """The open hours not written to the longest, all but so many."""
        by_time = sorted(self._open, key=lambda hour: self._written_us.get(hour, 0))
        return by_time[: max(0, len(by_time) - kept)]

    def _seal(self, hour: int, given_up: threading.Event) -> bool:
        """Seal an hour, unless something was written to it or it was deleted meanwhile. Raises OSError, GivenUp."""
        with self._sealing:
            with self._writing:
                opened, former = self._open.get(hour), self._segments.get(hour)
                if opened is None:
                    return False
                tables = [(opened.table, opened.keys())]
                if former is not None:
                    tables.append((former.table, former.keys()))
            segment, lost = None, 0
            if any(len(table.standing) for table, _ in tables):
                generation = 1 if former is None else int(former.columns_path.stem.split("-")[1]) + 1
                segment, lost = seal(self._sealed_dir / f"{hour}-{generation:06}.columns", tables, given_up)
            with self._writing:
                is_as_it_was = self._open.get(hour) is opened and opened.is_as_in(tables[0][0])
                if former is not None:
                    is_as_it_was &= self._segments.get(hour) is former and former.table is tables[1][0]
                if not is_as_it_was:
                    if segment is not None:
                        segment.delete()
                    return False
                self.damaged_bytes += lost
                self._forget_open(hour, segment)
                if former is not None and segment is not None:
                    former.delete()
                    sync_folder(self._sealed_dir)
            return True

    def _forget_open(self, hour: int, segment: Segment | None = None) -> None:
        """The hour is no longer open; ``segment`` has what was in it."""
        with self._looking:
            opened = self._open.pop(hour)
            self._known.pop(hour)
            if segment is not None:
                self._segments[hour] = self._interning(segment)
        self._written_us.pop(hour, None)
        opened.path.unlink()
        sync_folder(self._open_dir)

    def _interning(self, segment: Segment) -> Segment:
        """With the same tuple of names for the same cameras: searches look them up once, and memory has them once."""
        segment.cameras = self._interned.setdefault(segment.cameras, segment.cameras)
        return segment

    def _load_segments(self) -> list[tuple[int, Path]]:
        """Open the newest generation of each hour; returns those whose heading is damaged or of another version."""
        generations: dict[int, list[Path]] = {}
        for path in sorted(self._sealed_dir.glob("*.columns")):
            match = _SEGMENT_NAME.fullmatch(path.name)
            if match:
                generations.setdefault(int(match[1]), []).append(path)
        broken = []
        for hour, paths in generations.items():
            newest = paths[-1]
            try:
                self._segments[hour] = self._interning(Segment(newest, newest.with_suffix(".records")))
            except (SegmentError, OSError):
                broken.append((hour, newest))
        self._unchecked = sorted(self._segments)
        kept = {segment.columns_path.stem for segment in self._segments.values()} | {path.stem for _, path in broken}
        for path in self._sealed_dir.iterdir():
            if path.stem not in kept or path.suffix not in (".columns", ".records"):
                path.unlink()
        return broken

    def _make_anew(self, hour: int, columns_path: Path) -> None:
        """Take in again what the records of damaged columns still hold, into the open hour, and delete both."""
        self.damaged_bytes += columns_path.stat().st_size
        records_path = columns_path.with_suffix(".records")
        if records_path.exists():
            for found in read_all(records_path):
                self._take_back(found.sighting)
            if hour in self._open:
                self._open[hour].sync()
            records_path.unlink()
        columns_path.unlink()
        sync_folder(self._sealed_dir)

    def _take_back(self, sighting: Sighting) -> None:
        try:
            check(sighting, sighting.started_at_us)
            self._take(sighting, sighting.ended_at_us, set())
        except SightingsError:
            self.damaged_bytes += 1

    def _replay_logs(self) -> None:
        for path in sorted(self._open_dir.glob("*.log")):
            if path.stem.isdigit():
                renew(path)
                opened = self._hour(int(path.stem))
                for found in opened.replay():
                    self._replay(found, opened)
                self.damaged_bytes += opened.damaged_bytes

    def _replay(self, found: Found, opened: OpenHour) -> None:
        sighting = found.sighting
        try:
            check(sighting, sighting.started_at_us)
        except SightingsError:
            self.damaged_bytes += found.length
            return
        known = self._known_of(sighting.sighting_id)
        segment = self._segments.get(opened.hour)
        sealed = segment.find(sighting.sighting_id) if known is None and segment is not None else None
        row = opened.take(sighting, found.start)
        if known is not None and not self._says_more(sighting, self._open[known[0]].head(known[1])):
            opened.replaced(row)
            return
        if sealed is not None and segment is not None:
            if not self._says_more(sighting, sealed[1]):
                opened.replaced(row)
                return
            segment.replaced(sealed[0])
        if known is not None:
            self._open[known[0]].replaced(known[1])
            del self._known[known[0]][sighting.sighting_id]
        self._known[opened.hour][sighting.sighting_id] = (row, sighting.ended)
