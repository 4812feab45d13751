"""An alert on its way into the database, with its deliveries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import msgspec
import sqlalchemy as sa

from hub.alerts.delivery import DeliveryState
from hub.alerts.lifetime import Lifetime
from hub.alerts.messages import Alert, AlertMedia, NewAlert, UpdateAlert
from hub.alerts.records import find_alert
from hub.alerts.tables import alerts, deliveries
from hub.alerts.targets import venues_of
from hub.speech.service import Why
from hub.storage.writer import Change

Also = Callable[[Change, Alert], None]
"""What another room does in the transaction of an alert that it issues."""


def nothing_more(_change: Change, _alert: Alert) -> None:
    """The alert is all."""


@dataclass(frozen=True)
class Attached:
    """What goes with an alert, and why its text was not spoken."""

    picture: AlertMedia | None = None
    speech: AlertMedia | None = None
    unspoken: Why | None = None


@dataclass(frozen=True)
class Issue:
    """``attempts`` is 1 for the radios on line, 0 for the others; other names as in ``Alert``.

    ``had_earlier`` are those of its radios that may have what it replaces.
    """

    new: NewAlert
    alert_id: str
    issued_by: str
    idempotency_key: str | None
    lifetime: Lifetime
    attempts: dict[str, int]
    also: Also
    errand_of: str | None = None
    cancels: str | None = None
    replaces: tuple[str, ...] = ()
    had_earlier: frozenset[str] = frozenset()
    attached: Attached = Attached()


def as_update(new: NewAlert) -> UpdateAlert:
    """A whole alert as what takes the place of another: nothing is left out."""
    return UpdateAlert(
        text=new.text,
        severity=new.severity,
        urgency=new.urgency,
        certainty=new.certainty,
        target=new.target,
        expires_in_s=new.expires_in_s,
        picture=new.picture,
        speech=new.speech,
        speak=new.speak,
    )


def updated(earlier: Alert, order: UpdateAlert) -> NewAlert:
    """What takes the place of an alert: what the order leaves out is as it was."""
    as_before = earlier.picture.media_id if earlier.picture else None
    return NewAlert(
        text=order.text,
        severity=order.severity or earlier.severity,
        urgency=order.urgency or earlier.urgency,
        certainty=order.certainty or earlier.certainty,
        status=earlier.status,
        target=order.target or earlier.target,
        case_id=earlier.case_id,
        expires_in_s=order.expires_in_s,
        picture=as_before if order.picture is msgspec.UNSET else order.picture,
        speech=order.speech,
        speak=order.speak,
    )


def insert_alert(change: Change, issue: Issue, venue_of: Callable[[str], str]) -> Alert:
    """Store it, and return it as stored; ``venue_of`` names a radio's venue."""
    connection, new, lifetime = change.connection, issue.new, issue.lifetime
    picture, speech = issue.attached.picture, issue.attached.speech
    connection.execute(
        sa.insert(alerts).values(
            alert_id=issue.alert_id,
            text=new.text.strip(),
            severity=new.severity.value,
            urgency=new.urgency.value,
            certainty=new.certainty.value,
            status=new.status.value,
            target_kind=new.target.kind.value,
            target_id=new.target.id,
            target_ids=msgspec.json.encode(venues_of(new.target)),
            target_points=msgspec.json.encode(new.target.points),
            target_within_m=new.target.within_m,
            case_id=new.case_id,
            issued_by=issue.issued_by,
            idempotency_key=issue.idempotency_key,
            issued_at_us=lifetime.began_wall_us,
            issued_monotonic_us=lifetime.began_monotonic_us,
            machine_boot=lifetime.machine_boot,
            expires_in_s=lifetime.lasts_s,
            errand_of=issue.errand_of,
            cancels=issue.cancels,
            replaces=msgspec.json.encode(issue.replaces),
            picture_id=picture and picture.media_id,
            picture_bytes=picture and picture.bytes,
            speech_id=speech and speech.media_id,
            speech_bytes=speech and speech.bytes,
            unspoken=issue.attached.unspoken and issue.attached.unspoken.value,
        )
    )
    connection.execute(
        sa.insert(deliveries),
        [
            {
                "alert_id": issue.alert_id,
                "radio_id": radio_id,
                "venue_id": venue_of(radio_id),
                "state": DeliveryState.QUEUED.value,
                "attempts": attempts,
                "queued_at_us": change.at_us,
            }
            for radio_id, attempts in issue.attempts.items()
        ],
    )
    alert = find_alert(connection, alerts.c.alert_id == issue.alert_id)
    assert alert is not None
    return alert
