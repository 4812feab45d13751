"""A camera that is dark, blurred, covered or turned is told; night, lights and people are not taken for that."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from devices.protocol.sightings import PICTURE_TOLD_AFTER_S, PictureCondition
from hub.vision.picture_condition import NEW_VIEW_AFTER_S, PictureWatch
from simulators.community.film import render_film
from simulators.community.parameters import Parameters
from simulators.community.scene import make_scene
from tests.vision.shared_footage import FOOTAGE, needs_footage

Grey = NDArray[np.uint8]
Change = Callable[[Grey], Grey]
CHANGED_AT = 20
WIDE = (1280, 720)


@cache
def walks() -> tuple[Grey, ...]:
    """A yard with things in it, a picture a second, through which somebody walks."""
    random = np.random.default_rng(4)
    yard = np.full((360, 640), 120, np.uint8)
    for _ in range(60):
        x, y = int(random.integers(0, 620)), int(random.integers(0, 340))
        width, height = (int(size) for size in random.integers(10, 90, 2))
        cv2.rectangle(yard, (x, y), (x + width, y + height), int(random.integers(30, 230)), -1)
    pictures = []
    for second in range(60):
        picture = yard.copy()
        cv2.ellipse(picture, (second * 25 % 640, 250), (28, 90), 0, 0, 360, 40, -1)
        grain = random.normal(0, 2, picture.shape)
        pictures.append(np.clip(cv2.GaussianBlur(picture, (3, 3), 0) + grain, 0, 255).astype(np.uint8))
    return tuple(pictures)


def small(grey: Grey) -> Grey:
    size = (round(grey.shape[1] * 120 / grey.shape[0]), 120)
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)


def told(
    pictures: Iterator[Grey] | tuple[Grey, ...], reference: Grey | None = None, every_s: int = 1
) -> list[tuple[int, str]]:
    """After how many pictures the picture was said to be how."""
    watch, said = PictureWatch(reference), [(0, PictureCondition.CLEAR)]
    for second, picture in enumerate(pictures):
        condition = watch.observe(picture, small(picture), float(second * every_s))
        if condition is not said[-1][1]:
            said.append((second, condition))
    return said[1:]


def from_then_on(change: Change, pictures: tuple[Grey, ...]) -> Iterator[Grey]:
    for second, picture in enumerate(pictures):
        yield change(picture) if second >= CHANGED_AT else picture


def darkened(picture: Grey) -> Grey:
    return np.asarray(16 + (picture.astype(np.float32) - 16).clip(0) * 0.1, np.uint8)


def blurred(picture: Grey) -> Grey:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), picture.shape[0] / 90), np.uint8)


def covered(picture: Grey) -> Grey:
    hand = picture.copy()
    hand[:, : int(picture.shape[1] * 0.8)] = 118
    return hand


def turned(picture: Grey, share: float = 0.1) -> Grey:
    height, width = picture.shape
    way = np.array([[1, 0, width * share], [0, 1, 0]], np.float32)
    return np.asarray(cv2.warpAffine(picture, way, (width, height), borderMode=cv2.BORDER_REFLECT), np.uint8)


def night(picture: Grey) -> Grey:
    """A third of the light, and a sensor that works hard."""
    grain = np.random.default_rng(int(picture[0, 0])).normal(0, 3, picture.shape)
    return np.clip(16 + (picture.astype(np.float32) - 16) * 0.3 + grain, 0, 255).astype(np.uint8)


CHANGES = [(darkened, "dark"), (blurred, "blurred"), (covered, "covered"), (turned, "moved")]


@pytest.mark.parametrize(("change", "condition"), CHANGES)
def test_what_spoils_the_picture_is_told_once_it_lasts(change: Change, condition: str) -> None:
    ((at, said),) = told(from_then_on(change, walks()))
    assert said == condition
    assert PICTURE_TOLD_AFTER_S <= at - CHANGED_AT <= PICTURE_TOLD_AFTER_S + 6


@pytest.mark.parametrize(("change", "condition"), CHANGES)
def test_it_is_clear_again_when_that_ends(change: Change, condition: str) -> None:
    pictures = [*from_then_on(change, walks()), *walks()[:20]]
    said = told(iter(pictures))
    assert [each for _, each in said] == [condition, "clear"]
    assert said[1][0] <= len(walks()) + 10


@pytest.mark.parametrize(("change", "condition"), CHANGES)
def test_what_passes_in_a_few_seconds_is_not_told(change: Change, condition: str) -> None:
    pictures = list(walks())
    pictures[CHANGED_AT : CHANGED_AT + 5] = [change(picture) for picture in pictures[CHANGED_AT : CHANGED_AT + 5]]
    assert told(iter(pictures)) == []


def test_night_and_passers_by_spoil_no_picture() -> None:
    assert told(walks()) == []
    assert told(from_then_on(night, walks())) == []
    assert told(from_then_on(night, walks()), walks()[0]) == []


@pytest.mark.parametrize("share", [0.03, 0.1, 0.5])
def test_camera_that_was_turned_while_nobody_looked_differs_from_its_calibrated_view(share: float) -> None:
    pictures = tuple(turned(picture, share) for picture in walks()[:30])
    reference = np.asarray(cv2.resize(walks()[0], WIDE), np.uint8)  # of the main stream, by day
    assert [said for _, said in told(pictures, reference)] == ["moved"]
    assert [said for _, said in told(tuple(map(night, pictures)), reference)] == ["moved"]


def test_camera_that_nobody_calibrated_has_a_new_view_after_a_while() -> None:
    elsewhere = [turned(picture, 0.5) for picture in walks()]
    pictures = (*walks(), *elsewhere)
    every_s = int(NEW_VIEW_AFTER_S / len(elsewhere)) + 2
    assert [said for _, said in told(pictures, None, every_s)] == ["moved", "clear"]
    assert [said for _, said in told(pictures, walks()[0], every_s)] == ["moved"], "a calibrated one has not"


def test_a_picture_without_anything_in_it_is_covered_and_never_moved() -> None:
    assert [said for _, said in told((np.full((360, 640), 130, np.uint8),) * 20, walks()[0])] == ["covered"]


def seconds_of(film: Path, most: int = 120) -> Iterator[Grey]:
    """A picture a second of a film; a short one to and fro."""
    with av.open(str(film)) as container:
        stream = container.streams.video[0]
        step = max(1, round(float(stream.average_rate or 25)))
        found = []
        for number, frame in enumerate(container.decode(stream)):
            if number % step == 0:
                found.append(frame.to_ndarray(format="gray"))
            if len(found) == most:
                break
    yield from found
    while len(found) < 20:
        found += found[::-1]
        yield from found


@pytest.mark.parametrize("name", ["intel/one-by-one-person-detection.mp4", "tud-campus/TUD-Campus.mp4"])
@needs_footage
def test_real_people_in_real_light_spoil_no_picture(name: str) -> None:
    assert told(seconds_of(FOOTAGE / name)) == []


@needs_footage
@pytest.mark.parametrize(("change", "condition"), CHANGES)
def test_real_footage_that_is_spoilt_is_told(change: Change, condition: str) -> None:
    pictures = tuple(seconds_of(FOOTAGE / "intel/one-by-one-person-detection.mp4", 40))
    assert [said for _, said in told(from_then_on(change, pictures), pictures[0])] == [condition]
    pictures = tuple(
        np.asarray(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE), np.uint8)
        for path in sorted((FOOTAGE / "pets09-s2l1" / "img1").glob("*.jpg"))[::7]
    )
    assert [said for _, said in told(from_then_on(change, pictures), pictures[0])] == [condition]


def test_film_of_the_community_spoils_no_picture(tmp_path: Path) -> None:
    scene, path = make_scene(Parameters(seconds=8, cameras=1, passers_by=12)), tmp_path / "C01.mp4"
    render_film(scene.placement.cameras[0], scene.people, scene.times_s, path, lambda frames: None)
    assert told(seconds_of(path)) == []


def test_looking_at_the_picture_costs_next_to_nothing() -> None:
    watch, pictures = PictureWatch(walks()[0]), walks()
    smaller = [small(picture) for picture in pictures]
    began_s = time.thread_time()
    for second, picture in enumerate(pictures):
        watch.observe(picture, smaller[second], float(second))
    assert (time.thread_time() - began_s) / len(pictures) < 0.010, "a picture a second: 1 % of a core on a busy machine"
