"""The roll-call's front door: begins each day by itself or by hand, ends after its minutes, keeps the lists."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TypeVar
from zoneinfo import ZoneInfo

import sqlalchemy as sa
import structlog

from devices.protocol.messages import AlertStatus, Severity
from hub.access import audit
from hub.alerts.lifetime import Lifetime
from hub.alerts.messages import Alert, NewAlert
from hub.alerts.service import Alerts
from hub.errors import Refusal
from hub.events.messages import EventKind
from hub.rollcall import records
from hub.rollcall.machine import Due, Machine
from hub.rollcall.messages import RadioReadiness, RollCall, RollCallMade, RollCallSummary
from hub.rollcall.readiness import line_of, missed_before, summary_of
from hub.rollcall.records import UnderWay
from hub.rollcall.schedule import minute_of_day
from hub.rooms import Rooms
from hub.shifts.service import Shifts
from hub.storage.identifiers import new_id
from hub.storage.writer import Change, StorageOverloaded

_log = structlog.get_logger()
_T = TypeVar("_T", bound=RollCallSummary)
LOOK_EVERY_S = 1.0
LATEST = 60
"""Roll-calls that a console is shown."""
LOOKED_BACK = 7
"""Roll-calls in which a radio's line is looked for to go on counting: one had no list, or the radio was not in it."""
WORDS = "点名测试：听到请按确认键"
"""What stands on a radio's screen."""


class RollCalls:
    """At most one under way, in memory and on disk; the lists of those that are over are on disk alone."""

    def __init__(self, rooms: Rooms, shifts: Shifts, alerts: Alerts, at: str, lasts_s: float) -> None:
        """``at`` is the time of the day at which one begins by itself ("09:30"); empty: none does."""
        self._database = rooms.database
        self._events = rooms.events
        self._registry = rooms.registry
        self._radios = rooms.radios
        self._shifts = shifts
        self._alerts = alerts
        self._clock = rooms.clock
        self._lasts_s = lasts_s
        self._machine = Machine(rooms.clock, minute_of_day(at), lambda: ZoneInfo(rooms.registry.community.time_zone))
        self._under_way: UnderWay | None = None
        self._changing = asyncio.Lock()
        self._ended: deque[RollCall] = deque(maxlen=LOOKED_BACK)
        """The latest that are over, newest first."""

    @property
    def last(self) -> RollCall | None:
        """The latest that is over."""
        return self._ended[0] if self._ended else None

    def open(self) -> None:
        """Take up what an earlier run left; before the hub serves anyone."""
        self._database.read_now(self._load)

    def _load(self, connection: sa.Connection) -> None:
        self._under_way = records.load_under_way(connection)
        self._ended.extend(records.load_ended(connection, LOOKED_BACK))
        lifetime = self._under_way.lifetime if self._under_way else None
        self._machine.take_up(lifetime, records.load_days(connection))

    async def run(self) -> None:
        """Begin and end them in time, until cancelled."""
        while True:
            try:
                await self._look()
            except (StorageOverloaded, sa.exc.SQLAlchemyError) as error:
                _log.error("roll_call.not_stored", error=str(error))  # tried again at the next look
            await asyncio.sleep(LOOK_EVERY_S)

    async def _look(self) -> None:
        async with self._changing:
            step = self._machine.look()
            if isinstance(step, Due):
                if self._registry.radios:  # without any there is nobody to call
                    await self._begin(audit.THE_HUB, step.day)
            elif step is not None and self._under_way is not None:
                await self._end(self._under_way)

    async def begin(self, by: str) -> RollCall:
        """Begin one now, by hand. Raises Refusal while one is under way, and without radios."""
        async with self._changing:
            if self._machine.is_under_way:
                words = ("点名正在进行", "a roll-call is under way")
                raise Refusal("roll_call_under_way", *words, status=409)
            begun, alert = await self._begin(by, None)
        return begun.listed(self._list(begun, alert), None)

    async def _begin(self, by: str, day: str | None) -> tuple[UnderWay, Alert]:
        """The alert, the roll-call and what tells of both are one transaction: a restart finds all of it or nothing."""
        roll_call_id, lifetime = new_id("D"), Lifetime.starting(self._clock, self._lasts_s)
        closed = self._shifts.nobody_expected(lifetime.began_wall_us)

        def begun_with(alert: Alert) -> UnderWay:
            return UnderWay(roll_call_id, alert.alert_id, day, by, lifetime, closed)

        def also(change: Change, alert: Alert) -> None:
            begun = begun_with(alert)
            records.insert(change, begun)
            self._events.append(change, EventKind.ROLL_CALL_BEGUN, roll_call_id, begun.told())
            if day is None:
                made = RollCallMade(roll_call_id=roll_call_id, alert_id=alert.alert_id, radios=len(alert.deliveries))
                audit.record(change, by, audit.Action.CALL_ROLL, detail=made)

        new = NewAlert(text=WORDS, severity=Severity.MINOR, status=AlertStatus.TEST, expires_in_s=self._lasts_s)
        alert = await self._alerts.issue(new, by, also=also)
        self._under_way = begun_with(alert)
        self._machine.begun(lifetime, day)
        _log.info("roll_call.begun", roll_call=roll_call_id, by=by, radios=len(alert.deliveries))
        return self._under_way, alert

    async def _end(self, under_way: UnderWay) -> None:
        radios = (await self._now(under_way)).radios

        def change(open_change: Change) -> RollCall:
            ended = under_way.listed(radios, open_change.at_us)
            records.end(open_change, ended)
            self._events.append(open_change, EventKind.ROLL_CALL_ENDED, ended.roll_call_id, ended)
            return ended

        ended = await self._database.write(change)
        self._ended.appendleft(ended)
        self._under_way = None
        self._machine.ended()
        counts = ended.counts
        _log.info("roll_call.ended", roll_call=under_way.roll_call_id, ready=counts.ready, expected=counts.expected)

    def _list(self, under_way: UnderWay, alert: Alert) -> tuple[RadioReadiness, ...]:
        """The list as it stands now."""
        before = missed_before(self._ended)
        return tuple(
            line_of(
                delivery,
                self._radios.view(delivery.radio_id),
                self._registry.venues[delivery.venue_id].name,
                delivery.venue_id in under_way.closed_venue_ids,
                before.get(delivery.radio_id, 0),
            )
            for delivery in alert.deliveries
        )

    async def _now(self, under_way: UnderWay) -> RollCall:
        try:
            alert = await self._alerts.find(under_way.alert_id)
        except Refusal:  # the hub was gone for so long that its test is forgotten
            return under_way.listed((), None)
        return under_way.listed(self._list(under_way, alert), None)

    async def find(self, roll_call_id: str) -> RollCall:
        """One with its list, as it stands now while it is under way. Raises Refusal for one that there is not."""
        under_way = self._under_way
        if under_way is not None and under_way.roll_call_id == roll_call_id:
            return await self._now(under_way)
        found = await self._database.read(lambda connection: records.load_one(connection, roll_call_id))
        if found is None:
            words = (f"没有点名 {roll_call_id}", f"there is no roll-call {roll_call_id}")
            raise Refusal("unknown_roll_call", *words, status=404)
        return found

    async def summaries(self) -> list[RollCallSummary]:
        """The latest without their lists, newest first, the one under way before them; at most LATEST."""
        under_way = self._under_way
        running = [] if under_way is None else [summary_of(await self._now(under_way))]
        ended = await self._database.read(lambda connection: records.load_summaries(connection, LATEST))
        return _before(running, ended)

    async def latest(self) -> list[RollCall]:
        """The same with their lists."""
        under_way = self._under_way
        running = [] if under_way is None else [await self._now(under_way)]
        ended = await self._database.read(lambda connection: records.load_ended(connection, LATEST))
        return _before(running, ended)


def _before(running: list[_T], ended: list[_T]) -> list[_T]:
    """The one under way, which may have ended while the others were being read, and those."""
    known = {one.roll_call_id for one in ended}
    return [*(one for one in running if one.roll_call_id not in known), *ended][:LATEST]
