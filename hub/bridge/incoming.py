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


def read_here(client: aiomqtt.Client, hand_on: HandOn) -> None:
    """Have the publishes that come to ``client`` without properties handed on from here (MQTT 5.0, section 3.3)."""
    paho = client._client
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
