"""Sightings that have just come in, as columns, held against one question after another by the compiled scan."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from devices.protocol.sightings import Sighting
from hub.sightings import rows
from hub.sightings.columns import Columns, blank_columns
from hub.sightings.messages import Field
from hub.sightings.scan import ALL_ROWS, NO_CHOICE, Choice, Numbers, numbers_of, scan_rows
from hub.sightings.scoring import SCALE, UNSURE_PART, Looks, Plan, score
from hub.sightings.span import HOUR_MS

_NEWEST_MS = 2**62
"""Later than anything: what is in the list of the best beforehand is never replaced by an equal."""
_MOST_DESCRIBERS = 255
"""Whose descriptors of one batch are compared; those of a further one are unsure."""
_Number = TypeVar("_Number", np.uint8, np.int8)


class Question:
    """One question as the scan takes it; made once, held against many batches."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.numbers: Numbers = numbers_of(plan)


class Sieve:
    """For one thread at a time."""

    def __init__(self, sightings: Sequence[Sighting]) -> None:
        """Of sightings that passed ``rows.check``."""
        count = len(sightings)
        blank = blank_columns(count)
        codes = np.frombuffer(b"".join(map(rows.codes_of, sightings)), np.uint8).reshape(count, rows.CODES)
        descriptors = b"".join(one.descriptor.ljust(rows.DESCRIPTOR_BYTES, b"\0") for one in sightings)
        describers = dict.fromkeys(one.describer for one in sightings)
        self._describers = (*itertools.islice(describers, _MOST_DESCRIBERS), "")
        places = {describer: place for place, describer in enumerate(self._describers)}
        none = len(self._describers) - 1
        self._describer_of = np.array([places.get(one.describer, none) for one in sightings], np.uint8)
        self._columns = Columns(
            count,
            _kept(np.ascontiguousarray(codes.T)),
            _kept(np.frombuffer(descriptors, np.int8).reshape(count, rows.DESCRIPTOR_BYTES)),
            _kept(self._describer_of),
            blank.started_ms,
            blank.lasted,
            blank.place,
        )
        self._ranges = np.zeros(1, np.int64), np.array([count], np.int64), NO_CHOICE
        self._best = np.empty((count, 4), np.int64)

    def above(self, question: Question, least: int) -> NDArray[np.int64]:
        """Score, of WHOLE, and row of those that score ``least`` and more, (N, 2); the best first.

        Place and time are open.
        """
        plan = question.plan
        like_of = plan.like_of(self._describers)
        base = 0
        if not (like_of >= 0).any():
            like_of, base = like_of[:0], UNSURE_PART * plan.weight(Field.LIKE)
        self._best[:] = (least - 1, _NEWEST_MS, 0, -1)
        choice = Choice(0, 0, 0, HOUR_MS, like_of, base)
        scan_rows(self._best, len(self._best), question.numbers, self._columns, self._ranges, choice, *ALL_ROWS)
        count = int((self._best[:, 3] >= 0).sum())
        return self._best[:count, [0, 3]]

    def least_parts(self, question: Question, place: NDArray[np.int64]) -> NDArray[np.int32]:
        """Of each of these rows the least of the parts that are described, of SCALE; SCALE where none is."""
        plan = question.plan
        columns = self._columns
        like_of = plan.like_of([self._describers[code] for code in self._describer_of[place]])
        _, parts = score(Looks(columns.codes[:, place], columns.descriptor[place], like_of), plan)
        least = np.full(len(place), SCALE, np.int32)
        for field, part in parts.items():
            if field is not Field.LIKE:
                least = np.minimum(least, part)
        return least


def _kept(array: NDArray[_Number]) -> NDArray[_Number]:
    """As the scan was compiled for: an array that cannot be written through."""
    array.flags.writeable = False
    return array
