"""What the media room says over its interface, and what it keeps in the audit log."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

MediaId = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]
"""The SHA-256 of the kept file, in hexadecimal."""


class MediaType(StrEnum):
    """What is kept: nothing as it came."""

    PICTURE = "image/jpeg"
    VOICE = "audio/ogg"


class Media(msgspec.Struct, frozen=True, kw_only=True):
    """One picture, with its size, or one spoken message, with its duration."""

    media_id: MediaId
    type: MediaType
    bytes: int
    width_px: int | None = None
    height_px: int | None = None
    duration_s: float | None = None


class MediaBrought(msgspec.Struct, frozen=True, kw_only=True):
    """Detail of the audit record ``bring_media``."""

    media_id: str
    type: MediaType
    bytes: int
