"""The shifts room's HTTP face: opening hours, shifts, PINs."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from fastapi import APIRouter, Request, Response

from hub.access.gate import Entering
from hub.access.people import Person, Place
from hub.access.permissions import Right
from hub.console.http import answer, read
from hub.registry.places import venue_place
from hub.shifts.messages import Hours, NewPin, Plan, Shift
from hub.shifts.service import Shifts
from hub.shifts.signing import SignOns


def routes(shifts: Shifts, sign_ons: SignOns, people: Callable[[], Iterable[Person]]) -> APIRouter:
    """See and change hours and shifts, set a PIN. ``people`` gives everybody whose account is not disabled."""
    router = APIRouter(prefix="/api")

    @router.get("/hours")
    async def all_hours(entrant: Entering) -> Response:
        return answer(shifts.all_hours(entrant.is_within))

    @router.get("/shifts")
    async def all_shifts(entrant: Entering) -> Response:
        return answer(shifts.crew(people(), entrant.is_within))

    @router.get("/venues/{venue_id}/hours")
    async def get_hours(entrant: Entering, venue_id: str) -> Response:
        entrant.require(Right.SEE_ROOM, (venue_place(venue_id),))
        return answer(shifts.hours_view(venue_id))

    @router.put("/venues/{venue_id}/hours")
    async def put_hours(entrant: Entering, venue_id: str, request: Request) -> Response:
        entrant.require(Right.PLAN_SHIFTS, (venue_place(venue_id),))
        given = await read(request, Hours)
        return answer(await shifts.put_hours(venue_id, given.openings, entrant.person.person_id))

    @router.get("/people/{person_id}/shifts")
    async def get_shifts(entrant: Entering, person_id: str) -> Response:
        view = shifts.shifts_view(person_id)
        entrant.require(Right.PLAN_SHIFTS, _places(view.shifts))
        return answer(view)

    @router.put("/people/{person_id}/shifts")
    async def put_shifts(entrant: Entering, person_id: str, request: Request) -> Response:
        given = await read(request, Plan)
        entrant.require(Right.PLAN_SHIFTS, (*_places(shifts.of(person_id)), *_places(given.shifts)))
        return answer(await shifts.put_shifts(person_id, given.shifts, entrant.person.person_id))

    @router.post("/people/{person_id}/pin")
    async def set_pin(entrant: Entering, person_id: str, request: Request) -> Response:
        if entrant.person.person_id != person_id:
            entrant.require(Right.ENROL_PEOPLE)
        given = await read(request, NewPin)
        await sign_ons.pins.set(person_id, given.pin, entrant.person.person_id)
        return Response(status_code=204)

    return router


def _places(planned: tuple[Shift, ...]) -> tuple[Place, ...]:
    """Where the shifts are: who plans them is responsible for all of these places."""
    return tuple(dict.fromkeys(shift.place for shift in planned))
