"""The audit log's HTTP face: pages for the auditor, and a copy of all that can be checked elsewhere."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from functools import partial

import msgspec
from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from devices.protocol.clock import Clock
from hub.access import audit
from hub.access.audit import Action
from hub.access.audit_pages import MAX_PAGE, AuditQuery, read_ends, read_lines, read_page
from hub.access.gate import Entering
from hub.access.permissions import Right
from hub.access.service import Access
from hub.console.http import answer
from hub.errors import Refusal
from hub.storage.database import Database

COLLAPSED_FOR_S = 60
"""Reading page after page is one audit record a minute for each person."""
MAX_LENGTH = 64
_MAX_DIGITS = 18
_FILTERS = ("person", "action", "case_id")


class Readings:
    """Notes who reads the log; what was noted within the last minute is not noted again."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._noted_at_us: dict[str, int] = {}  # no more than the people who may read it, of the last minute

    async def note(self, person_id: str, query: AuditQuery) -> None:
        """On disk when this returns."""
        now_us = self._clock.monotonic_us()
        since_us = now_us - COLLAPSED_FOR_S * 1_000_000
        self._noted_at_us = {who: at_us for who, at_us in self._noted_at_us.items() if at_us > since_us}
        if person_id not in self._noted_at_us:
            await self._database.write(lambda change: audit.record(change, person_id, Action.READ_AUDIT, detail=query))
            self._noted_at_us[person_id] = now_us


def routes(database: Database, clock: Clock, access: Access) -> APIRouter:
    """Read and copy out the audit log; both are audit records."""
    router = APIRouter(prefix="/api")
    readings = Readings(database, clock)

    @router.get("/audit")
    async def read_audit(request: Request, entrant: Entering) -> Response:
        query = _query(request)
        await readings.note(entrant.person.person_id, query)
        return answer(await database.read(lambda connection: read_page(connection, query)))

    @router.get("/audit/export")
    async def export_audit(entrant: Entering) -> Response:
        person_id, everything = entrant.person.person_id, AuditQuery()
        await database.write(lambda change: audit.record(change, person_id, Action.EXPORT_AUDIT, detail=everything))
        headers = {"content-disposition": 'attachment; filename="audit.jsonl"'}
        lines = _lines(database, lambda: access.is_in_still(entrant, Right.READ_AUDIT))
        return StreamingResponse(lines, media_type="application/x-ndjson", headers=headers)

    return router


async def _lines(database: Database, may_go_on: Callable[[], bool]) -> AsyncIterator[bytes]:
    """The whole log. It ends short, without the signed head, when the reader is shut out meanwhile."""
    begins, ends = await database.read(read_ends)
    yield b"".join(msgspec.json.encode(one) + b"\n" for one in begins)
    after, until = 0, max((one.number for one in ends), default=0)
    while records := await database.read(partial(read_lines, after=after, until=until)):
        yield b"".join(msgspec.json.encode(one) + b"\n" for one in records)
        after = records[-1].number
        if not may_go_on():
            return
    yield b"".join(msgspec.json.encode(one) + b"\n" for one in ends)


def _query(request: Request) -> AuditQuery:
    """What is asked for. Raises Refusal."""
    given = request.query_params
    for name in _FILTERS:
        if len(given.get(name, "")) > MAX_LENGTH:
            words = (f"{name} 最多 {MAX_LENGTH} 个字符", f"{name} has at most {MAX_LENGTH} characters")
            raise Refusal("bad_field", *words, field=name)
    person, action, case_id = (given.get(name) for name in _FILTERS)
    limit = _number(given.get("limit", "100"), "limit")
    before = _number(given["before"], "before") if "before" in given else None
    return AuditQuery(person=person, action=action, case_id=case_id, before=before, limit=min(limit, MAX_PAGE))


def _number(text: str, field: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= _MAX_DIGITS) or int(text) == 0:
        raise Refusal("bad_number", f"{field} 须为正整数", f"{field} must be a whole number from 1", field=field)
    return int(text)
