"""How far voice goes on this machine: ``qianshao bench capacity``. Talk groups with a talker each at once, 130 radios
in all; and radios in one group, to whom a console speaks. Each from small to large, until p99 passes MOST_P99_MS or a
packet is lost.

The radios are light ones, so that what is measured is hub and broker; those who speak and listen share the processor.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import uvloop

from bench import processes
from bench.capacity_figures import MOST_P99_MS, PACKET_MS, TURNS, Plan, Point, Report, curve, point
from bench.community import PoliceRoom, enrol, make_community, police_room
from bench.listeners import Turn
from bench.listeners_part import ListenersPart
from bench.radios import GROUP
from bench.talkers import Console, Speech

BROKER = "managed"
SETTLED_S = 1.5
"""After radios have come on line, and after the last packet is due, until what was sent has arrived or never will."""


async def measure(plan: Plan) -> Report:
    """Both curves. Raises PartFailed, EnrolError, httpx.HTTPError."""
    groups = await _climb(plan.groups, plan.beyond, lambda count: measure_groups(plan, count))
    with tempfile.TemporaryDirectory() as name:
        async with (
            police_room(Path(name), BROKER, plan.radios[-1] + 1) as room,
            Console.open(room.browser, room.hub) as console,
        ):
            await enrol(room, [one.radio_id for one in room.community.radios])
            radios = await _climb(plan.radios, plan.beyond, lambda count: _measure_radios(plan, room, console, count))
    return Report(
        seconds=plan.seconds,
        packet_ms=PACKET_MS,
        radios_in_all=plan.radios_in_all,
        most_p99_ms=MOST_P99_MS,
        load_average=os.getloadavg(),
        groups=curve(groups),
        radios=curve(radios),
    )


async def _climb(loads: tuple[int, ...], beyond: int, measure_one: Callable[[int], Awaitable[Point]]) -> list[Point]:
    """Measure one load after the other, until ``beyond`` of them do not hold."""
    points: list[Point] = []
    for load in loads:
        points.append(await measure_one(load))
        print(f"… {points[-1]}", file=sys.stderr, flush=True)
        if sum(not one.holds for one in points) >= beyond:
            break
    return points


class _Shares:
    """What hub and broker take of the processor while it is counted."""

    def __init__(self, room: PoliceRoom) -> None:
        self._pid = room.pid
        self._lasted_s = self._hub_s = self._broker_s = 0.0

    @contextlib.contextmanager
    def counted(self) -> Iterator[None]:
        """Count while the block runs."""
        began = self._now()
        yield
        lasted_s, hub_s, broker_s = (after - before for before, after in zip(began, self._now(), strict=True))
        self._lasted_s += lasted_s
        self._hub_s += hub_s
        self._broker_s += broker_s

    def percent(self) -> tuple[float, float]:
        """Of a core: the hub, and its only child, the broker."""
        return 100 * self._hub_s / self._lasted_s, 100 * self._broker_s / self._lasted_s

    def _now(self) -> tuple[float, float, float]:
        return time.monotonic(), processes.cpu_s(self._pid), processes.children_cpu_s(self._pid)


async def measure_groups(plan: Plan, count: int) -> Point:
    """A guard speaks in each of so many talk groups. Raises PartFailed, EnrolError, httpx.HTTPError."""
    with tempfile.TemporaryDirectory() as name:
        community = make_community(plan.radios_in_all, count)
        grid_of = {venue.venue_id: venue.grid_id for venue in community.venues}
        members = [f"{radio.radio_id}=grid-{grid_of[radio.venue_id]}" for radio in community.radios]
        part = ListenersPart("talking-radios", Path(name))
        async with police_room(Path(name), BROKER, community) as room:
            try:
                await enrol(room, [radio.radio_id for radio in community.radios])
                await part.start(["bench.talking_radios", str(plan.packets), str(room.store), *members])
                await asyncio.sleep(SETTLED_S)
                shares, turns = _Shares(room), []
                for _ in range(TURNS):
                    await part.begin(Turn(0, says_heard=False))
                    with shares.counted():
                        await asyncio.sleep(plan.burst_s)
                    await asyncio.sleep(SETTLED_S)
                    turns.append((await part.end([0] * plan.packets))[0])
            finally:
                await part.stop()
    return point(count, turns, *shares.percent())


async def _measure_radios(plan: Plan, room: PoliceRoom, console: Console, count: int) -> Point:
    """A console speaks to so many radios."""
    names = [one.radio_id for one in room.community.radios[: count + 1]]
    speech = Speech.lasting(plan.burst_s, PACKET_MS)
    part = ListenersPart("light-radios", room.folder)
    try:
        await part.start(["bench.radios", str(room.store), *names])
        await asyncio.sleep(SETTLED_S)
        shares, turns = _Shares(room), []
        for _ in range(TURNS):
            granted, _ = await console.press(GROUP)
            packets = speech.encode(granted)
            await part.begin(Turn(granted.burst_id, says_heard=True))
            with shares.counted():
                sent_ns = await speech.speak(packets, console.send)
            await asyncio.sleep(SETTLED_S)
            turns.append((await part.end(sent_ns))[0])
    finally:
        await part.stop()
    return point(count, turns, *shares.percent())


def run(plan: Plan) -> Report:
    """Measure. Raises as ``measure``."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(measure(plan))
