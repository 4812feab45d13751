"""How describing stands: which describer is in use, and how much of what is stored is still by another."""

from __future__ import annotations

import msgspec
from fastapi import APIRouter, Response

from hub.access.gate import Entering
from hub.console.http import answer
from hub.describing.redescribing import Redescribing


class DescribingNow(msgspec.Struct, frozen=True, kw_only=True):
    """``share_done``: of stored sightings, 0..1; ``sightings_left`` are being described anew, in the background.

    ``sightings_undescribable`` keep what they have. ``sightings_described``: anew, since the hub's start.
    """

    describer: str
    share_done: float
    sightings_left: int
    sightings_undescribable: int
    sightings_described: int


def routes(redescribing: Redescribing) -> APIRouter:
    """See how it stands."""
    router = APIRouter(prefix="/api/describing")

    @router.get("")
    async def stand(_entrant: Entering) -> Response:
        standing = redescribing.standing
        return answer(
            DescribingNow(
                describer=redescribing.describer,
                share_done=1.0 if standing is None else standing.share_done,
                sightings_left=max(redescribing.left, 0),
                sightings_undescribable=redescribing.undescribable,
                sightings_described=redescribing.described,
            )
        )

    return router
