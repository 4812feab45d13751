"""What the roll-call does next: begin the day's, end the one under way, or nothing. Pure, the clock passed in.

It begins by the clock on the wall, once a day, whatever that clock does; it ends by the machine's own clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import tzinfo
from enum import StrEnum
from typing import NamedTuple

from devices.protocol.clock import Clock
from hub.alerts.lifetime import Lifetime
from hub.rollcall.schedule import due_day

SETTLE_S = 30.0
"""One that was under way when the hub ended is not ended sooner after its start: radios say again what they kept."""


class State(StrEnum):
    IDLE = "idle"
    UNDER_WAY = "under_way"


class Event(StrEnum):
    BEGUN = "begun"
    """By itself or by hand; one that is under way is not begun again."""
    ENDED = "ended"


TRANSITIONS: dict[tuple[State, Event], State] = {
    (State.IDLE, Event.BEGUN): State.UNDER_WAY,
    (State.UNDER_WAY, Event.ENDED): State.IDLE,
}


class Due(NamedTuple):
    """The roll-call of this day is to begin."""

    day: str


class Over(NamedTuple):
    """The one under way is to end."""


class Machine:
    """At most one roll-call at a time. The room does what ``look`` says and tells when it is on disk."""

    def __init__(self, clock: Clock, at_minute: int | None, zone: Callable[[], tzinfo]) -> None:
        """``at_minute`` of the day is when one begins by itself, None: never; ``zone`` is the community's."""
        self._clock = clock
        self._at_minute = at_minute
        self._zone = zone
        self._state = State.IDLE
        self._lifetime: Lifetime | None = None
        self._settled_us = 0
        self._made: set[str] = set()

    @property
    def is_under_way(self) -> bool:
        """Whether one is."""
        return self._state is State.UNDER_WAY

    def take_up(self, under_way: Lifetime | None, made: Iterable[str]) -> None:
        """After a start: what an earlier run left, and the days that had their roll-call."""
        self._made.update(made)
        if under_way is not None:
            self.begun(under_way, None)
            self._settled_us = self._clock.monotonic_us() + round(SETTLE_S * 1e6)

    def look(self) -> Due | Over | None:
        """What is to be done now."""
        if self._lifetime is not None:
            is_settled = self._clock.monotonic_us() >= self._settled_us
            return Over() if is_settled and self._lifetime.left_s(self._clock) <= 0 else None
        if self._at_minute is None:
            return None
        day = due_day(self._at_minute, self._clock.wall_us(), self._zone(), self._made)
        return None if day is None else Due(day)

    def begun(self, lifetime: Lifetime, day: str | None) -> None:
        """One is under way: the roll-call of ``day``, None: one by hand. Raises ValueError when one was already."""
        self._move(Event.BEGUN)
        self._lifetime = lifetime
        if day is not None:
            self._made.add(day)

    def ended(self) -> None:
        """It is over. Raises ValueError when none was under way."""
        self._move(Event.ENDED)
        self._lifetime = None

    def _move(self, event: Event) -> None:
        if (self._state, event) not in TRANSITIONS:
            raise ValueError(f"a roll-call that is {self._state.value} cannot be {event.value}")
        self._state = TRANSITIONS[self._state, event]
