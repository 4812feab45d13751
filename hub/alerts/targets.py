"""Whom an alert is for: the radios of its target, and the places that it concerns."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from hub.access.people import COMMUNITY, Place
from hub.alerts.messages import Target, TargetKind
from hub.alerts.shapes import Inside, Places, along_path, in_polygon
from hub.errors import Refusal
from hub.registry.places import venue_place
from hub.registry.records import TalkGroup
from hub.registry.service import Registry

_OF_VENUES = frozenset({TargetKind.VENUES, TargetKind.POLYGON, TargetKind.PATH})
WITHIN_M = 150.0
"""How far beside a path a venue may lie, where nobody says: the next street is further."""


class Targets:
    """Knows what is enrolled; ``open_group`` finds a temporary talk group that is open."""

    def __init__(self, registry: Registry, open_group: Callable[[str], TalkGroup | None]) -> None:
        self._registry = registry
        self._open_group = open_group

    def radios(self, target: Target) -> list[str]:
        """The radios that get an alert to this target, maybe none. Raises Refusal for an unknown one."""
        registry, name = self._registry, target.id or ""
        if target.kind is TargetKind.ALL:
            return list(registry.radios)
        if target.kind in _OF_VENUES:
            return self._radios_at(venues_of(self.settled(target)))
        if target.kind is TargetKind.VENUE:
            return self._radios_at((name,))
        if target.kind is TargetKind.RADIO and name in registry.radios:
            return [name]
        group = registry.groups.get(name) or self._open_group(name) if target.kind is TargetKind.GROUP else None
        if group is None:
            raise _unknown(target.kind, name)
        return list(group.radio_ids)

    def settled(self, target: Target) -> Target:
        """The target with the venues that its shape holds now; any other as it is. Raises Refusal for no shape."""
        if target.kind is TargetKind.POLYGON:
            return self._holding(target, 3, lambda places: in_polygon(places, target.points), None)
        if target.kind is TargetKind.PATH:
            within_m = target.within_m or WITHIN_M
            return self._holding(target, 2, lambda places: along_path(places, target.points, within_m), within_m)
        return target

    def _holding(self, target: Target, least: int, holds: Callable[[Places], Inside], within_m: float | None) -> Target:
        if len(target.points) < least:
            words = (f"至少要 {least} 个点", f"a {target.kind.value} has at least {least} points")
            raise Refusal("bad_shape", *words, field="target.points")
        venues = tuple(self._registry.venues.values())
        places = np.array([(one.latitude, one.longitude) for one in venues], dtype=np.float64).reshape(-1, 2)
        ids = tuple(one.venue_id for one, is_in in zip(venues, holds(places), strict=True) if is_in)
        return Target(kind=target.kind, ids=ids, points=target.points, within_m=within_m)

    def _radios_at(self, venue_ids: tuple[str, ...]) -> list[str]:
        for venue_id in venue_ids:
            if venue_id not in self._registry.venues:
                raise _unknown(TargetKind.VENUE, venue_id)
        wanted = frozenset(venue_ids)
        return [radio.radio_id for radio in self._registry.radios.values() if radio.venue_id in wanted]

    def places(self, target: Target) -> tuple[Place, ...]:
        """The places that an alert to this target concerns. Raises Refusal for an unknown one."""
        target = self.settled(target)
        radio_ids = self.radios(target)
        if venues_of(target):
            return tuple(map(venue_place, venues_of(target)))
        if target.kind is TargetKind.ALL or not radio_ids:
            return (COMMUNITY,)
        return tuple({venue_place(self._registry.radios[radio_id].venue_id) for radio_id in radio_ids})


def venues_of(target: Target) -> tuple[str, ...]:
    """The venues of a selection or of a settled shape, each once; of other targets none."""
    return tuple(dict.fromkeys(target.ids)) if target.kind in _OF_VENUES else ()


def _unknown(kind: TargetKind, name: str) -> Refusal:
    return Refusal("unknown_target", f"没有这个对象：{name}", f"there is no {kind.value} {name}", field="target")
