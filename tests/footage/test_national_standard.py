"""Proof of docs/decisions/011: program streams over RTP, as GB/T 28181 has them, are read as the same pictures.

The packer here is written from ISO/IEC 13818-1 (the pack, the program stream map, PES) as devices of the standard send
it, not made by the library that reads it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from fractions import Fraction

import av
import numpy as np
import pytest

RATE_HZ = 25
PICTURES = 60
RTP_BYTES = 1400
STREAM_TYPES = {"libx264": 0x1B, "libx265": 0x24}
"""ISO/IEC 13818-1, table 2-34."""


def film(encoder: str) -> list[tuple[bytes, bool]]:
    """Coded pictures in Annex B, each with whether it is a key picture; parameter sets before each key picture."""
    coder = av.CodecContext.create(encoder, "w")
    assert isinstance(coder, av.VideoCodecContext)
    coder.width, coder.height, coder.pix_fmt = 320, 240, "yuv420p"
    coder.time_base, coder.framerate, coder.gop_size = Fraction(1, RATE_HZ), Fraction(RATE_HZ), 25
    quiet = {"x265-params": "log-level=none:repeat-headers=1:bframes=0"} if encoder == "libx265" else {}
    coder.options = {"preset": "ultrafast", "tune": "zerolatency", **quiet}
    rng = np.random.default_rng(28181)
    still = rng.integers(0, 256, (240, 320, 3), np.uint8)
    found = []
    for number in range(PICTURES):
        frame = av.VideoFrame.from_ndarray(np.roll(still, number, axis=1), format="rgb24")
        frame.pts = number
        found += [(bytes(packet), packet.is_keyframe) for packet in coder.encode(frame)]
    return found + [(bytes(packet), packet.is_keyframe) for packet in coder.encode(None)]


def _stamp(prefix: int, clock: int) -> bytes:
    """33 bits of a 90 kHz clock as PES writes them (clause 2.4.3.7)."""
    high, middle, low = clock >> 30 & 7, clock >> 15 & 0x7FFF, clock & 0x7FFF
    return struct.pack(">BHH", prefix << 4 | high << 1 | 1, middle << 1 | 1, low << 1 | 1)


def pack(picture: bytes, key: bool, clock: int, stream_type: int) -> bytes:
    """One picture as a pack: the pack's head, before a key picture the stream map, then PES of at most 65,000 bytes."""
    scr = (1 << 46) | (clock >> 30 & 7) << 43 | 1 << 42 | (clock >> 15 & 0x7FFF) << 27 | 1 << 26
    scr |= (clock & 0x7FFF) << 11 | 1 << 10 | 1
    made = b"\0\0\1\xba" + scr.to_bytes(6, "big") + (6250 << 2 | 3).to_bytes(3, "big") + b"\xf8"
    if key:
        entry = struct.pack(">BBH", stream_type, 0xE0, 0)
        body = b"\xe1\xff" + struct.pack(">HH", 0, len(entry)) + entry
        made += b"\0\0\1\xbc" + struct.pack(">H", len(body) + 4) + body + b"\0\0\0\0"  # nobody checks its CRC
    for place in range(0, len(picture), 65_000):
        stamps = _stamp(3, clock) + _stamp(1, clock) if place == 0 else b""
        flags = bytes((0x80, 0xC0 if stamps else 0, len(stamps)))
        part = picture[place : place + 65_000]
        made += b"\0\0\1\xe0" + struct.pack(">H", len(flags + stamps + part)) + flags + stamps + part
    return made


def datagrams(pictures: list[tuple[bytes, bool]], stream_type: int) -> Iterator[bytes]:
    """The pictures as packets of RTP (RFC 3550), payload type 96, the marker on a picture's last."""
    number = 65_500  # the numbers go round within the film
    for count, (picture, key) in enumerate(pictures):
        clock = 900_000 + count * 90_000 // RATE_HZ
        whole = pack(picture, key, clock, stream_type)
        for place in range(0, len(whole), RTP_BYTES):
            last = place + RTP_BYTES >= len(whole)
            head = struct.pack(">BBHII", 0x80, 96 | last << 7, number & 0xFFFF, clock, 0x28181)
            yield head + whole[place : place + RTP_BYTES]
            number += 1


class Door:
    """What a packet source of the standard would put before the library: bytes in order, whole packs alone.

    ``read`` gives what is there, as a live stream does; after a loss everything up to the next pack is left out.
    """

    def __init__(self, packets: Iterator[bytes]) -> None:
        self._packets = packets
        self._next: int | None = None
        self._pack = bytearray()
        self._spoilt = False
        self._ready = bytearray()
        self.lost = 0
        self.taken = 0

    def read(self, size: int) -> bytes:
        while not self._ready and (packet := next(self._packets, None)) is not None:
            self._take(packet)
        given = bytes(self._ready[:size])
        del self._ready[:size]
        return given

    def _take(self, packet: bytes) -> None:
        _, marker, number, _, _ = struct.unpack_from(">BBHII", packet)
        payload = packet[12:]
        missing = 0 if self._next is None else (number - self._next) & 0xFFFF
        self._next = (number + 1) & 0xFFFF
        self.lost += missing
        self._spoilt |= missing > 0
        if payload.startswith(b"\0\0\1\xba"):
            self._pack, self._spoilt = bytearray(), False
        self._pack += payload
        if marker & 0x80 and not self._spoilt:
            self._ready += self._pack
            self.taken += 1


def normal(picture: bytes) -> list[bytes]:
    """The units of a picture in Annex B, whatever stands between them."""
    units = picture.replace(b"\0\0\0\1", b"\0\0\1").split(b"\0\0\1")
    return [unit.rstrip(b"\0") for unit in units if unit.rstrip(b"\0")]


@pytest.mark.parametrize("encoder", STREAM_TYPES)
def test_program_stream_over_rtp_comes_to_the_same_pictures_at_their_times_and_at_once(encoder: str) -> None:
    pictures = film(encoder)
    door = Door(datagrams(pictures, STREAM_TYPES[encoder]))
    behind = []
    found: list[av.Packet[av.VideoStream]] = []
    with av.open(door, format="mpeg", options={"probesize": "65536", "analyzeduration": "500000"}) as container:
        stream = container.streams.video[0]
        assert stream.codec_context.name == {"libx264": "h264", "libx265": "hevc"}[encoder]
        for packet in container.demux(stream):
            if packet.size:
                found.append(packet)
                behind.append(door.taken - len(found))
    assert [normal(bytes(packet)) for packet in found] == [normal(picture) for picture, _ in pictures]
    assert [packet.is_keyframe for packet in found] == [key for _, key in pictures]
    times = [float(packet.pts * packet.time_base) for packet in found if packet.pts is not None]
    assert times == pytest.approx([10 + n / RATE_HZ for n in range(PICTURES)], abs=0.001)
    assert behind[RATE_HZ] == 1  # a picture is given on when the next has come


def test_packet_that_is_lost_costs_its_own_picture_and_no_other() -> None:
    pictures = film("libx264")
    packets = list(datagrams(pictures, STREAM_TYPES["libx264"]))
    ends = [number for number, packet in enumerate(packets) if packet[1] & 0x80]
    del packets[ends[29] + 1]  # the first of picture 30, which has several
    door = Door(iter(packets))
    with av.open(door, format="mpeg") as container:
        found = [normal(bytes(packet)) for packet in container.demux(video=0) if packet.size]
    assert found == [normal(picture) for number, (picture, _) in enumerate(pictures) if number != 30]
    assert door.lost == 1
