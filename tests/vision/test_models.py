"""The shipped networks are the documented ones, load, and see people."""

import hashlib
import re
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
import pytest
from numpy.typing import NDArray

from hub.vision.models import path

MODELS = path("nanodet").parent
SHARED = Path(__file__).resolve().parents[3] / "shared"
needs_footage = pytest.mark.skipif(not SHARED.is_dir(), reason="../shared is missing")

PERSON_SCORE = 0.45
SKIN, HAIR = (140, 170, 215), (30, 25, 25)
RED, DARK_RED, BLUE = (40, 40, 190), (32, 32, 152), (150, 70, 30)

Picture = NDArray[np.uint8]


def _session(name: str) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(path(name), options, providers=["CPUExecutionProvider"])


def _best_person_score(picture: Picture) -> float:
    """The highest score of class 0, person, in a BGR picture."""
    scale = 416 / max(picture.shape[:2])
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    canvas = np.zeros((416, 416, 3), np.float32)
    canvas[: small.shape[0], : small.shape[1]] = small
    normal = (canvas - np.array([103.53, 116.28, 123.675])) / np.array([57.375, 57.12, 58.395])
    tensor = np.ascontiguousarray(normal.transpose(2, 0, 1)[None], np.float32)
    scores = _session("nanodet").run(["Identity:0", "Identity_1:0", "Identity_2:0"], {"input_1:0": tensor})
    return max(float(np.asarray(stride)[0, :, 0].max()) for stride in scores)


def _person_mask(crop: Picture) -> NDArray[np.float32]:
    """How sure the network is of each pixel of a BGR crop scaled to 256 x 256, padded by a quarter on each side."""
    height, width = crop.shape[:2]
    padded = cv2.copyMakeBorder(crop, height // 4, height // 4, width // 4, width // 4, cv2.BORDER_REPLICATE)
    scaled = cv2.cvtColor(cv2.resize(padded, (256, 256)), cv2.COLOR_BGR2RGB).astype(np.float32) / 255
    (mask,) = _session("selfie").run(["activation_10:0"], {"input_1:0": scaled[None]})
    return np.asarray(mask)[0, :, :, 0]


def _street() -> Picture:
    picture = np.full((416, 416, 3), (150, 155, 150), np.float32)
    picture[260:] = (110, 112, 115)
    noise = np.random.default_rng(1).normal(0, 6, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


def _with_person(street: Picture) -> Picture:
    """A figure 200 px tall in the middle of the street: red top, blue trousers."""

    def at(right: float, up: float) -> tuple[int, int]:
        return round(208 + 2 * right), round(380 - 2 * up)

    picture = street.copy()
    for side in (-1, 1):
        cv2.line(picture, at(4 * side, 50), at(9 * side, 4), BLUE, 18, cv2.LINE_AA)
        cv2.line(picture, at(9 * side, 3), at(9 * side + 4, 2), HAIR, 12, cv2.LINE_AA)
        cv2.line(picture, at(9 * side, 80), at(14 * side, 50), DARK_RED, 14, cv2.LINE_AA)
        cv2.circle(picture, at(14 * side, 47), 6, SKIN, -1, cv2.LINE_AA)
    torso = np.array([at(-11, 82), at(11, 82), at(8, 48), at(-8, 48)])
    cv2.fillConvexPoly(picture, torso, RED, cv2.LINE_AA)
    cv2.circle(picture, at(0, 91), 14, SKIN, -1, cv2.LINE_AA)
    cv2.ellipse(picture, (at(0, 94), (28, 18), 0), HAIR, -1, cv2.LINE_AA)
    return cv2.GaussianBlur(picture, (3, 3), 0.8).astype(np.uint8)


def test_every_shipped_network_is_the_one_that_models_md_documents() -> None:
    table = re.findall(r"^\| `(\S+\.onnx)` \| (\d+) \| `([0-9a-f]{64})` \|$", (MODELS / "MODELS.md").read_text(), re.M)
    documented = {name: (int(size), sha256) for name, size, sha256 in table}
    contents = {file.name: file.read_bytes() for file in MODELS.glob("*.onnx")}
    shipped = {name: (len(content), hashlib.sha256(content).hexdigest()) for name, content in contents.items()}
    assert shipped
    assert shipped == documented


def test_asking_for_an_unknown_network_names_those_there_are() -> None:
    with pytest.raises(
        FileNotFoundError, match=r"no network called 'yolo'.*movenet-lightning, nanodet, nanodet-int8, selfie"
    ):
        path("yolo")


def test_detector_network_sees_a_drawn_person_and_none_in_the_empty_street() -> None:
    street = _street()
    assert _best_person_score(_with_person(street)) > PERSON_SCORE
    assert _best_person_score(street) < PERSON_SCORE / 3


def test_mask_network_tells_a_drawn_person_from_the_street() -> None:
    crop = _with_person(_street())[170:390, 160:256]
    mask = _person_mask(crop)
    trunk, sky = mask[100:150, 118:138], mask[:40, :60]
    assert trunk.mean() > 0.9
    assert sky.mean() < 0.1


@needs_footage
@pytest.mark.parametrize("frame", [1, 150, 300])
def test_detector_network_sees_walkers_on_a_real_camera(frame: int) -> None:
    picture = cv2.imread(str(SHARED / "footage" / "pets09-s2l1" / "img1" / f"{frame:06}.jpg"))
    assert picture is not None
    assert _best_person_score(picture.astype(np.uint8)) > PERSON_SCORE


@needs_footage
def test_mask_network_finds_the_person_in_most_real_crops() -> None:
    files = sorted((SHARED / "footage" / "market1501-subset" / "crops").rglob("*.jpg"))[::20]
    crops = [picture for file in files if (picture := cv2.imread(str(file))) is not None]
    masks = [_person_mask(crop.astype(np.uint8)) for crop in crops]
    found = [mask[90:166, 100:156].mean() > 0.5 and mask[:40, :40].mean() < 0.1 for mask in masks]
    assert len(found) >= 20
    assert np.mean(found) > 0.75
