"""A Mumble client that speaks and hears and nothing more (Mumble.proto and the voice protocol of Mumble 1.3)."""

from __future__ import annotations

import socket
import ssl
import struct
from collections.abc import Iterator
from enum import IntEnum

from bench.peers.ocb2 import MumbleCipher
from bench.tls import Tls

ANSWER_WITHIN_S = 10.0
_HEAD = struct.Struct("!HI")
_VERSION_1_3_0 = 0x010300
_OPUS, _PING = 4 << 5, 1 << 5
"""First byte of a voice packet: the type in the upper three bits; target 0, the talker's own channel, in the lower."""
_LAST_OF_BURST = 0x2000


class Said(IntEnum):
    """Types of messages on the TLS line."""

    VERSION = 0
    TUNNEL = 1
    AUTHENTICATE = 2
    PING = 3
    REJECT = 4
    SYNC = 5
    CRYPT = 15


def _varint(value: int) -> bytes:
    """As protocol buffers have it."""
    coded = bytearray()
    while value > 0x7F:
        coded.append(0x80 | value & 0x7F)
        value >>= 7
    return bytes((*coded, value))


def _field(number: int, value: int | bytes) -> bytes:
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    return _varint(number << 3 | 2) + _varint(len(value)) + value


def _bytes_fields(message: bytes) -> dict[int, bytes]:
    """Of a message of strings and numbers, the strings."""
    found, at = {}, 0

    def number() -> int:
        nonlocal at
        value, shift = 0, 0
        while True:
            digit = message[at]
            at += 1
            value |= (digit & 0x7F) << shift
            shift += 7
            if digit < 0x80:
                return value

    while at < len(message):
        key, value = number(), number()
        if key & 7 == 2:
            found[key >> 3] = message[at : at + value]
            at += value
    return found


def _count(value: int) -> bytes:
    """A number below 2**28 as Mumble's voice packets have it."""
    if value < 0x80:
        return bytes((value,))
    if value < 0x4000:
        return (value | 0x8000).to_bytes(2, "big")
    if value < 0x200000:
        return (value | 0xC00000).to_bytes(3, "big")
    return (value | 0xE0000000).to_bytes(4, "big")


def _read_count(packet: bytes, at: int) -> tuple[int, int]:
    """The number at ``at``, and where it ends."""
    first = packet[at]
    length, mask = (1, 0x7F) if first < 0x80 else (2, 0x3F) if first < 0xC0 else (3, 0x1F) if first < 0xE0 else (4, 0xF)
    value = int.from_bytes(packet[at : at + length], "big") & (mask << 8 * (length - 1) | (1 << 8 * (length - 1)) - 1)
    return value, at + length


def voice(sequence: int, frames: bytes, last: bool) -> bytes:
    """A packet of Opus to the talker's channel."""
    length = len(frames) | (_LAST_OF_BURST if last else 0)
    return bytes((_OPUS,)) + _count(sequence) + _count(length) + frames


def heard_sequence(packet: bytes) -> int | None:
    """The sequence number of a voice packet from the server; None for anything else."""
    if packet[0] & 0xE0 != _OPUS:
        return None
    _, at = _read_count(packet, 1)  # who speaks
    return _read_count(packet, at)[0]


class MumbleClient:
    """A user in the first channel: one TLS line, one UDP socket. All calls block, and are short."""

    def __init__(self, port: int, name: str) -> None:
        """Connect. Raises OSError, ConnectionRefusedError with the server's reason."""
        self.line = socket.create_connection(("127.0.0.1", port), timeout=ANSWER_WITHIN_S)
        self.line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.datagrams.connect(("127.0.0.1", port))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE  # the server made its certificate up
        self._tls = Tls(context, self.line, None)
        self._rest = b""
        self._say(Said.VERSION, _field(1, _VERSION_1_3_0) + _field(2, b"bench"))
        self._say(Said.AUTHENTICATE, _field(1, name.encode()) + _field(5, 1))
        self._cipher = self._join()

    def _join(self) -> MumbleCipher:
        cipher: MumbleCipher | None = None
        while True:
            for kind, body in self.messages(self.line.recv(65_536)):
                if kind == Said.REJECT:
                    raise ConnectionRefusedError(f"mumble-server: {_bytes_fields(body).get(2, b'').decode()}")
                if kind == Said.CRYPT:
                    given = _bytes_fields(body)
                    cipher = MumbleCipher(given[1], given[2], given[3])
                if kind == Said.SYNC and cipher is not None:
                    return cipher

    def messages(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """What is whole of the TLS line once these bytes came: type and body."""
        stream, start = self._rest + self._tls.decrypted(data), 0
        while start + _HEAD.size <= len(stream):
            kind, length = _HEAD.unpack_from(stream, start)
            end = start + _HEAD.size + length
            if end > len(stream):
                break
            yield kind, stream[end - length : end]
            start = end
        self._rest = stream[start:]

    def heard(self, datagram: bytes) -> bytes:
        """The voice packet in an encrypted datagram. Raises OcbError."""
        return self._cipher.open(datagram)

    def tunnelled(self, packet: bytes) -> bytes:
        """A voice packet as it goes out on the TLS line; to be sent in this order."""
        return self._tls.encrypted(_HEAD.pack(Said.TUNNEL, len(packet)) + packet)

    def encrypted(self, packet: bytes) -> bytes:
        """A voice packet as it goes out by UDP; to be sent in this order."""
        return self._cipher.seal(packet)

    def hear_by_udp(self) -> None:
        """Have the server send voice by UDP from now on."""
        self.datagrams.send(self.encrypted(bytes((_PING, 0))))

    def hear_by_tcp(self) -> None:
        """Have the server send voice on the TLS line from now on."""
        self.line.sendall(self.tunnelled(bytes((_PING, 0))))

    def ping(self) -> None:
        """Keep the line alive; due every 30 s."""
        self._say(Said.PING, _field(1, 1))

    def _say(self, kind: Said, body: bytes) -> None:
        self.line.sendall(self._tls.encrypted(_HEAD.pack(kind, len(body)) + body))
