"""The scene of the story: a child in a red top and blue trousers among other people."""

from __future__ import annotations

import numpy as np

from simulators.community.people import PersonKind
from simulators.community.scene import Scene
from simulators.community.truth import Truth


def test_the_missing_child_passes_at_least_8_of_12_cameras(truth: Truth) -> None:
    assert len(truth.camera_ids) == 12
    assert 8 <= len(truth.cameras_passed(truth.missing_child_id)) < 12


def test_she_is_first_seen_within_10_seconds_and_last_seen_before_the_end(truth: Truth) -> None:
    passes = truth.passes(truth.missing_child_id)
    assert passes[0].from_s <= 10
    assert truth.duration_s - 20 < passes[-1].to_s < truth.duration_s - 5


def test_she_is_at_least_70_pixels_high_for_3_seconds_at_every_camera(truth: Truth) -> None:
    for camera_id in truth.cameras_passed(truth.missing_child_id):
        heights = [
            seen.box.height
            for frame in range(truth.scene.frames)
            for seen in truth.boxes_at(camera_id, frame / truth.scene.frame_rate_hz)
            if seen.person_id == truth.missing_child_id
        ]
        assert sum(height >= 70 for height in heights) >= 3 * truth.scene.frame_rate_hz, camera_id


def test_five_other_children_three_of_whom_share_one_colour_with_her(scene: Scene) -> None:
    her = scene.people[0]
    others = [person for person in scene.people if person.kind is PersonKind.CHILD]
    shared = [(person.upper == her.upper) + (person.lower == her.lower) for person in others]
    assert len(others) == 5
    assert sorted(shared) == [0, 0, 1, 1, 1]


def test_at_least_60_passers_by_some_in_her_colours(scene: Scene) -> None:
    adults = [person for person in scene.people if person.kind is PersonKind.ADULT]
    assert len(adults) >= 60
    assert any((person.upper, person.lower) == ("red", "blue") for person in adults)
    assert min(person.figure.height_m for person in adults) > 1.4


def test_nobody_walks_faster_than_people_walk(scene: Scene) -> None:
    times = np.arange(0, scene.parameters.seconds, 0.5)
    for person in scene.people:
        where, _ = person.stand(times)
        speeds = np.hypot(*np.diff(where, axis=0).T) / 0.5
        assert speeds.max() < 2.0, person.person_id


def test_every_camera_sees_people(truth: Truth) -> None:
    for camera in truth.scene.cameras:
        assert len({run.person_id for run in camera.runs}) >= 5, camera.camera_id
