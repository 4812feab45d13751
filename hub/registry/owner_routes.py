"""The owners' HTTP face: whose cameras the room's are, and what they agreed to."""

from __future__ import annotations

import msgspec
from fastapi import APIRouter, Request, Response

from hub.access import audit
from hub.access.gate import Entering, EnteringForAll
from hub.console.http import LIST_BYTES, answer, read
from hub.console.view import view_of
from hub.registry.owners import OwnerList
from hub.registry.records import Owner
from hub.registry.service import Registry


class OwnersPut(msgspec.Struct, frozen=True, kw_only=True):
    """Detail of an audit record on the owners: who they are now, and what was agreed."""

    owners: tuple[Owner, ...]


def routes(registry: Registry) -> APIRouter:
    """Read all owners, and set them anew."""
    router = APIRouter(prefix="/api/owners")

    @router.get("")
    async def find(entrant: Entering) -> Response:
        view = view_of(entrant, registry)
        if view.in_room:
            return answer(registry.owners)
        own = {one.owner_id for one in registry.cameras.values() if view.has_venue(one.venue_id)}
        shown = (one for one in registry.owners.owners if one.owner_id in own)
        return answer(
            OwnerList(
                version=registry.owners.version,
                owners=tuple(msgspec.structs.replace(one, contact="") for one in shown),
            )
        )

    @router.put("")
    async def put(request: Request, entrant: EnteringForAll) -> Response:
        wanted = await read(request, OwnerList, LIST_BYTES)
        detail = OwnersPut(owners=wanted.owners)
        noting = audit.noting(entrant.person.person_id, audit.Action.PUT_OWNERS, detail)
        return answer(await registry.put_owners(wanted, noting))

    return router
