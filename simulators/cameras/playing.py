"""One client watching one camera: packets sent when they are due, never earlier, never a backlog."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from simulators.cameras.faults import ENDS_CONNECTION, SPOILS, STAMP_SHIFT_US, Fault
from simulators.cameras.rtp import payloads, rtp_time, sender_report
from simulators.cameras.scenario import Cursor, ScenarioClock, next_key
from simulators.cameras.sending import Left, Sender
from simulators.cameras.sent import Counters
from simulators.cameras.wire import Packets, Wire, packets_of

REPORT_EVERY_US = 5_000_000
LATE_US = 1_000_000
"""A picture later than this (the machine slept) is dropped with all up to the next key picture."""

_STALL_LOOK_S = 0.1
_NOISE_BYTES = (1, 4000)


class Camera(Protocol):
    """What a stream is at the moment; asked before each picture."""

    @property
    def fault(self) -> Fault: ...

    @property
    def wire(self) -> Wire:
        """What it sends; another where its resolution has changed."""
        ...

    @property
    def clock_offset_us(self) -> int:
        """By how much its sender reports are ahead."""
        ...


@dataclass
class Playing:
    """Sends a camera's stream from the key picture ``cursor`` on."""

    camera: Camera
    scenario: ScenarioClock
    sender: Sender
    source: int
    cursor: Cursor
    sequence: int
    noted: Callable[[Wire, int, int, bool], None]
    """Called for each picture that left: its tape, its index, its octets, whether it is whole."""
    counters: Counters = field(default_factory=Counters)

    async def run(self) -> None:
        """For ever: ends by cancellation, or when the connection is to be dropped."""
        self._noise = random.Random(self.source)
        self._reported_us: int | None = None
        self._wire = self.camera.wire
        while True:
            due = self.cursor.due_us(self._wire.tape, self.scenario.duration_us)
            wait_us = due - self.scenario.elapsed_us()
            if wait_us > 0:
                await asyncio.sleep(wait_us / 1e6)
            fault = self.camera.fault
            if fault in ENDS_CONNECTION:
                return
            if fault is Fault.STALL:
                await asyncio.sleep(_STALL_LOOK_S)
                self._skip()
            elif self.scenario.elapsed_us() - due > LATE_US:
                self.counters.dropped += 1
                self._skip()
            elif self._wire.tape.pictures[self.cursor.index].key and self.camera.wire is not self._wire:
                self._wire = self.camera.wire
                self.cursor = next_key(self._wire.tape, due, self.scenario.duration_us)
            else:
                self._send(due, fault)

    def _skip(self) -> None:
        """Go on with the present's next key picture."""
        self.cursor = next_key(self._wire.tape, self.scenario.elapsed_us(), self.scenario.duration_us)

    def _send(self, due: int, fault: Fault) -> None:
        stamp = rtp_time(due + STAMP_SHIFT_US.get(fault, 0))
        if self._reported_us is None or due - self._reported_us >= REPORT_EVERY_US:
            wall_us = self.scenario.t0_wall_us + due + self.camera.clock_offset_us
            self.sender.report(sender_report(self.source, wall_us, stamp, self.counters.packets, self.counters.octets))
            self._reported_us = due
        packets = self._packets(fault)
        left = self.sender.send(packets.addressed(self.sequence, stamp, self.source), packets.heads)
        if left is Left.BEHIND:
            self.counters.dropped += 1
            self.cursor = next_key(self._wire.tape, due + 1, self.scenario.duration_us)
            return
        self.sequence += len(packets.heads)
        self.counters.packets += len(packets.heads)
        self.counters.octets += packets.octets
        self.counters.pictures += 1
        whole = left is Left.WHOLE and fault not in SPOILS
        self.noted(self._wire, self.cursor.index, packets.octets, whole)
        self.cursor = self.cursor.next(self._wire.tape)

    def _packets(self, fault: Fault) -> Packets:
        packets = self._wire.packets(self.cursor.index)
        if fault is Fault.FRAMING:
            self.sender.noise(self._noise.randbytes(self._noise.randint(*_NOISE_BYTES)))
        elif fault is Fault.GARBAGE:
            ends = (*packets.heads[1:], len(packets.data))
            sizes = (end - head - 16 for head, end in zip(packets.heads, ends, strict=True))
            packets = packets_of([self._noise.randbytes(size) for size in sizes])
        elif fault is Fault.TRUNCATED:
            tape = self._wire.tape
            halves = [unit[: 2 + len(unit) // 2] for unit in tape.sent_units(self.cursor.index)]
            packets = packets_of(list(payloads(halves, tape.coding)))
        return packets
