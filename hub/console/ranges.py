"""Files answered by byte ranges (RFC 9110, section 14): small parts at once, large ones piece by piece."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from fastapi import Response
from starlette.responses import StreamingResponse

_RANGE = re.compile(r"bytes=(\d{1,15})?-(\d{1,15})?\Z")
AT_ONCE_BYTES = 4 * 1024 * 1024
"""A part up to this is read whole; of a larger one so much is in memory."""


async def answer_file(
    file: Path, size_bytes: int, asked: str | None, media_type: str, headers: Mapping[str, str]
) -> Response:
    """The first ``size_bytes`` of a file, or of them what the header ``Range`` asks for. Raises FileNotFoundError."""
    told = {**headers, "accept-ranges": "bytes"}
    start, end, status = 0, size_bytes, 200
    found = _RANGE.match(asked) if asked is not None else None
    if found is not None and (found[1] or found[2]):
        start, end = _part(found[1], found[2], size_bytes)
        if start >= end:
            return Response(status_code=416, headers={"content-range": f"bytes */{size_bytes}"})
        told["content-range"] = f"bytes {start}-{end - 1}/{size_bytes}"
        status = 206
    if end - start <= AT_ONCE_BYTES:
        return Response(await asyncio.to_thread(_read, file, start, end), status, told, media_type=media_type)
    await asyncio.to_thread(file.stat)
    told["content-length"] = str(end - start)
    return StreamingResponse(_pieces(file, start, end), status, told, media_type=media_type)


def _part(first: str | None, last: str | None, size: int) -> tuple[int, int]:
    """From where to where; the end before the start where there is nothing."""
    if first is None:
        return max(0, size - int(last or 0)), size
    return int(first), min(size, int(last) + 1) if last else size


def _read(file: Path, start: int, end: int) -> bytes:
    with file.open("rb") as opened:
        opened.seek(start)
        return opened.read(end - start)


async def _pieces(file: Path, start: int, end: int) -> AsyncIterator[bytes]:
    while start < end and (piece := await asyncio.to_thread(_read, file, start, min(end, start + AT_ONCE_BYTES))):
        start += len(piece)
        yield piece
