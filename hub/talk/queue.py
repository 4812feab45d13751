"""Who waits for the floor of one group: the greatest priority first, and among equals who pressed first."""

from __future__ import annotations

from dataclasses import dataclass

from hub.talk.effects import Press, Queued

MOST_WAITING = 10
WAIT_AT_MOST_S = 30.0
"""Whoever has held the key for so long is told to press again, rather than to go on hoping."""
_WAIT_AT_MOST_US = round(WAIT_AT_MOST_S * 1e6)


@dataclass
class _Waiting:
    press: Press
    since_us: int
    told: tuple[int, int] | None = None
    """The position, of how many, that the talker was last told."""


class Queue:
    """At most MOST_WAITING presses, one for each talker. Pure; in the order in which they will be granted."""

    def __init__(self) -> None:
        self._waiting: list[_Waiting] = []

    def __len__(self) -> int:
        return len(self._waiting)

    def __contains__(self, talker_id: str) -> bool:
        return any(one.press.talker_id == talker_id for one in self._waiting)

    @property
    def presses(self) -> tuple[Press, ...]:
        """Who waits, the next first."""
        return tuple(one.press for one in self._waiting)

    @property
    def due_us(self) -> int | None:
        """When the first of them will have waited too long; None when nobody waits."""
        return min((one.since_us + _WAIT_AT_MOST_US for one in self._waiting), default=None)

    def add(self, press: Press, now_us: int) -> Press | None:
        """Put a press into its place; the same one again keeps it and is told its position again.

        Returns who found no place: when all are taken, the last of the least priority, which is most often this one.
        """
        for one in self._waiting:
            if one.press == press:
                one.told = None
                return None
        self.remove(press.talker_id)
        place = sum(one.press.priority >= press.priority for one in self._waiting)
        self._waiting.insert(place, _Waiting(press, now_us))
        return self._waiting.pop().press if len(self._waiting) > MOST_WAITING else None

    def remove(self, talker_id: str, request_id: str | None = None) -> bool:
        """Take a talker out, or only this request of theirs; false when it does not wait."""
        for one in self._waiting:
            if one.press.talker_id == talker_id and request_id in (None, one.press.request_id):
                self._waiting.remove(one)
                return True
        return False

    def pop(self) -> Press:
        """Take out the next. Raises IndexError when nobody waits."""
        return self._waiting.pop(0).press

    def clear(self) -> list[Press]:
        """Take out all."""
        presses = [one.press for one in self._waiting]
        self._waiting = []
        return presses

    def overdue(self, now_us: int) -> list[Press]:
        """Take out those who have waited too long."""
        late = [one for one in self._waiting if now_us - one.since_us >= _WAIT_AT_MOST_US]
        self._waiting = [one for one in self._waiting if one not in late]
        return [one.press for one in late]

    def changes(self) -> list[Queued]:
        """For each who waits and was last told another position or number: the present ones."""
        found = []
        for place, one in enumerate(self._waiting, 1):
            standing = (place, len(self._waiting))
            if one.told != standing:
                one.told = standing
                found.append(Queued(one.press, *standing))
        return found
