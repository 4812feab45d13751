"""``python -m hub.vision.models.convert.calibration FILMS OUT``: the pictures that set the int8 detector's ranges.

Of simulated films alone, painted on the canvas as the product does it; run in the product's environment.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from hub.vision.detection.nanodet import NumberFormat, described
from hub.vision.detection.onnx_detector import tensor_of
from hub.vision.detection.packing import whole

PER_FILM = 5
"""Pictures of each film, evenly over its time."""
CANVAS_PX = (416, 320)
"""One size for all, so that their values can be counted together; 4:3, as most cameras have it."""


def main() -> None:
    """Write the canvases, as float32 the network takes, into one .npz file."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("films", type=Path, help="var/community/video, as simulators.community rendered it")
    arguments.add_argument("out", type=Path, help="the .npz file to write")
    given = arguments.parse_args()
    films = sorted(given.films.glob("*.mp4"))
    if not films:
        arguments.error(f"no films in {given.films}")
    form = described(NumberFormat.FLOAT32)
    tensors = {}
    for film in films:
        for number, picture in enumerate(_pictures(film)):
            size = (picture.shape[1], picture.shape[0])
            scale = min(CANVAS_PX[0] / size[0], CANVAS_PX[1] / size[1])
            canvas = whole(size, (scale, scale), CANVAS_PX, form.cell_px)
            tensors[f"{film.stem}-{number}"] = tensor_of(canvas.paint(picture, form.empty), form)
    np.savez_compressed(given.out, allow_pickle=False, **tensors)
    print(f"{len(tensors)} pictures of {len(films)} films")


def _pictures(film: Path) -> Iterator[NDArray[np.uint8]]:
    with av.open(str(film)) as container:
        stream = container.streams.video[0]
        wanted = {round(stream.frames * (number + 0.5) / PER_FILM) for number in range(PER_FILM)}
        for number, frame in enumerate(container.decode(stream)):
            if number in wanted:
                yield np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)


if __name__ == "__main__":
    main()
