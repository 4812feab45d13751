"""The address behind the QR code of a person's invitation; see docs/access.md."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol
from urllib.parse import urlsplit

from hub.settings import LOOPBACK_HOSTS


class Certified(Protocol):
    """What the hub's certificate calls it, and its authority's fingerprint."""

    @property
    def names(self) -> Collection[str]: ...

    @property
    def fingerprint(self) -> str: ...


def join_link(asked_at: str, code: str, certified: Certified | None) -> str:
    """The address for a code that was asked for at the address ``asked_at``; ``certified`` is None without TLS.

    It names the hub as whoever asked calls it, or by its certificate's first name where that is this machine's own
    loopback, which a phone could not reach.
    """
    asked = urlsplit(asked_at)
    host = asked.hostname or ""
    if host in LOOPBACK_HOSTS and certified is not None:
        host = min((name for name in certified.names if _can_be_reached(name)), default=host)
    port = f":{asked.port}" if asked.port else ""
    proof = f"&f={certified.fingerprint}" if certified is not None else ""
    return f"{asked.scheme}://{f'[{host}]' if ':' in host else host}{port}/join#p={code}{proof}"


def _can_be_reached(name: str) -> bool:
    return name not in LOOPBACK_HOSTS and "*" not in name
