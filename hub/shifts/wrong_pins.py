"""Slows whoever guesses PINs, at one radio or at many, and nobody else. Pure, with the clock passed in."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from devices.protocol.clock import Clock

MOST_WRONG = 5
WITHIN_US = 300 * 1_000_000
REFUSED_FOR_US = 60 * 1_000_000
_Tries = deque[tuple[int, str | None]]


class WrongPins:
    """The latest wrong PINs: after MOST_WRONG within 5 minutes, tries are refused for a minute.

    Counted for each radio, and for each account over all radios. Each further wrong one within those 5 minutes refuses
    again, so that a guesser has about one try a minute: 10,000 PINs take a week. A radio that took the account's right
    PIN last is refused by its own count alone, so that who guesses elsewhere keeps nobody from the radio they use.
    At most MOST_WRONG are kept for each, and there are only enrolled radios and accounts.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._at_radio: dict[str, _Tries] = {}
        self._as_person: dict[str, _Tries] = {}
        self._used: dict[str, str] = {}

    def add(self, radio_id: str, person_id: str | None) -> None:
        """One more wrong PIN; no ``person_id`` when there is no such account."""
        wrong = (self._clock.monotonic_us(), person_id)
        self._at_radio.setdefault(radio_id, deque(maxlen=MOST_WRONG)).append(wrong)
        if person_id is not None:
            self._as_person.setdefault(person_id, deque(maxlen=MOST_WRONG)).append(wrong)

    def forget(self, radio_id: str, person_id: str) -> None:
        """The person knew their PIN: their own wrong ones at this radio are forgotten, and those of nobody else."""
        tries = self._at_radio.get(radio_id, ())
        self._at_radio[radio_id] = deque((one for one in tries if one[1] != person_id), maxlen=MOST_WRONG)
        self._as_person.pop(person_id, None)
        self._used[person_id] = radio_id

    def refuses(self, radio_id: str, person_id: str | None) -> bool:
        """Whether tries for this account at this radio are refused now."""
        if self._is_too_many(self._at_radio.get(radio_id, ())):
            return True
        if person_id is None or self._used.get(person_id) == radio_id:
            return False
        return self._is_too_many(self._as_person.get(person_id, ()))

    def _is_too_many(self, tries: Iterable[tuple[int, str | None]]) -> bool:
        wrong = [at_us for at_us, _ in tries]
        if len(wrong) < MOST_WRONG or wrong[-1] - wrong[0] > WITHIN_US:
            return False
        return self._clock.monotonic_us() - wrong[-1] < REFUSED_FOR_US
