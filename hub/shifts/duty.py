"""Whether somebody belongs at a radio: by their places, by their shifts, and until when."""

from __future__ import annotations

from devices.protocol.clock import Clock
from devices.protocol.messages import SignOnReason
from hub.access.entrant import covers
from hub.access.people import Person
from hub.registry.places import venue_place
from hub.registry.service import Registry
from hub.shifts.holding import EARLY_US, FindPerson, Holding, is_shift_over
from hub.shifts.service import Shifts


class Duty:
    """What places and shifts say about who holds a radio; changes nothing."""

    def __init__(self, shifts: Shifts, registry: Registry, clock: Clock, find_person: FindPerson) -> None:
        self._shifts = shifts
        self._registry = registry
        self._clock = clock
        self._find = find_person

    def is_theirs(self, person: Person, radio_id: str) -> bool:
        """Whether the radio's venue lies in the person's places."""
        venue = venue_place(self._venue_of(radio_id))
        return any(covers(place, venue, self._shifts.grid_of) for place in person.places)

    def beginning(self, person: Person, radio_id: str) -> Holding:
        """The person holds the radio from now on: on one of their shifts there, off all of them, or without any."""
        person_id, venue_id = person.person_id, self._venue_of(radio_id)
        has_shifts = bool(self._shifts.of(person_id))
        off_shift = has_shifts and not self._shifts.is_on_shift(person_id, self._clock.wall_us(), venue_id)
        return Holding.beginning(self._clock, radio_id, person_id, off_shift)

    def why_over(self, held: Holding) -> SignOnReason | None:
        """Why they hold it no longer; None while they do."""
        person = self._find(held.person_id)
        if person is None or not self.is_theirs(person, held.radio_id):
            return SignOnReason.DISABLED
        if held.is_too_long(self._clock):
            return SignOnReason.TOO_LONG
        venue_id, began_us = self._venue_of(held.radio_id), held.began_at_us
        ends = (self._shifts.ends_at_us(held.person_id, at, venue_id) for at in (began_us, began_us + EARLY_US))
        ends_us = next((end for end in ends if end is not None), None)
        return SignOnReason.SHIFT_OVER if is_shift_over(ends_us, self._clock.wall_us()) else None

    def _venue_of(self, radio_id: str) -> str:
        return self._registry.radios[radio_id].venue_id
