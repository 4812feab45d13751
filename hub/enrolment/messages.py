"""The enrolment room's requests and answers, the bodies of its events, and the details of its audit records."""

from __future__ import annotations

from typing import Annotated

import msgspec

from devices.protocol.topics import DeviceKind

MAX_CODES = 2_000
"""Codes made by one request: the radios of a county in one delivery."""


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """A device as one asks for a code for it."""

    kind: DeviceKind
    device_id: Annotated[str, msgspec.Meta(max_length=64)]


class NewCodes(msgspec.Struct, frozen=True, kw_only=True):
    """The request to make codes; all are made or none."""

    devices: Annotated[tuple[Device, ...], msgspec.Meta(min_length=1, max_length=MAX_CODES)]


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    """What a device is given to enrol itself, as text or as a QR code."""

    device_id: str
    join: str
    expires_at_ms: int


class DeviceView(msgspec.Struct, frozen=True, kw_only=True):
    """A device and how it stands with the hub; what is not known is None."""

    device_id: str
    kind: DeviceKind
    enrolled_at_ms: int | None
    """When its credential was made: at its enrolment or latest rotation."""
    revoked_at_ms: int | None
    code_expires_at_ms: int | None
    """Of a code that waits to be used."""
    online: bool | None
    heard_at_ms: int | None


class DeviceEnrolled(msgspec.Struct, frozen=True, kw_only=True):
    """Body of ``device.enrolled``."""

    device_id: str
    kind: DeviceKind
    address: str
    software: str


class DeviceRevoked(msgspec.Struct, frozen=True, kw_only=True):
    """Body of ``device.revoked``."""

    device_id: str
    kind: DeviceKind
    by: str


class CodesMade(msgspec.Struct, frozen=True, kw_only=True):
    """Audit: for which devices."""

    devices: tuple[Device, ...]


class EnrolmentFailed(msgspec.Struct, frozen=True, kw_only=True):
    """Audit: what was wrong with a code or proof; ``device_id`` where it is known."""

    address: str
    reason: str
    device_id: str | None = None


class DeviceRotated(msgspec.Struct, frozen=True, kw_only=True):
    """Audit: asked for a newer credential, or confirmed it."""

    device_id: str
    step: str
