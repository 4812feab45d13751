"""Which radios are on line: a pure table of births, deaths and signs of life, with the clock passed in.

A radio is on line while it was heard from within 15 s and the connection it was born with has not died. Births carry a
count that grows over the radio's life, so that the late death of an old connection (a will published after the radio
came back) says nothing about the new one.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from devices.protocol.topics import STATUS_INTERVAL_S

SILENT_AFTER_US = round(3 * STATUS_INTERVAL_S * 1e6)


class Turn(StrEnum):
    """What a word from or about a radio changed."""

    NONE = "none"
    CAME = "came"
    """It was off line and is on line."""
    CAME_AGAIN = "came_again"
    """It is on line by a new connection: what was under way to the old one may be lost."""
    WENT = "went"


@dataclass
class Presence:
    """How one radio stands. Times are the hub's own clocks."""

    online: bool = False
    birth_count: int = -1
    died_count: int = -1
    heard_us: int | None = None
    heard_at_us: int | None = None
    since_at_us: int | None = None
    battery: float | None = None
    signal: float | None = None
    holder: str | None = None


class PresenceTable:
    """All radios. ``now_us`` is the hub's monotonic clock, ``at_us`` its wall clock."""

    def __init__(self) -> None:
        self._radios: dict[str, Presence] = {}

    def of(self, radio_id: str) -> Presence:
        """How the radio stands; unknown ones are off line."""
        return self._radios.get(radio_id) or Presence()

    @property
    def online(self) -> int:
        """How many radios are on line."""
        return sum(presence.online for presence in self._radios.values())

    def born(self, radio_id: str, birth_count: int, now_us: int, at_us: int) -> Turn:
        """The radio connected for the ``birth_count``-th time."""
        radio = self._radios.setdefault(radio_id, Presence())
        if birth_count < radio.birth_count:
            return Turn.NONE
        again = birth_count > radio.birth_count
        radio.birth_count = birth_count
        if radio.died_count >= birth_count:
            return Turn.NONE
        turn = self._hear(radio, now_us, at_us)
        return Turn.CAME_AGAIN if turn is Turn.NONE and again else turn

    def died(self, radio_id: str, birth_count: int, at_us: int) -> Turn:
        """The connection of that birth ended; a late word on an older one changes nothing."""
        radio = self._radios.setdefault(radio_id, Presence())
        radio.died_count = max(radio.died_count, birth_count)
        if birth_count < radio.birth_count or not radio.online:
            return Turn.NONE
        return self._leave(radio, at_us)

    def heard(self, radio_id: str, birth_count: int, now_us: int, at_us: int) -> Turn:
        """The radio gave a sign of life on the connection of that birth."""
        return self.born(radio_id, birth_count, now_us, at_us)

    def shut_out(self, radio_id: str, at_us: int) -> Turn:
        """The radio may speak no more; a birth after a new enrolment brings it back."""
        radio = self._radios.get(radio_id)
        return self._leave(radio, at_us) if radio is not None and radio.online else Turn.NONE

    def expire(self, now_us: int, at_us: int) -> list[str]:
        """The radios that have just been silent for too long; they are off line now."""
        gone = []
        for radio_id, radio in self._radios.items():
            if radio.online and radio.heard_us is not None and now_us - radio.heard_us > SILENT_AFTER_US:
                self._leave(radio, at_us)
                gone.append(radio_id)
        return gone

    def _hear(self, radio: Presence, now_us: int, at_us: int) -> Turn:
        radio.heard_us, radio.heard_at_us = now_us, at_us
        if radio.online:
            return Turn.NONE
        radio.online, radio.since_at_us = True, at_us
        return Turn.CAME

    def _leave(self, radio: Presence, at_us: int) -> Turn:
        radio.online, radio.since_at_us = False, at_us
        return Turn.WENT
