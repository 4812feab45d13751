"""Asks a broker whether it lets a user in: one MQTT 3.1.1 CONNECT, written by hand."""

from __future__ import annotations

import asyncio
import contextlib
import ssl

ANSWER_WITHIN_S = 2.0
_CONNECT, _CONNACK, _DISCONNECT = 0x10, 0x20, b"\xe0\x00"
_CLEAN_WITH_USER_AND_PASSWORD = 0xC2
_KEEPALIVE_S = 10


def _text(text: str) -> bytes:
    return len(text.encode()).to_bytes(2, "big") + text.encode()


def connect_packet(user: str, password: str) -> bytes:
    """CONNECT (MQTT 3.1.1, section 3.1) of a client named as its user; at most 127 bytes."""
    body = _text("MQTT") + bytes((4, _CLEAN_WITH_USER_AND_PASSWORD)) + _KEEPALIVE_S.to_bytes(2, "big")
    body += _text(user) + _text(user) + _text(password)
    return bytes((_CONNECT, len(body))) + body


async def lets_in(
    port: int, user: str, password: str, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None
) -> bool:
    """Whether the broker at this port answers, and answers yes."""
    writer: asyncio.StreamWriter | None = None
    try:
        async with asyncio.timeout(ANSWER_WITHIN_S):
            reader, writer = await asyncio.open_connection(host, port, ssl=tls)
            writer.write(connect_packet(user, password))
            answer = await reader.readexactly(4)  # CONNACK, its length 2, flags, return code
            writer.write(_DISCONNECT)
            return answer[0] == _CONNACK and answer[3] == 0
    except (OSError, EOFError, TimeoutError):
        return False
    finally:
        if writer is not None:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
