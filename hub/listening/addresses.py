"""Where a connection or request comes from: what counts as one address, and whether it is this machine."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any

THIS_MACHINE = frozenset({"127.0.0.1", "::1"})
"""Where the hub's own commands come from, and all who come through an SSH tunnel."""
FORWARDING_HEADERS = frozenset({b"forwarded", b"x-forwarded-for", b"via"})
"""By which a proxy says that it speaks for others (RFC 7239, RFC 9110 7.6.3)."""


def plain_address(address: str) -> str:
    """An address as it is shown: IPv4 written as IPv6 (::ffff:…) is IPv4."""
    try:
        mapped = ipaddress.IPv6Address(address.partition("%")[0]).ipv4_mapped
    except ValueError:
        return address
    return str(mapped) if mapped else address


def network_of(address: str) -> str:
    """What counts as one address: of IPv6 its /64 network, which one subscriber has whole."""
    try:
        found = ipaddress.ip_address(plain_address(address))
    except ValueError:
        return address[:45]
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((found.packed[:8] + bytes(8), 64)))
    return str(found)


def is_this_machine(address: str) -> bool:
    """Whether an address is the hub's own machine."""
    return plain_address(address) in THIS_MACHINE


def address_of(scope: Mapping[str, Any]) -> str:
    """Where an ASGI request comes from: the other end of the line, whatever a header says.

    A proxy on this machine speaks for others, so its address says that and is not this machine's.
    """
    address: str = scope["client"][0] if scope.get("client") else ""
    if is_this_machine(address) and any(name in FORWARDING_HEADERS for name, _ in scope["headers"]):
        return f"proxy {address}"
    return address
