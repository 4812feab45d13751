"""The escalation's front door: whoever does not acknowledge is gone after, step by step, until somebody answers.

Each step's row is in the transaction of what the step does, so that a restart neither skips one nor does one twice.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import partial

import sqlalchemy as sa
import structlog

from devices.protocol.messages import AlertStatus
from hub.access import audit
from hub.alerts.delivery import DeliveryState
from hub.alerts.lifetime import Lifetime
from hub.alerts.messages import Alert
from hub.alerts.records import note_about
from hub.alerts.service import Alerts, Told
from hub.errors import Refusal
from hub.escalation import records
from hub.escalation.messages import EscalationView, LineView, PolicySet, Stopped, StopReason
from hub.escalation.noting import Due
from hub.escalation.policy import Action, Policy, Rules, check
from hub.escalation.records import Kept
from hub.escalation.steps import Steps
from hub.escalation.underway import EVENTS, UnderWay, action_of, taken_up
from hub.events.messages import EventKind
from hub.rooms import Rooms
from hub.storage.writer import Change, StorageOverloaded

_log = structlog.get_logger()
LOOK_EVERY_S = 0.5
"""A step acts within a second of its time."""
MOST_POLICIES = 50
"""Versions that are listed; the others stay with their alerts."""


def _nothing() -> None:
    return


class Escalations:
    """Of all alerts under way, in memory for the timers and in the database for everything else."""

    def __init__(
        self, rooms: Rooms, alerts: Alerts, steps: Steps, nobody_expected: Callable[[int], frozenset[str]]
    ) -> None:
        """``nobody_expected`` names the venues that are closed at a time (UTC, microseconds)."""
        self._database = rooms.database
        self._events = rooms.events
        self._alerts = alerts
        self._steps = steps
        self._nobody_expected = nobody_expected
        self._clock = rooms.clock
        self._under_way: dict[str, UnderWay] = {}
        self.policy = records.FIRST_POLICY
        """By which new alerts escalate."""

    def open(self) -> None:
        """Take up what an earlier run left; after the alerts, before the hub serves anyone."""
        self.policy = self._database.read_now(records.load_policies)[0]
        for alert, lifetime in self._alerts.under_way():
            kept = self._database.read_now(partial(records.find, alert_id=alert.alert_id))
            if kept is not None:
                self._under_way[alert.alert_id] = taken_up(alert, kept, lifetime)
        self._alerts.when_stored(self._store)
        self._alerts.when_answered(self._answered)

    def _store(self, change: Change, alert: Alert, lifetime: Lifetime) -> Told:
        policy = self.policy
        asks = alert.status is not AlertStatus.TEST and alert.cancels is None and alert.errand_of is None
        if not asks or alert.severity not in policy.rules.severities:
            return _nothing
        kept = Kept(alert.alert_id, policy, self._nobody_expected(change.at_us), (), {})
        records.begin(change, kept)
        return partial(self._begin, taken_up(alert, kept, lifetime))

    def _begin(self, under_way: UnderWay) -> None:
        self._under_way[under_way.alert.alert_id] = under_way

    def _answered(self, alert_id: str, radio_id: str, state: DeliveryState) -> None:
        under_way, event = self._under_way.get(alert_id), EVENTS.get(state)
        if under_way is None or event is None:
            return
        under_way.awake.add(radio_id)
        under_way.machine.tell(radio_id, event, under_way.passed_s(self._clock))

    def is_silent(self, alert_id: str, radio_id: str) -> bool:
        """Whether an alert that is under way still has a radio gone after."""
        under_way = self._under_way.get(alert_id)
        if under_way is None or self._alerts.is_over(alert_id):
            return False
        return under_way.machine.is_silent(radio_id)

    async def run(self) -> None:
        """Do each step in its time, until cancelled."""
        try:
            while True:
                await self.look()
                await asyncio.sleep(LOOK_EVERY_S)
        finally:
            await self._steps.calling.end()

    async def look(self) -> None:
        """Do what is due, one step of each radio. What cannot be done for one alert keeps no other waiting."""
        for alert_id, under_way in list(self._under_way.items()):
            if under_way.lifetime.left_s(self._clock) <= 0 or self._alerts.is_over(alert_id):
                self._under_way.pop(alert_id, None)
                continue
            try:
                await self._step(under_way)
            except (StorageOverloaded, sa.exc.SQLAlchemyError) as error:  # it stays due
                _log.error("escalation.not_stored", alert=alert_id, error=str(error))

    async def _step(self, under_way: UnderWay) -> None:
        by_action: dict[Action, list[Due]] = defaultdict(list)
        for thing in under_way.machine.due(under_way.passed_s(self._clock)):
            by_action[action_of(under_way, thing)].append(thing)
        for action, things in by_action.items():
            await self._steps.do(under_way, action, things)

    async def stop(self, alert_id: str, radio_ids: Iterable[str], by: str) -> None:
        """Leave these radios in peace. Raises Refusal where nothing escalates."""
        under_way = self._under_way.get(alert_id)
        if under_way is None:
            words = (f"警报 {alert_id} 没有在升级", f"the alert {alert_id} does not escalate")
            raise Refusal("not_escalating", *words, status=409)
        chosen = tuple(under_way.machine.open_lines(radio_ids))
        if not chosen:
            return

        def change(open_change: Change) -> None:
            new = records.insert_stops(open_change, alert_id, chosen, by)
            if not new:
                return  # somebody else was quicker
            stopped = Stopped(alert_id=alert_id, radio_ids=new, by=by, at_ms=open_change.at_us // 1000)
            self._events.append(open_change, EventKind.ESCALATION_STOPPED, alert_id, stopped)
            note_about(open_change, under_way.alert, by, audit.Action.STOP_ESCALATION, stopped)

        await self._database.write(change)
        under_way.machine.stop(chosen, under_way.passed_s(self._clock))

    def stop_all(self, change: Change, alert: Alert) -> Told:
        """Leave all its radios in peace, since the child is found, in the transaction that says so."""
        kept = records.find(change.connection, alert.alert_id)
        if kept is None:
            return _nothing
        lines = (one for one in alert.deliveries if one.venue_id not in kept.closed_venue_ids)
        radio_ids = tuple(one.radio_id for one in lines if one.reported_at_ms is None)
        new = records.insert_stops(change, alert.alert_id, radio_ids, audit.THE_HUB)
        if new:
            at_ms, why = change.at_us // 1000, StopReason.CHILD_FOUND
            stopped = Stopped(alert_id=alert.alert_id, radio_ids=new, by=audit.THE_HUB, at_ms=at_ms, why=why)
            self._events.append(change, EventKind.ESCALATION_STOPPED, alert.alert_id, stopped)
            note_about(change, alert, audit.THE_HUB, audit.Action.STOP_ESCALATION, stopped)

        def tell() -> None:
            under_way = self._under_way.get(alert.alert_id)
            if under_way is not None:
                under_way.machine.stop(radio_ids, under_way.passed_s(self._clock))

        return tell

    async def set_policy(self, rules: Rules, by: str) -> Policy:
        """New alerts escalate by these rules. Raises Refusal for such as cannot be carried out."""
        check(rules)

        def change(open_change: Change) -> Policy:
            latest = records.load_policies(open_change.connection, 1)[0].version
            policy = records.insert_policy(open_change, latest + 1, rules, by)
            detail = PolicySet(version=policy.version, name=rules.name)
            audit.record(open_change, by, audit.Action.SET_ESCALATION, detail=detail)
            self._events.append(open_change, EventKind.ESCALATION_SET, str(policy.version), policy)
            return policy

        self.policy = await self._database.write(change)
        return self.policy

    async def policies(self) -> list[Policy]:
        """The latest versions, newest first."""
        return await self._database.read(partial(records.load_policies, most=MOST_POLICIES))

    async def view(self, alert: Alert) -> EscalationView:
        """What was done about each of the alert's radios."""
        kept = await self._database.read(partial(records.find, alert_id=alert.alert_id))
        if kept is None:
            return EscalationView(alert_id=alert.alert_id, policy=None, lines=())
        lines = tuple(
            LineView(
                radio_id=one.radio_id,
                venue_id=one.venue_id,
                closed=one.venue_id in kept.closed_venue_ids,
                stopped_by=kept.stopped_by.get(one.radio_id),
                steps=tuple(step for step in kept.steps if step.radio_id == one.radio_id),
            )
            for one in alert.deliveries
        )
        return EscalationView(alert_id=alert.alert_id, policy=kept.policy, lines=lines)
