"""What is old is deleted a little at a time, between the changes of others."""

from __future__ import annotations

import asyncio
import itertools
from pathlib import Path

import pytest
import sqlalchemy as sa

from hub.storage import pruning
from hub.storage.database import Database
from hub.storage.pruning import prune
from hub.storage.writer import Change
from tests.hub import open_database

_metadata = sa.MetaData()
kept = sa.Table(
    "kept", _metadata, sa.Column("one", sa.Integer, primary_key=True), sa.Column("other", sa.Integer, primary_key=True)
)
_count = sa.select(sa.func.count()).select_from(kept)


async def fill(database: Database, rows: int) -> None:
    def change(open_change: Change) -> None:
        _metadata.create_all(open_change.connection)
        open_change.connection.execute(sa.insert(kept), [{"one": n, "other": -n} for n in range(rows)])

    await database.write(change)


async def left(database: Database) -> int:
    return await database.read(lambda connection: connection.execute(_count).scalar_one())


async def test_rows_that_are_named_go_and_the_others_stay(tmp_path: Path) -> None:
    async with open_database(tmp_path) as database:
        await fill(database, 5_000)
        assert await prune(database, kept, sa.select(kept.c.one, kept.c.other).where(kept.c.one < 4_990)) == 4_990
        assert await left(database) == 10


async def test_changes_of_others_come_between_and_do_not_wait_for_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pruning, "HELD_S", 0.0)  # a turn is one statement
    monkeypatch.setattr(pruning, "REST_S", 0.0)
    async with open_database(tmp_path) as database:
        await fill(database, 400)
        pruned = asyncio.create_task(prune(database, kept, sa.select(kept.c.one, kept.c.other)))
        seen = []
        while not pruned.done():
            seen.append(await database.write(lambda change: change.connection.execute(_count).scalar_one()))
        assert await pruned == 400
    assert len(set(seen)) >= 400 / pruning.AT_ONCE - 1
    assert all(before - after <= pruning.AT_ONCE for before, after in itertools.pairwise(seen))


async def test_pruning_that_is_broken_off_goes_on_the_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pruning, "HELD_S", 0.0)
    async with open_database(tmp_path) as database:
        await fill(database, 400)
        everything = sa.select(kept.c.one, kept.c.other)
        pruned = asyncio.create_task(prune(database, kept, everything))
        while await left(database) == 400:
            continue
        pruned.cancel()
        await asyncio.gather(pruned, return_exceptions=True)
        rest = await left(database)
        assert 0 < rest < 400
        assert await prune(database, kept, everything) == rest
