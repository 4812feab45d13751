"""Streams as coded pictures: Annex B with their parameter sets, in files of every kind, and what is no video."""

from __future__ import annotations

from pathlib import Path

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.footage.coded import Coding, StreamName
from hub.footage.errors import NotVideo, SourceError
from hub.footage.sources.annexb import Annexb
from hub.footage.sources.packets import Arrived, PacketStream
from tests.footage.recorder.room import CLOCK, KEY_EVERY, small_film

STARTED_US = 1_700_000_000_000_000
CODECS = {"libx264": Coding.H264, "libx265": Coding.H265}


def _read(film: Path) -> list[Arrived]:
    source = PacketStream(str(film), "C01", StreamName.MAIN, CLOCK, started_at_us=STARTED_US)
    try:
        return list(source.pictures())
    finally:
        source.close()


@pytest.mark.parametrize("codec", list(CODECS))
@pytest.mark.parametrize("suffix", ["mp4", "ts", "mkv"])
def test_every_kind_of_file_is_read_as_annex_b_that_decodes(tmp_path: Path, codec: str, suffix: str) -> None:
    pictures = _read(small_film(tmp_path / f"gate.{suffix}", codec, seconds=1))
    annexb = Annexb(CODECS[codec])
    assert len(pictures) == 25
    assert [one.picture.key for one in pictures] == [number % KEY_EVERY == 0 for number in range(25)]
    assert all(annexb.parameter_sets(one.picture.data) for one in pictures if one.picture.key)
    assert [one.picture.wall_us for one in pictures] == [STARTED_US + number * 40_000 for number in range(25)]
    assert len({id(one.form) for one in pictures}) == 1
    form = pictures[0].form
    assert (form.coding, form.width_px, form.height_px, form.frames_per_s) == (CODECS[codec], 320, 240, 25.0)
    decoder = av.CodecContext.create("h264" if codec == "libx264" else "hevc", "r")
    assert isinstance(decoder, av.VideoCodecContext)
    decoded = [frame for one in pictures for frame in decoder.decode(av.Packet(one.picture.data))]
    assert len([*decoded, *decoder.decode(None)]) == 25


def test_pictures_that_are_shown_out_of_order_have_both_their_times(tmp_path: Path) -> None:
    film = small_film(tmp_path / "gate.mp4", options={"preset": "fast", "bf": "2", "b-adapt": "0"})
    pictures = _read(film)
    decode = [one.decode_us for one in pictures]
    assert decode == sorted(set(decode))
    shown = sorted(one.picture.wall_us for one in pictures)
    assert [wall - shown[0] for wall in shown] == [number * 40_000 for number in range(50)]
    assert shown != [one.picture.wall_us for one in pictures]


def test_codec_is_named_as_browsers_want_it(tmp_path: Path) -> None:
    film = small_film(tmp_path / "gate.mp4", options={"preset": "fast", "profile": "high", "level": "3.1"}, seconds=0.2)
    assert _read(film)[0].form.codec == "avc1.64001f"
    film = small_film(tmp_path / "yard.mp4", "libx265", seconds=0.2)
    assert _read(film)[0].form.codec.startswith("hvc1.1.6.L")


def test_picture_without_its_first_slice_or_that_is_noise_is_known() -> None:
    h264, h265 = Annexb(Coding.H264), Annexb(Coding.H265)
    assert h264.makes_sense(b"\0\0\0\1\x65\x88\x84\x00")
    assert h264.begins_whole(b"\0\0\0\1\x65\x88\x84\x00")
    assert not h264.begins_whole(b"\0\0\0\1\x65\x08\x84\x00")
    assert h265.begins_whole(b"\0\0\0\1\x26\x01\x88\x84")
    assert not h265.begins_whole(b"\0\0\0\1\x26\x01\x08\x84")
    assert not h264.makes_sense(b"\0\0\0\1\xe5\x88\x84\x00")
    assert not h265.makes_sense(b"\0\0\0\1\x26\x00\x88\x84")
    assert not h264.makes_sense(b"Dear Sir")
    assert not h264.makes_sense(b"")


@given(st.binary(max_size=300), st.sampled_from([Coding.H264, Coding.H265]), st.booleans())
def test_no_bytes_at_all_upset_the_reading_of_units(data: bytes, coding: Coding, starts: bool) -> None:
    annexb = Annexb(coding)
    data = b"\0\0\1" + data if starts else data
    if annexb.makes_sense(data):
        annexb.begins_whole(data)
    annexb.codec(annexb.sequence_set(annexb.parameter_sets(data)))
    annexb.codec(data)


@pytest.mark.parametrize("data", [b"", b"Dear Sir, " * 500, b"\0" * 4096])
def test_file_that_is_no_video_is_said_to_be_none(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "letter.mp4").write_bytes(data)
    with pytest.raises(NotVideo):
        _read(tmp_path / "letter.mp4")


@pytest.mark.parametrize("suffix", ["mp4", "ts", "mkv"])
def test_file_that_is_cut_or_spoilt_gives_what_reads_and_no_other_error(tmp_path: Path, suffix: str) -> None:
    whole = small_film(tmp_path / f"gate.{suffix}").read_bytes()
    film = tmp_path / f"spoilt.{suffix}"
    for spoilt in (whole[: len(whole) // 2], whole[:200], whole[:500] + b"\xff" * 200 + whole[700:]):
        film.write_bytes(spoilt)
        try:
            assert len(_read(film)) <= 50
        except SourceError as error:
            assert error.chinese
