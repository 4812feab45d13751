"""Keeps a process of many threads that read streams from growing with each stream that is opened anew."""

from __future__ import annotations

import contextlib
import ctypes

_M_ARENA_MAX, _ARENAS = -8, 2
"""malloc.h of the GNU C library."""


def bound_arenas() -> None:
    """Have all threads allocate from few places: with one for each thread, what the media library takes for every
    stream that is opened anew leaves holes in all of them (bench/footage_soak.py, bench/vision_soak.py)."""
    with contextlib.suppress(AttributeError, OSError):  # another C library
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, _ARENAS)
