"""An access room over a real database with a clock moved by hand, Argon2 at its cheapest, and people who signed in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pyotp
import pytest
import sqlalchemy as sa

from devices.protocol.clock import ManualClock
from hub.access.audit import Action
from hub.access.messages import AcceptInvitation, NewPerson, SignedIn, SignIn
from hub.access.passwords import Passwords
from hub.access.people import COMMUNITY, LOCAL, Place, PlaceKind, Role
from hub.access.service import Access
from hub.access.tables import audit_records
from hub.errors import Refusal
from hub.storage.database import Database
from hub.tasks import end_tasks
from tests.hub import CHEAP, open_database

HERE, BEYOND, STRANGE = "127.0.0.1", "192.0.2.7", "198.51.100.9"
PASSWORD = "三岔路口 correct horse"
GRID_OF = {"V01": "G1", "V02": "G1", "V03": "G2"}
V01 = Place(kind=PlaceKind.VENUE, place_id="V01")
G1 = Place(kind=PlaceKind.GRID, place_id="G1")


class PeopleRoom:
    """The room, and what a test does in it."""

    def __init__(self, access: Access, database: Database, clock: ManualClock) -> None:
        self.access = access
        self.database = database
        self.clock = clock
        self.ended: list[str] = []
        self.secrets: dict[str, str] = {}
        access.when_ended(self.ended.append)

    def digits(self, person_id: str) -> str:
        """What the person's authenticator shows now."""
        return pyotp.TOTP(self.secrets[person_id]).at(self.clock.wall_us() // 1_000_000)

    async def enrol(
        self,
        person_id: str,
        role: Role = Role.DISPATCHER,
        *places: Place,
        password: str = PASSWORD,
        second_factor: bool = True,
    ) -> SignedIn:
        """Write somebody down, invite them and accept for them. Afterwards the next digits are fresh."""
        new = NewPerson(person_id=person_id, name=f"{person_id}姓名", role=role, places=places or (COMMUNITY,))
        await self.access.put_person(new, LOCAL)
        return await self.join(person_id, password, second_factor=second_factor)

    async def join(self, person_id: str, password: str = PASSWORD, *, second_factor: bool = True) -> SignedIn:
        """Invite somebody and accept for them."""
        invitation = await self.access.invite(person_id, LOCAL)
        view = await self.access.look_at_invitation(invitation.code, address=BEYOND)
        self.secrets[person_id] = str(pyotp.parse_uri(view.totp_uri).secret)
        digits = self.digits(person_id) if second_factor else None
        given = AcceptInvitation(code=invitation.code, password=password, code_of_second_factor=digits)
        signed_in = await self.access.accept(given, address=BEYOND if second_factor else HERE)
        self.clock.advance(31)
        return signed_in

    async def sign_in(
        self,
        person_id: str,
        password: str = PASSWORD,
        code: str | None = None,
        address: str = BEYOND,
        known: str | None = None,
    ) -> SignedIn:
        return await self.access.sign_in(
            SignIn(person_id=person_id, password=password, code=code), address=address, known=known
        )

    async def come_in(self, person_id: str, address: str = BEYOND, known: str | None = None) -> SignedIn:
        """Sign in with everything right."""
        return await self.sign_in(person_id, code=self.digits(person_id), address=address, known=known)

    def is_in(self, token: str) -> bool:
        return self.access.entrant_of_session(token) is not None

    async def audited(self, action: Action) -> list[dict[str, Any]]:
        """The details of the records of one action, each with the person who did it."""
        await self.access.settle()
        query = sa.select(audit_records).where(audit_records.c.action == action.value).order_by(audit_records.c.number)
        rows = await self.database.read(lambda connection: connection.execute(query).all())
        return [{"by": row.person_id, **msgspec.json.decode(row.detail)} for row in rows]


@asynccontextmanager
async def open_room(folder: Path, clock: ManualClock | None = None) -> AsyncIterator[PeopleRoom]:
    """An access room at work."""
    clock = clock or ManualClock()
    async with open_database(folder, clock) as database:
        access = Access(
            database, clock, folder / "access", GRID_OF.get, community_name=lambda: "栖凤社区", hashing=Passwords(CHEAP)
        )
        access.open()
        running = asyncio.create_task(access.run())
        try:
            yield PeopleRoom(access, database, clock)
        finally:
            await end_tasks(running)
            await access.settle()


def refused(code: str, status: int | None = None) -> Any:
    """The block is refused with this code."""
    return _Refused(code, status)


class _Refused:
    def __init__(self, code: str, status: int | None) -> None:
        self._code, self._status = code, status
        self._raises = pytest.raises(Refusal)

    def __enter__(self) -> None:
        self._caught = self._raises.__enter__()

    def __exit__(self, *error: Any) -> bool:
        swallowed = bool(self._raises.__exit__(*error))
        if swallowed:
            assert self._caught.value.code == self._code
            assert self._status in (None, self._caught.value.status)
        return swallowed
