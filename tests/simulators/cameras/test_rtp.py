"""RTP packets of H.264 and H.265."""

from __future__ import annotations

import struct

from simulators.cameras.rtp import MAX_PAYLOAD_BYTES, payloads, rtp_time, sender_report
from simulators.cameras.units import Coding
from simulators.cameras.wire import packets_of


def test_a_small_unit_goes_alone() -> None:
    assert list(payloads([b"\x65abc"])) == [b"\x65abc"]


def test_a_large_unit_comes_back_whole_from_its_fragments() -> None:
    unit = b"\x65" + bytes(range(256)) * 20
    parts = list(payloads([unit]))
    assert all(len(part) <= MAX_PAYLOAD_BYTES for part in parts)
    assert [part[0] & 31 for part in parts] == [28] * 4
    assert [part[1] >> 6 for part in parts] == [0b10, 0b00, 0b00, 0b01]
    header = bytes([parts[0][0] & 0xE0 | parts[0][1] & 31])
    assert header + b"".join(part[2:] for part in parts) == unit


def test_a_large_h265_unit_comes_back_whole_from_its_fragments() -> None:
    unit = bytes([19 << 1, 1]) + bytes(range(256)) * 20
    parts = list(payloads([unit], Coding.H265))
    assert [part[0] >> 1 & 63 for part in parts] == [49] * 4
    assert [part[2] >> 6 for part in parts] == [0b10, 0b00, 0b00, 0b01]
    assert bytes([(parts[0][2] & 63) << 1, parts[0][1]]) + b"".join(part[3:] for part in parts) == unit


def test_time_stamps_count_90_khz_and_wrap_at_32_bits() -> None:
    assert rtp_time(1_000_000) == 90_000
    day_us = 86_400_000_000
    assert rtp_time(day_us) == 86_400 * 90_000 % 2**32


def test_the_last_packet_of_a_picture_is_marked_and_each_is_numbered() -> None:
    packets = packets_of([b"one", b"three"])
    sent = packets.addressed(70_000, 2, 3)
    assert packets.heads == (0, 19)
    assert sent[:16] == struct.pack("!cBHBBHII", b"$", 0, 15, 0x80, 96, 70_000 - 65_536, 2, 3)
    assert sent[19:35] == struct.pack("!cBHBBHII", b"$", 0, 17, 0x80, 96 | 128, 70_001 - 65_536, 2, 3)
    assert packets.addressed(1, 2, 4) != sent


def test_a_sender_report_ties_rtp_time_to_the_wall_clock() -> None:
    packet = sender_report(source=9, wall_us=1_500_000, time_stamp=45, packets=3, octets=400)
    flags, kind, length, source, seconds, fraction, stamp, packets, octets = struct.unpack_from("!BBHIIIIII", packet)
    assert (flags, kind, source, stamp, packets, octets) == (0x80, 200, 9, 45, 3, 400)
    assert (seconds, fraction) == (2_208_988_801, 2**31)
    assert len(packet[(length + 1) * 4 :]) % 4 == 0
