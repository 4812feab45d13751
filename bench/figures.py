"""Percentiles of what was measured, and medians over runs."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
import numpy.typing as npt


class Delays(msgspec.Struct, frozen=True):
    """Of packets that arrived, in milliseconds from their sending."""

    p50_ms: float
    p95_ms: float
    p99_ms: float


class Arrived(msgspec.Struct, frozen=True):
    """One turn: the delay of each packet at each listener in milliseconds; NaN where it did not arrive."""

    delays_ms: npt.NDArray[np.float64]

    @classmethod
    def of(cls, arrived_ns: npt.NDArray[np.int64], sent_ns: Sequence[int]) -> Arrived:
        """``arrived_ns`` has a row for each listener and a column for each packet, 0 where it did not arrive."""
        delays = (arrived_ns - np.array(sent_ns, dtype=np.int64)) / 1e6
        return cls(np.where(arrived_ns == 0, np.nan, delays))

    @property
    def lost(self) -> int:
        """Packets that did not arrive, over all listeners."""
        return int(np.isnan(self.delays_ms).sum())

    def percentile_ms(self, share: float) -> float:
        """The delay below which so many percent of the turn's are."""
        return percentile(self.delays_ms, share)


def percentile(values: Sequence[float] | npt.NDArray[np.float64], share: float) -> float:
    """The value below which so many percent of ``values`` are; those that are NaN do not count."""
    return float(np.nanpercentile(np.asarray(values, dtype=np.float64), share))


def delays(turns: Sequence[Arrived]) -> Delays:
    """Over all packets of all turns at all listeners."""
    every = np.concatenate([turn.delays_ms.ravel() for turn in turns])
    return Delays(percentile(every, 50), percentile(every, 95), percentile(every, 99))


def medians(runs: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Of each figure, its median over the runs."""
    return {name: round(statistics.median(run[name] for run in runs), 3) for name in runs[0]}
