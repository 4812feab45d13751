"""What is told of asks, and when: what is overdue goes up within a second, sums are told once a second at most."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import sqlalchemy as sa
import structlog

from hub.events.messages import EventKind
from hub.response.limits import AskKind
from hub.response.machine import Whom, escalated
from hub.response.messages import AskTold
from hub.response.records import Record, find_record, sum_of, update_ask
from hub.response.tables import asks
from hub.response.underway import UnderWay
from hub.rooms import Rooms
from hub.storage.writer import Change, StorageOverloaded

_log = structlog.get_logger()
LOOK_EVERY_S = 0.5
SUMS_EVERY_US = 1_000_000


class Telling:
    """Appends the events of asks, and sends up those whose time is over."""

    def __init__(self, rooms: Rooms, under_way: UnderWay, grids_of: Callable[[str], tuple[str, ...]]) -> None:
        """``grids_of(person_id)``: the grids of a person's places; who reports hears of it there."""
        self._rooms = rooms
        self._under_way = under_way
        self._grids_of = grids_of
        self._summed_us = -SUMS_EVERY_US

    def tell(self, change: Change, kind: EventKind, record: Record, by: str | None = None) -> None:
        """Append one event within ``change``, which has stored the record."""
        standing, grid_ids = record.standing, record.grid_ids
        is_report = record.kind is AskKind.REPORT
        if is_report and grid_ids is not None:
            grid_ids = tuple(dict.fromkeys((*grid_ids, *self._grids_of(record.made_by))))
        to_grids = {
            EventKind.ASK_MADE: not is_report,
            EventKind.ASK_CHANGED: is_report,
            EventKind.ASK_OVERDUE: is_report or standing.whom is Whom.ASKED,
            EventKind.ASK_CLOSED: True,
        }
        told = AskTold(
            ask_id=record.ask_id,
            kind=record.kind,
            grid_ids=grid_ids,
            to_grids=to_grids[kind],
            phase=standing.phase,
            whom=standing.whom,
            sum=sum_of(change.connection, record.ask_id, change.at_us // 1000),
            by=by,
            text=record.text,
            case_id=record.case_id,
        )
        self._rooms.events.append(change, kind, record.ask_id, told)

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_EVERY_S)

    async def look(self) -> None:
        """Send up what is overdue now, and tell of sums. What cannot be stored stays due, and no other waits."""
        for record in self._under_way.due():
            try:
                await self._send_up(record)
            except (StorageOverloaded, sa.exc.SQLAlchemyError) as error:
                _log.error("ask.not_stored", ask=record.ask_id, error=str(error))
        now_us = self._rooms.clock.monotonic_us()
        if now_us - self._summed_us >= SUMS_EVERY_US:
            self._summed_us = now_us
            for ask_id in self._under_way.take_touched():
                await self._tell_sum(ask_id)

    async def _send_up(self, seen: Record) -> None:
        def change(open_change: Change) -> Record | None:
            record = find_record(open_change.connection, asks.c.ask_id == seen.ask_id)
            if record is None or record.standing.deadline_ms != seen.standing.deadline_ms:
                return None  # somebody answered meanwhile
            standing = escalated(record.standing, open_change.at_us // 1000)
            update_ask(open_change, record.ask_id, standing)
            now = record.as_standing(standing)
            self.tell(open_change, EventKind.ASK_OVERDUE, now)
            return now

        record = await self._rooms.database.write(change)
        if record is not None:
            self._under_way.keep(record)
            _log.warning("ask.overdue", ask=record.ask_id, kind=record.kind, whom=record.standing.whom)

    async def _tell_sum(self, ask_id: str) -> None:
        def change(open_change: Change) -> None:
            record = find_record(open_change.connection, asks.c.ask_id == ask_id)
            if record is not None:
                self.tell(open_change, EventKind.ASK_CHANGED, record)

        try:
            await self._rooms.database.write(change)
        except (StorageOverloaded, sa.exc.SQLAlchemyError) as error:
            _log.error("ask.not_told", ask=ask_id, error=str(error))
