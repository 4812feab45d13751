"""What 3,000 connections that say nothing, or little, cost a hub over TLS: ``python -m bench.connections``.

1,000 that never begin the TLS handshake, 1,000 that stop within it, 1,000 that finish it and send half a request's
head. Loopback only; the hub is a process of its own and ends with the command.
"""

from __future__ import annotations

import contextlib
import os
import resource
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from hub.certificates.authority import Names
from hub.certificates.folder import CertificateFolder

OF_EACH = 1_000
ASKED = 20
READY_WITHIN_S = 30.0
_HALF_A_HEAD = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nx-slow: "
_HALF_A_HELLO = bytes.fromhex("16030102000100")


@dataclass(frozen=True)
class Figures:
    """Medians of ``ASKED`` new connections that ask /healthz, and the hub's resident memory."""

    usual_ms: float
    flooded_ms: float
    slowest_flooded_ms: float
    memory_before_mib: float
    memory_after_mib: float
    opening_s: float


@contextlib.contextmanager
def running_hub(folder: Path) -> Iterator[tuple[int, int, ssl.SSLContext]]:
    """A hub over TLS on loopback: its process, its port, and a context that trusts it."""
    certificates = CertificateFolder(folder / "certificates")
    certificates.make(Names.of(["localhost"], []), datetime.now(UTC))
    arguments = ("hub", "--data-dir", str(folder), "--port", "0", "--broker", "embedded", "--vision-workers", "0")
    environment = {**os.environ, "QIANSHAO_TLS": "true", "QIANSHAO_TRUST_PORT": "0"}
    with (folder / "hub.log").open("wb") as log:
        hub = subprocess.Popen([sys.executable, "-m", "hub", *arguments], env=environment, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + READY_WITHIN_S
        file = folder / "port"
        while not (file.exists() and file.read_text()):
            if hub.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the hub does not serve: see {folder / 'hub.log'}")
            time.sleep(0.05)
        yield hub.pid, int(file.read_text()), ssl.create_default_context(cafile=str(certificates.ca_pem))
    finally:
        hub.terminate()
        hub.wait()


def measure(folder: Path, of_each: int = OF_EACH) -> Figures:
    """Ask before and during the flood. Raises OSError when the hub does not answer within 10 s."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with running_hub(folder) as (pid, port, trusting), contextlib.ExitStack() as held:
        usual = [_ask(port, trusting) for _ in range(ASKED)]
        before = _memory_mib(pid)
        began_s = time.monotonic()
        for _ in range(of_each):
            held.enter_context(_connect(port))
        for _ in range(of_each):
            held.enter_context(_connect(port)).sendall(_HALF_A_HELLO)
        for _ in range(of_each):
            line = held.enter_context(trusting.wrap_socket(_connect(port), server_hostname="localhost"))
            line.sendall(_HALF_A_HEAD)
        opening_s = time.monotonic() - began_s
        flooded = [_ask(port, trusting) for _ in range(ASKED)]
        return Figures(
            statistics.median(usual),
            statistics.median(flooded),
            max(flooded),
            before,
            _memory_mib(pid),
            opening_s,
        )


def _connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=10)


def _ask(port: int, trusting: ssl.SSLContext) -> float:
    """Milliseconds from a new connection's first packet to the answer's first line."""
    began_s = time.monotonic()
    with trusting.wrap_socket(_connect(port), server_hostname="localhost") as line:
        line.sendall(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
        if not line.recv(100).startswith(b"HTTP/1.1 200"):
            raise OSError("the hub does not answer /healthz")
    return (time.monotonic() - began_s) * 1000


def _memory_mib(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024


def main() -> None:
    """Measure once and print."""
    with tempfile.TemporaryDirectory() as folder:
        found = measure(Path(folder))
    print(f"{3 * OF_EACH} connections opened in {found.opening_s:.1f} s")
    print(
        f"/healthz on a new connection: {found.usual_ms:.1f} ms before, {found.flooded_ms:.1f} ms during (slowest "
        f"{found.slowest_flooded_ms:.1f})"
    )
    print(f"the hub's memory: {found.memory_before_mib:.0f} MiB before, {found.memory_after_mib:.0f} MiB during")


if __name__ == "__main__":
    main()
