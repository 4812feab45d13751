"""Invitations: one-time codes with which people set their password and second factor. Only the SHA-256 is kept."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from devices.protocol.clock import Clock
from hub.access import second_factor
from hub.storage.identifiers import new_id

GOOD_FOR_S = 72 * 3600
_CODE_CHARACTERS = 26
"""30 ** 26 possibilities, 127 bits: nobody guesses one, so tries are not counted."""


@dataclass(frozen=True)
class Invited:
    """One invitation that is out."""

    person_id: str
    code_hash: bytes = field(repr=False)
    totp_secret: str = field(repr=False)
    expires_at_us: int


def new_invitation(person_id: str, now_us: int) -> tuple[Invited, str]:
    """An invitation and its code."""
    code = new_id("", _CODE_CHARACTERS)
    until_us = now_us + GOOD_FOR_S * 1_000_000
    return Invited(person_id, hash_of(code), second_factor.new_secret(), until_us), code


def hash_of(code: str) -> bytes:
    """What is kept of a code, however it was typed."""
    return hashlib.sha256(code.replace("-", "").replace(" ", "").upper().encode()).digest()


class Invitations:
    """The invitations that are out, at most one for each person."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._of_person: dict[str, Invited] = {}
        self._by_code: dict[bytes, Invited] = {}

    def put(self, invited: Invited) -> None:
        """Hold an invitation; the person's former one is void."""
        self.take(invited.person_id)
        self._of_person[invited.person_id] = invited
        self._by_code[invited.code_hash] = invited

    def take(self, person_id: str) -> Invited | None:
        """Take a person's invitation out."""
        invited = self._of_person.pop(person_id, None)
        if invited is not None:
            del self._by_code[invited.code_hash]
        return invited

    def find(self, code: str) -> Invited | None:
        """The invitation of a code that is still good."""
        invited = self._by_code.get(hash_of(code))
        return invited if invited is not None and self._is_good(invited) else None

    def of(self, person_id: str) -> Invited | None:
        """The invitation of a person that is still good."""
        invited = self._of_person.get(person_id)
        return invited if invited is not None and self._is_good(invited) else None

    def _is_good(self, invited: Invited) -> bool:
        return self._clock.wall_us() < invited.expires_at_us
