"""Which places a role may have."""

from __future__ import annotations

import re

from hub.access.entrant import GridOf
from hub.access.people import COMMUNITY, Place, PlaceKind, Role
from hub.errors import Refusal

ROOM = frozenset({Role.DISPATCHER, Role.OFFICER, Role.CHIEF, Role.ADMINISTRATOR, Role.AUDITOR})
"""The roles of the police room: from beyond this machine they need a second factor."""
_ID = re.compile(r"[A-Za-z0-9_.-]{1,48}")
_KINDS = {
    Role.DISPATCHER: {PlaceKind.COMMUNITY, PlaceKind.GRID},
    Role.OFFICER: {PlaceKind.COMMUNITY, PlaceKind.GRID},
    Role.CHIEF: {PlaceKind.COMMUNITY, PlaceKind.GRID},
    Role.ADMINISTRATOR: {PlaceKind.COMMUNITY},
    Role.AUDITOR: {PlaceKind.COMMUNITY},
    Role.GRID_MEMBER: {PlaceKind.GRID, PlaceKind.VENUE},
    Role.GUARD: {PlaceKind.VENUE},
}


def checked_places(role: Role, places: tuple[Place, ...], grid_of: GridOf) -> tuple[Place, ...]:
    """The places, each once and in order. Raises Refusal when the role may not have one of them."""
    if not places:
        raise Refusal("no_place", "请至少选择一个负责的范围", "name at least one place", field="places")
    for place in places:
        if place.kind not in _KINDS[role]:
            may = "、".join(sorted(kind.value for kind in _KINDS[role]))
            raise Refusal(
                "wrong_place",
                f"岗位 {role.value} 的范围只能是 {may}",
                f"the places of a {role.value} are of the kinds {may}",
                field="places",
            )
        is_named = place.place_id is not None and _ID.fullmatch(place.place_id) is not None
        if (place.place_id is not None and not is_named) or is_named is (place.kind is PlaceKind.COMMUNITY):
            raise Refusal(
                "wrong_place",
                "网格和场所要写编号，全社区不写",
                "a grid or venue has a place_id, the community has none",
                field="places",
            )
        if place.kind is PlaceKind.VENUE and place.place_id is not None and grid_of(place.place_id) is None:
            raise Refusal(
                "unknown_venue", f"没有场所 {place.place_id}", f"there is no venue {place.place_id}", field="places"
            )
    return (COMMUNITY,) if COMMUNITY in places else tuple(sorted(set(places), key=_order))


def _order(place: Place) -> tuple[str, str]:
    return place.kind.value, place.place_id or ""
