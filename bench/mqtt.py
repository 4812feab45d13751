"""What a listener needs of MQTT 5 beside hub/bridge/packets.py, in bytes (OASIS MQTT 5.0, sections 1.5 and 3)."""

from __future__ import annotations

from collections.abc import Iterator

from hub.bridge.packets import PUBLISH, packet, text

DISCONNECT = b"\xe0\x00"


def subscribe(packet_id: int, *filters: str, qos: int = 0) -> bytes:
    """SUBSCRIBE."""
    wanted = b"".join(text(one) + bytes((qos,)) for one in filters)
    return packet(0x82, packet_id.to_bytes(2, "big") + b"\0" + wanted)


def unsubscribe(packet_id: int, *filters: str) -> bytes:
    """UNSUBSCRIBE."""
    return packet(0xA2, packet_id.to_bytes(2, "big") + b"\0" + b"".join(map(text, filters)))


def publish_surely(packet_id: int, topic: str, payload: bytes) -> bytes:
    """PUBLISH at QoS 1; the broker answers PUBACK."""
    return packet(PUBLISH | 2, text(topic) + packet_id.to_bytes(2, "big") + b"\0" + payload)


def puback(packet_id: bytes) -> bytes:
    """PUBACK with the two bytes that name a packet."""
    return packet(0x40, packet_id)


def retained(topic: str, payload: bytes) -> bytes:
    """PUBLISH at QoS 0 that the broker keeps."""
    return packet(PUBLISH | 1, text(topic) + b"\0" + payload)


class Packets:
    """Takes the stream of one connection apart."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """First byte and body of each packet that is whole now."""
        stream = self._rest + data if self._rest else data
        start, end = 0, len(stream)
        while (body := _body(stream, start, end)) is not None:
            yield stream[start], stream[body[0] : body[1]]
            start = body[1]
        self._rest = stream[start:]


def _body(stream: bytes, start: int, end: int) -> tuple[int, int] | None:
    """Where the body of the packet at ``start`` begins and ends; None while it is not whole."""
    length, shift, at = 0, 0, start + 1
    while at < end:
        digit = stream[at]
        at += 1
        length |= (digit & 0x7F) << shift
        shift += 7
        if digit < 0x80:
            return (at, at + length) if at + length <= end else None
    return None


def published_surely(body: bytes) -> tuple[bytes, bytes, bytes]:
    """The two bytes that name the packet, topic and payload of a PUBLISH at QoS 1 with few properties."""
    topic_end = 2 + int.from_bytes(body[:2], "big")
    rest = body[topic_end + 2 :]
    return body[topic_end : topic_end + 2], body[2:topic_end], rest[1 + rest[0] :]


def published(body: bytes) -> tuple[bytes, bytes]:
    """Topic and payload of a PUBLISH at QoS 0 with less than 128 bytes of properties."""
    topic_end = 2 + int.from_bytes(body[:2], "big")
    return body[2:topic_end], body[topic_end + 1 + body[topic_end] :]
