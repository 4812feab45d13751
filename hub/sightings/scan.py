"""The compiled scan as a search uses it: which rows of which tables, in turns that can be given up between pieces."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hub.sightings import rows
from hub.sightings.columns import Columns, Table, blank_columns
from hub.sightings.messages import Description, Field
from hub.sightings.scoring import SCALE, UNSURE_PART, Plan, Wanted, plan_of
from hub.sightings.span import HOUR_MS, Span
from hub.sightings.turns import GivenUp

_TURN_ROWS = 1_000_000
"""After so many rows another search has its turn: 2 to 8 ms."""
_PIECE_ROWS = 262_144
"""Whether anybody still waits is asked after so many rows at most: 0.5 to 2 ms."""
NO_CHOICE = np.zeros(0, np.uint8)


def prepare() -> None:
    """Have the scan compiled, or loaded as it was compiled before; without it the first search waits for that."""
    best, none = np.zeros((1, 4), np.int64), np.zeros(0, np.int64)
    choice = Choice(0, 0, 0, HOUR_MS, np.zeros(0, np.intp), 0)
    scan_rows(
        best,
        0,
        numbers_of(plan_of(Wanted(Description()))),
        blank_columns(1),
        (none, none, NO_CHOICE),
        choice,
        *ALL_ROWS,
    )


class Choice(NamedTuple):
    """What the scan of one table needs to know beside its rows and the question's numbers.

    ``like_of`` is Plan.like_of of the table's describers, empty where no row can be compared; ``base``: what every row
    scores then.
    """

    table_number: int
    hour_start_ms: int
    since_ms: int
    until_ms: int
    like_of: NDArray[np.intp]
    base: int


class Chosen:
    """Which cameras are meant, by the codes of each table; tables with the same cameras are looked up once."""

    def __init__(self, cameras: frozenset[str]) -> None:
        self._cameras = cameras
        self._codes: dict[int, NDArray[np.intp]] = {}

    def codes(self, table: Table) -> NDArray[np.intp]:
        """Of the table's cameras those that are meant."""
        found = self._codes.get(id(table.cameras))
        if found is None:
            meant = [code for code, camera in enumerate(table.cameras) if camera in self._cameras]
            found = self._codes[id(table.cameras)] = np.array(meant, np.intp)
        return found

    def any_of(self, table: Table) -> bool:
        """Whether any row may be meant."""
        return bool(len(self.codes(table))) and len(table.columns) > 0

    def count(self, table: Table) -> int:
        """How many rows there are to look at."""
        codes = self.codes(table)
        if len(table.camera) or len(codes) == len(table.cameras):
            return len(table.columns)
        return int((table.runs[codes + 1] - table.runs[codes]).sum())

    def ranges(self, table: Table) -> _Ranges:
        """Where the rows to look at start and end, and which codes of ``Table.camera`` are meant."""
        codes = self.codes(table)
        if len(table.camera):
            is_chosen = np.zeros(len(table.cameras), np.uint8)
            is_chosen[codes] = 1
            return np.zeros(1, np.int64), np.array([len(table.columns)], np.int64), is_chosen
        if len(codes) == len(table.cameras):
            return np.zeros(1, np.int64), np.array([len(table.columns)], np.int64), NO_CHOICE
        starts, ends = table.runs[codes].astype(np.int64), table.runs[codes + 1].astype(np.int64)
        joined = np.flatnonzero(starts[1:] == ends[:-1])
        return np.delete(starts, joined + 1), np.delete(ends, joined), NO_CHOICE


@dataclass(frozen=True)
class Asked:
    """One question under way; its scans take table after table from ``jobs``."""

    plan: Plan
    span: Span
    chosen: Chosen
    jobs: deque[tuple[int, Table]]
    given_up: threading.Event
    _likes: dict[tuple[str, ...], tuple[NDArray[np.intp], int]] = field(default_factory=dict)

    def choice(self, number: int, table: Table) -> Choice:
        since_ms, until_ms = self.span.within(table.hour)
        like = self._likes.get(table.describers)  # few kinds in hundreds of tables
        if like is None:
            like = self._likes[table.describers] = self._like(table.describers)
        return Choice(number, table.hour * HOUR_MS, since_ms, until_ms, *like)

    def _like(self, describers: tuple[str, ...]) -> tuple[NDArray[np.intp], int]:
        like_of = self.plan.like_of(describers)
        if (like_of >= 0).any():
            return like_of, 0
        return like_of[:0], UNSURE_PART * self.plan.weight(Field.LIKE)


class Scan:
    """What one thread does of a search: the best of the tables that it took, and how many rows were compared.

    ``looks_unknown``: of how many the looks were asked and could not be compared, in tables where none can be.
    """

    def __init__(self, search: Asked, limit: int) -> None:
        self._search, self._numbers = search, numbers_of(search.plan)
        self._best, self._filled = np.zeros((limit, 4), np.int64), 0
        self.considered = self.looks_unknown = 0

    @property
    def found(self) -> list[list[int]]:
        """Score, start (ms since 1970), number of the table and row of each."""
        found: list[list[int]] = self._best[: self._filled].tolist()
        return found

    def take_turn(self) -> bool:
        """Scan some tables; false when there is none left. Raises GivenUp."""
        scanned = 0
        while scanned < _TURN_ROWS:
            try:
                number, table = self._search.jobs.popleft()
            except IndexError:
                return False
            choice = self._search.choice(number, table)
            whole = self._search.chosen.ranges(table)
            count = int((whole[1] - whole[0]).sum())
            for ranges in _pieces(whole, count):
                if self._search.given_up.is_set():
                    raise GivenUp
                self._filled, compared = scan_rows(
                    self._best,
                    self._filled,
                    self._numbers,
                    table.columns,
                    ranges,
                    choice,
                    table.alive,
                    table.camera,
                )
                self.considered += compared
                if choice.base:
                    self.looks_unknown += compared
            scanned += count
        return True


_Ranges = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint8]]
Numbers = tuple[Any, ...]
ALL_ROWS = (np.zeros(0, np.uint8), np.zeros(0, np.uint16))


def _pieces(ranges: _Ranges, count: int) -> Iterator[_Ranges]:
    """The same ``count`` rows in the same order, at most _PIECE_ROWS at once."""
    starts, ends, is_chosen = ranges
    if count <= _PIECE_ROWS:
        yield ranges
        return
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        for first in range(start, end, _PIECE_ROWS):
            yield np.array([first]), np.array([min(first + _PIECE_ROWS, end)]), is_chosen


def scan_rows(
    best: NDArray[np.int64],
    filled: int,
    numbers: Numbers,
    columns: Columns,
    ranges: _Ranges,
    choice: Choice,
    alive: NDArray[np.uint8],
    camera: NDArray[np.uint16],
) -> tuple[int, int]:
    """kernel.scan, imported by whoever needs it first: it takes half a second, and the hub starts without it."""
    from hub.sightings import kernel

    assert kernel.DESCRIPTOR_BYTES == rows.DESCRIPTOR_BYTES
    starts, ends, is_chosen = ranges
    found: tuple[int, int] = kernel.scan(
        best,
        filled,
        numbers,
        columns.codes,
        columns.descriptor,
        columns.describer,
        columns.started_ms,
        columns.lasted,
        starts,
        ends,
        tuple(choice),
        alive,
        camera,
        is_chosen,
    )
    return found


def numbers_of(plan: Plan) -> Numbers:
    """The plan as the scan takes it: tables already hold weight times part."""
    weights = np.array([plan.weights[field] for field in plan.table_fields], np.int32)
    return (
        np.array([rows.UPPER, rows.LOWER]),
        plan.garments,
        np.array([plan.weight(Field.UPPER), plan.weight(Field.LOWER)], np.int32),
        np.array(plan.lines, np.int64),
        plan.tables * weights[:, None],
        np.array([rows.VAGUENESS, rows.HEIGHT]),
        plan.height * np.int32(plan.weight(Field.HEIGHT)),
        plan.like,
        plan.like_length,
        np.int32(plan.weight(Field.LIKE)),
        np.int32(SCALE),
        np.int32(UNSURE_PART),
        np.array([rows.LASTED_FINE_MS, rows.LASTED_FINE_STEPS, rows.LASTED_COARSE_MS], np.int32),
    )
