"""What a camera's people tell of its exposure, and how clothes are named by it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from devices.protocol.clock import SystemClock
from devices.protocol.sightings import COLOURS, CameraAssignment, Sighting
from hub.footage.sources.frame import Frame, PlainPixels
from hub.vision.camera import AssignedCamera, Work
from hub.vision.description.camera_light import CameraLight
from hub.vision.description.clothing import Garment
from hub.vision.description.describer import Describer
from hub.vision.description.view import View
from hub.vision.detection.detections import Detections, Region
from hub.vision.pipeline import Pipeline
from hub.vision.scheduler import LookScheduler
from tests.vision.description.test_describer import person, strongest

USUAL = 46.0


def after(skin: list[float], every_s: float = 10.0) -> CameraLight:
    light = CameraLight()
    for number, lightness in enumerate(skin):
        light.learn(lightness, number * every_s)
    return light


def test_a_camera_that_saw_nobody_changes_nothing() -> None:
    assert CameraLight().lightness_gain == 1.0


def test_a_dark_camera_is_lightened_by_as_much_as_its_people_are_dark() -> None:
    gains = [after([USUAL * 0.85] * people).lightness_gain for people in (1, 8, 80)]
    assert gains == sorted(gains)
    assert gains[0] < 1.03
    assert gains[2] == pytest.approx(1 / 0.85, abs=0.02)


def test_light_and_dark_people_together_are_a_usual_camera() -> None:
    assert after([USUAL * 1.25, USUAL / 1.25] * 20).lightness_gain == pytest.approx(1.0, abs=0.01)


def test_one_person_in_glaring_light_is_not_believed_more_than_anybody() -> None:
    assert after([USUAL] * 10 + [100.0]).lightness_gain > 0.97


def test_no_camera_is_changed_by_more_than_a_third() -> None:
    assert 0.7 < after([95.0] * 500).lightness_gain < 1 < after([1.0] * 500).lightness_gain < 1.4


def test_the_morning_is_forgotten_by_the_evening() -> None:
    light = after([USUAL * 0.8] * 30)
    for number in range(30):
        light.learn(USUAL, 10 * 3600 + number)
    assert light.lightness_gain == pytest.approx(1.0, abs=0.01)


def test_a_stream_that_begins_anew_keeps_what_was_learned() -> None:
    light = after([USUAL * 0.8] * 30, every_s=100.0)
    before = light.lightness_gain
    light.learn(USUAL * 0.8, 0.0)
    assert light.lightness_gain >= before


@pytest.fixture(scope="module")
def describer() -> Describer:
    return Describer()


class Present:
    """A detector that finds the one person where ``person`` draws one."""

    def enough_height_px(self, size_px: tuple[int, int]) -> float:
        return math.inf

    def detect(self, picture: NDArray[np.uint8], regions: Sequence[Region] | None = None) -> Detections:
        return Detections(np.array([(38.0, 35.0, 54.0, 141.0)]), np.array([0.9]))


def passes_by(describer: Describer, shown: View) -> tuple[Sighting, Sighting]:
    """The first and the last word on a person whom a camera's vision sees for 2 s."""
    pipeline, said = Pipeline("C01", describer, looks_per_s=5), []
    for number in range(10):
        picture = shown.picture.copy()
        picture[:20, 5 * number : 5 * number + 20] = 20  # something moves, above the person
        at_us = number * 200_000
        if (look := pipeline.consider(Frame(at_us, at_us, PlainPixels(picture)))) is not None:
            said += pipeline.look(look, Present())
    first, last = said[0], pipeline.finish()[0]
    assert not first.ended and last.ended
    return first, last


def test_vision_learns_of_who_is_gone_and_names_nobody_by_his_own_skin(describer: Describer) -> None:
    camera = describer.for_another_camera()
    dark, shaded = person("white", "blue", (0.6, 0.6, 0.6)), person("grey", "blue", (1.15, 1.15, 1.15))
    first, last = passes_by(camera, dark)
    assert last.upper == first.upper
    assert passes_by(camera, dark)[0].upper != first.upper
    for _ in range(10):
        passes_by(camera, dark)
    white = COLOURS.index("white")
    untaught = passes_by(describer.for_another_camera(), shaded)[1].upper[white]
    assert passes_by(camera, shaded)[1].upper[white] > untaught + 0.02


def white_share(describer: Describer, shown: View) -> float:
    return describer.describe([shown]).upper[COLOURS.index("white")]


def test_a_shirt_is_lighter_after_a_dark_cameras_people_and_another_camera_knows_nothing_of_them(
    describer: Describer,
) -> None:
    shaded = person("grey", "blue", (1.15, 1.15, 1.15))
    camera, other = describer.for_another_camera(), describer.for_another_camera()
    before = white_share(camera, shaded)
    dark = person("red", "blue", (0.45, 0.45, 0.45))
    for number in range(30):
        camera.learn_light([dark], number)
    assert white_share(camera, shaded) > before + 0.02
    assert white_share(other, shaded) == before


def test_who_shows_no_skin_teaches_nothing(describer: Describer) -> None:
    camera = describer.for_another_camera()
    wall = View(np.full((140, 70, 3), 20, np.uint8), (0, 0, 70, 140), False, 0.5)
    shown = person("grey", "blue")
    before = camera.describe([shown])
    for number in range(20):
        camera.learn_light([wall], number)
    assert camera.describe([shown]) == before


def test_red_over_blue_stays_so_under_a_camera_of_any_exposure(describer: Describer) -> None:
    for strength in (0.5, 1.2):
        camera = describer.for_another_camera()
        taught = person("red", "blue", (strength, strength, strength))
        for number in range(30):
            camera.learn_light([taught], number)
        said = camera.describe([taught])
        assert (strongest(said.upper), strongest(said.lower)) == ("red", "blue")


def _filmed(shown: View, path: Path) -> Path:
    """A recording of 2 s in which something moves above the person."""
    height, width = shown.picture.shape[:2]
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=5, options={"preset": "ultrafast", "crf": "10", "bf": "0"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number in range(10):
            picture = shown.picture.copy()
            picture[:20, 5 * number : 5 * number + 20] = 20
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        container.mux(stream.encode(None))
    return path


def test_no_camera_of_a_worker_knows_of_the_people_whom_another_saw(describer: Describer, tmp_path: Path) -> None:
    """Every camera is given the same describer, as a worker's are."""
    url = str(_filmed(person("white", "blue", (0.6, 0.6, 0.6)), tmp_path / "dark.mp4"))
    last_words = []
    for name in ("C01", "C02"):
        scheduler: LookScheduler[AssignedCamera, Work] = LookScheduler()
        assignment = CameraAssignment(camera_id=name, url=url, recording=True, started_at_us=0)
        camera = AssignedCamera(assignment, scheduler, describer, clock=SystemClock())
        camera.start()
        said: list[Sighting] = []
        while (turn := scheduler.take()) is not None:
            said += camera.take(turn[1], Present())
            if turn[1].look is None:
                scheduler.close()
        camera.join(10.0)
        last_words.append(next(sighting for sighting in said if sighting.ended))
    assert last_words[0].upper == last_words[1].upper


def test_trousers_are_lighter_after_a_dark_cameras_people_too(describer: Describer) -> None:
    camera, shaded = describer.for_another_camera(), person("blue", "grey", (1.15, 1.15, 1.15))
    before = camera.describe([shaded]).lower[COLOURS.index("white")]
    for number in range(30):
        camera.learn_light([person("red", "blue", (0.45, 0.45, 0.45))], number)
    assert camera.describe([shaded]).lower[COLOURS.index("white")] > before + 0.02


def test_a_gain_makes_the_mean_and_the_lit_part_of_cloth_lighter_and_leaves_its_colour() -> None:
    lab, bright, shares = np.array([[40.0, 5.0, -9.0]] * 3), np.array([50.0, 60.0, 70.0]), np.ones(3) / 3
    lit = Garment(lab, bright, shares, shares, 1.0).lit(1.1)
    np.testing.assert_allclose(lit.lab, [[44.0, 5.0, -9.0]] * 3)
    np.testing.assert_allclose(lit.bright, [55.0, 66.0, 77.0])
