"""Whom a step turns to: the venue that is nearest on foot, and the grid's members who are on shift."""

from __future__ import annotations

from collections.abc import Callable, Collection

from hub.access.people import Person, Role
from hub.rooms import Rooms
from hub.shifts.service import Shifts
from hub.streets.messages import NearQuery
from hub.streets.service import Streets

LONGEST_WALK_S = 600.0
_LOOKED_AT = 12
"""So many of the nearest that could go are compared: who is awake is asked before who is nearer."""


class Choosing:
    """Answers by how things stand now."""

    def __init__(
        self,
        rooms: Rooms,
        shifts: Shifts,
        streets: Streets,
        find_person: Callable[[str], Person | None],
        is_in_danger: Callable[[str], bool],
    ) -> None:
        """``is_in_danger`` says whether a radio's SOS is not closed."""
        self._registry = rooms.registry
        self._radios = rooms.radios
        self._shifts = shifts
        self._streets = streets
        self._find_person = find_person
        self._is_in_danger = is_in_danger
        self._clock = rooms.clock

    async def nearest_radio(self, venue_id: str, silent: Collection[str], awake: Collection[str]) -> str | None:
        """The radio, on line, of the open venue that is soonest at ``venue_id`` on foot; None within LONGEST_WALK_S.

        ``silent`` radios are not asked, nor one whose guard calls for help; of the others those that are ``awake``, as
        they acknowledged, before the rest.
        """
        venue, now_us = self._registry.venues[venue_id], self._clock.wall_us()
        radios = {
            radio.radio_id: radio.venue_id
            for radio in self._registry.radios.values()
            if self._radios.is_online(radio.radio_id)
            and radio.radio_id not in silent
            and not self._is_in_danger(radio.radio_id)
            and radio.venue_id != venue_id
            and self._shifts.is_open(radio.venue_id, now_us)
        }
        may_go = set(radios.values())
        asked = NearQuery(latitude=venue.latitude, longitude=venue.longitude, limit=_LOOKED_AT)
        near = await self._streets.nearest(asked, may_go.__contains__)
        order = {one.venue_id: place for place, one in enumerate(near) if one.walk_s <= LONGEST_WALK_S}
        found = [(radio_id not in awake, order[at], radio_id) for radio_id, at in radios.items() if at in order]
        return min(found)[-1] if found else None

    def grid_members(self, venue_id: str) -> tuple[str, ...]:
        """The grid members who are on shift at the venue or in its grid."""
        on_shift = self._shifts.on_shift(venue_id, self._clock.wall_us())
        people = ((person_id, self._find_person(person_id)) for person_id in on_shift)
        return tuple(person_id for person_id, person in people if person and person.role is Role.GRID_MEMBER)
