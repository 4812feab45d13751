"""The recorder's relay for who is handed streams: what is asked, and the hub's way to its records.

The relay itself stands in the recorder (``recorder/relay_server.py``); ``relay_stream.py`` is the way of who blocks.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import msgspec

from hub.footage import errors
from hub.footage.coded import Record, RecordReader, StreamName
from hub.footage.live.together import Together

MAX_REQUEST_BYTES = 1024
_CONNECT_S = 5.0
_PIECE_BYTES = 256 * 1024


class Wanted(msgspec.Struct, frozen=True):
    """The one line that a consumer says."""

    camera_id: str
    stream: StreamName


_requests = msgspec.json.Decoder(Wanted)


def request(camera_id: str, stream: StreamName) -> bytes:
    """The line by which a consumer asks for a stream."""
    return msgspec.json.encode(Wanted(camera_id, stream)) + b"\n"


def asked(line: bytes) -> Wanted:
    """What a line asks for. Raises ValueError."""
    try:
        return _requests.decode(line)
    except msgspec.MsgspecError as error:
        raise ValueError(str(error)) from None


class Relayed:
    """Records of one stream, without end: a word is one of them, after which pictures may come again. Close it."""

    def __init__(self, connection: socket.socket, together: Together) -> None:
        self._connection, self._together = connection, together
        together.add(connection)

    async def __aiter__(self) -> AsyncIterator[Record]:
        """Until the recorder closes the line (it ended, or refused: then a word came before). Raises RecordError."""
        records = RecordReader()
        try:
            with contextlib.suppress(ConnectionError):
                while piece := await self._together.read(self._connection, _PIECE_BYTES):
                    for record in records.feed(piece):
                        yield record
        finally:
            self.close()

    def close(self) -> None:
        self._together.close(self._connection)


async def open_relay(path: str, camera_id: str, stream: StreamName, together: Together | None = None) -> Relayed:
    """Ask for a stream: first its form or a word that says why there is nothing, then its pictures from the last key
    picture on. Who reads slowly loses pictures up to a next key picture.

    Whoever reads many gives each the same ``together``. Raises Refused where there is no recorder.
    """
    loop = asyncio.get_running_loop()
    try:
        connection = socket.socket(socket.AF_UNIX)
    except OSError:
        raise errors.no_recorder() from None
    try:
        connection.setblocking(False)
        async with asyncio.timeout(_CONNECT_S):
            await loop.sock_connect(connection, path)
            await loop.sock_sendall(connection, request(camera_id, stream))
        return Relayed(connection, together or Together())
    except OSError:
        connection.close()
        raise errors.no_recorder() from None
    except BaseException:
        connection.close()
        raise
