"""Reading and writing roll-calls in the database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
import sqlalchemy as sa

from hub.alerts.lifetime import Lifetime
from hub.rollcall.messages import Counts, RadioReadiness, RollCall, RollCallBegun, RollCallSummary
from hub.rollcall.readiness import counts_of
from hub.rollcall.tables import roll_calls
from hub.storage.database import Database
from hub.storage.pruning import prune
from hub.storage.writer import Change

_t = roll_calls.c
_read_radios = msgspec.json.Decoder(tuple[RadioReadiness, ...]).decode
_read_counts = msgspec.json.Decoder(Counts).decode
_read_venue_ids = msgspec.json.Decoder(frozenset[str]).decode


@dataclass(frozen=True)
class UnderWay:
    """A roll-call that has not ended. ``day`` is that of one which began by itself."""

    roll_call_id: str
    alert_id: str
    day: str | None
    begun_by: str
    lifetime: Lifetime
    closed_venue_ids: frozenset[str]
    """Where nobody was to be expected when it began."""

    @property
    def begun_at_ms(self) -> int:
        """Milliseconds since 1970 UTC."""
        return self.lifetime.began_wall_us // 1000

    def told(self) -> RollCallBegun:
        """As the event tells that it has begun."""
        return RollCallBegun(
            roll_call_id=self.roll_call_id,
            alert_id=self.alert_id,
            scheduled=self.day is not None,
            begun_by=self.begun_by,
            begun_at_ms=self.begun_at_ms,
            lasts_s=self.lifetime.lasts_s,
        )

    def listed(self, radios: tuple[RadioReadiness, ...], ended_at_us: int | None) -> RollCall:
        """With the list of this moment, or of its end."""
        begun = msgspec.structs.asdict(self.told())
        ended_at_ms = None if ended_at_us is None else ended_at_us // 1000
        return RollCall(**begun, ended_at_ms=ended_at_ms, counts=counts_of(radios), radios=radios)


def insert(change: Change, begun: UnderWay) -> None:
    """Store one that begins."""
    change.connection.execute(
        sa.insert(roll_calls).values(
            roll_call_id=begun.roll_call_id,
            day=begun.day,
            alert_id=begun.alert_id,
            begun_by=begun.begun_by,
            begun_at_us=begun.lifetime.began_wall_us,
            begun_monotonic_us=begun.lifetime.began_monotonic_us,
            machine_boot=begun.lifetime.machine_boot,
            lasts_s=begun.lifetime.lasts_s,
            closed_venue_ids=msgspec.json.encode(sorted(begun.closed_venue_ids)),
        )
    )


def end(change: Change, roll_call: RollCall) -> None:
    """Store the list of one that is over."""
    here = _t.roll_call_id == roll_call.roll_call_id
    values = {
        "ended_at_us": change.at_us,
        "counts": msgspec.json.encode(roll_call.counts),
        "radios": msgspec.json.encode(roll_call.radios),
    }
    change.connection.execute(sa.update(roll_calls).where(here).values(values))


def load_under_way(connection: sa.Connection) -> UnderWay | None:
    """The one that has not ended."""
    row = connection.execute(sa.select(roll_calls).where(_t.ended_at_us.is_(None))).first()
    return None if row is None else _under_way(row)


def load_days(connection: sa.Connection) -> list[str]:
    """The days that had their roll-call."""
    return list(connection.execute(sa.select(_t.day).where(_t.day.is_not(None))).scalars())


def load_ended(connection: sa.Connection, limit: int) -> list[RollCall]:
    """The latest that are over, newest first."""
    latest = sa.select(roll_calls).where(_t.ended_at_us.is_not(None)).order_by(_t.begun_at_us.desc()).limit(limit)
    return [_ended(row) for row in connection.execute(latest)]


def load_ended_between(connection: sa.Connection, from_us: int, to_us: int) -> list[RollCall]:
    """Those that are over and began from ``from_us`` until before ``to_us`` (UTC), oldest first."""
    begun = sa.and_(_t.ended_at_us.is_not(None), _t.begun_at_us >= from_us, _t.begun_at_us < to_us)
    return [_ended(row) for row in connection.execute(sa.select(roll_calls).where(begun).order_by(_t.begun_at_us))]


def load_summaries(connection: sa.Connection, limit: int) -> list[RollCallSummary]:
    """The same without their lists, which are large."""
    columns = [column for column in _t if column is not _t.radios]
    latest = sa.select(*columns).where(_t.ended_at_us.is_not(None)).order_by(_t.begun_at_us.desc()).limit(limit)
    return [
        RollCallSummary(
            **msgspec.structs.asdict(_under_way(row).told()),
            ended_at_ms=row.ended_at_us // 1000,
            counts=_read_counts(row.counts),
        )
        for row in connection.execute(latest)
    ]


def load_one(connection: sa.Connection, roll_call_id: str) -> RollCall | None:
    """One that is over."""
    here = sa.select(roll_calls).where(_t.roll_call_id == roll_call_id, _t.ended_at_us.is_not(None))
    row = connection.execute(here).first()
    return None if row is None else _ended(row)


async def forget_roll_calls(database: Database, before_us: int) -> int:
    """Delete those that ended before then; returns how many."""
    return await prune(database, roll_calls, sa.select(_t.roll_call_id).where(_t.ended_at_us < before_us))


def _under_way(row: Any) -> UnderWay:
    return UnderWay(
        roll_call_id=row.roll_call_id,
        alert_id=row.alert_id,
        day=row.day,
        begun_by=row.begun_by,
        lifetime=Lifetime(row.begun_at_us, row.begun_monotonic_us, row.machine_boot, row.lasts_s),
        closed_venue_ids=_read_venue_ids(row.closed_venue_ids),
    )


def _ended(row: Any) -> RollCall:
    return _under_way(row).listed(_read_radios(row.radios), row.ended_at_us)
