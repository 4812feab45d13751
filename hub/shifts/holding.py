"""How long somebody holds a radio: pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from devices.protocol.clock import Clock
from hub.access.people import Person
from hub.alerts.lifetime import Lifetime

LONGEST_S = 16 * 3600.0
"""Nobody works longer; whoever forgot to sign off does not stay the radio's holder for days."""
AFTER_SHIFT_US = 30 * 60 * 1_000_000
EARLY_US = 30 * 60 * 1_000_000
"""A guard who signs on so long before the shift holds the radio until that shift is over."""
FindPerson = Callable[[str], Person | None]
"""Who has an account that is not disabled."""


@dataclass(frozen=True)
class Holding:
    """Somebody holds a radio since ``lifetime`` began."""

    radio_id: str
    person_id: str
    off_shift: bool
    lifetime: Lifetime

    @classmethod
    def beginning(cls, clock: Clock, radio_id: str, person_id: str, off_shift: bool) -> Holding:
        """One that begins now."""
        return cls(radio_id, person_id, off_shift, Lifetime.starting(clock, LONGEST_S))

    @property
    def began_at_us(self) -> int:
        """By the wall clock, which shifts go by."""
        return self.lifetime.began_wall_us

    def is_too_long(self, clock: Clock) -> bool:
        """Whether LONGEST_S have passed, whatever the wall clock was set to meanwhile."""
        return self.lifetime.left_s(clock) <= 0


def is_shift_over(shift_ends_at_us: int | None, at_us: int) -> bool:
    """Whether the shift in which somebody signed on, if there was one, has been over for 30 minutes."""
    return shift_ends_at_us is not None and at_us > shift_ends_at_us + AFTER_SHIFT_US
