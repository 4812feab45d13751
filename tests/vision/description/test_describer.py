"""People drawn in known clothes are described by them, and told from one another."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from devices.protocol.sightings import COLOURS
from hub.sightings.evaluate import Row, evaluate_retrieval
from hub.vision.description.colour_names import NamingConstants, name_cloth
from hub.vision.description.describer import Appearance, Describer
from hub.vision.description.descriptor import BYTES
from hub.vision.description.learning.drawing import draw
from hub.vision.description.learning.learn_projection import drawn_stripes, learn
from hub.vision.description.learning.wardrobe import invent
from hub.vision.description.light import lab
from hub.vision.description.stripe_numbers import CELLS
from hub.vision.description.view import View, ViewError
from hub.vision.models import path

CROPS = Path(__file__).parents[4] / "shared" / "footage" / "market1501-subset"
needs_footage = pytest.mark.skipif(not CROPS.is_dir(), reason="../shared is missing")

BGR = {
    "black": (25, 25, 25),
    "grey": (125, 125, 125),
    "white": (235, 235, 235),
    "red": (35, 30, 195),
    "orange": (20, 130, 240),
    "yellow": (40, 215, 235),
    "green": (50, 140, 40),
    "blue": (180, 80, 30),
    "purple": (140, 40, 110),
    "pink": (190, 150, 240),
    "brown": (35, 65, 105),
}


@pytest.fixture(scope="module")
def describer() -> Describer:
    return Describer()


def person(upper: str, lower: str, light: tuple[float, float, float] = (1.0, 1.0, 1.0)) -> View:
    """A plain figure, 140 px tall, in front of a grey wall, under light of a given strength (blue, green, red)."""
    picture = np.full((210, 130, 3), 150, np.uint8)
    skin, hair = (120, 150, 205), (30, 30, 40)
    cv2.circle(picture, (65, 48), 11, skin, -1)
    cv2.ellipse(picture, (65, 43), (11, 8), 0, 180, 360, hair, -1)
    cv2.rectangle(picture, (49, 60), (81, 108), BGR[upper], -1)
    cv2.line(picture, (47, 64), (42, 104), BGR[upper], 8)
    cv2.line(picture, (83, 64), (88, 104), BGR[upper], 8)
    cv2.line(picture, (58, 106), (54, 168), BGR[lower], 14)
    cv2.line(picture, (72, 106), (77, 168), BGR[lower], 14)
    noise = np.random.default_rng(5).normal(0, 5, picture.shape)
    lit = np.clip(picture * np.array(light) + noise, 0, 255).astype(np.uint8)
    return View(cv2.GaussianBlur(lit, (0, 0), 0.8), (38.0, 35.0, 54.0, 141.0), False, 0.9)


def strongest(weights: tuple[float, ...]) -> str:
    return COLOURS[int(np.argmax(weights))]


def cosine(one: Appearance, other: Appearance) -> float:
    first, second = (np.frombuffer(it.descriptor, np.int8).astype(float) for it in (one, other))
    return float(first @ second / np.linalg.norm(first) / np.linalg.norm(second))


@pytest.mark.parametrize(
    ("upper", "lower"),
    [("red", "blue"), ("white", "black"), ("yellow", "grey"), ("green", "brown"), ("blue", "white"), ("pink", "black")],
)
def test_clothes_are_named_by_their_colour(describer: Describer, upper: str, lower: str) -> None:
    said = describer.describe([person(upper, lower)])
    assert (strongest(said.upper), strongest(said.lower)) == (upper, lower)
    assert sum(said.upper) <= 1 and sum(said.lower) <= 1


@pytest.mark.parametrize("light", [(0.85, 1.0, 1.15), (1.1, 1.0, 0.9), (0.6, 0.6, 0.6)])
def test_red_over_blue_stays_so_in_warm_cool_and_dim_light(
    describer: Describer, light: tuple[float, float, float]
) -> None:
    said = describer.describe([person("red", "blue", light)])
    assert (strongest(said.upper), strongest(said.lower)) == ("red", "blue")


def test_the_same_clothes_in_other_light_are_liker_than_other_clothes(describer: Describer) -> None:
    asked = describer.describe([person("red", "blue")])
    same = describer.describe([person("red", "blue", (0.8, 0.9, 1.0))])
    for upper, lower in (("red", "black"), ("green", "blue"), ("white", "grey")):
        assert cosine(asked, same) > cosine(asked, describer.describe([person(upper, lower)])) + 0.1


def test_a_descriptor_is_64_bytes_and_the_same_each_time(describer: Describer) -> None:
    first, second = describer.describe([person("red", "blue")]), Describer().describe([person("red", "blue")])
    assert len(first.descriptor) == BYTES
    assert first == second


def test_a_view_is_measured_once_and_forgotten_with_its_person(describer: Describer) -> None:
    first, same_again = person("red", "blue"), person("red", "blue")
    assert describer.measure(first) is describer.measure(first)
    assert describer.measure(first) is not describer.measure(same_again)
    kept = len(describer._measured)
    del first
    assert len(describer._measured) == kept - 1


def test_several_views_outvote_one_bad_one(describer: Describer) -> None:
    good, bad = person("red", "blue"), person("green", "white")
    said = describer.describe([good, good, View(bad.picture, bad.box, True, 0.4)])
    assert (strongest(said.upper), strongest(said.lower)) == ("red", "blue")


def test_without_a_person_the_colours_are_unsure(describer: Describer) -> None:
    wall = np.full((140, 70, 3), 150, np.uint8)
    said = describer.describe([View(wall, (0, 0, 70, 140), False, 0.5)])
    assert sum(said.upper) < 0.6
    assert sum(said.lower) < 0.6


def test_trousers_that_no_view_shows_whole_are_less_sure(describer: Describer) -> None:
    whole = person("red", "blue")
    said = describer.describe([View(whole.picture, whole.box, True, 0.9)])
    assert sum(said.lower) <= 0.5


def test_a_view_without_pixels_is_refused(describer: Describer) -> None:
    with pytest.raises(ViewError, match="too few pixels"):
        describer.describe([View(np.zeros((20, 20, 3), np.uint8), (30, 30, 10, 20), False, 0.5)])
    with pytest.raises(ValueError, match="without a view"):
        describer.describe([])


def test_a_missing_network_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"selfie\.onnx"):
        Describer(tmp_path)
    (tmp_path / "selfie.onnx").symlink_to(path("selfie"))
    with pytest.raises(FileNotFoundError, match=r"movenet-lightning\.onnx"):
        Describer(tmp_path)


@pytest.mark.parametrize("colour", COLOURS)
def test_plain_colours_have_their_names(colour: str) -> None:
    seen = lab(np.array([[BGR[colour]]], np.uint8))[0]
    weights = name_cloth(seen, seen[:, 0], NamingConstants(), lower=False)[0]
    assert weights.sum() == pytest.approx(1, abs=1e-3)
    assert COLOURS[int(weights.argmax())] == colour


def test_drawn_people_are_the_same_for_the_same_seed_and_their_own_masks_fit() -> None:
    first, second = (draw(invent(np.random.default_rng(3)), np.random.default_rng(4)) for _ in range(2))
    assert (first[0] == second[0]).all() and (first[1] == second[1]).all()
    assert 0.05 < first[1].mean() < 0.6


def test_learning_keeps_people_apart_that_were_not_learned_from() -> None:
    torso = slice(4 * CELLS**3, 7 * CELLS**3)
    mean, projection = learn(drawn_stripes(40, 3, seed=1)[..., torso], 16)
    others = drawn_stripes(20, 2, seed=2)[..., torso]
    short = (others - mean) @ projection
    short /= np.linalg.norm(short, axis=-1, keepdims=True)
    likeness = short[:, 0] @ short[:, 1].T
    assert (likeness.argmax(axis=1) == np.arange(20)).mean() >= 0.4


def test_a_track_is_one_row_by_its_views_together_or_by_its_sharpest_picture(tmp_path: Path) -> None:
    rng = np.random.default_rng(9)
    for person in range(1, 5):
        outfit = invent(rng)
        for camera, view in ((1, 1), (1, 2), (1, 3), (2, 1), (2, 2)):
            picture = draw(outfit, rng)[0]
            cv2.imwrite(str(tmp_path / f"{person:04}_c{camera}s1_{view:06}_01.png"), picture)
    reports = {row: evaluate_retrieval(tmp_path, row=row) for row in Row}
    assert [(report.queries, report.gallery) for report in reports.values()] == [(20, 20), (20, 8), (20, 8), (20, 8)]
    assert reports[Row.TRACK].map >= reports[Row.CROP].map
    assert reports[Row.STRIPES].map == pytest.approx(reports[Row.TRACK].map, abs=0.02)


@needs_footage
def test_people_are_found_again_on_other_cameras(tmp_path: Path) -> None:
    for file in sorted((CROPS / "crops").glob("*.jpg"))[::3]:
        (tmp_path / file.name).symlink_to(file)
    report = evaluate_retrieval(tmp_path)
    assert report.descriptor_bytes <= 64
    assert report.rank1 >= 0.60
    assert report.map >= 0.60
