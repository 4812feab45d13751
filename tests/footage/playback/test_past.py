"""What a timeline tells of a camera: gaps and why, movement, bounded however long the time is."""

from __future__ import annotations

import base64
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest_asyncio
import sqlalchemy as sa

from hub.events.log import EventLog
from hub.events.messages import EventKind
from hub.footage.playback.past import GapReason, Turn, bounded, coarsened, reason_of
from hub.footage.playback.stretches import between, joined, within
from hub.footage.playback.turned import starts_of_hub, turns_of
from hub.storage.database import Database
from tests import postgresql
from tests.hub import open_database

S = 1_000_000


class Stretch(msgspec.Struct, frozen=True):
    start_us: int
    end_us: int


def test_segments_that_follow_one_another_are_one_stretch() -> None:
    spans = [Stretch(0, 10 * S), Stretch(11 * S, 20 * S), Stretch(25 * S, 30 * S), Stretch(24 * S, 26 * S)]
    stretches = joined(spans)
    assert stretches == [(0, 20 * S), (24 * S, 30 * S)]
    assert within(stretches, 5 * S, 25 * S) == [(5 * S, 20 * S), (24 * S, 25 * S)]
    assert between(stretches, 5 * S, 40 * S) == [(20 * S, 24 * S), (30 * S, 40 * S)]
    assert between([], 0, S) == [(0, S)]


def test_longest_gaps_are_told_where_there_are_too_many() -> None:
    stretches = [(n * 100, n * 100 + (50 if n == 3 else 90)) for n in range(10)]
    assert bounded(stretches, 1) == [(0, 350), (400, 990)]
    assert bounded(stretches, 9) == stretches
    assert bounded([], 0) == []


def test_gap_has_the_reason_that_was_told_when_it_began() -> None:
    turns = [Turn(5, None), Turn(100 * S, GapReason.OFF_LINE), Turn(200 * S, None), Turn(300 * S, GapReason.DISK_FULL)]
    kept = 1
    assert reason_of((92 * S, 200 * S), turns, (), kept) is GapReason.OFF_LINE, "told 8 s after the last picture"
    assert reason_of((150 * S, 160 * S), turns, (), kept) is GapReason.OFF_LINE, "it was so already"
    assert reason_of((210 * S, 230 * S), turns, (), kept) is GapReason.UNKNOWN
    assert reason_of((210 * S, 230 * S), turns, (231 * S,), kept) is GapReason.HUB_OFF
    assert reason_of((400 * S, 500 * S), turns, (), kept) is GapReason.DISK_FULL
    added = [Turn(100 * S, None, enrolled=True)]
    assert reason_of((1, 101 * S), added, (100 * S,), kept) is GapReason.NOT_ENROLLED
    assert reason_of((110 * S, 120 * S), added, (), kept) is GapReason.UNKNOWN
    assert reason_of((0, 4), turns, (), kept + 4) is GapReason.TOO_OLD


def test_movement_keeps_its_peaks_however_coarse() -> None:
    shares = bytes([1, 255, 7, 9, 255, 255, 3])
    assert base64.b64decode(coarsened(shares, 0, 1_000, 4).shares) == bytes([1, 9, 255, 3])
    assert coarsened(b"", 5, 1_000).shares == ""
    month = coarsened(bytes(31 * 86_400), 0, 1_000)
    assert len(base64.b64decode(month.shares)) <= 2_000
    assert month.step_ms == 1_340_000


class CameraTold(msgspec.Struct, frozen=True):
    condition: str
    disk: str = "ok"
    recorded: bool | None = True
    agreement_over: bool = False


@pytest_asyncio.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with open_database(tmp_path) as opened:
        yield opened


async def test_turns_of_a_camera_are_read_out_of_what_was_told(database: Database) -> None:
    events = EventLog(database)
    events.open()
    for kind, subject, body in (
        (EventKind.HUB_STARTED, "hub", CameraTold("")),
        (EventKind.CAMERA_ADDED, "C01", CameraTold("connecting")),
        (EventKind.CAMERA_CHANGED, "C02", CameraTold("refused")),
        (EventKind.CAMERA_CHANGED, "C01", CameraTold("online")),
        (EventKind.CAMERA_CHANGED, "C01", CameraTold("online", disk="full")),
        (EventKind.CAMERA_CHANGED, "C01", CameraTold("online", agreement_over=True)),
        (EventKind.CAMERA_CHANGED, "C01", CameraTold("online", recorded=None)),
        (EventKind.CAMERA_REMOVED, "C01", CameraTold("")),
    ):
        await database.write(lambda change, given=(kind, subject, body): events.append(change, *given))  # type: ignore[misc]
    now_us = database.clock.wall_us()
    turns = await database.read(lambda connection: turns_of(connection, "C01", 0, now_us))
    assert [one.reason for one in turns] == [
        GapReason.OFF_LINE,
        None,
        GapReason.DISK_FULL,
        GapReason.OWNER_TERMS,
        GapReason.NOT_RECORDED,
        GapReason.NOT_ENROLLED,
    ]
    in_force = await database.read(lambda connection: turns_of(connection, "C01", turns[2].at_us, now_us))
    assert in_force == turns[2:]
    assert len(await database.read(lambda connection: starts_of_hub(connection, 0, now_us))) == 1


async def test_turns_and_starts_are_found_by_an_index(database: Database) -> None:
    """Of a month of events of all kinds, those about one camera are read and no others."""
    indices: list[str] = []

    def explain(_line: Any, cursor: Any, statement: str, parameters: Any, _context: Any, _many: Any) -> None:
        if postgresql.WANTED:
            cursor.execute("SET LOCAL enable_seqscan = off")  # an empty table is read whole otherwise
            cursor.execute(f"EXPLAIN {statement}", parameters)
            plan = "\n".join(row[0] for row in cursor.fetchall())
        else:
            cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plan = "\n".join(row[3] for row in cursor.fetchall())
        indices.extend(re.findall(r"\bix_\w+", plan))

    sa.event.listen(database._engine, "before_cursor_execute", explain)
    await database.read(lambda connection: turns_of(connection, "C01", 1, 2))
    await database.read(lambda connection: starts_of_hub(connection, 1, 2))
    assert indices == [*2 * ["ix_events_about_cameras"], "ix_events_hub_starts"]
