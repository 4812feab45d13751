"""``python -m bench.footage_export``: how long an export of a minute of 1080p takes, with 8 people hidden all the time.

The export's own process does the work, with its niceness. Beside it in the same run, by turns: the same pictures
decoded and coded again by the same coder, with nothing between, which is the least that an export can take here.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from statistics import median

import av
import cv2
import msgspec
import numpy as np

from hub.footage.coded import CodedPicture, Coding, Form, StreamName
from hub.footage.exports.blurring import Blur
from hub.footage.exports.clip import TIME_BASE, Clip, Cut, open_file, ticks
from hub.footage.exports.coding import CODER
from hub.footage.exports.decoding import Decoding
from hub.footage.exports.job import Job
from hub.footage.exports.making import NICENESS
from hub.footage.exports.tracks import Track, TrackPoint
from hub.footage.segments.catalogue import Catalogue
from hub.footage.segments.reading import read_pictures
from hub.footage.segments.writer import SegmentWriter

_START_US = 1_793_491_200_000_000
_SIZE = (1920, 1080)
_RATE_HZ = 25
_SCENE_S = 10
_PEOPLE = 8
_PERSON = (90, 320)
"""Width and height in pixels of somebody some 8 m away."""
_KBIT_PER_S = 4_000
_STEP_US = 1_000_000 // _RATE_HZ
_PLAIN = "--plain"


class Exporting(msgspec.Struct, frozen=True):
    """Seconds for ``seconds`` of 1080p, medians over the runs; ``cpu_s`` of all cores together.

    ``ratio``: the export to what decoding and coding alone take. ``copy_s``: a cut at key pictures, unblurred.
    """

    seconds: float
    tracks: int
    runs: int
    export_s: float
    export_cpu_s: float
    plain_s: float
    plain_cpu_s: float
    ratio: float
    cpu_ratio: float
    copy_s: float
    source_mb: float
    export_mb: float


def measure(seconds: int, runs: int) -> Exporting:
    """Make the footage, export it. Raises OSError, CalledProcessError."""
    with tempfile.TemporaryDirectory(prefix="qianshao-export-") as made:
        folder = Path(made)
        source_bytes = record(folder / "footage", seconds)
        exact = _job(folder, seconds, Cut.EXACT, Blur.OTHERS)
        alone = msgspec.structs.replace(exact, file=str(folder / "plain.mp4"))
        found = [(_timed(exact), _timed(alone, _PLAIN)) for _ in range(runs)]
        size = Path(exact.file).stat().st_size
        copy_s = median(_timed(_job(folder, seconds, Cut.KEY, Blur.NONE))[0] for _ in range(runs))
    export_s, cpu_s = (median(export[number] for export, _ in found) for number in (0, 1))
    plain_s, plain_cpu_s = (median(plain[number] for _, plain in found) for number in (0, 1))
    return Exporting(
        seconds=seconds,
        tracks=_PEOPLE,
        runs=runs,
        export_s=round(export_s, 2),
        export_cpu_s=round(cpu_s, 2),
        plain_s=round(plain_s, 2),
        plain_cpu_s=round(plain_cpu_s, 2),
        ratio=round(export_s / plain_s, 3),
        cpu_ratio=round(cpu_s / plain_cpu_s, 3),
        copy_s=round(copy_s, 2),
        source_mb=round(source_bytes / 1e6, 1),
        export_mb=round(size / 1e6, 1),
    )


def _timed(job: Job, *arguments: str) -> tuple[float, float]:
    """Wall time and processor time of one process."""
    module = ("bench.footage_export", *arguments) if arguments else ("hub.footage.exports.job",)
    before, began_s = os.times(), time.perf_counter()
    subprocess.run(
        ["nice", "-n", str(NICENESS), sys.executable, "-m", *module],
        input=msgspec.json.encode(job),
        stdout=subprocess.DEVNULL,
        check=True,
    )
    after = os.times()
    cpu_s = after.children_user + after.children_system - before.children_user - before.children_system
    return time.perf_counter() - began_s, cpu_s


def _job(folder: Path, seconds: int, cut: Cut, blur: Blur) -> Job:
    clip = Clip(
        camera_id="C01",
        from_us=_START_US,
        until_us=_START_US + seconds * 1_000_000,
        cut=cut,
        blur=blur,
        others=tuple(_track(number, seconds) for number in range(_PEOPLE)),
        sought=(),
        words="C01  K7A2MXP4QD  X7A2MXP4QD",
        zone="Asia/Shanghai",
    )
    return Job(clip=clip, footage_dir=str(folder / "footage"), file=str(folder / f"{cut.value}.mp4"))


def plain(job: Job) -> None:
    """Decode and code, nothing between. Raises OSError."""
    clip = job.clip
    records = read_pictures(Catalogue(Path(job.footage_dir)), clip.camera_id, clip.from_us, clip.until_us)
    with open_file(Path(job.file)) as container:
        stream = container.add_stream("libx264", rate=_RATE_HZ, options=CODER)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height = _SIZE
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = TIME_BASE
        for frame, taken_us in Decoding(clip, records).frames():
            frame.pts, frame.time_base = ticks(taken_us - clip.from_us), TIME_BASE
            frame.pict_type = 0
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def record(footage_dir: Path, seconds: int) -> int:
    """A street with people who walk to and fro before a camera's noise, the same ten seconds again and again; bytes."""
    form = Form(camera_id="C01", stream=StreamName.MAIN, coding=Coding.H264, codec="", width_px=1920, height_px=1080)
    scene = list(_scene())
    writer = SegmentWriter(footage_dir, form, _START_US)
    for number in range(seconds * _RATE_HZ):
        data, key = scene[number % len(scene)]
        media_us = number * _STEP_US
        writer.add(CodedPicture(_START_US + media_us, media_us, key, False, data), _START_US + media_us)
    path = writer.close()
    assert path is not None
    return path.stat().st_size


def _scene() -> Iterator[tuple[bytes, bool]]:
    """Each picture, coded as a camera does, and whether it is a key picture."""
    context = av.CodecContext.create("libx264", "w")
    assert isinstance(context, av.VideoCodecContext)
    width, height = _SIZE
    context.width, context.height, context.pix_fmt = width, height, "yuv420p"
    context.framerate, context.gop_size, context.bit_rate = Fraction(_RATE_HZ), 2 * _RATE_HZ, _KBIT_PER_S * 1000
    context.options = {"preset": "veryfast", "bf": "0"}
    random = np.random.default_rng(1)
    ground = cv2.GaussianBlur(random.integers(0, 255, (height, width), np.uint8), (0, 0), 6) // 2 + 60
    people = random.integers(0, 255, (_PEOPLE, _PERSON[1] // 8, _PERSON[0] // 8), np.uint8)
    noise = random.normal(0, 3, (height + 64, width + 64)).astype(np.int16)
    for number in range(_SCENE_S * _RATE_HZ):
        picture = ground.copy()
        for person in range(_PEOPLE):
            left, top = _place(person, number / _RATE_HZ)
            picture[top : top + _PERSON[1], left : left + _PERSON[0]] = cv2.resize(people[person], _PERSON)
        across, down = random.integers(0, 64, 2)
        grainy = np.clip(picture + noise[down : down + height, across : across + width], 0, 255).astype(np.uint8)
        frame = av.VideoFrame.from_ndarray(grainy, format="gray").reformat(format="yuv420p")
        frame.pts, frame.time_base = number, Fraction(1, _RATE_HZ)
        yield from ((bytes(packet), packet.is_keyframe) for packet in context.encode(frame))
    yield from ((bytes(packet), packet.is_keyframe) for packet in context.encode(None))


def _place(person: int, at_s: float) -> tuple[int, int]:
    """Left and top in pixels: to and fro in ten seconds."""
    walked = abs(((at_s + person) % _SCENE_S) / _SCENE_S * 2 - 1)
    return round(walked * (_SIZE[0] - _PERSON[0])), 100 + person * 80


def _track(person: int, seconds: int) -> Track:
    """What a tracker that looks five times a second says of somebody."""
    points = []
    for step in range(seconds * 5 + 1):
        left, top = _place(person, step / 5)
        box = (left / _SIZE[0], top / _SIZE[1], (left + _PERSON[0]) / _SIZE[0], (top + _PERSON[1]) / _SIZE[1])
        points.append(TrackPoint(_START_US + step * 200_000, *box))
    return Track(sighting_id=f"s{person}", points=tuple(points))


def main() -> None:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(prog="python -m bench.footage_export")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument(_PLAIN, action="store_true", help="do the job on standard input: decode and code alone")
    given = parser.parse_args()
    if given.plain:
        plain(msgspec.json.decode(sys.stdin.buffer.read(), type=Job))
    else:
        print(json.dumps(msgspec.to_builtins(measure(given.seconds, given.runs)), indent=1))


if __name__ == "__main__":
    main()
