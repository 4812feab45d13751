"""What comes from the broker is handed on in the moment it is read: nothing waits in the hub, and no task is woken.

aiomqtt wakes two tasks for each message, and paho makes a dozen objects of it; for a radio's status that was most of
what the hub spent (``python -m bench.incoming``). So the stream is taken apart here: a publish without properties,
which is what devices say, and acknowledgements stay here; paho has every other packet. While the hub does not read,
the kernel keeps READ_AHEAD_BYTES (client.py), and the broker what it is configured to.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import aiomqtt
from paho.mqtt.client import Client as Paho
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.exception import MalformedPacket

from hub.bridge import packets
from hub.bridge.surely import Surely

READ_BYTES = 4_096
"""Read at once: some 20 answers of radios, a millisecond of the event loop."""
HandOn = Callable[[str, bytes, bool], None]
"""Called with topic, payload, and whether the broker had kept it."""


class Incoming(asyncio.Queue[aiomqtt.Message]):
    """In the place of aiomqtt's queue; always empty, so that whoever waits on it waits for the line to end."""

    def __init__(self, hand_on: HandOn) -> None:
        super().__init__()
        self._hand_on = hand_on

    def put_nowait(self, item: aiomqtt.Message) -> None:
        """Hand the message on."""
        self._hand_on(item.topic.value, bytes(item.payload or b""), item.retain)


class _Reader:
    """Stands in the place of paho's ``loop_read``."""

    def __init__(self, paho: Paho, hand_on: HandOn, surely: Surely) -> None:
        self._paho = paho
        self._hand_on = hand_on
        self._surely = surely
        self._stream = packets.Packets()

    def read(self, max_packets: int = 1) -> MQTTErrorCode:
        """Read once, whatever ``max_packets`` is, and do what it says. Raises what a handler raised."""
        paho = self._paho
        if paho._sock is None:
            return MQTTErrorCode.MQTT_ERR_NO_CONN
        try:
            data = paho._sock_recv(READ_BYTES)
        except BlockingIOError:
            return MQTTErrorCode.MQTT_ERR_SUCCESS
        except OSError:
            data = b""
        if not data:
            return paho._loop_rc_handle(MQTTErrorCode.MQTT_ERR_CONN_LOST)
        paho._last_bytes_received = time.monotonic()
        code = MQTTErrorCode.MQTT_ERR_SUCCESS
        answers: list[bytes] = []
        try:
            for first, body in self._stream.feed(data):
                kind = first & 0xF0
                if kind == packets.PUBACK:
                    reason = body[2] if len(body) > 2 else 0  # left out where it is success (MQTT 5.0, 3.4.2.1)
                    self._surely.acknowledged(int.from_bytes(body[:2], "big"), reason)
                elif kind != packets.PUBLISH or not self._publish(first, body, answers):
                    code = self._its_own_way(first, body)
                if code is not MQTTErrorCode.MQTT_ERR_SUCCESS:
                    break
        except (packets.PacketError, MalformedPacket):
            code = MQTTErrorCode.MQTT_ERR_PROTOCOL
        finally:
            if answers:
                paho._packet_queue(packets.PUBACK, b"".join(answers), 0, 1)
        return paho._loop_rc_handle(code) if code is not MQTTErrorCode.MQTT_ERR_SUCCESS else code

    def _publish(self, first: int, body: bytes, answers: list[bytes]) -> bool:
        """Hand a publish on, and answer it; false for one that is not to be read here (MQTT 5.0, section 3.3)."""
        qos = first >> 1 & 3
        topic_end = 2 + int.from_bytes(body[:2], "big")
        at = topic_end + 2 if qos else topic_end
        if qos > 1 or at >= len(body) or body[at]:
            return False
        self._hand_on(body[2:topic_end].decode(errors="replace"), body[at + 1 :], bool(first & 1))
        if qos:
            answers.append(packets.puback(body[topic_end:at]))
        return True

    def _its_own_way(self, first: int, body: bytes) -> MQTTErrorCode:
        paho = self._paho
        paho._in_packet = {
            "command": first, "have_remaining": 1, "remaining_count": [], "remaining_mult": 1,
            "remaining_length": len(body), "packet": bytearray(body), "to_process": 0, "pos": 0,
        }  # fmt: skip
        return paho._packet_handle()


def read_here(client: aiomqtt.Client, hand_on: HandOn, surely: Surely) -> None:
    """Have the publishes that come to ``client`` handed on from here, and acknowledgements to ``surely``."""
    paho = client._client
    paho.loop_read = _Reader(paho, hand_on, surely).read  # type: ignore[method-assign]
