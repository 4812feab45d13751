"""The few MQTT 5 packets that voice needs, in bytes (OASIS MQTT 5.0, sections 1.5 and 3)."""

from __future__ import annotations

CONNACK, PUBLISH, PINGRESP = 0x20, 0x30, 0xD0
"""First bytes; PUBLISH at QoS 0, not retained."""
PINGREQ = b"\xc0\x00"
_CLEAN_START, _PASSWORD, _USER = 0x02, 0x40, 0x80
_VERSION = 5


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
