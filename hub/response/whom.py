"""Who must answer an ask: officers on duty for a report; members of grids, or people by name, for what goes down."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from hub.access.entrant import Entrant
from hub.access.people import COMMUNITY, Person, PlaceKind, Role
from hub.access.permissions import Right, has
from hub.errors import Refusal
from hub.registry.places import grid_place
from hub.registry.service import Registry
from hub.response.messages import Answerer, AskTarget, NewReport
from hub.shifts.service import Shifts
from hub.streets.network import Ground

NEAR_M = 1000.0
"""A place further from every venue is in no grid that could be known: the reporter's own is taken."""


class Asked(NamedTuple):
    """One who must answer, and the grid in whose name."""

    person_id: str
    grid_id: str | None


class Aim(NamedTuple):
    """Whom an ask is for, and the grids that it concerns; None: all."""

    asked: tuple[Asked, ...]
    grid_ids: tuple[str, ...] | None


class Whom:
    """Reads people, shifts and grids in memory; may be called from another thread than the event loop's."""

    def __init__(
        self,
        registry: Registry,
        shifts: Shifts,
        find_person: Callable[[str], Person | None],
        everybody: Callable[[], tuple[Person, ...]],
    ) -> None:
        """``find_person`` and ``everybody``: of those who may sign in."""
        self._registry = registry
        self._shifts = shifts
        self.find_person = find_person
        self._everybody = everybody

    def grids_of(self, person: Person) -> tuple[str, ...]:
        """The grids that a person's places are or lie in."""
        grids, venues = self._registry.grids, self._registry.venues
        found = []
        for place in person.places:
            if place.kind is PlaceKind.GRID and place.place_id in grids:
                found.append(place.place_id)
            elif place.kind is PlaceKind.VENUE and place.place_id in venues:
                found.append(venues[place.place_id].grid_id)
        return tuple(dict.fromkeys(found))

    def is_on_duty(self, person: Person, at_us: int) -> bool:
        """Whether a shift of theirs is under way; who has none planned is on duty."""
        return not self._shifts.of(person.person_id) or self._shifts.is_on_shift(person.person_id, at_us)

    def grid_of_report(self, new: NewReport, reporter: Person) -> str:
        """The grid named, the venue's, the nearest venue's, or the reporter's own. Raises Refusal."""
        if new.grid_id is not None:
            self._known_grid(new.grid_id)
            return new.grid_id
        if new.venue_id is not None:
            venue = self._registry.venues.get(new.venue_id)
            if venue is None:
                raise Refusal("unknown_venue", "没有这个场所", "there is no such venue", field="venue_id")
            return venue.grid_id
        if (new.latitude is None) != (new.longitude is None):
            raise Refusal("half_a_place", "经纬度要一起填写", "latitude and longitude go together", field="latitude")
        own = self.grids_of(reporter)
        near = None
        if new.latitude is not None and new.longitude is not None:
            near = self._nearest_grid(new.latitude, new.longitude)
        found = near or (own[0] if own else None)
        if found is None:
            raise Refusal("no_grid", "不知道在哪个网格，请选择", "in which grid is not known: name it", field="grid_id")
        return found

    def _nearest_grid(self, latitude: float, longitude: float) -> str | None:
        venues = list(self._registry.venues.values())
        places = np.array([(venue.latitude, venue.longitude) for venue in venues]).reshape(-1, 2)
        apart_m = np.hypot(*Ground(latitude, longitude).metres(places).T)
        if not venues or apart_m.min() > NEAR_M:
            return None
        return venues[int(apart_m.argmin())].grid_id

    def of_report(self, grid_id: str, at_us: int) -> Aim:
        """The officers on duty of the grid's police grid; where none is, those of the whole community."""
        grids = self._registry.grids
        police_grid_id = grids[grid_id].police_grid_id
        near = {other.grid_id for other in grids.values() if other.police_grid_id == police_grid_id}
        of_grid, of_all = [], []
        for person in self._everybody():
            if person.role is not Role.OFFICER or not self.is_on_duty(person, at_us):
                continue
            if COMMUNITY in person.places:
                of_all.append(person.person_id)
            elif near.intersection(self.grids_of(person)):
                of_grid.append(person.person_id)
        return Aim(tuple(Asked(person_id, grid_id) for person_id in of_grid or of_all), (grid_id,))

    def of_order(self, target: AskTarget, entrant: Entrant, *, on_duty_at_us: int | None) -> Aim:
        """The members of grids, people by name, or everybody of one's places; ``on_duty_at_us``: those on duty then.

        Whoever sends it is not among them. Raises Refusal for what there is not, lies elsewhere, or is nobody.
        """
        if not (target.grid_ids or target.person_ids or target.everybody):
            raise Refusal("nobody_named", "请选择网格或人员", "name grids or people", field="target")
        for grid_id in target.grid_ids:
            self._known_grid(grid_id)
        entrant.require_within(map(grid_place, target.grid_ids))
        asked: dict[str, str | None] = {}
        grid_ids = dict.fromkeys(target.grid_ids)
        for person_id in target.person_ids:
            person = self._named(person_id, entrant)
            grids = self.grids_of(person)
            asked[person_id] = grids[0] if grids else None
            grid_ids |= dict.fromkeys(grids)
        if target.grid_ids or target.everybody:
            wanted = None if target.everybody else frozenset(target.grid_ids)
            for person, grid_id in self._members(wanted, entrant):
                asked.setdefault(person.person_id, grid_id)
                grid_ids[grid_id] = None
        asked.pop(entrant.person.person_id, None)
        found = tuple(
            Asked(person_id, grid_id)
            for person_id, grid_id in asked.items()
            if on_duty_at_us is None or self._is_there(person_id, on_duty_at_us)
        )
        if not found:
            raise Refusal("nobody_there", "没有可以应答的人员", "nobody is there who could answer", field="target")
        is_all = target.everybody and COMMUNITY in entrant.person.places
        return Aim(found, None if is_all else tuple(grid_ids))

    def answerers(self, entrant: Entrant, at_us: int) -> tuple[Answerer, ...]:
        """Those whom somebody's order can name, by role and name; ``at_us`` says who is on duty."""
        found = [
            Answerer(
                person_id=person.person_id,
                name=person.name,
                role=person.role,
                grid_ids=self.grids_of(person),
                is_on_duty=self.is_on_duty(person, at_us),
            )
            for person in self._everybody()
            if has(person.role, Right.ANSWER_ASK)
            and person.person_id != entrant.person.person_id
            and all(map(entrant.is_within, person.places))
        ]
        return tuple(sorted(found, key=lambda one: (one.role, one.name)))

    def _members(self, wanted: frozenset[str] | None, entrant: Entrant) -> list[tuple[Person, str]]:
        """The grid members of these grids, or of all of the entrant's, each with the first grid that is meant."""
        mine = {grid_id: entrant.is_within(grid_place(grid_id)) for grid_id in list(self._registry.grids)}
        found = []
        for person in self._everybody():
            if person.role is Role.GRID_MEMBER:
                grids = (grid for grid in self.grids_of(person) if (mine[grid] if wanted is None else grid in wanted))
                grid_id = next(grids, None)
                if grid_id is not None:
                    found.append((person, grid_id))
        return found

    def _named(self, person_id: str, entrant: Entrant) -> Person:
        person = self.find_person(person_id)
        if person is None or not has(person.role, Right.ANSWER_ASK):
            words = (f"没有可以应答的人员 {person_id}", f"there is nobody {person_id} who could answer")
            raise Refusal("unknown_person", *words, field="target.person_ids")
        entrant.require_within(person.places)
        return person

    def _is_there(self, person_id: str, at_us: int) -> bool:
        person = self.find_person(person_id)
        return person is not None and self.is_on_duty(person, at_us)

    def _known_grid(self, grid_id: str) -> None:
        if grid_id not in self._registry.grids:
            raise Refusal("unknown_grid", f"没有网格 {grid_id}", f"there is no grid {grid_id}", field="grid_id")
