"""The shifts room's front door: opening hours and shifts, held in memory, written through to the database."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from zoneinfo import ZoneInfo

from devices.protocol.clock import Clock
from hub.access.entrant import GridOf, covers
from hub.access.people import Person, Place, PlaceKind
from hub.access.refusals import unknown_person
from hub.errors import Refusal
from hub.events.log import EventLog
from hub.registry.places import venue_place
from hub.registry.service import Registry
from hub.shifts import hours
from hub.shifts.holding import FindPerson
from hub.shifts.messages import CrewMember, HoursChanged, Opening, PersonShifts, Shift, ShiftChanged, VenueHours
from hub.shifts.weeks import HOURS, SHIFTS, Weeks
from hub.storage.database import Database


class Shifts:
    """When venues are open and who is on shift. Reads are of memory; changes return when they are on disk."""

    def __init__(
        self,
        database: Database,
        events: EventLog,
        registry: Registry,
        clock: Clock,
        find_person: FindPerson,
        grid_of: GridOf,
    ) -> None:
        """``find_person`` knows who has an account that is not disabled."""
        self._registry = registry
        self._clock = clock
        self._find = find_person
        self.grid_of = grid_of
        self._hours = Weeks(HOURS, database, events)
        self._shifts = Weeks(SHIFTS, database, events)

    def open(self) -> None:
        """Load everything; before the hub serves anyone."""
        self._hours.open()
        self._shifts.open()

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self._registry.community.time_zone)

    def is_open(self, venue_id: str, at_us: int) -> bool:
        """Whether the venue is open at ``at_us`` (UTC)."""
        return hours.is_open(self._hours.of(venue_id), hours.wall_clock(at_us, self._zone))

    def nobody_expected(self, at_us: int) -> frozenset[str]:
        """The venues where nobody is to be expected at ``at_us``: closed by their hours; or, where no hours are known,
        shifts are planned at the venue itself and nobody's, there or in its grid, is under way."""
        wall = hours.wall_clock(at_us, self._zone)
        shifts = [shift for person_id, planned in self._shifts.all() if self._find(person_id) for shift in planned]
        planned_at = {shift.place.place_id for shift in shifts if shift.place.kind is PlaceKind.VENUE}
        held = {(shift.place.kind, shift.place.place_id) for shift in shifts if hours.is_under_way(shift, wall)}
        is_community_held = any(kind is PlaceKind.COMMUNITY for kind, _ in held)

        def is_empty(venue_id: str) -> bool:
            known = self._hours.of(venue_id)
            if known or venue_id not in planned_at:
                return not hours.is_open(known, wall)
            is_held = (PlaceKind.VENUE, venue_id) in held or (PlaceKind.GRID, self.grid_of(venue_id)) in held
            return not (is_community_held or is_held)

        return frozenset(filter(is_empty, self._registry.venues))

    def on_shift(self, venue_id: str, at_us: int) -> tuple[str, ...]:
        """Who is on shift at the venue, or in its grid."""
        return self._of_venue(venue_id, self._under_way(at_us))

    def _under_way(self, at_us: int) -> list[tuple[str, Place]]:
        """Who is on shift, and where."""
        wall = hours.wall_clock(at_us, self._zone)
        return [
            (person_id, shift.place)
            for person_id, planned in self._shifts.all()
            if planned and self._find(person_id)
            for shift in planned
            if hours.is_under_way(shift, wall)
        ]

    def _of_venue(self, venue_id: str, under_way: list[tuple[str, Place]]) -> tuple[str, ...]:
        """Those whose shift is at the venue, or in its grid."""
        venue = venue_place(venue_id)
        return tuple(dict.fromkeys(who for who, place in under_way if covers(place, venue, self.grid_of)))

    def is_on_shift(self, person_id: str, at_us: int, venue_id: str | None = None) -> bool:
        """Whether the person is on shift anywhere, or at ``venue_id``."""
        planned = self.of(person_id) if venue_id is None else self._shifts_at(person_id, venue_id)
        return hours.on_shift(planned, hours.wall_clock(at_us, self._zone))

    def is_posted_at(self, person_id: str, venue_id: str, at_us: int) -> bool:
        """Whether a shift of theirs at the venue itself, not in its grid, is under way."""
        venue = venue_place(venue_id)
        posted = (one for one in self.of(person_id) if one.place == venue)
        return hours.on_shift(posted, hours.wall_clock(at_us, self._zone))

    def ends_at_us(self, person_id: str, at_us: int, venue_id: str) -> int | None:
        """When the person's shift at the venue that is under way at ``at_us`` ends; None when none is."""
        return hours.shift_ends_at_us(self._shifts_at(person_id, venue_id), at_us, self._zone)

    def of(self, person_id: str) -> tuple[Shift, ...]:
        """The person's shifts."""
        return self._shifts.of(person_id)

    def _shifts_at(self, person_id: str, venue_id: str) -> tuple[Shift, ...]:
        venue = venue_place(venue_id)
        return tuple(one for one in self.of(person_id) if covers(one.place, venue, self.grid_of))

    def hours_view(self, venue_id: str) -> VenueHours:
        """A venue's hours as they stand now. Raises Refusal for no venue."""
        self._check_venue(venue_id)
        now_us = self._clock.wall_us()
        return self._hours_view(venue_id, now_us, self._under_way(now_us))

    def all_hours(self, within: Callable[[Place], bool]) -> tuple[VenueHours, ...]:
        """The hours as they stand now of every venue that lies ``within`` somebody's places."""
        now_us = self._clock.wall_us()
        under_way = self._under_way(now_us)
        venue_ids = (venue_id for venue_id in self._registry.venues if within(venue_place(venue_id)))
        return tuple(self._hours_view(venue_id, now_us, under_way) for venue_id in venue_ids)

    def _hours_view(self, venue_id: str, now_us: int, under_way: list[tuple[str, Place]]) -> VenueHours:
        return VenueHours(
            venue_id=venue_id,
            openings=self._hours.of(venue_id),
            is_open=self.is_open(venue_id, now_us),
            on_shift=self._of_venue(venue_id, under_way),
        )

    def crew(self, people: Iterable[Person], within: Callable[[Place], bool]) -> tuple[CrewMember, ...]:
        """The shifts of those of ``people`` who belong, and are planned, ``within`` somebody's places alone."""
        on_shift = {person_id for person_id, _ in self._under_way(self._clock.wall_us())}
        return tuple(
            CrewMember(
                person_id=one.person_id,
                name=one.name,
                role=one.role,
                places=one.places,
                shifts=self.of(one.person_id),
                is_on_shift=one.person_id in on_shift,
            )
            for one in people
            if all(map(within, (*one.places, *(shift.place for shift in self.of(one.person_id)))))
        )

    def shifts_view(self, person_id: str) -> PersonShifts:
        """A person's shifts as they stand now. Raises Refusal for nobody."""
        self._check_person(person_id)
        is_on_shift = self.is_on_shift(person_id, self._clock.wall_us())
        return PersonShifts(person_id=person_id, shifts=self.of(person_id), is_on_shift=is_on_shift)

    async def put_hours(self, venue_id: str, openings: tuple[Opening, ...], by: str) -> VenueHours:
        """Give a venue these hours and no others. Raises Refusal for no venue."""
        self._check_venue(venue_id)
        said = HoursChanged(venue_id=venue_id, openings=openings)
        await self._hours.put(venue_id, openings, said, by)
        return self.hours_view(venue_id)

    async def put_shifts(self, person_id: str, shifts: tuple[Shift, ...], by: str) -> PersonShifts:
        """Give a person these shifts and no others. Raises Refusal for nobody or an unknown place."""
        self._check_person(person_id)
        for shift in shifts:
            self._check_place(shift.place)
        said = ShiftChanged(person_id=person_id, shifts=shifts)
        await self._shifts.put(person_id, shifts, said, by)
        return self.shifts_view(person_id)

    def _check_venue(self, venue_id: str) -> None:
        if venue_id not in self._registry.venues:
            raise Refusal("unknown_venue", f"没有场所 {venue_id}", f"there is no venue {venue_id}", status=404)

    def _check_person(self, person_id: str) -> None:
        if self._find(person_id) is None:
            raise unknown_person(person_id)

    def _check_place(self, place: Place) -> None:
        known = self._registry.venues if place.kind is PlaceKind.VENUE else self._registry.grids
        if place.kind is PlaceKind.COMMUNITY or place.place_id not in known:
            raise Refusal(
                "unknown_place", "班次须在已登记的场所或网格", "a shift is at an enrolled venue or grid", field="place"
            )
