"""The few MQTT 5 packets that voice and alerts need, in bytes (OASIS MQTT 5.0, sections 1.5 and 3)."""

from __future__ import annotations

from collections.abc import Iterator

CONNACK, PUBLISH, PUBACK, PINGRESP = 0x20, 0x30, 0x40, 0xD0
"""First bytes; PUBLISH at QoS 0, not retained."""
PINGREQ = b"\xc0\x00"
_CLEAN_START, _PASSWORD, _USER = 0x02, 0x40, 0x80
_VERSION = 5
_MOST_LENGTH_BITS = 28


class PacketError(ValueError):
    """Bytes that are no MQTT packet."""


def text(value: str) -> bytes:
    """A string as it stands in packets."""
    encoded = value.encode()
    return len(encoded).to_bytes(2, "big") + encoded


def packet(first: int, body: bytes) -> bytes:
    """A packet of this first byte."""
    left, length = len(body), bytearray()
    while True:
        left, digit = left >> 7, left & 0x7F
        length.append(digit | (0x80 if left else 0))
        if not left:
            return b"".join((bytes((first,)), length, body))


def connect(client_id: str, user: str | None, password: str | None, keepalive_s: int) -> bytes:
    """CONNECT with a clean start and without a will."""
    flags = _CLEAN_START | (0 if user is None else _USER) | (0 if password is None else _PASSWORD)
    body = text("MQTT") + bytes((_VERSION, flags)) + keepalive_s.to_bytes(2, "big") + b"\0" + text(client_id)
    return packet(0x10, body + b"".join(text(one) for one in (user, password) if one is not None))


def publish(topic: str, payload: bytes) -> bytes:
    """PUBLISH at QoS 0."""
    return packet(PUBLISH, b"%b\0%b" % (text(topic), payload))


def publish_surely(number: int, topic: str, payload: bytes, expires_in_s: int | None = None) -> bytes:
    """PUBLISH at QoS 1, which the broker acknowledges by its number; it forgets the message after ``expires_in_s``."""
    properties = b"\0" if expires_in_s is None else b"\5\2%b" % expires_in_s.to_bytes(4, "big")
    return packet(PUBLISH | 2, b"".join((text(topic), number.to_bytes(2, "big"), properties, payload)))


def puback(number: bytes) -> bytes:
    """PUBACK with the two bytes that name a message."""
    return packet(PUBACK, number)


class Packets:
    """Takes the stream of one connection apart."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """First byte and body of each packet that is whole now. Raises PacketError."""
        stream = self._rest + data if self._rest else data
        start, end = 0, len(stream)
        while (body := _body(stream, start, end)) is not None:
            yield stream[start], stream[body[0] : body[1]]
            start = body[1]
        self._rest = stream[start:]


def _body(stream: bytes, start: int, end: int) -> tuple[int, int] | None:
    """Where the body of the packet at ``start`` begins and ends; None while it is not whole. Raises PacketError."""
    length, shift, at = 0, 0, start + 1
    while at < end:
        digit = stream[at]
        at += 1
        length |= (digit & 0x7F) << shift
        shift += 7
        if digit < 0x80:
            return (at, at + length) if at + length <= end else None
        if shift >= _MOST_LENGTH_BITS:
            raise PacketError("a packet's length has at most 4 bytes")
    return None
