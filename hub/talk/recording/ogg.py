"""Opus packets into Ogg pages as they come, never re-encoded (RFC 3533, RFC 7845), and whole pages read back.

Pure: packets in, bytes out. Every packet is 20 ms, so that a page's granule position is a count of packets.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from devices.protocol.voice import FRAME_MS, MEDIA_CLOCK_HZ, MEDIA_TICKS_PER_FRAME

PRE_SKIP = 312
"""Samples at 48 kHz before the voice begins: libopus' look-ahead of 6.5 ms, in browsers and radios alike."""
PACKETS_A_PAGE = 1000 // FRAME_MS
"""A page holds at most a second (RFC 7845, section 6)."""
_SEGMENTS_A_PAGE = 255
_HEADER = struct.Struct("<4sBBqIIIB")
"""Capture pattern, version, flags, granule position, serial, page number, checksum, segments (RFC 3533, section 6)."""
_CHECKSUM_AT = 22
_FIRST_PAGE, _LAST_PAGE = 0x02, 0x04
_OPUS_HEAD = struct.pack("<8sBBHIhB", b"OpusHead", 1, 1, PRE_SKIP, 0, 0, 0)
"""Version 1, one channel, pre-skip, input rate unspecified, no gain, mapping family 0 (RFC 7845, section 5.1)."""
_VENDOR = "黔哨 Qianshao".encode()
_MIRRORED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


class Page(NamedTuple):
    """One whole page: where it ends in the file, its granule position, its packets' sizes."""

    ends_at: int
    granule: int
    sizes: tuple[int, ...]


def checksum(page: bytes) -> int:
    """Ogg's CRC-32: polynomial 0x04c11db7, most significant bit first, begun with 0 (RFC 3533, section 6).

    It is zlib's with every bit order turned round, and zlib's begun with all ones is begun with 0. 2 microseconds for a
    page of 3 KiB, where a table walked in Python takes 570 (``python -m bench.recording``).
    """
    mirrored = zlib.crc32(page.translate(_MIRRORED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int.from_bytes(mirrored.to_bytes(4, "little").translate(_MIRRORED), "big")


class OggOpus:
    """One stream of 20 ms Opus packets. ``serial`` is the stream's number, 32 bits."""

    def __init__(self, serial: int) -> None:
        self._serial = serial
        self._pages = 0
        self._packets = 0

    @property
    def packets(self) -> int:
        """How many packets the pages so far hold."""
        return self._packets

    def head(self, comments: Sequence[str]) -> bytes:
        """The two pages that begin the file; ``comments`` are ``NAME=value`` (RFC 7845, section 5.2)."""
        tags = b"".join((b"OpusTags", _counted(_VENDOR), struct.pack("<I", len(comments))))
        tags += b"".join(_counted(comment.encode()) for comment in comments)
        return self._page([_OPUS_HEAD], _FIRST_PAGE) + self._page([tags], 0)

    def pages(self, packets: Sequence[bytes]) -> bytes:
        """Pages with these packets; none for none."""
        return b"".join(self._voice(part, 0) for part in _parts(packets))

    def last_pages(self, packets: Sequence[bytes]) -> bytes:
        """The same, the last of them marked as the end of the stream; at least one packet."""
        *parts, last = _parts(packets)
        return b"".join(self._voice(part, 0) for part in parts) + self._voice(last, _LAST_PAGE)

    def _voice(self, packets: Sequence[bytes], flags: int) -> bytes:
        self._packets += len(packets)
        return self._page(packets, flags)

    def _page(self, packets: Sequence[bytes], flags: int) -> bytes:
        lacing = b"".join(map(_lacing, packets))
        granule = self._packets * MEDIA_TICKS_PER_FRAME
        header = _HEADER.pack(b"OggS", 0, flags, granule, self._serial, self._pages, 0, len(lacing))
        self._pages += 1
        page = b"".join((header, lacing, *packets))
        return page[:_CHECKSUM_AT] + checksum(page).to_bytes(4, "little") + page[_CHECKSUM_AT + 4 :]


def _counted(text: bytes) -> bytes:
    return len(text).to_bytes(4, "little") + text


def _lacing(packet: bytes) -> bytes:
    """A packet's segment lengths: full ones of 255, then one below (RFC 3533, section 5)."""
    full, rest = divmod(len(packet), 255)
    return b"\xff" * full + bytes((rest,))


def _parts(packets: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    """The packets page by page: a second each, and no more segments than a page has."""
    start = segments = 0
    for index, packet in enumerate(packets):
        needed = len(packet) // 255 + 1
        if index - start == PACKETS_A_PAGE or segments + needed > _SEGMENTS_A_PAGE:
            yield packets[start:index]
            start, segments = index, 0
        segments += needed
    if packets:
        yield packets[start:]


def whole_pages(data: bytes) -> Iterator[Page]:
    """The pages up to the first that is torn or damaged; of this writer, whose packets span no pages."""
    at = 0
    while len(data) - at >= _HEADER.size:
        pattern, version, _, granule, _, _, stated, segments = _HEADER.unpack_from(data, at)
        body_at = at + _HEADER.size + segments
        lacing = data[at + _HEADER.size : body_at]
        ends_at = body_at + sum(lacing)
        if pattern != b"OggS" or version != 0 or len(lacing) < segments or ends_at > len(data):
            return
        page = data[at : at + _CHECKSUM_AT] + bytes(4) + data[at + _CHECKSUM_AT + 4 : ends_at]
        if checksum(page) != stated:
            return
        yield Page(ends_at, granule, _sizes(lacing))
        at = ends_at


def _sizes(lacing: bytes) -> tuple[int, ...]:
    sizes, size = [], 0
    for segment in lacing:
        size += segment
        if segment < 255:
            sizes.append(size)
            size = 0
    return tuple(sizes)


def seconds_of(granule: int) -> float:
    """How long a stream plays whose last page has this granule position."""
    return max(0, granule - PRE_SKIP) / MEDIA_CLOCK_HZ
