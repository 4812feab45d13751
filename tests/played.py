"""Devices of a hub's community, played: by hand, message by message, or real radios with somebody who holds them."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import aiomqtt

from devices.link import Credential, LinkTiming
from devices.protocol import messages as wire
from devices.protocol import topics
from devices.protocol.clock import Clock, SystemClock
from devices.protocol.seal import Sealer
from devices.protocol.topics import DeviceKind, Down, Up
from devices.protocol.voice import VoicePacket
from devices.radio.floor import FloorState
from devices.radio.radio import Radio, RadioEvents
from hub.app import Hub
from hub.tasks import end_tasks
from tests.devices.room import mqtt_client, until

_T = TypeVar("_T")


class HandDevice:
    """A radio or worker played by hand: says what the test wants, and hears what the hub says to it and to groups."""

    def __init__(self, credential: Credential, boot_id: int = 11) -> None:
        self.device_id = credential.device_id
        self.boot_id = boot_id
        self.clock: Clock = SystemClock()
        self.heard: list[aiomqtt.Message] = []
        self.is_cut = False
        """The broker has ended its line."""
        self._kind = credential.kind
        self._seal_key = credential.seal_key
        self._sealers: dict[int, Sealer] = {}
        self._birth_count = 1
        self._sequence = 0
        self._client: aiomqtt.Client | None = None

    @classmethod
    @asynccontextmanager
    async def open(cls, hub: Hub, device_id: str, kind: DeviceKind = DeviceKind.RADIO) -> AsyncIterator[HandDevice]:
        """A device that this hub has just given a credential."""
        async with cls.join(await hub.enrolment.issue(kind, device_id)) as device:
            yield device

    @classmethod
    @asynccontextmanager
    async def join(cls, credential: Credential) -> AsyncIterator[HandDevice]:
        """A device with this credential."""
        device = cls(credential)
        async with mqtt_client(credential.broker, tls=credential.tls()) as client:
            device._client = client
            own = [topics.down(credential.kind, credential.device_id, what) for what in Down]
            await client.subscribe([(topic, 1) for topic in own])
            await client.subscribe([(f"{topics.PREFIX}/group/+/+", 1), (topics.HUB_TICK, 1)])
            listening = asyncio.create_task(device._listen(client))
            try:
                yield device
            finally:
                await end_tasks(listening)

    async def _listen(self, client: aiomqtt.Client) -> None:
        try:
            async for message in client.messages:
                self.heard.append(message)
        except aiomqtt.MqttError:
            self.is_cut = True

    def stamp(self, *, late_s: float = 0.0) -> wire.Stamp:
        """The next stamp; ``late_s`` says that the message was said so long ago."""
        self._sequence += 1
        return wire.Stamp(
            boot_id=self.boot_id,
            sequence=self._sequence,
            monotonic_us=self.clock.monotonic_us() - round(late_s * 1e6),
            wall_us=self.clock.wall_us() - round(late_s * 1e6),
        )

    def seal(self, topic: str, body: bytes, birth_count: int | None = None) -> bytes:
        """``body`` with this device's next seal, of the present birth or another."""
        count = self._birth_count if birth_count is None else birth_count
        sealer = self._sealers.setdefault(count, Sealer(self._seal_key, count))
        return sealer.seal(topic, body)

    async def publish(self, topic: str, body: bytes, *, qos: int = 1, retain: bool = False) -> None:
        """Say bytes under this device's seal."""
        await self.publish_as_is(topic, self.seal(topic, body), qos=qos, retain=retain)

    async def publish_as_is(self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False) -> None:
        """Publish bytes that are sealed already, by whomever, or not at all."""
        assert self._client is not None
        await self._client.publish(topic, payload, qos=qos, retain=retain)

    async def say(self, what: Up, message: wire.Message, *, retain: bool = False) -> None:
        await self.publish(topics.up(self._kind, self.device_id, what), wire.encode(message), retain=retain)

    async def be_born(self, birth_count: int = 1) -> None:
        self._birth_count = birth_count
        await self.say(Up.BIRTH, wire.Birth(stamp=self.stamp(), birth_count=birth_count, software="test"), retain=True)

    async def die(self, birth_count: int = 1) -> None:
        topic = topics.up(self._kind, self.device_id, Up.DEATH)
        death = wire.encode(wire.Death(stamp=self.stamp(), birth_count=birth_count))
        await self.publish_as_is(topic, self.seal(topic, death, birth_count), retain=True)

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
    async with HandDevice.open(hub, radio_id) as radio:
        await radio.be_born(birth_count)
        await until(lambda: hub.radios.is_online(radio_id), f"{radio_id} is on line")
        yield radio


class Person(RadioEvents):
    """Whoever holds a real radio: notes what it shows and who speaks, and what it plays."""

    def __init__(self) -> None:
        self.shown: list[str] = []
        self.packets: list[VoicePacket] = []
        self.floor: list[tuple[FloorState, str]] = []
        self.taken: list[wire.FloorTaken] = []

    def alert_shown(self, alert: wire.AlertMessage) -> None:
        self.shown.append(alert.alert_id)

    def packet_heard(self, packet: VoicePacket, age_us: int | None) -> None:
        self.packets.append(packet)

    def group_floor_changed(self, message: wire.FloorTaken | wire.FloorIdle) -> None:
        if isinstance(message, wire.FloorTaken):
            self.taken.append(message)

    def floor_changed(self, state: FloorState, why: str) -> None:
        self.floor.append((state, why))


def make_radio(credential: Credential, person: RadioEvents, store: Path | None = None) -> Radio:
    """A real radio of the hub's community, quick to come back."""
    return Radio(
        credential,
        clock=SystemClock(),
        rng=random.Random(credential.device_id),
        events=person,
        store_dir=store,
        timing=LinkTiming(first_reconnect_s=0.05, longest_reconnect_s=0.5, first_repeat_s=0.3, longest_repeat_s=1.0),
    )


@asynccontextmanager
async def real_radio(hub: Hub, radio_id: str, person: Person, store: Path | None = None) -> AsyncIterator[Radio]:
    """A real radio of the hub's community on line, told of the talk groups that it belongs to."""
    radio = make_radio(await hub.enrolment.issue(DeviceKind.RADIO, radio_id), person, store)
    task = asyncio.create_task(radio.run())
    try:
        await until(lambda: hub.radios.is_online(radio_id), f"{radio_id} is on line")
        await until(lambda: len(radio.groups.standing) > 0, f"{radio_id} knows its talk groups")
        yield radio
    finally:
        await end_tasks(task)
