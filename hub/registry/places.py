"""Where enrolled things lie: the places that somebody must be responsible for to do something about them."""

from __future__ import annotations

from hub.access.people import COMMUNITY, Place, PlaceKind
from hub.registry.records import TalkGroup
from hub.registry.service import Registry


def venue_place(venue_id: str) -> Place:
    """A venue as a place."""
    return Place(kind=PlaceKind.VENUE, place_id=venue_id)


def grid_place(grid_id: str) -> Place:
    """A grid as a place."""
    return Place(kind=PlaceKind.GRID, place_id=grid_id)


def group_places(registry: Registry, group: TalkGroup) -> tuple[Place, ...]:
    """The venues of a talk group's radios; a group without radios is the whole community's."""
    venue_ids = dict.fromkeys(registry.radios[radio_id].venue_id for radio_id in group.radio_ids)
    return tuple(map(venue_place, venue_ids)) or (COMMUNITY,)
