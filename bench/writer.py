"""``python -m bench.writer``: how many changes, each with its event, the one writer brings to disk in a second.

The peer in the same run is the bare database: the same rows, one plain insert and one commit a batch, by the driver
alone. ``ratio`` is what numbering, savepoints and the hand-over between threads leave of that limit.
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

from devices.protocol.clock import SystemClock
from hub.events.log import EventLog
from hub.events.messages import EventKind
from hub.storage.database import Database
from hub.storage.writer import MAX_BATCH, Change


class Body(msgspec.Struct, frozen=True):
    """An event's body of usual size."""

    radio_id: str
    note: str


BODY = Body("R001", "x" * 200)


async def through_the_writer(folder: Path, changes: int) -> float:
    """Changes a second, all handed over at once, as 130 acknowledgements are."""
    database = Database(f"sqlite:///{folder / 'writer.sqlite3'}", SystemClock())
    database.migrate()
    events = EventLog(database)
    events.open()
    database.start()

    def change(open_change: Change) -> int:
        return events.append(open_change, EventKind.RADIO_ONLINE, "R001", BODY)

    began_s = time.perf_counter()
    numbers = await asyncio.gather(*(database.write(change) for _ in range(changes)))
    took_s = time.perf_counter() - began_s
    await database.stop()
    if numbers != list(range(1, changes + 1)):
        raise AssertionError("numbers are missing or out of order")
    return changes / took_s


def bare(folder: Path, changes: int) -> float:
    """Rows a second by the driver alone, in batches of the same size, with the same durability."""
    connection = sqlite3.connect(folder / "bare.sqlite3", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE events (number INTEGER PRIMARY KEY, at_us, kind, subject, body)")
    body = msgspec.json.encode(BODY)
    began_s = time.perf_counter()
    for start in range(0, changes, MAX_BATCH):
        rows = [(start + n + 1, 0, "radio.online", "R001", body) for n in range(min(MAX_BATCH, changes - start))]
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?)", rows)
        connection.execute("COMMIT")
    took_s = time.perf_counter() - began_s
    connection.close()
    return changes / took_s


def main() -> None:
    """Run both in turn and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--changes", type=int, default=5_000)
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    ours, peer = [], []
    for _ in range(given.runs):
        with tempfile.TemporaryDirectory() as folder:
            ours.append(asyncio.run(through_the_writer(Path(folder), given.changes)))
            peer.append(bare(Path(folder), given.changes))
    report = {
        "changes": given.changes,
        "runs": given.runs,
        "changes_per_s": round(statistics.median(ours)),
        "bare_rows_per_s": round(statistics.median(peer)),
        "ratio": round(statistics.median(a / b for a, b in zip(ours, peer, strict=True)), 3),
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
