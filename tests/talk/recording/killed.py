"""A process that records until it is killed, and says what it handed over and what the disk has."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from hub.talk.recording import files
from tests.talk.recording.bursts import new_burst, open_recordings, tone, voice

_fdatasync = os.fdatasync


def _synced(descriptor: int) -> None:
    _fdatasync(descriptor)
    print("synced", os.fstat(descriptor).st_size, flush=True)


async def main(folder: Path) -> None:
    """Speak without end, a packet every 20 ms."""
    frames = tone(3)
    async with open_recordings(folder) as (recordings, _):
        new = new_burst()
        loop = asyncio.get_running_loop()
        recordings.begin(new)
        began_s = loop.time()
        for number, frame in enumerate(frames):
            await asyncio.sleep(began_s + number * 0.02 - loop.time())
            recordings.packet(voice(new.burst_id, number, frame), recordings._clock.monotonic_us())
            print("handed", number, flush=True)


if __name__ == "__main__":
    files.os.fdatasync = _synced  # type: ignore[attr-defined]  # how else to know what a power cut would leave
    asyncio.run(main(Path(sys.argv[1])))
