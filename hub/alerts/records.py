"""Reading and writing alerts and deliveries in the database."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from devices.protocol.clock import Clock
from devices.protocol.messages import AlertStatus, Answer, Severity
from hub.access import audit
from hub.alerts.delivery import DeliveryState
from hub.alerts.lifetime import Lifetime, machine_boot
from hub.alerts.messages import (
    Alert,
    AlertMedia,
    Certainty,
    Delivery,
    DeliveryChanged,
    Target,
    TargetKind,
    Urgency,
    Via,
)
from hub.alerts.tables import alerts, deliveries
from hub.events.log import EventLog
from hub.events.messages import EventKind
from hub.media.messages import MediaType
from hub.speech.service import Why
from hub.storage.writer import Change

_d = deliveries.c


def lifetime_of(row: Any) -> Lifetime:
    """The lifetime in a row of ``alerts``."""
    return Lifetime(row.issued_at_us, row.issued_monotonic_us, row.machine_boot, row.expires_in_s)


def delivery_of(row: Any) -> Delivery:
    """A row of ``deliveries`` as the interface shows it."""
    return Delivery(
        radio_id=row.radio_id,
        venue_id=row.venue_id,
        state=DeliveryState(row.state),
        attempts=row.attempts,
        queued_at_ms=row.queued_at_us // 1000,
        sent_at_ms=_ms(row.sent_at_us),
        delivered_at_ms=_ms(row.delivered_at_us),
        played_at_ms=_ms(row.played_at_us),
        acknowledged_at_ms=_ms(row.acknowledged_at_us),
        acknowledged_by=row.acknowledged_by,
        acknowledged_via=Via(row.acknowledged_via) if row.acknowledged_via else None,
        reported_at_ms=_ms(row.reported_at_us),
        answer=Answer(row.answer) if row.answer else None,
        report_text=row.report_text,
    )


def state_at_radio(row: Any) -> DeliveryState:
    """How far a row of ``deliveries`` is by the radio's own words: one that somebody answered elsewhere may lack it."""
    state = DeliveryState(row.state)
    answered = state in (DeliveryState.ACKNOWLEDGED, DeliveryState.REPORTED)
    return DeliveryState.SENT if answered and row.delivered_at_us is None else state


def alert_of(row: Any, rows: Iterable[Any]) -> Alert:
    """A row of ``alerts`` with its deliveries."""
    replaces = msgspec.json.decode(row.replaces, type=tuple[str, ...])
    return Alert(
        alert_id=row.alert_id,
        text=row.text,
        severity=Severity(row.severity),
        urgency=Urgency(row.urgency),
        certainty=Certainty(row.certainty),
        status=AlertStatus(row.status),
        target=Target(
            kind=TargetKind(row.target_kind),
            id=row.target_id,
            ids=msgspec.json.decode(row.target_ids, type=tuple[str, ...]),
            points=msgspec.json.decode(row.target_points, type=tuple[tuple[float, float], ...]),
            within_m=row.target_within_m,
        ),
        case_id=row.case_id,
        issued_at_ms=row.issued_at_us // 1000,
        expires_at_ms=row.issued_at_us // 1000 + round(row.expires_in_s * 1000),
        issued_by=row.issued_by,
        errand_of=row.errand_of,
        cancels=row.cancels,
        replaces=replaces,
        updates=replaces[0] if replaces and row.cancels is None else None,
        cancelled_at_ms=_ms(row.cancelled_at_us),
        cancelled_by=row.cancelled_by,
        updated_to=row.updated_to,
        picture=_media(row.picture_id, row.picture_bytes, MediaType.PICTURE),
        speech=_media(row.speech_id, row.speech_bytes, MediaType.VOICE),
        unspoken=Why(row.unspoken) if row.unspoken else None,
        deliveries=tuple(delivery_of(one) for one in rows),
    )


def _media(media_id: str | None, size: int | None, kind: MediaType) -> AlertMedia | None:
    return None if media_id is None else AlertMedia(media_id=media_id, type=kind, bytes=size or 0)


def venues_naming(connection: sa.Connection, media_id: str) -> frozenset[str]:
    """The venues of the alerts that name a picture or a spoken message."""
    named = sa.select(alerts.c.alert_id).where(sa.or_(alerts.c.picture_id == media_id, alerts.c.speech_id == media_id))
    venue_ids = sa.select(_d.venue_id).distinct().where(_d.alert_id.in_(named))
    return frozenset(connection.execute(venue_ids).scalars())


def is_under_way(clock: Clock) -> sa.ColumnElement[bool]:
    """Whether an alert is not cancelled and its time is not over: what ``Lifetime.left_s`` says, for the database."""
    a, lasts_us = alerts.c, alerts.c.expires_in_s * 1e6
    here = sa.and_(a.machine_boot == machine_boot(), a.machine_boot != "")
    has_time = sa.case(
        (here, a.issued_monotonic_us + lasts_us > clock.monotonic_us()),
        else_=a.issued_at_us + lasts_us > clock.wall_us(),
    )
    return sa.and_(a.cancelled_at_us.is_(None), has_time)


def latest_alerts(
    connection: sa.Connection, clock: Clock, running: int, ended: int, only_venues: Collection[str] | None
) -> tuple[Alert, ...]:
    """The latest ``running`` alerts that are under way, then the latest ``ended`` others; each newest first.

    With ``only_venues`` those alone that went to one of these.
    """
    newest = sa.select(alerts).order_by(alerts.c.issued_at_us.desc())
    if only_venues is not None:
        newest = newest.where(alerts.c.alert_id.in_(sa.select(_d.alert_id).where(_d.venue_id.in_(only_venues))))
    found = [
        *connection.execute(newest.where(is_under_way(clock)).limit(running)),
        *connection.execute(newest.where(sa.not_(is_under_way(clock))).limit(ended)),
    ]
    return tuple(alert_of(row, _rows(connection, row.alert_id)) for row in found)


def find_alert(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> Alert | None:
    """The one alert that fulfils ``condition``."""
    row = connection.execute(sa.select(alerts).where(condition)).first()
    return None if row is None else alert_of(row, _rows(connection, row.alert_id))


def radios_tried(connection: sa.Connection, alert_ids: Sequence[str]) -> frozenset[str]:
    """The radios to which one of these alerts was sent."""
    tried = sa.select(_d.radio_id).where(_d.alert_id.in_(alert_ids), _d.attempts > 0)
    return frozenset(connection.execute(tried).scalars())


def find_deliveries(connection: sa.Connection, alert_id: str, radio_ids: Sequence[str]) -> tuple[Delivery, ...]:
    """The deliveries of an alert to these radios."""
    query = sa.select(deliveries).where(_d.alert_id == alert_id, _d.radio_id.in_(radio_ids)).order_by(_d.radio_id)
    return tuple(delivery_of(row) for row in connection.execute(query))


def tell_of(events: EventLog, change: Change, alert_id: str, radio_ids: Sequence[str]) -> None:
    """Tell how far the alert came at these radios, in the change that wrote it."""
    body = DeliveryChanged(alert_id=alert_id, deliveries=find_deliveries(change.connection, alert_id, radio_ids))
    events.append(change, EventKind.DELIVERY_CHANGED, alert_id, body)


def note_about(change: Change, alert: Alert, by: str, action: audit.Action, detail: msgspec.Struct) -> None:
    """An audit record about an alert; it has the alert's words, since it is kept for longer than the alert."""
    audit.record(change, by, action, case_id=alert.case_id, purpose=alert.text, detail=detail)


def _rows(connection: sa.Connection, alert_id: str) -> Sequence[Any]:
    return connection.execute(sa.select(deliveries).where(_d.alert_id == alert_id).order_by(_d.radio_id)).all()


def _ms(at_us: int | None) -> int | None:
    return None if at_us is None else at_us // 1000
