"""What stands in for a camera while the doors of media are fuzzed: plays the bytes of a case to who connects."""

from __future__ import annotations

import contextlib
import re
import socket
import struct
import threading
from collections.abc import Callable, Iterator


def answer_rtsp(connection: socket.socket, parts: tuple[bytes, ...]) -> None:
    """Each request gets the next answer; after the last the media, then silence or the end."""
    waiting = b""
    answers, media = list(parts[:-1]), parts[-1]
    while answers:
        while b"\r\n\r\n" not in waiting:
            piece = connection.recv(4096)
            if not piece:
                return
            waiting += piece
        head, _, waiting = waiting.partition(b"\r\n\r\n")
        found = re.search(rb"CSeq: *(\d+)", head)
        connection.sendall(answers.pop(0).replace(b"CSEQ", found.group(1) if found else b"1", 1))
    connection.sendall(media)
    while len(media) % 2 and connection.recv(4096):
        pass


@contextlib.contextmanager
def serving(answer: Callable[[socket.socket], None], path: str | None = None) -> Iterator[int]:
    """One connection after the other, each a thread's, until left."""
    listening = socket.socket(socket.AF_UNIX if path else socket.AF_INET)
    listening.bind(path or ("127.0.0.1", 0))
    listening.listen(8)
    open_ones: list[socket.socket] = []

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listening.accept()
                connection.settimeout(5)
                open_ones.append(connection)
                threading.Thread(target=serve, args=(connection,), daemon=True).start()

    def serve(connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            answer(connection)
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_WR)

    accepting = threading.Thread(target=accept, daemon=True)
    accepting.start()
    try:
        yield 0 if path else listening.getsockname()[1]
    finally:
        with contextlib.suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        accepting.join()
        for connection in open_ones:
            with contextlib.suppress(OSError):  # both ends leave nothing to wait for, and no port
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()
