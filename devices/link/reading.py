"""Reads MQTT packets as they arrive: the short way for voice and ticks, gmqtt's own way for everything else.

gmqtt wakes a task for each read and walks ten calls for each packet. With 130 radios in one process hearing 50 voice
packets a second that is most of the cost, so a publish at QoS 0 without properties is handed on from here.
"""

# mypy: disable-error-code="no-untyped-call"
# gmqtt has no types

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gmqtt.mqtt.package import Package
from gmqtt.mqtt.protocol import MQTTProtocol

from devices.protocol.topics import MAX_PAYLOAD_BYTES

_PUBLISH_QOS_0 = 0x30
_TYPE_AND_QOS = 0xF6
_LENGTH_BYTES_AT_MOST = 4
"""MQTT 5, section 1.5.5: a variable byte integer."""

MAX_PACKET_BYTES = MAX_PAYLOAD_BYTES + 1024
"""Told to the broker at CONNECT; the line to one that sends more is closed, so that nothing here grows unbounded."""


class ReadingProtocol(MQTTProtocol):
    """gmqtt's protocol without its reading task."""

    def __init__(self, on_message: Callable[[str, bytes], None], **gmqtt_arguments: Any) -> None:
        super().__init__(**gmqtt_arguments)
        self._on_message = on_message
        self._rest = b""

    async def _read_loop(self) -> None:
        """Nothing to do: ``data_received`` reads."""

    def eof_received(self) -> bool:
        """The broker closed its side: close ours."""
        return False

    def data_received(self, data: bytes) -> None:
        """Hand on every whole packet; what is left waits for the next bytes."""
        if self._rest:
            data = self._rest + data
        at = 0
        size = len(data)
        while size - at >= 2:
            start, length = _remaining_length(data, at)
            if start < 0 or length > MAX_PACKET_BYTES:
                assert self._transport is not None
                self._transport.close()
                return
            end = start + length
            if start == at or end > size:
                break
            self._take(data, data[at], start, end)
            at = end
        self._rest = data[at:]

    def _take(self, data: bytes, command: int, start: int, end: int) -> None:
        if command & _TYPE_AND_QOS == _PUBLISH_QOS_0 and end - start > 2:
            topic_end = start + 2 + (data[start] << 8 | data[start + 1])
            if topic_end < end and data[topic_end] == 0:
                try:
                    topic = data[start + 2 : topic_end].decode()
                except UnicodeDecodeError:
                    topic = repr(data[start + 2 : topic_end])
                self._on_message(topic, data[topic_end + 1 : end])
                return
        assert self._connection is not None
        self._connection.put_package(Package(command, data[start:end]))


def _remaining_length(data: bytes, at: int) -> tuple[int, int]:
    """Where the packet at ``at`` has its body, and how long that is; ``at`` itself when not all of the length is there.

    -1 when the length is longer than MQTT allows.
    """
    length = 0
    for place in range(_LENGTH_BYTES_AT_MOST):
        if at + 1 + place >= len(data):
            return at, 0
        byte = data[at + 1 + place]
        length |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            return at + 2 + place, length
    return -1, 0
