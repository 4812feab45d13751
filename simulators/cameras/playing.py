"""One client watching one camera: packets sent when they are due, never earlier, never a backlog."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from simulators.cameras.faults import Fault
from simulators.cameras.rtp import payloads, rtp_header, rtp_time, sender_report
from simulators.cameras.scenario import Cursor, ScenarioClock, next_key
from simulators.cameras.tape import Picture, Tape

REPORT_EVERY_US = 5_000_000
LATE_US = 1_000_000
"""A picture later than this (the machine slept) is dropped with all up to the next key picture."""

_STALL_LOOK_S = 0.1


class Sender(Protocol):
    """Where packets go: interleaved in the RTSP connection, or UDP."""

    def send(self, rtp: list[bytes]) -> bool:
        """Send a picture's packets; False when the client is behind and they were dropped."""
        ...

    def report(self, rtcp: bytes) -> None:
        """Send one control packet."""
        ...


@dataclass
class Counters:
    """What one client was sent."""

    packets: int = 0
    octets: int = 0
    pictures: int = 0
    dropped: int = 0


async def play(
    tape: Tape,
    scenario: ScenarioClock,
    sender: Sender,
    source: int,
    start: Cursor,
    first_sequence: int,
    fault: Callable[[], Fault],
    counters: Counters,
) -> None:
    """Send the tape from the key picture ``start`` on, for ever. Ends by cancellation."""
    noise = random.Random(source)
    duration = scenario.duration_us
    cursor = start
    reported_us: int | None = None
    sequence = first_sequence
    while True:
        due = cursor.due_us(tape, duration)
        wait_us = due - scenario.elapsed_us()
        if wait_us > 0:
            await asyncio.sleep(wait_us / 1e6)
        now_fault = fault()
        if now_fault is Fault.STALL:
            await asyncio.sleep(_STALL_LOOK_S)
            cursor = next_key(tape, scenario.elapsed_us(), duration)
            continue
        if scenario.elapsed_us() - due > LATE_US:
            counters.dropped += 1
            cursor = next_key(tape, scenario.elapsed_us(), duration)
            continue
        stamp = rtp_time(due)
        if reported_us is None or due - reported_us >= REPORT_EVERY_US:
            wall_us = scenario.t0_wall_us + due
            sender.report(sender_report(source, wall_us, stamp, counters.packets, counters.octets))
            reported_us = due
        parts = _parts(tape, tape.pictures[cursor.index])
        if now_fault is Fault.GARBAGE:
            parts = [noise.randbytes(len(part)) for part in parts]
        packets = [
            rtp_header(sequence + number, stamp, source, number == len(parts) - 1) + part
            for number, part in enumerate(parts)
        ]
        if sender.send(packets):
            sequence += len(packets)
            counters.packets += len(packets)
            counters.octets += sum(len(part) for part in parts)
            counters.pictures += 1
            cursor = cursor.next(tape)
        else:
            counters.dropped += 1
            cursor = next_key(tape, due + 1, duration)


def _parts(tape: Tape, picture: Picture) -> list[bytes]:
    """RTP payloads of a picture; a key picture brings its parameter sets."""
    return list(payloads((*tape.parameter_sets, *picture.units) if picture.key else picture.units))
