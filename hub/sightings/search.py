"""The search: filter first by time and camera, then rank every row left, exactly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hub.sightings.columns import Selection, Table
from hub.sightings.rows import HOUR_US
from hub.sightings.scoring import Wanted, score

_CHUNK_ROWS = 131_072


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
    best: list[Ranked] = []
    considered = 0
    for table in tables:
        codes = np.array([code for code, camera in enumerate(table.cameras) if camera in cameras], np.intp)
        if not len(codes):
            continue
        for selection, rows in _in_span(table, table.rows_of_cameras(codes), span):
            considered += len(rows)
            scored = score(table.columns, table.describers, selection, wanted)
            least = best[-1].score if len(best) >= limit else -1.0
            for index in _top(scored.whole, table.columns.started_ms[rows], limit, least):
                row = int(rows[index])
                started_us = table.hour * HOUR_US + int(table.columns.started_ms[row]) * 1000
                parts = tuple(float(scores[index]) for _, scores in scored.parts)
                best.append(Ranked(table, row, float(scored.whole[index]), started_us, parts))
            best.sort(key=lambda ranked: (-ranked.score, -ranked.started_us, ranked.table.hour, ranked.row))
            del best[limit:]
    return Ranking(tuple(best), considered)


def latest_of(tables: Sequence[Table], camera_id: str, span: Span, most: int) -> list[tuple[Table, int]]:
    """The latest ``most`` rows of one camera within the span, newest first; ``tables`` are newest first."""
    found: list[tuple[Table, int]] = []
    for table in tables:
        if camera_id not in table.cameras:
            continue
        codes = np.array([table.cameras.index(camera_id)], np.intp)
        rows = [row for _, chunk in _in_span(table, table.rows_of_cameras(codes), span) for row in chunk.tolist()]
        rows.sort(key=lambda row: -int(table.columns.started_ms[row]))
        found += [(table, row) for row in rows[: most - len(found)]]
        if len(found) >= most:
            break
    return found


def _in_span(table: Table, selections: list[Selection], span: Span) -> Iterator[tuple[Selection, NDArray[np.intp]]]:
    """Chunks of rows within the span that stand, each also as row numbers."""
    columns, start_ms = table.columns, table.hour * HOUR_US // 1000
    for selection in selections:
        rows = np.arange(len(columns))[selection] if isinstance(selection, slice) else selection
        for first in range(0, len(rows), _CHUNK_ROWS):
            chunk = rows[first : first + _CHUNK_ROWS]
            part: Selection = slice(int(chunk[0]), int(chunk[-1]) + 1) if isinstance(selection, slice) else chunk
            fits = np.ones(len(chunk), np.bool_)
            if span.since_us is not None and span.since_us > table.hour * HOUR_US:
                fits &= columns.ended_ms[part] >= -(-span.since_us // 1000) - start_ms
            if span.until_us is not None and span.until_us < (table.hour + 1) * HOUR_US:
                fits &= columns.started_ms[part] <= span.until_us // 1000 - start_ms
            if table.alive is not None:
                fits &= table.alive[part]
            if fits.all():
                yield part, chunk
            elif fits.any():
                yield chunk[fits], chunk[fits]


def _top(scores: NDArray[np.float32], started_ms: NDArray[np.uint32], limit: int, least: float) -> NDArray[np.intp]:
    """Indices of the best ``limit`` of at least ``least``; among equals the newest."""
    if len(scores) > limit:
        least = max(least, float(np.partition(scores, len(scores) - limit)[len(scores) - limit]))
    candidates = np.flatnonzero(scores >= np.float32(least))
    if len(candidates) <= limit:
        return candidates
    order = np.lexsort((-started_ms[candidates].astype(np.int64), -scores[candidates]))
    return candidates[order[:limit]]
