"""Deliveries that a batch of answers is about: read at once, stepped here, written at once.

130 receipts in one moment would otherwise be 260 statements, each of which takes the interpreter from whoever speaks.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any, NamedTuple

import sqlalchemy as sa

from devices.protocol import messages as wire
from hub.alerts.delivery import DeliveryEvent, DeliveryState, next_state
from hub.alerts.messages import AnswerElsewhere, Delivery, Via
from hub.alerts.records import delivery_of
from hub.alerts.tables import deliveries
from hub.storage.writer import Change

_EVENT = {
    wire.Receipt: DeliveryEvent.RECEIPT,
    wire.Played: DeliveryEvent.PLAY,
    wire.Acknowledgement: DeliveryEvent.ACKNOWLEDGEMENT,
    wire.Report: DeliveryEvent.REPORT,
}
_DATED = (
    ("delivered_at_us", tuple(DeliveryEvent)),
    ("played_at_us", (DeliveryEvent.PLAY, DeliveryEvent.ACKNOWLEDGEMENT, DeliveryEvent.REPORT)),
    ("acknowledged_at_us", (DeliveryEvent.ACKNOWLEDGEMENT, DeliveryEvent.REPORT)),
    ("reported_at_us", (DeliveryEvent.REPORT,)),
)
"""Which words of the radio say that a step was reached, the first time that any of them comes."""
_STEPPED = (
    "state",
    "delivered_at_us",
    "played_at_us",
    "acknowledged_at_us",
    "acknowledged_by",
    "acknowledged_via",
    "reported_at_us",
    "answer",
    "report_text",
    "answered_at_us",
)
_d = deliveries.c
_WRITE = (
    sa.update(deliveries)
    .where(_d.alert_id == sa.bindparam("of_alert"), _d.radio_id == sa.bindparam("of_radio"))
    .values({column: sa.bindparam(f"new_{column}") for column in _STEPPED})
)


class Changed(NamedTuple):
    """What a message did to a delivery. ``delay_s`` since its queueing, None where its state was reached before."""

    alert_id: str
    radio_id: str
    state: DeliveryState
    delay_s: float | None


class Stepping:
    """The deliveries of these (alert, radio), within one change."""

    def __init__(self, change: Change, wanted: Iterable[tuple[str, str]]) -> None:
        self._change = change
        self._rows: dict[tuple[str, str], dict[str, Any]] = {}
        self._stepped: set[tuple[str, str]] = set()
        by_alert: dict[str, set[str]] = {}
        for alert_id, radio_id in wanted:
            by_alert.setdefault(alert_id, set()).add(radio_id)
        for alert_id, radio_ids in by_alert.items():
            query = sa.select(deliveries).where(_d.alert_id == alert_id, _d.radio_id.in_(sorted(radio_ids)))
            for row in change.connection.execute(query):
                self._rows[alert_id, row.radio_id] = row._asdict()

    def knows(self, alert_id: str, radio_id: str) -> bool:
        """Whether the alert went to this radio."""
        return (alert_id, radio_id) in self._rows

    def step(
        self, alert_id: str, radio_id: str, message: wire.Receipt | wire.Played | wire.Acknowledgement | wire.Report
    ) -> Changed | None:
        """Take an answer of a radio that is known; None where it changes nothing."""
        row = self._rows[alert_id, radio_id]
        event = _EVENT[type(message)]
        reached = [column for column, events in _DATED if event in events and row[column] is None]
        before, after = self._advance(row, event)
        if isinstance(message, wire.Report):
            self._answer(row, message.answer, message.text, self._change.at_us)
        elif not reached:
            return None
        row |= dict.fromkeys(reached, self._change.at_us)
        if "acknowledged_at_us" in reached:
            row["acknowledged_via"] = Via.RADIO.value
        self._stepped.add((alert_id, radio_id))
        delay_s = None if after is before else (self._change.at_us - row["queued_at_us"]) / 1e6
        return Changed(alert_id, radio_id, after, delay_s)

    def step_elsewhere(self, alert_id: str, radio_id: str, said: AnswerElsewhere, at_us: int) -> Changed | None:
        """Take the answer, pressed ``at_us``, of somebody who is not at the radio; None where it changes nothing.

        A page keeps what is pressed without a connection: what was said after it, and came before it, stands.
        """
        row = self._rows[alert_id, radio_id]
        if said.is_report and row["answered_at_us"] is not None and at_us < row["answered_at_us"]:
            return None
        before, after = self._advance(row, said.event)
        if said.is_report:
            self._answer(row, said.answer, said.text, at_us)
            row["reported_at_us"] = row["reported_at_us"] or at_us
        elif after is before:
            return None
        if row["acknowledged_at_us"] is None:
            row |= {"acknowledged_at_us": at_us, "acknowledged_by": said.by, "acknowledged_via": said.via.value}
        self._stepped.add((alert_id, radio_id))
        return Changed(alert_id, radio_id, after, None)

    def _advance(self, row: dict[str, Any], event: DeliveryEvent) -> tuple[DeliveryState, DeliveryState]:
        before = DeliveryState(row["state"])
        after = next_state(before, event)
        row["state"] = after.value
        return before, after

    def _answer(self, row: dict[str, Any], answer: wire.Answer | None, text: str, at_us: int) -> None:
        row["answer"] = answer.value if answer else row["answer"]
        row["report_text"] = text or row["report_text"]
        row["answered_at_us"] = at_us

    def write(self) -> dict[str, list[Delivery]]:
        """Write what was stepped; the deliveries of each alert as they are now, in the order of their radios."""
        if not self._stepped:
            return {}
        by_alert: dict[str, list[Delivery]] = {}
        values = []
        for alert_id, radio_id in sorted(self._stepped):
            row = self._rows[alert_id, radio_id]
            by_alert.setdefault(alert_id, []).append(delivery_of(SimpleNamespace(**row)))
            new = {f"new_{column}": row[column] for column in _STEPPED}
            values.append({"of_alert": alert_id, "of_radio": radio_id, **new})
        self._change.connection.execute(_WRITE, values)
        return by_alert
