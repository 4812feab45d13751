"""Invitations: one code, one use, 72 hours; password and second factor anew."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pyotp

from devices.protocol.clock import ManualClock
from hub.access.audit import Action
from hub.access.messages import AcceptInvitation, Invitation, NewPerson, SignedIn
from hub.access.people import COMMUNITY, LOCAL, Place, Role
from hub.errors import Refusal
from tests.access.people_room import BEYOND, HERE, PASSWORD, V01, PeopleRoom, open_room, refused
from tests.databases import everything_in


async def invite(room: PeopleRoom, person_id: str, role: Role, *places: Place) -> Invitation:
    new = NewPerson(person_id=person_id, name="陈", role=role, places=places or (COMMUNITY,))
    await room.access.put_person(new, LOCAL)
    return await invite_again(room, person_id)


async def invite_again(room: PeopleRoom, person_id: str) -> Invitation:
    invitation = await room.access.invite(person_id, LOCAL)
    view = await room.access.look_at_invitation(invitation.code, address=BEYOND)
    room.secrets[person_id] = str(pyotp.parse_uri(view.totp_uri).secret)
    return invitation


async def accept(
    room: PeopleRoom, code: str, digits: str | None = None, password: str = PASSWORD, address: str = BEYOND
) -> SignedIn:
    given = AcceptInvitation(code=code, password=password, code_of_second_factor=digits)
    return await room.access.accept(given, address=address)


async def test_invited_dispatcher_sees_what_to_do_and_is_in_afterwards(tmp_path: Path) -> None:
    async with open_room(tmp_path) as room:
        invitation = await invite(room, "chen", Role.DISPATCHER)
        view = await room.access.look_at_invitation(
            invitation.code.lower()[:13] + " - " + invitation.code[13:], address=BEYOND
        )
        assert (view.person_id, view.name, view.role) == ("chen", "陈", Role.DISPATCHER)
        assert (view.second_factor_required, view.least_password_characters) == (True, 10)
        uri = pyotp.parse_uri(view.totp_uri)
        assert (uri.issuer, uri.name) == ("黔哨 栖凤社区", "chen")
        assert invitation.expires_at_ms == room.clock.wall_us() // 1000 + 72 * 3600 * 1000
        signed_in = await accept(room, invitation.code, room.digits("chen"))
        assert room.is_in(signed_in.session_token)
        with refused("wrong_second_factor"):
            await room.sign_in("chen", code=room.digits("chen"), known=signed_in.known_token)
        room.clock.advance(30)
        assert await room.come_in("chen", known=signed_in.known_token)
        (accepted,) = await room.audited(Action.ACCEPT_INVITATION)
        assert accepted == {"by": "chen", "address": BEYOND, "second_factor": True}
        assert [one["person_id"] for one in await room.audited(Action.INVITE)] == ["chen"]


async def test_code_is_good_once(tmp_path: Path) -> None:
    async with open_room(tmp_path) as room:
        invitation = await invite(room, "chen", Role.DISPATCHER)
        results = await asyncio.gather(
            *(accept(room, invitation.code, room.digits("chen")) for _ in range(3)), return_exceptions=True
        )
        assert [result.code for result in results if isinstance(result, Refusal)] == ["no_invitation"] * 2
        with refused("no_invitation", 404):
            await room.access.look_at_invitation(invitation.code, address=BEYOND)


async def test_code_is_good_for_72_hours_also_over_a_restart(tmp_path: Path) -> None:
    clock = ManualClock()
    async with open_room(tmp_path, clock) as room:
        invitation = await invite(room, "guard1", Role.GUARD, V01)
    clock.advance(72 * 3600 - 1)
    async with open_room(tmp_path, clock) as room:
        assert (await room.access.look_at_invitation(invitation.code, address=BEYOND)).person_id == "guard1"
        clock.advance(1)
        with refused("no_invitation"):
            await accept(room, invitation.code)
        assert room.access.people()[0].invited_until_ms is None


async def test_new_invitation_voids_the_former_one_and_so_does_disabling(tmp_path: Path) -> None:
    clock = ManualClock()
    async with open_room(tmp_path, clock) as room:
        first = await invite(room, "guard1", Role.GUARD, V01)
        second = await invite_again(room, "guard1")
        with refused("no_invitation"):
            await accept(room, first.code)
        await room.access.disable("guard1", LOCAL)
        with refused("no_invitation"):
            await accept(room, second.code)
        with refused("person_disabled", 409):
            await room.access.invite("guard1", LOCAL)
        await room.access.enable("guard1", LOCAL)
    async with open_room(tmp_path, clock) as room:
        with refused("no_invitation"):
            await accept(room, second.code)


async def test_police_room_needs_a_second_factor_but_at_this_machine(tmp_path: Path) -> None:
    async with open_room(tmp_path) as room:
        invitation = await invite(room, "chen", Role.OFFICER)
        with refused("second_factor_required", 422):
            await accept(room, invitation.code)
        with refused("wrong_second_factor", 422):
            await accept(room, invitation.code, "000000" if room.digits("chen") != "000000" else "111111")
        assert await accept(room, invitation.code, address=HERE)
        assert not room.access.people()[0].second_factor


async def test_guard_may_have_a_second_factor_and_is_then_asked_for_it(tmp_path: Path) -> None:
    async with open_room(tmp_path) as room:
        invitation = await invite(room, "guard1", Role.GUARD, V01)
        assert not (await room.access.look_at_invitation(invitation.code, address=BEYOND)).second_factor_required
        await accept(room, invitation.code, room.digits("guard1"))
        with refused("second_factor_needed"):
            await room.sign_in("guard1")


async def test_refused_password_does_not_use_the_code_up(tmp_path: Path) -> None:
    async with open_room(tmp_path) as room:
        invitation = await invite(room, "guard1", Role.GUARD, V01)
        for password, code in (("short", "short_password"), ("12345678", "trivial_password")):
            with refused(code, 422):
                await accept(room, invitation.code, password=password)
        assert await accept(room, invitation.code, password="长安街上的八只猫")


async def test_accepting_ends_old_sessions_and_voids_the_old_password_and_second_factor(tmp_path: Path) -> None:
    clock = ManualClock()
    async with open_room(tmp_path, clock) as room:
        old = await room.enrol("chen")
        old_digits = pyotp.TOTP(room.secrets["chen"])
        invitation = await invite_again(room, "chen")
        assert room.is_in(old.session_token), "the invitation alone changes nothing"
        new = await accept(room, invitation.code, room.digits("chen"), "another good password")
        assert not room.is_in(old.session_token)
        assert room.is_in(new.session_token)
        clock.advance(31)
        with refused("wrong_password"):
            await room.come_in("chen")
        with refused("wrong_second_factor"):
            await room.sign_in("chen", "another good password", code=old_digits.at(clock.wall_us() // 1_000_000))
    async with open_room(tmp_path, clock) as again:
        assert not again.is_in(old.session_token)
        assert again.is_in(new.session_token)


async def test_codes_are_not_stored(tmp_path: Path) -> None:
    async with open_room(tmp_path) as room:
        invitation = await invite(room, "chen", Role.DISPATCHER)
        stored = everything_in(tmp_path)
        assert invitation.code.encode() not in stored


async def test_wrong_codes_leave_a_trace_without_the_code(tmp_path: Path) -> None:
    async with open_room(tmp_path) as room:
        for code in ("GUESSED-ONE", "GUESSED-TWO"):
            with refused("no_invitation", 404):
                await room.access.look_at_invitation(code, address=BEYOND)
            with refused("no_invitation", 404):
                await accept(room, code, address=HERE)
        failed = await room.audited(Action.SIGN_IN_FAILED)
        assert {(one["by"], one["address"], one["reason"]) for one in failed} == {
            ("?", BEYOND, "wrong_invitation"),
            ("?", HERE, "wrong_invitation"),
        }
        assert sum(one["count"] for one in failed) == 4
        assert "GUESSED" not in repr(failed)
