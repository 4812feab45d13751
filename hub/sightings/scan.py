"""The compiled scan as a search uses it: run after run of rows, in turns that can be given up between pieces."""

from __future__ import annotations

import itertools
import threading
from collections import deque
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hub.sightings import rows
from hub.sightings.columns import blank_columns
from hub.sightings.messages import Description, Field
from hub.sightings.runs import PIECE_ROWS, Runs, all_of
from hub.sightings.scoring import SCALE, UNSURE_PART, Plan, Wanted, plan_of
from hub.sightings.turns import GivenUp

_TURN_ROWS = 1_000_000
"""After so many rows another search has its turn: 2 to 8 ms."""

Numbers = tuple[Any, ...]


def prepare() -> None:
    """Have the scan compiled, or loaded as it was compiled before; without it the first search waits for that."""
    plan = plan_of(Wanted(Description()))
    scan_runs(np.zeros((1, 4), np.int64), 0, numbers_of(plan), all_of(blank_columns(1), ("",), plan))


class Asked:
    """One question under way; its scans take piece after piece, each some runs of PIECE_ROWS to twice as many."""

    def __init__(self, plan: Plan, runs: Runs, given_up: threading.Event) -> None:
        self.plan, self.runs, self.given_up = plan, runs, given_up
        counts = runs.counts
        self.rows = int(counts.sum())
        changes = np.flatnonzero(np.diff(np.cumsum(counts) // PIECE_ROWS)) + 1
        bounds = [0, *changes.tolist(), len(counts)]
        self.pieces = deque(slice(first, end) for first, end in itertools.pairwise(bounds) if first < end)


class Scan:
    """What one thread does of a search: the best of the pieces that it took, and how many rows were compared.

    ``looks_unknown``: of how many the looks were asked and could not be compared, in tables where none can be.
    """

    def __init__(self, asked: Asked, limit: int) -> None:
        self._asked, self._numbers = asked, numbers_of(asked.plan)
        self._best, self._filled = np.zeros((limit, 4), np.int64), 0
        self.considered = self.looks_unknown = 0

    @property
    def found(self) -> list[list[int]]:
        """Score, start (ms since 1970), number of the table and row of each."""
        found: list[list[int]] = self._best[: self._filled].tolist()
        return found

    def take_turn(self) -> bool:
        """Scan some pieces; false when there is none left. Raises GivenUp."""
        scanned = 0
        while scanned < _TURN_ROWS:
            try:
                piece = self._asked.pieces.popleft()
            except IndexError:
                return False
            if self._asked.given_up.is_set():
                raise GivenUp
            runs = self._asked.runs._replace(lines=self._asked.runs.lines[piece])
            self._filled, compared = scan_runs(self._best, self._filled, self._numbers, runs)
            self.considered += int(compared.sum())
            self.looks_unknown += int(compared[runs.are_unsure].sum())
            scanned += int(runs.counts.sum())
        return True


def scan_runs(best: NDArray[np.int64], filled: int, numbers: Numbers, runs: Runs) -> tuple[int, NDArray[np.int64]]:
    """kernel.scan, imported by whoever needs it first: it takes half a second, and the hub starts without it."""
    from hub.sightings import kernel

    assert kernel.DESCRIPTOR_BYTES == rows.DESCRIPTOR_BYTES
    found: tuple[int, NDArray[np.int64]] = kernel.scan(best, filled, numbers, *runs)
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
        plan.like.astype(np.int16),  # a processor multiplies and adds up pairs of these in one step
        plan.like_length,
        np.int32(plan.weight(Field.LIKE)),
        np.int32(SCALE),
        np.int32(UNSURE_PART),
        np.array([rows.LASTED_FINE_MS, rows.LASTED_FINE_STEPS, rows.LASTED_COARSE_MS], np.int32),
        rows.CODES,
    )
