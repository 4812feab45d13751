"""What radios say about alerts: stored once however often it comes, confirmed to the radio when it is on disk.

While one batch is being written the next one gathers: 130 acknowledgements in one moment are a few transactions.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, NamedTuple

import sqlalchemy as sa
import structlog

from devices.protocol import messages as wire
from devices.protocol import topics
from devices.protocol.topics import DeviceKind, Down, Up
from hub.alerts import tables
from hub.alerts.delivery import DeliveryState
from hub.alerts.elsewhere import Told
from hub.alerts.messages import DeliveryChanged, ReportMade
from hub.alerts.stepping import Changed, Stepping
from hub.bridge.client import Bridge
from hub.bridge.outbox import HANDFUL
from hub.bridge.refused import Refused, RefusedReason
from hub.events.log import EventLog
from hub.events.messages import EventKind
from hub.registry.service import Registry
from hub.storage.database import Database
from hub.storage.writer import Change, StorageOverloaded

_log = structlog.get_logger()
MAX_WAITING = 50_000
"""Answers heard and not yet stored; one more is not taken, and its radio says it again."""
GATHERED_S = 0.015
"""Between one change and the next, unless AT_ONCE wait: each holds up whoever speaks, however little is in it."""
AT_ONCE = 500
"""Stored in one change, which bounds the event that tells of them (100 KB) and the parameters of a statement."""


class Heard(NamedTuple):
    """One message of one radio."""

    radio_id: str
    message: wire.Receipt | wire.Played | wire.Acknowledgement | wire.Report


class Stored(NamedTuple):
    """What a batch of messages did, those that answer no alert of their radio, and what other rooms do now."""

    changed: list[Changed]
    unknown: list[Heard]
    tells: list[Told]


class Answers:
    """Takes in receipts, what sounded, acknowledgements and reports. ``observe`` hears how long each step took."""

    def __init__(
        self,
        database: Database,
        events: EventLog,
        registry: Registry,
        bridge: Bridge,
        refused: Refused,
        answered: Callable[[str, str, DeliveryState], None],
        reported: Callable[[Change, ReportMade], list[Told]],
    ) -> None:
        self._database = database
        self._events = events
        self._registry = registry
        self._bridge = bridge
        self._refused = refused
        self._answered = answered
        self._reported = reported
        self._heard: list[Heard] = []
        self._wake = asyncio.Event()
        self.observe: Callable[[DeliveryState, float], None] = lambda state, delay_s: None

    def listen(self) -> None:
        """Hear the radios."""
        self._bridge.on(DeviceKind.RADIO, Up.RECEIPT, wire.Receipt, self._take)
        self._bridge.on(DeviceKind.RADIO, Up.PLAYED, wire.Played, self._take)
        self._bridge.on(DeviceKind.RADIO, Up.ACKNOWLEDGEMENT, wire.Acknowledgement, self._take)
        self._bridge.on(DeviceKind.RADIO, Up.REPORT, wire.Report, self._take)

    def _take(self, radio_id: str, message: Any) -> None:
        if len(self._heard) >= MAX_WAITING:
            self._refused.add(radio_id, "answer", RefusedReason.OVERLOADED, f"{MAX_WAITING} answers wait")
            return
        self._heard.append(Heard(radio_id, message))
        self._wake.set()

    async def run(self) -> None:
        """Store what is heard until cancelled."""
        while True:
            await self._wake.wait()
            heard, self._heard = self._heard[:AT_ONCE], self._heard[AT_ONCE:]
            if not self._heard:
                self._wake.clear()
            try:
                stored = await self._database.write(lambda change, heard=heard: self._store(change, heard))  # type: ignore[misc]
            except (StorageOverloaded, sa.exc.SQLAlchemyError) as error:
                _log.error("answers.not_stored", answers=len(heard), error=str(error))
                continue  # not confirmed, so the radios say it again
            for step in stored.changed:
                self._answered(step.alert_id, step.radio_id, step.state)
                if step.delay_s is not None:
                    self.observe(step.state, step.delay_s)
            for tell in stored.tells:
                tell()
            for one in stored.unknown:
                what, alert_id = type(one.message).__name__.lower(), one.message.alert_id
                self._refused.add(
                    one.radio_id, what, RefusedReason.UNKNOWN_ALERT, f"alert {alert_id} is not this radio's"
                )
            await self._confirm(heard)
            if len(self._heard) < AT_ONCE:
                await asyncio.sleep(GATHERED_S)

    async def _confirm(self, heard: list[Heard]) -> None:
        by_radio: dict[str, list[str]] = {}
        for one in heard:
            by_radio.setdefault(one.radio_id, []).append(one.message.message_id)
        for number, (radio_id, message_ids) in enumerate(by_radio.items()):
            if number % HANDFUL == 0:
                await asyncio.sleep(0)
            confirm = wire.Confirm(stamp=self._bridge.stamper.stamp(), message_ids=tuple(message_ids))
            self._bridge.say(topics.down(DeviceKind.RADIO, radio_id, Down.CONFIRM), confirm)

    def _store(self, change: Change, heard: list[Heard]) -> Stored:
        reports = list[ReportMade]()
        told = list[Heard]()
        for one in heard:
            if isinstance(one.message, wire.Report):
                report = self._note_report(change, one.radio_id, one.message)
                if report is None:
                    continue
                reports.append(report)
            told.append(one)
        answers = [(one.message.alert_id, one) for one in told if one.message.alert_id is not None]
        stepping = Stepping(change, ((alert_id, one.radio_id) for alert_id, one in answers))
        changed: list[Changed] = []
        unknown: list[Heard] = []
        for alert_id, one in answers:
            if not stepping.knows(alert_id, one.radio_id):
                unknown.append(one)
            elif (step := stepping.step(alert_id, one.radio_id, one.message)) is not None:
                changed.append(step)
        for alert_id, deliveries in stepping.write().items():
            body = DeliveryChanged(alert_id=alert_id, deliveries=tuple(deliveries))
            self._events.append(change, EventKind.DELIVERY_CHANGED, alert_id, body)
        own = (one for one in reports if one.radio_id and one.alert_id and stepping.knows(one.alert_id, one.radio_id))
        return Stored(changed, unknown, [tell for report in own for tell in self._reported(change, report)])

    def _note_report(self, change: Change, radio_id: str, report: wire.Report) -> ReportMade | None:
        r = tables.reports.c
        repeat = (r.radio_id == radio_id, r.message_id == report.message_id)
        if change.connection.execute(sa.select(r.message_id).where(*repeat)).first():
            return None
        venue_id = self._registry.radios[radio_id].venue_id
        answer = report.answer.value if report.answer else None
        change.connection.execute(
            sa.insert(tables.reports).values(
                message_id=report.message_id,
                radio_id=radio_id,
                venue_id=venue_id,
                alert_id=report.alert_id,
                answer=answer,
                text=report.text,
                at_us=change.at_us,
            )
        )
        body = ReportMade(
            radio_id=radio_id, venue_id=venue_id, alert_id=report.alert_id, answer=report.answer, text=report.text
        )
        self._events.append(change, EventKind.REPORT_MADE, radio_id, body)
        return body
