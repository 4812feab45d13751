"""``python -m bench.restore``: the seconds from a backup beside a working hub to a hub that answers on a new machine.

An installation of the simulated community's 130 venues and ``--events`` events, which a hub serves, is backed up and
restored by the commands themselves, each in a process of its own; then the restored hub is started until it answers
``/healthz``. What it has must be what there was.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec

from hub.children import end_child, start_child
from simulators.community.documents import community_document
from simulators.community.parameters import Parameters
from simulators.community.scene import make_scene
from simulators.demo.parts import HubPart, PartFailed

EVENTS = 1_000_000
AT_ONCE = 50_000
BODY = msgspec.json.encode({"note": "x" * 190})
"""An event's body of usual size."""
NO_VISION = {"QIANSHAO_VISION_WORKERS": "0"}
_DAY_US = 86_400_000_000


def fill(database: Path, count: int) -> None:
    """Events of the last day after those that the hub has stored, to ``count`` in all; the hub does not run."""
    with closing(sqlite3.connect(database)) as connection:
        (newest,) = connection.execute("SELECT max(number) FROM events").fetchone()
        first_us = round(time.time() * 1e6) - _DAY_US
        for start in range(newest + 1, count + 1, AT_ONCE):
            numbers = range(start, min(start + AT_ONCE, count + 1))
            rows = ((number, first_us + number, "radio.online", f"R{number % 130 + 1:03}", BODY) for number in numbers)
            connection.executemany("INSERT INTO events (number, at_us, kind, subject, body) VALUES (?,?,?,?,?)", rows)
            connection.commit()


def counts(database: Path) -> dict[str, int]:
    """Events, and venues."""
    with closing(sqlite3.connect(database)) as connection:
        tables = ("events", "venues")
        return {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in tables}


async def qianshao(*arguments: str | Path) -> tuple[float, dict[str, Any]]:
    """Run the command: its seconds from start to end, and the object it printed. Raises PartFailed."""
    seconds, said = await run(*arguments, "--json")
    return seconds, json.loads(said)


async def run(*arguments: str | Path) -> tuple[float, bytes]:
    """Run the command: its seconds from start to end, and what it printed. Raises PartFailed."""
    began_s = time.perf_counter()
    command = [sys.executable, "-m", "hub", *map(str, arguments)]
    process = await start_child(command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
    try:
        said, refused = await process.communicate()
    finally:
        await end_child(process, patience_s=10)
    if process.returncode != 0:
        raise PartFailed(refused.decode())
    return time.perf_counter() - began_s, said


async def installation(folder: Path, events: int) -> HubPart:
    """A hub at work with the simulated community and so many events; the caller stops it."""
    hub = HubPart(folder, 0, "auto", NO_VISION)
    await hub.start()
    async with hub.machine() as machine:
        community = msgspec.json.encode(community_document(make_scene(Parameters())))
        (await machine.post("/api/registry/community", content=community)).raise_for_status()
    await hub.stop()
    await asyncio.to_thread(fill, folder / "hub.sqlite3", events)
    await hub.start()
    return hub


async def measure(folder: Path, events: int) -> dict[str, object]:
    """One run."""
    former = await installation(folder / "former", events)
    try:
        backup_s, backed_up = await qianshao("backup", folder / "backups", "--data-dir", folder / "former")
    finally:
        await former.stop()
    restore_s, _ = await qianshao("restore", folder / "backups", "--into", folder / "now")
    now = HubPart(folder / "now", 0, "auto", NO_VISION)
    began_s = time.perf_counter()
    await now.start()
    start_s = time.perf_counter() - began_s
    await now.stop()
    found = counts(folder / "now" / "hub.sqlite3")
    return {
        "bytes": backed_up["bytes"],
        "files": backed_up["files"],
        "events": backed_up["last_event"],
        "backup_s": round(backup_s, 2),
        "restore_s": round(restore_s, 2),
        "start_until_healthy_s": round(start_s, 2),
        "restored": found,
        "met": found["events"] >= backed_up["last_event"] >= events and found["venues"] == 130,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=EVENTS)
    parser.add_argument("--json", action="store_true", help="one JSON object")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="qianshao-restore-") as folder:
        found = asyncio.run(measure(Path(folder), given.events))
    if given.json:
        print(json.dumps(found, indent=1))
    else:
        print("\n".join(f"{name} {value}" for name, value in found.items()))


if __name__ == "__main__":
    main()
