"""``python -m bench.move``: the seconds in which an installation is moved from its file into PostgreSQL.

An installation of the simulated community's 130 venues and ``--events`` events is moved by ``qianshao move`` while its
hub works, and once more when that has ended; then the hub is started on PostgreSQL until it answers ``/healthz``. The
server is one of this program's own, on the same machine, with its own defaults of durability.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from pathlib import Path

import sqlalchemy as sa

from bench.restore import EVENTS, NO_VISION, installation, run
from hub.storage.engine import make_engine
from simulators.demo.parts import HubPart
from simulators.faults.database_server import DatabaseServer


def counts(url: str) -> dict[str, int]:
    """Events, and venues."""
    engine = make_engine(url)
    with engine.connect() as connection:
        found = {
            name: connection.execute(sa.text(f"SELECT count(*) FROM {name}")).scalar_one()
            for name in ("events", "venues")
        }
    engine.dispose()
    return found


async def measure(folder: Path, events: int) -> dict[str, object]:
    """One run."""
    server = DatabaseServer(folder / "database", folder / "sockets")
    await server.make()
    try:
        former = await installation(folder / "hub", events)
        move = ("move", "--data-dir", folder / "hub", "--to", server.url)
        try:
            first_s, _ = await run(*move)
        finally:
            await former.stop()
        last_s, _ = await run(*move)
        now = HubPart(folder / "hub", 0, "auto", NO_VISION | {"QIANSHAO_DATABASE": server.url})
        began_s = time.perf_counter()
        await now.start()
        start_s = time.perf_counter() - began_s
        await now.stop()
        found = counts(server.url)
    finally:
        await server.stop()
    return {
        "while_the_room_works_s": round(first_s, 2),
        "after_its_end_s": round(last_s, 2),
        "start_until_healthy_s": round(start_s, 2),
        "moved": found,
        "met": found["events"] > events and found["venues"] == 130,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=EVENTS)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="qianshao-move-") as folder:
        print(json.dumps(asyncio.run(measure(Path(folder), given.events)), indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
