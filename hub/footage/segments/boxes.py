"""Boxes of ISO/IEC 14496-12: made from bytes, and walked in bytes."""

from __future__ import annotations

import struct
from collections.abc import Iterator

HEAD_BYTES = 8
_HEAD = struct.Struct(">I4s")


def box(kind: bytes, *parts: bytes) -> bytes:
    """A box around its parts."""
    body = b"".join(parts)
    return _HEAD.pack(HEAD_BYTES + len(body), kind) + body


def full_box(kind: bytes, version: int, flags: int, *parts: bytes) -> bytes:
    """A box that begins with a version and flags."""
    return box(kind, struct.pack(">I", version << 24 | flags), *parts)


def head(data: bytes | memoryview, at: int = 0) -> tuple[int, bytes] | None:
    """Size and kind of the box that begins at ``at``; None where no box can begin so (64-bit sizes are not used)."""
    if at + HEAD_BYTES > len(data):
        return None
    size, kind = _HEAD.unpack_from(data, at)
    return (size, kind) if size >= HEAD_BYTES else None


def children(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Kind, start and end of the body of each whole box in ``data[start:end]``; stops at what is none."""
    while start < end:
        found = head(data, start)
        if found is None or start + found[0] > end:
            return
        yield found[1], start + HEAD_BYTES, start + found[0]
        start += found[0]


def find(data: bytes, path: tuple[bytes, ...], start: int = 0, end: int | None = None) -> tuple[int, int] | None:
    """Start and end of the body of the first box below ``path``."""
    end = len(data) if end is None else end
    for kind, body, after in children(data, start, end):
        if kind == path[0]:
            return (body, after) if len(path) == 1 else find(data, path[1:], body, after)
    return None
