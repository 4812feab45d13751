"""One-time codes: what one is, and the latest of each device in memory. Pure, times passed in."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

import msgspec

from devices.protocol.topics import DeviceKind

CODE_BYTES = 16
"""128 random bits: nobody finds one by trying, so that a right code need never be slowed down."""
VALID_FOR_S = 72 * 3600


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


class WaitingCodes:
    """Each device's latest code, in memory: by the device, and by what is kept of the code."""

    def __init__(self) -> None:
        self._of: dict[str, WaitingCode] = {}
        self._devices: dict[bytes, str] = {}

    def find(self, code: str) -> WaitingCode | None:
        """What is known of this code; None when it never was, or is void."""
        return self._of.get(self._devices.get(digest(code), ""))

    def of(self, device_id: str) -> WaitingCode | None:
        """The device's latest, used or not."""
        return self._of.get(device_id)

    def usable(self, now_us: int) -> list[WaitingCode]:
        """Those that can still be used at ``now_us`` (wall clock)."""
        return [code for code in self._of.values() if code.used_at_us is None and code.expires_at_us > now_us]

    def put(self, code: WaitingCode) -> None:
        """The device's latest from now on; a former one is void."""
        self.drop(code.device_id)
        self._of[code.device_id] = code
        self._devices[code.code_sha256] = code.device_id

    def drop(self, device_id: str) -> WaitingCode | None:
        """The device's code is void; it, where there was one."""
        code = self._of.pop(device_id, None)
        if code is not None:
            del self._devices[code.code_sha256]
        return code

    def take_back(self, code: WaitingCode, former: WaitingCode | None) -> None:
        """What ``put`` did with ``code``, unless there has been another change of this device's code since."""
        if self._of.get(code.device_id) is code:
            self.drop(code.device_id)
            if former is not None:
                self.put(former)
