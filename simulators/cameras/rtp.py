"""RTP and RTCP packets (RFC 3550) carrying H.264 (RFC 6184, packetization mode 1) and H.265 (RFC 7798)."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

from simulators.cameras.units import Coding

PAYLOAD_TYPE = 96
MAX_PAYLOAD_BYTES = 1400
"""Fits an Ethernet frame with room for tunnels."""

_FU_A = 28
_FU_H265 = 49
_SENDER_REPORT = 200
_NTP_EPOCH_S = 2_208_988_800
"""From 1900, where NTP counts from, to 1970 (RFC 5905, figure 4)."""


def payloads(units: Sequence[bytes], coding: Coding = Coding.H264) -> Iterator[bytes]:
    """RTP payloads of one picture: a unit that fits goes alone, a larger one in fragments (RFC 6184, 5.8; RFC 7798,
    4.4.3)."""
    for unit in units:
        if len(unit) <= MAX_PAYLOAD_BYTES:
            yield unit
            continue
        if coding is Coding.H264:
            head, kind = bytes([(unit[0] & 0xE0) | _FU_A]), unit[0] & 0x1F
        else:
            head, kind = bytes([(unit[0] & 0x81) | _FU_H265 << 1, unit[1]]), unit[0] >> 1 & 0x3F
        room = MAX_PAYLOAD_BYTES - len(head) - 1
        for start in range(len(head), len(unit), room):
            first, last = start == len(head), start + room >= len(unit)
            yield head + bytes([kind | first << 7 | last << 6]) + unit[start : start + room]


def rtp_time(elapsed_us: int) -> int:
    """The 90 kHz time stamp, which wraps at 32 bits, of a moment on the scenario clock."""
    return elapsed_us * 9 // 100 & 0xFFFFFFFF


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
