"""Pure: an alert, an answer to it and a hit as steps in time, in the words of metrics and delivery states."""

from __future__ import annotations

from typing import NamedTuple

from hub.alerts.messages import Alert, Delivery
from hub.cases.messages import WatchHit
from hub.sightings.intake import SightingTimes

Value = str | int | float


class Step(NamedTuple):
    """What began and ended when (microseconds since 1970), with the steps that it was made of."""

    name: str
    began_us: int
    ended_us: int
    said: dict[str, Value]
    parts: tuple[Step, ...] = ()


def alert_issued(alert: Alert, told_us: int) -> Step:
    """From the press, as the hub took it, until the alert was on disk and on its way; ``told_us``: then."""
    said: dict[str, Value] = {
        "alert.id": alert.alert_id,
        "alert.status": alert.status.value,
        "alert.severity": alert.severity.value,
        "alert.target": alert.target.kind.value,
        "alert.radios": len(alert.deliveries),
    }
    return Step("alert", alert.issued_at_ms * 1000, told_us, said)


def acknowledged(alert_id: str, delivery: Delivery) -> Step | None:
    """From the queue to the guard's key, by the hub's clock; None before the key.

    A key on a page or a telephone may come before the radio has the alert: what came later is no part of it.
    """
    if delivery.acknowledged_at_ms is None:
        return None
    reached = [
        ("alert.queued", delivery.queued_at_ms),
        ("alert.sent", delivery.sent_at_ms),
        ("alert.delivered", delivery.delivered_at_ms),
        ("alert.played", delivery.played_at_ms),
        ("alert.acknowledged", delivery.acknowledged_at_ms),
    ]
    before = [
        (name, at_ms * 1000) for name, at_ms in reached if at_ms is not None and at_ms <= delivery.acknowledged_at_ms
    ]
    said: dict[str, Value] = {
        "alert.id": alert_id,
        "radio.id": delivery.radio_id,
        "venue.id": delivery.venue_id,
        "alert.attempts": delivery.attempts,
    }
    if delivery.acknowledged_via is not None:
        said["alert.acknowledged_via"] = delivery.acknowledged_via.value
    return Step(
        "alert.delivery", delivery.queued_at_ms * 1000, delivery.acknowledged_at_ms * 1000, said, _in_turn(before)
    )


def hit(found: WatchHit, times: SightingTimes, told_us: int) -> Step:
    """From the picture until the officers' consoles are told; ``told_us``: then."""
    reached = [
        ("sighting.taken", times.frame_us),
        ("sighting.said", times.said_us),
        ("sighting.heard", times.heard_us),
        ("sighting.stored", times.stored_us),
        ("sighting.followed", told_us),
    ]
    said: dict[str, Value] = {
        "watch.id": found.watch_id,
        "sighting.id": times.sighting_id,
        "camera.id": found.hit.sighting.camera_id,
        "hit.score": found.hit.score,
    }
    return Step("hit", times.frame_us, told_us, said, _in_turn(reached))


def _in_turn(reached: list[tuple[str, int]]) -> tuple[Step, ...]:
    """A step from each to the next, named after what it reached; none goes back where another machine's clock does."""
    parts, began_us = list[Step](), reached[0][1]
    for name, at_us in reached[1:]:
        ended_us = max(began_us, at_us)
        parts.append(Step(name, began_us, ended_us, {}))
        began_us = ended_us
    return tuple(parts)
