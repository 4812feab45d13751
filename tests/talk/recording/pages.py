"""Ogg pages read as RFC 3533 writes them, by other means than the hub's: bit by bit, to check what the hub wrote."""

from __future__ import annotations

from dataclasses import dataclass

CONTINUED, FIRST, LAST = 1, 2, 4


@dataclass(frozen=True)
class OggPage:
    flags: int
    granule: int
    serial: int
    number: int
    packets: tuple[bytes, ...]


def crc_bit_by_bit(data: bytes) -> int:
    """The checksum as RFC 3533 defines it: generator polynomial 0x04c11db7, no reflection, begun with 0."""
    crc = 0
    for byte in data:
        crc ^= byte << 24
        for _ in range(8):
            crc = ((crc << 1) ^ 0x04C11DB7) & 0xFFFFFFFF if crc & 0x80000000 else crc << 1
    return crc


def read_pages(data: bytes) -> list[OggPage]:
    """Every page of ``data``; fails on anything that is none."""
    pages, at = [], 0
    while at < len(data):
        assert data[at : at + 4] == b"OggS" and data[at + 4] == 0
        segments = data[at + 27 : at + 27 + data[at + 26]]
        body = at + 27 + len(segments)
        end = body + sum(segments)
        assert end <= len(data)
        stated = int.from_bytes(data[at + 22 : at + 26], "little")
        assert crc_bit_by_bit(data[at : at + 22] + bytes(4) + data[at + 26 : end]) == stated
        packets, packet = [], b""
        for size in segments:
            packet += data[body : body + size]
            body += size
            if size < 255:
                packets.append(packet)
                packet = b""
        assert packet == b"", "a packet goes on in the next page"
        number = [int.from_bytes(data[at + a : at + b], "little") for a, b in ((6, 14), (14, 18), (18, 22))]
        pages.append(OggPage(data[at + 5], *number, tuple(packets)))
        at = end
    return pages
