"""People: roles and their places, who may not be shut out, and that a change takes hold of live sessions at once."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from devices.protocol.clock import ManualClock
from hub.access.audit import Action
from hub.access.messages import NewPerson, PutPerson
from hub.access.people import COMMUNITY, LOCAL, Person, Place, PlaceKind, Role
from hub.errors import Refusal
from tests.access.people_room import BEYOND, G1, HERE, V01, PeopleRoom, open_room, refused

G2 = Place(kind=PlaceKind.GRID, place_id="G2")
V03 = Place(kind=PlaceKind.VENUE, place_id="V03")
ROOT = Person(person_id="root", name="root姓名", role=Role.ADMINISTRATOR)


async def put(room: PeopleRoom, role: Role, *places: Place, person_id: str = "chen") -> Person:
    new = NewPerson(person_id=person_id, name="陈", role=role, places=places)
    view = await room.access.put_person(new, LOCAL)
    return Person(person_id=view.person_id, name=view.name, role=view.role, places=view.places)


@pytest.mark.parametrize("person_id", ["local", "hub"])
async def test_name_that_stands_in_the_audit_log_for_no_person_is_nobodys_account(
    tmp_path: Path, person_id: str
) -> None:
    async with open_room(tmp_path) as room:
        with refused("reserved_name"):
            await put(room, Role.CHIEF, COMMUNITY, person_id=person_id)


@pytest.mark.parametrize(
    ("role", "places"),
    [
        (Role.DISPATCHER, (COMMUNITY,)),
        (Role.OFFICER, (G1, G2)),
        (Role.CHIEF, (COMMUNITY,)),
        (Role.ADMINISTRATOR, (COMMUNITY,)),
        (Role.AUDITOR, (COMMUNITY,)),
        (Role.GRID_MEMBER, (G1, V03)),
        (Role.GUARD, (V01, V03)),
    ],
)
async def test_role_has_its_places(tmp_path: Path, role: Role, places: tuple[Place, ...]) -> None:
    async with open_room(tmp_path) as room:
        assert (await put(room, role, *places, *places)).places == places


@pytest.mark.parametrize(
    ("role", "places", "code"),
    [
        (Role.GUARD, (), "no_place"),
        (Role.GUARD, (COMMUNITY,), "wrong_place"),
        (Role.GUARD, (V01, G1), "wrong_place"),
        (Role.GRID_MEMBER, (COMMUNITY,), "wrong_place"),
        (Role.DISPATCHER, (V01,), "wrong_place"),
        (Role.OFFICER, (), "no_place"),
        (Role.ADMINISTRATOR, (G1,), "wrong_place"),
        (Role.AUDITOR, (V01,), "wrong_place"),
        (Role.GUARD, (Place(kind=PlaceKind.VENUE, place_id="V99"),), "unknown_venue"),
        (Role.GUARD, (Place(kind=PlaceKind.VENUE),), "wrong_place"),
        (Role.DISPATCHER, (Place(kind=PlaceKind.COMMUNITY, place_id="G1"),), "wrong_place"),
        (Role.DISPATCHER, (Place(kind=PlaceKind.GRID, place_id="G" * 49),), "wrong_place"),
    ],
)
async def test_role_has_no_other_places(tmp_path: Path, role: Role, places: tuple[Place, ...], code: str) -> None:
    async with open_room(tmp_path) as room:
        with refused(code, 422):
            await put(room, role, *places)
        assert room.access.people() == ()


async def test_community_swallows_the_grids_beside_it(tmp_path: Path) -> None:
    async with open_room(tmp_path) as room:
        assert (await put(room, Role.OFFICER, G1, COMMUNITY)).places == (COMMUNITY,)


async def test_this_machines_name_is_nobodys(tmp_path: Path) -> None:
    async with open_room(tmp_path) as room:
        with refused("reserved_name"):
            await put(room, Role.DISPATCHER, COMMUNITY, person_id="local")


async def test_adding_is_of_new_people_and_changing_of_old_ones(tmp_path: Path) -> None:
    async with open_room(tmp_path) as room:
        new = NewPerson(person_id="chen", name="陈", role=Role.DISPATCHER)
        await room.access.add_person(new, ROOT)
        with refused("person_exists", 409):
            await room.access.add_person(new, ROOT)
        changed = await room.access.change_person("chen", PutPerson(name="陈警官", role=Role.OFFICER), ROOT)
        assert (changed.name, changed.role) == ("陈警官", Role.OFFICER)
        with refused("unknown_person", 404):
            await room.access.change_person("wang", PutPerson(name="王", role=Role.OFFICER), ROOT)
        first, second = await room.audited(Action.PUT_PERSON)
        assert first["by"] == second["by"] == "root"
        assert first["before"] is None
        assert (second["before"]["role"], second["person"]["role"]) == ("dispatcher", "officer")


async def test_changed_role_and_places_hold_in_live_sessions_at_once(tmp_path: Path) -> None:
    async with open_room(tmp_path) as room:
        token = (await room.enrol("chen", Role.OFFICER)).session_token
        await put(room, Role.AUDITOR, COMMUNITY)
        entrant = room.access.entrant_of_session(token)
        assert entrant is not None
        assert entrant.person.role is Role.AUDITOR
        await put(room, Role.OFFICER, G1)
        entrant = room.access.entrant_of_session(token)
        assert entrant is not None
        assert entrant.is_within(V01)
        assert not entrant.is_within(V03)


async def test_guard_who_becomes_an_officer_without_a_second_factor_is_signed_out_but_at_this_machine(
    tmp_path: Path,
) -> None:
    async with open_room(tmp_path) as room:
        here = (await room.enrol("guard1", Role.GUARD, V01, second_factor=False)).session_token
        beyond = (await room.sign_in("guard1", address=BEYOND)).session_token
        await put(room, Role.OFFICER, COMMUNITY, person_id="guard1")
        assert room.is_in(here)
        assert not room.is_in(beyond)


async def test_disabled_person_is_out_at_once_and_stays_out_until_enabled(tmp_path: Path) -> None:
    clock = ManualClock()
    async with open_room(tmp_path, clock) as room:
        token = (await room.enrol("chen")).session_token
        view = await room.access.disable("chen", ROOT)
        assert (view.disabled, view.can_sign_in, view.live_sessions) == (True, False, 0)
        assert not room.is_in(token)
        assert len(room.ended) == 1
        with refused("wrong_password"):
            await room.come_in("chen")
    async with open_room(tmp_path, clock) as again:
        again.secrets = room.secrets
        with refused("wrong_password"):
            await again.come_in("chen")
        await again.access.enable("chen", ROOT)
        assert not again.is_in(token)
        assert await again.come_in("chen")
        assert [one["person_id"] for one in await again.audited(Action.DISABLE_PERSON)] == ["chen"]
        assert [one["by"] for one in await again.audited(Action.ENABLE_PERSON)] == ["root"]


async def test_last_administrator_who_can_sign_in_is_neither_disabled_nor_demoted(tmp_path: Path) -> None:
    async with open_room(tmp_path) as room:
        assert not room.access.has_administrator
        await put(room, Role.ADMINISTRATOR, COMMUNITY, person_id="invited")
        assert not room.access.has_administrator, "who has no password cannot sign in"
        await room.enrol("root", Role.ADMINISTRATOR)
        assert room.access.has_administrator
        for attempt in (room.access.disable("root", ROOT), put(room, Role.OFFICER, COMMUNITY, person_id="root")):
            with refused("last_administrator", 409):
                await attempt
        await put(room, Role.ADMINISTRATOR, COMMUNITY, person_id="root")
        await room.join("invited")
        await room.access.disable("root", ROOT)
        with refused("last_administrator", 409):
            await room.access.disable("invited", ROOT)
        assert room.access.has_administrator


async def test_two_last_administrators_cannot_shut_each_other_out_at_once(tmp_path: Path) -> None:
    async with open_room(tmp_path) as room:
        await room.enrol("one", Role.ADMINISTRATOR)
        await room.enrol("two", Role.ADMINISTRATOR)
        results = await asyncio.gather(
            room.access.disable("one", ROOT), room.access.disable("two", ROOT), return_exceptions=True
        )
        assert [isinstance(result, Refusal) for result in results] == [False, True]


async def test_people_are_listed_with_how_they_stand(tmp_path: Path) -> None:
    async with open_room(tmp_path) as room:
        await room.enrol("root", Role.ADMINISTRATOR, second_factor=False)
        await put(room, Role.GUARD, V01, person_id="guard1")
        invitation = await room.access.invite("guard1", LOCAL)
        guard, root = room.access.people()
        assert (guard.person_id, guard.can_sign_in, guard.invited_until_ms) == (
            "guard1", False, invitation.expires_at_ms,
        )  # fmt: skip
        assert (root.can_sign_in, root.second_factor, root.live_sessions) == (True, False, 1)
        assert (await room.sign_in("root", address=HERE)).person == ROOT


async def test_nobody_can_be_disabled_enabled_invited_or_asked_about(tmp_path: Path) -> None:
    async with open_room(tmp_path) as room:
        for attempt in (
            room.access.disable("x", LOCAL),
            room.access.enable("x", LOCAL),
            room.access.invite("x", LOCAL),
        ):
            with refused("unknown_person", 404):
                await attempt
        with refused("unknown_person", 404):
            room.access.sessions("x")
