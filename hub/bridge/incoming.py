"""What comes from the broker is handed on in the moment it is read: nothing waits in the hub, and no task is woken.

aiomqtt wakes two tasks for each message, and paho makes a dozen objects of it; for a radio's status that was most of
what the hub spent (``python -m bench.incoming``). A publish without properties, which is what devices say, is read
here; anything else goes the client's own way and comes out at the same place. While the hub does not read, the
kernel keeps READ_AHEAD_BYTES (client.py), and the broker what it is configured to.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import aiomqtt
from paho.mqtt.client import Client as Paho
from paho.mqtt.enums import MQTTErrorCode

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


class _ReadAhead:
    """Gives paho what it asks for, 1 byte, 1 byte and the rest of each packet, out of what was read at once.

    Each call of the system hands the interpreter to a thread that waits for it, and the event loop waits in its turn.
    """

    def __init__(self, paho: Paho) -> None:
        self._receive = paho._sock_recv
        self._read, self._at = b"", 0

    @property
    def has_more(self) -> bool:
        """Whether something was read that paho has not asked for yet."""
        return self._at < len(self._read)

    def receive(self, bufsize: int) -> bytes:
        """As ``recv(2)``. Raises BlockingIOError when nothing has come, OSError when the line is broken."""
        if not self.has_more:
            self._read, self._at = self._receive(READ_BYTES), 0
        piece = self._read[self._at : self._at + bufsize]
        self._at += len(piece)
        return piece


def read_here(client: aiomqtt.Client, hand_on: HandOn) -> None:
    """Have the publishes that come to ``client`` without properties handed on from here (MQTT 5.0, section 3.3)."""
    paho = client._client
    ahead, its_own_reading = _ReadAhead(paho), paho.loop_read

    def read(max_packets: int = 1) -> MQTTErrorCode:
        code = its_own_reading(max_packets)
        while ahead.has_more and code is MQTTErrorCode.MQTT_ERR_SUCCESS:  # the socket says nothing of these
            code = its_own_reading(max_packets)
        return code

    paho._sock_recv = ahead.receive  # type: ignore[method-assign]
    paho.loop_read = read  # type: ignore[method-assign]
    its_own_way = paho._handle_publish

    def handle() -> MQTTErrorCode:
        first, body = paho._in_packet["command"], bytes(paho._in_packet["packet"])
        qos = first >> 1 & 3
        topic_end = 2 + int.from_bytes(body[:2], "big")
        at = topic_end + 2 if qos else topic_end
        if qos > 1 or at >= len(body) or body[at]:
            return its_own_way()
        hand_on(body[2:topic_end].decode(errors="replace"), body[at + 1 :], bool(first & 1))
        return _acknowledge(paho, body[topic_end:at]) if qos else MQTTErrorCode.MQTT_ERR_SUCCESS

    paho._handle_publish = handle  # type: ignore[method-assign]


def _acknowledge(paho: Paho, number: bytes) -> MQTTErrorCode:
    return paho._send_puback(int.from_bytes(number, "big"))
