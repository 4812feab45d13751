"""The other end of the line for device tests: a real broker, and a police room that speaks the protocol by hand."""

from __future__ import annotations

import asyncio
import hashlib
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import aiomqtt

from devices.link import BrokerAddress, Credential
from devices.protocol import messages, topics, voice
from devices.protocol.clock import SystemClock
from devices.protocol.groups import GroupName, TalkGroups
from devices.protocol.messages import (
    AlertMessage,
    Confirm,
    FloorGranted,
    FloorIdle,
    FloorRequest,
    FloorTaken,
    FloorUp,
    HubTick,
    Message,
    Reminder,
    Severity,
    Stamp,
)
from devices.protocol.seal import SEAL_KEY_BYTES, Sealed, unseal
from devices.protocol.sightings import SightingMessage
from devices.protocol.sos import SosState, SosTold
from devices.protocol.topics import DeviceKind, Down, Up
from hub.bridge.broker import Broker
from hub.tasks import end_tasks

BROKERS = ("managed", "embedded")
DEADLINE_S = 30.0
_MOST_TURNS = 100_000
_M = TypeVar("_M")


@asynccontextmanager
async def open_broker(kind: str, folder: Path) -> AsyncIterator[Broker]:
    broker = Broker(folder, kind)
    await broker.start()
    try:
        yield broker
    finally:
        await broker.stop()


def seal_key(device_id: str) -> bytes:
    """The key of a device that no hub enrolled."""
    return hashlib.blake2b(device_id.encode(), digest_size=SEAL_KEY_BYTES).digest()


def by_hand(
    address: BrokerAddress,
    device_id: str = "R001",
    kind: DeviceKind = DeviceKind.RADIO,
    authority_pem: str | None = None,
) -> Credential:
    """The credential of a device that no hub enrolled, which comes to the broker as the one that ``address`` names."""
    return Credential(
        device_id=device_id,
        kind=kind,
        password=address.password or "",
        seal_key=seal_key(device_id),
        broker_host=address.host,
        broker_port=address.port,
        broker_user=address.username or "",
        hub_url="",
        authority_pem=authority_pem,
    )


def opened(topic: str, payload: bytes) -> Sealed:
    """What such a device said. Raises SealError."""
    return unseal(seal_key(topics.parse_up(topic).device_id), topic, payload)


def mqtt_client(
    address: BrokerAddress,
    *,
    timeout_s: float | None = None,
    identifier: str | None = None,
    tls: ssl.SSLContext | None = None,
) -> aiomqtt.Client:
    """A bare client, which sends what it is given at once; ``timeout_s`` is for connecting too."""
    return aiomqtt.Client(
        address.host,
        address.port,
        username=address.username,
        password=address.password,
        identifier=identifier,
        timeout=timeout_s,
        tls_context=tls,
        protocol=aiomqtt.ProtocolVersion.V5,
        socket_options=[(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)],
    )


async def turn_by_turn(condition: Callable[[], bool], what: str) -> None:
    """Wait until something holds, and go on in the same turn of the event loop, before anything else happens."""
    for _ in range(_MOST_TURNS):
        if condition():
            return
        await asyncio.sleep(0)
    raise AssertionError(f"after {_MOST_TURNS} turns still not: {what}")


async def until(condition: Callable[[], bool], what: str, deadline_s: float = DEADLINE_S) -> None:
    """Wait until something holds that no event tells of; fails in words."""
    try:
        async with asyncio.timeout(deadline_s):
            while not condition():  # noqa: ASYNC110 the condition lies in another program or thread
                await asyncio.sleep(0.01)
    except TimeoutError:
        raise AssertionError(f"after {deadline_s} s still not: {what}") from None


class Room:
    """A police room: hears all devices, ticks, alerts, confirms, gives the floor and relays voice."""

    def __init__(self, address: BrokerAddress, boot_id: int = 77) -> None:
        self.boot_id = boot_id
        self.heard: list[tuple[str, bytes, bool]] = []
        self.seals: list[tuple[str, Sealed]] = []
        self.confirms = True
        self.relays = True
        self._address = address
        self._clock = SystemClock()
        self._sequence = 0
        self._bursts = 0
        self._news = asyncio.Condition()
        self._client: aiomqtt.Client | None = None

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Room]:
        async with mqtt_client(self._address) as client:
            self._client = client
            for kind in DeviceKind:
                await client.subscribe(f"{topics.PREFIX}/{kind.value}/+/+", qos=0)
            listening = asyncio.create_task(self._listen(client))
            try:
                yield self
            finally:
                await end_tasks(listening)

    async def _listen(self, client: aiomqtt.Client) -> None:
        async for message in client.messages:
            with suppress(topics.TopicError):
                await self._hear(message.topic.value, bytes(message.payload), bool(message.retain))

    async def _hear(self, topic: str, payload: bytes, retained: bool) -> None:
        sealed = opened(topic, payload)
        async with self._news:
            self.heard.append((topic, sealed.body, retained))
            self.seals.append((topic, sealed))
            self._news.notify_all()
        await self._answer(topics.parse_up(topic), sealed.body)

    async def _answer(self, said: topics.UpTopic, payload: bytes) -> None:
        kinds: dict[Up, Any] = {
            Up.RECEIPT: messages.Receipt,
            Up.PLAYED: messages.Played,
            Up.ACKNOWLEDGEMENT: messages.Acknowledgement,
            Up.REPORT: messages.Report,
            Up.SIGHTING: SightingMessage,
        }
        if self.confirms and (kind := kinds.get(said.up)) is not None:
            await self.confirm(said.device_id, messages.decode(payload, kind).message_id, kind=said.kind)
        elif self.relays and said.up is Up.FLOOR:
            floor: Any = messages.decode(payload, FloorUp)  # type: ignore[arg-type]
            if isinstance(floor, FloorRequest):
                await self.grant(said.device_id, floor)
        elif self.relays and said.up is Up.VOICE:
            await self.voice("all", payload)

    def stamp(self) -> Stamp:
        self._sequence += 1
        now_us = self._clock.monotonic_us()
        return Stamp(boot_id=self.boot_id, sequence=self._sequence, monotonic_us=now_us, wall_us=self._clock.wall_us())

    async def publish(self, topic: str, payload: bytes, qos: int = 0) -> None:
        assert self._client is not None
        await self._client.publish(topic, payload, qos=qos)

    async def say(self, device_id: str, what: Down, message: Message, kind: DeviceKind = DeviceKind.RADIO) -> None:
        await self.publish(topics.down(kind, device_id, what), messages.encode(message), qos=1)

    async def tick(self) -> None:
        await self.publish(topics.HUB_TICK, messages.encode(HubTick(stamp=self.stamp())))

    async def confirm(self, device_id: str, *message_ids: str, kind: DeviceKind = DeviceKind.RADIO) -> None:
        await self.say(device_id, Down.CONFIRM, Confirm(stamp=self.stamp(), message_ids=message_ids), kind)

    async def alert(
        self,
        radio_id: str,
        alert_id: str,
        *,
        attempt: int = 1,
        expires_in_s: float = 60,
        aged_s: float = 0,
        reminder: Reminder | None = None,
        cancels: str | None = None,
    ) -> None:
        stamp = self.stamp()
        stamp = Stamp(
            boot_id=stamp.boot_id,
            sequence=stamp.sequence,
            monotonic_us=stamp.monotonic_us - round(aged_s * 1e6),
            wall_us=stamp.wall_us,
        )
        alert = AlertMessage(
            stamp=stamp,
            alert_id=alert_id,
            attempt=attempt,
            severity=Severity.SEVERE,
            text="六岁男孩走失",
            issued_wall_us=stamp.wall_us,
            expires_in_s=expires_in_s,
            reminder=reminder,
            cancels=cancels,
        )
        await self.say(radio_id, Down.ALERT, alert)

    async def grant(self, radio_id: str, request: FloorRequest) -> int:
        self._bursts += 1
        burst_id = self._bursts
        await self.say(
            radio_id,
            Down.FLOOR_CONTROL,
            FloorGranted(
                stamp=self.stamp(),
                group_id=request.group_id,
                request_id=request.request_id,
                call_id=1,
                burst_id=burst_id,
                talk_limit_s=60,
            ),
        )
        return burst_id

    async def tell_groups(self, radio_id: str, *group_ids: str, temporary: tuple[str, ...] = ()) -> None:
        told = TalkGroups(
            stamp=self.stamp(),
            standing=tuple(GroupName(group_id, group_id) for group_id in group_ids),
            temporary=tuple(GroupName(group_id, group_id) for group_id in temporary),
        )
        await self.say(radio_id, Down.GROUPS, told)

    async def tell_sos(self, radio_id: str, sos_id: str, state: SosState, *, answers: str | None = None) -> None:
        told = SosTold(stamp=self.stamp(), sos_id=sos_id, state=state, group_id="grid-7", answers=answers)
        await self.say(radio_id, Down.SOS, told)

    async def taken(self, group_id: str, burst_id: int, talker_id: str = "duty") -> None:
        taken = FloorTaken(
            stamp=self.stamp(),
            group_id=group_id,
            call_id=1,
            burst_id=burst_id,
            talker_id=talker_id,
            talker_name="值班员",
        )
        await self.publish(topics.group_floor(group_id), messages.encode(taken), qos=1)

    async def idle(self, group_id: str, burst_id: int) -> None:
        idle = FloorIdle(stamp=self.stamp(), group_id=group_id, burst_id=burst_id)
        await self.publish(topics.group_floor(group_id), messages.encode(idle), qos=1)

    async def voice(self, group_id: str, payload: bytes, aged_s: float = 0) -> None:
        """Relay a packet, stamped with this room's clock, as the hub does."""
        stamp = self.stamp()
        fresh = voice.restamp(payload, self.boot_id, stamp.monotonic_us - round(aged_s * 1e6), stamp.wall_us)
        await self.publish(topics.group_voice(group_id), fresh)

    def said(self, device_id: str, what: Up, kind: type[_M] | Any, device: DeviceKind = DeviceKind.RADIO) -> list[_M]:
        """What a device has said of one sort so far, retained copies left out."""
        topic = topics.up(device, device_id, what)
        return [messages.decode(p, kind) for t, p, retained in list(self.heard) if t == topic and not retained]

    async def hear(
        self, device_id: str, what: Up, kind: type[_M] | Any, count: int = 1, device: DeviceKind = DeviceKind.RADIO
    ) -> list[_M]:
        """Wait until a device has said something ``count`` times; returns all of it."""
        try:
            async with asyncio.timeout(DEADLINE_S), self._news:
                await self._news.wait_for(lambda: len(self.said(device_id, what, kind, device)) >= count)
        except TimeoutError:
            said = len(self.said(device_id, what, kind, device))
            raise AssertionError(f"{device_id} said {what.value} {said} times in {DEADLINE_S} s, not {count}") from None
        return self.said(device_id, what, kind, device)

    async def retained(self, topic: str) -> bytes | None:
        """The body that the broker holds for a topic now; None when nothing comes within half a second."""
        async with mqtt_client(self._address) as client:
            await client.subscribe(topic, qos=0)
            with suppress(TimeoutError):
                async with asyncio.timeout(0.5):
                    async for message in client.messages:
                        if message.retain:
                            return opened(topic, bytes(message.payload)).body
        return None


def packet(
    burst_id: int, sequence: int, *, frames: int = 1, last: bool = False, media_time: int | None = None
) -> bytes:
    """A voice packet of silent frames as a talker sends it."""
    at = sequence * frames * voice.MEDIA_TICKS_PER_FRAME if media_time is None else media_time
    return voice.encode(
        voice.VoicePacket(1, burst_id, sequence, at, 5, 1_000_000, 1_700_000_000_000_000, last, (b"\x48",) * frames)
    )
