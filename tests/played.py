"""Devices of a hub's community, played: by hand, message by message, or real radios with somebody who holds them."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import aiomqtt

from devices.link import BrokerAddress, LinkTiming
from devices.protocol import messages as wire
from devices.protocol import topics
from devices.protocol.clock import Clock, SystemClock
from devices.protocol.topics import DeviceKind, Down, Up
from devices.protocol.voice import VoicePacket
from devices.radio.floor import FloorState
from devices.radio.radio import Radio, RadioEvents
from hub.app import Hub
from hub.tasks import end_tasks
from tests.devices.room import until

_T = TypeVar("_T")


class HandDevice:
    """A radio or worker played by hand: says what the test wants, and hears what the hub says to it and to groups."""

    def __init__(self, kind: DeviceKind, device_id: str, boot_id: int = 11) -> None:
        self.device_id = device_id
        self.boot_id = boot_id
        self.clock: Clock = SystemClock()
        self.heard: list[aiomqtt.Message] = []
        self._kind = kind
        self._sequence = 0
        self._client: aiomqtt.Client | None = None

    @classmethod
    @asynccontextmanager
    async def open(
        cls, address: BrokerAddress, device_id: str, kind: DeviceKind = DeviceKind.RADIO
    ) -> AsyncIterator[HandDevice]:
        device = cls(kind, device_id)
        async with aiomqtt.Client(
            address.host,
            address.port,
            username=address.username,
            password=address.password,
            protocol=aiomqtt.ProtocolVersion.V5,
        ) as client:
            device._client = client
            await client.subscribe([(topics.down(kind, device_id, what), 1) for what in Down])
            await client.subscribe([(f"{topics.PREFIX}/group/+/+", 1), (topics.HUB_TICK, 1)])
            listening = asyncio.create_task(device._listen(client))
            try:
                yield device
            finally:
                await end_tasks(listening)

    async def _listen(self, client: aiomqtt.Client) -> None:
        async for message in client.messages:
            self.heard.append(message)

    def stamp(self, *, late_s: float = 0.0) -> wire.Stamp:
        """The next stamp; ``late_s`` says that the message was said so long ago."""
        self._sequence += 1
        return wire.Stamp(
            boot_id=self.boot_id,
            sequence=self._sequence,
            monotonic_us=self.clock.monotonic_us() - round(late_s * 1e6),
            wall_us=self.clock.wall_us() - round(late_s * 1e6),
        )

    async def publish(self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False) -> None:
        assert self._client is not None
        await self._client.publish(topic, payload, qos=qos, retain=retain)

    async def say(self, what: Up, message: wire.Message, *, retain: bool = False) -> None:
        await self.publish(topics.up(self._kind, self.device_id, what), wire.encode(message), retain=retain)

    async def be_born(self, birth_count: int = 1) -> None:
        await self.say(Up.BIRTH, wire.Birth(stamp=self.stamp(), birth_count=birth_count, software="test"), retain=True)

    async def die(self, birth_count: int = 1) -> None:
        await self.say(Up.DEATH, wire.Death(stamp=self.stamp(), birth_count=birth_count), retain=True)

    def said_to_me(self, what: Down, kind: type[_T] | Any) -> list[_T]:
        """What the hub has said to this device alone so far."""
        return self.on_topic(topics.down(self._kind, self.device_id, what), kind)

    def on_topic(self, topic: str, kind: type[_T] | Any) -> list[_T]:
        """What has come on one topic so far."""
        return [wire.decode(bytes(m.payload), kind) for m in self.heard if m.topic.value == topic]

    async def hear(self, what: Down, kind: type[_T] | Any, count: int = 1) -> list[_T]:
        """What the hub has said to this device alone, once there are ``count``."""
        await until(
            lambda: len(self.said_to_me(what, kind)) >= count, f"{self.device_id} heard {what.value} {count} times"
        )
        return self.said_to_me(what, kind)

    async def hear_group_floor(self, group_id: str, count: int) -> list[wire.GroupFloor]:
        """Who was said to speak in a group, once there are ``count``."""
        topic = topics.group_floor(group_id)
        await until(lambda: len(self.on_topic(topic, wire.GroupFloor)) >= count, f"{count} words on {topic}")
        return self.on_topic(topic, wire.GroupFloor)


@asynccontextmanager
async def radio_on_line(hub: Hub, radio_id: str, birth_count: int = 1) -> AsyncIterator[HandDevice]:
    """A radio played by hand that the hub holds to be on line."""
    async with HandDevice.open(hub.broker.address, radio_id) as radio:
        await radio.be_born(birth_count)
        await until(lambda: hub.radios.is_online(radio_id), f"{radio_id} is on line")
        yield radio


class Person(RadioEvents):
    """Whoever holds a real radio: notes what it shows and who speaks, and what it plays."""

    def __init__(self) -> None:
        self.shown: list[str] = []
        self.packets: list[VoicePacket] = []
        self.floor: list[tuple[FloorState, str]] = []

    def alert_shown(self, alert: wire.AlertMessage) -> None:
        self.shown.append(alert.alert_id)

    def packet_heard(self, packet: VoicePacket, age_us: int | None) -> None:
        self.packets.append(packet)

    def floor_changed(self, state: FloorState, why: str) -> None:
        self.floor.append((state, why))


@asynccontextmanager
async def real_radio(hub: Hub, radio_id: str, person: Person, store: Path | None = None) -> AsyncIterator[Radio]:
    """A real radio of the hub's community on line, in the talk groups that it belongs to."""
    radio = Radio(
        radio_id,
        hub.broker.address,
        group_ids=[group.group_id for group in hub.registry.groups.values() if radio_id in group.radio_ids],
        clock=SystemClock(),
        rng=random.Random(radio_id),
        events=person,
        store_dir=store,
        timing=LinkTiming(first_reconnect_s=0.05, longest_reconnect_s=0.5, first_repeat_s=0.3, longest_repeat_s=1.0),
    )
    task = asyncio.create_task(radio.run())
    try:
        await until(lambda: hub.radios.is_online(radio_id), f"{radio_id} is on line")
        yield radio
    finally:
        await end_tasks(task)
