"""The gain of one direction, limited, and a word when sound is cut off at full scale."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from devices.radio.opus import Samples

_FULL = 32_600
"""What a sound card gives at its limit, some a little less than 32,767."""
_CUT_SAMPLES = 4
"""So many in a block of 20 ms are not one loud click."""
_CUT_BLOCKS = 5
TOLD_EVERY_US = 60_000_000


class Level:
    """One direction's."""

    def __init__(self, gain_db: float, words: str, told: Callable[[str], None]) -> None:
        """``told(words)`` is called at most once a minute, when 5 blocks were cut off since it was last called."""
        self.cut = 0
        """Blocks of 20 ms that were cut off."""
        self._factor = 10 ** (gain_db / 20)
        self._words = words
        self._told = told
        self._cut_since = 0
        self._told_us: int | None = None

    def apply(self, samples: Samples, now_us: int) -> Samples:
        """The samples with the gain in them."""
        raised = samples.astype(np.float32) * self._factor
        if np.count_nonzero((np.abs(raised) > _FULL) | (np.abs(samples.astype(np.int32)) > _FULL)) >= _CUT_SAMPLES:
            self.cut += 1
            self._cut_since += 1
            self._tell(now_us)
        limited: Samples = np.clip(raised, -32768, 32767).astype(np.int16)
        return limited

    def _tell(self, now_us: int) -> None:
        may = self._told_us is None or now_us - self._told_us >= TOLD_EVERY_US
        if may and self._cut_since >= _CUT_BLOCKS:
            self._told_us, self._cut_since = now_us, 0
            self._told(self._words)
