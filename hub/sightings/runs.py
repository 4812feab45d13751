"""Which rows a scan goes over: runs of the rows of tables as whole numbers and addresses, all in one array.

So hundreds of small hours are scanned in one call, without a step of the interpreter for each, nor its lock.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hub.sightings.columns import Columns, Table
from hub.sightings.messages import Field
from hub.sightings.scoring import UNSURE_PART, Plan
from hub.sightings.span import HOUR_MS, Span

PIECE_ROWS = 131_072
"""A run has so many rows at most."""
_ALL_CHOSEN = -1
_NONE_CHOSEN = np.zeros(0, np.uint8)
_HEAD_NUMBERS = 16
_BEFOREHAND, _FIRST, _END = 6, 16, 17


class Runs(NamedTuple):
    """Runs of rows, and what the scan needs to know of each beside the question's numbers.

    A line of ``lines`` is number of the table, start of its hour (ms since 1970), since and until (ms of the hour),
    where its part of ``likes`` begins and ends, what every row scores beforehand, where its part of ``is_chosen``
    begins or -1 where all cameras are meant, Table.addresses, first row, row after the last. ``likes`` are
    Plan.like_of, none where no row of the table can be compared; ``is_chosen`` says which codes of ``Table.camera``
    are meant. Whoever has them keeps the tables, or the addresses would be of nothing.
    """

    lines: NDArray[np.int64]
    likes: NDArray[np.int64]
    is_chosen: NDArray[np.uint8]

    @property
    def counts(self) -> NDArray[np.int64]:
        """Rows of each."""
        return self.lines[:, _END] - self.lines[:, _FIRST]

    @property
    def are_unsure(self) -> NDArray[np.bool_]:
        """Whether the looks of a run's rows are asked and cannot be compared, since all are of other describers."""
        return self.lines[:, _BEFOREHAND] > 0


def runs_of(tables: Sequence[Table], cameras: frozenset[str], span: Span, plan: Plan) -> Runs:
    """The rows of these cameras, in the order of the tables."""
    heads, likes, is_chosen = list[tuple[int, ...]](), _Likes(plan), [_NONE_CHOSEN]
    head_of, starts, ends = list[int](), list[int](), list[int]()
    codes_of = dict[int, NDArray[np.intp]]()
    for number, table in enumerate(tables):
        codes = codes_of.get(id(table.cameras))  # hundreds of tables have the same
        if codes is None:
            is_meant = map(cameras.__contains__, table.cameras)
            codes = codes_of[id(table.cameras)] = np.flatnonzero(np.fromiter(is_meant, np.bool_, len(table.cameras)))
        if not len(codes):
            continue
        chosen_first = _ALL_CHOSEN
        if len(codes) < len(table.cameras) and len(table.camera):
            chosen_first = sum(map(len, is_chosen))
            is_chosen.append(np.isin(np.arange(len(table.cameras)), codes).view(np.uint8))
        if len(codes) == len(table.cameras) or len(table.camera):
            own_starts, own_ends = [0], [len(table.columns)]
        else:
            own_starts, own_ends = _joined(table.runs[codes], table.runs[codes + 1])
        head_of += [len(heads)] * len(own_starts)
        starts += own_starts
        ends += own_ends
        hour_ms, within = table.hour * HOUR_MS, span.within(table.hour)
        heads.append((number, hour_ms, *within, *likes.of(table.describers), chosen_first, *table.addresses))
    return Runs(_lines(heads, head_of, starts, ends), likes.all, np.concatenate(is_chosen))


def all_of(columns: Columns, describers: Sequence[str], plan: Plan) -> Runs:
    """All rows of one table, whatever their camera and time."""
    likes = _Likes(plan)
    head = (0, 0, 0, HOUR_MS, *likes.of(tuple(describers)), _ALL_CHOSEN, *columns.addresses, 0, 0)
    return Runs(_lines([head], [0], [0], [len(columns)]), likes.all, _NONE_CHOSEN)


class _Likes:
    """Plan.like_of of each set of describers that was asked for, one after the other: there are few."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._all: list[int] = []
        self._found: dict[tuple[str, ...], tuple[int, int, int]] = {}

    @property
    def all(self) -> NDArray[np.int64]:
        return np.array(self._all, np.int64)

    def of(self, describers: tuple[str, ...]) -> tuple[int, int, int]:
        """Where its part begins and ends, and what every row scores beforehand."""
        found = self._found.get(describers)
        if found is None:
            like_of = self._plan.like_of(describers).tolist()
            if max(like_of, default=-1) < 0:
                found = 0, 0, UNSURE_PART * self._plan.weight(Field.LIKE)
            else:
                found = len(self._all), len(self._all) + len(like_of), 0
                self._all += like_of
            self._found[describers] = found
        return found


def _joined(starts: NDArray[np.uint32], ends: NDArray[np.uint32]) -> tuple[list[int], list[int]]:
    """The same runs, those that touch as one."""
    apart = starts[1:] != ends[:-1]
    return [int(starts[0]), *starts[1:][apart].tolist()], [*ends[:-1][apart].tolist(), int(ends[-1])]


def _lines(heads: list[tuple[int, ...]], head_of: list[int], starts: list[int], ends: list[int]) -> NDArray[np.int64]:
    """Heads with their runs in pieces of PIECE_ROWS; one without rows is left out."""
    first, end = np.array(starts, np.int64), np.array(ends, np.int64)
    pieces = -(-(end - first) // PIECE_ROWS)
    run = np.repeat(np.arange(len(first)), pieces)
    number_in_run = np.arange(len(run)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    first = first[run] + number_in_run * PIECE_ROWS
    last = np.minimum(first + PIECE_ROWS, end[run])
    known = np.array(heads, np.int64).reshape(len(heads), _HEAD_NUMBERS)
    return np.column_stack([known[np.array(head_of, np.intp)[run]], first, last])
