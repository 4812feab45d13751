"""``python -m bench.pruning``: how long another's change waits while old alerts are forgotten, and how fast they go.

A database of ``--deliveries`` of alerts that are old is made, then forgotten, while a change with an event is stored
every EVERY_S. The same changes with nothing to forget, in the same run, are the peer.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from pathlib import Path

import msgspec
import sqlalchemy as sa

from bench.figures import percentile
from devices.protocol.clock import SystemClock
from hub.alerts.forgetting import Forgetting
from hub.alerts.issuing import Issue, insert_alert, nothing_more
from hub.alerts.lifetime import Lifetime
from hub.alerts.messages import NewAlert
from hub.alerts.tables import alerts, deliveries
from hub.events.log import EventLog
from hub.events.messages import EventKind
from hub.storage.database import Database
from hub.storage.writer import Change

RADIOS = 130
EVERY_S = 0.005
QUIET_S = 10.0
WAIT_GOAL_MS = 50.0
"""A key that is pressed meanwhile is stored and shown as if nothing else was done."""
_DAY_US = 86_400_000_000


class Body(msgspec.Struct, frozen=True):
    """An event's body of usual size."""

    note: str


def fill(database: Database, count: int) -> None:
    """Alerts to RADIOS each, a year old, copies of one that the hub has stored; the writer does not run yet."""
    old_us = SystemClock().wall_us() - 365 * _DAY_US
    first = Issue(
        new=NewAlert(text="走失儿童：女孩，红色上衣"),
        alert_id="A",
        issued_by="d1",
        idempotency_key=None,
        lifetime=Lifetime(old_us, 0, "-", 1800.0),
        attempts={f"R{n:03}": 1 for n in range(RADIOS)},
        also=nothing_more,
    )
    with database._engine.begin() as connection:
        insert_alert(Change(connection, old_us), first, lambda radio_id: radio_id.replace("R", "V"))
        alert = dict(connection.execute(sa.select(alerts)).mappings().one())
        lines = [dict(row) for row in connection.execute(sa.select(deliveries)).mappings()]
        for start in range(1, count // RADIOS, 100):
            ids = [{"alert_id": f"A{n:010}"} for n in range(start, min(start + 100, count // RADIOS))]
            connection.execute(sa.insert(alerts), [alert | one for one in ids])
            connection.execute(sa.insert(deliveries), [line | one for one in ids for line in lines])


async def write(database: Database, events: EventLog, until: asyncio.Event) -> list[float]:
    """How long each change waited, milliseconds."""
    body, waited_ms = Body("x" * 200), list[float]()

    def change(open_change: Change) -> int:
        return events.append(open_change, EventKind.RADIO_ONLINE, "R001", body)

    while not until.is_set():
        began_s = time.perf_counter()
        await database.write(change)
        waited_ms.append((time.perf_counter() - began_s) * 1000)
        await asyncio.sleep(EVERY_S)
    return waited_ms


def waits(found: list[float]) -> dict[str, float]:
    """What is stated of them."""
    return {"p50_ms": percentile(found, 50), "p99_ms": percentile(found, 99), "most_ms": max(found)}


async def measure(folder: Path, count: int) -> dict[str, object]:
    """One run."""
    database = Database(f"sqlite:///{folder / 'hub.sqlite3'}", SystemClock())
    database.migrate()
    events = EventLog(database)
    events.open()
    await asyncio.to_thread(fill, database, count)
    database.start()
    over = asyncio.Event()
    writing = asyncio.create_task(write(database, events, over))
    await asyncio.sleep(QUIET_S)
    over.set()
    alone = await writing
    over.clear()
    writing = asyncio.create_task(write(database, events, over))
    now_us, began_s = SystemClock().wall_us(), time.perf_counter()
    forgotten = await Forgetting(database, lambda alert_id, case_id: False).forget(now_us, now_us)
    took_s = time.perf_counter() - began_s
    over.set()
    beside = await writing
    left = await database.read(lambda c: c.execute(sa.select(sa.func.count()).select_from(deliveries)).scalar_one())
    await database.stop()
    found = waits(beside)
    return {
        "deliveries": count,
        "alerts_forgotten": forgotten,
        "deliveries_left": left,
        "seconds": took_s,
        "write_alone": waits(alone),
        "write_beside": found,
        "met": left == 0 and found["p99_ms"] <= WAIT_GOAL_MS,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--deliveries", type=int, default=1_000_000)
    count = parser.parse_args().deliveries // RADIOS * RADIOS
    with tempfile.TemporaryDirectory(prefix="qianshao-pruning-") as folder:
        print(json.dumps(asyncio.run(measure(Path(folder), count)), indent=1))


if __name__ == "__main__":
    main()
