"""Between cameras and disk: what waits is bounded, segments begin where they should, a failing disk is counted."""

from __future__ import annotations

import errno
import os
from itertools import count
from pathlib import Path

import pytest

from devices.protocol.clock import ManualClock
from hub.footage.coded import CodedPicture, Coding, Form, StreamName
from hub.footage.recorder.control import Disk
from hub.footage.recorder.recording import RETRY_US, Recording, Written
from hub.footage.recorder.writers import MAX_WAITING_BYTES, Writers
from hub.footage.segments.writer import SegmentWriter
from hub.footage.sources.packets import Arrived, PacketStream
from tests.footage.recorder.room import CLOCK, KEY_EVERY, recorded, segments, small_film

STARTED_US = 1_700_000_000_000_000


@pytest.fixture(scope="module")
def arrived(tmp_path_factory: pytest.TempPathFactory) -> list[Arrived]:
    film = small_film(tmp_path_factory.mktemp("film") / "gate.mp4")
    source = PacketStream(str(film), "C01", StreamName.MAIN, CLOCK, started_at_us=STARTED_US)
    pictures = list(source.pictures())
    source.close()
    return pictures


class Kept:
    """A recording, its numbers, and how often something turned."""

    def __init__(self, footage_dir: Path) -> None:
        self.footage_dir = footage_dir
        self.clock = ManualClock()
        self.turns = 0
        self.written = Written(self._turn)
        self.recording = Recording(self._begin, self.clock, self.written)

    def _turn(self) -> None:
        self.turns += 1

    def _begin(self, form: Form, at_us: int) -> SegmentWriter:
        return SegmentWriter(self.footage_dir, form, at_us)


def shifted(one: Arrived, by_us: int, *, jumped: bool = False) -> Arrived:
    picture = one.picture
    moved = CodedPicture(picture.wall_us + by_us, picture.media_us, picture.key, picture.broken, picture.data)
    return Arrived(one.form, moved, one.decode_us + by_us, jumped)


def test_clock_that_is_set_back_begins_a_segment_at_the_next_key_picture_and_loses_none(
    arrived: list[Arrived], tmp_path: Path
) -> None:
    kept = Kept(tmp_path)
    turned_at = KEY_EVERY + 3
    for number, one in enumerate(arrived):
        back_us = -3_600_000_000 if number >= turned_at else 0
        kept.recording.take(shifted(one, back_us, jumped=number == turned_at))
    kept.recording.end()
    assert kept.written.pictures == len(arrived) == len(recorded(tmp_path))
    assert kept.written.missing == 0
    assert len(segments(tmp_path)) == 2
    starts = sorted(one.wall_us for one in recorded(tmp_path) if one.key)
    assert starts[0] == STARTED_US - 3_600_000_000 + 2 * KEY_EVERY * 40_000


def test_folder_that_is_no_folder_is_told_once_and_tried_again_each_second(
    arrived: list[Arrived], tmp_path: Path
) -> None:
    (tmp_path / "C01").write_text("in the way")
    kept = Kept(tmp_path)
    for one in arrived:
        kept.recording.take(one)
    assert kept.written.disk is Disk.FAILING
    assert kept.written.missing == len(arrived)
    assert kept.turns == 1
    (tmp_path / "C01").unlink()
    kept.clock.advance(RETRY_US / 1e6)
    for one in arrived:
        kept.recording.take(shifted(one, 10_000_000))
    kept.recording.end()
    assert kept.written.disk is Disk.OK
    assert kept.written.pictures == len(arrived)


def test_picture_that_no_file_can_hold_is_left_out_alone(arrived: list[Arrived], tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    for number, one in enumerate(arrived):
        if number == 5:
            one = Arrived(one.form, CodedPicture(one.picture.wall_us, 0, False, False, b""), one.decode_us, False)
        kept.recording.take(one)
    kept.recording.end()
    assert (kept.written.pictures, kept.written.missing) == (len(arrived) - 1, 1)
    assert kept.written.disk is Disk.OK


def test_what_waits_for_a_disk_that_stands_still_is_bounded_and_the_oldest_given_up(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    writers = Writers()  # never started: the disk stands still
    intake = writers.intake(kept.recording, kept.written)
    form = Form(camera_id="C01", stream=StreamName.MAIN, coding=Coding.H264, codec="", width_px=1, height_px=1)
    size, numbers = 256 * 1024, count()
    for _ in range(5 * MAX_WAITING_BYTES // size):
        number = next(numbers)
        picture = CodedPicture(number * 40_000, number * 40_000, number % 10 == 0, False, bytes(size))
        intake.put(Arrived(form, picture, number * 40_000, False))
    waiting = [one for _, one in intake._waiting if one is not None]
    assert sum(len(one.picture.data) for one in waiting) <= MAX_WAITING_BYTES
    assert waiting[0].picture.key
    assert len(waiting) + kept.written.missing == next(numbers)
    assert kept.written.disk is Disk.FAILING


def test_writers_write_all_that_waits_before_they_end(arrived: list[Arrived], tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    writers = Writers()
    writers.start()
    intake = writers.intake(kept.recording, kept.written)
    for one in arrived:
        intake.put(one)
    assert writers.close(10)
    assert len(recorded(tmp_path)) == len(arrived)
    assert all("-" in one.stem for one in segments(tmp_path))


class Breaking(SegmentWriter):
    """Segments that break in a way that nobody foresaw."""

    def tick(self, now_us: int) -> None:
        raise KeyError("tick")

    def close(self) -> Path | None:
        raise RuntimeError("close")

    def give_up(self) -> None:
        raise LookupError("give up")


def test_whatever_breaks_in_one_stream_its_writer_goes_on_with_the_others(
    arrived: list[Arrived], tmp_path: Path
) -> None:
    kept, broken = Kept(tmp_path), Written(lambda: None)
    breaking = Recording(lambda form, at_us: Breaking(tmp_path / "broken", form, at_us), ManualClock(), broken)
    writers = Writers(1)
    writers.start()
    intakes = writers.intake(breaking, broken), writers.intake(kept.recording, kept.written)
    for one in arrived:
        for intake in intakes:
            intake.put(one)
            writers.take_up(intake)
    assert writers.close(10)
    assert (kept.written.pictures, kept.written.missing) == (len(arrived), 0)
    assert broken.disk is Disk.FAILING
    assert broken.pictures + broken.missing == len(arrived)


def test_stream_whose_segment_breaks_is_written_again_a_second_later(arrived: list[Arrived], tmp_path: Path) -> None:
    written, clock = Written(lambda: None), ManualClock()
    kinds = iter((Breaking, SegmentWriter))
    recording = Recording(lambda form, at_us: next(kinds)(tmp_path, form, at_us), clock, written)
    recording.take(arrived[0])
    recording.tick()
    assert written.disk is Disk.FAILING
    clock.advance(RETRY_US / 1e6)
    for one in arrived:
        recording.take(shifted(one, 10_000_000))
    recording.end()
    assert (len(recorded(tmp_path)), written.disk) == (len(arrived), Disk.OK)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_full_disk_has_its_own_name() -> None:
    descriptor = os.open("/dev/full", os.O_WRONLY)
    try:
        with pytest.raises(OSError, match="No space left") as full:
            os.write(descriptor, b"x")
    finally:
        os.close(descriptor)
    written = Written(lambda: None)

    def begin(_form: Form, _at_us: int) -> SegmentWriter:
        raise full.value

    recording = Recording(begin, ManualClock(), written)
    form = Form(camera_id="C01", stream=StreamName.MAIN, coding=Coding.H264, codec="", width_px=1, height_px=1)
    recording.take(Arrived(form, CodedPicture(0, 0, True, False, b""), 0, False))
    assert full.value.errno == errno.ENOSPC
    assert (written.disk, written.missing) == (Disk.FULL, 1)
