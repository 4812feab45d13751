"""The rows that indexes are compared on, what is asked of them, and the answer that is right: all of them scored."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bench.search_figures import Question
from bench.search_month import CAMERAS, DESCRIBER, END_HOUR, HOURS
from devices.protocol.sightings import COLOURS
from hub.sightings.columns import Table
from hub.sightings.messages import Description
from hub.sightings.rows import HOUR_US
from hub.sightings.scoring import Likeness, Looks, Wanted, plan_of, score

BEST = 50
_HOUR_MS = HOUR_US // 1000
_CHUNK_ROWS = 262_144
ASKED = (Question.A, Question.B, Question.C, Question.D)


@dataclass(frozen=True)
class Rows:
    """All rows of some hours, oldest hour first, in each by camera and start; ``tables`` are newest first.

    ``camera`` is a number, times are ms since 1970, ``codes`` has a line for each of CODES.
    """

    tables: Sequence[Table]
    camera: NDArray[np.uint16]
    started_ms: NDArray[np.int64]
    ended_ms: NDArray[np.int64]
    codes: NDArray[np.uint8]
    descriptor: NDArray[np.int8]

    @classmethod
    def of(cls, tables: Sequence[Table]) -> Rows:
        old_first = tables[::-1]
        numbers = np.arange(CAMERAS, dtype=np.uint16)
        return cls(
            tables,
            np.concatenate([np.repeat(numbers, np.diff(one.runs)) for one in old_first]),
            np.concatenate([one.hour * _HOUR_MS + one.columns.started_ms.astype(np.int64) for one in old_first]),
            np.concatenate([one.hour * _HOUR_MS + one.columns.ended_ms(slice(None)) for one in old_first]),
            np.concatenate([one.columns.codes for one in old_first], axis=1),
            np.concatenate([one.columns.descriptor for one in old_first]),
        )

    def __len__(self) -> int:
        return len(self.camera)

    @cached_property
    def first_of_hour(self) -> dict[int, int]:
        """The number of each hour's first row."""
        first, found = 0, {}
        for table in self.tables[::-1]:
            found[table.hour] = first
            first += len(table.columns)
        return found

    @cached_property
    def square(self) -> NDArray[np.int32]:
        """Each descriptor's squared length."""
        wide = self.descriptor.astype(np.int32)
        return np.asarray((wide * wide).sum(axis=1), np.int32)

    @cached_property
    def longest_ms(self) -> int:
        """How long anybody was in view at most: nobody who began so long before a time was there then."""
        return int((self.ended_ms - self.started_ms).max())


@dataclass(frozen=True)
class Asked:
    """One question: ``cameras`` are None for all, times are None for all of the month."""

    question: Question
    cameras: tuple[int, ...] | None
    since_ms: int | None
    until_ms: int | None
    wanted: Wanted

    def fits(self, rows: Rows) -> NDArray[np.bool_] | None:
        """Of each row whether place and time fit; None where all do."""
        if self.since_ms is None or self.until_ms is None:
            return None
        fits = (rows.started_ms <= self.until_ms) & (rows.ended_ms >= self.since_ms)
        if self.cameras is not None:
            is_meant = np.zeros(CAMERAS, np.bool_)
            is_meant[list(self.cameras)] = True
            fits &= is_meant[rows.camera]
        return fits


def questions(rows: Rows, question: Question, rounds: int) -> Iterator[Asked]:
    """Others each time, the same in every run: those of bench/search.py."""
    rng = np.random.default_rng([7, ASKED.index(question)])
    for _ in range(rounds):
        hour = END_HOUR - HOURS + 24 * int(rng.integers(0, HOURS // 24 - 1)) + int(rng.integers(7, 20))
        since_ms = hour * _HOUR_MS + int(rng.integers(0, _HOUR_MS))
        photo = Likeness({DESCRIBER: rows.descriptor[int(rng.integers(0, len(rows)))].tobytes()})
        cameras = tuple(sorted(rng.choice(CAMERAS, 12, replace=False).tolist()))
        upper, lower = (COLOURS[int(rng.integers(0, len(COLOURS)))] for _ in range(2))
        said = Wanted(Description(upper=(upper,), lower=(lower,), height_m=float(rng.uniform(0.9, 1.8))))
        if question is Question.A:
            yield Asked(question, cameras, since_ms, since_ms + 2 * _HOUR_MS, Wanted(Description(), photo))
        elif question is Question.B:
            yield Asked(question, None, since_ms, since_ms + 24 * _HOUR_MS, said)
        else:
            yield Asked(question, None, None, None, said if question is Question.C else Wanted(Description(), photo))


@dataclass(frozen=True)
class Right:
    """What is right: of every row that fits its score, -1 of the others."""

    scores: NDArray[np.int32]

    @property
    def best(self) -> list[int]:
        """The best scores, best first."""
        fitting = self.scores[self.scores >= 0]
        found: list[int] = np.sort(fitting)[::-1][:BEST].tolist()
        return found

    def recall(self, told: Sequence[int]) -> float:
        """Of the best BEST the share that was told; a row of the same score as the last of them is as good."""
        best = self.best
        return sum(int(self.scores[row]) >= best[-1] for row in set(told[:BEST])) / len(best) if best else 1.0

    def is_exact(self, told: Sequence[int]) -> bool:
        """Whether the best were told, best first."""
        return len(set(told)) == len(told) and self.scores[list(told)].tolist() == self.best


def right(rows: Rows, asked: Asked) -> Right:
    """Every row that fits is scored by scoring.py."""
    fits, plan = asked.fits(rows), plan_of(asked.wanted)
    scores = np.full(len(rows), -1, np.int32)
    (like_of,) = plan.like_of([DESCRIBER])
    numbers = np.arange(len(rows)) if fits is None else np.flatnonzero(fits)
    for first in range(0, len(numbers), _CHUNK_ROWS):
        some = numbers[first : first + _CHUNK_ROWS]
        looks = Looks(rows.codes[:, some], rows.descriptor[some], np.full(len(some), like_of))
        scores[some] = score(looks, plan)[0]
    return Right(scores)
