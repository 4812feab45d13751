"""Footage really deleted: files, indexes, days that are empty; a full disk; files that will not go."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hub.footage.segments.catalogue import Catalogue
from hub.footage.segments.keeper import DiskUse, Keeper, disk_use
from hub.footage.segments.known_time import Now
from hub.footage.segments.names import DAY_US, HOUR_US, closed_name, day_of, open_name
from hub.footage.segments.retention import Hold, PastDays, Rules
from tests.small_disk import small_disk

NOW_US = 1_795_363_200_000_000
RULES = Rules(days=30, disk_share=0.99)


def at(now_us: int) -> Now:
    return Now(now_us, now_us)


def lay(folder: Path, camera_id: str, start_us: int, size: int = 100, *, is_open: bool = False) -> Path:
    day = folder / camera_id / day_of(start_us)
    day.mkdir(parents=True, exist_ok=True)
    name = open_name(start_us) if is_open else closed_name(start_us, start_us + HOUR_US)
    path = day / f"{name}.mp4"
    path.write_bytes(bytes(size))
    path.with_suffix(".idx").write_bytes(b"")
    return path


def test_footage_of_more_than_30_days_is_gone_with_its_index_and_its_day(tmp_path: Path) -> None:
    for days in (29, 31, 32):
        for hours in (0, 1):
            lay(tmp_path, "C01", NOW_US - days * DAY_US + hours * HOUR_US)
    lay(tmp_path, "C02", NOW_US - 40 * DAY_US)
    swept = Keeper(tmp_path).sweep(at(NOW_US), RULES)
    assert (swept.deleted, swept.deleted_bytes, swept.early, swept.stuck) == (5, 500, 0, 0)
    assert Catalogue(tmp_path).days("C01") == [day_of(NOW_US - 29 * DAY_US)]
    assert Catalogue(tmp_path).cameras() == ["C01"]
    assert len(list(tmp_path.rglob("*.*"))) == 4


def test_a_hold_keeps_its_segment_alone_until_it_ends(tmp_path: Path) -> None:
    paths = [lay(tmp_path, "C01", NOW_US - 40 * DAY_US + hours * HOUR_US) for hours in range(4)]
    start_us = NOW_US - 40 * DAY_US + HOUR_US
    held = Rules(days=30, disk_share=0.99, holds=[Hold(frozenset({"C01"}), start_us + 1, start_us + 2)])
    keeper = Keeper(tmp_path)
    keeper.sweep(at(NOW_US), held)
    assert [path.exists() for path in paths] == [False, True, False, False]
    assert keeper.sweep(at(NOW_US + 60_000_000), RULES).deleted == 1


def test_an_owners_shorter_term_is_kept_at_once(tmp_path: Path) -> None:
    lay(tmp_path, "C01", NOW_US - 5 * DAY_US)
    kept = lay(tmp_path, "C02", NOW_US - 5 * DAY_US)
    keeper = Keeper(tmp_path)
    assert keeper.sweep(at(NOW_US), RULES).deleted == 0
    assert keeper.sweep(at(NOW_US + 1), Rules(days=30, disk_share=0.99, days_of={"C01": 3})).deleted == 1
    assert kept.exists()


def test_a_clock_that_leaps_a_month_ahead_makes_nothing_too_old(tmp_path: Path) -> None:
    there = [lay(tmp_path, "C01", NOW_US - hours * HOUR_US, is_open=not hours) for hours in range(25)]
    keeper, leapt = Keeper(tmp_path), Now(NOW_US + 31 * DAY_US, NOW_US + 60_000_000)
    assert keeper.sweep(at(NOW_US), RULES).deleted == 0
    assert keeper.sweep(leapt, RULES).deleted == 0
    assert keeper.sweep(leapt, Rules(days=29, disk_share=0.99)).deleted == 0
    assert all(path.exists() for path in there)


def test_what_is_held_while_a_sweep_goes_on_stays(tmp_path: Path) -> None:
    first, held = (lay(tmp_path, "C01", NOW_US - days * DAY_US) for days in (41, 40))
    hold = Hold(frozenset({"C01"}), NOW_US - 40 * DAY_US, NOW_US - 39 * DAY_US)
    assert Keeper(tmp_path, lambda: () if first.exists() else (hold,)).sweep(at(NOW_US), RULES).deleted == 1
    assert [first.exists(), held.exists()] == [False, True]


def test_what_an_owner_agreed_to_counts_for_footage_from_then(tmp_path: Path) -> None:
    gone, later, young = (lay(tmp_path, "C01", NOW_US - days * DAY_US) for days in (10, 8, 6))
    past = {"C01": [PastDays(7, NOW_US - 9 * DAY_US)]}
    assert Keeper(tmp_path).sweep(at(NOW_US), Rules(days=30, disk_share=0.99, past_of=past)).deleted == 1
    assert [path.exists() for path in (gone, later, young)] == [False, True, True]


def test_other_files_are_told_and_left(tmp_path: Path) -> None:
    path = lay(tmp_path, "C01", NOW_US - 40 * DAY_US)
    notes = path.with_name("notes.txt")
    notes.write_text("x")
    swept = Keeper(tmp_path).sweep(at(NOW_US), RULES)
    assert (swept.deleted, swept.strange) == (1, [notes])
    assert notes.exists()


def test_an_index_without_its_segment_goes_with_its_day(tmp_path: Path) -> None:
    path = lay(tmp_path, "C01", NOW_US - 40 * DAY_US)
    path.unlink()
    Keeper(tmp_path).sweep(at(NOW_US), RULES)
    assert Catalogue(tmp_path).cameras() == []


def test_a_full_disk_loses_the_oldest_first_and_says_how_many_days_are_kept(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "4m") as disk:
        for hours in range(30):
            for camera_id in ("C01", "C02"):
                lay(disk.folder, camera_id, NOW_US - (40 - hours) * HOUR_US, 60_000)
        rules = Rules(days=30, disk_share=0.5)
        swept = Keeper(disk.folder).sweep(at(NOW_US), rules)
        assert disk_use(disk.folder).room_bytes(0.5) >= 0
        assert 20 < swept.early == swept.deleted < 40
        assert swept.excess_bytes == 0
        left = Catalogue(disk.folder).spans("C01", 0, NOW_US)
        assert swept.kept_days == pytest.approx((NOW_US - left[0].start_us) / DAY_US, abs=1.1 / 24)


def test_a_disk_that_others_fill_keeps_the_last_hour_and_what_is_written(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "2m") as disk:
        gone = lay(disk.folder, "C01", NOW_US - 3 * HOUR_US)
        last, written = (
            lay(disk.folder, "C01", NOW_US - HOUR_US - 1),
            lay(disk.folder, "C01", NOW_US - HOUR_US // 2, is_open=True),
        )
        disk.fill()
        swept = Keeper(disk.folder).sweep(at(NOW_US), Rules(days=30, disk_share=0.5))
        assert [path.exists() for path in (gone, last, written)] == [False, True, True]
        assert swept.excess_bytes > 900_000


def test_a_disk_full_of_what_is_held_says_how_much_that_is(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "2m") as disk:
        for hours in (3, 4):
            lay(disk.folder, "C01", NOW_US - hours * HOUR_US, 100_000)
        disk.fill()
        held = Hold(frozenset({"C01"}), NOW_US - DAY_US, NOW_US)
        keeper, rules = Keeper(disk.folder), Rules(days=30, disk_share=0.5, holds=[held])
        for swept in (keeper.sweep(at(NOW_US), rules), keeper.sweep(at(NOW_US + 60_000_000), rules)):
            assert swept.excess_bytes > 900_000
            assert swept.held_bytes == 200_000


def test_where_nothing_more_may_go_it_is_looked_for_again_after_10_minutes(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "2m") as disk:
        last = lay(disk.folder, "C01", NOW_US - 2 * HOUR_US + 1)
        disk.fill()
        keeper, rules = Keeper(disk.folder), Rules(days=30, disk_share=0.5)
        assert keeper.sweep(at(NOW_US), rules).deleted == 0
        assert keeper.sweep(at(NOW_US + 599_000_000), rules).excess_bytes > 900_000
        assert last.exists()
        assert keeper.sweep(at(NOW_US + 600_000_000), rules).deleted == 1


def test_a_file_that_will_not_go_is_told_once_and_tried_each_hour(tmp_path: Path) -> None:
    stuck = lay(tmp_path, "C01", NOW_US - 40 * DAY_US)
    stuck.unlink()
    (stuck / "x").mkdir(parents=True)  # no unlink takes a folder away, whoever asks
    keeper = Keeper(tmp_path)
    assert keeper.sweep(at(NOW_US), RULES).newly_stuck == [stuck]
    again = keeper.sweep(at(NOW_US + HOUR_US), RULES)
    assert (again.stuck, again.newly_stuck, again.deleted) == (1, [], 0)
    (stuck / "x").rmdir()
    stuck.rmdir()
    lay(tmp_path, "C01", NOW_US - 40 * DAY_US)
    assert keeper.sweep(at(NOW_US + HOUR_US + 60_000_000), RULES).deleted == 0
    last = keeper.sweep(at(NOW_US + 2 * HOUR_US), RULES)
    assert (last.deleted, last.stuck) == (1, 0)


def test_the_forecast_is_measured_from_the_last_days(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "8m") as disk:
        for hours in range(1, 49):
            lay(disk.folder, "C01", NOW_US - hours * HOUR_US, 10_000)
        found = Keeper(disk.folder).forecast(NOW_US, Rules(days=30, disk_share=0.9))
        assert found.bytes_per_day == pytest.approx(240_000)
        assert found.full_in_days is None
        tight = Keeper(disk.folder).forecast(NOW_US, Rules(days=60, disk_share=0.9))
        assert tight.full_in_days == pytest.approx(tight.room_bytes / 240_000)


def test_nothing_is_swept_where_nothing_was_recorded(tmp_path: Path) -> None:
    keeper = Keeper(tmp_path / "none")
    assert keeper.sweep(at(NOW_US), RULES).deleted == 0
    assert keeper.forecast(NOW_US, RULES).is_enough
    assert list(tmp_path.iterdir()) == []


def test_room_is_what_is_free_less_the_share_that_stays_free() -> None:
    assert DiskUse(1000, 300).room_bytes(0.9) == 200
    assert DiskUse(1000, 50).room_bytes(0.9) == -50
    assert disk_use(Path("/")).total_bytes == os.statvfs("/").f_blocks * os.statvfs("/").f_frsize
