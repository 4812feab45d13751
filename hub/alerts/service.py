"""The alerts room's front door: issue an alert, take in receipts, acknowledgements and reports, deliver again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import msgspec
import sqlalchemy as sa

from devices.protocol import messages as wire
from hub.alerts import tables
from hub.alerts.answers import Answers
from hub.alerts.attaching import Attaching
from hub.alerts.delivery import UNDELIVERED, DeliveryState
from hub.alerts.dispatch import Dispatch, Purpose
from hub.alerts.elsewhere import Elsewhere
from hub.alerts.elsewhere import Told as Told
from hub.alerts.ending import ALERT_OVER, Ending, alert_over
from hub.alerts.forgetting import Forgetting
from hub.alerts.issuing import Also, Issue, insert_alert, nothing_more, updated
from hub.alerts.lifetime import Lifetime
from hub.alerts.messages import Alert, AnswerElsewhere, CancelAlert, NewAlert, ReportMade, UpdateAlert, Via
from hub.alerts.records import (
    alert_of,
    find_alert,
    is_under_way,
    latest_alerts,
    lifetime_of,
    radios_tried,
    state_at_radio,
    venues_naming,
)
from hub.alerts.redelivery import Redelivery
from hub.alerts.targets import Targets
from hub.alerts.underway import OpenAlert, OpenRadio
from hub.bridge.outbox import Outbox, Outgoing
from hub.bridge.refused import Refused
from hub.errors import Refusal
from hub.events.messages import EventKind
from hub.registry.records import TalkGroup
from hub.rooms import Rooms
from hub.storage.identifiers import new_id, own_key
from hub.storage.writer import Change

SHOWN_RUNNING = 50
"""Alerts whose time is not over in the picture a console loads; beyond it the oldest are left out."""
SHOWN_ENDED = 20
Store = Callable[[Change, Alert, Lifetime], Told]
"""What another room keeps with an alert."""


class Stored(NamedTuple):
    """An alert that is in the database, and what other rooms do now."""

    issue: Issue
    alert: Alert
    told: list[Told]


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
        attaching: Attaching,
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
        self._attaching = attaching
        self.targets = Targets(rooms.registry, open_group)
        self._open: dict[str, OpenAlert] = {}
        self._stored: list[Store] = []
        self._followers: list[Callable[[str, str, DeliveryState], None]] = []
        self._ending = Ending(rooms, self._open, expires_in_s, self._begin)
        self._again = Redelivery(rooms, self._open, outbox, self._dispatch, self._ending)
        self._reporters: list[Callable[[Change, ReportMade], Told]] = []
        self.answers = Answers(
            rooms.database, rooms.events, rooms.registry, rooms.bridge, refused, self._answered, self._reported
        )
        self._elsewhere = Elsewhere(rooms, self._tell_followers, self._reported)
        self.forgetting = Forgetting(rooms.database, self._is_wanted)

    def when_stored(self, store: Store) -> None:
        """Have ``store`` called in the transaction of each alert, last of all, by the writer's thread."""
        self._stored.append(store)

    def when_answered(self, answered: Callable[[str, str, DeliveryState], None]) -> None:
        """Have ``answered(alert_id, radio_id, state)`` called when what a radio said is on disk."""
        self._followers.append(answered)

    def when_reported(self, reported: Callable[[Change, ReportMade], Told]) -> None:
        """Have ``reported`` called in the transaction of each report on an alert that went to its venue."""
        self._reporters.append(reported)

    def when_cancelled(self, cancelled: Callable[[Change, str, str], None]) -> None:
        """Have ``cancelled(change, alert_id, by)`` called in the transaction of each cancelling."""
        self._ending.when_cancelled(cancelled)

    def read(self, change: Change, alert_id: str) -> Alert | None:
        """One alert as it stands within another room's change; None when there is none of that id."""
        return find_alert(change.connection, _is(alert_id))

    def is_under_way(self, alert_id: str) -> bool:
        """Whether an alert is neither cancelled nor its time over; one whose end is being stored counts as over."""
        under_way = self._open.get(alert_id)
        return under_way is not None and not under_way.is_ending

    def is_over(self, alert_id: str) -> bool:
        """Whether it stays over: until its end is on disk, an alert may yet go on."""
        return alert_id not in self._open

    def _is_wanted(self, alert_id: str, case_id: str | None) -> bool:
        """Whether an alert stays, however old it is."""
        return not self.is_over(alert_id) or (case_id is not None and self._case_is_open(case_id))

    def named_media(self) -> frozenset[str]:
        """The pictures and spoken messages of alerts whose time is not over."""
        named = (media for one in self._open.values() for media in (one.alert.picture, one.alert.speech))
        return frozenset(media.media_id for media in named if media is not None)

    def may_hear(self, radio_id: str, media_id: str) -> bool:
        """Whether an alert to this radio whose time is not over has that spoken message."""
        return any(
            one.alert.speech is not None and one.alert.speech.media_id == media_id and radio_id in one.radios
            for one in self._open.values()
        )

    async def venues_naming(self, media_id: str) -> frozenset[str]:
        """The venues of the alerts that name a picture or a spoken message."""
        return await self._database.read(partial(venues_naming, media_id=media_id))

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
            states = {r.radio_id: OpenRadio(state_at_radio(r), r.attempts, now_us) for r in rows}
            alert = alert_of(row, rows)
            had_earlier = radios_tried(connection, alert.replaces) & states.keys() if alert.updates else frozenset()
            self._open[row.alert_id] = OpenAlert(alert, lifetime_of(row), states, had_earlier)

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
        Raises Refusal for a target without radios, for a case that is not open, and for an errand of what is over.
        """
        known = await self.find_issued(issued_by, idempotency_key)
        if known is not None:
            return known
        new = self._settled(new)
        radio_ids = [radio_id for radio_id in self.targets.radios(new.target) if radio_id != spare]
        made = await self._made(new, issued_by, idempotency_key, radio_ids)
        alert = await self._begin(replace(made, also=also, errand_of=errand_of))
        if errand_of is not None and not self.is_under_way(errand_of) and self.is_under_way(alert.alert_id):
            await self.cancel(alert.alert_id, CancelAlert(), issued_by)  # that one ended while this was being stored
        return alert

    async def update(self, alert_id: str, order: UpdateAlert, by: str, idempotency_key: str | None = None) -> Alert:
        """Issue the alert that takes the place of one that is under way, which is over by that, and so are its errands.

        Raises Refusal as ``issue`` and ``cancel``, and for an errand, which ends with its alert.
        """
        known = await self.find_issued(by, idempotency_key)
        if known is not None:
            return known
        try:
            return await self._update(alert_id, order, by, idempotency_key)
        except Refusal as refusal:
            if refusal.code != ALERT_OVER or idempotency_key is None:
                raise
            # the end may be this same update, said before: whoever looks in the writer's turn looks when it is stored
            issued = tables.alerts.c.idempotency_key == own_key(by, idempotency_key)
            known = await self._database.write(lambda change: find_alert(change.connection, issued))
            if known is None:
                raise
            return known

    async def _update(self, alert_id: str, order: UpdateAlert, by: str, idempotency_key: str | None) -> Alert:
        if alert_id not in self._open:
            await self.find(alert_id)
        earlier = self._ending.under_way(alert_id).alert
        if earlier.errand_of is not None:
            words = ("就近派人的警报随原警报更新", "an errand is not updated: update its alert")
            raise Refusal("is_errand", *words, status=409)
        new = updated(earlier, order)
        if order.target is None:
            radio_ids = [one.radio_id for one in earlier.deliveries if one.radio_id in self._registry.radios]
        else:
            new = self._settled(new)
            radio_ids = self.targets.radios(new.target)
        return await self._ending.update(alert_id, await self._made(new, by, idempotency_key, radio_ids))

    def _settled(self, new: NewAlert) -> NewAlert:
        return msgspec.structs.replace(new, target=self.targets.settled(new.target))

    async def find_issued(self, issued_by: str, idempotency_key: str | None) -> Alert | None:
        """What this person issued under this key."""
        if idempotency_key is None:
            return None
        known = tables.alerts.c.idempotency_key == own_key(issued_by, idempotency_key)
        return await self._database.read(partial(find_alert, condition=known))

    async def _made(self, new: NewAlert, by: str, idempotency_key: str | None, radio_ids: list[str]) -> Issue:
        if not new.text.strip():
            raise Refusal("empty_text", "请输入警报内容", "the alert has no text", field="text")
        if new.case_id is not None and not self._case_is_open(new.case_id):
            words = (f"没有进行中的案件 {new.case_id}", f"there is no open case {new.case_id}")
            raise Refusal("unknown_case", *words, field="case_id")
        if not radio_ids:
            raise Refusal("no_radios", "该对象没有对讲机", "nobody there has a radio", field="target")
        return Issue(
            new=new,
            alert_id=new_id("A"),
            issued_by=by,
            idempotency_key=None if idempotency_key is None else own_key(by, idempotency_key),
            lifetime=Lifetime.starting(self._clock, new.expires_in_s or self._expires_in_s),
            attempts={radio_id: int(self._radios.is_online(radio_id)) for radio_id in radio_ids},
            also=nothing_more,
            attached=await self._attaching.attach(new, by),
        )

    async def _begin(self, issue: Issue, *beside: Issue) -> Alert:
        known, stored = await self._database.write(lambda change: self._store_new(change, (issue, *beside)))
        now_us = self._clock.monotonic_us()
        for one, alert, told in stored:
            states = {r: OpenRadio(DeliveryState.QUEUED, attempts, now_us) for r, attempts in one.attempts.items()}
            self._open[alert.alert_id] = OpenAlert(alert, one.lifetime, states, one.had_earlier)
            self._again.look()
            for tell in told:
                tell()
        return known or stored[0].alert

    def _store_new(self, change: Change, issues: tuple[Issue, ...]) -> tuple[Alert | None, list[Stored]]:
        """What the first one's key made before, else all of them, stored."""
        key = issues[0].idempotency_key
        known = key and find_alert(change.connection, tables.alerts.c.idempotency_key == key)
        return (known, []) if known else (None, [self._store_one(change, issue) for issue in issues])

    def _store_one(self, change: Change, issue: Issue) -> Stored:
        sent_for = None if issue.errand_of is None else self.read(change, issue.errand_of)
        if sent_for is not None and sent_for.cancelled_at_ms is not None:
            raise alert_over(sent_for.alert_id)
        alert = insert_alert(change, issue, lambda radio_id: self._registry.radios[radio_id].venue_id)
        attempts = {radio_id: number for radio_id, number in issue.attempts.items() if number}
        self._dispatch.send(change, alert, issue.lifetime, attempts)
        self._events.append(change, EventKind.ALERT_ISSUED, alert.alert_id, alert)
        issue.also(change, alert)
        return Stored(issue, alert, [store(change, alert, issue.lifetime) for store in self._stored])

    async def cancel(self, alert_id: str, order: CancelAlert, by: str) -> None:
        """End an alert and its errands; the radios that may have it are told, as surely as of the alert itself.

        Raises Refusal for one that is unknown or over, or is itself a cancelling, and for a test, whose answers are its
        purpose.
        """
        if alert_id not in self._open:
            await self.find(alert_id)
        await self._ending.cancel(alert_id, order, by)

    async def cancel_issued(self, issued_by: str, idempotency_key: str, order: CancelAlert, by: str) -> None:
        """End what this person issued under this key, or what has come in its place, unless it is over."""
        alert = await self.find_issued(issued_by, idempotency_key)
        latest = None if alert is None else self.latest_of(alert.alert_id)
        if latest is not None:
            await self.cancel(latest, order, by)

    def latest_of(self, alert_id: str) -> str | None:
        """The alert that is under way and is this one, or has come in its place."""
        if alert_id in self._open:
            return alert_id
        open_alerts = (one.alert for one in self._open.values())
        return next((one.alert_id for one in open_alerts if one.updates and alert_id in one.replaces), None)

    async def remind(
        self, alert_id: str, radio_ids: Iterable[str], reminder: wire.Reminder, also: Callable[[Change], None]
    ) -> None:
        """Send an alert again to radios that have something to do about it still; ``also`` is in the same transaction.

        For an alert that is over nothing is sent.
        """
        await self._again.remind(alert_id, radio_ids, reminder, also)

    async def run(self) -> None:
        """Deliver again what got no receipt, and end what ran out of time, until cancelled."""
        await self._again.run()

    def _answered(self, alert_id: str, radio_id: str, state: DeliveryState) -> None:
        under_way = self._open.get(alert_id)
        if under_way is not None and radio_id in under_way.radios:
            under_way.radios[radio_id].state = state
        self._tell_followers(alert_id, radio_id, state)

    def _tell_followers(self, alert_id: str, radio_id: str, state: DeliveryState) -> None:
        for follower in self._followers:
            follower(alert_id, radio_id, state)

    def _reported(self, change: Change, report: ReportMade) -> list[Told]:
        return [reporter(change, report) for reporter in self._reporters]

    async def answered_elsewhere(self, said: AnswerElsewhere) -> None:
        """Take the answer of somebody who is not at the radio; it counts for the lines of the venues it names, once.

        The radios go on as if nobody had answered, until their own keys. Raises Refusal for an alert that there is not,
        that asks for no answer here, or that went to none of these venues.
        """
        await self._elsewhere.take(await self.find(said.alert_id), said)

    async def acknowledged_at_radio(self, alert_id: str) -> frozenset[str]:
        """The radios of an alert whose own key was the first to acknowledge it."""
        d = tables.deliveries.c
        query = sa.select(d.radio_id).where(d.alert_id == alert_id, d.acknowledged_via == Via.RADIO.value)
        return await self._database.read(lambda connection: frozenset(connection.execute(query).scalars()))

    async def find(self, alert_id: str) -> Alert:
        """One alert with its deliveries. Raises Refusal when there is none of that id."""
        found = await self._database.read(partial(find_alert, condition=_is(alert_id)))
        if found is None:
            raise Refusal("unknown_alert", f"没有警报 {alert_id}", f"there is no alert {alert_id}", status=404)
        return found

    async def latest(self, only_venues: frozenset[str] | None = None) -> tuple[Alert, ...]:
        """The alerts a console shows at first: all, or those that went to one of these venues."""
        return await self._database.read(
            lambda connection: latest_alerts(connection, self._clock, SHOWN_RUNNING, SHOWN_ENDED, only_venues)
        )


def _is(alert_id: str) -> sa.ColumnElement[bool]:
    return tables.alerts.c.alert_id == alert_id
