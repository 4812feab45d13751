"""``python -m bench.writer``: how many changes, each with its event, the one writer brings to disk in a second.

The peer in the same run is the bare database: the same rows, one insert of many and one commit a batch, by the driver
alone. ``ratio`` is what numbering, savepoints and the hand-over between threads leave of that limit. With
``--postgresql`` the same again, in the same run, on a PostgreSQL server of its own that is reached by a socket and
whose commits are as durable as it comes.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sqlite3
import statistics
import tempfile
import time
from pathlib import Path

import msgspec
import psycopg

from devices.protocol.clock import SystemClock
from hub.events.log import EventLog
from hub.events.messages import EventKind
from hub.storage.database import Database
from hub.storage.writer import MAX_BATCH, Change
from simulators.faults.database_server import DatabaseServer


class Body(msgspec.Struct, frozen=True):
    """An event's body of usual size."""

    radio_id: str
    note: str


BODY = Body("R001", "x" * 200)
ONE_BY_ONE_SHARE = 20
"""One in so many changes is also made by itself, each when the one before is on disk."""


async def through_the_writer(url: str, changes: int) -> tuple[float, float]:
    """Changes a second: all handed over at once, as 130 acknowledgements are; and one by one."""
    database = Database(url, SystemClock())
    database.migrate()
    events = EventLog(database)
    events.open()
    database.start()

    def change(open_change: Change) -> int:
        return events.append(open_change, EventKind.RADIO_ONLINE, "R001", BODY)

    first = events.last + 1
    began_s = time.perf_counter()
    numbers = await asyncio.gather(*(database.write(change) for _ in range(changes)))
    at_once_s = time.perf_counter() - began_s
    began_s = time.perf_counter()
    for _ in range(changes // ONE_BY_ONE_SHARE):
        numbers.append(await database.write(change))
    one_by_one_s = time.perf_counter() - began_s
    await database.stop()
    if numbers != list(range(first, first + len(numbers))):
        raise AssertionError("numbers are missing or out of order")
    return changes / at_once_s, changes // ONE_BY_ONE_SHARE / one_by_one_s


def bare_sqlite(file: Path, changes: int) -> float:
    """Rows a second by the driver alone, in batches of the same size, with the same durability."""
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE events (number INTEGER PRIMARY KEY, at_us, kind, subject, body)")
    began_s = time.perf_counter()
    for start in range(0, changes, MAX_BATCH):
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?)", _batch(start, changes))
        connection.execute("COMMIT")
    took_s = time.perf_counter() - began_s
    connection.close()
    return changes / took_s


def bare_postgresql(url: str, changes: int) -> float:
    """As ``bare_sqlite``."""
    with psycopg.connect(url, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bare")
        cursor.execute(
            "CREATE TABLE bare (number BIGINT PRIMARY KEY, at_us BIGINT, kind TEXT, subject TEXT, body BYTEA)"
        )
        began_s = time.perf_counter()
        for start in range(0, changes, MAX_BATCH):
            with connection.transaction():
                cursor.executemany("INSERT INTO bare VALUES (%s, %s, %s, %s, %s)", _batch(start, changes))
        return changes / (time.perf_counter() - began_s)


def _batch(start: int, changes: int) -> list[tuple[int, int, str, str, bytes]]:
    body = msgspec.json.encode(BODY)
    return [(start + n + 1, 0, "radio.online", "R001", body) for n in range(min(MAX_BATCH, changes - start))]


class _Figures:
    """Of one database, a line each run."""

    def __init__(self) -> None:
        self._at_once: list[float] = []
        self._one_by_one: list[float] = []
        self._bare: list[float] = []

    def note(self, ours: tuple[float, float], bare: float) -> None:
        self._at_once.append(ours[0])
        self._one_by_one.append(ours[1])
        self._bare.append(bare)

    def report(self) -> dict[str, float]:
        """The medians."""
        return {
            "changes_per_s": round(statistics.median(self._at_once)),
            "one_by_one_per_s": round(statistics.median(self._one_by_one)),
            "bare_rows_per_s": round(statistics.median(self._bare)),
            "ratio": round(statistics.median(a / b for a, b in zip(self._at_once, self._bare, strict=True)), 3),
        }


async def run(changes: int, runs: int, postgresql: bool) -> dict[str, object]:
    """Everything in turn, ``runs`` times."""
    figures = {"sqlite": _Figures()} | ({"postgresql": _Figures()} if postgresql else {})
    with tempfile.TemporaryDirectory(prefix="qianshao-writer-") as made:
        folder = Path(made)
        server = DatabaseServer(folder / "database", folder / "sockets") if postgresql else None
        if server is not None:
            await server.make()
        try:
            for turn in range(runs):
                ours = await through_the_writer(f"sqlite:///{folder / f'{turn}.sqlite3'}", changes)
                figures["sqlite"].note(ours, await asyncio.to_thread(bare_sqlite, folder / f"{turn}.bare", changes))
                if server is not None:
                    ours = await through_the_writer(server.url, changes)
                    figures["postgresql"].note(ours, await asyncio.to_thread(bare_postgresql, server.url, changes))
        finally:
            if server is not None:
                await server.stop()
    return {"changes": changes, "runs": runs} | {name: of.report() for name, of in figures.items()}


def main() -> None:
    """Print the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--changes", type=int, default=5_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--postgresql", action="store_true")
    given = parser.parse_args()
    print(json.dumps(asyncio.run(run(given.changes, given.runs, given.postgresql))))


if __name__ == "__main__":
    main()
