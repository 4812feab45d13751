"""Everybody's PIN: set seldom and after everybody who signs in, checked at radios."""

from __future__ import annotations

import math

import sqlalchemy as sa

from devices.protocol.clock import Clock
from hub.access import audit
from hub.access.passwords import Lane, Passwords
from hub.access.people import Person
from hub.access.refusals import unknown_person
from hub.errors import Refusal
from hub.listening.buckets import Buckets, Rate
from hub.shifts.holding import FindPerson
from hub.shifts.messages import PinSet
from hub.shifts.tables import pins
from hub.storage.database import Database
from hub.storage.writer import Change

SETTINGS = Rate(per_s=5 / 3600, burst=5)
"""How often somebody may set the PIN of one person: each takes 64 MiB and leaves an audit record."""
_RUN = "01234567890"


class Pins:
    """The PINs' hashes, in memory and in the database."""

    def __init__(self, database: Database, passwords: Passwords, clock: Clock, find_person: FindPerson) -> None:
        self._database = database
        self._passwords = passwords
        self._find = find_person
        self._settings = Buckets(SETTINGS, clock)
        self._hashes: dict[str, str] = {}
        self._being_set: set[str] = set()

    def open(self) -> None:
        """Load them; before the hub serves anyone."""
        rows = self._database.read_now(lambda connection: connection.execute(sa.select(pins)).all())
        self._hashes = {row.person_id: row.pin_hash for row in rows}

    def is_account(self, name: str) -> bool:
        """Whether there is such an account, or was when its PIN was set; anything else that was typed may be a PIN."""
        return name in self._hashes or self._find(name) is not None

    async def whose(self, person_id: str, pin: str) -> Person | None:
        """The person of this account, if it is their PIN; nobody's takes as long. Raises Refusal (429) when too many
        wait."""
        person = self._find(person_id)
        encoded = self._hashes.get(person.person_id) if person else None
        return person if await self._passwords.is_right(pin, encoded, Lane.RADIO) else None

    async def set(self, person_id: str, pin: str, by: str) -> None:
        """Give a person this PIN. Raises Refusal for nobody, digits that everyone tries first, and too often (429)."""
        if self._find(person_id) is None:
            raise unknown_person(person_id)
        if len(set(pin)) == 1 or pin in _RUN or pin in _RUN[::-1]:
            raise Refusal("trivial_pin", "PIN 不能是重复或连续的数字", "not repeated or successive digits", field="pin")
        if person_id in self._being_set:
            raise Refusal("pin_being_set", "PIN 正在更改，请稍候", "the PIN is being set: wait", status=429)
        wait_s = self._settings.take((by, person_id))
        if wait_s:
            minutes = math.ceil(wait_s / 60)
            raise Refusal(
                "too_many_pins",
                f"PIN 更改过于频繁，请 {minutes} 分钟后再试",
                f"too many PINs were set: try again in {minutes} min",
                status=429,
            )
        self._being_set.add(person_id)
        try:
            await self._put(person_id, await self._passwords.hash(pin, Lane.PIN), by)
        finally:
            self._being_set.discard(person_id)

    async def _put(self, person_id: str, encoded: str, by: str) -> None:
        def change(open_change: Change) -> None:
            open_change.connection.execute(sa.delete(pins).where(pins.c.person_id == person_id))
            open_change.connection.execute(sa.insert(pins).values(person_id=person_id, pin_hash=encoded))
            audit.record(open_change, by, audit.Action.SET_PIN, detail=PinSet(person_id=person_id))

        await self._database.write(change)
        self._hashes[person_id] = encoded
