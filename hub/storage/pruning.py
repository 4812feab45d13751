"""Deletes what is old a little at a time, so that nobody's change waits long for it.

What is old is looked for beside the writer, which is then asked to delete for HELD_S and left to others for REST_S:
a million rows go in minutes, and another's change waits for one such turn at most. The file does not become smaller;
what is written next takes the room.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

import sqlalchemy as sa

from hub.storage.database import Database

HELD_S = 0.002
REST_S = 0.01
AT_ONCE = 20
"""Rows in one statement, after each of which the time is looked at."""
FOUND_AT_ONCE = 2_000


async def prune(database: Database, table: sa.Table, old: sa.Select[Any]) -> int:
    """Delete the rows of ``table`` that ``old`` names, until it names none; returns how many.

    ``old`` selects the primary key, in the order of its columns. A hub that ends in the middle goes on the next time.
    """
    key = list(table.primary_key.columns)
    names = [f"key_{column.name}" for column in key]
    gone = sa.delete(table).where(*(column == sa.bindparam(name) for column, name in zip(key, names, strict=True)))
    page = old.limit(FOUND_AT_ONCE)
    forgotten = 0
    while found := await database.read(lambda connection: connection.execute(page).all()):
        left = [dict(zip(names, row, strict=True)) for row in found]
        while left:
            done = await database.write(lambda change, left=left: _delete(change.connection, gone, left))  # type: ignore[misc]
            del left[:done]
            forgotten += done
            await asyncio.sleep(REST_S)
    return forgotten


def _delete(connection: sa.Connection, gone: sa.Delete, rows: list[dict[str, Any]]) -> int:
    """Delete the first of ``rows`` for HELD_S; how many."""
    until_s = time.monotonic() + HELD_S
    done = 0
    while done < len(rows):
        some = rows[done : done + AT_ONCE]
        connection.execute(gone, some)
        done += len(some)
        if time.monotonic() > until_s:
            break
    return done
