"""The front door: a guard's "child is with me" ends the escalation at once and stands until it is closed.

Its row, its event and the end of the escalation are in the transaction of the guard's report: a killed hub has all of
it or none, and the radio or page then says it again.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import structlog

from devices.protocol.messages import Answer
from hub.access import audit
from hub.access.people import Person
from hub.alerts.messages import Alert, ReportMade
from hub.alerts.service import Alerts, Told
from hub.errors import Refusal
from hub.escalation.service import Escalations
from hub.events.messages import EventKind
from hub.found import records
from hub.found.messages import CloseFound, Found, FoundClosed, Outcome
from hub.rooms import Rooms
from hub.storage.identifiers import new_id
from hub.storage.writer import Change

_log = structlog.get_logger()
MOST_OPEN = 200
"""Not closed ones that are shown, and closed with their alert; of one venue and alert there is one at a time."""
Follower = Callable[[Change, Found], Told]
"""What another room does in the transaction of a word that the child is there, or of the police room's on it."""


class FoundRoom:
    """Everybody who says that the child is with them, until it is closed."""

    def __init__(
        self, rooms: Rooms, alerts: Alerts, escalations: Escalations, find_person: Callable[[str], Person | None]
    ) -> None:
        self._database = rooms.database
        self._events = rooms.events
        self._radios = rooms.radios
        self._alerts = alerts
        self._escalations = escalations
        self._find_person = find_person
        self._found: list[Follower] = []
        self._closed: list[Follower] = []

    def when_found(self, found: Follower) -> None:
        """Have ``found`` called in the transaction of each new one."""
        self._found.append(found)

    def when_closed(self, closed: Follower) -> None:
        """Have ``closed`` called in the transaction in which the police room says what one was."""
        self._closed.append(closed)

    def open(self) -> None:
        """Hear what is reported and cancelled; before the hub serves anyone."""
        self._alerts.when_reported(self._reported)
        self._alerts.when_cancelled(self._cancelled)

    def _reported(self, change: Change, report: ReportMade) -> Told:
        alert = self._concerned(change, report)
        if alert is None or alert.cancelled_at_ms is not None:
            return _nothing
        same = (alert.alert_id, *alert.replaces)
        known = records.load_open(change.connection, MOST_OPEN, same)
        if any(one.venue_id == report.venue_id for one in known):
            return self._escalations.stop_all(change, alert)  # which began anew where it is an update
        said_at_ms = change.at_us // 1000 if report.pressed_at_ms is None else report.pressed_at_ms
        closed_at_ms = records.last_closed_at_ms(change.connection, same, report.venue_id)
        if closed_at_ms is not None and said_at_ms < closed_at_ms:
            return _nothing  # a page kept it, and the police room has looked since
        found = records.insert(change, self._made(alert, report, said_at_ms))
        self._events.append(change, EventKind.CHILD_FOUND, found.found_id, found)
        told = [self._escalations.stop_all(change, alert), *(follower(change, found) for follower in self._found)]

        def tell() -> None:
            for one in told:
                one()
            _log.warning("child.found", alert=alert.alert_id, venue=report.venue_id)

        return tell

    def _concerned(self, change: Change, report: ReportMade) -> Alert | None:
        """The alert that a report says "child is with me" on: of an errand, the one that it was made for; of what was
        updated since, the latest.
        """
        if report.answer is not Answer.CHILD_IS_WITH_ME or report.alert_id is None:
            return None
        alert = self._alerts.read(change, report.alert_id)
        if alert is not None and alert.errand_of is not None:
            alert = self._alerts.read(change, alert.errand_of)
        while alert is not None and alert.updated_to is not None:
            alert = self._alerts.read(change, alert.updated_to)
        return alert

    def _made(self, alert: Alert, report: ReportMade, said_at_ms: int) -> Found:
        view = self._radios.view(report.radio_id) if report.radio_id is not None else None
        by = view.holder_person_id if view is not None else report.by
        person = self._find_person(by) if by is not None else None
        return Found(
            found_id=new_id("F"),
            alert_id=alert.alert_id,
            alert_text=alert.text,
            status=alert.status,
            issued_by=alert.issued_by,
            venue_id=report.venue_id,
            radio_id=report.radio_id,
            via=report.via,
            by=by,
            name=person.name if person is not None else view.holder if view is not None else None,
            text=report.text,
            at_ms=said_at_ms,
        )

    def _cancelled(self, change: Change, alert_id: str, by: str) -> None:
        for one in records.load_open(change.connection, MOST_OPEN, (alert_id,)):
            self._close(change, one, by, Outcome.CANCELLED, "")

    def _close(self, change: Change, one: Found, by: str, outcome: Outcome, note: str) -> Found:
        closed = records.close(change, one.found_id, by, outcome, note)
        self._events.append(change, EventKind.CHILD_CLOSED, one.found_id, closed)
        return closed

    async def opened(self) -> tuple[Found, ...]:
        """Those that are not closed, newest first."""
        return await self._database.read(partial(records.load_open, most=MOST_OPEN))

    async def find(self, found_id: str) -> Found:
        """The one of this id. Raises Refusal when there is none."""
        one = await self._database.read(partial(records.find, found_id=found_id))
        if one is None:
            raise Refusal("unknown_found", f"没有这条记录：{found_id}", f"there is no {found_id}", status=404)
        return one

    async def close(self, found_id: str, order: CloseFound, by: str) -> Found:
        """Close one with what it was; one that is closed stays as it is. The escalation stays stopped.

        Raises Refusal for one that there is not.
        """
        await self.find(found_id)

        def change(open_change: Change) -> tuple[Found, list[Told]]:
            one = records.find(open_change.connection, found_id)
            assert one is not None
            if one.closed_at_ms is not None:
                return one, []
            note = order.note.strip()
            detail = FoundClosed(
                found_id=found_id, alert_id=one.alert_id, venue_id=one.venue_id, verdict=order.verdict, note=note
            )
            audit.record(open_change, by, audit.Action.CLOSE_FOUND, detail=detail)
            closed = self._close(open_change, one, by, Outcome(order.verdict.value), note)
            return closed, [follower(open_change, closed) for follower in self._closed]

        closed, told = await self._database.write(change)
        for tell in told:
            tell()
        return closed


def _nothing() -> None:
    return
