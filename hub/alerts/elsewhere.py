"""Answers of people who are not at their venue's radio: on a phone's page, by the keys of a telephone.

They count for the lines of the venue's radios and say who gave them; what a radio has on its disk, and whether it
sounds, is the radio's alone.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import sqlalchemy as sa

from devices.protocol.messages import AlertStatus
from hub.access import audit
from hub.alerts import tables
from hub.alerts.delivery import DeliveryState
from hub.alerts.messages import Alert, AnsweredElsewhere, AnswerElsewhere, DeliveryChanged, ReportMade
from hub.alerts.records import note_about
from hub.alerts.stepping import Changed, Stepping
from hub.errors import Refusal
from hub.events.messages import EventKind
from hub.rooms import Rooms
from hub.storage.writer import Change

Told = Callable[[], None]
"""What another room does when what it kept with an alert or report is on disk, in the hub's thread."""


class Elsewhere:
    """Stores such answers, each once."""

    def __init__(
        self,
        rooms: Rooms,
        answered: Callable[[str, str, DeliveryState], None],
        reported: Callable[[Change, ReportMade], list[Told]],
    ) -> None:
        """``answered`` hears of each line that changed; ``reported`` is in the transaction of each report."""
        self._database = rooms.database
        self._events = rooms.events
        self._answered = answered
        self._reported = reported

    async def take(self, alert: Alert, said: AnswerElsewhere) -> None:
        """Store it, or nothing where it was stored before. A late one counts, as a radio's does.

        Raises Refusal for an alert that asks for no answer here, and where it went to none of these venues.
        """
        if alert.cancels is not None:
            words = ("这是取消通知，不用回答", "this says that an alert is over: it asks for no answer")
            raise Refusal("asks_nothing", *words, status=409)
        if alert.status is AlertStatus.TEST:
            words = ("测试只在对讲机上按确认键", "a test is acknowledged at the radio alone, which it tries")
            raise Refusal("is_test", *words, status=409)
        lines = [(one.radio_id, one.venue_id) for one in alert.deliveries if one.venue_id in said.venue_ids]
        if not lines:
            words = ("这条警报没有发到您的场所", "this alert did not go to a venue of yours")
            raise Refusal("no_venue", *words, status=409)
        changed, tells = await self._database.write(lambda change: self._store(change, alert, said, lines))
        for step in changed:
            self._answered(step.alert_id, step.radio_id, step.state)
        for tell in tells:
            tell()

    def _store(
        self, change: Change, alert: Alert, said: AnswerElsewhere, lines: list[tuple[str, str]]
    ) -> tuple[list[Changed], list[Told]]:
        # by the hub's clock: not before the alert was issued, and not after now
        at_us = min(change.at_us, max(alert.issued_at_ms * 1000, change.at_us - round(said.pressed_ago_s * 1e6)))
        if not self._note(change, alert, said, at_us):
            return [], []
        stepping = Stepping(change, ((alert.alert_id, radio_id) for radio_id, _ in lines))
        steps = (stepping.step_elsewhere(alert.alert_id, radio_id, said, at_us) for radio_id, _ in lines)
        changed = [step for step in steps if step is not None]
        for alert_id, deliveries in stepping.write().items():
            body = DeliveryChanged(alert_id=alert_id, deliveries=tuple(deliveries))
            self._events.append(change, EventKind.DELIVERY_CHANGED, alert_id, body)
        if not said.is_report:
            return changed, []
        tells: list[Told] = []
        for venue_id in dict.fromkeys(venue_id for _, venue_id in lines):
            report = ReportMade(
                radio_id=None,
                venue_id=venue_id,
                alert_id=alert.alert_id,
                answer=said.answer,
                text=said.text,
                by=said.by,
                via=said.via,
                pressed_at_ms=at_us // 1000,
            )
            self._events.append(change, EventKind.REPORT_MADE, venue_id, report)
            tells += self._reported(change, report)
        return changed, tells

    def _note(self, change: Change, alert: Alert, said: AnswerElsewhere, pressed_at_us: int) -> bool:
        known = tables.answers_elsewhere.c
        repeat = (known.by == said.by, known.message_id == said.message_id)
        if change.connection.execute(sa.select(known.message_id).where(*repeat)).first():
            return False
        change.connection.execute(
            sa.insert(tables.answers_elsewhere).values(
                by=said.by,
                message_id=said.message_id,
                alert_id=alert.alert_id,
                venue_ids=msgspec.json.encode(said.venue_ids),
                via=said.via.value,
                answer=said.answer.value if said.answer else None,
                text=said.text,
                pressed_at_us=pressed_at_us,
                at_us=change.at_us,
            )
        )
        detail = AnsweredElsewhere(alert_id=alert.alert_id, venue_ids=said.venue_ids, via=said.via, answer=said.answer)
        note_about(change, alert, said.by, audit.Action.ANSWER_ALERT, detail)
        return True
