"""Any photo that a phone or a family album may give is read upright; what is none says so in both languages."""

from __future__ import annotations

import struct
import tracemalloc
import zlib
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from hub.describing import photo
from hub.describing.photo import LONGER_SIDE_PX, MOST_BYTES, PhotoError, read_photo
from tests.describing.photos import cmyk_jpeg, half_and_half, with_orientation


def refused(data: bytes) -> str:
    with pytest.raises(PhotoError) as refusal:
        read_photo(data)
    assert refusal.value.message and refusal.value.message_en
    return refusal.value.code


def coded(pixels: NDArray[np.unsignedinteger[Any]], extension: str) -> bytes:
    done, data = cv2.imencode(extension, pixels)
    assert done
    return data.tobytes()


@pytest.mark.parametrize("extension", [".jpg", ".png", ".webp"])
def test_a_photo_is_read_as_it_looks(extension: str) -> None:
    seen = read_photo(coded(half_and_half(), extension))
    assert seen.shape == (80, 60, 3)
    assert np.abs(seen[10, 10].astype(int) - (0, 0, 255)).max() < 12
    assert np.abs(seen[70, 10].astype(int) - (255, 0, 0)).max() < 12


@pytest.mark.parametrize(("orientation", "red_at"), [(1, (10, 30)), (3, (70, 30)), (6, (30, 70)), (8, (30, 10))])
def test_a_photo_is_turned_as_its_camera_was_held(orientation: int, red_at: tuple[int, int]) -> None:
    seen = read_photo(with_orientation(coded(half_and_half(), ".jpg"), orientation))
    assert seen.shape == ((80, 60, 3) if orientation < 5 else (60, 80, 3))
    blue, _, red = seen[red_at].astype(int)
    assert red > 200 > 60 > blue


def test_a_printed_photos_four_inks_are_colours_again() -> None:
    seen = read_photo(cmyk_jpeg(cyan=0, magenta=255, yellow=255, black=0))
    blue, green, red = seen.reshape(-1, 3).mean(axis=0)
    assert red > 230 and green < 25 and blue < 25


@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
def test_what_is_transparent_is_grey_and_neither_black_nor_white(depth: type[np.uint8 | np.uint16]) -> None:
    most = np.iinfo(depth).max
    picture: NDArray[np.unsignedinteger[Any]] = np.zeros((64, 64, 4), depth)
    picture[:32] = (0, 0, most, most)
    seen = read_photo(coded(picture, ".png"))
    assert seen[10, 10].tolist() == [0, 0, 255]
    assert seen[50, 10].tolist() == [128, 128, 128]


def test_laying_what_is_transparent_on_grey_takes_little_more_memory_than_the_picture() -> None:
    whole = np.full((1000, 1000, 4), 40_000, np.uint16)
    tracemalloc.start()
    laid = photo._on_grey(whole)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert laid.shape == (1000, 1000, 3)
    assert peak_bytes < 4 * laid.nbytes


def test_a_grey_photo_has_three_channels() -> None:
    assert read_photo(coded(np.full((64, 64), 90, np.uint8), ".png")).shape == (64, 64, 3)


def test_a_huge_photo_is_made_smaller() -> None:
    seen = read_photo(coded(np.full((3000, 5000, 3), 90, np.uint8), ".jpg"))
    assert seen.shape == (1229, LONGER_SIDE_PX, 3)


def test_a_tiny_photo_says_so() -> None:
    assert refused(coded(np.full((20, 200, 3), 90, np.uint8), ".png")) == "photo_too_small"


def test_a_photo_that_would_take_gigabytes_is_not_decoded() -> None:
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    bomb = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", len(header)) + chunk + struct.pack(">I", zlib.crc32(chunk))
    assert refused(bomb) == "photo_too_large"
    canvas = b"RIFF" + struct.pack("<I", 22) + b"WEBPVP8X" + struct.pack("<I", 10) + bytes(4) + b"\xff\xff\xff" * 2
    assert refused(canvas) == "photo_too_large"
    assert refused(bytes(MOST_BYTES + 1)) == "photo_too_large"


@pytest.mark.parametrize("extension", [".jpg", ".png", ".webp"])
def test_a_photo_cut_short_or_damaged_ends_in_a_word_and_never_in_a_crash(extension: str) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (80, 60, 3)).astype(np.uint8)
    whole = coded(noise, extension)
    for length in (3, 12, 25, 40, len(whole) // 2):
        try:
            read_photo(whole[:length])
        except PhotoError as error:
            assert error.code in ("not_a_photo", "photo_damaged")
    damaged = bytearray(whole)
    damaged[len(whole) // 2 :] = bytes(len(whole) - len(whole) // 2)
    try:
        read_photo(bytes(damaged))
    except PhotoError as error:
        assert error.code == "photo_damaged"


@pytest.mark.parametrize(
    "data", [b"", b"hello", b"GIF89a" + bytes(40), b"%PDF-1.7\n" + bytes(40), b"\xff\xd8\xff\xe0" * 3]
)
def test_what_is_no_photo_says_so(data: bytes) -> None:
    assert refused(data) == "not_a_photo"
