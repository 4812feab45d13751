"""Stills out of coded pictures, each made by a child process: a decoder that breaks takes nothing with it."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator

from hub.children import end_child, start_child

WITHIN_S = 15.0
"""A minute of pictures from the key picture on, on a busy machine."""
NICENESS = 5
_END_WITHIN_S = 0.5


class NoStill(Exception):
    """No picture can be made of these; says why, in English."""


async def still_of(pieces: AsyncIterator[bytes], at_us: int | None = None) -> bytes:
    """The last picture that was taken by ``at_us`` (UTC), or the first, at most 1280 wide, as JPEG.

    ``pieces``: records as bytes, a form and a key picture first. Raises NoStill, and what ``pieces`` raises.
    """
    try:
        child = await start_child(
            (sys.executable, "-m", "hub.footage.stills.job", str(at_us or 0)),
            niceness=NICENESS,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
    except OSError as error:
        raise NoStill(f"no decoder can be started: {error}") from None
    try:
        async with asyncio.timeout(WITHIN_S):
            assert child.stdin is not None and child.stdout is not None
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it has what it needs, or has ended
                async for piece in pieces:
                    child.stdin.write(piece)
                    await child.stdin.drain()
            child.stdin.close()
            jpeg = await child.stdout.read()
            if await child.wait() != 0 or not jpeg:
                raise NoStill(f"the decoder ended with {child.returncode}")
            return jpeg
    except TimeoutError:
        raise NoStill(f"not decoded within {WITHIN_S:g} s") from None
    finally:
        await end_child(child, _END_WITHIN_S)
