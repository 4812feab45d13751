"""One's own password: who proves themselves sets it anew, and their other sessions end."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.access.audit import Action
from hub.access.entrant import Entrant
from hub.access.messages import ChangePassword, SignedIn
from hub.access.people import LOCAL, Role
from hub.access.sessions import Ended
from hub.errors import Refusal
from tests.access.people_room import BEYOND, PASSWORD, V01, PeopleRoom, open_room, refused

NEW = "七舍 battery staple"


def entrant(room: PeopleRoom, signed_in: SignedIn) -> Entrant:
    found = room.access.entrant_of_session(signed_in.session_token)
    assert found is not None
    return found


async def change(
    room: PeopleRoom, who: Entrant, password: str = PASSWORD, new: str = NEW, code: str | None = None
) -> None:
    given = ChangePassword(password=password, new_password=new, code=code)
    await room.access.change_password(given, who, address=BEYOND, known=None)


async def test_new_password_is_good_after_a_restart_and_the_other_sessions_end(tmp_path: Path) -> None:
    async with open_room(tmp_path) as room:
        other, own = await room.enrol("chen"), await room.come_in("chen")
        room.clock.advance(31)
        me = entrant(room, own)
        await change(room, me, code=room.digits("chen"))
        assert (room.is_in(own.session_token), room.is_in(other.session_token)) == (True, False)
        assert await room.audited(Action.CHANGE_PASSWORD) == [
            {"by": "chen", "session_id": me.session_id, "address": BEYOND}
        ]
        assert [one["reason"] for one in await room.audited(Action.SESSION_REVOKED)] == [Ended.PASSWORD_SET.value]
        clock, secrets = room.clock, room.secrets
    async with open_room(tmp_path, clock) as room:
        room.secrets = secrets
        clock.advance(31)
        with refused("wrong_password", 401):
            await room.sign_in("chen", code=room.digits("chen"))
        assert await room.sign_in("chen", NEW, code=room.digits("chen"))


async def test_step_of_the_second_factor_is_taken_by_it(tmp_path: Path) -> None:
    async with open_room(tmp_path) as room:
        me = entrant(room, await room.enrol("chen"))
        digits = room.digits("chen")
        await change(room, me, code=digits)
        with refused("wrong_second_factor", 401):
            await room.sign_in("chen", NEW, code=digits)


async def test_whoever_sits_down_at_an_open_console_does_not_set_it(tmp_path: Path) -> None:
    async with open_room(tmp_path) as room:
        me = entrant(room, await room.enrol("chen"))
        with refused("second_factor_needed", 401):
            await change(room, me)
        for _ in range(3):
            with refused("wrong_password", 401):
                await change(room, me, "a guess", code=room.digits("chen"))
        with refused("too_many_failures", 429):
            await change(room, me, code=room.digits("chen"))
        reasons = {one["reason"] for one in await room.audited(Action.SIGN_IN_FAILED)}
        assert reasons == {"second_factor_needed", "wrong_password", "throttled"}
        assert await room.audited(Action.CHANGE_PASSWORD) == []


async def test_password_that_may_not_be_set_is_refused_by_its_field(tmp_path: Path) -> None:
    async with open_room(tmp_path) as room:
        me = entrant(room, await room.enrol("guard1", Role.GUARD, V01, second_factor=False))
        for new, code in (("short", "short_password"), ("guard1guard1", "trivial_password")):
            with pytest.raises(Refusal) as caught:
                await change(room, me, new=new)
            assert (caught.value.code, caught.value.field) == (code, "new_password")
        await change(room, me)


async def test_session_that_ended_meanwhile_sets_nothing_and_this_machine_has_no_password(tmp_path: Path) -> None:
    async with open_room(tmp_path) as room:
        me = entrant(room, await room.enrol("guard1", Role.GUARD, V01, second_factor=False))
        await room.access.end_sessions("guard1", LOCAL)
        with refused("sign_in_needed", 401):
            await change(room, me)
        with refused("unknown_person", 404):
            await change(room, Entrant(LOCAL, None, me.grid_of))
        assert await room.sign_in("guard1")
