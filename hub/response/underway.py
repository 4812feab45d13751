"""Open asks in memory: which are due by the machine's own clock, and whose sums are to be told anew."""

from __future__ import annotations

from collections.abc import Iterable

from devices.protocol.clock import Clock
from hub.response.limits import AskKind
from hub.response.machine import Phase
from hub.response.records import Record


class UnderWay:
    """What the timers need of each open ask; all else is in the database."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._open: dict[str, Record] = {}
        self._pictures: dict[str, frozenset[str]] = {}
        self._due_us: dict[tuple[str, int], int] = {}
        self._touched: set[str] = set()

    def __len__(self) -> int:
        return len(self._open)

    @property
    def pictures(self) -> frozenset[str]:
        """The pictures that open asks name."""
        return frozenset().union(*self._pictures.values())

    def keep(self, record: Record, pictures: Iterable[str] = ()) -> None:
        """Hold an ask as it is now on disk, with further pictures; a closed one is let go. Writes return in order."""
        ask_id = record.ask_id
        if record.standing.phase is Phase.CLOSED:
            self._open.pop(ask_id, None)
            self._pictures.pop(ask_id, None)
        else:
            self._open[ask_id] = record
            self._pictures[ask_id] = self._pictures.get(ask_id, frozenset()).union(pictures)
        self._touch(record)

    def _touch(self, record: Record) -> None:
        """Its sum is another, and so are those of the directives that it passes on."""
        if record.kind is not AskKind.REPORT and record.ask_id in self._open:
            self._touched.add(record.ask_id)
        above = self._open.get(record.passes_on or "")
        if above is not None:
            self._touch(above)

    def take_touched(self) -> list[str]:
        """The open asks whose sum is another since this was asked last."""
        touched = [ask_id for ask_id in self._touched if ask_id in self._open]
        self._touched.clear()
        return touched

    def due(self) -> list[Record]:
        """The asks whose deadline has passed. The wall clock says once, when a deadline is seen first, how far off it
        is; it may leap afterwards."""
        now_us, wall_us = self._clock.monotonic_us(), self._clock.wall_us()
        due_us, found = {}, []
        for record in self._open.values():
            assert record.standing.deadline_ms is not None  # as every open ask has
            known = record.ask_id, record.standing.deadline_ms
            due_us[known] = self._due_us.get(known, now_us + record.standing.deadline_ms * 1000 - wall_us)
            if due_us[known] <= now_us:
                found.append(record)
        self._due_us = due_us
        return found
