"""The whole community from its parameters: plan, placement, people; and the truth about them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulators.community.appearances import appearances, boxes_in_picture, visibilities
from simulators.community.arrays import Floats
from simulators.community.ground import Point, place_of
from simulators.community.parameters import FRAME_RATE_HZ, SCENE_STARTS_AT, Parameters
from simulators.community.people import Person, gather
from simulators.community.placement import Placement, SceneCamera, place_all
from simulators.community.town import Town, plan_town
from simulators.community.truth import BoxRun, CameraTruth, PersonTruth, SceneTruth, WalkTruth

_WALK_STEP_S = 0.5


@dataclass(frozen=True)
class Scene:
    parameters: Parameters
    town: Town
    placement: Placement
    people: list[Person]

    @property
    def times_s(self) -> Floats:
        """Scenario time of each frame."""
        return np.arange(self.parameters.frames) / FRAME_RATE_HZ


def make_scene(parameters: Parameters) -> Scene:
    """The same scene for the same parameters."""
    rng = np.random.default_rng(parameters.seed)
    town = plan_town(rng)
    placement = place_all(town, parameters, rng)
    if parameters.day:
        rng = np.random.default_rng((parameters.seed, parameters.day))
    return Scene(parameters, town, placement, gather(town, placement, parameters, rng))


def truth_of(scene: Scene) -> SceneTruth:
    """Everything that a search may be scored against."""
    return SceneTruth(
        fingerprint=scene.parameters.fingerprint(),
        frame_rate_hz=FRAME_RATE_HZ,
        frames=scene.parameters.frames,
        starts_at=SCENE_STARTS_AT,
        missing_child_id=scene.people[0].person_id,
        people=[
            PersonTruth(
                person_id=person.person_id,
                kind=person.kind.value,
                height_m=round(person.figure.height_m, 2),
                upper=person.upper,
                lower=person.lower,
                speed_m_s=round(person.speed_m_s, 2),
            )
            for person in scene.people
        ],
        walks=[_walk(person, scene.parameters) for person in scene.people],
        cameras=[_camera_truth(camera, scene) for camera in scene.placement.cameras],
    )


def _walk(person: Person, parameters: Parameters) -> WalkTruth:
    where, _ = person.stand(np.arange(0, parameters.seconds + 1e-9, _WALK_STEP_S))
    places = [place_of(Point(float(east), float(north))) for east, north in where]
    return WalkTruth(person.person_id, _WALK_STEP_S, [(place.latitude, place.longitude) for place in places])


def _camera_truth(camera: SceneCamera, scene: Scene) -> CameraTruth:
    width, height = camera.viewpoint.width_px, camera.viewpoint.height_px
    found = appearances(camera, scene.people, scene.times_s)
    shares = visibilities(found, width, height, scene.parameters.frames)
    runs = []
    for one, share in zip(found, shares, strict=True):
        boxes = boxes_in_picture(one.outlines, width, height).round().astype(int)
        rows = [
            (int(left), int(top), int(right - left), int(bottom - top), round(100 * float(visible)))
            for (left, top, right, bottom), visible in zip(boxes, share, strict=True)
        ]
        runs.append(BoxRun(one.person.person_id, int(one.frames[0]), rows))
    return CameraTruth(camera.camera_id, camera.venue_id, width, height, runs)
