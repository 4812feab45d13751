"""Reading and writing policies, escalations and their steps in the database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import sqlalchemy as sa

from hub.escalation.messages import PassedOver, StepDone
from hub.escalation.policy import DEFAULT, Action, Policy, Rules
from hub.escalation.tables import escalations, policies, steps, stops
from hub.storage.database import Database
from hub.storage.pruning import prune
from hub.storage.writer import Change

_read_rules = msgspec.json.Decoder(Rules).decode
_read_policy = msgspec.json.Decoder(Policy).decode
_read_ids = msgspec.json.Decoder(tuple[str, ...]).decode
_AT_ONCE = 500
"""Alerts named in one statement."""
FIRST_POLICY = Policy(version=0, rules=DEFAULT, set_by="hub", set_at_ms=None)


@dataclass(frozen=True)
class Kept:
    """One alert's escalation as it is on disk."""

    alert_id: str
    policy: Policy
    closed_venue_ids: frozenset[str]
    steps: tuple[StepDone, ...]
    stopped_by: dict[str, str]
    """Radio: who decided that nothing more is to be done about it."""


def load_policies(connection: sa.Connection, most: int = 1) -> list[Policy]:
    """The latest versions, newest first; the last of all is the one that the hub begins with."""
    rows = connection.execute(sa.select(policies).order_by(policies.c.version.desc()).limit(most)).all()
    return [*map(_policy, rows), FIRST_POLICY][:most]


def _policy(row: Any) -> Policy:
    rules = _read_rules(row.rules)
    return Policy(version=row.version, rules=rules, set_by=row.set_by, set_at_ms=row.set_at_us // 1000)


def insert_policy(change: Change, version: int, rules: Rules, by: str) -> Policy:
    """Store a new version."""
    values = {"version": version, "rules": msgspec.json.encode(rules), "set_by": by, "set_at_us": change.at_us}
    change.connection.execute(sa.insert(policies).values(values))
    return Policy(version=version, rules=rules, set_by=by, set_at_ms=change.at_us // 1000)


def begin(change: Change, kept: Kept) -> None:
    """Store that an alert escalates."""
    values = {
        "alert_id": kept.alert_id,
        "policy": msgspec.json.encode(kept.policy),
        "closed_venue_ids": msgspec.json.encode(sorted(kept.closed_venue_ids)),
    }
    change.connection.execute(sa.insert(escalations).values(values))


def insert_steps(change: Change, alert_id: str, done: Iterable[StepDone]) -> tuple[StepDone, ...]:
    """Store what is done now, and return it with its time. Raises IntegrityError where it was done before."""
    timed = tuple(msgspec.structs.replace(one, at_ms=change.at_us // 1000) for one in done)
    change.connection.execute(
        sa.insert(steps),
        [
            {
                **msgspec.to_builtins(one),
                "alert_id": alert_id,
                "person_ids": msgspec.json.encode(one.person_ids),
                "at_us": change.at_us,
            }
            for one in timed
        ],
    )
    return timed


def insert_stops(change: Change, alert_id: str, radio_ids: Iterable[str], by: str) -> tuple[str, ...]:
    """Store whom a person leaves in peace; returns those that nobody had before."""
    known = set(change.connection.execute(sa.select(stops.c.radio_id).where(stops.c.alert_id == alert_id)).scalars())
    new = tuple(radio_id for radio_id in radio_ids if radio_id not in known)
    rows = [{"alert_id": alert_id, "radio_id": radio_id, "by": by, "at_us": change.at_us} for radio_id in new]
    if rows:
        change.connection.execute(sa.insert(stops), rows)
    return new


def find(connection: sa.Connection, alert_id: str) -> Kept | None:
    """An alert's escalation; None where it does not escalate."""
    row = connection.execute(sa.select(escalations).where(escalations.c.alert_id == alert_id)).first()
    if row is None:
        return None
    in_order = sa.select(steps).where(steps.c.alert_id == alert_id).order_by(steps.c.at_us, steps.c.number)
    done = connection.execute(in_order).all()
    left = connection.execute(sa.select(stops).where(stops.c.alert_id == alert_id)).all()
    return Kept(
        alert_id,
        _read_policy(row.policy),
        frozenset(_read_ids(row.closed_venue_ids)),
        tuple(map(_step, done)),
        {one.radio_id: one.by for one in left},
    )


def overdue_since_us(connection: sa.Connection, alert_ids: Sequence[str]) -> dict[tuple[str, str], int]:
    """When a step first fell due about a venue that had not answered one of these alerts, done or passed over: (alert,
    venue) and UTC, microseconds."""
    s, found = steps.c, dict[tuple[str, str], int]()
    for at in range(0, len(alert_ids), _AT_ONCE):
        theirs = s.alert_id.in_(alert_ids[at : at + _AT_ONCE])
        first = sa.select(s.alert_id, s.venue_id, sa.func.min(s.at_us)).where(theirs).group_by(s.alert_id, s.venue_id)
        found |= {(alert_id, venue_id): at_us for alert_id, venue_id, at_us in connection.execute(first)}
    return found


async def forget_escalations(database: Database, alert_ids: Sequence[str]) -> int:
    """Delete the escalations of these alerts with their steps and stops; returns how many rows."""
    forgotten = 0
    for table in (steps, stops, escalations):
        theirs = sa.select(*table.primary_key.columns).where(table.c.alert_id.in_(alert_ids))
        forgotten += await prune(database, table, theirs)
    return forgotten


def _step(row: Any) -> StepDone:
    return StepDone(
        radio_id=row.radio_id,
        venue_id=row.venue_id,
        action=Action(row.action),
        number=row.number,
        passed_over=PassedOver(row.passed_over) if row.passed_over else None,
        asked_radio_id=row.asked_radio_id,
        asked_alert_id=row.asked_alert_id,
        person_ids=_read_ids(row.person_ids),
        at_ms=row.at_us // 1000,
    )
