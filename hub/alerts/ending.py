"""How alerts end: by a person's word or by the alert that takes their place, which the radios are told as surely as the
alert, or as their time runs out.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial

import sqlalchemy as sa

from devices.protocol import messages as wire
from hub.access import audit
from hub.alerts import tables
from hub.alerts.delivery import UNDELIVERED, DeliveryState
from hub.alerts.issuing import Issue, nothing_more
from hub.alerts.lifetime import Lifetime
from hub.alerts.messages import Alert, AlertCancelled, CancelAlert, NewAlert
from hub.alerts.records import note_about, tell_of
from hub.alerts.underway import OpenAlert
from hub.errors import Refusal
from hub.events.messages import EventKind
from hub.rooms import Rooms
from hub.storage.identifiers import new_id
from hub.storage.writer import Change

ALERT_OVER = "alert_over"
TOLD_AT_ONCE = 500
"""Deliveries in one event at most, 100 KB; the answers and the outbox bound theirs by their own batches."""


def alert_over(alert_id: str) -> Refusal:
    """Nothing more is done about it."""
    words = (f"警报 {alert_id} 已经结束", f"the alert {alert_id} is over")
    return Refusal(ALERT_OVER, *words, status=409)


class Ending:
    """``begin`` issues the alert that tells the radios of the end, and those beside it in the same transaction."""

    def __init__(
        self,
        rooms: Rooms,
        open_alerts: dict[str, OpenAlert],
        expires_in_s: float,
        begin: Callable[..., Awaitable[Alert]],
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
        await self._end_all(self.under_way(alert_id), order.text, by)

    async def update(self, alert_id: str, issue: Issue) -> Alert:
        """Issue the alert that takes the place of one, and end that and its errands; those of its radios that do not
        get the new one are told that it is over. Raises Refusal as ``cancel``, and for the MAX_UPDATES-th.
        """
        under_way = self.under_way(alert_id)
        alert, had = under_way.alert, under_way.told()
        if len(alert.replaces) >= wire.MAX_UPDATES - 1:
            words = ("更新次数太多，请取消后重发", "it was updated too often: cancel it and issue a new one")
            raise Refusal("updated_too_often", *words, status=409)
        update = replace(
            issue,
            replaces=(alert.alert_id, *alert.replaces),
            had_earlier=frozenset(had) & issue.attempts.keys(),
        )
        made = await self._end_all(under_way, "", issue.issued_by, update)
        assert made is not None
        return made

    async def _end_all(self, under_way: OpenAlert, text: str, by: str, update: Issue | None = None) -> Alert | None:
        """End an alert and its errands in one transaction, with the alert that takes its place, which is returned.

        Where its key made an alert before, that one is returned, and nothing has ended.
        """
        issues = [update] if update is not None else []
        ends: list[Callable[[Change], None]] = []
        errands = [one for one in self._open.values() if one.alert.errand_of == under_way.alert.alert_id]
        ended = [under_way, *(one for one in errands if not one.is_ending)]
        for one in ended:
            by_update = update if one is under_way else None
            told = [radio_id for radio_id in one.told() if by_update is None or radio_id not in by_update.attempts]
            cancelling = self._cancelling(one, told, text, by) if told else None
            if cancelling is not None:
                issues.append(cancelling)
            end = partial(self._end, alert=one.alert, by=by, cancelling=cancelling, update=by_update)
            ends.append(end)

        def end_them(change: Change, _last: Alert | None = None) -> None:
            for end in ends:
                end(change)

        have_ended = False
        for one in ended:
            one.is_ending = True
        try:
            if not issues:
                await self._database.write(end_them)
                have_ended = True
                return None
            issues[-1] = replace(issues[-1], also=end_them)
            made = await self._begin(*issues)
            have_ended = made.alert_id == issues[0].alert_id
            return made if update is not None else None
        finally:
            for one in ended:
                if have_ended:
                    self._open.pop(one.alert.alert_id, None)
                else:
                    one.is_ending = False

    def under_way(self, alert_id: str) -> OpenAlert:
        """An alert that can be ended. Raises Refusal as ``cancel``."""
        under_way = self._open.get(alert_id)
        if under_way is None or under_way.is_ending or under_way.alert.cancels is not None:
            raise alert_over(alert_id)
        if under_way.alert.status is wire.AlertStatus.TEST:
            words = ("测试不能取消或更新，等它结束", "a test is not cancelled or updated: wait for its end")
            raise Refusal("is_test", *words, status=409)
        return under_way

    def _cancelling(self, under_way: OpenAlert, radio_ids: list[str], text: str, by: str) -> Issue:
        alert = under_way.alert
        lasts_s = max(self._expires_in_s, under_way.lifetime.left_s(self._clock))
        return Issue(
            new=NewAlert(
                text=text.strip() or f"警报取消：{alert.text}"[:500],
                severity=wire.Severity.MINOR,
                status=alert.status,
                target=alert.target,
                case_id=alert.case_id,
            ),
            alert_id=new_id("A"),
            issued_by=by,
            idempotency_key=None,
            lifetime=Lifetime.starting(self._clock, lasts_s),
            attempts={radio_id: int(self._radios.is_online(radio_id)) for radio_id in radio_ids},
            also=nothing_more,
            cancels=alert.alert_id,
            replaces=alert.replaces,
        )

    def _end(self, change: Change, alert: Alert, by: str, cancelling: Issue | None, update: Issue | None) -> None:
        update_id = update.alert_id if update is not None else None
        mark = {"cancelled_at_us": change.at_us, "cancelled_by": by, "updated_to": update_id}
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
            cancel_alert_id=cancelling.alert_id if cancelling is not None else None,
            update_alert_id=update_id,
            venue_ids=tuple(dict.fromkeys(one.venue_id for one in alert.deliveries)),
        )
        self._events.append(change, EventKind.ALERT_CANCELLED, alert.alert_id, body)
        action = audit.Action.CANCEL_ALERT if update_id is None else audit.Action.UPDATE_ALERT
        note_about(change, alert, by, action, body)
        if update_id is None:
            for ended in (alert.alert_id, *alert.replaces):
                for follower in self._followers:
                    follower(change, ended, by)

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
