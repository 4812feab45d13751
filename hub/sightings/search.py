"""The search: filter first by time and camera, then rank every row left, exactly."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from hub.sightings import rows
from hub.sightings.columns import Table
from hub.sightings.messages import Field
from hub.sightings.runs import runs_of
from hub.sightings.scan import Asked, Scan
from hub.sightings.scoring import SCALE, WHOLE, Looks, Plan, Wanted, plan_of, score
from hub.sightings.span import Span
from hub.sightings.turns import THREADS, take_turns

_ALONE_ROWS = 200_000
"""So many rows are searched at once by the thread that asks: handing them over would take as long."""


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
    """The best rows, best first, newer first among equals; how many rows were compared, and of how many of these the
    looks could not be, since all of their hour's are of other describers."""

    best: tuple[Ranked, ...]
    considered: int
    looks_unknown: int


def rank(
    tables: Sequence[Table],
    cameras: frozenset[str],
    span: Span,
    wanted: Wanted,
    limit: int,
    given_up: threading.Event | None = None,
) -> Ranking:
    """Compare every sighting of these cameras within the span and return the best ``limit``.

    Raises GivenUp some milliseconds after ``given_up`` was set.
    """
    plan = plan_of(wanted)
    asked = Asked(plan, runs_of(tables, cameras, span, plan), given_up or threading.Event())
    if asked.rows <= _ALONE_ROWS:
        scans = [Scan(asked, limit)]
        while scans[0].take_turn():
            pass
    else:
        scans = [Scan(asked, limit) for _ in range(THREADS)]
        take_turns(scans)
    lines = sorted((line for scan in scans for line in scan.found), key=lambda line: (-line[0], -line[1], *line[2:]))
    best = [(tables[number], row, started_ms) for _, started_ms, number, row in lines[:limit]]
    considered, unknown = sum(scan.considered for scan in scans), sum(scan.looks_unknown for scan in scans)
    return Ranking(_ranked(best, plan), considered, unknown)


def latest_of(tables: Sequence[Table], camera_id: str, span: Span, most: int) -> list[tuple[Table, int]]:
    """The latest ``most`` rows of one camera within the span, newest first; ``tables`` are newest first."""
    found: list[tuple[Table, int]] = []
    for _, of_hour in groupby(tables, key=lambda table: table.hour):  # one that is sealed may be open again
        within = [line for table in of_hour for line in _within(table, camera_id, span)]
        within.sort(key=lambda line: -line[2])
        found += [(table, row) for table, row, _ in within[: most - len(found)]]
        if len(found) >= most:
            break
    return found


def _within(table: Table, camera_id: str, span: Span) -> list[tuple[Table, int, int]]:
    """The rows of one camera within the span that stand, and when each began in the hour, ms."""
    if camera_id not in table.cameras:
        return []
    selected, columns = table.rows_of(camera_id), table.columns
    since_ms, until_ms = span.within(table.hour)
    fits = (columns.ended_ms(selected) >= since_ms) & (columns.started_ms[selected] <= until_ms)
    if len(table.alive):
        fits &= table.alive[selected] > 0
    rows_of = np.arange(len(columns))[selected][fits]
    return [(table, row, ms) for row, ms in zip(rows_of.tolist(), columns.started_ms[rows_of].tolist(), strict=True)]


def _ranked(best: list[tuple[Table, int, int]], plan: Plan) -> tuple[Ranked, ...]:
    """Each row with its score and parts, which are scored once more."""
    if not best:
        return ()
    whole, parts = score(_looks([(table, row) for table, row, _ in best], plan), plan)
    columns = [(part / SCALE).tolist() for part in parts.values()]
    scores = (whole / WHOLE).tolist()
    return tuple(
        Ranked(table, row, scores[at], started_ms * 1000, tuple(column[at] for column in columns))
        for at, (table, row, started_ms) in enumerate(best)
    )


def _looks(best: list[tuple[Table, int]], plan: Plan) -> Looks:
    """The rows' looks, 0 where the question does not ask: each line of a row that is read is a page of its own."""
    codes = np.zeros((rows.CODES, len(best)), np.uint8)
    for line in plan.lines_read:
        codes[line] = [table.columns.codes[line, row] for table, row in best]
    descriptor = np.zeros((len(best), rows.DESCRIPTOR_BYTES), np.int8)
    if Field.LIKE in plan.fields:
        descriptor[:] = [table.columns.descriptor[row] for table, row in best]
    return Looks(codes, descriptor, plan.like_of([table.describer_of(row) for table, row in best]))
