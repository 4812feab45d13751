"""Sessions: prolonged with new tokens, over in time, revoked when two hold one, kept over a restart."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from devices.protocol.clock import ManualClock
from hub.access.audit import Action
from hub.access.people import LOCAL, Role
from hub.access.sessions import GRACE_S, IDLE_S, MAX_FORMER, WHOLE_S, Held, Sessions
from hub.access.tables import sessions
from tests.access.people_room import BEYOND, HERE, V01, open_room, refused
from tests.databases import everything_in


async def test_refresh_gives_a_new_token_and_the_old_one_is_good_for_30_seconds(tmp_path: Path) -> None:
    async with open_room(tmp_path) as room:
        old = (await room.enrol("chen")).session_token
        new = (await room.access.refresh(old)).session_token
        assert new is not None
        assert new != old
        room.clock.advance(29)
        assert room.is_in(old)
        assert room.is_in(new)


async def test_old_token_after_its_grace_revokes_the_whole_session(tmp_path: Path) -> None:
    async with open_room(tmp_path) as room:
        stolen = (await room.enrol("chen")).session_token
        new = (await room.access.refresh(stolen)).session_token
        (session,) = room.access.sessions("chen")
        room.clock.advance(30)
        assert not room.is_in(stolen)
        assert not room.is_in(str(new)), "the one who has the newest token may be the thief"
        assert room.ended == [session.session_id]
        (revoked,) = await room.audited(Action.SESSION_REVOKED)
        assert revoked == {
            "by": "chen",
            "session_id": session.session_id,
            "person_id": "chen",
            "address": BEYOND,
            "reason": "token_reused",
        }


async def test_much_older_token_revokes_too_and_so_does_its_refresh(tmp_path: Path) -> None:
    async with open_room(tmp_path) as room:
        token = stolen = (await room.enrol("chen")).session_token
        for _ in range(12):
            token = (await room.access.refresh(token)).session_token or token
            assert room.is_in(token)
            room.clock.advance(600)
        with refused("sign_in_needed", 401):
            await room.access.refresh(stolen)
        assert not room.is_in(token)


async def test_another_sessions_tokens_and_made_up_ones_end_nothing(tmp_path: Path) -> None:
    async with open_room(tmp_path) as room:
        token = (await room.enrol("chen")).session_token
        for wrong in (
            "",
            "x",
            token[:-1],
            token + "A",
            "A" * 43,
            "=" * 43,
            "é" * 43,
            token.swapcase()[:21] + token[21:],
        ):
            assert not room.is_in(wrong)
        assert room.is_in(token)


async def test_session_is_good_for_15_minutes_after_its_last_refresh(tmp_path: Path) -> None:
    async with open_room(tmp_path) as room:
        token = (await room.enrol("chen")).session_token
        room.clock.advance(14 * 60 - 31)
        token = str((await room.access.refresh(token)).session_token)
        room.clock.advance(15 * 60 - 1)
        assert room.is_in(token)
        room.clock.advance(1)
        assert not room.is_in(token)


async def test_session_ends_after_12_hours_however_often_it_is_refreshed(tmp_path: Path) -> None:
    async with open_room(tmp_path) as room:
        token = (await room.enrol("chen")).session_token
        spent_s = 31
        while spent_s + 840 < WHOLE_S:
            room.clock.advance(840)
            spent_s += 840
            token = str((await room.access.refresh(token)).session_token)
        room.clock.advance(WHOLE_S - spent_s)
        assert not room.is_in(token)


async def test_wall_clock_that_is_set_neither_prolongs_nor_ends_a_session(tmp_path: Path) -> None:
    async with open_room(tmp_path) as room:
        token = (await room.enrol("chen")).session_token
        room.clock.jump_wall(86_400)
        assert room.is_in(token)
        room.clock.jump_wall(-3 * 86_400)
        room.clock.advance(IDLE_S)
        assert not room.is_in(token)


async def test_two_tabs_that_refresh_at_once_stay_in(tmp_path: Path) -> None:
    async with open_room(tmp_path) as room:
        old = (await room.enrol("chen")).session_token
        answers = await asyncio.gather(*(room.access.refresh(old) for _ in range(5)))
        new = [answer.session_token for answer in answers if answer.session_token is not None]
        assert len(new) == 1, "the browser has the one cookie for all tabs"
        room.clock.advance(60)
        assert room.is_in(new[0])


async def test_browser_whose_answer_was_lost_is_given_another_token(tmp_path: Path) -> None:
    async with open_room(tmp_path) as room:
        old = (await room.enrol("chen")).session_token
        await room.access.refresh(old)
        room.clock.advance(5)
        again = (await room.access.refresh(old)).session_token
        assert again is not None
        room.clock.advance(60)
        assert room.is_in(again)


async def test_replaced_token_gets_no_other_once_the_newest_was_used(tmp_path: Path) -> None:
    async with open_room(tmp_path) as room:
        old = (await room.enrol("chen")).session_token
        new = str((await room.access.refresh(old)).session_token)
        assert room.is_in(new)
        room.clock.advance(5)
        assert (await room.access.refresh(old)).session_token is None


async def test_thief_who_refreshes_in_the_grace_ends_the_session_for_both(tmp_path: Path) -> None:
    async with open_room(tmp_path) as room:
        stolen = (await room.enrol("chen")).session_token
        victims = str((await room.access.refresh(stolen)).session_token)
        room.clock.advance(5)
        thiefs = str((await room.access.refresh(stolen)).session_token)
        assert room.is_in(thiefs)
        room.clock.advance(31)
        assert not room.is_in(victims)
        assert not room.is_in(thiefs)


async def test_only_hashes_are_stored_and_refreshing_often_writes_little(tmp_path: Path) -> None:
    async with open_room(tmp_path) as room:
        token = (await room.enrol("chen")).session_token
        tokens, before = [token], room.database.writer.counts.changes
        for _ in range(50):
            token = (await room.access.refresh(token)).session_token or token
            tokens.append(token)
        assert len(set(tokens)) == MAX_FORMER + 1
        assert room.database.writer.counts.changes - before <= MAX_FORMER + 1
        stored = everything_in(tmp_path)
        assert all(one.encode() not in stored for one in tokens)


async def test_restarted_hub_keeps_sessions_their_time_and_their_old_tokens(tmp_path: Path) -> None:
    clock = ManualClock()
    async with open_room(tmp_path, clock) as room:
        old = (await room.enrol("chen")).session_token
        new = str((await room.access.refresh(old)).session_token)
    later = ManualClock(monotonic_us=5, wall_us=clock.wall_us() + 10_000_000)
    async with open_room(tmp_path, later) as room:
        assert room.is_in(new)
        assert room.is_in(old), "its grace goes on"
        later.advance(21)
        assert not room.is_in(old)
        assert not room.is_in(new)


async def test_session_does_not_outlive_its_time_over_a_restart(tmp_path: Path) -> None:
    clock = ManualClock()
    async with open_room(tmp_path, clock) as room:
        token = (await room.enrol("chen")).session_token
    for passed_s, is_in in ((IDLE_S - 32, True), (IDLE_S, False)):
        later = ManualClock(wall_us=clock.wall_us() + passed_s * 1_000_000)
        async with open_room(tmp_path, later) as room:
            assert room.is_in(token) is is_in


async def test_wall_clock_set_back_over_a_restart_gives_no_more_than_one_idle_time(tmp_path: Path) -> None:
    clock = ManualClock()
    async with open_room(tmp_path, clock) as room:
        token = (await room.enrol("chen")).session_token
    before = ManualClock(wall_us=clock.wall_us() - 86_400_000_000)
    async with open_room(tmp_path, before) as room:
        assert room.is_in(token)
        before.advance(IDLE_S)
        assert not room.is_in(token)


async def test_signing_out_ends_one_session_for_good(tmp_path: Path) -> None:
    clock = ManualClock()
    async with open_room(tmp_path, clock) as room:
        one, other = await room.enrol("chen"), await room.come_in("chen")
        entrant = room.access.entrant_of_session(one.session_token)
        assert entrant is not None
        assert entrant.session_id is not None
        await room.access.sign_out(entrant.session_id)
        await room.access.sign_out(entrant.session_id)
        assert room.ended == [entrant.session_id]
        assert not room.is_in(one.session_token)
        assert room.is_in(other.session_token)
        assert len(await room.audited(Action.SIGN_OUT)) == 1
    async with open_room(tmp_path, clock) as room:
        assert not room.is_in(one.session_token)
        assert room.is_in(other.session_token)
        count = sa.select(sa.func.count()).select_from(sessions)
        assert await room.database.read(lambda connection: connection.execute(count).scalar()) == 1


async def test_administrator_ends_all_sessions_of_a_person(tmp_path: Path) -> None:
    async with open_room(tmp_path) as room:
        tokens = [(await room.enrol("g", Role.GUARD, V01, second_factor=False)).session_token]
        tokens += [(await room.sign_in("g")).session_token for _ in range(2)]
        other = (await room.enrol("h", Role.GUARD, V01, second_factor=False)).session_token
        views = room.access.sessions("g")
        assert [view.address for view in views] == [HERE, BEYOND, BEYOND]
        await room.access.end_sessions("g", LOCAL)
        assert not any(map(room.is_in, tokens))
        assert room.is_in(other)
        assert sorted(room.ended) == sorted(view.session_id for view in views)
        assert [one["by"] for one in await room.audited(Action.SESSION_REVOKED)] == ["local"] * 3
        with refused("unknown_person", 404):
            await room.access.end_sessions("nobody", LOCAL)


async def test_follower_that_fails_keeps_no_session_alive(tmp_path: Path) -> None:
    async with open_room(tmp_path) as room:
        ended: list[str] = []

        def fail(session_id: str) -> None:
            raise RuntimeError("the websocket is gone")

        room.access.when_ended(fail)
        room.access.when_ended(ended.append)
        token = (await room.enrol("chen")).session_token
        await room.access.end_sessions("chen", LOCAL)
        assert not room.is_in(token)
        assert len(ended) == 1


@given(st.lists(st.tuples(st.sampled_from(["victim", "thief"]), st.floats(0, 400)), max_size=40))
def test_two_who_share_a_stolen_token_never_both_go_on(turns: list[tuple[str, float]]) -> None:
    """Each refreshes in turn with the newest token that it has itself; whoever still has one that an own refresh of the
    other replaced ends the session for both at the latest when it comes after the grace."""
    clock = ManualClock()
    table = Sessions(clock)
    session, token = table.begin("chen", BEYOND)
    held = {"victim": token, "thief": token}
    for who, wait_s in turns:
        clock.advance(wait_s)
        found = table.find(held[who])
        if found is None or found[1] is Held.OLD:
            return
        held[who] = table.refresh(session, held[who], found[1]) or held[who]
    clock.advance(GRACE_S)
    standings = [found[1] for one in held.values() if (found := table.find(one)) is not None]
    if held["victim"] != held["thief"]:
        assert standings.count(Held.NEWEST) <= 1
        assert Held.REPLACED not in standings


@pytest.mark.parametrize("refreshes", [1, 5, 40])
def test_former_tokens_are_bounded(refreshes: int) -> None:
    table = Sessions(ManualClock())
    session, token = table.begin("chen", BEYOND)
    for _ in range(refreshes):
        token = table.refresh(session, token, Held.NEWEST) or token
    assert len(session.former) <= MAX_FORMER
    assert table.find(token) == (session, Held.NEWEST)
