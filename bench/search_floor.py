"""What a search cannot be quicker than: reading the bytes that it compares, on as many threads as it has."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from hub.sightings.columns import Table
from hub.sightings.messages import Field
from hub.sightings.rows import DESCRIPTOR_BYTES
from hub.sightings.scoring import Wanted, plan_of
from hub.sightings.turns import THREADS

_ROUNDS = 3


def bytes_a_row(wanted: Wanted) -> int:
    """Of the columns, what is read of every row to score it."""
    plan = plan_of(wanted)
    garments = int(np.count_nonzero(plan.garments.any(axis=2)))
    height = 2 if Field.HEIGHT in plan.fields else 0
    return garments + len(plan.lines) + height + (DESCRIPTOR_BYTES if Field.LIKE in plan.fields else 0)


def reading_gb_per_s(tables: Sequence[Table]) -> float:
    """All descriptors added up as 8-byte numbers by THREADS threads, the best of some rounds; they are mapped files."""
    columns = [table.columns.descriptor[: len(table.columns)] for table in tables]
    parts = [columns[number::THREADS] for number in range(THREADS)]

    def read(part: list[np.ndarray[tuple[int, ...], np.dtype[np.int8]]]) -> int:
        return sum(int(one.view(np.int64).sum()) for one in part)

    size = sum(one.nbytes for one in columns)
    best_s = float("inf")
    with ThreadPoolExecutor(THREADS) as threads:
        for _ in range(_ROUNDS):
            began_s = time.perf_counter()
            list(threads.map(read, parts))
            best_s = min(best_s, time.perf_counter() - began_s)
    return size / best_s / 1e9
