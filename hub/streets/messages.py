"""What is asked of the streets, and what they answer."""

from __future__ import annotations

from typing import Annotated

import msgspec

from hub.registry.records import Latitude, Longitude


class NearQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which venues are nearest to this place?"""

    latitude: Latitude
    longitude: Longitude
    limit: Annotated[int, msgspec.Meta(ge=1, le=50)] = 8


class NearVenue(msgspec.Struct, frozen=True, kw_only=True):
    """A venue as somebody on foot comes from it, at WALKING_M_S (hub/streets/service.py)."""

    venue_id: str
    walk_m: float
    walk_s: float
    is_open: bool
