"""``python -m bench.footage_seek``: how fast a moment is found in a month of footage of a whole district.

The folders of 831 cameras × 30 days × 24 hours are real; the files in them are hard links to a few real segments of an
hour with their indexes, so that the disk is not filled, and are taken away afterwards. All is warm: what the system
keeps in memory cannot be dropped without taking it from everybody else on the machine, so a cold disk is not measured;
there the folder of one day, one index and one fragment are read, a few seeks of a disk.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import shutil
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import msgspec
import numpy as np

from bench.figures import percentile
from hub.footage.coded import CodedPicture, Coding, Form, StreamName
from hub.footage.segments.catalogue import Catalogue
from hub.footage.segments.keeper import Keeper
from hub.footage.segments.known_time import Now
from hub.footage.segments.mending import mend
from hub.footage.segments.names import DAY_US, HOUR_US, closed_name, day_of, index_of
from hub.footage.segments.reading import read_pictures
from hub.footage.segments.retention import Rules
from hub.footage.segments.writer import SegmentWriter

_FIRST_US = 1_793_491_200_000_000
"""2026-11-01 00:00 UTC; the real segments are of the first hour."""
_HOURS = 24
_LINKS = 60_000
"""To one file; ext4 takes 65,000."""
_GROUP = 50
_STEP_US = 40_000
_PICTURE_BYTES = 10_000
_FORM = Form(camera_id="C000", stream=StreamName.MAIN, coding=Coding.H264, codec="", width_px=64, height_px=64)
_MEMORY = Path("/dev/shm")


class Seeks(msgspec.Struct, frozen=True):
    """Milliseconds, warm. ``place``: the moment is found; ``first_picture``: and its picture read from the disk.

    ``month``: all segments of a camera in 30 days. Of the keeper: a sweep in which nothing goes, one in which a day of
    all cameras goes, the forecast. ``mend``: all cameras looked at after a kill. ``write_cpu_us``: processor time for a
    picture at 2 Mbit/s and 25 pictures a second, in the program and in the system, which syncs each second of them.
    """

    cameras: int
    days: int
    segments: int
    seeks: int
    place_p50_ms: float
    place_p95_ms: float
    first_picture_p50_ms: float
    first_picture_p95_ms: float
    month_p50_ms: float
    month_p95_ms: float
    mend_ms: float
    sweep_idle_ms: float
    sweep_day_ms: float
    sweep_day_segments: int
    forecast_ms: float
    memory_grown_mb: float
    write_cpu_us: float
    building_s: float


def measure(cameras: int = 831, days: int = 30, seeks: int = 1000, folder: Path | None = None) -> Seeks:
    """Build below ``folder`` (the system's temporary one), measure, take away. Raises OSError."""
    with tempfile.TemporaryDirectory(prefix="qianshao-seek-", dir=folder) as made:
        footage_dir = Path(made) / "footage"
        began_s = time.monotonic()
        segments = build(footage_dir, cameras, days)
        return _measure(footage_dir, cameras, days, seeks, segments, time.monotonic() - began_s)


def build(footage_dir: Path, cameras: int, days: int) -> int:
    """Lay the month out; returns how many segments there are. Raises OSError."""
    original = _hour(footage_dir.parent)
    links = 0
    for camera in range(cameras):
        for day in range(days):
            start_us = _FIRST_US + day * DAY_US
            there = footage_dir / f"C{camera:03}" / day_of(start_us)
            there.mkdir(parents=True)
            for hour in range(_HOURS):
                if links and links % _LINKS == 0:
                    original = _copy(original, links)
                from_us = start_us + hour * HOUR_US
                path = there / f"{closed_name(from_us, from_us + HOUR_US)}.mp4"
                os.link(original, path)
                os.link(index_of(original), index_of(path))
                links += 1
    return links


def _measure(footage_dir: Path, cameras: int, days: int, seeks: int, segments: int, building_s: float) -> Seeks:
    catalogue, keeper = Catalogue(footage_dir), Keeper(footage_dir)
    choice = random.Random(1)
    end_us = _FIRST_US + days * DAY_US

    def moment() -> tuple[str, int]:
        return f"C{choice.randrange(cameras):03}", choice.randrange(_FIRST_US, end_us)

    def find() -> None:
        assert catalogue.place(*moment()) is not None

    def read() -> None:
        camera_id, at_us = moment()
        pictures = read_pictures(catalogue, camera_id, at_us, at_us + 1_000_000)
        assert isinstance(next(pictures), Form) and isinstance(next(pictures), CodedPicture)

    def list_month() -> None:
        assert len(catalogue.spans(moment()[0], _FIRST_US, end_us)) == days * _HOURS

    before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    place_ms, first_ms, month_ms = _times(find, seeks), _times(read, seeks), _times(list_month, max(seeks // 20, 1))
    (mend_ms,) = _times(lambda: mend(footage_dir), 1)
    (idle_ms,) = _times(lambda: keeper.sweep(Now(end_us, end_us), Rules(days=days + 1, disk_share=1.0)), 1)
    (forecast_ms,) = _times(lambda: keeper.forecast(end_us, Rules(days=days, disk_share=1.0)), 1)
    began_s = time.perf_counter()
    swept = keeper.sweep(Now(end_us, end_us), Rules(days=days - 1, disk_share=1.0))
    return Seeks(
        cameras=cameras,
        days=days,
        segments=segments,
        seeks=seeks,
        place_p50_ms=percentile(place_ms, 50),
        place_p95_ms=percentile(place_ms, 95),
        first_picture_p50_ms=percentile(first_ms, 50),
        first_picture_p95_ms=percentile(first_ms, 95),
        month_p50_ms=percentile(month_ms, 50),
        month_p95_ms=percentile(month_ms, 95),
        mend_ms=mend_ms,
        sweep_idle_ms=idle_ms,
        sweep_day_ms=(time.perf_counter() - began_s) * 1000,
        sweep_day_segments=swept.deleted,
        forecast_ms=forecast_ms,
        write_cpu_us=write_cpu_us(footage_dir.parent / "written"),
        memory_grown_mb=(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb) / 1024,
        building_s=building_s,
    )


def write_cpu_us(folder: Path, seconds: int = 60) -> float:
    """Processor time of this thread for each picture. Raises OSError."""
    choice = random.Random(1)
    group = [(data, choice.randbytes(_PICTURE_BYTES).replace(b"\0\0", b"\1\1"), key) for data, key in _pictures()]
    pictures = [
        CodedPicture(_FIRST_US + number * _STEP_US, number * _STEP_US, key, False, data + filling)
        for number in range(seconds * 1_000_000 // _STEP_US)
        for data, filling, key in (group[number % _GROUP],)
    ]
    writer = SegmentWriter(folder, _FORM, _FIRST_US)
    began_s = time.thread_time()
    for picture in pictures:
        writer.add(picture, picture.wall_us)
    writer.close()
    return (time.thread_time() - began_s) / len(pictures) * 1e6


def _times(act: Callable[[], object], count: int) -> list[float]:
    found = []
    for _ in range(count):
        began_s = time.perf_counter()
        act()
        found.append((time.perf_counter() - began_s) * 1000)
    return found


def _hour(folder: Path) -> Path:
    """A real segment of an hour, 25 pictures a second, with its index; written in memory, where syncing is quick."""
    pictures = _pictures()
    with tempfile.TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else folder) as quick:
        writer = SegmentWriter(Path(quick), _FORM, _FIRST_US)
        for number in range(HOUR_US // _STEP_US):
            data, key = pictures[number % _GROUP]
            wall_us = _FIRST_US + number * _STEP_US
            writer.add(CodedPicture(wall_us, number * _STEP_US, key, False, data), wall_us)
        written = writer.close()
        assert written is not None
        original = folder / "hour-0.mp4"
        shutil.copyfile(written, original)
        shutil.copyfile(index_of(written), index_of(original))
    return original


def _pictures() -> list[tuple[bytes, bool]]:
    """One group of pictures: their bytes, and which is the key picture."""
    context = av.CodecContext.create("libx264", "w")
    assert isinstance(context, av.VideoCodecContext)
    context.width = context.height = 64
    context.pix_fmt, context.framerate, context.gop_size = "yuv420p", Fraction(25), _GROUP
    context.options = {"preset": "ultrafast", "bf": "0", "sc_threshold": "0"}
    packets = []
    for number in range(_GROUP):
        frame = av.VideoFrame.from_ndarray(np.full((96, 64), number, np.uint8), format="yuv420p")
        frame.pts, frame.time_base = number, Fraction(1, 25)
        packets += context.encode(frame)
    packets += context.encode(None)
    return [(bytes(packet), packet.is_keyframe) for packet in packets]


def _copy(original: Path, number: int) -> Path:
    copy = original.with_name(f"hour-{number}.mp4")
    shutil.copyfile(original, copy)
    shutil.copyfile(index_of(original), index_of(copy))
    return copy


def main() -> None:
    """Print what was measured as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cameras", type=int, default=831)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--seeks", type=int, default=1000)
    parser.add_argument("--folder", type=Path, help="on the disk that is to be measured")
    given = parser.parse_args()
    found = measure(given.cameras, given.days, given.seeks, given.folder)
    print(msgspec.json.format(msgspec.json.encode(found), indent=1).decode())


if __name__ == "__main__":
    main()
