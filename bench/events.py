"""How late consoles see what happens: ``qianshao bench events``. So many events a second, to consoles over real
websockets; each run has a turn without and a turn with one more console that reads nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
import uvloop

from bench import processes
from bench.events_consoles import open_console
from bench.events_hub import Serving, Tell, Told
from bench.figures import Arrived
from bench.listeners import Turn
from bench.listeners_part import ListenersPart
from bench.voice_figures import Goal
from simulators.demo.parts import READY_WITHIN_S, LinesPart

GOAL_P99_MS = 50.0
SETTLED_S = 1.0
"""After the last event is on disk, until every console has it or never will."""
TOLD_LATE_S = 60.0
CONSOLES_NICENESS = 5
"""Consoles are machines of their own: here they take what the hub leaves."""
STALLED_BYTES = 4_096


@dataclass(frozen=True)
class Plan:
    """What is measured."""

    consoles: int
    per_s: float
    seconds: float
    runs: int

    @property
    def events(self) -> int:
        """In a turn."""
        return max(1, round(self.per_s * self.seconds))


@dataclass(frozen=True)
class Taken:
    """What one turn came to."""

    arrived: Arrived
    hub_cpu_percent: float


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Medians of the runs, from handing an event to the writer until a console's kernel has it; ``stalled_`` is beside
    a console that reads nothing. ``lost`` is of all runs, over all consoles that read."""

    consoles: int
    events_per_s: float
    seconds: float
    runs: int
    load_average: tuple[float, float, float]
    """Of the machine when the last run was over, over 1, 5 and 15 minutes."""
    p50_ms: float
    p99_ms: float
    stalled_p50_ms: float
    stalled_p99_ms: float
    stalled_ratio_p99: float
    lost: int
    hub_cpu_percent: float
    memory_mb: float
    goals: dict[str, Goal]


class HubOfEvents(LinesPart):
    """``python -m bench.events_hub``."""

    def __init__(self, folder: Path) -> None:
        super().__init__("中枢", folder / "events-hub.log")
        self.data_dir = folder / "hub"
        self._file = folder / "told.npy"
        self.port = 0

    @property
    def pid(self) -> int:
        """Its process."""
        assert self.process is not None
        return self.process.pid

    async def start(self) -> None:
        """Return when it serves. Raises PartFailed, TimeoutError."""
        await self._start([sys.executable, "-m", "bench.events_hub", str(self.data_dir)])
        async with asyncio.timeout(READY_WITHIN_S):
            self.port = msgspec.json.decode(await self._line(), type=Serving).port

    async def tell(self, plan: Plan) -> list[int]:
        """Have it tell of a turn's events; when each was handed over. Raises PartFailed, TimeoutError, OSError."""
        assert self.process is not None
        assert self.process.stdin is not None
        self.process.stdin.write(msgspec.json.encode(Tell(plan.events, plan.per_s, str(self._file))) + b"\n")
        await self.process.stdin.drain()
        async with asyncio.timeout(plan.seconds + TOLD_LATE_S):
            msgspec.json.decode(await self._line(), type=Told)
        sent_ns: list[int] = np.load(self._file).tolist()
        return sent_ns


class EventsBench:
    """A hub with its consoles open."""

    def __init__(self, plan: Plan, hub: HubOfEvents, consoles: ListenersPart) -> None:
        self._plan = plan
        self._hub = hub
        self._consoles = consoles

    @property
    def hub_pid(self) -> int:
        """The hub's process."""
        return self._hub.pid

    async def turn(self, *, with_stalled: bool) -> Taken:
        """A turn's events to all. Raises PartFailed, TimeoutError, OSError."""
        with contextlib.ExitStack() as held:
            if with_stalled:
                folder, port = self._hub.data_dir, self._hub.port
                held.enter_context(await asyncio.to_thread(open_console, folder, port, STALLED_BYTES))
            await self._consoles.begin(Turn(0, says_heard=False))
            hub_s, began_s = processes.cpu_s(self.hub_pid), time.monotonic()
            sent_ns = await self._hub.tell(self._plan)
            lasted_s = time.monotonic() - began_s
            hub_s = processes.cpu_s(self.hub_pid) - hub_s
            await asyncio.sleep(SETTLED_S)
            arrived, _ = await self._consoles.over(sent_ns)
        return Taken(arrived, 100 * hub_s / lasted_s)


@contextlib.asynccontextmanager
async def events_bench(folder: Path, plan: Plan) -> AsyncIterator[EventsBench]:
    """A hub, and its consoles."""
    hub, consoles = HubOfEvents(folder), ListenersPart("consoles", folder, CONSOLES_NICENESS)
    try:
        await hub.start()
        await consoles.start(["bench.events_consoles", str(hub.data_dir), str(hub.port), str(plan.consoles)])
        yield EventsBench(plan, hub, consoles)
    finally:
        await consoles.stop()
        await hub.stop()


def report(
    plan: Plan,
    runs: list[tuple[Taken, Taken]],
    memory_mb: float,
    load_average: tuple[float, float, float],
) -> Report:
    """The medians of the runs, each of a turn without and one with a stalled console."""
    p50_ms, p99_ms = (_median([usual.arrived.percentile_ms(share) for usual, _ in runs]) for share in (50, 99))
    stalled50_ms, stalled99_ms = (_median([one.arrived.percentile_ms(share) for _, one in runs]) for share in (50, 99))
    ratios = [stalled.arrived.percentile_ms(99) / usual.arrived.percentile_ms(99) for usual, stalled in runs]
    lost = sum(one.arrived.lost for run in runs for one in run)
    limits = {
        "p99_ms": (p99_ms, GOAL_P99_MS),
        "stalled_p99_ms": (stalled99_ms, GOAL_P99_MS),
        "lost": (lost, 0),
    }
    return Report(
        consoles=plan.consoles,
        events_per_s=plan.per_s,
        seconds=plan.seconds,
        runs=plan.runs,
        load_average=load_average,
        p50_ms=p50_ms,
        p99_ms=p99_ms,
        stalled_p50_ms=stalled50_ms,
        stalled_p99_ms=stalled99_ms,
        stalled_ratio_p99=_median(ratios),
        lost=lost,
        hub_cpu_percent=_median([usual.hub_cpu_percent for usual, _ in runs]),
        memory_mb=round(memory_mb, 1),
        goals={name: Goal(measured, most, measured <= most) for name, (measured, most) in limits.items()},
    )


def _median(values: list[float]) -> float:
    return round(statistics.median(values), 2)


async def measure(plan: Plan) -> Report:
    """All runs. Raises PartFailed, TimeoutError, OSError."""
    with tempfile.TemporaryDirectory() as name:
        async with events_bench(Path(name), plan) as bench:
            runs = [
                (await bench.turn(with_stalled=False), await bench.turn(with_stalled=True)) for _ in range(plan.runs)
            ]
            memory_mb = processes.memory_mb(bench.hub_pid)
    return report(plan, runs, memory_mb, os.getloadavg())


def run(plan: Plan) -> Report:
    """Measure. Raises as ``measure``."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(measure(plan))
