"""Alerts on their way again: to who gave no receipt, to who comes back, and to who is reminded."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable

import sqlalchemy as sa
import structlog

from devices.protocol import messages as wire
from hub.alerts import tables
from hub.alerts.delivery import UNDELIVERED, DeliveryEvent, DeliveryState, again_after_s, next_state
from hub.alerts.dispatch import Dispatch, Purpose
from hub.alerts.ending import Ending
from hub.alerts.records import tell_of
from hub.alerts.underway import OpenAlert
from hub.bridge.outbox import Outbox
from hub.rooms import Rooms
from hub.storage.writer import Change

_log = structlog.get_logger()
LOOK_EVERY_S = 1.0


class Redelivery:
    """Looks after what is under way, and ends what ran out of time."""

    def __init__(
        self,
        rooms: Rooms,
        open_alerts: dict[str, OpenAlert],
        outbox: Outbox,
        dispatch: Dispatch,
        ending: Ending,
    ) -> None:
        self._database = rooms.database
        self._events = rooms.events
        self._radios = rooms.radios
        self._clock = rooms.clock
        self._open = open_alerts
        self._outbox = outbox
        self._dispatch = dispatch
        self._ending = ending
        self._back: set[str] = set()
        self._left_us = 0
        """When messages last waited to leave for the broker: nobody is tried again for what may not have left."""
        self._wake = asyncio.Event()
        outbox.when_taken(self._taken)
        rooms.radios.when_back(self._came_back)

    def _taken(self, change: Change, purposes: list[str]) -> None:
        by_alert: dict[str, list[str]] = {}
        for purpose in purposes:
            sent = Purpose.read(purpose)
            by_alert.setdefault(sent.alert_id, []).append(sent.radio_id)
        d = tables.deliveries.c
        for alert_id, radio_ids in by_alert.items():
            here = (d.alert_id == alert_id, d.radio_id.in_(radio_ids), d.state == DeliveryState.QUEUED.value)
            changed = list(change.connection.execute(sa.select(d.radio_id).where(*here)).scalars())
            if not changed:
                continue
            change.connection.execute(
                sa.update(tables.deliveries)
                .where(d.alert_id == alert_id, d.radio_id.in_(changed))
                .values(state=next_state(DeliveryState.QUEUED, DeliveryEvent.TAKEN).value, sent_at_us=change.at_us)
            )
            tell_of(self._events, change, alert_id, changed)

    def look(self) -> None:
        """Look at once: a radio may have come back while an alert was being stored."""
        self._wake.set()

    def _came_back(self, radio_id: str) -> None:
        self._back.add(radio_id)
        self._wake.set()

    async def run(self) -> None:
        """Deliver again what got no receipt, and end what ran out of time, until cancelled."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self._wake.wait()
            self._wake.clear()
            back, self._back = self._back, set()
            if self._outbox.waiting:
                self._left_us = self._clock.monotonic_us()
            for under_way in list(self._open.values()):
                await self._look_after(under_way, back)

    async def _look_after(self, under_way: OpenAlert, back: set[str]) -> None:
        alert_id = under_way.alert.alert_id
        if under_way.is_ending or self._open.get(alert_id) is not under_way:
            return  # it was cancelled while others were looked after
        undelivered = {r: one for r, one in under_way.radios.items() if one.state in UNDELIVERED}
        if under_way.lifetime.left_s(self._clock) <= 0:
            if undelivered:
                await self._database.write(lambda change: self._ending.expire(change, alert_id, list(undelivered)))
            self._open.pop(alert_id, None)
            return
        now_us = self._clock.monotonic_us()
        due = [
            radio_id
            for radio_id, one in undelivered.items()
            if self._radios.is_online(radio_id)
            and (
                radio_id in back
                or one.attempts == 0
                or now_us - max(one.tried_us, self._left_us) >= again_after_s(one.attempts) * 1e6
            )
        ]
        if not due:
            return
        attempts = self._try_again(under_way, due)
        _log.info("alert.delivered_again", alert=alert_id, radios=len(due))
        await self._database.write(lambda change: self._send_again(change, under_way, attempts))

    async def remind(
        self, alert_id: str, radio_ids: Iterable[str], reminder: wire.Reminder, also: Callable[[Change], None]
    ) -> None:
        """Send an alert again to radios that have something to do about it still; ``also`` is in the same transaction.

        For an alert that is over, or whose end is being stored, nothing is sent.
        """
        under_way = self._open.get(alert_id)
        if under_way is not None and under_way.is_ending:
            under_way = None
        attempts = self._try_again(under_way, radio_ids) if under_way is not None else {}

        def change(open_change: Change) -> None:
            if under_way is not None:
                self._send_again(open_change, under_way, attempts, reminder)
            also(open_change)

        await self._database.write(change)

    def _try_again(self, under_way: OpenAlert, radio_ids: Iterable[str]) -> dict[str, int]:
        """The number of the attempt at each."""
        now_us = self._clock.monotonic_us()
        tried = {radio_id: under_way.radios[radio_id] for radio_id in radio_ids}
        for one in tried.values():
            one.attempts += 1
            one.tried_us = now_us
        return {radio_id: one.attempts for radio_id, one in tried.items()}

    def _send_again(
        self, change: Change, under_way: OpenAlert, attempts: dict[str, int], reminder: wire.Reminder | None = None
    ) -> None:
        d = tables.deliveries.c
        if attempts:
            change.connection.execute(
                sa.update(tables.deliveries)
                .where(d.alert_id == under_way.alert.alert_id, d.radio_id == sa.bindparam("of_radio"))
                .values(attempts=sa.bindparam("attempt")),
                [{"of_radio": radio_id, "attempt": attempt} for radio_id, attempt in attempts.items()],
            )
        self._dispatch.send(change, under_way.alert, under_way.lifetime, attempts, reminder)
