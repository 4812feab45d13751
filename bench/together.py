"""Everything at once on one machine: ``qianshao bench together``. A call to 130 radios, alerts that they answer, 12
cameras and a search every second: each part alone, then all together, in turns.

The goal: together, no part's p99 is more than GOAL_RATIO times its own alone. The radios are light ones
(bench/guards.py), since in a community they are no load on the hub's machine; what plays films, speaks and answers in
the bench takes its share of the same cores.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import uvloop

from bench import processes
from bench.community import PoliceRoom, enrol, police_room
from bench.listeners import Turn
from bench.listeners_part import ListenersPart
from bench.radios import GROUP
from bench.talkers import Console, Speech
from bench.together_figures import Delay, Part, Plan, Report, Run, Taken, report
from bench.together_parts import Alerts, Cameras, Searches, fill_store, state_of
from hub.registry.records import CommunityFile
from simulators.community.build import build, read_manifest
from simulators.community.parameters import Parameters
from simulators.demo.console import ConsoleLine

PACKET_MS = 20
GUARDS_NICENESS = 5
"""In a community the radios are processors of their own: here they take what hub and broker leave."""
ARRIVED_WITHIN_S = 0.6
ONLINE_WITHIN_S = 60.0
WORKERS = {"QIANSHAO_VISION_WORKERS": "1"}
"""As many as a hub on 2 cores starts by itself, on every machine."""


class TogetherBench:
    """A police room with everything in it that may go on."""

    def __init__(
        self,
        room: PoliceRoom,
        guards: ListenersPart,
        console: Console,
        alerts: Alerts,
        searches: Searches,
        cameras: Cameras,
        seconds: float,
    ) -> None:
        self._room = room
        self._guards = guards
        self._console = console
        self._alerts = alerts
        self._searches = searches
        self._cameras = cameras
        self._seconds = seconds
        self._speech = Speech.lasting(seconds, PACKET_MS)

    async def turn(self, parts: frozenset[Part]) -> Taken:
        """These parts at once. Raises PartFailed, httpx.HTTPError, TimeoutError."""
        playing = self._cameras.playing() if Part.CAMERAS in parts else contextlib.nullcontext()
        async with playing:
            return await self._measure(parts)

    async def _measure(self, parts: frozenset[Part]) -> Taken:
        taken = Taken()
        burst_id, packets = 0, []
        if Part.VOICE in parts:
            granted, _ = await self._console.press(GROUP)
            burst_id, packets = granted.burst_id, self._speech.encode(granted)
        await self._guards.begin(Turn(burst_id, says_heard=Part.VOICE in parts))
        pid = self._room.pid
        hub_s, children_s, began_s = processes.cpu_s(pid), processes.children_cpu_s(pid), time.monotonic()
        beside = []
        if Part.ALERTS in parts:
            beside.append(self._alerts.go_on(self._seconds))
        if Part.SEARCH in parts:
            beside.append(self._searches.go_on(self._seconds, taken))
        if Part.CAMERAS in parts:
            beside.append(self._cameras.watch(self._seconds, taken))
        sent_ns, _ = await asyncio.gather(self._speech.speak(packets, self._console.send), asyncio.gather(*beside))
        lasted_s = time.monotonic() - began_s
        taken.hub_cpu_percent = 100 * (processes.cpu_s(pid) - hub_s) / lasted_s
        taken.children_cpu_percent = 100 * (processes.children_cpu_s(pid) - children_s) / lasted_s
        await asyncio.sleep(ARRIVED_WITHIN_S)
        arrived, written = await self._guards.over(sent_ns)
        if Part.ALERTS in parts:
            self._alerts.take(written.keys, taken)
        if Part.VOICE in parts:
            taken.delays_ms[Delay.VOICE_RELAY] = arrived.delays_ms.ravel().tolist()
            taken.packets, taken.packets_lost = arrived.delays_ms.size, arrived.lost
        return taken


@contextlib.asynccontextmanager
async def together_bench(folder: Path, films: Path, plan: Plan) -> AsyncIterator[TogetherBench]:
    """A community with its sightings, its radios on line and its dispatcher at the console."""
    found = msgspec.json.decode((films / "community.json").read_bytes(), type=CommunityFile)
    community = msgspec.structs.replace(
        found, radios=found.radios[: plan.radios], cameras=found.cameras[: plan.cameras]
    )
    cameras = [camera.camera_id for camera in community.cameras]
    await asyncio.to_thread(fill_store, folder / "hub" / "sightings", plan.sightings, cameras)
    radio_ids = [radio.radio_id for radio in community.radios]
    guards = ListenersPart("guards", folder, GUARDS_NICENESS)
    async with police_room(folder, "managed", community, WORKERS) as room:
        try:
            await enrol(room, radio_ids)
            await guards.start(["bench.guards", str(room.store), *radio_ids])
            await _wait_online(room, len(radio_ids))
            async with (
                Console.open(room.browser, room.hub) as console,
                ConsoleLine.open(room.browser, room.hub.tls) as line,
            ):
                yield TogetherBench(
                    room,
                    guards,
                    console,
                    Alerts(room.browser, line, len(radio_ids)),
                    await Searches.open(room.browser),
                    Cameras(room, films),
                    plan.seconds,
                )
        finally:
            await guards.stop()


async def _wait_online(room: PoliceRoom, radios: int) -> None:
    async with asyncio.timeout(ONLINE_WITHIN_S):
        while sum(radio.online for radio in (await state_of(room)).radios) < radios:  # noqa: ASYNC110 nobody tells
            await asyncio.sleep(0.2)


async def measure(films: Path, plan: Plan) -> Report:
    """All runs. Raises PartFailed, BuildError, httpx.HTTPError, TimeoutError."""
    runs = []
    with tempfile.TemporaryDirectory() as name:
        async with together_bench(Path(name), films, plan) as bench:
            for number in range(plan.runs):
                run = Run()
                for part in Part:
                    print(f"… {number + 1}/{plan.runs} {part.value}", file=sys.stderr, flush=True)
                    run.solo[part] = await bench.turn(frozenset({part}))
                print(f"… {number + 1}/{plan.runs} together", file=sys.stderr, flush=True)
                run.together = await bench.turn(frozenset(Part))
                runs.append(run)
    return report(plan, runs, os.getloadavg())


def run(films: Path, plan: Plan) -> Report:
    """Measure with these films, which are rendered first where there are none. Raises as ``measure``."""
    if read_manifest(films) is None:
        build(films, Parameters(), lambda _progress: None)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(measure(films, plan))
