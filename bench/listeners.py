"""Many listeners in one thread, whose own cost is not in what they measure: each read has the kernel's time of arrival.

The kernel notes when a packet reached a socket (SO_TIMESTAMPNS, socket(7)); the thread may come to read it later. What
was read is taken apart only after a turn is over, and the thread naps between its rounds, so that a packet that arrives
wakes nobody. What is left of the listeners in a figure is that they take turns on the processor with what is measured,
the same for all that is compared in a run. A read that finds two packets has the time of the later one for both, so
that a thread that is late makes figures worse and never better.
"""

from __future__ import annotations

import contextlib
import gc
import heapq
import os
import resource
import select
import socket
import struct
import sys
import time
from collections.abc import Callable
from typing import Protocol

import msgspec
import numpy as np

_SO_TIMESTAMPNS = 35
_TIMESPEC = struct.Struct("qq")
_READ_BYTES = 65_536
_ANCILLARY_BYTES = socket.CMSG_SPACE(_TIMESPEC.size)
_SPARE_FILES = 100
NAP_S = 0.002
"""A tenth of the shortest packet interval: a socket has two packets after it only if what is measured held one back."""


class Turn(msgspec.Struct, frozen=True, tag="turn"):
    """A turn begins: somebody is about to speak."""

    burst_id: int
    says_heard: bool
    """Whether the listeners say what they heard, as radios do to the hub."""


class Over(msgspec.Struct, frozen=True, tag="over"):
    """It is over: write the arrivals to ``file``, an array of int64 nanoseconds, a row for each listener."""

    packets: int
    file: str


Order = Turn | Over


class Ready(msgspec.Struct, frozen=True):
    """The listeners listen."""

    listeners: int


class Key(msgspec.Struct, frozen=True, array_like=True):
    """A guard pressed the acknowledge key."""

    alert_id: str
    radio_id: str
    pressed_ns: int


class Written(msgspec.Struct, frozen=True):
    """The arrivals are written."""

    late_entry_ms: tuple[float, ...] = ()
    """Of listeners who came in mid-burst: from asking until their first packet."""
    keys: tuple[Key, ...] = ()


class Arrival(msgspec.Struct, frozen=True, gc=False):
    """What one read of one socket gave."""

    listener: int
    arrived_ns: int
    """On the machine's wall clock."""
    data: bytes


class Kind(Protocol):
    """What is listened to, and how."""

    def turn(self, turn: Turn) -> None:
        """A turn begins."""

    def over(self, over: Over, arrivals: list[Arrival]) -> Written:
        """A turn is over; ``arrivals`` are in order for each socket."""


def allow_open_files(wanted: int) -> None:
    """Raise the soft limit, the usual 1,024, for so many sockets."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted + _SPARE_FILES:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted + _SPARE_FILES, hard), hard))


def save(arrived: dict[tuple[int, int], int], listeners: int, over: Over) -> None:
    """Write ``{(listener, sequence): nanoseconds}`` as the array that ``over`` asks for."""
    array = np.zeros((listeners, over.packets), dtype=np.int64)
    for (listener, sequence), arrived_ns in arrived.items():
        array[listener, sequence] = arrived_ns
    np.save(over.file, array)


class Listeners:
    """Reads sockets until standard input ends, which is where orders come from; answers go to standard output."""

    def __init__(self) -> None:
        self.at_once: Callable[[Arrival], None] = self._keep
        """What is done with what was read; unless it is replaced, it is kept until the turn is over."""
        self._poll = select.epoll()
        self._open: dict[int, tuple[int, socket.socket]] = {}
        self._arrivals: list[Arrival] = []
        self._timers: list[tuple[float, int, Callable[[], None]]] = []
        self._timers_made = 0

    def add(self, listener: int, line: socket.socket) -> None:
        """Read this socket from now on."""
        line.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        self._open[line.fileno()] = (listener, line)
        self._poll.register(line.fileno(), select.EPOLLIN)

    def later(self, after_s: float, what: Callable[[], None]) -> None:
        """Call ``what`` after so long."""
        self._timers_made += 1
        heapq.heappush(self._timers, (time.monotonic() + after_s, self._timers_made, what))

    def run(self, kind: Kind) -> None:
        """Serve until standard input ends. Raises EOFError when a line is closed at the other end."""
        decoder = msgspec.json.Decoder(Order)
        orders = sys.stdin.fileno()
        self._poll.register(orders, select.EPOLLIN)
        _say(Ready(len(self._open)))
        rest = b""
        gc.disable()  # a turn makes 100,000 objects and no cycle
        while True:
            for number, _ in self._poll.poll(self._wait_s(), len(self._open) + 1):
                if number != orders:
                    self._read(*self._open[number])
                    continue
                said = os.read(orders, _READ_BYTES)
                if not said:
                    return
                *lines, rest = (rest + said).split(b"\n")
                for line in lines:
                    self._obey(kind, decoder.decode(line))
            time.sleep(NAP_S)

    def _wait_s(self) -> float:
        now_s = time.monotonic()
        while self._timers and self._timers[0][0] <= now_s:
            heapq.heappop(self._timers)[2]()
        return min(1.0, self._timers[0][0] - now_s) if self._timers else 1.0

    def _read(self, listener: int, line: socket.socket) -> None:
        with contextlib.suppress(BlockingIOError):
            data, ancillary, _, _ = line.recvmsg(_READ_BYTES, _ANCILLARY_BYTES, socket.MSG_DONTWAIT)
            if not data:
                raise EOFError(f"the line of listener {listener} was closed")
            if not ancillary:
                arrived_ns = time.time_ns()  # what came before the kernel was asked for times: no voice
            else:
                seconds, nanoseconds = _TIMESPEC.unpack(ancillary[0][2])
                arrived_ns = seconds * 1_000_000_000 + nanoseconds
            self.at_once(Arrival(listener, arrived_ns, data))

    def _keep(self, arrival: Arrival) -> None:
        self._arrivals.append(arrival)

    def _obey(self, kind: Kind, order: Order) -> None:
        if isinstance(order, Turn):
            kind.turn(order)
            return
        arrivals, self._arrivals = self._arrivals, []
        _say(kind.over(order, arrivals))


def _say(message: Ready | Written) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(message) + b"\n")
    sys.stdout.buffer.flush()
