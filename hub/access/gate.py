"""The gate before every door of the console's server: who is it, and does the role have the right that the door needs.

Where the right holds is asked behind the door (``Entrant.require``), where the subject is known.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Protocol

import structlog
from fastapi import Depends
from starlette.requests import HTTPConnection

from hub.access.doors import HTTP, PUBLIC, WEBSOCKETS, Door
from hub.access.entrant import Entrant
from hub.access.people import COMMUNITY
from hub.access.permissions import Right
from hub.access.refusals import sign_in_needed
from hub.errors import Refusal
from hub.listening.addresses import address_of, is_this_machine

_log = structlog.get_logger()
SESSION_COOKIE = "qianshao_session"
_BEARER = "Bearer "


class Doorkeeper(Protocol):
    """Who knows the people (the access room)."""

    def entrant_of_session(self, token: str) -> Entrant | None: ...

    def entrant_of_local(self, bearer: str) -> Entrant | None: ...

    def may_scrape(self, bearer: str) -> bool: ...


class Gate:
    """A dependency of every route; puts the entrant where ``Entering`` finds it. Raises Refusal."""

    def __init__(
        self,
        access: Doorkeeper,
        http: Mapping[tuple[str, str], Door] = HTTP,
        websockets: Mapping[str, Door] = WEBSOCKETS,
    ) -> None:
        self._access = access
        self._http = http
        self._websockets = websockets

    async def __call__(self, connection: HTTPConnection) -> None:
        door = self._door(connection)
        if door is PUBLIC:
            return
        if door is Right.READ_METRICS and self._access.may_scrape(_bearer_of(connection)):
            return
        entrant = self._entrant(connection)
        if entrant is None:
            raise sign_in_needed()
        entrant.require(door, ())
        connection.scope["entrant"] = entrant

    def _door(self, connection: HTTPConnection) -> Door:
        scope = connection.scope
        path = scope["route"].path
        door = self._websockets.get(path) if scope["type"] == "websocket" else self._http.get((scope["method"], path))
        if door is None:
            _log.error("gate.no_door", method=scope.get("method", "websocket"), path=path)
            raise Refusal("no_door", "这个入口没有登记权限，已关闭", "no right is laid down for this door", status=500)
        return door

    def _entrant(self, connection: HTTPConnection) -> Entrant | None:
        bearer = _bearer_of(connection)
        if bearer:
            near = is_this_machine(address_of(connection.scope))
            return self._access.entrant_of_local(bearer) if near else None
        token = connection.cookies.get(SESSION_COOKIE)
        return self._access.entrant_of_session(token) if token else None


def _bearer_of(connection: HTTPConnection) -> str:
    header = connection.headers.get("authorization", "")
    return header.removeprefix(_BEARER) if header.startswith(_BEARER) else ""


async def _entrant_here(connection: HTTPConnection) -> Entrant:
    entrant: Entrant = connection.scope["entrant"]
    return entrant


Entering = Annotated[Entrant, Depends(_entrant_here)]
"""A route's parameter: who came in."""


async def _entrant_of_all(entrant: Entering) -> Entrant:
    entrant.require_within((COMMUNITY,))
    return entrant


EnteringForAll = Annotated[Entrant, Depends(_entrant_of_all)]
"""A route's parameter: who came in, where the subject is the whole community's; whoever has less is refused."""
