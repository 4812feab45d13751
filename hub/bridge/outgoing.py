"""What the hub says to the broker in one turn of the loop goes out in one call of the system, not in one for each.

Each call hands the interpreter to a thread that waits for it: of an alert to a county, a quarter of the event loop's
time was that.
"""

from __future__ import annotations

import asyncio
from itertools import islice
from typing import Any

import aiomqtt
from paho.mqtt.client import Client as Paho

TOGETHER = 64
"""Packets in one call at most: of alerts some 50 KB, of acknowledgements 300 bytes."""


class _SendAhead:
    """Sends with a packet those that wait behind it; paho then asks for each in its turn and is told that it is out."""

    def __init__(self, paho: Paho) -> None:
        self._paho = paho
        self._send = paho._sock_send
        self._ahead = 0
        """Bytes that are out already, of the packets at the head of paho's queue."""

    def send(self, buf: bytes | bytearray) -> int:
        """As ``send(2)``. Raises BlockingIOError when the line takes nothing, OSError when it is broken."""
        if self._ahead:
            told = min(self._ahead, len(buf))
            self._ahead -= told
            return told
        behind = [packet["packet"] for packet in islice(self._paho._out_packet, TOGETHER)]
        sent = self._send(b"".join((buf, *behind)) if behind else buf)
        self._ahead = max(0, sent - len(buf))
        return min(sent, len(buf))


def send_together(client: aiomqtt.Client) -> None:
    """Have what ``client`` says go out this way; before it connects."""
    paho = client._client
    paho._sock_send = _SendAhead(paho).send  # type: ignore[method-assign]


def write_while_open(client: aiomqtt.Client) -> None:
    """Have the loop say when the line takes more, as long as there is a line; before it connects, on the loop.

    aiomqtt asks the loop for that in a later turn and by the file descriptor alone. A line that broke in between was
    closed by then: the loop was asked to watch a descriptor that was none (EBADF), or one that had become another's.
    """
    loop, paho = asyncio.get_running_loop(), client._client

    def write() -> None:
        try:
            paho.loop_write()
        except Exception as error:  # as aiomqtt does: the line is broken, and whoever waits for its end is told why
            if not client._disconnected.done():
                client._disconnected.set_exception(error)

    def watch(wanted: Any) -> None:
        line = paho.socket()
        if line is not None and line is wanted and paho._registered_write:
            loop.add_writer(line.fileno(), write)

    def wants_to_write(_paho: Paho, _userdata: Any, line: Any) -> None:
        loop.call_soon_threadsafe(watch, line)  # paho connects in a thread

    paho.on_socket_register_write = wants_to_write
