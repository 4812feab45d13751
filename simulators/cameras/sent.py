"""What a simulated camera has sent, picture by picture: proof for whoever says that nothing was lost."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from simulators.cameras.wire import Wire


@dataclass
class Counters:
    """What one client was sent."""

    packets: int = 0
    octets: int = 0
    pictures: int = 0
    dropped: int = 0


@dataclass
class Roll:
    """Of one stream, in the order of sending; one entry a picture in each array."""

    tapes: array[int] = field(default_factory=lambda: array("B"))
    indices: array[int] = field(default_factory=lambda: array("I"))
    sent_at_us: array[int] = field(default_factory=lambda: array("q"))
    whole: array[int] = field(default_factory=lambda: array("B"))
    connections: array[int] = field(default_factory=lambda: array("H"))
    """Which of the stream's connections, from 0."""
    octets: int = 0
    """Of NAL units, as payloads."""
    opened: int = 0


class SentStream(msgspec.Struct, frozen=True):
    """A roll as it is written down, in native byte order; see ``Roll``."""

    tapes: bytes
    indices: bytes
    sent_at_us: bytes
    whole: bytes
    connections: bytes
    octets: int

    def entries(self) -> list[tuple[int, int, int, bool, int]]:
        """Tape, index, when sent, whole, connection."""
        columns = (("B", self.tapes), ("I", self.indices), ("q", self.sent_at_us), ("B", self.whole))
        unpacked = [array(kind, data) for kind, data in (*columns, ("H", self.connections))]
        return [(a, b, c, bool(d), e) for a, b, c, d, e in zip(*unpacked, strict=True)]


class SentReport(msgspec.Struct, frozen=True):
    """``fingerprints`` of each tape's pictures; ``streams`` by ``C01`` and ``C01/sub``."""

    fingerprints: list[list[bytes]]
    streams: dict[str, SentStream]


class Sent:
    """The rolls of all streams, kept only where asked for: 16 bytes a picture, 1.4 MB an hour for a stream of 25 Hz."""

    def __init__(self) -> None:
        self._rolls: dict[str, Roll] = {}
        self._wires: list[Wire] = []

    def connected(self, stream_id: str) -> int:
        """The number of a new connection that plays."""
        roll = self._rolls.setdefault(stream_id, Roll())
        roll.opened += 1
        return roll.opened - 1

    def add(
        self, stream_id: str, wire: Wire, index: int, sent_at_us: int, octets: int, *, whole: bool, connection: int
    ) -> None:
        """One picture has left."""
        if wire not in self._wires:
            self._wires.append(wire)
        roll = self._rolls[stream_id]
        roll.tapes.append(self._wires.index(wire))
        roll.indices.append(index)
        roll.sent_at_us.append(sent_at_us)
        roll.whole.append(whole)
        roll.connections.append(connection & 0xFFFF)
        roll.octets += octets

    def report(self) -> SentReport:
        """All until now."""
        return SentReport(
            [wire.fingerprints() for wire in self._wires],
            {
                stream_id: SentStream(
                    roll.tapes.tobytes(),
                    roll.indices.tobytes(),
                    roll.sent_at_us.tobytes(),
                    roll.whole.tobytes(),
                    roll.connections.tobytes(),
                    roll.octets,
                )
                for stream_id, roll in self._rolls.items()
            },
        )

    def write(self, path: Path) -> None:
        """The report as MessagePack. Raises OSError."""
        path.write_bytes(msgspec.msgpack.encode(self.report()))


def read_sent(path: Path) -> SentReport:
    """What ``Sent.write`` wrote. Raises OSError, msgspec.DecodeError."""
    return msgspec.msgpack.decode(path.read_bytes(), type=SentReport)
