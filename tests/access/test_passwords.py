"""Passwords: which are taken, how they are hashed, and who waits how long."""

from __future__ import annotations

import asyncio
import threading

import pytest
from argon2 import PasswordHasher

from hub.access.passwords import MAX_WAITING, PARAMETERS, Lane, Passwords, check_new
from hub.access.people import Role
from hub.errors import Refusal
from tests.access.people_room import refused
from tests.devices.room import turn_by_turn
from tests.hub import CHEAP


@pytest.mark.parametrize(
    ("password", "role"),
    [
        ("三岔路口的老槐树下", Role.GUARD),
        ("tea7tree", Role.GUARD),
        ("rivers of rain", Role.OFFICER),
        ("chen-and-the-cat", Role.OFFICER),
        ("abcabcabcx", Role.OFFICER),
    ],
)
def test_password_of_any_composition_is_taken(password: str, role: Role) -> None:
    check_new(password, "chen", role)


@pytest.mark.parametrize(
    ("password", "role", "code"),
    [
        ("tea7tre", Role.GUARD, "short_password"),
        ("tea7treex", Role.OFFICER, "short_password"),
        ("aaaaaaaaaaaa", Role.OFFICER, "trivial_password"),
        ("abcabcabcabc", Role.OFFICER, "trivial_password"),
        ("1234567890", Role.OFFICER, "trivial_password"),
        ("87654321", Role.GUARD, "trivial_password"),
        ("QWERTYUIOP", Role.OFFICER, "trivial_password"),
        ("ABCDEFGHIJ", Role.OFFICER, "trivial_password"),
        ("Officer_77", Role.OFFICER, "trivial_password"),
        ("officer_77!1", Role.OFFICER, "trivial_password"),
        ("officer_77officer_77", Role.OFFICER, "trivial_password"),
    ],
)
def test_short_or_trivial_password_is_refused_and_not_repeated(password: str, role: Role, code: str) -> None:
    with pytest.raises(Refusal) as caught:
        check_new(password, "officer_77", role)
    assert caught.value.code == code
    assert password not in caught.value.message + caught.value.message_en


def test_parameters_are_those_of_rfc_9106() -> None:
    assert (PARAMETERS.time_cost, PARAMETERS.memory_cost, PARAMETERS.parallelism) == (3, 65536, 4)
    assert (PARAMETERS.salt_len, PARAMETERS.hash_len, PARAMETERS.type.name) == (16, 32, "ID")


async def test_right_password_is_right_however_the_keyboard_wrote_it() -> None:
    passwords = Passwords(CHEAP)
    encoded = await passwords.hash("café du coin", Lane.STRANGER)
    assert encoded.startswith("$argon2id$v=19$m=8,t=1,p=1$")
    assert await passwords.is_right("cafe\u0301 du coin", encoded, Lane.STRANGER)
    assert not await passwords.is_right("cafe du coin", encoded, Lane.STRANGER)
    assert not await passwords.is_right("café du coin", None, Lane.STRANGER)
    assert not await passwords.is_right("café du coin", "not a hash", Lane.STRANGER)


async def test_nobodys_hash_costs_what_a_real_one_does() -> None:
    passwords = Passwords(CHEAP)
    assert not passwords.is_outdated(passwords._nobodys)
    assert len(passwords._nobodys) == len(await passwords.hash("x", Lane.KNOWN))


async def test_hash_of_other_parameters_is_outdated() -> None:
    other = PasswordHasher(time_cost=2, memory_cost=8, parallelism=1).hash("x")
    assert Passwords(CHEAP).is_outdated(other)


class Slow(Passwords):
    """Works one password out for as long as the test likes."""

    def __init__(self) -> None:
        super().__init__(CHEAP)
        self.go_on = threading.Semaphore(0)
        self.order: list[str] = []
        self.at_once = self.most_at_once = 0

    def _check(self, password: str, encoded: str) -> bool:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        self.order.append(password)
        assert self.go_on.acquire(timeout=20)
        self.at_once -= 1
        return super()._check(password, encoded)


async def test_one_is_worked_out_at_a_time_sixteen_wait_and_the_next_is_refused() -> None:
    passwords = Slow()
    tries = [asyncio.create_task(passwords.is_right(f"s{n}", None, Lane.STRANGER)) for n in range(MAX_WAITING + 1)]
    await turn_by_turn(lambda: len(passwords._lanes[Lane.STRANGER]) == MAX_WAITING, "sixteen wait")
    with refused("too_busy", 429):
        await passwords.is_right("one too many", None, Lane.STRANGER)
    known = asyncio.create_task(passwords.is_right("known", None, Lane.KNOWN))
    await turn_by_turn(lambda: len(passwords._lanes[Lane.KNOWN]) == 1, "the one who is known waits too")
    passwords.go_on.release(len(tries) + 1)
    await asyncio.gather(known, *tries)
    assert passwords.most_at_once == 1
    assert passwords.order[:3] == ["s0", "known", "s1"], "whoever is known goes first"
    assert not any(passwords._lanes.values())


async def test_who_goes_away_frees_the_place_but_not_the_work_under_way() -> None:
    passwords = Slow()
    first = asyncio.create_task(passwords.is_right("first", None, Lane.STRANGER))
    gone = asyncio.create_task(passwords.is_right("gone", None, Lane.STRANGER))
    last = asyncio.create_task(passwords.is_right("last", None, Lane.STRANGER))
    await turn_by_turn(lambda: len(passwords._lanes[Lane.STRANGER]) == 2, "two wait for the first")
    gone.cancel()
    first.cancel()
    await asyncio.gather(first, gone, return_exceptions=True)
    passwords.go_on.release(2)
    assert not await last
    assert passwords.order == ["first", "last"]
    assert passwords.most_at_once == 1
    passwords.go_on.release()
    assert not await passwords.is_right("later", None, Lane.STRANGER)
