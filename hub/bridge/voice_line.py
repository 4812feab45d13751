"""A connection to the hub's own broker for voice alone, where a packet costs a write and no task."""

from __future__ import annotations

import asyncio

import structlog

from devices.link import BrokerAddress
from hub.bridge import packets

_log = structlog.get_logger()
KEEPALIVE_S = 10
ANSWER_WITHIN_S = 5.0
RECONNECT_AFTER_S = 1.0
MAX_WAITING_BYTES = 256 * 1024
"""What may wait for a broker that does not read; voice past that would be stale when it came."""


class VoiceLine:
    """Publishes at QoS 0. While it is not open, voice goes the way of everything else."""

    def __init__(self, address: BrokerAddress, client_id: str) -> None:
        """``address`` is spoken to without TLS."""
        self._address = address
        self._client_id = client_id
        self._writer: asyncio.StreamWriter | None = None

    @property
    def is_open(self) -> bool:
        """Whether the broker holds the line."""
        return self._writer is not None and not self._writer.transport.is_closing()

    def publish(self, topic: str, packet: bytes) -> bool:
        """Write a packet on the open line; false when so much waits that it is dropped."""
        assert self._writer is not None
        if self._writer.transport.get_write_buffer_size() > MAX_WAITING_BYTES:
            return False
        self._writer.write(packets.publish(topic, packet))
        return True

    async def run(self) -> None:
        """Keep the line open until cancelled."""
        while True:
            try:
                await self._stay()
            except (OSError, EOFError, TimeoutError) as error:
                _log.warning("voice_line.disconnected", error=repr(error), again_in_s=RECONNECT_AFTER_S)
            await asyncio.sleep(RECONNECT_AFTER_S)

    async def _stay(self) -> None:
        """One connection. Raises OSError, EOFError, TimeoutError when it ends."""
        address = self._address
        async with asyncio.timeout(ANSWER_WITHIN_S):
            reader, writer = await asyncio.open_connection(address.host, address.port)
        try:
            writer.write(packets.connect(self._client_id, address.username, address.password, KEEPALIVE_S))
            flags_and_reason = await _answer(reader, packets.CONNACK)
            if flags_and_reason[1]:
                raise ConnectionRefusedError(f"the broker refuses the line for voice: reason {flags_and_reason[1]}")
            self._writer = writer
            while True:
                writer.write(packets.PINGREQ)
                await _answer(reader, packets.PINGRESP)
                await _silence(reader, KEEPALIVE_S / 2)
        finally:
            self._writer = None
            writer.transport.abort()  # voice that waits for a broker that does not read would be stale


async def _silence(reader: asyncio.StreamReader, for_s: float) -> None:
    """Wait so long for the next ping; a broker that closes its side meanwhile, or speaks unasked, ends the line.

    Raises OSError, EOFError.
    """
    try:
        async with asyncio.timeout(for_s):
            said = await reader.readexactly(1)
    except TimeoutError:
        return
    raise ConnectionAbortedError(f"the broker says {said[0]:#x} unasked")


async def _answer(reader: asyncio.StreamReader, first: int) -> bytes:
    """The body of the broker's next packet, of less than 128 bytes. Raises OSError, EOFError, TimeoutError."""
    async with asyncio.timeout(ANSWER_WITHIN_S):
        head = await reader.readexactly(2)
        body = await reader.readexactly(head[1])
    if head[0] != first:
        raise ConnectionAbortedError(f"the broker says {head[0]:#x} where {first:#x} is due")
    return body
