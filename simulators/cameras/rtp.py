"""RTP and RTCP packets (RFC 3550) carrying H.264 (RFC 6184, packetization mode 1)."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

PAYLOAD_TYPE = 96
CLOCK_HZ = 90_000
MAX_PAYLOAD_BYTES = 1400
"""Fits an Ethernet frame with room for tunnels."""

_FU_A = 28
_SENDER_REPORT = 200
_NTP_EPOCH_S = 2_208_988_800
"""From 1900, where NTP counts from, to 1970 (RFC 5905, figure 4)."""


def payloads(units: Sequence[bytes]) -> Iterator[bytes]:
    """RTP payloads of one picture: a unit that fits goes alone, a larger one in FU-A fragments (RFC 6184, 5.8)."""
    for unit in units:
        if len(unit) <= MAX_PAYLOAD_BYTES:
            yield unit
            continue
        indicator, kind = (unit[0] & 0xE0) | _FU_A, unit[0] & 0x1F
        room = MAX_PAYLOAD_BYTES - 2
        for start in range(1, len(unit), room):
            first, last = start == 1, start + room >= len(unit)
            yield bytes((indicator, kind | (first << 7) | (last << 6))) + unit[start : start + room]


def rtp_time(elapsed_us: int) -> int:
    """The 90 kHz time stamp, which wraps at 32 bits, of a moment on the scenario clock."""
    return elapsed_us * 9 // 100 & 0xFFFFFFFF


def rtp_header(sequence: int, time_stamp: int, source: int, last: bool) -> bytes:
    """The twelve bytes before a payload; ``last`` marks the end of a picture."""
    return struct.pack("!BBHII", 0x80, PAYLOAD_TYPE | (last << 7), sequence & 0xFFFF, time_stamp, source)


def sender_report(source: int, wall_us: int, time_stamp: int, packets: int, octets: int) -> bytes:
    """A sender report with a source description: ties RTP time to absolute time (RFC 3550, 6.4.1 and 6.5)."""
    seconds, microseconds = divmod(wall_us, 1_000_000)
    fraction = (microseconds << 32) // 1_000_000
    report = struct.pack(
        "!BBHIIIIII",
        0x80,
        _SENDER_REPORT,
        6,
        source,
        (seconds + _NTP_EPOCH_S) & 0xFFFFFFFF,
        fraction,
        time_stamp,
        packets & 0xFFFFFFFF,
        octets & 0xFFFFFFFF,
    )
    name = b"\x01\x06camera"
    chunk = struct.pack("!I", source) + name + b"\x00" * (4 - len(name) % 4)
    return report + struct.pack("!BBH", 0x81, 202, len(chunk) // 4) + chunk
