"""The search: filter first by time and camera, then rank every row left, exactly."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hub.sightings import rows
from hub.sightings.columns import Columns, Table, blank_columns
from hub.sightings.messages import Description, Field
from hub.sightings.rows import HOUR_US
from hub.sightings.scoring import SCALE, UNSURE_PART, WHOLE, Looks, Plan, Wanted, plan_of, score

_THREADS = 2
_ALONE_ROWS = 200_000
"""So many rows are searched at once by the thread that asks: handing them over would take as long."""
_SEARCH_NICENESS = 10
"""Talk comes first: search threads get a tenth of a processor for which a thread of the usual niceness waits."""
_HOUR_MS = HOUR_US // 1000
_NO_CHOICE = np.zeros(0, np.uint8)


@dataclass(frozen=True)
class Span:
    """Between two times, microseconds since 1970; None is open."""

    since_us: int | None
    until_us: int | None

    def touches(self, started_us: int, ended_us: int) -> bool:
        """Whether something that lasted from one time to another falls into the span."""
        return (self.since_us is None or ended_us >= self.since_us) and (
            self.until_us is None or started_us <= self.until_us
        )

    def within(self, hour: int) -> tuple[int, int]:
        """The span in milliseconds of an hour, from 0 to _HOUR_MS where it is open there."""
        start_ms = hour * _HOUR_MS
        since_ms = 0 if self.since_us is None else max(0, -(-self.since_us // 1000) - start_ms)
        until_ms = _HOUR_MS if self.until_us is None else min(_HOUR_MS, self.until_us // 1000 - start_ms)
        return min(since_ms, 2**30), max(until_ms, -1)


@dataclass(frozen=True)
class Ranked:
    """One row found: its table, row, score, and the score of each part in the order of ``Wanted.fields``."""

    table: Table
    row: int
    score: float
    started_us: int
    parts: tuple[float, ...]


@dataclass(frozen=True)
class Ranking:
    """The best rows, best first, newer first among equals; and how many rows were compared."""

    best: tuple[Ranked, ...]
    considered: int


def rank(tables: Sequence[Table], cameras: frozenset[str], span: Span, wanted: Wanted, limit: int) -> Ranking:
    """Compare every sighting of these cameras within the span and return the best ``limit``."""
    plan = plan_of(wanted)
    chosen = _Chosen(cameras)
    jobs = deque((number, table) for number, table in enumerate(tables) if chosen.any_of(table))
    search = _Search(plan, span, chosen, jobs, limit)
    if sum(len(table.columns) for _, table in jobs) <= _ALONE_ROWS:
        found = [search.run()]
    else:
        found = [future.result() for future in [_threads().submit(search.run) for _ in range(_THREADS)]]
    lines = sorted((line for best, _ in found for line in best), key=lambda line: (-line[0], -line[1], *line[2:]))
    best = [(tables[number], row, started_ms) for _, started_ms, number, row in lines[:limit]]
    return Ranking(_ranked(best, plan), sum(considered for _, considered in found))


def latest_of(tables: Sequence[Table], camera_id: str, span: Span, most: int) -> list[tuple[Table, int]]:
    """The latest ``most`` rows of one camera within the span, newest first; ``tables`` are newest first."""
    found: list[tuple[Table, int]] = []
    for table in tables:
        if camera_id not in table.cameras:
            continue
        selected, columns = table.rows_of(camera_id), table.columns
        rows_of = np.arange(len(columns))[selected]
        since_ms, until_ms = span.within(table.hour)
        fits = (columns.ended_ms(selected) >= since_ms) & (columns.started_ms[selected] <= until_ms)
        if len(table.alive):
            fits &= table.alive[selected] > 0
        in_span = rows_of[fits]
        newest_first = in_span[np.argsort(-columns.started_ms[in_span].astype(np.int64), kind="stable")]
        found += [(table, row) for row in newest_first[: most - len(found)].tolist()]
        if len(found) >= most:
            break
    return found


def prepare() -> None:
    """Have the scan compiled, or loaded as it was compiled before; without it the first search waits for that."""
    best, none = np.zeros((1, 4), np.int64), np.zeros(0, np.int64)
    choice = _Choice(0, 0, 0, _HOUR_MS, -1, 0)
    _scan(best, 0, _numbers(plan_of(Wanted(Description()))), blank_columns(1), (none, none, _NO_CHOICE), choice, *_ALL)


class _Choice(NamedTuple):
    """What the scan of one table needs to know beside its rows and the question's numbers.

    ``like_code``: of the question's describer, -1 where it has no row; ``base``: what every row scores then.
    """

    table_number: int
    hour_start_ms: int
    since_ms: int
    until_ms: int
    like_code: int
    base: int


class _Chosen:
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

    def ranges(self, table: Table) -> _Ranges:
        """Where the rows to look at start and end, and which codes of ``Table.camera`` are meant."""
        codes = self.codes(table)
        if len(table.camera):
            is_chosen = np.zeros(len(table.cameras), np.uint8)
            is_chosen[codes] = 1
            return np.zeros(1, np.int64), np.array([len(table.columns)], np.int64), is_chosen
        if len(codes) == len(table.cameras):
            return np.zeros(1, np.int64), np.array([len(table.columns)], np.int64), _NO_CHOICE
        starts, ends = table.runs[codes].astype(np.int64), table.runs[codes + 1].astype(np.int64)
        joined = np.flatnonzero(starts[1:] == ends[:-1])
        return np.delete(starts, joined + 1), np.delete(ends, joined), _NO_CHOICE


class _Search:
    """One question under way; its threads take table after table."""

    def __init__(self, plan: Plan, span: Span, chosen: _Chosen, jobs: deque[tuple[int, Table]], limit: int) -> None:
        self._plan, self._span, self._chosen, self._jobs, self._limit = plan, span, chosen, jobs, limit
        self._numbers = _numbers(plan)

    def run(self) -> tuple[list[list[int]], int]:
        """The best of the tables that this thread took, and how many rows were compared."""
        best = np.zeros((self._limit, 4), np.int64)
        filled = considered = 0
        while True:
            try:
                number, table = self._jobs.popleft()
            except IndexError:
                return best[:filled].tolist(), considered
            since_ms, until_ms = self._span.within(table.hour)
            base, like_code = 0, -1
            if self._plan.describer is not None and self._plan.weight(Field.LIKE):
                if self._plan.describer in table.describers:
                    like_code = table.describers.index(self._plan.describer)
                else:
                    base = UNSURE_PART * self._plan.weight(Field.LIKE)
            choice = _Choice(number, table.hour * _HOUR_MS, since_ms, until_ms, like_code, base)
            ranges = self._chosen.ranges(table)
            filled, compared = _scan(
                best, filled, self._numbers, table.columns, ranges, choice, table.alive, table.camera
            )
            considered += compared


_Ranges = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint8]]
_Numbers = tuple[Any, ...]
_ALL = (np.zeros(0, np.uint8), np.zeros(0, np.uint16))


def _scan(
    best: NDArray[np.int64],
    filled: int,
    numbers: _Numbers,
    columns: Columns,
    ranges: _Ranges,
    choice: _Choice,
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


def _numbers(plan: Plan) -> _Numbers:
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


def _ranked(best: list[tuple[Table, int, int]], plan: Plan) -> tuple[Ranked, ...]:
    """Each row with its score and parts, which are scored once more."""
    if not best:
        return ()
    looks = Looks(
        np.stack([table.columns.codes[:, row] for table, row, _ in best], axis=1),
        np.stack([table.columns.descriptor[row] for table, row, _ in best]),
        np.array([plan.describer == _describer(table, row) for table, row, _ in best]),
    )
    whole, parts = score(looks, plan)
    columns = [(part / SCALE).tolist() for part in parts.values()]
    scores = (whole / WHOLE).tolist()
    return tuple(
        Ranked(table, row, scores[at], started_ms * 1000, tuple(column[at] for column in columns))
        for at, (table, row, started_ms) in enumerate(best)
    )


def _describer(table: Table, row: int) -> str:
    describer = table.columns.describer
    return table.describers[int(describer[row]) if len(describer) else 0]


_pool: ThreadPoolExecutor | None = None
_making = threading.Lock()


def _threads() -> ThreadPoolExecutor:
    global _pool
    with _making:
        if _pool is None:
            _pool = ThreadPoolExecutor(_THREADS, "search", initializer=lower_priority)
        return _pool


def lower_priority() -> None:
    """Of the thread that calls."""
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _SEARCH_NICENESS)
