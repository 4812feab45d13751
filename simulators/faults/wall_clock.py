"""``python -m simulators.faults.wall_clock``: ``qianshao`` with a wall clock that is set from outside.

The file that ``QIANSHAO_SIMULATED_WALL`` names holds by how many microseconds it is off. The clock that never jumps is
left alone. libfaketime 0.9.10 would do the same for a whole process, but with the monotonic clock left alone CPython's
``time.sleep`` fails with EINVAL under it.
"""

from __future__ import annotations

import mmap
import os
import struct
import time
from pathlib import Path

VARIABLE = "QIANSHAO_SIMULATED_WALL"
_OFFSET = struct.Struct("=q")


class WallClock:
    """The offset in its file, set by the campaign and read by each hub."""

    def __init__(self, path: Path) -> None:
        """Made when missing. Raises OSError."""
        if not path.exists():
            path.write_bytes(_OFFSET.pack(0))
        with path.open("r+b") as file:
            self._page = mmap.mmap(file.fileno(), _OFFSET.size)

    @property
    def offset_us(self) -> int:
        """By how much the clock is ahead."""
        (offset_us,) = _OFFSET.unpack_from(self._page)
        return int(offset_us)

    def put(self, offset_us: int) -> None:
        """Set the clock."""
        _OFFSET.pack_into(self._page, 0, offset_us)


def jump(clock: WallClock) -> None:
    """Have this process's wall clock be ahead by what the file says, from now on."""
    real_ns = time.time_ns

    def time_ns() -> int:
        return real_ns() + clock.offset_us * 1000

    time.time_ns = time_ns
    time.time = lambda: time_ns() / 1e9


if __name__ == "__main__":
    jump(WallClock(Path(os.environ[VARIABLE])))
    from hub.__main__ import main

    main()
