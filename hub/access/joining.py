"""The address behind a QR code with which a person or a device joins; see docs/access.md."""

from __future__ import annotations

from collections.abc import Callable, Collection
from enum import StrEnum
from urllib.parse import urlsplit

from hub.settings import LOOPBACK_HOSTS


class Joins(StrEnum):
    """Who joins: the fragment's key of the code."""

    PERSON = "p"
    DEVICE = "d"


class JoinLinks:
    """Makes the addresses. ``names`` are what the hub's certificate calls it, ``fingerprint`` is its authority's; both
    are empty without TLS."""

    def __init__(self, names: Callable[[], Collection[str]], fingerprint: Callable[[], str]) -> None:
        self._names = names
        self._fingerprint = fingerprint

    def link(self, asked_at: str, who: Joins, code: str) -> str:
        """The address for a code that was asked for at the address ``asked_at``.

        It names the hub as whoever asked calls it, or by its certificate's first name where that is this machine's own
        loopback, which a phone could not reach.
        """
        asked = urlsplit(asked_at)
        host = asked.hostname or ""
        if host in LOOPBACK_HOSTS:
            host = min((name for name in self._names() if _can_be_reached(name)), default=host)
        port = f":{asked.port}" if asked.port else ""
        fingerprint = self._fingerprint()
        proof = f"&f={fingerprint}" if fingerprint else ""
        return f"{asked.scheme}://{f'[{host}]' if ':' in host else host}{port}/join#{who.value}={code}{proof}"


def _can_be_reached(name: str) -> bool:
    return name not in LOOPBACK_HOSTS and "*" not in name
