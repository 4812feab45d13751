"""What an administrator clicks in a camera's picture, and what comes of it."""

from __future__ import annotations

from typing import Annotated

import msgspec

from devices.protocol.sightings import Calibration
from hub.registry.records import Latitude, Longitude

Pixel = Annotated[float, msgspec.Meta(ge=-20_000, le=20_000)]
Side = Annotated[int, msgspec.Meta(ge=64, le=8192)]
MOST_CLICKS = 12


class GroundPoint(msgspec.Struct, frozen=True, kw_only=True):
    """A point of the ground: where it is in the picture, and on the map."""

    x_px: Pixel
    y_px: Pixel
    latitude: Latitude
    longitude: Longitude


class StandingPerson(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who stands upright on the ground, of a height that is known, or the usual one."""

    foot_x_px: Pixel
    foot_y_px: Pixel
    head_x_px: Pixel
    head_y_px: Pixel
    height_m: Annotated[float, msgspec.Meta(ge=0.5, le=2.3)] = 1.65


class Clicks(msgspec.Struct, frozen=True, kw_only=True):
    """The clicks in a picture of this size: points of the ground, or people, whichever there are more of."""

    width_px: Side
    height_px: Side
    ground: Annotated[tuple[GroundPoint, ...], msgspec.Meta(max_length=MOST_CLICKS)] = ()
    people: Annotated[tuple[StandingPerson, ...], msgspec.Meta(max_length=MOST_CLICKS)] = ()


class Stick(msgspec.Struct, frozen=True, kw_only=True):
    """A post on the ground in the picture, pixels: its foot, and where 1.1 m and 1.7 m of it end."""

    ahead_m: float
    foot: tuple[float, float]
    child: tuple[float, float]
    adult: tuple[float, float]


class Calibrated(msgspec.Struct, frozen=True, kw_only=True):
    """A calibration, and what to judge it by.

    ``rms_px``: how far the clicks lie beside it; ``child_error_m``: what that is worth in a child's height;
    ``sticks``: the height grid in the picture; ``footprint``: latitude and longitude around the ground that is in view.
    """

    calibration: Calibration
    rms_px: float
    child_error_m: float
    sticks: tuple[Stick, ...]
    footprint: tuple[tuple[float, float], ...]
