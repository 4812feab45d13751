"""What the shifts room says and hears over HTTP and as events. A PIN stands in no ``repr``."""

from __future__ import annotations

from typing import Annotated

import msgspec

from devices.protocol.messages import Pin
from hub.access.messages import Record, Secret
from hub.access.people import Place, Role

MAX_OPENINGS = 14
MAX_SHIFTS = 20
Weekday = Annotated[int, msgspec.Meta(ge=1, le=7)]
BeginMinute = Annotated[int, msgspec.Meta(ge=0, le=1439)]
EndMinute = Annotated[int, msgspec.Meta(ge=0, le=1440)]


class Opening(Record, frozen=True, kw_only=True):
    """When a venue is open, every week (hours.py): an ``end_minute`` not above ``begin_minute`` is on the next day."""

    weekday: Weekday
    begin_minute: BeginMinute
    end_minute: EndMinute

    @property
    def weekdays(self) -> tuple[int, ...]:
        """The one day on which it begins."""
        return (self.weekday,)


class Hours(Record, frozen=True, kw_only=True):
    """The openings of a venue; none: it is always open."""

    openings: Annotated[tuple[Opening, ...], msgspec.Meta(max_length=MAX_OPENINGS)]


class Shift(Record, frozen=True, kw_only=True):
    """When somebody works at a venue or in a grid, every week (hours.py)."""

    place: Place
    weekdays: Annotated[tuple[Weekday, ...], msgspec.Meta(min_length=1, max_length=7)]
    begin_minute: BeginMinute
    end_minute: EndMinute


class Plan(Record, frozen=True, kw_only=True):
    """All shifts of a person."""

    shifts: Annotated[tuple[Shift, ...], msgspec.Meta(max_length=MAX_SHIFTS)]


class VenueHours(Record, frozen=True, kw_only=True):
    """The hours of a venue, whether it is open now, and who is on shift there now."""

    venue_id: str
    openings: tuple[Opening, ...]
    is_open: bool
    on_shift: tuple[str, ...]


class PersonShifts(Record, frozen=True, kw_only=True):
    """The shifts of a person, and whether one is under way now."""

    person_id: str
    shifts: tuple[Shift, ...]
    is_on_shift: bool


class CrewMember(PersonShifts, frozen=True, kw_only=True):
    """The shifts of a person, with whom it is about."""

    name: str
    role: Role
    places: tuple[Place, ...]


class HoursChanged(Record, frozen=True, kw_only=True):
    """Body of ``venue.hours_changed``; also the audit record's detail."""

    venue_id: str
    openings: tuple[Opening, ...]


class ShiftChanged(Record, frozen=True, kw_only=True):
    """Body of ``shift.changed``; also the audit record's detail."""

    person_id: str
    shifts: tuple[Shift, ...]


class NewPin(Secret, frozen=True, kw_only=True):
    """The digits with which a person signs on to a radio."""

    pin: Pin


class PinSet(Record, frozen=True, kw_only=True):
    """Audit: whose PIN was set."""

    person_id: str


class RadioHeld(Record, frozen=True, kw_only=True):
    """Audit: a person signed on to a radio, or off it and why."""

    radio_id: str
    person_id: str
    off_shift: bool
    why: str | None = None
