"""Consoles on ``/ws/events``, read by one thread: ``python -m bench.events_consoles FOLDER PORT COUNT``.

Each is a real websocket (RFC 6455); FOLDER is the hub's, whose token for this machine lets them in.
"""

from __future__ import annotations

import re
import socket
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import numpy as np

from bench.listeners import Arrival, Listeners, Over, Turn, Written, allow_open_files
from hub.access.keys import LOCAL_TOKEN

ANSWER_WITHIN_S = 10.0
_NUMBER = re.compile(rb'"text":"(\d+)"')
_TEXT, _CLOSE, _PING = 0x81, 0x88, 0x89
_PONG = 0x8A
_MASKED = 0x80
_NO_MASK = bytes(4)
_UPGRADED = b"HTTP/1.1 101"


def open_console(folder: Path, port: int, receive_bytes: int | None = None) -> socket.socket:
    """A console that follows from the first event on. ``receive_bytes`` is what the kernel keeps for it.

    Raises OSError when the hub does not let it in.
    """
    line = socket.socket()
    line.settimeout(ANSWER_WITHIN_S)
    if receive_bytes is not None:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
    line.connect(("127.0.0.1", port))
    token = (folder / "access" / LOCAL_TOKEN).read_text().strip()
    line.sendall(
        f"GET /ws/events?since=0 HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: cWlhbnNoYW8gYmVuY2ggIQ==\r\n"
        f"Authorization: Bearer {token}\r\n\r\n".encode()
    )
    said = b""
    while b"\r\n\r\n" not in said:
        piece = line.recv(1)  # no byte of the first frame
        if not piece:
            break
        said += piece
    if not said.startswith(_UPGRADED):
        raise ConnectionRefusedError(f"the hub does not let the console in: {said[:80]!r}")
    return line


class Frames:
    """Takes one console's stream apart: first byte and payload of each frame that is whole."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        stream = self._rest + data if self._rest else data
        start = 0
        while (body := _body(stream, start)) is not None:
            yield stream[start], stream[body[0] : body[1]]
            start = body[1]
        self._rest = stream[start:]


def _body(stream: bytes, start: int) -> tuple[int, int] | None:
    """Where the payload of the frame at ``start`` begins and ends; None while it is not whole. RFC 6455, 5.2."""
    at = start + 2
    if len(stream) < at:
        return None
    length = stream[start + 1]
    if length >= 126:
        more = 2 if length == 126 else 8
        length = int.from_bytes(stream[at : at + more], "big")
        at += more
    return (at, at + length) if at + length <= len(stream) else None


@lru_cache(maxsize=64)
def _numbers(frame: bytes) -> tuple[int, ...]:
    """The events in a frame; consoles at the same place have the same frame."""
    return tuple(map(int, _NUMBER.findall(frame)))


class Consoles:
    """All of them."""

    def __init__(self, lines: list[socket.socket], listeners: Listeners) -> None:
        self._lines = lines
        self._frames = [Frames() for _ in lines]
        self._seen: list[tuple[int, int, tuple[int, ...]]] = []
        listeners.at_once = self._take
        for index, line in enumerate(lines):
            listeners.add(index, line)

    def turn(self, _turn: Turn) -> None:
        """The first event may be here before this word is."""

    def over(self, over: Over, _arrivals: list[Arrival]) -> Written:
        arrived = np.zeros((len(self._lines), over.packets), dtype=np.int64)
        for console, arrived_ns, numbers in self._seen:
            arrived[console, list(numbers)] = arrived_ns
        np.save(over.file, arrived)
        self._seen = []
        return Written()

    def _take(self, arrival: Arrival) -> None:
        for first, payload in self._frames[arrival.listener].feed(arrival.data):
            if first == _TEXT and (numbers := _numbers(payload)):
                self._seen.append((arrival.listener, arrival.arrived_ns, numbers))
            elif first == _PING:
                # with the words of the ping (RFC 6455, 5.5.3), by which the hub knows that it was answered
                self._lines[arrival.listener].sendall(bytes((_PONG, _MASKED | len(payload))) + _NO_MASK + payload)
            elif first == _CLOSE:
                raise EOFError(f"the hub closed console {arrival.listener}: {payload!r}")


def main() -> None:
    """Be the consoles until standard input ends."""
    folder, port, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    allow_open_files(count)
    listeners = Listeners()
    listeners.run(Consoles([open_console(folder, port) for _ in range(count)], listeners))


if __name__ == "__main__":
    main()
