"""Reading the audit log: pages for people, newest first, and lines for a copy that can be checked elsewhere."""

from __future__ import annotations

from typing import Any

import msgspec
import sqlalchemy as sa

from hub.access.checkpoints import Kind, Statement, read_statements
from hub.access.tables import audit_records

MAX_PAGE = 500
EXPORTED_AT_ONCE = 1_000
"""Records read in one go, so that a slow receiver holds no reader."""
_a = audit_records.c


class AuditQuery(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which records; also the detail of the audit record on reading them."""

    before: int | None = None
    person: str | None = None
    action: str | None = None
    case_id: str | None = None
    limit: int = 100


class AuditView(msgspec.Struct, frozen=True, kw_only=True):
    """One record as a person reads it; ``detail`` is null where somebody made it unreadable."""

    number: int
    at_ms: int
    person_id: str
    action: str
    case_id: str | None
    purpose: str
    detail: Any
    hash: str


class AuditPage(msgspec.Struct, frozen=True, kw_only=True):
    """Records, newest first; ``before`` asks for the next page, null on the last one."""

    items: tuple[AuditView, ...]
    before: int | None


class ExportedRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One record with all that its hash covers; ``detail`` is the very text."""

    number: int
    at_us: int
    person_id: str
    action: str
    case_id: str | None
    purpose: str
    detail: str
    previous_hash: str
    hash: str


def read_page(connection: sa.Connection, query: AuditQuery) -> AuditPage:
    """At most MAX_PAGE records."""
    limit = min(query.limit, MAX_PAGE)
    wanted = sa.select(audit_records).order_by(_a.number.desc()).limit(limit + 1)
    if query.before is not None:
        wanted = wanted.where(_a.number < query.before)
    for column, value in ((_a.person_id, query.person), (_a.action, query.action), (_a.case_id, query.case_id)):
        if value is not None:
            wanted = wanted.where(column == value)
    rows = connection.execute(wanted).all()
    items = tuple(_view(row) for row in rows[:limit])
    return AuditPage(items=items, before=items[-1].number if items and len(rows) > limit else None)


def _view(row: sa.Row[Any]) -> AuditView:
    try:
        detail = msgspec.json.decode(row.detail)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        detail = None
    return AuditView(
        number=row.number,
        at_ms=row.at_us // 1000,
        person_id=row.person_id,
        action=row.action,
        case_id=row.case_id,
        purpose=row.purpose,
        detail=detail,
        hash=row.hash,
    )


def read_ends(connection: sa.Connection) -> tuple[list[Statement], list[Statement]]:
    """What an export begins with (the pruning and its checkpoint, if any) and ends with (the signed head)."""
    pruned = read_statements(connection, Kind.PRUNED)
    begins = [*pruned, *(one for p in pruned for one in read_statements(connection, Kind.CHECKPOINT, until=p.number))]
    return begins, read_statements(connection, Kind.HEAD)


def read_lines(connection: sa.Connection, after: int, until: int) -> list[ExportedRecord]:
    """The next records after number ``after``, oldest first; none when that was the last."""
    wanted = sa.select(audit_records).where(_a.number > after, _a.number <= until)
    rows = connection.execute(wanted.order_by(_a.number).limit(EXPORTED_AT_ONCE)).mappings()
    return [ExportedRecord(**{**row, "detail": row["detail"].decode(errors="replace")}) for row in rows]
