"""Signing in: what lets somebody in, what does not, and that nobody learns which."""

from __future__ import annotations

import asyncio
import dataclasses
from pathlib import Path

import pytest
import structlog

from devices.protocol.clock import ManualClock
from hub.access.audit import Action
from hub.access.messages import FailedSignIns
from hub.access.passwords import MAX_WAITING, Passwords
from hub.access.people import LOCAL, Role
from hub.access.sessions import MAX_OF_PERSON
from hub.errors import Refusal
from hub.storage.writer import StorageClosed
from tests.access.people_room import BEYOND, HERE, PASSWORD, STRANGE, V01, open_room, refused
from tests.devices.room import turn_by_turn, until
from tests.hub import CHEAP


async def test_dispatcher_signs_in_with_password_and_second_factor(tmp_path: Path) -> None:
    async with open_room(tmp_path) as room:
        await room.enrol("chen")
        signed_in = await room.come_in("chen")
        entrant = room.access.entrant_of_session(signed_in.session_token)
        assert entrant is not None
        assert entrant.person.person_id == "chen"
        assert entrant.session_id is not None
        assert signed_in.expires_at_ms == (room.clock.wall_us() + 15 * 60 * 1_000_000) // 1000


async def test_second_factor_is_asked_for_only_after_the_right_password(tmp_path: Path) -> None:
    async with open_room(tmp_path) as room:
        await room.enrol("chen")
        with refused("second_factor_needed", 401):
            await room.sign_in("chen")
        with refused("wrong_password", 401):
            await room.sign_in("chen", "something else")
        with refused("second_factor_needed", 401):
            await room.sign_in("chen", address=HERE)


async def test_each_step_of_the_second_factor_is_taken_once_also_by_two_at_once(tmp_path: Path) -> None:
    async with open_room(tmp_path) as room:
        await room.enrol("chen")
        digits = room.digits("chen")
        tries = [room.sign_in("chen", code=digits, address=f"192.0.2.{n}") for n in range(3)]
        results = await asyncio.gather(*tries, return_exceptions=True)
        refusals = [result for result in results if isinstance(result, Refusal)]
        assert [refusal.code for refusal in refusals] == ["wrong_second_factor"] * 2
        room.clock.advance(30)
        assert await room.come_in("chen")
        with refused("wrong_second_factor", 401):
            await room.sign_in("chen", code=digits)


async def test_police_room_without_a_second_factor_signs_in_from_this_machine_alone(tmp_path: Path) -> None:
    async with open_room(tmp_path) as room:
        await room.enrol("root", Role.ADMINISTRATOR, second_factor=False)
        assert await room.sign_in("root", address=HERE)
        assert await room.sign_in("root", address="::ffff:127.0.0.1")
        with refused("second_factor_missing", 403):
            await room.sign_in("root", address=BEYOND)
        with refused("wrong_password", 401):
            await room.sign_in("root", "wrong password", address=BEYOND)


async def test_guard_signs_in_from_beyond_with_the_password_alone(tmp_path: Path) -> None:
    async with open_room(tmp_path) as room:
        await room.enrol("guard1", Role.GUARD, V01, second_factor=False)
        assert await room.sign_in("guard1")


async def test_nobody_learns_whether_an_account_is_there_is_disabled_or_has_no_password(tmp_path: Path) -> None:
    async with open_room(tmp_path) as room:
        await room.enrol("chen")
        await room.enrol("gone")
        await room.access.disable("gone", LOCAL)
        checked: list[str] = []
        hashing = room.access._passwords
        check = hashing._check
        hashing._check = lambda password, encoded: checked.append(encoded) or check(password, encoded)  # type: ignore
        said = set()
        for person_id, password in (("chen", "wrong password"), ("gone", PASSWORD), ("nobody", PASSWORD)):
            with pytest.raises(Refusal) as caught:
                await room.sign_in(person_id, password)
            said.add((caught.value.code, caught.value.message, caught.value.message_en, caught.value.status))
        assert len(said) == 1
        costs = {encoded.rsplit("$", 2)[0] for encoded in checked}
        assert len(checked) == 3, "each costs one Argon2"
        assert costs == {"$argon2id$v=19$m=8,t=1,p=1"}, "with the same parameters"


async def test_who_is_shut_out_while_the_password_is_worked_out_does_not_come_in(tmp_path: Path) -> None:
    async with open_room(tmp_path) as room:
        await room.enrol("chen")
        trying = asyncio.create_task(room.come_in("chen"))
        await turn_by_turn(lambda: room.access._passwords._busy, "the password is being worked out")
        await room.access.disable("chen", LOCAL)
        with refused("wrong_password", 401):
            await trying
        assert room.access.sessions("chen") == ()


async def test_twenty_people_sign_in_at_once_from_one_address(tmp_path: Path) -> None:
    async with open_room(tmp_path) as room:
        for n in range(17):
            await room.enrol(f"guard{n}", Role.GUARD, V01, second_factor=False)
        signed_in = await asyncio.gather(*(room.sign_in(f"guard{n}") for n in range(17)))
        assert len({one.session_token for one in signed_in}) == 17
        assert all(room.is_in(one.session_token) for one in signed_in)


async def test_past_the_bound_the_oldest_session_ends(tmp_path: Path) -> None:
    async with open_room(tmp_path) as room:
        first = await room.enrol("guard1", Role.GUARD, V01, second_factor=False)
        later = [await room.sign_in("guard1") for _ in range(MAX_OF_PERSON)]
        assert not room.is_in(first.session_token)
        assert all(room.is_in(one.session_token) for one in later)
        assert len(room.access.sessions("guard1")) == MAX_OF_PERSON


async def test_strangers_who_guess_are_slowed_and_the_dispatcher_at_the_known_browser_is_not(tmp_path: Path) -> None:
    async with open_room(tmp_path) as room:
        known = (await room.enrol("chen")).known_token
        for address in (STRANGE, BEYOND):
            for _ in range(3):
                with refused("wrong_password"):
                    await room.sign_in("chen", "guess", address=address)
            with refused("too_many_failures", 429):
                await room.sign_in("chen", "guess", address=address)
        assert await room.come_in("chen", known=known)
        room.clock.advance(31)
        forged = known[:-1] + ("A" if known[-1] != "A" else "B")
        with refused("wrong_password"):
            await room.sign_in("chen", "guess", known=forged)
        with refused("too_many_failures", 429):
            await room.sign_in("chen", "guess", known=forged)


async def test_known_token_of_another_person_or_too_old_is_a_strangers(tmp_path: Path) -> None:
    async with open_room(tmp_path) as room:
        other = (await room.enrol("wang")).known_token
        own = (await room.enrol("chen")).known_token
        for _ in range(3):
            with refused("wrong_password"):
                await room.sign_in("chen", "guess")
        with refused("too_many_failures"):
            await room.come_in("chen", known=other)
        assert await room.come_in("chen", known=own)
        room.clock.advance(90 * 86_400)
        for _ in range(3):
            with refused("wrong_password"):
                await room.sign_in("chen", "guess")
        with refused("too_many_failures"):
            await room.come_in("chen", known=own)


async def test_sign_in_and_failures_are_audited_and_a_flood_of_them_is_few_records(tmp_path: Path) -> None:
    async with open_room(tmp_path) as room:
        await room.enrol("chen")
        await room.come_in("chen", address=BEYOND)
        for n in range(200):
            with refused("wrong_password" if n < 3 else "too_many_failures"):
                await room.sign_in("chen", "guess", address=STRANGE)
        failed = await room.audited(Action.SIGN_IN_FAILED)
        assert [(one["by"], one["address"], one["reason"]) for one in failed] == [
            ("chen", STRANGE, "wrong_password"),
            ("chen", STRANGE, "throttled"),
            ("chen", STRANGE, "wrong_password"),
            ("chen", STRANGE, "throttled"),
        ]
        assert sum(one["count"] for one in failed) == 200
        assert [one["address"] for one in await room.audited(Action.SIGN_IN)][-1] == BEYOND


async def test_right_password_without_the_second_factor_leaves_a_trace_but_from_a_known_browser(tmp_path: Path) -> None:
    async with open_room(tmp_path) as room:
        known = (await room.enrol("chen")).known_token
        with refused("second_factor_needed"):
            await room.sign_in("chen", known=known)
        assert await room.audited(Action.SIGN_IN_FAILED) == []
        with refused("second_factor_needed"):
            await room.sign_in("chen", address=STRANGE)
        bare = (await room.enrol("wang", second_factor=False)).known_token
        with refused("second_factor_missing"):
            await room.sign_in("wang", address=STRANGE, known=bare)
        failed = await room.audited(Action.SIGN_IN_FAILED)
        assert [(one["by"], one["address"], one["reason"]) for one in failed] == [
            ("chen", STRANGE, "second_factor_needed"),
            ("wang", STRANGE, "second_factor_missing"),
        ]


async def test_what_was_typed_as_an_unknown_account_is_not_kept(tmp_path: Path) -> None:
    async with open_room(tmp_path) as room:
        with refused("wrong_password"):
            await room.sign_in("hunter2hunter2", "x")
        (failed,) = await room.audited(Action.SIGN_IN_FAILED)
        assert failed == {"by": "?", "address": BEYOND, "reason": "wrong_password", "count": 1}
        assert FailedSignIns.__struct_fields__ == ("address", "reason", "count")


async def test_no_secret_is_in_the_audit_log_the_logs_or_any_repr(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with structlog.testing.capture_logs() as logs:
        async with open_room(tmp_path) as room:
            first = await room.enrol("chen")
            with refused("wrong_password"):
                await room.sign_in("chen", "wrong-secret-password")
            signed_in = await room.come_in("chen", known=first.known_token)
            refreshed = await room.access.refresh(signed_in.session_token)
            room.clock.advance(60)
            assert not room.is_in(signed_in.session_token)
            await room.access.settle()
            invitation = await room.access.invite("chen", LOCAL)
            view = await room.access.look_at_invitation(invitation.code, address=BEYOND)
            secrets = [
                PASSWORD,
                "wrong-secret-password",
                signed_in.session_token,
                signed_in.known_token,
                str(refreshed.session_token),
                room.secrets["chen"],
                view.totp_uri,
                invitation.code,
            ]
            kept = [str(await room.audited(action)) for action in Action]
            reprs = [repr(one) for one in (signed_in, refreshed, invitation, view, room.access._accounts)]
            local = (tmp_path / "access" / "local-token").read_text()
    for secret in [*secrets, local]:
        assert all(secret not in text for text in [*kept, *reprs, str(logs), caplog.text])


async def test_local_token_is_new_at_each_start_and_its_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "access" / "local-token"
    async with open_room(tmp_path) as room:
        first = file.read_text()
        assert file.stat().st_mode & 0o777 == 0o600
        assert (tmp_path / "access" / "known-key").stat().st_mode & 0o777 == 0o600
        entrant = room.access.entrant_of_local(first)
        assert entrant is not None
        assert (entrant.person, entrant.session_id) == (LOCAL, None)
        for wrong in ("", first[:-1], first + "x", "é" * len(first), "\ud800"):
            assert room.access.entrant_of_local(wrong) is None
    async with open_room(tmp_path) as room:
        assert file.read_text() != first
        assert room.access.entrant_of_local(first) is None


async def test_expired_session_ends_by_itself_and_is_told(tmp_path: Path) -> None:
    async with open_room(tmp_path) as room:
        signed_in = await room.enrol("chen")
        session_id = room.access.sessions("chen")[0].session_id
        room.clock.advance(15 * 60)
        assert not room.is_in(signed_in.session_token)
        await until(lambda: room.ended == [session_id], "the session's end was told")


async def test_outdated_hash_is_made_anew_at_the_next_sign_in(tmp_path: Path) -> None:
    clock = ManualClock()
    async with open_room(tmp_path, clock) as room:
        await room.enrol("chen")
        room.access._passwords = Passwords(dataclasses.replace(CHEAP, time_cost=2))
        await room.come_in("chen")
        clock.advance(31)
        await room.come_in("chen")
        assert "t=2" in str(room.access._accounts["chen"].password_hash)
    async with open_room(tmp_path, clock) as again:
        assert "t=2" in str(again.access._accounts["chen"].password_hash)


async def test_crowd_of_strangers_keeps_nobody_out_who_is_known(tmp_path: Path) -> None:
    async with open_room(tmp_path) as room:
        known = (await room.enrol("chen")).known_token
        crowd = [room.sign_in(f"p{n}", "guess", address=f"10.0.{n}.1") for n in range(60)]
        strangers = [asyncio.create_task(one) for one in crowd]
        refused_at_once = 60 - 1 - MAX_WAITING
        await turn_by_turn(lambda: sum(one.done() for one in strangers) >= refused_at_once, "the others wait")
        assert await room.come_in("chen", known=known)
        refusals = await asyncio.gather(*strangers, return_exceptions=True)
        codes = [one.code for one in refusals if isinstance(one, Refusal)]
        assert len(codes) == 60
        assert codes.count("too_busy") == refused_at_once


async def test_what_ended_while_the_database_was_away_is_recorded_later(tmp_path: Path) -> None:
    clock = ManualClock()
    async with open_room(tmp_path, clock) as room:
        token = (await room.enrol("chen")).session_token
        room.database.writer._closed = True
        with pytest.raises(StorageClosed):
            await room.access.end_sessions("chen", LOCAL)
        assert not room.is_in(token), "at once, whether or not the disk is there"
        room.database.writer._closed = False
        assert [one["reason"] for one in await room.audited(Action.SESSION_REVOKED)] == ["revoked"]
    async with open_room(tmp_path, clock) as room:
        assert not room.is_in(token)


async def test_key_of_known_browsers_lasts_and_a_broken_one_is_made_anew(tmp_path: Path) -> None:
    file = tmp_path / "access" / "known-key"
    async with open_room(tmp_path):
        key = file.read_bytes()
    async with open_room(tmp_path):
        assert file.read_bytes() == key
    file.write_bytes(b"")
    async with open_room(tmp_path):
        assert len(file.read_bytes()) == 32
