"""Where a person stands: the venues for which a press on a phone's page answers."""

from __future__ import annotations

from devices.protocol.clock import Clock
from hub.access.entrant import Entrant
from hub.alerts.messages import Alert
from hub.registry.places import venue_place
from hub.registry.radios import RadioRoll
from hub.shifts.service import Shifts


class Posts:
    """Knows people's shifts, and who holds which radio."""

    def __init__(self, radios: RadioRoll, shifts: Shifts, clock: Clock) -> None:
        self._radios = radios
        self._shifts = shifts
        self._clock = clock

    def venues_of(self, entrant: Entrant, alert: Alert, pressed_ago_s: float) -> tuple[str, ...]:
        """The venues that the alert went to and where the person stood when the key was pressed, each once.

        Of the venues in their places those where a shift of theirs was under way or whose radio they hold; who is at
        none of them so, may be at any that is a place of theirs by name. A grid alone makes no venue of it theirs: one
        who walks in it says at which they are.
        """
        person = entrant.person
        pressed_us = max(alert.issued_at_ms * 1000, self._clock.wall_us() - round(pressed_ago_s * 1e6))
        within = [one for one in alert.deliveries if entrant.is_within(venue_place(one.venue_id))]
        there = [
            one.venue_id
            for one in within
            if self._shifts.is_posted_at(person.person_id, one.venue_id, pressed_us)
            or self._radios.view(one.radio_id).holder_person_id == person.person_id
        ]
        named = (one.venue_id for one in within if venue_place(one.venue_id) in person.places)
        return tuple(dict.fromkeys(there or named))
