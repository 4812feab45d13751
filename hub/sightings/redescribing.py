"""Gives rows of a sealed hour other descriptors: its columns are written anew, its records stay as they are.

A record keeps the descriptor it came with. Whoever reads a sighting through its row has the row's (columns.Table), and
columns that are lost and made anew from the records have the former ones, to be described again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hub.sightings.columns import Table
from hub.sightings.rows import DESCRIPTOR_BYTES
from hub.sightings.segment import SealedRows


def codes_of(table: Table) -> NDArray[np.uint8]:
    """Of each row, its describer's place in ``table.describers``."""
    own = table.columns.describer[: len(table.columns)]
    return own if len(own) else np.zeros(len(table.columns), np.uint8)


def counts_of(table: Table) -> Counter[str]:
    """How many of the rows that stand each describer made."""
    if len(table.describers) == 1:  # nearly every hour: its rows are counted without touching them
        standing = table.alive[: len(table.columns)]
        return Counter({table.describers[0]: int(standing.sum()) if len(standing) else len(table.columns)})
    found = np.bincount(codes_of(table)[table.standing], minlength=len(table.describers)).tolist()
    return Counter({name: count for name, count in zip(table.describers, found, strict=True) if count})


def rows_of_others(table: Table, describer: str) -> NDArray[np.intp]:
    """The rows that stand and were made by another describer."""
    if table.describers == (describer,):
        return np.zeros(0, np.intp)
    own = table.describers.index(describer) if describer in table.describers else -1
    standing = table.standing
    return np.asarray(standing[codes_of(table)[standing] != own], np.intp)


def redescribed(table: Table, keys: NDArray[np.uint32], describer: str, descriptors: Mapping[int, bytes]) -> SealedRows:
    """The rows of a sealed table with these descriptors, made by ``describer``, by row; ``keys`` are of the ids."""
    columns, count = table.columns, len(table.columns)
    names = list(dict.fromkeys((*table.describers, describer)))
    codes, numbers = codes_of(table).copy(), columns.descriptor[:count].copy()
    for row, descriptor in descriptors.items():
        codes[row] = names.index(describer)
        numbers[row] = np.frombuffer(descriptor.ljust(DESCRIPTOR_BYTES, b"\0"), np.int8)
    used = [code for code in range(len(names)) if (codes == code).any()]
    places = np.zeros(len(names), np.uint8)
    places[used] = np.arange(len(used))
    return SealedRows(
        table.hour,
        table.cameras,
        tuple(names[code] for code in used),
        replace(columns, descriptor=numbers, describer=places[codes]),
        np.repeat(np.arange(len(table.cameras), dtype=np.uint16), np.diff(table.runs)),
        keys,
    )
