"""A segment as it is written: any player reads it, its pictures keep their times, little is added to them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import av
import msgspec
import pytest

from hub.footage.coded import Coding
from hub.footage.segments.decoder_setup import NoSetup
from hub.footage.segments.index import Index
from hub.footage.segments.mending import Mended, mend
from hub.footage.segments.nal import NotUnits
from hub.footage.segments.names import HOUR_US, index_of
from hub.footage.segments.writer import OutOfPlace, SegmentWriter
from tests.footage.segments.films import START_US, film, write
from tests.small_disk import small_disk


@pytest.mark.parametrize(
    ("encoder", "reordered"), [("libx264", 0), ("libx264", 2), ("libx265", 0), ("libx265", 3), ("mjpeg", 0)]
)
def test_any_player_reads_a_segment_with_the_right_times(tmp_path: Path, encoder: str, reordered: int) -> None:
    filmed = film(encoder, reordered=reordered)
    path = write(tmp_path, filmed)
    assert path.relative_to(tmp_path) == Path("C01/2026-11-22/160000000-160004000.mp4")
    with av.open(str(path)) as opened:
        video = opened.streams.video[0]
        packets = [packet for packet in opened.demux(video) if packet.size]
        times_us = [round(packet.pts * video.time_base * 1_000_000) for packet in packets]
    assert times_us == [picture.wall_us - START_US for picture, _ in filmed.pictures]
    assert [packet.is_keyframe for packet in packets] == [picture.key for picture, _ in filmed.pictures]
    with av.open(str(path)) as opened:
        shown = [frame.time for frame in opened.decode(video=0)]
    assert shown == pytest.approx([number / 25 for number in range(100)], abs=1e-6)


def test_a_fragment_lasts_a_second_at_most_and_begins_at_a_key_picture(tmp_path: Path) -> None:
    entries = Index.read(index_of(write(tmp_path, film(group=30))))
    assert [(entry.wall_us - START_US) // 1000 for entry in entries] == [0, 1000, 1200, 2200, 2400, 3400, 3600]
    assert [entry.key for entry in entries] == [True, False, True, False, True, False, True]
    assert [entry.duration_ms for entry in entries] == [1000, 200, 1000, 200, 1000, 200, 400]


@pytest.mark.parametrize("encoder", ["libx264", "libx265"])
def test_at_most_2_percent_is_added_to_500_kbit_per_s(tmp_path: Path, encoder: str) -> None:
    filmed = film(encoder, kbit_per_s=500, seconds=4)
    received = sum(len(picture.data) for picture, _ in filmed.pictures)
    path = write(tmp_path, filmed)
    head_bytes = Index.read(index_of(path))[0].offset
    assert received > 4 * 40_000
    written = path.stat().st_size + index_of(path).stat().st_size - head_bytes  # the head comes once an hour
    assert written / received < 1.02


def test_a_slow_camera_has_its_picture_on_disk_after_1_5_seconds(tmp_path: Path) -> None:
    filmed = film(rate_hz=5)
    writer = SegmentWriter(tmp_path, filmed.form, START_US)
    writer.add(*filmed.pictures[0])
    before = writer.bytes_written
    writer.tick(START_US + 1_499_999)
    assert writer.bytes_written == before
    writer.tick(START_US + 1_500_000)
    assert writer.bytes_written > before
    assert writer.end_us == START_US + 200_000


def test_nothing_is_on_disk_of_a_segment_without_pictures(tmp_path: Path) -> None:
    writer = SegmentWriter(tmp_path, film().form, START_US)
    assert writer.close() is None
    assert list(tmp_path.iterdir()) == []


def test_what_no_file_can_hold_is_refused_and_the_rest_recorded(tmp_path: Path) -> None:
    filmed = film()
    writer = SegmentWriter(tmp_path, filmed.form, START_US)
    with pytest.raises(NoSetup, match="begins with a key picture"):
        writer.add(*filmed.pictures[1])
    for data in (b"", b"\0\0\0\1", b"no start code"):
        with pytest.raises(NotUnits):
            writer.add(replace(filmed.pictures[0][0], data=data), START_US)
    bare = filmed.pictures[0][0].data.rpartition(b"\0\0\1")[2]
    with pytest.raises(NoSetup, match="brings no parameter sets"):
        writer.add(replace(filmed.pictures[0][0], data=b"\0\0\1" + bare), START_US)
    for picture, decode_us in filmed.pictures:
        writer.add(picture, decode_us)
    assert writer.close() is not None
    other = SegmentWriter(tmp_path, msgspec.structs.replace(filmed.form, coding=Coding.OTHER, codec="vp09"), START_US)
    with pytest.raises(NoSetup, match="coded as vp09 cannot be recorded"):
        other.add(*filmed.pictures[0])


def test_a_full_disk_costs_only_what_was_not_yet_said_to_be_on_it(tmp_path: Path) -> None:
    filmed = film(kbit_per_s=500)
    with small_disk(tmp_path / "disk", "1m") as disk:
        writer = SegmentWriter(disk.folder, filmed.form, START_US)
        for picture, decode_us in filmed.pictures[:60]:
            writer.add(picture, decode_us)
        safe = writer.bytes_written
        disk.fill()
        with pytest.raises(OSError, match="No space left"):
            for picture, decode_us in filmed.pictures[60:]:
                writer.add(picture, decode_us)
        writer.give_up()
        assert mend(disk.folder) == Mended()
        (path,) = (disk.folder / "C01").rglob("*.mp4")
        assert path.name == "160000000-160002000.mp4"
        assert path.stat().st_size + index_of(path).stat().st_size == safe
        with av.open(str(path)) as opened:
            assert len([packet for packet in opened.demux(video=0) if packet.size]) == 50
        disk.empty()
        assert write(disk.folder, film(start_us=START_US + 2_000_000)).exists()


def test_a_disk_that_is_full_at_the_start_leaves_nothing_behind(tmp_path: Path) -> None:
    filmed = film()
    with small_disk(tmp_path / "disk", "64k") as disk:
        disk.fill()
        writer = SegmentWriter(disk.folder, filmed.form, START_US)
        with pytest.raises(OSError, match="No space left"):
            for picture, decode_us in filmed.pictures:
                writer.add(picture, decode_us)
        writer.give_up()
        assert mend(disk.folder).closed == 0
        assert list(disk.folder.rglob("*.mp4")) == []


def test_a_segment_begins_with_the_first_picture_that_it_can_hold(tmp_path: Path) -> None:
    filmed = film(start_us=START_US + 60_000_000)
    writer = SegmentWriter(tmp_path, filmed.form, START_US)
    for picture, decode_us in filmed.pictures:
        writer.add(picture, decode_us)
    path = writer.close()
    assert path is not None and path.name == "160100000-160104000.mp4"


@pytest.mark.parametrize("wrong_us", [-3 * HOUR_US, 3 * HOUR_US])
def test_a_picture_of_another_time_is_refused_and_the_next_recorded(tmp_path: Path, wrong_us: int) -> None:
    filmed = film()
    writer = SegmentWriter(tmp_path, filmed.form, START_US)
    for number, (picture, decode_us) in enumerate(filmed.pictures):
        if number == 30:
            with pytest.raises(OutOfPlace):
                writer.add(replace(picture, wall_us=picture.wall_us + wrong_us), decode_us)
        writer.add(picture, decode_us)
    path = writer.close()
    assert path is not None
    assert sum(entry.duration_ms for entry in Index.read(index_of(path))) == 4000


def test_decoding_times_that_make_no_sense_do_not_stop_the_recording(tmp_path: Path) -> None:
    filmed = film(seconds=2)
    writer = SegmentWriter(tmp_path, filmed.form, START_US)
    for picture, _ in filmed.pictures:
        writer.add(picture, 0)
    path = writer.close()
    assert path is not None
    with av.open(str(path)) as opened:
        times = [packet.pts for packet in opened.demux(video=0) if packet.size]
    assert times == [picture.wall_us - START_US for picture, _ in filmed.pictures]
