"""The sound card that the donor handset hangs on: what it hears, block by block, and what it is given to say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from devices.protocol.clock import Clock
from devices.radio.card_lines import Captured, CardLines, Decimator
from devices.radio.opus import Samples
from devices.radio.portaudio import Block, Direction

HEARS_WITHIN_US = 500_000
"""A card that has given nothing for so long hears nothing, whatever it says of itself."""


class Card(Protocol):
    """What a gateway needs of it."""

    @property
    def hears(self) -> bool:
        """Whether what the donor hears comes in."""
        ...

    @property
    def plays(self) -> bool:
        """Whether sound goes to the donor."""
        ...

    def take_heard(self) -> list[Samples]:
        """The blocks of 20 ms at 16 kHz that came since this was last asked."""
        ...

    async def run(self) -> None:
        """Have it open until cancelled."""
        ...


class DonorCard:
    """Through PortAudio; lost devices are told of and looked for as a radio's are."""

    def __init__(
        self,
        clock: Clock,
        told: Callable[[str], None],
        *,
        microphone: str,
        speaker: str,
        next_samples: Callable[[], Samples],
        is_busy: Callable[[], bool],
    ) -> None:
        """``next_samples()`` gives 20 ms at 48 kHz, to PortAudio's thread; ``is_busy()`` says whether a word would be
        cut by closing what is there in order to look for what is not. Raises PortAudioMissing.
        """
        self._clock = clock
        self._next_samples = next_samples
        self._captured = Captured()
        self._decimator = Decimator()
        self._heard_us: int | None = None
        self._lines = CardLines(
            clock,
            told,
            names={Direction.INPUT: microphone, Direction.OUTPUT: speaker},
            takes={Direction.INPUT: self._captured.put, Direction.OUTPUT: self._play},
            is_busy=is_busy,
        )

    @property
    def hears(self) -> bool:
        return self._heard_us is not None and self._clock.monotonic_us() - self._heard_us < HEARS_WITHIN_US

    @property
    def plays(self) -> bool:
        return self._lines.is_there(Direction.OUTPUT)

    @property
    def dropped(self) -> int:
        """Blocks of the microphone that nobody took in time."""
        return self._captured.dropped

    def take_heard(self) -> list[Samples]:
        blocks = [self._decimator.take(block) for block in self._captured.take()]
        if blocks:
            self._heard_us = self._clock.monotonic_us()
        return blocks

    async def run(self) -> None:
        await self._lines.run()

    def _play(self, block: Block) -> None:
        block[:, 0] = self._next_samples()
