"""Any network can describe people: by its file, in 64 bytes whose cosines are its own, under a name of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from hub.vision.description import naming
from hub.vision.description.choice import open_descriptor
from hub.vision.description.describer import Describer
from hub.vision.description.descriptor_file import DescriptorError
from hub.vision.description.learning.drawing import draw
from hub.vision.description.learning.learn_compression import learn
from hub.vision.description.learning.wardrobe import invent
from hub.vision.description.naming import STRIPES_NAME, name_of
from hub.vision.description.view import View, ViewError
from hub.vision.models import path
from tests.vision.detection import tiny_network

RED, GREY = (30, 30, 220), (120, 120, 120)


def person(bgr: tuple[int, int, int]) -> View:
    picture = np.empty((80, 40, 3), np.uint8)
    picture[:] = bgr
    return View(picture, (0, 0, 40, 80), False, 1.0)


def written(folder: Path, **fields: Any) -> str:
    """A descriptor's file beside a network that says the mean of each channel as it went in."""
    tiny_network.write(folder / "means.onnx", {"means": tiny_network.CHANNEL_MEANS})
    (folder / "means.json").write_bytes(msgspec.json.encode({"onnx": "means.onnx"} | fields))
    return str(folder / "means.json")


def descriptor_of(choice: str, view: View) -> list[int]:
    return list(np.frombuffer(open_descriptor(choice).of([view], [], np.ones(1)), np.int8).tolist())


def test_a_networks_few_numbers_are_the_descriptor(tmp_path: Path) -> None:
    numbers = descriptor_of(written(tmp_path), person(RED))
    assert len(numbers) == 64
    assert numbers[:3] == [127, round(127 * 30 / 220), round(127 * 30 / 220)], "red first, as the file says by default"
    assert numbers[3:] == [0] * 61


def test_the_file_says_how_a_picture_goes_in(tmp_path: Path) -> None:
    told = written(tmp_path, rgb=False, mean=[120, 120, 120], divide_by=[1, 1, 2], output="means")
    assert descriptor_of(told, person(RED))[:3] == [-127, -127, round(127 * 50 / 90)]


def test_several_views_are_one_person(tmp_path: Path) -> None:
    choice = written(tmp_path)
    both = open_descriptor(choice).of([person((200, 0, 0)), person((0, 0, 200))], [], np.array([0.5, 0.5]))
    assert np.frombuffer(both, np.int8)[:3].tolist() == [127, 0, 127]


def test_a_real_networks_cosines_are_kept_best_by_the_compression_that_was_learned(tmp_path: Path) -> None:
    network = path("selfie")
    (tmp_path / "eye.onnx").write_bytes(network.read_bytes())
    (tmp_path / "eye.json").write_bytes(msgspec.json.encode({"onnx": "eye.onnx"}))
    rng = np.random.default_rng(5)
    views = [View(draw(invent(rng), rng)[0], (0, 0, 64, 128), False, 1.0) for _ in range(15)]
    descriptor: Any = open_descriptor(str(tmp_path / "eye.json"))
    said = np.stack([descriptor.seen(view) for view in views])
    np.savez_compressed(tmp_path / "c.npz", projection=learn(said))
    (tmp_path / "short.json").write_bytes(msgspec.json.encode({"onnx": "eye.onnx", "compression": "c.npz"}))
    wanted = said @ said.T
    errors = []
    for choice in ("eye.json", "short.json"):
        opened = open_descriptor(str(tmp_path / choice))
        short = np.stack([np.frombuffer(opened.of([view], [], np.ones(1)), np.int8) for view in views]).astype(float)
        short /= np.linalg.norm(short, axis=1, keepdims=True)
        errors.append(float(np.abs(short @ short.T - wanted).max()))
    by_lot, learned = errors
    assert learned < 0.02 < by_lot < 0.5


def test_the_name_changes_with_network_file_and_compression_and_is_known_without_opening_it(tmp_path: Path) -> None:
    choice = written(tmp_path)
    first = name_of(choice)
    assert first.startswith("means-")
    assert open_descriptor(choice).name == first == name_of(choice)
    read = naming._digest.cache_info().misses
    assert name_of(choice) == first
    assert naming._digest.cache_info().misses == read, "files that nobody wrote to are read once"
    assert name_of(written(tmp_path, rgb=False)) != first
    np.savez(tmp_path / "c.npz", projection=np.eye(3, 64))
    assert name_of(written(tmp_path, compression="c.npz")) not in (first, name_of(written(tmp_path)))
    assert name_of("auto") == open_descriptor("auto").name == STRIPES_NAME


def test_a_view_of_which_the_network_says_no_finite_numbers_counts_for_nothing(tmp_path: Path) -> None:
    choice = written(tmp_path, mean=[128, 128, 128], divide_by=1e-36)  # adding up more than a grey one overflows
    descriptor, grey, red = open_descriptor(choice), person((128, 128, 128)), person(RED)
    both = descriptor.of([grey, red], [], np.array([0.5, 0.5]))
    assert both == descriptor.of([grey], [], np.ones(1))
    with pytest.raises(ViewError):
        descriptor.of([red], [], np.ones(1))
    described = Describer(descriptor=descriptor).describe([red])
    assert (described.descriptor, described.describer) == (b"", descriptor.name), "clothes are told all the same"
    assert described.upper


def test_a_describer_with_it_names_clothes_as_before(tmp_path: Path) -> None:
    built_in = Describer()
    other = built_in.with_descriptor(open_descriptor(written(tmp_path)))
    one, same = built_in.describe([person(RED)]), other.describe([person(RED)])
    assert (one.upper, one.lower) == (same.upper, same.lower)
    assert one.describer == STRIPES_NAME != same.describer == other.name
    assert other.descriptor_of(person(RED)) == same.descriptor
    assert built_in.descriptor_of(person(RED)) == one.descriptor


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"onnx": "none.onnx"}, "none.onnx"),
        ({"output": "faces"}, "faces"),
        ({"divide_by": 0}, "divide_by"),
        ({"compression": "none.npz"}, "none.npz"),
        ({"head": "yolo"}, "head"),
        ({"compression": "means.onnx"}, "means.onnx"),
    ],
)
def test_what_cannot_be_used_says_which_file_and_why(tmp_path: Path, fields: dict[str, Any], said: str) -> None:
    with pytest.raises(DescriptorError) as error:
        open_descriptor(written(tmp_path, **fields))
    assert said in error.value.message and said in error.value.message_en


def test_a_compression_of_another_network_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "c.npz", projection=np.eye(5, 64))
    with pytest.raises(DescriptorError, match="another model"):
        open_descriptor(written(tmp_path, compression="c.npz"))


def test_a_network_without_a_size_asks_for_it(tmp_path: Path) -> None:
    sides = {"images": (np.float32, (1, 3, "height", "width"))}
    tiny_network.write(tmp_path / "open.onnx", {"means": tiny_network.CHANNEL_MEANS}, sides)
    file = tmp_path / "open.json"
    file.write_bytes(msgspec.json.encode({"onnx": "open.onnx"}))
    with pytest.raises(DescriptorError, match="input_px"):
        open_descriptor(str(file))
    file.write_bytes(msgspec.json.encode({"onnx": "open.onnx", "input_px": [32, 64]}))
    assert descriptor_of(str(file), person(GREY))[:3] == [127, 127, 127]


def test_what_is_no_learned_projection_is_refused(tmp_path: Path) -> None:
    (tmp_path / "learned.npz").write_bytes(b"nothing of the kind")
    with pytest.raises(DescriptorError):
        open_descriptor(str(tmp_path / "learned.npz"))
    with pytest.raises(DescriptorError):
        name_of(str(tmp_path / "gone.npz"))
