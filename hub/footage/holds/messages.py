"""What is said of holds."""

from __future__ import annotations

from typing import Annotated

import msgspec

from hub.registry.records import AtMs, Id

MOST_CAMERAS = 200


class NewHold(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The request to hold footage: of these cameras, between these times (UTC, the second may lie ahead)."""

    camera_ids: Annotated[tuple[Id, ...], msgspec.Meta(min_length=1, max_length=MOST_CAMERAS)]
    from_ms: AtMs
    until_ms: AtMs


class Hold(msgspec.Struct, frozen=True, kw_only=True):
    """Footage that stays until its case closes."""

    hold_id: str
    case_id: str
    camera_ids: tuple[str, ...]
    from_ms: int
    until_ms: int
    held_by: str
    held_at_ms: int
