"""Makes one sealed hour of everything that stands in some tables of it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hub.sightings.columns import Columns, Table
from hub.sightings.records import ALIGNMENT, RecordError, RecordFile
from hub.sightings.segment import SealedRows, Segment, write_columns
from hub.sightings.turns import GivenUp

Keyed = tuple[Table, NDArray[np.uint32]]
"""A table with the hashes of its rows' ids (rows.key_of)."""


def seal(columns_path: Path, tables: Sequence[Keyed], given_up: threading.Event) -> tuple[Segment | None, int]:
    """Write records and columns of what stands, and open them; None when nothing does.

    Second: how many records the disk had not kept; they are left out. Raises OSError, and GivenUp soon after
    ``given_up`` was set; nothing is left on the disk then.
    """
    try:
        return _seal(columns_path, tables, given_up)
    except BaseException:
        columns_path.with_suffix(".records").unlink(missing_ok=True)
        raise


def _seal(columns_path: Path, tables: Sequence[Keyed], given_up: threading.Event) -> tuple[Segment | None, int]:
    cameras = tuple(sorted({camera for table, _ in tables for camera in table.cameras}))
    describers = tuple(dict.fromkeys(name for table, _ in tables for name in table.describers))
    rows = [table.standing for table, _ in tables]
    columns = _joined([table for table, _ in tables], rows, describers)
    camera = np.concatenate([_cameras(table, cameras)[kept] for (table, _), kept in zip(tables, rows, strict=True)])
    keys = np.concatenate([of_table[kept] for (_, of_table), kept in zip(tables, rows, strict=True)])
    source = np.repeat(np.arange(len(tables)), [len(kept) for kept in rows])
    order = np.lexsort((columns.started_ms, camera))
    records = RecordFile(columns_path.with_suffix(".records"), create=True)
    records.cut(0)
    places, kept_rows = [], []
    for row in order.tolist():
        if given_up.is_set():
            raise GivenUp
        try:
            places.append(records.copy(tables[source[row]][0].records, columns.start_of_record(row)) // ALIGNMENT)
        except RecordError:
            continue
        kept_rows.append(row)
    records.sync()
    records.close()
    if not kept_rows:
        records.path.unlink()
        return None, len(order)
    kept = np.array(kept_rows)
    sealed = Columns(
        len(kept),
        columns.codes[:, kept],
        columns.descriptor[kept],
        columns.describer[kept],
        columns.started_ms[kept],
        columns.lasted[kept],
        np.array(places, np.uint32),
    )
    write_columns(columns_path, SealedRows(tables[0][0].hour, cameras, describers, sealed, camera[kept], keys[kept]))
    return Segment(columns_path, records.path), len(order) - len(kept)


def _joined(tables: Sequence[Table], rows: Sequence[NDArray[np.intp]], describers: tuple[str, ...]) -> Columns:
    pairs = list(zip(tables, rows, strict=True))
    return Columns(
        sum(len(kept) for kept in rows),
        np.concatenate([table.columns.codes[:, kept] for table, kept in pairs], axis=1),
        np.concatenate([table.columns.descriptor[kept] for table, kept in pairs]),
        np.concatenate([_describers(table, describers)[kept] for table, kept in pairs]),
        np.concatenate([table.columns.started_ms[kept] for table, kept in pairs]),
        np.concatenate([table.columns.lasted[kept] for table, kept in pairs]),
        np.concatenate([table.columns.place[kept] for table, kept in pairs]),
    )


def _describers(table: Table, describers: tuple[str, ...]) -> NDArray[np.uint8]:
    """Of each row, the code in ``describers``."""
    codes = np.array([describers.index(name) for name in table.describers], np.uint8)
    own = table.columns.describer[: len(table.columns)]
    return codes[own] if len(own) else np.full(len(table.columns), codes[0], np.uint8)


def _cameras(table: Table, cameras: tuple[str, ...]) -> NDArray[np.uint16]:
    """Of each row, the code in ``cameras``."""
    places = {camera: place for place, camera in enumerate(cameras)}
    codes = np.array([places[camera] for camera in table.cameras], np.uint16)
    if len(table.camera):
        return codes[table.camera[: len(table.columns)]]
    return np.repeat(codes, np.diff(table.runs))
