"""The hub's own MQTT connection: routes what devices say to the rooms, publishes what the hub says."""

from __future__ import annotations

import asyncio
import itertools
import socket
import ssl
from collections.abc import Callable
from typing import Any, TypeVar, cast

import aiomqtt
import structlog
from paho.mqtt.enums import MQTTErrorCode

from devices.link import BrokerAddress
from devices.protocol import messages, topics, voice
from devices.protocol.clock import Clock
from devices.protocol.topics import DeviceKind, Up, UpTopic
from hub.access.doors import MQTT_UP
from hub.bridge.clocks import DeviceClocks
from hub.bridge.floods import Floods
from hub.bridge.incoming import Incoming, read_here
from hub.bridge.outbox import Outgoing
from hub.bridge.outgoing import send_together, write_while_open
from hub.bridge.refused import Refused, RefusedReason
from hub.bridge.seals import SealBook, SealRefused
from hub.bridge.surely import Away, Full, Surely, failed
from hub.bridge.voice_line import VoiceLine
from hub.storage.identifiers import new_number
from hub.tasks import end_tasks

_log = structlog.get_logger()
_M = TypeVar("_M", bound=messages.Message)

KEEPALIVE_S = 10
RECONNECT_FIRST_S = 0.1
RECONNECT_MOST_S = 2.0
READ_AHEAD_BYTES = 128 * 1024
"""What the kernel keeps for the hub: behind the garbage of a flood in it, words of others would wait."""
MAX_WAITING_PACKETS = 4_000
"""What may wait for a broker that is not the hub's own and does not read: 2 s of a talker to 40 radios."""
RETAINED = (Up.BIRTH, Up.DEATH)
REPEATED = (Up.RECEIPT, Up.PLAYED, Up.ACKNOWLEDGEMENT, Up.REPORT, Up.SIGHTING, Up.SOS)
"""Said again until confirmed with the stamp of the first time, which says nothing of the clock at arrival."""

Handler = Callable[[str, Any], None]
RawHandler = Callable[[str, bytes], None]


class Stamper:
    """Stamps the hub's own messages, from any thread."""

    def __init__(self, clock: Clock) -> None:
        self.boot_id = new_number()
        self._clock = clock
        self._sequence = itertools.count(1)

    def stamp(self) -> messages.Stamp:
        """The next stamp of this run of the hub."""
        return messages.Stamp(
            boot_id=self.boot_id,
            sequence=next(self._sequence),
            monotonic_us=self._clock.monotonic_us(),
            wall_us=self._clock.wall_us(),
        )


class Bridge:
    """One connection that is made again whenever it ends. Handlers run on the event loop and must return quickly.

    They hear only what a known device said under its own seal, for the first time.
    """

    def __init__(
        self,
        address: BrokerAddress,
        clock: Clock,
        refused: Refused,
        *,
        known: Callable[[UpTopic], bool],
        seals: SealBook,
        cut_off: Callable[[str], bool],
        tls: ssl.SSLContext | None = None,
        broker_is_own: bool = False,
    ) -> None:
        """A broker that is the hub's own has a second connection, for voice; another may let one name in once."""
        self.stamper = Stamper(clock)
        self.clocks = DeviceClocks()
        self._clock = clock
        self.connected = asyncio.Event()
        self.received = 0
        self.published = 0
        self.connections = 0
        self.tried_us = clock.monotonic_us()
        self._address = address
        self._refused = refused
        self._known = known
        self._seals = seals
        self._floods = Floods(clock, refused, known, cut_off)
        self._tls = tls
        self._client: aiomqtt.Client | None = None
        self._surely: Surely | None = None
        self._voice = VoiceLine(address, f"hub-voice-{self.stamper.boot_id}")
        self._broker_is_own = broker_is_own
        self._handlers: dict[tuple[DeviceKind, Up], tuple[Any, Handler]] = {}
        self._raw: dict[tuple[DeviceKind, Up], RawHandler] = {}

    def on(self, kind: DeviceKind, what: Up, message: Any, handler: Callable[[str, Any], None]) -> None:
        """Have ``handler(device_id, message)`` called for each well-formed message of a known device."""
        self._handlers[kind, what] = (message, handler)

    def on_voice(self, kind: DeviceKind, handler: RawHandler) -> None:
        """Have ``handler(device_id, payload)`` called for voice packets, which are not decoded here."""
        self._raw[kind, Up.VOICE] = handler

    async def run(self) -> None:
        """Stay connected until cancelled; sends the hub's tick."""
        delay_s = RECONNECT_FIRST_S
        while True:
            self.tried_us = self._clock.monotonic_us()
            try:
                client = self._make_client()
                surely = Surely(client, self._broker_refused)
                read_here(client, self._arrived, surely)
                send_together(client)
                write_while_open(client)
                async with client:
                    self._client, self._surely = client, surely
                    await self._subscribe(client)
                    self.connections += 1
                    self.connected.set()
                    delay_s = RECONNECT_FIRST_S
                    beside = [asyncio.create_task(self._tick(), name="hub-tick")]
                    if self._broker_is_own:
                        beside.append(asyncio.create_task(self._voice.run(), name="hub-voice-line"))
                    try:
                        await anext(client.messages)  # until the line ends: messages do not come this way
                    finally:
                        await end_tasks(*beside)
            except aiomqtt.MqttError as error:
                if error.__cause__ is not None and not isinstance(error.__cause__, (aiomqtt.MqttError, OSError)):
                    raise error.__cause__ from None  # a handler's own fault, which aiomqtt takes for the line's
                _log.warning("bridge.disconnected", error=str(error), again_in_s=delay_s)
            finally:
                self.connected.clear()
                if self._surely is not None:
                    self._surely.end()
                self._client = self._surely = None
            await asyncio.sleep(delay_s)
            delay_s = min(delay_s * 2, RECONNECT_MOST_S)

    def _broker_refused(self, topic: str, why: str) -> None:
        self._refused.add("hub", topic, RefusedReason.BROKER_REFUSES, why)

    def _make_client(self) -> aiomqtt.Client:
        return aiomqtt.Client(
            self._address.host,
            self._address.port,
            username=self._address.username,
            password=self._address.password,
            tls_context=self._tls,
            identifier=f"hub-{self.stamper.boot_id}",
            protocol=aiomqtt.ProtocolVersion.V5,
            keepalive=KEEPALIVE_S,
            clean_start=True,
            queue_type=cast("type[asyncio.Queue[aiomqtt.Message]]", self._make_incoming),
            timeout=10,
            socket_options=[
                (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),  # voice waits for no acknowledgement
                (socket.SOL_SOCKET, socket.SO_RCVBUF, READ_AHEAD_BYTES),
            ],
        )

    def _make_incoming(self, maxsize: int) -> Incoming:
        """Called where aiomqtt would make its queue; ``maxsize`` is nothing to a queue with bounds of its own."""
        return Incoming(self._arrived)

    async def _subscribe(self, client: aiomqtt.Client) -> None:
        wanted = [*self._handlers, *self._raw]
        # QoS 0 for retained states: the embedded broker hands out only 100 of them at QoS 1 (measured)
        for kind, what in wanted:
            await client.subscribe(topics.all_up(kind, what), qos=0 if what in (*RETAINED, Up.VOICE) else 1)

    async def _tick(self) -> None:
        while True:
            self.say(topics.HUB_TICK, messages.HubTick(stamp=self.stamper.stamp()), qos=0)
            await asyncio.sleep(topics.TICK_INTERVAL_S)

    def _arrived(self, topic: str, payload: bytes, retained: bool) -> None:
        """Judged before anything else is spent on it."""
        if self._floods.takes(topic, len(topic) + len(payload)):
            self._route(topic, payload, retained)

    def _route(self, topic: str, payload: bytes, retained: bool) -> None:
        self.received += 1
        try:
            parsed = topics.parse_up(topic)
        except topics.TopicError as error:
            self._refused.add("?", topic, RefusedReason.BAD_TOPIC, str(error))
            return
        device = parsed.device_id
        if parsed.up not in MQTT_UP[parsed.kind]:
            self._refused.add(
                device, topic, RefusedReason.NOT_ALLOWED, f"a {parsed.kind.value} does not say {parsed.up.value}"
            )
            return
        if len(payload) > topics.MAX_PAYLOAD_BYTES:
            self._refused.add(device, topic, RefusedReason.OVERSIZED, f"{len(payload)} bytes")
            return
        if not self._known(parsed):
            self._refused.add(device, topic, RefusedReason.UNKNOWN_DEVICE, "not enrolled here")
            return
        if not payload:
            return  # a retained state was cleared
        if retained and parsed.up not in RETAINED:
            self._refused.add(device, topic, RefusedReason.RETAINED, "only births and deaths are retained")
            return
        try:
            body = self._seals.check(parsed, topic, payload, retained)
            if body is None:
                return
            raw = self._raw.get((parsed.kind, parsed.up))
            if raw is not None:
                raw(device, body)
                return
            kind, handler = self._handlers[parsed.kind, parsed.up]
            message = messages.decode(body, kind)
            if not retained and parsed.up not in REPEATED:
                self.clocks.hear(device, message.stamp, self._clock.monotonic_us(), self._clock.wall_us())
            handler(device, message)
        except SealRefused as refused:
            if refused.reason is RefusedReason.FORGED:
                self._floods.forged(device, topic)
            self._refused.add(device, topic, refused.reason, str(refused))
        except (messages.DecodeError, voice.VoicePacketError) as error:
            self._refused.add(device, topic, RefusedReason.MALFORMED, str(error))

    def say(self, topic: str, message: messages.Message, qos: int = 1) -> None:
        """Publish without waiting; while the broker is away the message is dropped and counted.

        What the broker has not taken when it goes away is lost.
        For what is worthless later or is asked for again: floor control, confirmations. The rest goes by the outbox.
        """
        self._publish_soon(topic, messages.encode(message), qos)

    def say_voice(self, topic: str, packet: bytes) -> None:
        """Publish a voice packet at QoS 0 at once; dropped and counted while the broker is away or does not read."""
        client = self._client
        if self._voice.is_open:
            taken = self._voice.publish(topic, packet)
        elif client is None or not self.connected.is_set():
            self._refused.add("hub", topic, RefusedReason.BROKER_AWAY, "not connected to the broker")
            return
        else:
            taken = _publish_voice(client, topic, packet)
        if taken:
            self.published += 1
        else:
            self._refused.add("hub", topic, RefusedReason.OVERLOADED, "the broker does not read")

    def _publish_soon(self, topic: str, payload: bytes, qos: int) -> None:
        if len(payload) > topics.MAX_PAYLOAD_BYTES:  # the broker would close the hub's connection
            self._refused.add("hub", topic, RefusedReason.OVERSIZED, f"{len(payload)} bytes")
            return
        if self._client is None or self._surely is None or not self.connected.is_set():
            self._refused.add("hub", topic, RefusedReason.BROKER_AWAY, "not connected to the broker")
            return
        self.published += 1
        try:
            if qos:
                self._surely.say(topic, payload)
            elif (code := self._client._client.publish(topic, payload).rc) is not MQTTErrorCode.MQTT_ERR_SUCCESS:
                raise Away(code.name)
        except Away as away:
            self._refused.add("hub", topic, RefusedReason.BROKER_AWAY, f"not sent: {away}")
        except Full as full:
            self._refused.add("hub", topic, RefusedReason.OVERLOADED, f"not sent: {full}")

    def hand_over(self, topic: str, message: messages.Message) -> asyncio.Future[None]:
        """Publish at QoS 1 one of many large messages; done when the broker has it, however late, or with Away.

        For who waits for it before the next: in the same line stand floor control and confirmations.
        """
        if self._surely is None:
            return failed("not connected")
        self.published += 1
        return self._surely.hand_over(topic, messages.encode(message), patience_s=None)

    def take(self, message: Outgoing) -> asyncio.Future[None]:
        """Publish one message of the outbox at QoS 1; done when the broker has it, or with the exception Away."""
        if self._surely is None:
            return failed("not connected")
        self.published += 1
        return self._surely.hand_over(message.topic, message.payload, message.expires_in_s)


def _publish_voice(client: aiomqtt.Client, topic: str, packet: bytes) -> bool:
    """Hand a packet to the MQTT client without a task for it, which is most of what it costs; false when it is dropped.

    A group of 40 radios without a topic is 2,000 of these a second (bench/fanout.py).
    """
    paho = client._client
    if len(paho._out_packet) > MAX_WAITING_PACKETS:
        return False
    return paho.publish(topic, packet, qos=0).rc is MQTTErrorCode.MQTT_ERR_SUCCESS
