"""A month of a town's sightings for ``bench search``, written as sealed hours by the store's own writers.

831 cameras, 30 days. How many sightings a camera has is log-normal, how many an hour has follows the day (two rush
hours, quiet nights, quieter Sundays). Clothes are of 65,536 kinds, in colours as frequent as in streets; descriptors
lie around 20,000 kinds of people. Each camera's first RECORDS sightings of an hour have records of their own, which
are all that its hits show; the rows after them point to these in turn: 100 million pictures would not fit.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from devices.protocol.sightings import COLOURS, BoxAt, Sighting
from hub.sightings import rows
from hub.sightings.columns import Columns
from hub.sightings.records import ALIGNMENT, RecordFile
from hub.sightings.rows import HOUR_US, PAIRS, STEPS, key_of
from hub.sightings.segment import SealedRows, write_columns

CAMERAS, HOURS, RECORDS = 831, 720, 2
DESCRIBER = "bench"
END_HOUR = 490_896
"""1 January 2026, 00:00 UTC: the month lies before."""
_SEED = 20_260_101
_PERCENT = {
    "black": 28, "grey": 15, "white": 17, "red": 7, "orange": 2, "yellow": 4, "green": 5, "blue": 13, "purple": 2,
    "pink": 4, "brown": 3,
}  # fmt: skip
_BY_HOUR = (1, 1, 1, 1, 1, 3, 8, 20, 22, 14, 12, 13, 15, 13, 12, 13, 16, 22, 24, 19, 14, 9, 5, 2)
_KINDS = 65_536
_PEOPLE = 20_000


@dataclass(frozen=True)
class Month:
    """A folder that holds so many sightings."""

    folder: Path
    sightings: int

    @property
    def camera_ids(self) -> tuple[str, ...]:
        return tuple(f"C{number:03}" for number in range(CAMERAS))

    def make(self) -> None:
        """Write the hours that are not there yet, and say on standard error how far it is. Raises OSError."""
        sealed = self.folder / "sealed"
        sealed.mkdir(parents=True, exist_ok=True)
        hours = [END_HOUR - HOURS + number for number in range(HOURS)]
        missing = [hour for hour in hours if not _columns_path(sealed, hour).exists()]
        if not missing:
            return
        counts = dict(zip(hours, _counts(self.sightings), strict=True))
        kinds, said_s = Kinds.drawn(), time.monotonic()
        for number, hour in enumerate(missing):
            write_hour(sealed, hour, counts[hour], self.camera_ids, kinds)
            if time.monotonic() - said_s > 5:
                said_s = time.monotonic()
                print(f"{number + 1} of {len(missing)} hours written", file=sys.stderr, flush=True)


@dataclass(frozen=True)
class Kinds:
    """What is drawn once: kinds of garments, people's descriptors, what each view adds, how often cameras see."""

    upper: NDArray[np.uint8]
    lower: NDArray[np.uint8]
    people: NDArray[np.int8]
    views: NDArray[np.int8]
    camera_shares: NDArray[np.float64]

    @classmethod
    def drawn(cls) -> Kinds:
        rng = np.random.default_rng(_SEED)
        views = np.clip(rng.normal(0, 12, (_KINDS, 64)).round(), -37, 37).astype(np.int8)
        people = np.clip(rng.normal(0, 40, (_PEOPLE, 64)).round(), -90, 90).astype(np.int8)
        often = rng.lognormal(0, 1, CAMERAS)
        return cls(_garments(rng), _garments(rng), people, views, often / often.sum())


def sighting_id(hour: int, camera_id: str, number: int) -> str:
    """Of the sightings that have records of their own."""
    return f"{camera_id}-{hour}-{number}"


def _counts(sightings: int) -> list[int]:
    shares = np.array([_BY_HOUR[number % 24] * (0.7 if number // 24 % 7 == 6 else 1.0) for number in range(HOURS)])
    found: list[int] = np.random.default_rng(_SEED).multinomial(sightings, shares / shares.sum()).tolist()
    return found


def _garments(rng: np.random.Generator) -> NDArray[np.uint8]:
    """GARMENT_BYTES of each kind: one colour for most of it, another for some, the rest unsure."""
    shares = np.array([_PERCENT[colour] for colour in COLOURS]) / 100
    main, second = (rng.choice(len(COLOURS), _KINDS, p=shares) for _ in range(2))
    of_main = np.minimum(rng.binomial(STEPS, 0.66, _KINDS), STEPS)
    of_second = rng.binomial(STEPS - of_main, 0.5)
    steps = np.zeros((_KINDS, len(COLOURS) + 1), np.uint8)
    np.add.at(steps, (np.arange(_KINDS), main), of_main.astype(np.uint8))
    np.add.at(steps, (np.arange(_KINDS), second), of_second.astype(np.uint8))
    steps[:, -1] = STEPS - steps[:, :-1].sum(axis=1)
    paired = steps[:, [_place(colour) for pair in PAIRS for colour in pair]]
    return np.ascontiguousarray(paired[:, ::2] | paired[:, 1::2] << 4)


def _place(colour: str) -> int:
    return len(COLOURS) if colour == rows.UNSURE else COLOURS.index(colour)


def _columns_path(sealed: Path, hour: int) -> Path:
    return sealed / f"{hour}-000001.columns"


def write_hour(sealed: Path, hour: int, count: int, camera_ids: tuple[str, ...], kinds: Kinds) -> None:
    rng = np.random.default_rng([_SEED, hour])
    runs = np.r_[0, np.cumsum(rng.multinomial(count, kinds.camera_shares))]
    camera = np.repeat(np.arange(CAMERAS), np.diff(runs)).astype(np.uint16)
    started_ms = rng.integers(0, 3_600_000, count).astype(np.uint32)
    started_ms = started_ms[np.lexsort((started_ms, camera))]
    columns = Columns(
        count,
        _codes(rng, count, kinds),
        kinds.people[rng.integers(0, _PEOPLE, count)] + kinds.views[rng.integers(0, _KINDS, count)],
        np.zeros(0, np.uint8),
        started_ms,
        np.minimum(rng.exponential(12, count) * 50, 30_000).astype(np.uint16),
        np.zeros(count, np.uint32),
    )
    keys = rng.integers(0, 2**32, count, dtype=np.uint32)
    columns_path = _columns_path(sealed, hour)
    records = RecordFile(columns_path.with_suffix(".records"), create=True)
    records.cut(0)
    for code, camera_id in enumerate(camera_ids):
        first, end = int(runs[code]), int(runs[code + 1])
        for number in range(min(RECORDS, end - first)):
            row = first + number
            told = _sighting(sighting_id(hour, camera_id, number), camera_id, hour, columns, row)
            columns.place[row:end:RECORDS] = records.append(told) // ALIGNMENT
            keys[row] = key_of(told.sighting_id)
    records.sync()
    records.close()
    write_columns(columns_path, SealedRows(hour, camera_ids, (DESCRIBER,), columns, camera, keys))


def _codes(rng: np.random.Generator, count: int, kinds: Kinds) -> NDArray[np.uint8]:
    codes = np.zeros((rows.CODES, count), np.uint8)
    codes[rows.UPPER : rows.LOWER] = kinds.upper[rng.integers(0, _KINDS, count)].T
    codes[rows.LOWER : rows.PATTERN] = kinds.lower[rng.integers(0, _KINDS, count)].T
    codes[rows.PATTERN] = rng.integers(0, 4, count) | rng.integers(0, 4, count) << 4
    codes[rows.CARRIED] = rng.integers(0, 16, count) | rows.UNKNOWN << 4
    codes[rows.MOVING] = rng.integers(0, 6, count) | rng.integers(0, 32, count) << 3
    is_child = rng.random(count) < 0.12
    codes[rows.CHILD] = np.where(is_child, rng.integers(120, 201, count), rng.integers(0, 60, count))
    height_cm = np.where(is_child, rng.normal(120, 18, count), rng.normal(166, 9, count)).clip(60, 210)
    codes[rows.HEIGHT] = np.where(rng.random(count) < 0.2, 0, height_cm.round())
    codes[rows.VAGUENESS] = rng.integers(0, 13, count) | rng.integers(0, 4, count) << 4
    return codes


def _sighting(name: str, camera_id: str, hour: int, columns: Columns, row: int) -> Sighting:
    """What the row says, as a worker would have told it, with a way and a picture of usual sizes."""
    steps = columns.codes[:, row]
    started_at_us = hour * HOUR_US + int(columns.started_ms[row]) * 1000
    height_cm = int(steps[rows.HEIGHT])
    return Sighting(
        sighting_id=name,
        camera_id=camera_id,
        started_at_us=started_at_us,
        ended_at_us=started_at_us + int(columns.lasted[row]) * rows.LASTED_FINE_MS * 1000,
        ended=True,
        frame_width_px=640,
        frame_height_px=360,
        path=tuple(BoxAt(200 * step, 10.0 + step, 20.0, 30.0, 80.0) for step in range(20)),
        score=0.9,
        picture_jpeg=bytes(800),
        picture_box=BoxAt(0, 10.0, 20.0, 30.0, 80.0),
        upper=_shares(steps[rows.UPPER : rows.LOWER]),
        lower=_shares(steps[rows.LOWER : rows.PATTERN]),
        describer=DESCRIBER,
        descriptor=columns.descriptor[row].tobytes(),
        height_m=height_cm / 100 if height_cm else None,
        height_error_m=0.05,
        child=int(steps[rows.CHILD]) / rows.CHILD_STEPS,
    )


def _shares(garment: NDArray[np.uint8]) -> tuple[float, ...]:
    of = {
        colour: int(byte) >> 4 * half & 15
        for byte, pair in zip(garment, PAIRS, strict=True)
        for half, colour in enumerate(pair)
    }
    return tuple(of[colour] / STEPS for colour in COLOURS)
