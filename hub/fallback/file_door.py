"""The file door: writes what would have been said into a folder, a file each; for trials without a telephone line."""

from __future__ import annotations

import asyncio
import itertools
from pathlib import Path

import msgspec

from devices.private_file import write_private
from devices.protocol.clock import Clock
from hub.fallback.door import DoorError
from hub.fallback.messages import DoorKind, DoorStanding, DoorState, Outcome
from hub.speech.sound import Spoken

MOST_LETTERS = 1_000
"""Files in the folder; the oldest goes when another comes, for each has a venue's number."""


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """One file: a text, or how long the call would have spoken."""

    at_ms: int
    phone: str
    text: str | None = None
    spoken_s: float | None = None


class FileDoor:
    """Reaches nobody, and says so: its calls are ``written``. The folder has the latest MOST_LETTERS."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock
        self._numbers = itertools.count(1)
        self._failure: str | None = None

    @property
    def standing(self) -> DoorStanding:
        """Down after something could not be written."""
        state = DoorState.UP if self._failure is None else DoorState.DOWN
        return DoorStanding(door=DoorKind.FILE, state=state, reason=self._failure)

    async def open(self) -> None:
        """The folder is made when something is written."""

    async def run(self) -> None:
        """There is nothing to keep open."""
        await asyncio.Event().wait()

    async def send_text(self, phone: str, text: str) -> None:
        """Write it. Raises DoorError."""
        await self._write(Letter(at_ms=self._clock.wall_us() // 1000, phone=phone, text=text))

    async def call(self, phone: str, spoken: Spoken) -> Outcome:
        """Write it. Raises DoorError."""
        await self._write(Letter(at_ms=self._clock.wall_us() // 1000, phone=phone, spoken_s=spoken.duration_s))
        return Outcome.WRITTEN

    async def _write(self, letter: Letter) -> None:
        file = self._folder / f"{self._clock.wall_us()}-{next(self._numbers)}.json"

        def write() -> None:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_private(file, msgspec.json.encode(letter))
            for old in sorted(self._folder.glob("*.json"), key=_place)[:-MOST_LETTERS]:
                old.unlink(missing_ok=True)

        try:
            await asyncio.to_thread(write)
        except OSError as error:
            self._failure = error.strerror or "the folder cannot be written"
            raise DoorError(self._failure) from None
        self._failure = None


def _place(file: Path) -> tuple[int, int]:
    at_us, number = file.stem.split("-")
    return int(at_us), int(number)
