"""The alerts room's front door: issue an alert, take in receipts, acknowledgements and reports, deliver again."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import Callable, Iterable
from functools import partial

import sqlalchemy as sa
import structlog

from devices.protocol import messages as wire
from hub.access import audit
from hub.alerts import tables
from hub.alerts.answers import Answers
from hub.alerts.delivery import UNDELIVERED, DeliveryEvent, DeliveryState, again_after_s, next_state
from hub.alerts.dispatch import Dispatch, Purpose
from hub.alerts.issuing import Also, Issue, insert_alert, nothing_more
from hub.alerts.lifetime import Lifetime
from hub.alerts.messages import Alert, AlertCancelled, CancelAlert, DeliveryChanged, NewAlert
from hub.alerts.records import alert_of, find_alert, find_deliveries, is_under_way, latest_alerts, lifetime_of
from hub.alerts.targets import Targets
from hub.alerts.underway import OpenAlert, OpenRadio
from hub.bridge.outbox import Outbox, Outgoing
from hub.bridge.refused import Refused
from hub.errors import Refusal
from hub.events.messages import EventKind
from hub.registry.records import TalkGroup
from hub.rooms import Rooms
from hub.storage.identifiers import new_id
from hub.storage.writer import Change

_log = structlog.get_logger()
LOOK_EVERY_S = 1.0
SHOWN_RUNNING = 50
"""Alerts whose time is not over in the picture a console loads; beyond it the oldest are left out."""
SHOWN_ENDED = 20
TOLD_AT_ONCE = 500
"""Deliveries in one event at most, 100 KB; the answers and the outbox bound theirs by their own batches."""
Told = Callable[[], None]
"""What another room does when an alert is on disk, in the hub's thread."""
Store = Callable[[Change, Alert, Lifetime], Told]
"""What another room keeps with an alert."""


class Alerts:
    """Alerts that are under way, in memory for the timers and in the database for everything else."""

    def __init__(
        self,
        rooms: Rooms,
        outbox: Outbox,
        refused: Refused,
        expires_in_s: float,
        case_is_open: Callable[[str], bool],
        open_group: Callable[[str], TalkGroup | None],
    ) -> None:
        self._database = rooms.database
        self._events = rooms.events
        self._registry = rooms.registry
        self._radios = rooms.radios
        self._outbox = outbox
        self._dispatch = Dispatch(outbox, rooms.bridge, rooms.clock)
        self._clock = rooms.clock
        self._expires_in_s = expires_in_s
        self._case_is_open = case_is_open
        self.targets = Targets(rooms.registry, open_group)
        self._open: dict[str, OpenAlert] = {}
        self._stored: list[Store] = []
        self._followers: list[Callable[[str, str, DeliveryState], None]] = []
        self._back: set[str] = set()
        self._left_us = 0
        """When messages last waited to leave for the broker: nobody is tried again for what may not have left."""
        self._wake = asyncio.Event()
        self.answers = Answers(rooms.database, rooms.events, rooms.registry, rooms.bridge, refused, self._answered)
        outbox.when_taken(self._taken)
        rooms.radios.when_back(self._came_back)

    def when_stored(self, store: Store) -> None:
        """Have ``store`` called in the transaction of each alert, last of all, by the writer's thread."""
        self._stored.append(store)

    def when_answered(self, answered: Callable[[str, str, DeliveryState], None]) -> None:
        """Have ``answered(alert_id, radio_id, state)`` called when what a radio said is on disk."""
        self._followers.append(answered)

    def is_under_way(self, alert_id: str) -> bool:
        """Whether an alert is neither cancelled nor its time over."""
        return alert_id in self._open

    def under_way(self) -> list[tuple[Alert, Lifetime]]:
        """After ``open``: the alerts of an earlier run whose time is not over, as they stand."""
        return [(one.alert, one.lifetime) for one in self._open.values()]

    def open(self) -> None:
        """Take up what an earlier run left under way; before the hub serves anyone."""
        self._database.read_now(self._load)
        self._outbox.renew(self._renew)

    def _renew(self, left: Outgoing) -> Outgoing | None:
        """What an earlier run left in the outbox, coded anew; None when nobody needs it any more."""
        purpose = Purpose.read(left.purpose)
        under_way = self._open.get(purpose.alert_id)
        radio = under_way.radios[purpose.radio_id] if under_way is not None else None
        if under_way is None or radio is None or (purpose.reminder is None and radio.state not in UNDELIVERED):
            return None
        return self._dispatch.renewed(left, under_way.alert, under_way.lifetime, max(1, radio.attempts))

    def _load(self, connection: sa.Connection) -> None:
        now_us = self._clock.monotonic_us()
        a, d = tables.alerts.c, tables.deliveries.c
        undelivered = sa.select(d.alert_id).where(d.state.in_([state.value for state in UNDELIVERED]))
        under_way = sa.or_(is_under_way(self._clock), a.alert_id.in_(undelivered))
        for row in connection.execute(sa.select(tables.alerts).where(under_way)).all():
            rows = connection.execute(sa.select(tables.deliveries).where(d.alert_id == row.alert_id)).all()
            states = {r.radio_id: OpenRadio(DeliveryState(r.state), r.attempts, now_us) for r in rows}
            self._open[row.alert_id] = OpenAlert(alert_of(row, rows), lifetime_of(row), states)

    async def issue(
        self,
        new: NewAlert,
        issued_by: str,
        idempotency_key: str | None = None,
        spare: str | None = None,
        also: Also = nothing_more,
        errand_of: str | None = None,
    ) -> Alert:
        """Store the alert, its deliveries and what must go out in one transaction; returns it as stored.

        The same person's same ``idempotency_key`` again returns the alert it made. The radio ``spare`` does not get it.
        ``also`` is in the same transaction. One that is an errand is over when the alert ``errand_of`` is.
        Raises Refusal for a target without radios and for a case that is not open.
        """
        if not new.text.strip():
            raise Refusal("empty_text", "请输入警情内容", "the alert has no text", field="text")
        if idempotency_key is not None:
            idempotency_key = _own_key(issued_by, idempotency_key)
            known = await self._database.read(
                lambda connection: find_alert(connection, tables.alerts.c.idempotency_key == idempotency_key)
            )
            if known is not None:
                return known
        if new.case_id is not None and not self._case_is_open(new.case_id):
            words = (f"没有进行中的案件 {new.case_id}", f"there is no open case {new.case_id}")
            raise Refusal("unknown_case", *words, field="case_id")
        radio_ids = [radio_id for radio_id in self.targets.radios(new.target) if radio_id != spare]
        if not radio_ids:
            raise Refusal("no_radios", "该对象没有对讲机", "nobody there has a radio", field="target")
        issue = Issue(
            new=new,
            alert_id=new_id("A"),
            issued_by=issued_by,
            idempotency_key=idempotency_key,
            lifetime=Lifetime.starting(self._clock, new.expires_in_s or self._expires_in_s),
            attempts={radio_id: int(self._radios.is_online(radio_id)) for radio_id in radio_ids},
            also=also,
            errand_of=errand_of,
        )
        return await self._begin(issue)

    async def _begin(self, issue: Issue) -> Alert:
        alert, told = await self._database.write(lambda change: self._store(change, issue))
        if alert.alert_id == issue.alert_id:
            now_us = self._clock.monotonic_us()
            states = {r: OpenRadio(DeliveryState.QUEUED, attempts, now_us) for r, attempts in issue.attempts.items()}
            self._open[alert.alert_id] = OpenAlert(alert, issue.lifetime, states)
            self._wake.set()  # a radio may have come back while the alert was being stored
            for tell in told:
                tell()
        return alert

    async def cancel(self, alert_id: str, order: CancelAlert, by: str) -> None:
        """End an alert and its errands; the radios that may have it are told, as surely as of the alert itself.

        Raises Refusal for one that is over, or is itself a cancelling, and for a test, whose answers are its purpose.
        """
        under_way = self._open.get(alert_id)
        if under_way is None or under_way.is_ending or under_way.alert.cancels is not None:
            await self.find(alert_id)
            words = (f"警情 {alert_id} 已经结束", f"the alert {alert_id} is over")
            raise Refusal("alert_over", *words, status=409)
        if under_way.alert.status is wire.AlertStatus.TEST:
            raise Refusal("is_test", "测试不能取消，等它结束", "a test is not cancelled: wait for its end", status=409)
        errands = [one for one in self._open.values() if one.alert.errand_of == alert_id and not one.is_ending]
        for one in (under_way, *errands):
            await self._end(one, order, by)

    async def cancel_issued(self, issued_by: str, idempotency_key: str, order: CancelAlert, by: str) -> None:
        """End what this person issued under this key, unless it is over."""
        known = tables.alerts.c.idempotency_key == _own_key(issued_by, idempotency_key)
        alert = await self._database.read(partial(find_alert, condition=known))
        if alert is not None and self.is_under_way(alert.alert_id):
            await self.cancel(alert.alert_id, order, by)

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
        change.connection.execute(sa.update(tables.alerts).where(_is(alert.alert_id)).values(mark))
        d = tables.deliveries.c
        here = (d.alert_id == alert.alert_id, d.state.in_([state.value for state in UNDELIVERED]))
        left = list(change.connection.execute(sa.select(d.radio_id).where(*here)).scalars())
        if left:
            self._expire(change, alert.alert_id, left)
        body = AlertCancelled(
            alert_id=alert.alert_id,
            cancelled_at_ms=change.at_us // 1000,
            cancelled_by=by,
            cancel_alert_id=cancelling.alert_id if cancelling else None,
            venue_ids=tuple(dict.fromkeys(one.venue_id for one in alert.deliveries)),
        )
        self._events.append(change, EventKind.ALERT_CANCELLED, alert.alert_id, body)
        audit.record(change, by, audit.Action.CANCEL_ALERT, case_id=alert.case_id, detail=body)

    def _store(self, change: Change, issue: Issue) -> tuple[Alert, list[Told]]:
        if issue.idempotency_key is not None:
            known = find_alert(change.connection, tables.alerts.c.idempotency_key == issue.idempotency_key)
            if known is not None:
                return known, []
        alert = insert_alert(change, issue, lambda radio_id: self._registry.radios[radio_id].venue_id)
        attempts = {radio_id: number for radio_id, number in issue.attempts.items() if number}
        self._dispatch.send(change, alert, issue.lifetime, attempts)
        self._events.append(change, EventKind.ALERT_ISSUED, alert.alert_id, alert)
        issue.also(change, alert)
        return alert, [store(change, alert, issue.lifetime) for store in self._stored]

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
            self._tell(change, alert_id, changed)

    def _tell(self, change: Change, alert_id: str, radio_ids: list[str]) -> None:
        body = DeliveryChanged(alert_id=alert_id, deliveries=find_deliveries(change.connection, alert_id, radio_ids))
        self._events.append(change, EventKind.DELIVERY_CHANGED, alert_id, body)

    def _answered(self, alert_id: str, radio_id: str, state: DeliveryState) -> None:
        under_way = self._open.get(alert_id)
        if under_way is not None and radio_id in under_way.radios:
            under_way.radios[radio_id].state = state
        for follower in self._followers:
            follower(alert_id, radio_id, state)

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
                await self._database.write(lambda change: self._expire(change, alert_id, list(undelivered)))
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

        For an alert that is over nothing is sent.
        """
        under_way = self._open.get(alert_id)
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

    def _expire(self, change: Change, alert_id: str, radio_ids: list[str]) -> None:
        d = tables.deliveries.c
        for start in range(0, len(radio_ids), TOLD_AT_ONCE):
            some = radio_ids[start : start + TOLD_AT_ONCE]
            change.connection.execute(
                sa.update(tables.deliveries)
                .where(d.alert_id == alert_id, d.radio_id.in_(some), d.state.in_([s.value for s in UNDELIVERED]))
                .values(state=DeliveryState.EXPIRED.value)
            )
            self._tell(change, alert_id, some)

    async def find(self, alert_id: str) -> Alert:
        """One alert with its deliveries. Raises Refusal when there is none of that id."""
        found = await self._database.read(partial(find_alert, condition=_is(alert_id)))
        if found is None:
            raise Refusal("unknown_alert", f"没有警情 {alert_id}", f"there is no alert {alert_id}", status=404)
        return found

    async def latest(self, only_venues: frozenset[str] | None = None) -> tuple[Alert, ...]:
        """The alerts a console shows at first: all, or those that went to one of these venues."""
        return await self._database.read(
            lambda connection: latest_alerts(connection, self._clock, SHOWN_RUNNING, SHOWN_ENDED, only_venues)
        )


def _is(alert_id: str) -> sa.ColumnElement[bool]:
    return tables.alerts.c.alert_id == alert_id


def _own_key(person_id: str, idempotency_key: str) -> str:
    """The key as it is stored: nobody is answered with what another person made by the same key."""
    return hashlib.blake2b(f"{person_id}:{idempotency_key}".encode(), digest_size=32).hexdigest()
