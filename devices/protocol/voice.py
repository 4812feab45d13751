"""The voice packet: a fixed header, then 1 to 6 Opus frames of 20 ms. The same bytes travel over MQTT and websocket.

Layout, big-endian::

    0   u8   version (1)
    1   u8   frame count, 1 to 6
    2   u16  flags; bit 0: last packet of the burst
    4   u64  call id
    12  u64  burst id
    20  u32  sequence number within the burst, from 0
    24  u32  media time of the first frame, in 1/48000 s (the RTP clock of Opus, RFC 7587 section 4.1)
    28  u64  sender's boot id
    36  u64  sender's monotonic clock, microseconds
    44  u64  sender's wall clock, microseconds since 1970 UTC
    52  u16  length of each frame, then the frames

The hub relays frames as they came and puts its own clock in (``restamp``), since receivers know the hub's clock.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

VERSION = 1
FRAME_MS = 20
MEDIA_CLOCK_HZ = 48_000
MEDIA_TICKS_PER_FRAME = MEDIA_CLOCK_HZ * FRAME_MS // 1000
MAX_FRAMES = 6
MAX_FRAME_BYTES = 1275
"""The largest Opus frame (RFC 6716, section 3.2.1)."""
STALE_AFTER_MS = 400
"""Voice older than this at the receiver is dropped, never played late."""

_HEADER = struct.Struct("!BBHQQIIQQQ")
_CLOCK = struct.Struct("!QQQ")
_CLOCK_OFFSET = 28
HEADER_BYTES = _HEADER.size
_LAST = 0x0001


class VoicePacketError(ValueError):
    """Bytes that are not a voice packet; says why."""


class VoicePacket(NamedTuple):
    """One packet of a talk burst."""

    call_id: int
    burst_id: int
    sequence: int
    media_time: int
    boot_id: int
    monotonic_us: int
    wall_us: int
    last: bool
    frames: tuple[bytes, ...]


def encode(packet: VoicePacket) -> bytes:
    """The packet's bytes. Raises VoicePacketError for a frame count or size outside the format."""
    if not 1 <= len(packet.frames) <= MAX_FRAMES:
        raise VoicePacketError(f"{len(packet.frames)} frames; a packet carries 1 to {MAX_FRAMES}")
    if any(not 1 <= len(frame) <= MAX_FRAME_BYTES for frame in packet.frames):
        raise VoicePacketError(f"an Opus frame has 1 to {MAX_FRAME_BYTES} bytes")
    header = _HEADER.pack(
        VERSION,
        len(packet.frames),
        _LAST if packet.last else 0,
        packet.call_id,
        packet.burst_id,
        packet.sequence,
        packet.media_time & 0xFFFFFFFF,
        packet.boot_id,
        packet.monotonic_us,
        packet.wall_us,
    )
    lengths = b"".join(len(frame).to_bytes(2, "big") for frame in packet.frames)
    return b"".join((header, lengths, *packet.frames))


def decode(payload: bytes) -> VoicePacket:
    """The packet in ``payload``. Raises VoicePacketError saying what is wrong."""
    if len(payload) < HEADER_BYTES:
        raise VoicePacketError(f"{len(payload)} bytes; the header alone has {HEADER_BYTES}")
    version, count, flags, call, burst, sequence, media, boot, mono, wall = _HEADER.unpack_from(payload)
    if version != VERSION:
        raise VoicePacketError(f"version {version}; this program speaks version {VERSION}")
    if not 1 <= count <= MAX_FRAMES:
        raise VoicePacketError(f"{count} frames; a packet carries 1 to {MAX_FRAMES}")
    start = HEADER_BYTES + 2 * count
    frames = []
    for index in range(count):
        length = int.from_bytes(payload[HEADER_BYTES + 2 * index : HEADER_BYTES + 2 * index + 2], "big")
        if not 1 <= length <= MAX_FRAME_BYTES:
            raise VoicePacketError(f"frame {index} has {length} bytes; Opus frames have 1 to {MAX_FRAME_BYTES}")
        frames.append(payload[start : start + length])
        start += length
    if start != len(payload):
        raise VoicePacketError(f"{len(payload)} bytes where the frame lengths add up to {start}")
    return VoicePacket(call, burst, sequence, media, boot, mono, wall, bool(flags & _LAST), tuple(frames))


def restamp(payload: bytes, boot_id: int, monotonic_us: int, wall_us: int) -> bytes:
    """The same packet with another sender's clock; frames untouched. The payload must have been decoded once."""
    clock = _CLOCK.pack(boot_id, monotonic_us, wall_us)
    return payload[:_CLOCK_OFFSET] + clock + payload[_CLOCK_OFFSET + _CLOCK.size :]
