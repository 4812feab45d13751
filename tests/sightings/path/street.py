"""A street drawn on squared paper with cameras along it, and glimpses of somebody who walks there."""

from __future__ import annotations

from typing import Any

import numpy as np

from hub.sightings.path.finding import Path, find
from hub.sightings.path.glimpses import Glimpse
from hub.sightings.path.ground import Blind, CameraGround, Post
from hub.sightings.path.joining import Crowd
from hub.sightings.path.pace import CHILD
from hub.sightings.path.weighing import Curve, Weighing
from hub.streets.network import StreetNetwork

BEGAN_S = 1_767_254_400.0
NETWORK = StreetNetwork([np.array([(0.0, 0.0), (1000.0, 0.0)]), np.array([(500.0, 0.0), (500.0, 300.0)])])
QUIET = Crowd(sightings=200, cameras=10, span_s=3600.0)
ALWAYS: Blind = ((-np.inf, np.inf),)
NOTHING = Curve((0.0, 1.0), (0.0, 0.0))
WEIGHING = Weighing(
    child={},
    adult={},
    describer="test-1",
    same_looks=Curve((0.0, 0.8, 1.0), (-3.0, 0.0, 3.0)),
    same_height=Curve((-3.0, -1.0, 0.0), (-3.0, 0.0, 1.0)),
    seen=0.95,
)


def street(every_m: float = 100.0, count: int = 11, **blind: Blind) -> CameraGround:
    """Cameras C0, C1 … along the street, seeing 5 m around."""
    return CameraGround(NETWORK, [Post(f"C{n}", n * every_m, 0.0, 5.0, blind.get(f"C{n}", ())) for n in range(count)])


def glimpse(sighting_id: str, camera: int, at_s: float, **said: Any) -> Glimpse:
    """Somebody who fits, for 6 s around ``at_s``, counted from BEGAN_S."""
    fields: dict[str, Any] = {"look": 5.0, "started_s": BEGAN_S + at_s - 3, "ended_s": BEGAN_S + at_s + 3}
    return Glimpse(sighting_id=sighting_id, camera_id=f"C{camera}", **(fields | said))


def walked(ground: CameraGround, *glimpses: Glimpse, most: int = 3) -> tuple[Path, ...]:
    """The paths of a child."""
    return find(glimpses, ground, QUIET, CHILD, WEIGHING, most)


def ids(path: Path) -> list[str]:
    return [step.glimpse.sighting_id for step in path.steps]
