"""How alerts end: by a person's word, which the radios are told as surely as the alert, or as their time runs out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

import sqlalchemy as sa

from devices.protocol import messages as wire
from hub.access import audit
from hub.alerts import tables
from hub.alerts.delivery import UNDELIVERED, DeliveryState
from hub.alerts.issuing import Issue
from hub.alerts.lifetime import Lifetime
from hub.alerts.messages import Alert, AlertCancelled, CancelAlert, NewAlert
from hub.alerts.records import tell_of
from hub.alerts.underway import OpenAlert
from hub.errors import Refusal
from hub.events.messages import EventKind
from hub.rooms import Rooms
from hub.storage.identifiers import new_id
from hub.storage.writer import Change

TOLD_AT_ONCE = 500
"""Deliveries in one event at most, 100 KB; the answers and the outbox bound theirs by their own batches."""


class Ending:
    """``begin`` issues the alert that tells the radios of the end."""

    def __init__(
        self,
        rooms: Rooms,
        open_alerts: dict[str, OpenAlert],
        expires_in_s: float,
        begin: Callable[[Issue], Awaitable[Alert]],
    ) -> None:
        self._database = rooms.database
        self._events = rooms.events
        self._radios = rooms.radios
        self._clock = rooms.clock
        self._open = open_alerts
        self._expires_in_s = expires_in_s
        self._begin = begin
        self._followers: list[Callable[[Change, str, str], None]] = []

    def when_cancelled(self, cancelled: Callable[[Change, str, str], None]) -> None:
        """Have ``cancelled(change, alert_id, by)`` called in the transaction of each cancelling."""
        self._followers.append(cancelled)

    async def cancel(self, alert_id: str, order: CancelAlert, by: str) -> None:
        """End an alert and its errands; the radios that may have it are told, as surely as of the alert itself.

        Raises Refusal for one that is over, or is itself a cancelling, and for a test, whose answers are its purpose.
        """
        under_way = self._open.get(alert_id)
        if under_way is None or under_way.is_ending or under_way.alert.cancels is not None:
            words = (f"警情 {alert_id} 已经结束", f"the alert {alert_id} is over")
            raise Refusal("alert_over", *words, status=409)
        if under_way.alert.status is wire.AlertStatus.TEST:
            raise Refusal("is_test", "测试不能取消，等它结束", "a test is not cancelled: wait for its end", status=409)
        errands = [one for one in self._open.values() if one.alert.errand_of == alert_id and not one.is_ending]
        for one in (under_way, *errands):
            await self._end(one, order, by)

    async def _end(self, under_way: OpenAlert, order: CancelAlert, by: str) -> None:
        alert = under_way.alert
        told = [radio_id for radio_id, one in under_way.radios.items() if one.attempts > 0]
        lasts_s = max(self._expires_in_s, under_way.lifetime.left_s(self._clock))
        cancelling = Issue(
            new=NewAlert(
                text=order.text.strip() or f"警报取消：{alert.text}"[:500],
                severity=wire.Severity.MINOR,
                status=alert.status,
                target=alert.target,
                case_id=alert.case_id,
            ),
            alert_id=new_id("A"),
            issued_by=by,
            idempotency_key=None,
            lifetime=Lifetime.starting(self._clock, lasts_s),
            attempts={radio_id: int(self._radios.is_online(radio_id)) for radio_id in told},
            also=partial(self._cancel, alert, by),
            cancels=alert.alert_id,
        )
        under_way.is_ending = True
        try:
            if told:
                await self._begin(cancelling)
            else:
                await self._database.write(lambda change: self._cancel(alert, by, change, None))
        except BaseException:
            under_way.is_ending = False
            raise
        self._open.pop(alert.alert_id, None)

    def _cancel(self, alert: Alert, by: str, change: Change, cancelling: Alert | None) -> None:
        mark = {"cancelled_at_us": change.at_us, "cancelled_by": by}
        change.connection.execute(
            sa.update(tables.alerts).where(tables.alerts.c.alert_id == alert.alert_id).values(mark)
        )
        d = tables.deliveries.c
        undelivered = (d.alert_id == alert.alert_id, d.state.in_([state.value for state in UNDELIVERED]))
        left = list(change.connection.execute(sa.select(d.radio_id).where(*undelivered)).scalars())
        if left:
            self.expire(change, alert.alert_id, left)
        body = AlertCancelled(
            alert_id=alert.alert_id,
            cancelled_at_ms=change.at_us // 1000,
            cancelled_by=by,
            cancel_alert_id=cancelling.alert_id if cancelling else None,
            venue_ids=tuple(dict.fromkeys(one.venue_id for one in alert.deliveries)),
        )
        self._events.append(change, EventKind.ALERT_CANCELLED, alert.alert_id, body)
        audit.record(change, by, audit.Action.CANCEL_ALERT, case_id=alert.case_id, detail=body)
        for follower in self._followers:
            follower(change, alert.alert_id, by)

    def expire(self, change: Change, alert_id: str, radio_ids: list[str]) -> None:
        """What these radios do not have, they get no more."""
        d = tables.deliveries.c
        for start in range(0, len(radio_ids), TOLD_AT_ONCE):
            some = radio_ids[start : start + TOLD_AT_ONCE]
            change.connection.execute(
                sa.update(tables.deliveries)
                .where(d.alert_id == alert_id, d.radio_id.in_(some), d.state.in_([s.value for s in UNDELIVERED]))
                .values(state=DeliveryState.EXPIRED.value)
            )
            tell_of(self._events, change, alert_id, some)
