"""A simulated community as the product saw it: its films through vision into a store, and whose each sighting is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from devices.protocol.clock import ManualClock
from devices.protocol.sightings import Sighting
from hub.registry.importing import read_community
from hub.registry.records import Camera
from hub.sightings.messages import CameraPlace
from hub.sightings.path.cameras import ALWAYS, posts
from hub.sightings.path.ground import CameraGround
from hub.sightings.service import SightingService
from hub.streets.network import Ground, read_streets
from hub.vision.description.describer import Describer
from hub.vision.detection.detections import Detector
from hub.vision.evaluation.people import film_sightings, who
from simulators.community.truth import Truth, load

STARTED_S = 1_767_254_400.0
"""1 January 2026, 16:00 in China: when the scenes begin, as their sightings are dated."""


@dataclass(frozen=True)
class Seen:
    """A sighting, dated from STARTED_S, and whose it is; None: nobody's."""

    sighting: Sighting
    person_id: str | None


@dataclass(frozen=True)
class Scene:
    """One community: its truth, its cameras and streets, and a store with what vision saw."""

    truth: Truth
    cameras: tuple[Camera, ...]
    on_streets: CameraGround
    service: SightingService
    seen: dict[str, Seen]

    def places(self, off_line: frozenset[str] = frozenset()) -> tuple[CameraPlace, ...]:
        """The cameras that are searched: those on line."""
        on_line = (camera for camera in self.cameras if camera.camera_id not in off_line)
        return tuple(CameraPlace(camera.camera_id, camera.venue_id) for camera in on_line)

    def camera_ground(self, off_line: frozenset[str] = frozenset()) -> CameraGround:
        """All cameras on the streets; those off line see nothing."""
        return self.on_streets.with_blind(dict.fromkeys(off_line, ALWAYS))

    def of(self, person_id: str, off_line: frozenset[str] = frozenset()) -> list[Sighting]:
        """A person's sightings on cameras on line."""
        theirs = (one.sighting for one in self.seen.values() if one.person_id == person_id)
        return [sighting for sighting in theirs if sighting.camera_id not in off_line]


def watch_films(folder: Path, detector: Detector, describer: Describer) -> Iterator[Seen]:
    """Every film of a community as the product sees it. Raises TruthError, SourceError, OSError, Refusal."""
    truth = load(folder)
    for camera in read_community((folder / "community.json").read_bytes()).cameras:
        for sighting in film_sightings(folder, camera.camera_id, camera.calibration, detector, describer):
            yield Seen(dated(sighting), who(truth, sighting))


def dated(sighting: Sighting) -> Sighting:
    """A sighting of a film that began at 0, as one of a film that began at STARTED_S."""
    moved_us = round(STARTED_S * 1e6)
    return msgspec.structs.replace(
        sighting, started_at_us=sighting.started_at_us + moved_us, ended_at_us=sighting.ended_at_us + moved_us
    )


def open_scene(folder: Path, store: Path, seen: Iterable[Seen]) -> Scene:
    """A community with its sightings put into a new store in ``store``. Raises TruthError, OSError, Refusal."""
    found = read_community((folder / "community.json").read_bytes())
    ground = Ground(found.community.latitude, found.community.longitude)
    network = read_streets((folder / "map.geojson").read_bytes(), ground)
    service = SightingService(store, ManualClock(wall_us=round((STARTED_S + 3600) * 1e6)))
    service.open()
    kept = {one.sighting.sighting_id: one for one in seen}
    for one in kept.values():
        service.add(one.sighting)
    on_streets = CameraGround(network, posts(found.cameras, {}, ground))
    return Scene(load(folder), found.cameras, on_streets, service, kept)
