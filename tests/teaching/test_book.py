"""The lesson book keeps whole half hours, never more than its bound, and forgets with everything else."""

from __future__ import annotations

from pathlib import Path
from random import Random

import numpy as np
import pytest

from hub.teaching import book
from hub.teaching.book import LessonBook
from hub.vision.description.lesson import Lesson
from hub.vision.description.stripe_numbers import SIZE
from tests.teaching.site import HALF_HOUR_US


def lesson(window: int, number: int = 0) -> Lesson:
    views = np.random.default_rng(number).integers(0, 255, (2, SIZE)).astype(np.uint8)
    started_us = window * HALF_HOUR_US + number * 1_000_000
    return Lesson("C01", started_us, started_us + 500_000, views)


def opened(folder: Path) -> LessonBook:
    kept = LessonBook(folder, Random(1))
    kept.open()
    return kept


def test_lessons_are_there_again_after_a_restart(tmp_path: Path) -> None:
    first = opened(tmp_path)
    for number in range(3):
        first.add(lesson(1, number))
    again = opened(tmp_path)
    tracks = again.read()
    assert len(again) == len(tracks) == 3
    assert (tracks.views[2:4] == lesson(1, 1).views).all()
    assert tracks.started_us.tolist() == [lesson(1, number).started_at_us for number in range(3)]


def test_what_a_kill_left_torn_is_left_out_and_the_next_lesson_follows(tmp_path: Path) -> None:
    first = opened(tmp_path)
    first.add(lesson(1, 0))
    first.add(lesson(1, 1))
    file = tmp_path / "1.lessons"
    file.write_bytes(file.read_bytes()[:-3])
    again = opened(tmp_path)
    assert len(again) == 1
    again.add(lesson(1, 2))
    assert again.read().started_us.tolist() == [lesson(1, 0).started_at_us, lesson(1, 2).started_at_us]


def test_at_the_bound_a_former_half_hour_goes_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book, "MOST_LESSONS", 8)
    kept = opened(tmp_path)
    for window in range(3):
        for number in range(3):
            kept.add(lesson(window, number))
    windows = kept.read().started_us // HALF_HOUR_US
    assert len(kept) == 6
    assert windows.tolist().count(2) == 3, "the half hour that is being written stays"
    assert set(np.bincount(windows)) <= {0, 3}


def test_one_crowded_half_hour_does_not_take_the_others_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book, "MOST_IN_WINDOW", 2)
    kept = opened(tmp_path)
    assert [kept.add(lesson(1, number)) for number in range(3)] == [True, True, False]


def test_lessons_are_forgotten_with_their_half_hour(tmp_path: Path) -> None:
    kept = opened(tmp_path)
    kept.add(lesson(1))
    kept.add(lesson(2))
    assert kept.forget_before(2 * HALF_HOUR_US) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["2.lessons"]
