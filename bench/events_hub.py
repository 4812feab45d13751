"""A hub that tells of events as many as are asked for: ``python -m bench.events_hub FOLDER``, asked on standard input.

Each is a change of its own in the writer's queue, as a guard's report is, and goes the way of every event from there.
"""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

import msgspec
import numpy as np
import uvloop

from hub import logs
from hub.alerts.messages import ReportMade
from hub.app import Hub
from hub.events.messages import EventKind
from hub.pauses import keep_what_started, take_short_turns
from hub.serve import make_server
from hub.settings import Settings
from hub.storage.writer import Change

_PACE_S = 0.005


class Serving(msgspec.Struct, frozen=True):
    """Where the consoles find it."""

    port: int


class Tell(msgspec.Struct, frozen=True):
    """Tell of so many events, and write when each was handed to the writer (int64 nanoseconds) to ``file``."""

    events: int
    per_s: float
    file: str


class Told(msgspec.Struct, frozen=True):
    """All are on disk."""

    events: int


async def tell(hub: Hub, order: Tell) -> Told:
    """Tell of events at an even pace; the text of each is its number."""
    sent_ns: list[int] = []
    writing: list[asyncio.Task[int]] = []
    began_s = time.monotonic()
    while len(writing) < order.events:
        due = min(order.events, round((time.monotonic() - began_s) * order.per_s) + 1)
        for number in range(len(writing), due):
            body = ReportMade(radio_id="R0000", venue_id="V0000", alert_id=None, answer=None, text=str(number))
            sent_ns.append(time.time_ns())
            writing.append(asyncio.create_task(_write(hub, body)))
        await asyncio.sleep(_PACE_S)
    await asyncio.gather(*writing)
    await asyncio.to_thread(np.save, order.file, np.array(sent_ns, dtype=np.int64))
    return Told(order.events)


async def _write(hub: Hub, body: ReportMade) -> int:
    def change(open_change: Change) -> int:
        return hub.events.append(open_change, EventKind.REPORT_MADE, body.venue_id, body)

    return await hub.database.write(change)


async def serve(folder: Path) -> None:
    """Serve and obey until standard input ends."""
    settings = Settings(data_dir=folder, broker="managed", vision_workers=0)
    logs.configure(settings.log_level)
    hub = Hub(settings)
    await hub.start()
    keep_what_started()
    take_short_turns()
    server = make_server(hub, host="127.0.0.1", port=0)
    serving = asyncio.create_task(server.serve())
    try:
        while not server.started:  # noqa: ASYNC110 it says so by no event
            await asyncio.sleep(0.01)
        _say(Serving(server.servers[0].sockets[0].getsockname()[1]))
        while line := await asyncio.to_thread(sys.stdin.buffer.readline):
            _say(await tell(hub, msgspec.json.decode(line, type=Tell)))
    finally:
        server.should_exit = True
        await serving
        await hub.stop()


def _say(message: Serving | Told) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(message) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(Path(sys.argv[1])))
