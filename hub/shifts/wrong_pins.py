"""Slows whoever guesses PINs at a radio, and no other radio. Pure, with the clock passed in."""

from __future__ import annotations

from collections import deque

from devices.protocol.clock import Clock

MOST_WRONG = 5
WITHIN_US = 300 * 1_000_000
REFUSED_FOR_US = 60 * 1_000_000


class WrongPins:
    """The latest wrong PINs of each radio: after MOST_WRONG within 5 minutes the radio is refused for a minute.

    Each further wrong one within those 5 minutes refuses it again, so that a guesser has about one try a minute: 10,000
    PINs take a week. At most MOST_WRONG times are kept for each radio, and there are only enrolled radios.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._wrong: dict[str, deque[int]] = {}

    def add(self, radio_id: str) -> None:
        """One more wrong PIN."""
        self._wrong.setdefault(radio_id, deque(maxlen=MOST_WRONG)).append(self._clock.monotonic_us())

    def forget(self, radio_id: str) -> None:
        """The radio's guard knew the PIN."""
        self._wrong.pop(radio_id, None)

    def refuses(self, radio_id: str) -> bool:
        """Whether this radio's tries are refused now."""
        wrong = self._wrong.get(radio_id)
        if wrong is None or len(wrong) < MOST_WRONG or wrong[-1] - wrong[0] > WITHIN_US:
            return False
        return self._clock.monotonic_us() - wrong[-1] < REFUSED_FOR_US
