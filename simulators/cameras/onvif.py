"""A simulated device that answers WS-Discovery and ONVIF's SOAP, with what can be wrong with one set by hand."""

from __future__ import annotations

import asyncio
import base64
import gzip
import hashlib
import re
import socket
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from types import TracebackType

from devices.protocol.clock import Clock
from simulators.cameras import onvif_answers as answers
from simulators.cameras.login import Login
from simulators.cameras.onvif_faults import SPOILT, OnvifFault

GROUP = "239.255.255.250"
CREATED_WITHIN_S = 30.0
"""A password's digest is taken only so long around the device's own time."""
MAX_HEAD_BYTES = 16 * 1024
MAX_BODY_BYTES = 64 * 1024


class Proof(StrEnum):
    """How the device wants a password proved."""

    WS_SECURITY = "ws_security"
    HTTP_DIGEST = "http_digest"


@dataclass
class OnvifDevice:
    """What the device is; its fields may be changed while it runs."""

    streams: Sequence[answers.OfferedStream]
    login: Login | None = None
    """Whom it lets in; None: everybody."""
    proof: Proof = Proof.WS_SECURITY
    clock_ahead_s: float = 0.0
    media2: bool = True
    old: bool = False
    """Knows no GetServices, as devices before 2010."""
    called: str = "192.0.2.1"
    """The host by which it calls itself, which need not be where it is."""
    fault: OnvifFault = OnvifFault.NONE
    asked: list[str] = field(default_factory=list)


class OnvifServer:
    """Use as an asynchronous context manager: HTTP and WS-Discovery on free ports of ``host``.

    ``interface``: also answer probes to the multicast group on WS-Discovery's own port there.
    """

    def __init__(
        self, device: OnvifDevice, clock: Clock, host: str = "127.0.0.1", interface: str | None = None
    ) -> None:
        self.device = device
        self._clock = clock
        self._host = host
        self._interface = interface
        self._transports: list[asyncio.DatagramTransport] = []
        self._talking: set[asyncio.Task[None]] = set()
        self.port = 0
        self.discovery_port = 0

    async def __aenter__(self) -> OnvifServer:
        self._server = await asyncio.start_server(self._begin, self._host, 0)
        self.port = self._server.sockets[0].getsockname()[1]
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: _Prober(self), local_addr=(self._host, 0))
        self.discovery_port = transport.get_extra_info("sockname")[1]
        self._transports.append(transport)
        if self._interface is not None:
            group = _group_socket(self._interface)
            transport, _ = await loop.create_datagram_endpoint(lambda: _Prober(self), sock=group)
            self._transports.append(transport)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for transport in self._transports:
            transport.close()
        self._server.close()
        for task in self._talking:
            task.cancel()
        await asyncio.gather(*self._talking, return_exceptions=True)

    def probe_matches(self, probe: bytes) -> bytes:
        """The answer to a WS-Discovery probe."""
        found = re.search(rb"MessageID[^>]*>([^<]*)<", probe)
        related = found[1].decode() if found else ""
        return answers.probe_matches(related, self.device.called, self.port)

    def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._talk(reader, writer))
        self._talking.add(task)
        task.add_done_callback(self._talking.discard)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            length = re.search(r"(?i)content-length: *(\d{1,6})", head)
            body = await reader.readexactly(min(int(length[1]) if length else 0, MAX_BODY_BYTES))
            await self._answer(writer, head, body.decode())
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            writer.close()

    async def _answer(self, writer: asyncio.StreamWriter, head: str, body: str) -> None:
        action = re.search(r"<(?:\w+:)?Body>\s*<(?:\w+:)?(\w+)", body)
        name = action[1] if action else ""
        self.device.asked.append(name)
        status, headers, text = self._said(name, head, body)
        fault = self.device.fault
        if fault is OnvifFault.SILENT:
            await asyncio.Event().wait()
        if fault in SPOILT:
            status, headers, text = "200 OK", "", SPOILT[fault]
        if fault is OnvifFault.ZIPPED:
            headers, text = "Content-Encoding: gzip\r\n", gzip.compress(text + b" " * 10_000_000)
        length = 10**9 if fault is OnvifFault.ENDLESS else len(text)
        type_ = "application/soap+xml; charset=utf-8"
        lines = f"HTTP/1.1 {status}\r\nContent-Type: {type_}\r\nContent-Length: {length}\r\n{headers}\r\n"
        await self._send(writer, lines.encode(), text, fault)

    async def _send(self, writer: asyncio.StreamWriter, head: bytes, text: bytes, fault: OnvifFault) -> None:
        writer.write(head)
        if fault is OnvifFault.HALF:
            text = text[: len(text) // 2]
        if fault is OnvifFault.SLOW:
            for place in range(len(text)):
                writer.write(text[place : place + 1])
                await writer.drain()
                await asyncio.sleep(0.1)
            await asyncio.Event().wait()
        writer.write(text)
        while fault is OnvifFault.ENDLESS:
            writer.write(b" " * 65536)
            await writer.drain()
        await writer.drain()

    def _said(self, name: str, head: str, body: str) -> tuple[str, str, bytes]:
        """Status, further headers and text for a question."""
        device, now = self.device, self._now()
        if name == "GetSystemDateAndTime":
            return "200 OK", "", answers.system_time(now)
        if device.login is not None and not self._lets_in(device.login, head, body, now):
            if device.proof is Proof.HTTP_DIGEST:
                return "401 Unauthorized", f"WWW-Authenticate: {device.login.challenge()}\r\n", b""
            return "400 Bad Request", "", answers.fault("ter:NotAuthorized")
        host = f"{device.called}:{self.port}"
        text = answers.answer(name, body, answers.Answering(device.streams, host, device.media2, device.old))
        if text is None:
            return "500 Internal Server Error", "", answers.fault("ter:ActionNotSupported")
        return "200 OK", "", text

    def _now(self) -> datetime:
        us = self._clock.wall_us() + round(self.device.clock_ahead_s * 1e6)
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us)

    def _lets_in(self, login: Login, head: str, body: str, now: datetime) -> bool:
        if self.device.proof is Proof.HTTP_DIGEST:
            found = re.search(r"(?i)\r\nauthorization: *([^\r]*)", head)
            return found is not None and login.accepts(found[1], "POST")
        return _proves(login, body, now)


def _proves(login: Login, body: str, now: datetime) -> bool:
    """WS-Security UsernameToken Profile 1.0, section 3.1: the digest, and a time near the device's own."""
    tags = ("Username", "Password", "Nonce", "Created")
    said = (re.search(rf"<ws[a-z]*:{tag}(?: [^>]*)?>([^<]*)<", body) for tag in tags)
    user, password, nonce, created = (found[1] if found else "" for found in said)
    try:
        at = datetime.strptime(created, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        wanted = hashlib.sha1(
            base64.b64decode(nonce) + created.encode() + login.password.encode(), usedforsecurity=False
        ).digest()
    except ValueError:
        return False
    near = abs((at - now).total_seconds()) <= CREATED_WITHIN_S
    return near and user == login.username and password == base64.b64encode(wanted).decode()


class _Prober(asyncio.DatagramProtocol):
    def __init__(self, server: OnvifServer) -> None:
        self._server = server

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if b"Probe" in data:
            self._transport.sendto(self._server.probe_matches(data), addr)


def _group_socket(interface: str) -> socket.socket:
    """Hears the multicast group on one interface."""
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    opened.setblocking(False)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    opened.bind((GROUP, 3702))
    member = struct.pack("4s4s", socket.inet_aton(GROUP), socket.inet_aton(interface))
    opened.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
    return opened
