"""How a child walks who does not walk evenly: it stops, goes on, and now and then turns back. Lengths are made up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulators.community.arrays import Floats

_WALKED_S = (20.0, 70.0)
_STOOD_S = (10.0, 75.0)
_BACK_M = (10.0, 60.0)
_TURNS_BACK = 0.4
"""After so many of the stops."""
_ABOUT_S = 0.05


@dataclass(frozen=True)
class Walk:
    """``reached_m`` along the way at ``times_s``, both (N,), walked evenly between two and held after the last."""

    times_s: Floats
    reached_m: Floats

    def along_m(self, times_s: Floats) -> Floats:
        """How far along the way."""
        return np.asarray(np.interp(times_s, self.times_s, self.reached_m))

    def paced_m(self, times_s: Floats) -> Floats:
        """How far the feet have gone."""
        gone = np.concatenate([[0.0], np.cumsum(np.abs(np.diff(self.reached_m)))])
        return np.asarray(np.interp(times_s, self.times_s, gone))

    def goes_back(self, times_s: Floats) -> NDArray[np.bool_]:
        """Whether it walks towards where it came from."""
        return np.asarray(self.along_m(times_s + _ABOUT_S) < self.along_m(times_s - _ABOUT_S) - 1e-9)


def dawdle(speed_m_s: float, seconds: float, rng: np.random.Generator) -> Walk:
    """Some way, a stop, and so on until the scene ends; it never goes back to before where it began."""
    times, reached = [0.0], [0.0]

    def go(metres: float) -> None:
        times.append(times[-1] + abs(metres) / speed_m_s)
        reached.append(reached[-1] + metres)

    while times[-1] < seconds:
        go(speed_m_s * float(rng.uniform(*_WALKED_S)))
        times.append(times[-1] + float(rng.uniform(*_STOOD_S)))
        reached.append(reached[-1])
        if rng.random() < _TURNS_BACK:
            go(-min(float(rng.uniform(*_BACK_M)), reached[-1]))
    return Walk(np.array(times), np.array(reached))
