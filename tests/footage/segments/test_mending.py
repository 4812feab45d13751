"""A power cut at any byte and any picture: what was whole on disk is there afterwards, and any player reads it."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import av
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.footage.coded import CodedPicture
from hub.footage.segments.catalogue import Catalogue
from hub.footage.segments.files import open_new
from hub.footage.segments.index import Index
from hub.footage.segments.mending import Mended, mend
from hub.footage.segments.nal import units_of
from hub.footage.segments.names import index_of
from hub.footage.segments.reading import Damage, read_pictures
from hub.footage.segments.writer import SegmentWriter
from tests.footage.segments.films import START_US, film, write

LATER_US = START_US + 86_400_000_000
SMALL = film(seconds=5, rate_hz=5, group=10, reordered=2, size=(64, 64))


def kept(folder: Path) -> list[CodedPicture]:
    damaged: list[Damage] = []
    found = list(read_pictures(Catalogue(folder), "C01", START_US, LATER_US, damaged.append))
    assert damaged == []
    return [one for one in found if isinstance(one, CodedPicture)]


def left_open(folder: Path, segment: bytes, index: bytes | None) -> Path:
    """A segment as a killed recorder leaves it."""
    day = folder / "C01" / "2026-11-22"
    shutil.rmtree(folder / "C01", ignore_errors=True)
    day.mkdir(parents=True)
    path = day / "160000000.mp4"
    path.write_bytes(segment)
    if index is not None:
        index_of(path).write_bytes(index)
    return path


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    return Whole(write(tmp_path_factory.mktemp("whole"), SMALL))


class Whole:
    """A closed segment's file and index."""

    def __init__(self, path: Path) -> None:
        self.data, self.index = path.read_bytes(), Index.read(index_of(path))


def check(folder: Path, whole: Whole, cut: int) -> None:
    """After a cut at a byte, all fragments before it are there, and nothing else."""
    data, index = whole.data, whole.index
    ends = [entry.offset + entry.size for entry in index]
    fragments = sum(end <= cut for end in ends)
    files = sorted((folder / "C01").rglob("*.*"))
    if fragments == 0:
        assert files == []
        return
    segment, written = files[1], files[0]
    assert segment.name.startswith("160000000-") and segment.suffix == ".mp4"
    assert segment.read_bytes() == data[: ends[fragments - 1]]
    assert written.read_bytes() == index.data[: fragments * 24]
    assert mend(folder) == Mended()


def test_power_cut_at_every_byte_of_a_fragment_keeps_those_before(tmp_path: Path, whole: Whole) -> None:
    data, index = whole.data, whole.index
    third = index[2]
    chosen = random.Random(1).sample(range(third.offset, len(data)), 60)
    for cut in {0, 1, 7, 8, 40, index[0].offset, third.offset, third.offset + 1, third.offset + 8, len(data), *chosen}:
        known = sum(entry.offset + entry.size <= cut for entry in index) * 24
        left_open(tmp_path, data[:cut], index.data[:known])
        mend(tmp_path)
        check(tmp_path, whole, cut)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cut_share=st.floats(0, 1),
    tail=st.sampled_from([b"", bytes(100), b"\0\0\0\x08moof" * 3, b"\xff" * 333]),
    kind=st.sampled_from(["missing", "short", "long", "garbage", "spoilt"]),
    short_share=st.floats(0, 1),
    garbage=st.binary(min_size=24, max_size=48),
)
def test_index_may_be_short_long_or_garbage(
    tmp_path: Path,
    whole: Whole,
    cut_share: float,
    tail: bytes,
    kind: str,
    short_share: float,
    garbage: bytes,
) -> None:
    content, index = whole.data, whole.index
    cut, short = round(cut_share * len(content)), round(short_share * len(index.data))
    missing = min((entry.offset + entry.size - cut for entry in index if entry.offset + entry.size > cut), default=0)
    if any(tail) and missing:  # what was never written is zeros, else it is as if it were written
        tail = tail[: missing - 1]
    entries = {
        "missing": None,
        "short": index.data[:short],
        "long": index.data + index.data[:short],
        "garbage": garbage,
        "spoilt": index.data[:short] + garbage + index.data[short + 24 :],
    }[kind]
    left_open(tmp_path, content[:cut] + tail, entries)
    mend(tmp_path)
    check(tmp_path, whole, cut)


class Disk:
    """What of a folder outlasts a power cut: of a file what was synced, of its name whether its folder was since."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._folder = folder
        self._data: dict[int, bytes] = {}
        self._names: dict[Path, dict[str, int]] = {}
        self.syncs = 0
        for name in ("fsync", "fdatasync"):
            monkeypatch.setattr(os, name, self._noted(getattr(os, name)))

    def _noted(self, sync: Callable[[int], None]) -> Callable[[int], None]:
        def synced(descriptor: int) -> None:
            sync(descriptor)
            self.syncs += 1
            path = Path(f"/proc/self/fd/{descriptor}").readlink()
            if path.is_dir():
                self._names[path] = {one.name: one.stat().st_ino for one in path.iterdir()}
            else:
                self._data[os.fstat(descriptor).st_ino] = path.read_bytes()

        return synced

    def after_power_cut(self, into: Path) -> None:
        """Make ``into`` the folder as the next start finds it."""
        shutil.rmtree(into, ignore_errors=True)
        self._restore(self._folder, into)

    def _restore(self, folder: Path, into: Path) -> None:
        into.mkdir()
        for name, number in self._names.get(folder, {}).items():
            if "." in name:
                (into / name).write_bytes(self._data.get(number, b""))
            else:
                self._restore(folder / name, into / name)


@pytest.mark.parametrize("rate_hz", [5, 25])
def test_power_cut_costs_less_than_2_seconds_by_what_was_synced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rate_hz: int
) -> None:
    filmed = film(seconds=5, rate_hz=rate_hz, group=rate_hz, size=(64, 64))
    units = [units_of(picture.data) for picture, _ in filmed.pictures]
    recorded, after = tmp_path / "recorded", tmp_path / "after"
    recorded.mkdir()
    disk = Disk(recorded, monkeypatch)
    writer = SegmentWriter(recorded, filmed.form, START_US)
    there: list[CodedPicture] = []
    for picture, decode_us in filmed.pictures:
        syncs = disk.syncs
        writer.add(picture, decode_us)
        writer.tick(picture.wall_us)
        if disk.syncs > syncs:  # else a cut now leaves what a cut before left
            disk.after_power_cut(after)
            mend(after)
            there = kept(after)
        until_us = there[-1].wall_us if there else START_US
        assert picture.wall_us - until_us < 2_000_000
        assert [units_of(one.data) for one in there] == units[: len(there)]
    writer.close()
    disk.after_power_cut(after)
    assert mend(after) == Mended(), "a segment that was closed has its name"
    assert len(kept(after)) == len(filmed.pictures)


def test_a_file_with_its_length_but_without_its_last_content_is_cut(tmp_path: Path, whole: Whole) -> None:
    data, index = whole.data, whole.index
    last = index[-1]
    blank_from = last.offset + last.size - 200
    left_open(tmp_path, data[:blank_from] + bytes(len(data) - blank_from), index.data[:-24])
    mended = mend(tmp_path)
    assert (mended.closed, mended.bytes_cut) == (1, last.size)
    check(tmp_path, whole, blank_from)


def test_a_place_that_does_not_read_costs_nothing_behind_it(tmp_path: Path, whole: Whole) -> None:
    data, index = whole.data, whole.index
    second = index[1]
    spoilt = data[: second.offset] + b"\xa5" * second.size + data[second.offset + second.size :]
    left_open(tmp_path, spoilt, None)
    assert mend(tmp_path).closed == 1
    found = kept(tmp_path)
    assert {one.wall_us for one in found} >= {
        one.wall_us for one, _ in SMALL.pictures if one.wall_us >= START_US + 2_000_000
    }
    (path,) = (tmp_path / "C01").rglob("*.mp4")
    with av.open(str(path)) as opened:
        times = [packet.pts for packet in opened.demux(video=0) if packet.size]
    assert max(times) == max(one.wall_us for one, _ in SMALL.pictures) - START_US


def test_a_segment_killed_between_its_two_names_is_closed(tmp_path: Path) -> None:
    path = write(tmp_path, SMALL)
    path.rename(path.with_name("160000000.mp4"))
    assert mend(tmp_path).closed == 1
    assert sorted(one.name for one in path.parent.iterdir()) == [index_of(path).name, path.name]
    assert len(kept(tmp_path)) == len(SMALL.pictures)


def test_a_segment_whose_head_does_not_read_is_told_and_left(tmp_path: Path, whole: Whole) -> None:
    data, index = whole.data, whole.index
    path = left_open(tmp_path, b"\xff" * 64 + data[64:], index.data)
    mended = mend(tmp_path)
    assert mended.unreadable == [path]
    assert path.exists()


def test_only_the_last_days_are_looked_at(tmp_path: Path) -> None:
    for day in range(1, 6):
        (tmp_path / "C01" / f"2026-11-0{day}").mkdir(parents=True)
    old = tmp_path / "C01" / "2026-11-01" / "000000000.mp4"
    new = tmp_path / "C01" / "2026-11-04" / "000000000.mp4"
    for path in (old, new):
        path.write_bytes(b"")
    assert mend(tmp_path).removed == 1
    assert old.exists() and not new.exists()


def test_mending_where_nothing_was_recorded_does_nothing(tmp_path: Path) -> None:
    assert mend(tmp_path / "none") == Mended()
    segment, index, path, _ = open_new(tmp_path, "C01", START_US)
    assert (segment, index) > (0, 0)
    assert mend(tmp_path).removed == 1
    assert not path.exists()
