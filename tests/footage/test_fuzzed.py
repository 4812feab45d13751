"""What fuzzing the media doors found (bench/footage_fuzz.py), each by the bytes that did it: an error told in words."""

from __future__ import annotations

import io
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from bench.footage_fuzz_cases import Case, Door
from bench.footage_fuzz_target import play
from hub.footage.coded import CodedPicture
from hub.footage.segments.catalogue import Catalogue
from hub.footage.segments.index import Index
from hub.footage.segments.mending import mend
from hub.footage.segments.names import index_of
from hub.footage.segments.reading import Damage, read_pictures
from tests.footage.segments.films import START_US, film, write

_OK = b"RTSP/1.0 200 OK\r\nCSeq: CSEQ\r\n"


def test_a_camera_that_does_not_name_its_coding_is_told_as_unknown() -> None:
    session = b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=C01\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\na=control:track1\r\n"
    answers = (
        _OK + b"Public: OPTIONS, DESCRIBE, SETUP, PLAY\r\n\r\n",
        _OK + b"Content-Type: application/sdp\r\nContent-Length: %d\r\n\r\n" % len(session) + session,
        _OK + b"Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\nSession: 1\r\n\r\n",
        _OK + b"Session: 1\r\n\r\n",
    )
    assert play(Case(Door.RTSP, (*answers, b""), "description")) == "NotVideo"


def _transport_stream(*, with_sound: bool, first: int) -> bytes:
    made = io.BytesIO()
    with av.open(made, "w", format="mpegts", options={"tables_version": str(int(with_sound))}) as container:
        video = container.add_stream("libx264", 25, options={"preset": "ultrafast"})
        assert isinstance(video, av.VideoStream)
        video.width = video.height = 64
        sound = container.add_stream("mp2", 48_000) if with_sound else None
        for number in range(first, first + 50):
            frame = av.VideoFrame.from_ndarray(np.full((64, 64, 3), number, np.uint8), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            container.mux(video.encode(frame))
            if isinstance(sound, av.AudioStream):
                quiet = av.AudioFrame.from_ndarray(np.zeros((1, 2 * 1920), np.int16), format="s16", layout="stereo")
                quiet.pts, quiet.time_base, quiet.sample_rate = number * 1920, Fraction(1, 48_000), 48_000
                container.mux(sound.encode(quiet))
        container.mux(video.encode(None))
    return made.getvalue()


def test_sound_that_begins_in_the_middle_breaks_a_stream_off_in_words() -> None:
    both = _transport_stream(with_sound=False, first=0) + _transport_stream(with_sound=True, first=50)
    assert play(Case(Door.HTTP, (both,), "file")) == "Unreadable"


def test_a_segment_whose_last_known_fragments_do_not_read_gives_what_is_before_them(tmp_path: Path) -> None:
    path = write(tmp_path, film(seconds=5, rate_hz=5, group=10, size=(64, 64)))
    entries = [*Index.read(index_of(path))]
    data = bytearray(path.read_bytes())
    for entry in entries[-3:-1]:
        data[entry.offset + 4 : entry.offset + 8] = b"\0\0\0\0"
    path.write_bytes(data[: entries[-1].offset + 20])
    for _ in range(2):  # as it lies, and mended
        damaged: list[Damage] = []
        found = list(read_pictures(Catalogue(tmp_path), "C01", START_US, START_US + 60_000_000, damaged.append))
        assert len([one for one in found if isinstance(one, CodedPicture)]) >= 5
        path.rename(path.with_name("160000000.mp4"))
        index_of(path).rename(path.with_name("160000000.idx"))
        mend(tmp_path)
        path = next(tmp_path.rglob("*.mp4"))
