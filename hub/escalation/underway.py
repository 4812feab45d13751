"""One alert that escalates, as the hub remembers it: its machine, its time, who is silent and who is awake."""

from __future__ import annotations

from dataclasses import dataclass

from devices.protocol.clock import Clock
from hub.alerts.delivery import DeliveryState
from hub.alerts.lifetime import Lifetime
from hub.alerts.messages import Alert, Delivery
from hub.escalation.machine import DueAsking, DueStep, Escalation, Line, LineEvent, LineState
from hub.escalation.messages import StepDone
from hub.escalation.policy import Action
from hub.escalation.records import Kept

EVENTS = {DeliveryState.ACKNOWLEDGED: LineEvent.ACKNOWLEDGEMENT, DeliveryState.REPORTED: LineEvent.REPORT}


@dataclass(frozen=True)
class UnderWay:
    """An alert whose time is not over."""

    alert: Alert
    kept: Kept
    machine: Escalation
    lifetime: Lifetime
    venues: dict[str, str]
    """Radio: its venue, when the alert was issued."""
    awake: set[str]
    """Radios whose guard has acknowledged."""

    def passed_s(self, clock: Clock) -> float:
        """Seconds since the alert was issued."""
        return self.lifetime.lasts_s - self.lifetime.left_s(clock)

    @property
    def silent(self) -> set[str]:
        """Radios that nobody has pressed the key of."""
        return set(self.venues) - self.awake


def action_of(under_way: UnderWay, thing: DueStep | DueAsking) -> Action:
    """What is to be done."""
    if isinstance(thing, DueAsking):
        return Action.ASK_AGAIN
    return under_way.kept.policy.rules.steps[thing.number].action


def taken_up(alert: Alert, kept: Kept, lifetime: Lifetime) -> UnderWay:
    """An alert with its escalation as the database has both: a new one, or one that an earlier run left."""
    lines = {one.radio_id: _line(alert, one, kept) for one in alert.deliveries}
    awake = {one.radio_id for one in alert.deliveries if one.acknowledged_at_ms is not None}
    venues = {one.radio_id: one.venue_id for one in alert.deliveries}
    return UnderWay(alert, kept, Escalation(kept.policy.rules, lines), lifetime, venues, awake)


def _line(alert: Alert, delivery: Delivery, kept: Kept) -> Line:
    """When somebody acknowledged is told by the wall's clock here: the machine's own was not kept with it."""
    done = [one for one in kept.steps if one.radio_id == delivery.radio_id]
    acknowledged_at_ms = delivery.acknowledged_at_ms
    acknowledged_s = 0.0 if acknowledged_at_ms is None else max(0.0, (acknowledged_at_ms - alert.issued_at_ms) / 1000)
    return Line(
        state=_state(delivery, kept),
        steps_done=_next([one for one in done if one.action is not Action.ASK_AGAIN]),
        asked=_next([one for one in done if one.action is Action.ASK_AGAIN]),
        acknowledged_s=acknowledged_s,
    )


def _state(delivery: Delivery, kept: Kept) -> LineState:
    left_alone = delivery.radio_id in kept.stopped_by or delivery.venue_id in kept.closed_venue_ids
    if left_alone or delivery.reported_at_ms is not None:
        return LineState.DONE
    return LineState.SILENT if delivery.acknowledged_at_ms is None else LineState.ACKNOWLEDGED


def _next(done: list[StepDone]) -> int:
    return max((one.number + 1 for one in done), default=0)
