"""The two ways in which packets leave a simulated camera: within the RTSP connection, and as datagrams."""

from __future__ import annotations

import asyncio
import random
import struct
from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import Protocol

from simulators.cameras.wire import FRAME_BYTES

MAX_BACKLOG_BYTES = 512 * 1024
"""A client that leaves more than this unread loses pictures up to the next key picture."""


class Left(IntEnum):
    """What became of a picture."""

    BEHIND = 0  # the client reads too slowly: not sent
    PART = 1  # some of its datagrams were dropped on purpose
    WHOLE = 2


class Sender(Protocol):
    """Where packets go."""

    def send(self, framed: bytearray, heads: Sequence[int]) -> Left:
        """Send a picture's packets, each with its frame before it."""
        ...

    def report(self, rtcp: bytes) -> None:
        """Send one control packet."""
        ...

    def noise(self, data: bytes) -> None:
        """Send what is no packet."""
        ...


class Interleaved:
    """Packets within the RTSP connection (RFC 2326, 10.12)."""

    def __init__(self, writer: asyncio.StreamWriter, channel: int) -> None:
        self._writer, self._channel = writer, channel

    def send(self, framed: bytearray, heads: Sequence[int]) -> Left:
        if self._writer.is_closing() or self._writer.transport.get_write_buffer_size() > MAX_BACKLOG_BYTES:
            return Left.BEHIND
        if self._channel:
            for head in heads:
                framed[head + 1] = self._channel
        self._writer.write(framed)
        return Left.WHOLE

    def report(self, rtcp: bytes) -> None:
        self.noise(struct.pack("!cBH", b"$", self._channel + 1, len(rtcp)) + rtcp)

    def noise(self, data: bytes) -> None:
        if not self._writer.is_closing():
            self._writer.write(data)


class Datagrams:
    """Packets over UDP to the client's two ports; ``loss`` says which share of them is dropped."""

    def __init__(
        self,
        media: asyncio.DatagramTransport,
        control: asyncio.DatagramTransport,
        rng: random.Random,
        loss: Callable[[], float],
    ) -> None:
        self._media, self._control = media, control
        self._rng, self._loss = rng, loss
        self._rtp_to, self._rtcp_to = ("", 0), ("", 0)

    def aim(self, host: str, rtp_port: int, rtcp_port: int) -> None:
        """Send to these ports from now on."""
        self._rtp_to, self._rtcp_to = (host, rtp_port), (host, rtcp_port)

    def send(self, framed: bytearray, heads: Sequence[int]) -> Left:
        loss, left = self._loss(), Left.WHOLE
        for head, end in zip(heads, (*heads[1:], len(framed)), strict=True):
            if loss and self._rng.random() < loss:
                left = Left.PART
            else:
                self._media.sendto(bytes(memoryview(framed)[head + FRAME_BYTES : end]), self._rtp_to)
        return left

    def report(self, rtcp: bytes) -> None:
        self._control.sendto(rtcp, self._rtcp_to)

    def noise(self, data: bytes) -> None:
        self._media.sendto(data[:1400], self._rtp_to)
