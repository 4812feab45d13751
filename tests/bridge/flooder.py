"""A program that says garbage as fast as the broker reads it, and comes back when it is put out, for a while.

Told on its standard input, as JSON: port, user, password, topic, size (bytes of a message), seconds.
"""

from __future__ import annotations

import json
import socket
import struct
import sys
import time

BATCH_BYTES = 256 * 1024


def text(value: str) -> bytes:
    return struct.pack("!H", len(value)) + value.encode()


def packet(kind: int, body: bytes) -> bytes:
    """One MQTT packet: its kind and flags, its length in groups of seven bits, its body."""
    length, left = b"", len(body)
    while True:
        left, part = divmod(left, 128)
        length += bytes([part | (0x80 if left else 0)])
        if not left:
            return bytes([kind]) + length + body


def flood(port: int, user: str, password: str, topic: str, size: int, seconds: float) -> None:
    until = time.monotonic() + seconds
    # MQTT 3.1.1, user name, password, clean session, keep-alive 60 s
    connect = packet(0x10, text("MQTT") + b"\x04\xc2\x00\x3c" + text(f"radio-{user}") + text(user) + text(password))
    one = packet(0x30, text(topic) + b"x" * size)
    batch = one * max(1, BATCH_BYTES // len(one))
    while time.monotonic() < until:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=2) as line:
                line.sendall(connect)
                if line.recv(4)[3:] != b"\x00":
                    raise ConnectionRefusedError
                while time.monotonic() < until:
                    line.sendall(batch)
        except OSError:
            time.sleep(0.1)


if __name__ == "__main__":
    flood(**json.load(sys.stdin))
