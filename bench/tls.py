"""TLS apart from its socket, so that bytes can be read with the kernel's time of arrival and decrypted afterwards."""

from __future__ import annotations

import socket
import ssl

_READ_BYTES = 65_536


class Tls:
    """One connection's TLS, the client's side. What was read must be given in the order in which it came."""

    def __init__(self, context: ssl.SSLContext, line: socket.socket, host: str | None) -> None:
        """Shake hands on ``line``, which blocks; ``host`` is the name to be proved. Raises OSError."""
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host)
        while True:
            try:
                self._tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                line.sendall(self._outgoing.read())
                said = line.recv(_READ_BYTES)
                if not said:
                    raise ConnectionResetError("the line was closed in the midst of the handshake") from None
                self._incoming.write(said)
        line.sendall(self._outgoing.read())

    def encrypted(self, data: bytes) -> bytes:
        """As it goes out on the line; to be sent in this order."""
        self._tls.write(data)
        return self._outgoing.read()

    def decrypted(self, data: bytes) -> bytes:
        """What is whole now that these bytes came."""
        self._incoming.write(data)
        pieces = []
        try:
            while piece := self._tls.read(_READ_BYTES):
                pieces.append(piece)
        except ssl.SSLWantReadError:
            pass
        return b"".join(pieces)
