"""What comes as bare pixels, as from a webcam, is encoded; what may never be stored is black in it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import av
import pytest

from hub.footage.coded import Coding
from hub.footage.recorder.encoder import BLACK_LUMA, NO_CHROMA, Encoder
from hub.footage.sources.annexb import Annexb
from hub.footage.sources.packets import Unit

CORNER = ((0.0, 0.0), (0.25, 0.0), (0.25, 0.5), (0.0, 0.5))
SLANTED = ((0.5, 0.5), (1.0, 0.75), (0.75, 1.0))


@pytest.fixture
def pixels() -> Iterator[av.container.InputContainer]:
    """The library's picture for trying screens: bare pixels with all colours, in the way a webcam brings them."""
    with av.open("testsrc=size=321x241:rate=25", "r", "lavfi") as container:
        yield container


def _encode(pixels: av.container.InputContainer, encoder: Encoder, pictures: int) -> list[Unit]:
    packets = pixels.demux(pixels.streams.video[0])
    return [unit for _ in range(pictures) for unit in encoder.take(next(packets), False)]


def test_bare_pixels_become_h264_with_a_key_picture_every_two_seconds(pixels: av.container.InputContainer) -> None:
    units = _encode(pixels, Encoder(pixels.streams.video[0], ()), 110)
    annexb = Annexb(Coding.H264)
    assert [number for number, unit in enumerate(units) if unit.key] == [0, 50, 100]
    assert all(annexb.parameter_sets(unit.data) for unit in units if unit.key)
    assert [unit.pts_us for unit in units] == [number * 40_000 for number in range(110)]


def test_pictures_without_stamps_that_mean_anything_are_stamped_as_they_come(
    pixels: av.container.InputContainer,
) -> None:
    ticks = count(5_000_000, 100_000)
    units = _encode(pixels, Encoder(pixels.streams.video[0], (), lambda: next(ticks)), 25)
    assert [unit.pts_us for unit in units] == [5_000_000 + number * 100_000 for number in range(25)]
    assert [number for number, unit in enumerate(units) if unit.key] == [0, 20]


def test_whatever_a_polygon_touches_is_black_in_brightness_and_colour(pixels: av.container.InputContainer) -> None:
    units = _encode(pixels, Encoder(pixels.streams.video[0], (CORNER, SLANTED)), 10)
    decoder = av.CodecContext.create("h264", "r")
    assert isinstance(decoder, av.VideoCodecContext)
    frames = [frame for unit in units for frame in decoder.decode(av.Packet(unit.data))]
    frames += decoder.decode(None)
    assert len(frames) == 10
    for frame in frames:
        planes = frame.to_ndarray(format="yuv420p")
        luma, chroma = planes[:240], planes[240:].reshape(2, 120, 160)
        assert abs(luma[:118, :78].astype(int) - BLACK_LUMA).max() <= 4
        assert abs(chroma[:, :58, :38].astype(int) - NO_CHROMA).max() <= 6
        assert luma[181, 240] < BLACK_LUMA + 8  # within the slanted one
        assert luma[:, 100:150].max() > 120
