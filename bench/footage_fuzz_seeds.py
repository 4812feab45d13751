"""What is mutated: films of the simulated cameras as tapes, in files of several containers, in segments."""

from __future__ import annotations

import io
import tempfile
from dataclasses import replace
from pathlib import Path

import av

from bench.footage_fuzz_cases import PICTURES, Seeds
from hub.footage.coded import CodedPicture, Form, StreamName
from hub.footage.coded import Coding as Coded
from hub.footage.segments.names import closed_name, day_of, index_of, open_name
from hub.footage.segments.writer import SegmentWriter
from simulators.cameras.films import SUB_BIT_RATE, Film, rendered
from simulators.cameras.tape import Tape
from simulators.cameras.units import Coding, to_annex_b

START_US = 1_795_363_200_000_000
"""2026-11-22 16:00:00 UTC."""
SEGMENT_US = (START_US - 60_000_000, START_US + 3_600_000_000)
_DAY = f"C01/{day_of(START_US)}"
SEGMENT_STARTS = (
    f"{_DAY}/{open_name(START_US)}.mp4",
    f"{_DAY}/{closed_name(START_US, START_US + 2_400_000)}.mp4",
)
"""A segment that was being written, and a closed one."""


def seeds(films: Path) -> Seeds:
    """Films are rendered into ``films`` where they are not there yet."""
    whole = [rendered(films, Film(coding, 640, 360, SUB_BIT_RATE)) for coding in Coding]
    tapes = [replace(tape, pictures=tape.pictures[:PICTURES]) for tape in whole]
    paths = [films / Film(coding, 640, 360, SUB_BIT_RATE).name for coding in Coding]
    files = [_remuxed(path, kind) for path in paths for kind in ("mp4", "mpegts")]
    return Seeds(tapes, [*files, _mjpeg(paths[0])], [_segment(tape) for tape in tapes])


def _remuxed(path: Path, kind: str) -> bytes:
    made = io.BytesIO()
    with av.open(str(path)) as source, av.open(made, "w", format=kind) as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for count, packet in enumerate(source.demux(video=0)):
            if count == PICTURES or not packet.size:
                break
            packet.stream = stream
            target.mux(packet)
    return made.getvalue()


def _mjpeg(path: Path) -> bytes:
    made = io.BytesIO()
    with (
        av.open(str(path)) as source,
        av.open(made, "w", format="mjpeg") as target,
    ):
        stream = target.add_stream("mjpeg", 25)
        stream.width, stream.height, stream.pix_fmt = 640, 360, "yuvj420p"
        for count, frame in enumerate(source.decode(video=0)):
            if count == 10:
                break
            target.mux(stream.encode(frame.reformat(format="yuvj420p")))
    return made.getvalue()


def _segment(tape: Tape) -> tuple[bytes, bytes]:
    """As the recorder writes it, with its index."""
    form = Form(
        camera_id="C01",
        stream=StreamName.MAIN,
        coding=Coded.H264 if tape.coding is Coding.H264 else Coded.H265,
        codec="",
        width_px=640,
        height_px=360,
        frames_per_s=tape.frame_rate_hz,
    )
    with tempfile.TemporaryDirectory() as name:
        writer = SegmentWriter(Path(name), form, START_US)
        for index, picture in enumerate(tape.pictures):
            at_us = START_US + picture.due_us
            data = to_annex_b(tape.sent_units(index))
            writer.add(CodedPicture(at_us, picture.due_us, picture.key, False, data), at_us)
        path = writer.close()
        assert path is not None
        return path.read_bytes(), index_of(path).read_bytes()
