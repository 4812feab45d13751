"""Whom an alert is for: the radios of its target, and the places that it concerns."""

from __future__ import annotations

from collections.abc import Callable

from hub.access.people import COMMUNITY, Place
from hub.alerts.messages import Target, TargetKind
from hub.errors import Refusal
from hub.registry.places import venue_place
from hub.registry.records import TalkGroup
from hub.registry.service import Registry


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
        if target.kind is TargetKind.VENUES:
            return self._radios_at(target.ids)
        if target.kind is TargetKind.VENUE:
            return self._radios_at((name,))
        if target.kind is TargetKind.RADIO and name in registry.radios:
            return [name]
        group = registry.groups.get(name) or self._open_group(name) if target.kind is TargetKind.GROUP else None
        if group is None:
            raise _unknown(target.kind, name)
        return list(group.radio_ids)

    def _radios_at(self, venue_ids: tuple[str, ...]) -> list[str]:
        for venue_id in venue_ids:
            if venue_id not in self._registry.venues:
                raise _unknown(TargetKind.VENUE, venue_id)
        wanted = frozenset(venue_ids)
        return [radio.radio_id for radio in self._registry.radios.values() if radio.venue_id in wanted]

    def places(self, target: Target) -> tuple[Place, ...]:
        """The places that an alert to this target concerns. Raises Refusal for an unknown one."""
        radio_ids = self.radios(target)
        if target.kind is TargetKind.VENUES and target.ids:
            return tuple(map(venue_place, dict.fromkeys(target.ids)))
        if target.kind is TargetKind.ALL or not radio_ids:
            return (COMMUNITY,)
        return tuple({venue_place(self._registry.radios[radio_id].venue_id) for radio_id in radio_ids})


def venues_of(target: Target) -> tuple[str, ...]:
    """The venues of a selection, each once; of other targets none."""
    return tuple(dict.fromkeys(target.ids)) if target.kind is TargetKind.VENUES else ()


def _unknown(kind: TargetKind, name: str) -> Refusal:
    return Refusal("unknown_target", f"没有这个对象：{name}", f"there is no {kind.value} {name}", field="target")
