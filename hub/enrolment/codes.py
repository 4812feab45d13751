"""One-time codes and whoever guesses at them: pure, times passed in."""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import msgspec

from devices.protocol.topics import DeviceKind

CODE_BYTES = 16
"""128 random bits: nobody finds one by trying, so that a right code need never be slowed down."""
VALID_FOR_S = 72 * 3600
TRIES = 10
"""Wrong tries of one address that are answered and audited each; the next waits for TRY_EVERY_S."""
TRY_EVERY_S = 6.0
MAX_ADDRESSES = 1_000
MAX_TRIES_OF_ALL = 100
"""Wrong tries of all addresses together, refilled ten times as fast: bounds what a flood writes into the audit log."""


class Code(msgspec.Struct, frozen=True, kw_only=True):
    """A fresh code as it is shown once; the hub keeps its SHA-256 alone."""

    device_id: str
    code: str
    expires_at_ms: int

    def __repr__(self) -> str:
        return f"Code(for {self.device_id})"


class WaitingCode(msgspec.Struct, frozen=True, kw_only=True):
    """What the hub knows of a device's latest code."""

    device_id: str
    kind: DeviceKind
    code_sha256: bytes
    made_by: str
    expires_at_us: int
    used_at_us: int | None = None

    @classmethod
    def of_row(cls, row: Any) -> WaitingCode:
        """From a row of ``enrolment_codes``."""
        return cls(
            device_id=row.device_id,
            kind=DeviceKind(row.kind),
            code_sha256=row.code_sha256,
            made_by=row.made_by,
            expires_at_us=row.expires_at_us,
            used_at_us=row.used_at_us,
        )


def new_code() -> str:
    """A code that can stand in the fragment of an address."""
    return secrets.token_urlsafe(CODE_BYTES)


def digest(code: str) -> bytes:
    """What is kept of a code. It is random, so one round of SHA-256 is enough."""
    return hashlib.sha256(code.encode()).digest()


@dataclass
class _Allowance:
    left: float
    at_us: int

    def take(self, now_us: int, most: float, per_s: float) -> bool:
        self.left = min(most, self.left + (now_us - self.at_us) / 1e6 * per_s)
        self.at_us = now_us
        if self.left < 1:
            return False
        self.left -= 1
        return True


class Guesses:
    """Wrong codes and proofs, each address counted apart, MAX_ADDRESSES remembered.

    Only what is wrong is slowed down, so that whoever guesses, even from behind the same address, locks nobody out.
    """

    def __init__(self) -> None:
        self._addresses: OrderedDict[str, _Allowance] = OrderedDict()
        self._all = _Allowance(MAX_TRIES_OF_ALL, 0)
        self.dropped = 0

    def may_try(self, address: str, now_us: int) -> bool:
        """Count one wrong try at ``now_us`` (monotonic); False when it is to be refused without a record."""
        own = self._addresses.setdefault(address, _Allowance(TRIES, now_us))
        self._addresses.move_to_end(address)
        while len(self._addresses) > MAX_ADDRESSES:
            self._addresses.popitem(last=False)
        allowed = own.take(now_us, TRIES, 1 / TRY_EVERY_S)
        allowed = allowed and self._all.take(now_us, MAX_TRIES_OF_ALL, 10 / TRY_EVERY_S)
        self.dropped += not allowed
        return allowed
