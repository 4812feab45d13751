"""What the teaching room says of itself."""

from __future__ import annotations

import msgspec

from hub.teaching.versions import Version


class TeachingState(msgspec.Struct, frozen=True, kw_only=True):
    """``lessons`` are in the book; ``current``: the learned file in use, or "auto"; ``versions``: the oldest first.

    ``is_held``: somebody went back, so the hub does not learn by itself until somebody has it learn.
    """

    is_on: bool
    is_learning: bool
    lessons: int
    current: str
    is_held: bool
    versions: tuple[Version, ...]


class Learned(msgspec.Struct, frozen=True, kw_only=True):
    """``version``: what was tried, None with too few lessons."""

    version: Version | None
    state: TeachingState


class DescriptorInUse(msgspec.Struct, frozen=True, kw_only=True):
    """Detail of the audit record: learned files, or "auto"; equal where what was learned is not better."""

    before: str
    current: str
