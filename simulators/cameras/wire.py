"""A tape's pictures as RTP packets made once: what changes from client to client is written into a copy."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from simulators.cameras.rtp import PAYLOAD_TYPE, payloads
from simulators.cameras.tape import Tape
from simulators.cameras.units import fingerprint

FRAME_BYTES = 4
"""Before each packet within the RTSP connection (RFC 2326, 10.12); left out over UDP."""
_FRAME_AND_HEAD = struct.Struct("!cBHBBHII")
_OWN = struct.Struct("!HII")
_OWN_AT = FRAME_BYTES + 2
_HEAD_BYTES = 12
KEPT_BYTES = 64 * 1024 * 1024
"""The packets of a larger tape are made anew each time."""


@dataclass(frozen=True)
class Packets:
    """Of one picture, framed for channel 0, without sequence number, time stamp and source; ``heads``: where each
    begins."""

    data: bytes
    heads: tuple[int, ...]
    octets: int

    def addressed(self, sequence: int, time_stamp: int, source: int) -> bytearray:
        """A copy for one client at one moment."""
        data = bytearray(self.data)
        for number, head in enumerate(self.heads, sequence):
            _OWN.pack_into(data, head + _OWN_AT, number & 0xFFFF, time_stamp, source)
        return data


def packets_of(parts: Sequence[bytes]) -> Packets:
    """The last of these payloads is marked as the picture's end."""
    data, heads = bytearray(), []
    for number, part in enumerate(parts, 1):
        heads.append(len(data))
        kind = PAYLOAD_TYPE | (number == len(parts)) << 7
        data += _FRAME_AND_HEAD.pack(b"$", 0, _HEAD_BYTES + len(part), 0x80, kind, 0, 0, 0)
        data += part
    return Packets(bytes(data), tuple(heads), sum(map(len, parts)))


class Wire:
    """One tape's packets, for all who watch it."""

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        size = sum(len(unit) for picture in tape.pictures for unit in picture.units)
        self._made: list[Packets | None] | None = [None] * len(tape.pictures) if size <= KEPT_BYTES else None

    def packets(self, index: int) -> Packets:
        """Of the picture with that number."""
        if self._made is None:
            return self._make(index)
        found = self._made[index]
        if found is None:
            found = self._made[index] = self._make(index)
        return found

    def _make(self, index: int) -> Packets:
        return packets_of(list(payloads(self.tape.sent_units(index), self.tape.coding)))

    def fingerprints(self) -> list[bytes]:
        """Of every picture, in the order of the tape."""
        return [fingerprint(picture.units, self.tape.coding) for picture in self.tape.pictures]
