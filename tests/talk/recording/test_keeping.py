"""Recordings go when their time is up or the disk's share is full, the oldest first; torn files are mended."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from devices.protocol.clock import SystemClock
from hub.talk.recording import rows
from hub.talk.recording.keeping import mend
from hub.talk.recording.messages import BurstQuery
from tests.talk.recording.bursts import new_burst, open_recordings, record, tone

DAY_US = 86_400_000_000
NOON_US = 1_800_000_000_000_000
EVERYTHING = 10**12
SIZE = 27 + 19 + 500
"""A little more than a burst of 5 packets takes."""


class Days(SystemClock):
    """A clock that stands at day ``day``."""

    day = 0

    def wall_us(self) -> int:
        return NOON_US + self.day * DAY_US


async def left(folder: Path, before_us: int, most_bytes: int) -> tuple[list[int], int]:
    """A burst a day for 4 days, then forgetting: the days whose bursts are left, and how many days have a folder."""
    clock = Days()
    async with open_recordings(folder, clock) as (recordings, database):
        days = {}
        for clock.day in range(4):  # the clock is read by whom it is given to
            days[record(recordings, new_burst(), tone(0.1))] = clock.day
        await recordings.stop()
        await recordings.forget(before_us, most_bytes)
        page = await database.read(lambda c: rows.page(c, BurstQuery(), None, None))
    files = list((folder / "voice").glob("*/*.ogg"))
    assert len(files) == len(page.items)
    return sorted(days[burst.burst_id] for burst in page.items), len(list((folder / "voice").iterdir()))


async def test_recordings_older_than_they_may_be_kept_go_with_their_files(tmp_path: Path) -> None:
    assert await left(tmp_path, NOON_US + 2 * DAY_US, EVERYTHING) == ([2, 3], 2)


async def test_oldest_go_when_all_take_too_much(tmp_path: Path) -> None:
    assert await left(tmp_path, 0, 2 * SIZE) == ([2, 3], 2)


@pytest.mark.parametrize(
    ("before_us", "most_bytes", "left_days"), [(NOON_US + 2 * DAY_US, EVERYTHING, (3, 2, 0)), (0, 2 * SIZE, (3, 0))]
)
async def test_file_that_cannot_be_deleted_is_tried_again_and_holds_no_other_up(
    tmp_path: Path, before_us: int, most_bytes: int, left_days: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "FORGOTTEN_AT_ONCE", 1)
    clock = Days()
    async with open_recordings(tmp_path, clock) as (recordings, database):
        for clock.day in range(4):
            record(recordings, new_burst(), tone(0.1))
        await recordings.stop()
        oldest = min((tmp_path / "voice").glob("*/*.ogg"))
        oldest.rename(tmp_path / "kept.ogg")
        oldest.mkdir()  # no unlink takes a folder away
        async with asyncio.timeout(2):
            await recordings.forget(before_us, most_bytes)
        page = await database.read(lambda c: rows.page(c, BurstQuery(), None, None))
        assert [burst.started_at_ms for burst in page.items] == [(NOON_US + n * DAY_US) // 1000 for n in left_days]
        oldest.rmdir()
        (tmp_path / "kept.ogg").rename(oldest)
        await recordings.forget(before_us, 0)
        page = await database.read(lambda c: rows.page(c, BurstQuery(), None, None))
    assert page.items == ()
    assert list((tmp_path / "voice").iterdir()) == []


async def test_file_that_no_row_names_goes_with_its_day(tmp_path: Path) -> None:
    for day in ("2026-12-31", "2027-01-14", "notes"):
        (tmp_path / "voice" / day).mkdir(parents=True)
        (tmp_path / "voice" / day / "left.ogg").write_bytes(b"OggS")
    async with open_recordings(tmp_path) as (recordings, _):
        await recordings.forget(NOON_US, EVERYTHING)
    assert sorted(day.name for day in (tmp_path / "voice").iterdir()) == ["2027-01-14", "notes"]


async def test_torn_file_is_cut_after_its_last_whole_page(tmp_path: Path) -> None:
    async with open_recordings(tmp_path) as (recordings, _):
        record(recordings, new_burst(), tone(3))
    (file,) = (tmp_path / "voice").glob("*/*.ogg")
    whole = file.read_bytes()
    file.write_bytes(whole[:-10])
    found = mend(file)
    assert found is not None and found.packets == 100
    assert file.read_bytes() == whole[: found.bytes]
    file.write_bytes(whole[:100])
    assert mend(file) is None and not file.exists()
