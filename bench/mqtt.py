"""What a listener needs of MQTT 5 beside hub/bridge/packets.py, in bytes (OASIS MQTT 5.0, sections 1.5 and 3)."""

from __future__ import annotations

from hub.bridge.packets import PUBLISH, packet, text

DISCONNECT = b"\xe0\x00"


def subscribe(packet_id: int, *filters: str, qos: int = 0) -> bytes:
    """SUBSCRIBE."""
    wanted = b"".join(text(one) + bytes((qos,)) for one in filters)
    return packet(0x82, packet_id.to_bytes(2, "big") + b"\0" + wanted)


def unsubscribe(packet_id: int, *filters: str) -> bytes:
    """UNSUBSCRIBE."""
    return packet(0xA2, packet_id.to_bytes(2, "big") + b"\0" + b"".join(map(text, filters)))


def retained(topic: str, payload: bytes) -> bytes:
    """PUBLISH at QoS 0 that the broker keeps."""
    return packet(PUBLISH | 1, text(topic) + b"\0" + payload)


def published_surely(body: bytes) -> tuple[bytes, bytes, bytes]:
    """The two bytes that name the packet, topic and payload of a PUBLISH at QoS 1 with few properties."""
    topic_end = 2 + int.from_bytes(body[:2], "big")
    rest = body[topic_end + 2 :]
    return body[topic_end : topic_end + 2], body[2:topic_end], rest[1 + rest[0] :]


def published(body: bytes) -> tuple[bytes, bytes]:
    """Topic and payload of a PUBLISH at QoS 0 with less than 128 bytes of properties."""
    topic_end = 2 + int.from_bytes(body[:2], "big")
    return body[2:topic_end], body[topic_end + 1 + body[topic_end] :]
