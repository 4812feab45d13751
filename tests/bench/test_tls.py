"""TLS apart from its socket: what a listener reads in pieces is whole with the last of them, and not before."""

from __future__ import annotations

import socket
import ssl
import time
from pathlib import Path
from threading import Thread

from bench.tls import Tls
from hub.certificates.authority import Names
from hub.certificates.folder import CertificateFolder, Server, utc


def _serve(context: ssl.SSLContext, line: socket.socket) -> None:
    with context.wrap_socket(line, server_side=True) as served:
        served.sendall(served.recv(100).upper())
        served.recv(1)  # until the other end is closed


def test_what_came_over_tls_is_whole_with_its_last_byte_and_not_before(tmp_path: Path) -> None:
    folder = CertificateFolder(tmp_path)
    folder.make(Names.of((), ()), utc(time.time_ns() // 1000))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder.certificate_file(Server.HUB), folder.key_file(Server.HUB))
    server.num_tickets = 0  # or they would stand before what is said
    ours, theirs = socket.socketpair()
    serving = Thread(target=_serve, args=(server, theirs))
    serving.start()
    with ours:
        tls = Tls(ssl.create_default_context(cafile=folder.ca_pem), ours, "127.0.0.1")
        ours.sendall(tls.encrypted(b"hello"))
        said = ours.recv(4096)
    serving.join()
    assert tls.decrypted(said[:-1]) == b""
    assert tls.decrypted(said[-1:]) == b"HELLO"
