"""What the path is made of: one hit, as the path needs it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from devices.protocol.sightings import Sighting
from hub.sightings.messages import Hit, Verdict
from hub.vision.description.naming import AUTO, STRIPES_NAME
from hub.vision.description.projecting import Projections


@dataclass(frozen=True)
class Glimpse:
    """One hit. ``look``: the log likelihood ratio of its looks, the sought person against somebody else.

    Times are seconds since 1970. ``verdict`` is the officer's, None: not said yet. ``descriptor`` may be empty.
    """

    sighting_id: str
    camera_id: str
    started_s: float
    ended_s: float
    look: float
    verdict: Verdict | None = None
    describer: str = ""
    descriptor: bytes = b""
    height_m: float | None = None
    height_error_m: float | None = None

    @property
    def middle_s(self) -> float:
        return (self.started_s + self.ended_s) / 2


def glimpse_of(hit: Hit, look: float, sighting: Sighting, verdict: Verdict | None, describer: str) -> Glimpse:
    """A hit with the descriptor of its ``sighting``, by ``describer`` where that can be made.

    What likeness is worth was learned with one describer (weighing.py): a path compares by that one, whatever was
    learned on site since.
    """
    (weighed,) = _shipped().described([sighting], describer)
    return Glimpse(
        sighting_id=hit.sighting.sighting_id,
        camera_id=hit.sighting.camera_id,
        started_s=hit.sighting.started_at_ms / 1000,
        ended_s=hit.sighting.ended_at_ms / 1000,
        look=look,
        verdict=verdict,
        describer=weighed.describer,
        descriptor=weighed.descriptor,
        height_m=sighting.height_m,
        height_error_m=sighting.height_error_m,
    )


@cache
def _shipped() -> Projections:
    projections = Projections()
    projections.take_on({STRIPES_NAME: AUTO})
    return projections
