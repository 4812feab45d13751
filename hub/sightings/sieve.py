"""Sightings that have just come in, as columns, held against one question after another by the compiled scan."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from devices.protocol.sightings import Sighting
from hub.sightings import rows
from hub.sightings.columns import Columns, blank_columns
from hub.sightings.messages import Field
from hub.sightings.runs import Runs, all_of
from hub.sightings.scan import Numbers, numbers_of, scan_runs
from hub.sightings.scoring import SCALE, Looks, Plan, score

_NEWEST_MS = 2**62
"""Later than anything: what is in the list of the best beforehand is never replaced by an equal."""
_MOST_DESCRIBERS = 255
"""Whose descriptors of one batch are compared; those of a further one are unsure."""


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
            np.ascontiguousarray(codes.T),
            np.frombuffer(descriptors, np.int8).reshape(count, rows.DESCRIPTOR_BYTES),
            self._describer_of,
            blank.started_ms,
            blank.lasted,
            blank.place,
        )
        self._best = np.empty((count, 4), np.int64)
        self._runs: dict[tuple[tuple[str, ...], int], Runs] = {}

    def above(self, question: Question, least: int) -> NDArray[np.int64]:
        """Score, of WHOLE, and row of those that score ``least`` and more, (N, 2); the best first.

        Place and time are open.
        """
        self._best[:] = (least - 1, _NEWEST_MS, 0, -1)
        scan_runs(self._best, len(self._best), question.numbers, self._runs_for(question.plan))
        count = int((self._best[:, 3] >= 0).sum())
        return self._best[:count, [0, 3]]

    def _runs_for(self, plan: Plan) -> Runs:
        """Made once for all questions that compare looks by the same describers, which is most often by none."""
        compared = plan.describers, plan.weight(Field.LIKE)
        runs = self._runs.get(compared)
        if runs is None:
            runs = self._runs[compared] = all_of(self._columns, self._describers, plan)
        return runs

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
