"""Passwords: which ones are taken, and Argon2id beside the event loop, one at a time, with a bounded queue."""

from __future__ import annotations

import asyncio
import base64
import secrets
import unicodedata
from collections import deque
from collections.abc import Callable
from enum import IntEnum
from typing import TypeVar

from argon2 import Parameters, PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from hub.access.people import Role
from hub.errors import Refusal

_T = TypeVar("_T")
PARAMETERS = RFC_9106_LOW_MEMORY
"""RFC 9106, section 4, second recommended option: 64 MiB, 3 passes, 4 lanes, salt of 16 and tag of 32 bytes."""
MAX_WAITING = 16
"""Passwords that wait in each lane; a further one is refused."""
LEAST_CHARACTERS_IN_ROOM = 10
LEAST_CHARACTERS = 8
_ROWS = ("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "abcdefghijklmnopqrstuvwxyz")
"""Runs along a keyboard or the alphabet, which everyone tries first."""
_LEAST_BESIDE_ACCOUNT = 4
"""So many characters beside the account name, which strangers know."""
_LONGEST_UNIT = 4
"""A password that only repeats so few characters is as short as they are."""


class Lane(IntEnum):
    """Who waits for a password to be worked out. The first lane goes first, so that a crowd of strangers delays
    nobody whom the hub knows by more than the one that is being worked out."""

    KNOWN = 0
    RADIO = 1
    """Guards who sign on at radios; no more than one at a time (hub/shifts/signing.py)."""
    STRANGER = 2
    PIN = 3
    """A new PIN, which can wait for everybody who wants in."""


def least_characters(role: Role) -> int:
    """How long a password has to be; NIST SP 800-63B rev. 3, 5.1.1.2 asks for 8 and for no rules of composition."""
    return LEAST_CHARACTERS if role in (Role.GUARD, Role.GRID_MEMBER) else LEAST_CHARACTERS_IN_ROOM


def check_new(password: str, person_id: str, role: Role, field: str = "password") -> None:
    """Return when the password, given as ``field``, may be set. Raises Refusal saying what is wrong with it alone."""
    least = least_characters(role)
    if len(_normal(password)) < least:
        raise Refusal("short_password", f"密码至少 {least} 个字符", f"at least {least} characters", field=field)
    if _is_trivial(_normal(password).casefold(), person_id.casefold()):
        raise Refusal(
            "trivial_password",
            "密码不能是账号、重复或连续的字符",
            "not the account name, and not repeated or successive characters",
            field=field,
        )


def _is_trivial(password: str, person_id: str) -> bool:
    if len(password.replace(person_id, "")) < _LEAST_BESIDE_ACCOUNT:
        return True
    if any(password == (password[:unit] * len(password))[: len(password)] for unit in range(1, _LONGEST_UNIT + 1)):
        return True
    runs = [row * 3 for row in _ROWS]
    return any(password in run or password[::-1] in run for run in runs)


def _normal(password: str) -> str:
    """One form for what keyboards write differently (RFC 8265, section 4.2: NFC)."""
    return unicodedata.normalize("NFC", password)


class Passwords:
    """Hashes and checks passwords in a thread."""

    def __init__(self, parameters: Parameters = PARAMETERS) -> None:
        self._hasher = PasswordHasher.from_parameters(parameters)
        self._nobodys = _hash_of_nothing(parameters)
        self._lanes: dict[Lane, deque[asyncio.Future[None]]] = {lane: deque() for lane in Lane}
        self._busy = False

    async def hash(self, password: str, lane: Lane) -> str:
        """The encoded hash to keep. Raises Refusal (429) when too many wait."""
        return await self._in_turn(lane, lambda: self._hasher.hash(_normal(password)))

    async def is_right(self, password: str, encoded: str | None, lane: Lane) -> bool:
        """Whether it is the password; for nobody's (None) the same work is done. Raises Refusal (429)."""
        return await self._in_turn(lane, lambda: self._check(password, encoded or self._nobodys))

    def is_outdated(self, encoded: str) -> bool:
        """Whether the hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(encoded)

    def _check(self, password: str, encoded: str) -> bool:
        try:
            return self._hasher.verify(encoded, _normal(password))
        except (VerificationError, InvalidHashError):
            return False

    async def _in_turn(self, lane: Lane, work: Callable[[], _T]) -> _T:
        if self._busy:
            await self._wait(self._lanes[lane])
        self._busy = True
        running = asyncio.ensure_future(asyncio.to_thread(work))
        running.add_done_callback(lambda _: self._next())
        return await asyncio.shield(running)  # a caller that goes away does not make room for a second one

    async def _wait(self, waiting: deque[asyncio.Future[None]]) -> None:
        if len(waiting) >= MAX_WAITING:
            raise Refusal("too_busy", "正在登录的人太多，请稍后再试", "too many are signing in: try again", status=429)
        turn = asyncio.get_running_loop().create_future()
        waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():
                self._next()
            elif turn in waiting:
                waiting.remove(turn)
            raise

    def _next(self) -> None:
        for waiting in self._lanes.values():
            while waiting:
                turn = waiting.popleft()
                if not turn.done():
                    turn.set_result(None)
                    return
        self._busy = False


def _hash_of_nothing(parameters: Parameters) -> str:
    """A hash of the right form that no password has, so that checking it costs what checking a real one does."""

    def coded(length: int) -> str:
        return base64.b64encode(secrets.token_bytes(length)).decode().rstrip("=")

    cost = f"m={parameters.memory_cost},t={parameters.time_cost},p={parameters.parallelism}"
    return f"$argon2id$v={parameters.version}${cost}${coded(parameters.salt_len)}${coded(parameters.hash_len)}"
