"""A call to real radios while a link or the broker fails: what they hear, and what the police room is told."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import msgspec

from devices.link import LinkTiming
from devices.protocol import voice
from devices.protocol.clock import SystemClock
from devices.protocol.topics import DeviceKind
from devices.radio.radio import Radio
from hub.app import Hub
from hub.talk import messages as out
from hub.tasks import end_tasks
from simulators.links import Direction, LinkProxy
from tests.devices.radio.carried import number_of, packet
from tests.devices.radio.listener import Listener
from tests.devices.room import until
from tests.hub import open_hub
from tests.talk.desk import Desk

FRAMES = 3
PACKET_S = 0.06


class Dispatcher:
    """Holds push-to-talk and speaks, until let go."""

    def __init__(self, hub: Hub) -> None:
        self.desk = Desk(hub, "dispatcher")
        self.began_us = 0
        self._hub = hub
        self._speaking: asyncio.Task[None] | None = None

    @property
    def told(self) -> out.HeardBy:
        """The latest that the room was told of who hears."""
        return self.desk.of(out.HeardBy)[-1]

    def press(self) -> None:
        grant = self.desk.press("all")
        self.began_us = self._hub.clock.monotonic_us()
        self._speaking = asyncio.create_task(self._speak(grant))

    async def let_go(self) -> None:
        assert self._speaking is not None
        await end_tasks(self._speaking)
        self._speaking = None
        self.desk.release(self.desk.of(out.Granted)[-1])

    async def hears(self, count: int) -> out.HeardBy:
        """Wait until the room is told that so many radios hear."""
        await until(lambda: self.told.radios_hearing == count, f"the room is told that {count} radios hear")
        return self.told

    def age_s(self, at_us: int, frame: bytes) -> float:
        """How long ago a frame was spoken when it was heard."""
        return (at_us - self.began_us) / 1e6 - number_of(frame) * PACKET_S / FRAMES

    async def _speak(self, grant: out.Granted) -> None:
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        number = 0
        while True:
            await asyncio.sleep(began_s + (number + 1) * PACKET_S - loop.time())
            one = packet(number, frames=FRAMES)._replace(call_id=grant.call_id, burst_id=grant.burst_id)
            self._hub.talk.speak(self.desk.talker_id, voice.encode(one))
            number += 1


@asynccontextmanager
async def radio_behind(hub: Hub, radio_id: str, ear: Listener) -> AsyncIterator[LinkProxy]:
    """A real radio on line, behind a link that can be made bad."""
    credential = await hub.enrolment.issue(DeviceKind.RADIO, radio_id)
    async with LinkProxy(credential.broker_host, credential.broker_port) as proxy:
        radio = Radio(
            msgspec.structs.replace(credential, broker_port=proxy.port),
            clock=SystemClock(),
            rng=random.Random(radio_id),
            speaker=ear,
            timing=LinkTiming(first_reconnect_s=0.05, longest_reconnect_s=0.3),
        )
        running = asyncio.create_task(radio.run())
        try:
            await until(lambda: hub.radios.is_online(radio_id), f"{radio_id} is on line")
            await until(lambda: radio.link.hub_present and bool(radio.groups.standing), f"{radio_id} knows its groups")
            yield proxy
        finally:
            await end_tasks(running)


async def test_room_is_told_who_no_longer_hears_and_who_hears_again_and_nothing_old_is_heard(tmp_path: Path) -> None:
    ears = {"R01": Listener(), "R02": Listener()}
    async with open_hub(tmp_path, "managed", venues=2) as hub, AsyncExitStack() as stack:
        links = {name: await stack.enter_async_context(radio_behind(hub, name, ear)) for name, ear in ears.items()}
        room = Dispatcher(hub)
        room.press()
        await room.desk.wait(out.HeardBy)
        await room.hears(2)
        await links["R01"].cut()
        told = await room.hears(1)
        assert [missed.radio_id for missed in told.missed] == ["R01"]
        await links["R01"].restore()
        await room.hears(2)
        links["R02"].stall(Direction.DOWN)
        told = await room.hears(1)
        assert [missed.radio_id for missed in told.missed] == ["R02"], "it says itself that nothing comes"
        links["R02"].resume()
        await room.hears(2)
        silent = len(ears["R01"].played)
        os.kill(hub.broker.pid or 0, signal.SIGKILL)
        await until(lambda: hub.broker.restarts == 1, "the broker is started again")
        await until(lambda: len(ears["R01"].played) > silent + 50, "R01 hears the call again")
        await room.hears(2)
        await room.let_go()
        await until(lambda: all(len(ear.over_bursts) >= 3 for ear in ears.values()), "all was played")
    for name, ear in ears.items():
        numbers = [number_of(frame) for _, frame in ear.played]
        assert numbers == sorted(set(numbers)), name
        assert max(room.age_s(at_us, frame) for at_us, frame in ear.played) <= 0.45, name
