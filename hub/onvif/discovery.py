"""Finding devices: a WS-Discovery probe in datagrams, and the answers to it, bounded in time, number and size."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit
from uuid import uuid4
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from hub.onvif.reading import Unreadable, read_xml, text_of
from hub.onvif.records import DEFAULT_PATH, DEFAULT_PORT, DeviceAddress, FoundDevice

GROUP = "239.255.255.250"
PORT = 3702
"""WS-Discovery (April 2005), section 2.4; ONVIF Core Specification, section 7."""
WITHIN_S = 3.0
AGAIN_AFTER_S = 0.5
"""A datagram may be lost: the probe is said a second time."""
MAX_ANSWER_BYTES = 16 * 1024
MAX_ANSWERS = 2_000
"""Datagrams read for one probe; a network of more cameras is probed by its interfaces."""
MAX_TEXT = 64
_LINK_LOCAL = "169.254."
"""Addresses of which many devices have one that is of no use to others (RFC 3927)."""


class CannotProbe(Exception):
    """The probe could not be sent; the text is the system's."""


@dataclass
class Discovered:
    """What answered: the devices by their addresses, and who else said what was not understood."""

    devices: dict[str, FoundDevice] = field(default_factory=dict)
    not_understood: set[str] = field(default_factory=set)


def probe(message_id: str) -> bytes:
    """The question who is a video transmitter (WS-Discovery, section 5.2; ONVIF Core, section 7.3.2)."""
    addressing = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
    discovery = "http://schemas.xmlsoap.org/ws/2005/04/discovery"
    return (
        '<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
        f'xmlns:a="{addressing}" xmlns:d="{discovery}" xmlns:dn="http://www.onvif.org/ver10/network/wsdl"><s:Header>'
        f"<a:MessageID>{escape(message_id)}</a:MessageID><a:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To>"
        f"<a:Action>{discovery}/Probe</a:Action></s:Header><s:Body><d:Probe>"
        "<d:Types>dn:NetworkVideoTransmitter</d:Types></d:Probe></s:Body></s:Envelope>"
    ).encode()


def read_answer(text: bytes, sender: str, message_id: str) -> FoundDevice | None:
    """The device in an answer that came from ``sender``; None for one to another's probe. Raises Unreadable."""
    if len(text) > MAX_ANSWER_BYTES:
        raise Unreadable(f"over {MAX_ANSWER_BYTES} bytes")
    whole = read_xml(text)
    relates = text_of(whole, "Header/RelatesTo")
    if relates is not None and relates != message_id:
        return None
    match = whole.find("Body/ProbeMatches/ProbeMatch")
    if match is None:
        raise Unreadable("no ProbeMatch")
    scopes = (text_of(match, "Scopes") or "").split()
    return FoundDevice(
        address=str(_address(match, sender)),
        name=_scope(scopes, "name"),
        hardware=_scope(scopes, "hardware"),
        location=_scope(scopes, "location"),
    )


def _address(match: Element, sender: str) -> DeviceAddress:
    """Where the device is: always at who answered; port and path as it names them, best beside this very host."""
    named: list[tuple[bool, DeviceAddress]] = []
    for text in (text_of(match, "XAddrs") or "").split():
        try:
            parts = urlsplit(text)
            port, host = parts.port or DEFAULT_PORT, parts.hostname or ""
        except ValueError:
            continue
        plain = parts.path.isascii() and parts.path.isprintable() and len(parts.path) <= MAX_TEXT
        if parts.scheme == "http" and plain and not host.startswith(_LINK_LOCAL):
            path = parts.path if len(parts.path) > 1 else DEFAULT_PATH
            named.append((host == sender, DeviceAddress(sender, port, path)))
    return max(named, key=lambda one: one[0])[1] if named else DeviceAddress(sender)


def _scope(scopes: Sequence[str], kind: str) -> str:
    """The last word of a scope such as ``onvif://www.onvif.org/name/Gate%201``."""
    for scope in scopes:
        head, _, value = scope.rpartition(f"/{kind}/")
        if head.startswith("onvif://"):
            return "".join(sign for sign in unquote(value.rsplit("/", 1)[-1]) if sign.isprintable())[:MAX_TEXT]
    return ""


class _Listener(asyncio.DatagramProtocol):
    """Takes answers until there are too many, or until all of ``asked`` (none: the whole network is) have answered."""

    def __init__(self, message_id: str, asked: Sequence[tuple[str, int]]) -> None:
        self.found = Discovered()
        self.done = asyncio.Event()
        self._message_id = message_id
        self._awaited = [address for address, _ in asked]
        self._answers = 0
        self.error: OSError | None = None

    def error_received(self, exc: Exception) -> None:
        self.error = exc if isinstance(exc, OSError) else self.error

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if self._answers >= MAX_ANSWERS:
            return
        self._answers += 1
        if self._answers == MAX_ANSWERS:
            self.done.set()
        try:
            device = read_answer(data, addr[0], self._message_id)
        except Unreadable:
            self.found.not_understood.add(addr[0])
            return
        if device is not None and device.address not in self.found.devices:
            self.found.devices[device.address] = device
            if addr[0] in self._awaited:
                self._awaited.remove(addr[0])
                if not self._awaited:
                    self.done.set()


async def discover(interface: str | None, hosts: Sequence[str], within_s: float = WITHIN_S) -> Discovered:
    """Who answers within ``within_s``; sooner, once all who are asked by their addresses have answered.

    The whole network is asked through the interface of this address (None: the system's choice); with ``hosts``
    (``address`` or ``address:port``) those alone are, for networks that pass no multicast on. Raises CannotProbe.
    """
    message_id = f"uuid:{uuid4()}"
    loop = asyncio.get_running_loop()
    try:
        asked = [_receiver(host) for host in hosts]
        opened = _socket(interface)
        transport, listener = await loop.create_datagram_endpoint(lambda: _Listener(message_id, asked), sock=opened)
    except (OSError, ValueError) as error:  # a number that is no address is a ValueError
        raise CannotProbe(getattr(error, "strerror", None) or str(error)) from None
    try:
        async with asyncio.timeout(within_s):
            for pause_s in (AGAIN_AFTER_S, within_s):
                for receiver in asked or [(GROUP, PORT)]:
                    transport.sendto(probe(message_id), receiver)
                await _wait(listener, pause_s)
                if listener.done.is_set():
                    break
    except TimeoutError:
        pass
    finally:
        transport.close()
    if listener.error is not None and not listener.found.devices:
        raise CannotProbe(listener.error.strerror or "not sent")
    return listener.found


async def _wait(listener: _Listener, pause_s: float) -> None:
    try:
        async with asyncio.timeout(pause_s):
            await listener.done.wait()
    except TimeoutError:
        pass


def _receiver(host: str) -> tuple[str, int]:
    """Raises ValueError for what is no address, which would be looked up by name otherwise."""
    address, _, text = host.partition(":")
    port = int(text or PORT)
    if not 0 < port < 65536:
        raise ValueError(f"no port {port}")
    return str(ipaddress.IPv4Address(address)), port


def _socket(interface: str | None) -> socket.socket:
    """A socket for the probe and its answers, which come to its own port. Raises OSError."""
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        opened.setblocking(False)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024 * 1024)
        opened.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)
        if interface is not None:
            address = ipaddress.IPv4Address(interface).packed
            opened.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, address)
        opened.bind((interface or "", 0))
    except BaseException:
        opened.close()
        raise
    return opened
