"""The evaluation room's front door: keeps each day's sums while the rows that they come from are there, and adds up."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from hub.access import audit
from hub.alerts.duties import Duty, duties_between, first_issued_us
from hub.errors import Refusal
from hub.escalation.records import overdue_since_us
from hub.evaluation import records
from hub.evaluation.messages import Day, Evaluation, Line, Taken, Unit, Wanted
from hub.evaluation.periods import DAY, FORTNIGHT, Period, begin_us, bounds, day_of
from hub.evaluation.records import KeptDay
from hub.evaluation.sums import FEW, VenueDay, day_sums, figures_of
from hub.rollcall.messages import RollCall
from hub.rollcall.records import load_ended_between
from hub.rooms import Rooms

SUM_EVERY_S = 300.0
OPEN_DAYS = 3
"""Today's sums and those of the two days before are made anew: an alert lives a day at most, and is answered meanwhile.
What comes later still is not counted."""


class Evaluations:
    """``nobody_expected`` says at which venues nobody is to be expected at a time (UTC, microseconds)."""

    def __init__(
        self, rooms: Rooms, nobody_expected: Callable[[int], frozenset[str]], retention_days: int, alert_days: int
    ) -> None:
        """After ``retention_days`` roll-calls are forgotten, after ``alert_days`` alerts."""
        self._database = rooms.database
        self._registry = rooms.registry
        self._clock = rooms.clock
        self._nobody_expected = nobody_expected
        self._open_days = min(OPEN_DAYS, retention_days, alert_days)  # nothing of an open day is forgotten yet
        self._empty_at: dict[int, frozenset[str]] = {}
        """Issue of an open day's alert (UTC, microseconds): where nobody was to be expected then, found once."""
        self._is_caught_up = False
        self._as_of_us = 0

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self._registry.community.time_zone)

    async def run(self) -> None:
        """Keep the sums up to date until cancelled; the first time before housekeeping forgets anything."""
        while True:
            await self.sum_up()
            await asyncio.sleep(SUM_EVERY_S)

    async def sum_up(self) -> None:
        """Make the sums of the days that are open; after a start, first of those that have none."""
        now_us = self._clock.wall_us()
        today = day_of(now_us, self._zone)
        first_open = today - (self._open_days - 1) * DAY
        if not self._is_caught_up:
            await self._catch_up(first_open)
            self._is_caught_up = True
        open_us = begin_us(first_open, self._zone)
        self._empty_at = {at_us: empty for at_us, empty in self._empty_at.items() if at_us >= open_us}
        for past in reversed(range(self._open_days)):
            await self._sum_day(today - past * DAY)
        self._as_of_us = now_us

    async def _catch_up(self, until: date) -> None:
        kept = await self._database.read(records.load_days)
        first_us = await self._database.read(first_issued_us)
        day = until if first_us is None else day_of(first_us, self._zone)
        while day < until:
            if day.isoformat() not in kept:
                await self._sum_day(day)
            day += DAY

    async def _sum_day(self, day: date) -> None:
        from_us, to_us = begin_us(day, self._zone), begin_us(day + DAY, self._zone)
        duties, overdue, roll_calls = await self._database.read(partial(_rows, from_us, to_us))
        if not duties and not roll_calls:
            return
        issued = {one.alert_id: one.issued_at_us for one in duties}
        empty: set[tuple[str, str]] = set()
        for alert_id, at_us in issued.items():
            if at_us not in self._empty_at:
                await asyncio.sleep(0)  # others have the loop before each that takes long
                self._empty_at[at_us] = self._nobody_expected(at_us)
            empty.update((alert_id, venue_id) for venue_id in self._empty_at[at_us])
        sums = await asyncio.to_thread(day_sums, duties, empty, overdue, roll_calls)
        grid_of = {venue_id: venue.grid_id for venue_id, venue in self._registry.venues.items()}
        known = {venue_id: duties for venue_id, duties in sums.items() if venue_id in grid_of}
        await self._database.write(lambda change: records.put_day(change, day.isoformat(), known, grid_of))

    async def evaluate(self, wanted: Wanted) -> Evaluation:
        """A period, the one before, and each venue or grid. Raises Refusal for a period no calendar has."""
        try:
            first, after = bounds(wanted.period, wanted.on or day_of(self._clock.wall_us(), self._zone))
            before, _ = bounds(wanted.period, first - DAY)
            course_from = after - FORTNIGHT if wanted.period is Period.DAY else first
        except OverflowError:
            raise Refusal("bad_field", "日期超出范围", "no calendar has this day", field="from") from None
        begin = min(before, course_from).isoformat()
        kept = await self._database.read(lambda connection: records.load(connection, begin, after.isoformat()))

        def add_up() -> Evaluation:
            these = _between(kept, first, after)
            return Evaluation(
                period=wanted.period,
                first_day=first,
                last_day=after - DAY,
                unit=wanted.unit,
                whole=figures_of([one.duties for one in these]),
                before=figures_of([one.duties for one in _between(kept, before, first)]),
                lines=_lines(these, wanted.unit, names),
                course=_course(kept, course_from, after),
                as_of_ms=as_of_ms,
            )

        names, as_of_ms = self._names(wanted.unit), self._as_of_us // 1000
        return await asyncio.to_thread(add_up)

    def _names(self, unit: Unit) -> dict[str, str]:
        if unit is Unit.VENUE:
            return {venue_id: venue.name for venue_id, venue in self._registry.venues.items()}
        return {grid_id: grid.name for grid_id, grid in self._registry.grids.items()}

    @property
    def community(self) -> str:
        """Its name."""
        return self._registry.community.name

    async def note_export(self, taken: Taken, by: str) -> None:
        """Note in the audit log that somebody takes it away."""
        action = audit.Action.EXPORT_EVALUATION
        await self._database.write(audit.noting(by, action, taken))

    async def forget(self, before_us: int) -> int:
        """Delete the sums of days before then (UTC); returns how many."""
        return await records.forget_days(self._database, day_of(before_us, self._zone).isoformat())


def _rows(
    from_us: int, to_us: int, connection: sa.Connection
) -> tuple[list[Duty], dict[tuple[str, str], int], list[RollCall]]:
    duties = duties_between(connection, from_us, to_us)
    overdue = overdue_since_us(connection, sorted({one.alert_id for one in duties}))
    return duties, overdue, load_ended_between(connection, from_us, to_us)


def _between(kept: list[KeptDay], first: date, after: date) -> list[KeptDay]:
    """Those of the days from ``first`` until before ``after``."""
    return [one for one in kept if first.isoformat() <= one.day < after.isoformat()]


def _course(kept: list[KeptDay], first: date, after: date) -> tuple[Day, ...]:
    """Every day from ``first`` until before ``after``, also those that have no sums."""
    by_day: dict[str, list[VenueDay]] = defaultdict(list)
    for one in kept:
        by_day[one.day].append(one.duties)
    days = (first + number * DAY for number in range((after - first).days))
    return tuple(Day(day=day, figures=figures_of(by_day[day.isoformat()])) for day in days)


def _lines(kept: list[KeptDay], unit: Unit, names: Mapping[str, str]) -> tuple[Line, ...]:
    """The least acknowledged first, then the slowest; those with few alerts after all others."""
    if unit is Unit.ROOM:
        return ()
    by_unit: dict[str, list[KeptDay]] = defaultdict(list)
    for one in kept:
        by_unit[one.venue_id if unit is Unit.VENUE else one.grid_id].append(one)
    lines = []
    for unit_id, days in by_unit.items():
        figures = figures_of([one.duties for one in days])
        lines.append(Line(id=unit_id, name=names.get(unit_id, unit_id), figures=figures, few=figures.alerts < FEW))

    def order(line: Line) -> tuple[bool, float, float, str]:
        if line.few:
            return True, 0.0, 0.0, line.id
        return False, line.figures.acknowledged_share or 0.0, -(line.figures.acknowledge_median_s or 0.0), line.id

    return tuple(sorted(lines, key=order))
