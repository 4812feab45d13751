"""What venues had to answer and when they did, for other rooms that sum it up."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from devices.protocol.messages import AlertStatus
from hub.alerts.tables import alerts, deliveries

_a, _d = alerts.c, deliveries.c


@dataclass(frozen=True)
class Duty:
    """One alert at one venue, which answers when its first radio does: UTC, microseconds."""

    alert_id: str
    venue_id: str
    status: AlertStatus
    issued_at_us: int
    acknowledged_at_us: int | None
    reported_at_us: int | None
    is_withdrawn: bool
    """Cancelled, or replaced by another."""


def duties_between(connection: sa.Connection, from_us: int, to_us: int) -> list[Duty]:
    """Of the alerts issued from ``from_us`` until before ``to_us``, but cancellations and errands to neighbours."""
    own = sa.and_(_a.cancels.is_(None), _a.errand_of.is_(None), _a.issued_at_us >= from_us, _a.issued_at_us < to_us)
    found = (
        sa.select(
            *(_a.alert_id, _d.venue_id, _a.status, _a.issued_at_us, _a.cancelled_at_us),
            sa.func.min(_d.acknowledged_at_us).label("acknowledged_at_us"),
            sa.func.min(_d.reported_at_us).label("reported_at_us"),
        )
        .join_from(alerts, deliveries)
        .where(own)
        .group_by(_a.alert_id, _d.venue_id)
        .order_by(_a.issued_at_us, _a.alert_id, _d.venue_id)
    )
    return [
        Duty(
            row.alert_id,
            row.venue_id,
            AlertStatus(row.status),
            row.issued_at_us,
            row.acknowledged_at_us,
            row.reported_at_us,
            row.cancelled_at_us is not None,
        )
        for row in connection.execute(found)
    ]


def first_issued_us(connection: sa.Connection) -> int | None:
    """When the oldest alert that is kept was issued: UTC, microseconds."""
    found: int | None = connection.execute(sa.select(sa.func.min(_a.issued_at_us))).scalar()
    return found
