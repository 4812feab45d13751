"""What the hub costs a call: ``qianshao bench voice``. One console speaks to all, radios listen, in turns with a bare
broker.

In the relay's turn the console hands each packet to the hub over its websocket. In the bare turn the same packets go
straight to the same broker, to the same radios. Delays are from the handing over until the kernel of the listener's
side has the packet (bench/listeners.py says why the listeners' own cost is not in them). Some of the radios are real
ones (simulators/radios), which share the processor with what is measured; their losses count, their delays do not.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

import uvloop

from bench import processes
from bench.community import PoliceRoom, enrol, police_room
from bench.listeners import Turn
from bench.listeners_part import ListenersPart
from bench.radios import GROUP
from bench.talkers import BarePublisher, Console, Speech
from bench.voice_figures import Plan, Report, Run, report
from devices.link.address import BrokerAddress
from hub.bridge.configuration import HUB_USER
from hub.storage.identifiers import new_number
from hub.talk.messages import Granted
from simulators.demo.parts import RadiosPart

PRESSES = 5
PRESS_EVERY_S = 0.1
"""Further presses and releases before each turn of the relay, with time for everybody to hear of each."""
ARRIVED_WITHIN_S = 0.6
"""After the last packet; real radios have then said what they heard (P-7.6)."""


class VoiceBench:
    """A police room with its radios on line."""

    def __init__(self, room: PoliceRoom, light: ListenersPart, real: RadiosPart | None, speech: Speech) -> None:
        self._room = room
        self._light = light
        self._real = real
        self._speech = speech
        found = json.loads((room.folder / "hub" / "broker" / "credentials.json").read_bytes())
        self._broker = BrokerAddress("127.0.0.1", found["port"], HUB_USER, found["hub_password"])

    async def bare_turn(self, run: Run) -> None:
        """The packets go straight to the broker."""
        burst_id = new_number()
        publisher = BarePublisher(self._broker, GROUP)
        try:
            nobody = Granted(
                group_id=GROUP, request_id="", call_id=1, burst_id=burst_id, boot_id=new_number(), talk_limit_s=0
            )
            packets = publisher.packets(self._speech.encode(nobody))
            await self._light.begin(Turn(burst_id, says_heard=False))
            sent_ns = await self._speech.speak(packets, publisher.send)
            await asyncio.sleep(ARRIVED_WITHIN_S)
        finally:
            publisher.close()
        run.bare.append((await self._light.end(sent_ns))[0])

    async def relay_turn(self, run: Run, console: Console) -> None:
        """The packets go to the hub."""
        for _ in range(PRESSES):
            granted, access_ms = await console.press(GROUP)
            run.access_ms.append(access_ms)
            await console.release(granted)
            await asyncio.sleep(PRESS_EVERY_S)
        granted, access_ms = await console.press(GROUP)
        run.access_ms.append(access_ms)
        packets = self._speech.encode(granted)
        await self._light.begin(Turn(granted.burst_id, says_heard=True))
        pid = self._room.pid
        cpu_s, broker_cpu_s, began_s = processes.cpu_s(pid), processes.children_cpu_s(pid), time.monotonic()
        sent_ns = await self._speech.speak(packets, console.send)
        run.spoken_s += time.monotonic() - began_s
        run.cpu_s += processes.cpu_s(pid) - cpu_s
        run.broker_cpu_s += processes.children_cpu_s(pid) - broker_cpu_s
        await asyncio.sleep(ARRIVED_WITHIN_S)
        arrived, late_entry_ms = await self._light.end(sent_ns)
        run.relay.append(arrived)
        run.late_entry_ms += late_entry_ms
        run.memory_mb = processes.memory_mb(pid)
        run.counted_by_hub.append(console.heard_by.get(granted.burst_id, 0))
        run.lost_by_real += await self._lost_by_real(granted.burst_id)

    async def _lost_by_real(self, burst_id: int) -> int:
        if self._real is None:
            return 0
        summary = await self._real.report()
        heard = next((one for one in summary.bursts if one.burst_id == burst_id), None)
        return summary.radios * self._speech.packets - (heard.packets if heard else 0)


@contextlib.asynccontextmanager
async def voice_bench(room: PoliceRoom, radios: int, real: int, speech: Speech) -> AsyncIterator[VoiceBench]:
    """Have the radios enrol themselves and come on line: ``real`` ones, light ones, and one more that comes late."""
    names = [one.radio_id for one in room.community.radios]
    real_part = RadiosPart(room.folder) if real else None
    light = ListenersPart("light-radios", room.folder)
    try:
        if real_part is not None:
            await real_part.start(room.machine, room.community_file, real, silent_share=1.0)
            await real_part.wait_online(real, lambda _online: None)
        await enrol(room, names[real:])
        await light.start(["bench.radios", str(room.store), *names[real : radios + 1]])
        yield VoiceBench(room, light, real_part, speech)
    finally:
        await light.stop()
        if real_part is not None:
            await real_part.stop()


async def measure(plan: Plan) -> Report:
    """All runs. Raises PartFailed, httpx.HTTPError, ValueError."""
    speech = Speech.lasting(plan.seconds / plan.turns, plan.frame_ms)
    runs = [Run() for _ in range(plan.runs)]
    with tempfile.TemporaryDirectory() as name:
        async with (
            police_room(Path(name), plan.broker.choice, plan.radios + 1) as room,
            voice_bench(room, plan.radios, plan.real, speech) as bench,
            Console.open(room.browser, room.hub) as console,
        ):
            for number, run in enumerate(runs):
                print(f"… {number + 1}/{plan.runs}", file=sys.stderr, flush=True)
                for _ in range(plan.turns):
                    await bench.bare_turn(run)
                    await bench.relay_turn(run, console)
    return report(plan, speech, runs)


def run(plan: Plan) -> Report:
    """Measure. Raises PartFailed, EnrolError, httpx.HTTPError, ValueError for packets that cannot be."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(measure(plan))
