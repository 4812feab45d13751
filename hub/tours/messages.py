"""What a patrol tour is, and all of them with the number of their latest saving."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from hub.registry.records import Id

MOST_TOURS = 50
MOST_CAMERAS = 200
LEAST_S = 5
MOST_S = 600


class Tour(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Cameras in the order in which they are shown, ``layout`` at once, each step for ``seconds_each``."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=20)]
    camera_ids: Annotated[tuple[Id, ...], msgspec.Meta(min_length=1, max_length=MOST_CAMERAS)]
    seconds_each: Annotated[int, msgspec.Meta(ge=LEAST_S, le=MOST_S)]
    layout: Literal[1, 4, 9, 16]


class Tours(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All of them. ``version``: how often they were saved; who saves says which they changed."""

    version: Annotated[int, msgspec.Meta(ge=0)]
    tours: Annotated[tuple[Tour, ...], msgspec.Meta(max_length=MOST_TOURS)]


class ToursSet(msgspec.Struct, frozen=True, kw_only=True):
    """Detail of the audit record ``set_tours``: the names of all that there are now."""

    version: int
    names: tuple[str, ...]
