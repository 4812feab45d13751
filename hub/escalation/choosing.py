"""Whom a step turns to: the venue that is nearest on foot, and the grid's members who are on shift."""

from __future__ import annotations

from collections.abc import Callable, Collection

from devices.protocol.clock import Clock
from hub.access.people import Person, Role
from hub.registry.radios import RadioRoll
from hub.registry.service import Registry
from hub.shifts.service import Shifts
from hub.streets.messages import NearQuery
from hub.streets.service import Streets

LONGEST_WALK_S = 600.0
_LOOKED_AT = 12
"""So many of the nearest venues are asked whether they could go."""


class Choosing:
    """Answers by how things stand now."""

    def __init__(
        self,
        registry: Registry,
        radios: RadioRoll,
        shifts: Shifts,
        streets: Streets,
        find_person: Callable[[str], Person | None],
        clock: Clock,
    ) -> None:
        self._registry = registry
        self._radios = radios
        self._shifts = shifts
        self._streets = streets
        self._find_person = find_person
        self._clock = clock

    async def nearest_radio(self, venue_id: str, silent: Collection[str], awake: Collection[str]) -> str | None:
        """The radio, on line, of the open venue that is soonest at ``venue_id`` on foot; None within LONGEST_WALK_S.

        ``silent`` radios are not asked; of the others those that are ``awake``, as they acknowledged, before the rest.
        """
        venue = self._registry.venues[venue_id]
        asked = NearQuery(latitude=venue.latitude, longitude=venue.longitude, limit=_LOOKED_AT)
        near = await self._streets.nearest(asked, lambda other: other != venue_id)
        reachable = [one.venue_id for one in near if one.is_open and one.walk_s <= LONGEST_WALK_S]
        order = {near_id: place for place, near_id in enumerate(reachable)}
        found = [
            (radio.radio_id not in awake, order[radio.venue_id], radio.radio_id)
            for radio in self._registry.radios.values()
            if radio.venue_id in order and radio.radio_id not in silent and self._radios.is_online(radio.radio_id)
        ]
        return min(found)[-1] if found else None

    def grid_members(self, venue_id: str) -> tuple[str, ...]:
        """The grid members who are on shift at the venue or in its grid."""
        on_shift = self._shifts.on_shift(venue_id, self._clock.wall_us())
        people = ((person_id, self._find_person(person_id)) for person_id in on_shift)
        return tuple(person_id for person_id, person in people if person and person.role is Role.GRID_MEMBER)
