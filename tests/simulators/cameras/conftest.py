"""Short films to serve."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from simulators.cameras.tape import Tape, read_tape
from simulators.community.clockface import draw_clock

FRAMES = 20
RATE_HZ = 10


def write_film(path: Path, codec: str = "libx264", frames: int = FRAMES) -> Path:
    """A noisy film with a number strip in each picture, a key picture every second; large enough for fragments."""
    rng = np.random.default_rng(7)
    street = rng.integers(0, 255, (180, 320, 3), dtype=np.uint8)
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream(codec, rate=RATE_HZ, options={"bf": "0", "preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        stream.codec_context.gop_size = RATE_HZ
        for number in range(frames):
            picture = street.copy()
            draw_clock(picture, path.stem, number)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        container.mux(stream.encode(None))
    return path


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_film(tmp_path_factory.mktemp("films") / "C01.mp4")


@pytest.fixture(scope="session")
def tape(film: Path) -> Tape:
    return read_tape(film)
