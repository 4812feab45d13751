"""The demonstration's people: one throw-away account for each role, with a password made up at each start."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import msgspec

from hub.access.keys import LOCAL_TOKEN
from hub.access.messages import AcceptInvitation, HandedInvitation, NewPerson, PutPerson, SignIn
from hub.access.people import COMMUNITY, Place, PlaceKind, Role
from hub.registry.records import CommunityFile

PASSWORD_CHARACTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that are taken for one another."""
PASSWORD_LENGTH = 12
_NAMES = {
    Role.DISPATCHER: ("zhiban", "值班员小周"),
    Role.OFFICER: ("minjing", "民警老陈"),
    Role.CHIEF: ("suozhang", "刘所长"),
    Role.ADMINISTRATOR: ("guanli", "管理员小吴"),
    Role.AUDITOR: ("shenji", "审计员小郑"),
    Role.GRID_MEMBER: ("wangge", "网格员阿兰"),
    Role.GUARD: ("baoan", "保安老杨"),
}


@dataclass(frozen=True)
class DemoAccount:
    """Somebody who can sign in."""

    person_id: str
    name: str
    role: Role
    password: str = field(repr=False)


class LocalToken(httpx.Auth):
    """Signs requests as this machine's own commands do, with the token of the hub's latest start."""

    def __init__(self, data_dir: Path) -> None:
        self._file = data_dir / "access" / LOCAL_TOKEN

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = f"Bearer {self._file.read_text().strip()}"
        yield request


async def sign_in(browser: httpx.AsyncClient, account: DemoAccount) -> None:
    """Sign an account in; the browser keeps the session. Raises httpx.HTTPError."""
    given = SignIn(person_id=account.person_id, password=account.password)
    (await browser.post("/api/session", content=msgspec.json.encode(given))).raise_for_status()


def _places(role: Role, community: CommunityFile) -> tuple[Place, ...]:
    venue = community.venues[0]
    if role is Role.GUARD:
        return (Place(kind=PlaceKind.VENUE, place_id=venue.venue_id),)
    if role is Role.GRID_MEMBER:
        return (Place(kind=PlaceKind.GRID, place_id=venue.grid_id),)
    return (COMMUNITY,)


async def make_accounts(
    machine: httpx.AsyncClient, browser: Callable[[], httpx.AsyncClient], community: CommunityFile
) -> dict[Role, DemoAccount]:
    """Write the people down and give each a new password, by invitation as everywhere. Raises httpx.HTTPError.

    ``machine`` speaks as this machine's own commands do, ``browser`` opens a client of nobody's.
    """
    made = await asyncio.gather(*(make_account(machine, browser, role, _places(role, community)) for role in _NAMES))
    return {account.role: account for account in made}


async def make_account(
    machine: httpx.AsyncClient, browser: Callable[[], httpx.AsyncClient], role: Role, places: tuple[Place, ...]
) -> DemoAccount:
    """Write down one person of this role and give them a new password. Raises httpx.HTTPError."""
    person_id, name = _NAMES[role]
    password = "".join(secrets.choice(PASSWORD_CHARACTERS) for _ in range(PASSWORD_LENGTH))
    new = NewPerson(person_id=person_id, name=name, role=role, places=places)
    answer = await machine.post("/api/people", content=msgspec.json.encode(new))
    if answer.status_code == httpx.codes.CONFLICT:  # of an earlier start
        changed = PutPerson(name=name, role=role, places=places)
        answer = await machine.put(f"/api/people/{person_id}", content=msgspec.json.encode(changed))
    answer.raise_for_status()
    invited = (await machine.post(f"/api/people/{person_id}/invitation")).raise_for_status()
    code = msgspec.json.decode(invited.content, type=HandedInvitation).code
    accepted = AcceptInvitation(code=code, password=password)
    async with browser() as http:
        (await http.post("/api/invitation/accept", content=msgspec.json.encode(accepted))).raise_for_status()
    return DemoAccount(person_id, name, role, password)
