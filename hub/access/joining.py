"""The address behind the QR code of an invitation; see docs/access.md."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from urllib.parse import urlsplit

from hub.settings import LOOPBACK_HOSTS


class Certified(Protocol):
    """What the hub's certificate calls it, in its order, and its authority's fingerprint."""

    @property
    def names(self) -> Sequence[str]: ...

    @property
    def fingerprint(self) -> str: ...


def join_link(asked_at: str, code: str, certified: Certified | None) -> str:
    """The address for a code that was asked for at the address ``asked_at``; ``certified`` is None without TLS."""
    proof = f"&f={certified.fingerprint}" if certified is not None else ""
    return f"{reachable(asked_at, certified)}/join#p={code}{proof}"


def reachable(asked_at: str, certified: Certified | None) -> str:
    """The hub as whoever asked at ``asked_at`` calls it: scheme, host and port.

    Where that is this machine's own loopback, which a phone or radio could not reach, it is called by its certificate's
    first name.
    """
    asked = urlsplit(asked_at)
    host = asked.hostname or ""
    if host in LOOPBACK_HOSTS and certified is not None:
        host = next((name for name in certified.names if _can_be_reached(name)), host)
    port = f":{asked.port}" if asked.port else ""
    return f"{asked.scheme}://{f'[{host}]' if ':' in host else host}{port}"


def _can_be_reached(name: str) -> bool:
    return name not in LOOPBACK_HOSTS and "*" not in name
