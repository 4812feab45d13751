"""Sends the procedure's alerts: to whom the rings have come, to those near fresh evidence, to all who are left."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from zoneinfo import ZoneInfo

import msgspec

from devices.protocol.messages import Severity
from hub.alerts.ending import ALERT_OVER
from hub.alerts.messages import Alert, CancelAlert, NewAlert, Target, TargetKind, UpdateAlert
from hub.alerts.service import Alerts
from hub.errors import Refusal
from hub.missing_child import machine, rings
from hub.missing_child.messages import (
    AlertSent,
    Evidence,
    Front,
    MissingChild,
    NextVenue,
    Order,
    StepName,
    StepState,
)
from hub.missing_child.walking import Walking
from hub.missing_child.words import alert_text, looks_like
from hub.registry.service import Registry
from hub.sightings.messages import Query
from hub.sightings.query import words
from hub.storage.writer import Change

NEXT_SHOWN = 12
"""Venues whose turn is shown ahead."""
SAME_PLACE_S = 60.0
"""Evidence so soon after other evidence at the same place sends nobody again."""


class Alerting:
    """``change`` changes a procedure; ``changed`` does within a transaction, after which it is handed to ``keep``."""

    def __init__(
        self,
        alerts: Alerts,
        registry: Registry,
        walking: Walking,
        change: machine.Changing,
        changed: Callable[[Change, str, machine.Move], MissingChild | None],
        keep: Callable[[MissingChild], None],
    ) -> None:
        self._alerts = alerts
        self._registry = registry
        self._walking = walking
        self._change = change
        self._changed = changed
        self._keep = keep

    async def see_to(self, child: MissingChild, now_ms: int) -> None:
        """Send what is due now."""
        for evidence in machine.fresh_evidence(child):
            walks = await self._walking.walks(evidence.latitude, evidence.longitude)
            called = rings.called(evidence, walks, now_ms)
            if called and not await self._sent_there(child, evidence):
                for order, venue_ids in called.items():
                    if venue_ids and not machine.was_sent(child, order, evidence):
                        child = await self._send(child, order, venue_ids, evidence)
        if child.beyond:
            child = await self._to_the_rest(child, Order.BEYOND)
        elif machine.goes_on(child, StepName.ALERT):
            child = await self._ring(child, now_ms)
        known = await self._next(child, machine.alerted(child))
        if known != child.next_venues:
            await self._change(child.case_id, lambda child, _: msgspec.structs.replace(child, next_venues=known))

    async def _ring(self, child: MissingChild, now_ms: int) -> MissingChild:
        if not child.fronts:
            return await self._to_the_rest(child, Order.WATCH)
        walks = {one.evidence_id: await self._walking.walks(one.latitude, one.longitude) for one in child.fronts}
        venue_ids = rings.due(walks, child.fronts, now_ms, machine.alerted(child))
        if not venue_ids:
            return child
        return await self._send(child, Order.WATCH, venue_ids, _latest_front(child))

    async def _to_the_rest(self, child: MissingChild, order: Order) -> MissingChild:
        had = machine.alerted(child)
        with_radio = dict.fromkeys(radio.venue_id for radio in self._registry.radios.values())
        left = [venue_id for venue_id in with_radio if venue_id not in had and venue_id in self._registry.venues]
        return await self._send(child, order, left, _latest_front(child)) if left else child

    async def _sent_there(self, child: MissingChild, evidence: Evidence) -> bool:
        """Whether guards were sent to this place just now."""
        ids = {alert.evidence_id for alert in child.alerts if alert.order is Order.GO}
        for one in child.evidence:
            if one.evidence_id in ids and abs(one.at_ms - evidence.at_ms) <= SAME_PLACE_S * 1000:
                (apart_m,) = self._walking.between_m(evidence, [one])
                if apart_m <= rings.NEAR_M:
                    return True
        return False

    async def _send(
        self, child: MissingChild, order: Order, venue_ids: Sequence[str], evidence: Evidence | None
    ) -> MissingChild:
        """Issue an alert; that it was sent is in its transaction."""
        after: list[MissingChild] = []
        next_venues = await self._next(child, machine.alerted(child) | set(venue_ids))

        def also(change: Change, alert: Alert) -> None:
            sent = AlertSent(
                alert_id=alert.alert_id,
                order=order,
                venue_ids=tuple(venue_ids),
                evidence_id=evidence.evidence_id if evidence is not None else None,
                at_ms=alert.issued_at_ms,
            )

            def step(child: MissingChild, _now_ms: int) -> MissingChild:
                return msgspec.structs.replace(machine.with_alert(child, sent), next_venues=next_venues)

            changed = self._changed(change, child.case_id, step)
            assert changed is not None
            after[:] = [changed]

        new = NewAlert(
            text=self._text(child, order, evidence),
            severity=Severity.EXTREME,
            status=child.status,
            target=Target(kind=TargetKind.VENUES, ids=tuple(venue_ids)),
            case_id=child.case_id,
            picture=child.known.photo,
        )
        await self._alerts.issue(new, child.started_by, also=also)
        self._keep(after[0])
        return after[0]

    async def reword(self, child: MissingChild) -> None:
        """Have the alerts that are under way say what is known now."""
        latest = {}
        for sent in child.alerts:
            alert_id = self._alerts.latest_of(sent.alert_id)
            if alert_id is None:
                continue
            evidence = next((one for one in child.evidence if one.evidence_id == sent.evidence_id), None)
            text = self._text(child, sent.order, evidence or _latest_front(child))
            order = UpdateAlert(text=text, picture=child.known.photo)
            try:
                updated = await self._alerts.update(alert_id, order, child.started_by)
            except Refusal:  # over meanwhile, or updated as often as can be: who has it keeps what it says
                continue
            latest[sent.alert_id] = updated.alert_id
        if latest:
            await self._change(child.case_id, lambda child, _: machine.with_updates(child, latest))

    async def cancel(self, child: MissingChild, text: str, by: str) -> None:
        """End all of them that are under way."""
        for sent in child.alerts:
            alert_id = self._alerts.latest_of(sent.alert_id)
            if alert_id is None:
                continue
            try:
                await self._alerts.cancel(alert_id, CancelAlert(text=text), by)
            except Refusal as refusal:
                if refusal.code != ALERT_OVER:
                    raise

    async def _next(self, child: MissingChild, alerted: Iterable[str]) -> tuple[NextVenue, ...]:
        if child.ended_at_ms is not None or not machine.goes_on(child, StepName.ALERT):
            return ()
        walks = {one.evidence_id: await self._walking.walks(one.latitude, one.longitude) for one in child.fronts}
        ahead = rings.next_due(walks, child.fronts, frozenset(alerted))[:NEXT_SHOWN]
        return tuple(
            NextVenue(
                venue_id=venue_id,
                walk_m=round(min(walk[venue_id] for walk in walks.values()), 1),
                due_at_ms=due_at_ms,
            )
            for venue_id, due_at_ms in ahead
        )

    def _text(self, child: MissingChild, order: Order, evidence: Evidence | None) -> str:
        zone = ZoneInfo(self._registry.community.time_zone)
        described = None
        if child.known.description is not None:
            described, _ = words(Query(description=child.known.description), zone)
        return alert_text(
            order,
            looks_like(child.known, described),
            evidence,
            None if evidence is None else self._walking.named(evidence),
            exits=child.step(StepName.EXITS).state is not StepState.OFF,
            zone=zone,
        )


def _latest_front(child: MissingChild) -> Evidence | None:
    """Where she was seen last, of what is heeded."""
    front: Front | None = max(child.fronts, key=lambda one: one.at_ms, default=None)
    if front is None:
        return None
    return next((one for one in child.evidence if one.evidence_id == front.evidence_id), None)
