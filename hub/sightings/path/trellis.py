"""The most probable path through sightings in time: a dynamic program over pairs, exact, O(N²).

A path is one or more glimpses in their order; its gain is the ``start`` of the first, a ``joins`` of each one after it,
and the ``looks`` of all. Forced ones are on every path. 0 is the gain of no path at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Gains = NDArray[np.float64]
_NEGLIGIBLE = 1e-4


@dataclass(frozen=True)
class Trellis:
    """``start`` (N,): gain of beginning with it; ``joins[j, i]`` (N, N): gain of going on from i to j, i < j, -inf:
    impossible; ``looks`` (N,): gain of the one come to, whichever way. ``forced`` (N,): on every path.
    """

    start: Gains
    joins: NDArray[np.float32]
    looks: Gains
    forced: NDArray[np.bool_]

    def least_before(self) -> NDArray[np.intp]:
        """For each place the last forced one before it, -1 where there is none: nobody on a path comes before that."""
        numbers = np.where(self.forced, np.arange(len(self.forced)), -1)
        latest: NDArray[np.intp] = np.maximum.accumulate(np.concatenate([[-1], numbers]))[:-1]
        return latest

    @property
    def last_forced(self) -> int:
        """-1 where there is none."""
        found = np.flatnonzero(self.forced)
        return int(found[-1]) if len(found) else -1


@dataclass(frozen=True)
class Way:
    """One path: its glimpses' numbers in order, and its gain."""

    numbers: tuple[int, ...]
    gain: float


class Solved:
    """The best path, the best without one of its steps, and how likely each glimpse is on the true one."""

    def __init__(self, trellis: Trellis) -> None:
        self._trellis = trellis
        self._begin = trellis.least_before()
        self._to, self._before = self._forward()
        self._on, self._after = self._backward()

    def best(self) -> Way:
        """The path that gains most; of no glimpses the empty one. What is forced is on it at any cost."""
        if not len(self._to):
            return Way((), 0.0)
        ends = self._to.copy()
        ends[: max(self._trellis.last_forced, 0)] = -np.inf
        last = int(ends.argmax())
        return Way(self._back(last), float(ends[last]))

    def without(self, number: int) -> Way | None:
        """The best path that lacks this glimpse, which is not forced; None where there is none. O(N²)."""
        best, found = -np.inf, (-1, -1)
        if number > self._trellis.last_forced and number > 0:
            before = self._to[:number].copy()
            before[: max(self._trellis.last_forced, 0)] = -np.inf
            last = int(before.argmax())
            best, found = float(before[last]), (last, -1)
        later = slice(number + 1, len(self._to))
        onward = self._trellis.looks[later] + self._on[later]
        begun = np.where(self._begin[later] < 0, self._trellis.start[later], -np.inf) + onward
        if len(begun) and begun.max() > best:
            best, found = float(begun.max()), (-1, number + 1 + int(begun.argmax()))
        over = self._trellis.joins[later, :number] + self._to[:number] + onward[:, None]
        over[np.arange(number)[None, :] < self._begin[later, None]] = -np.inf
        if over.size and over.max() > best:
            row, column = np.unravel_index(int(over.argmax()), over.shape)
            best, found = float(over[row, column]), (int(column), number + 1 + int(row))
        if not np.isfinite(best):
            return None
        last, first = found
        return Way((*self._back(last), *self._onward(first)), best)

    def likelihoods(self) -> Gains:
        """How likely each glimpse is on the true path, (N,): all paths and none at all weighed by their gains."""
        count = len(self._to)
        total, stay = np.zeros(count), []
        for number in range(count):
            first = max(int(self._begin[number]), 0)
            ways = self._trellis.joins[number, first:number] + total[first:number]
            begun = self._trellis.start[number] if self._begin[number] < 0 else -np.inf
            top = max(float(ways.max(initial=-np.inf)), begun, -1e300)
            weights = np.exp(ways - top)
            whole = float(weights.sum()) + float(np.exp(begun - top))
            total[number] = self._trellis.looks[number] + top + np.log(whole) if whole > 0 else -np.inf
            stay.append(weights / whole if whole > 0 else weights)
        ended = np.where(np.arange(count) >= self._trellis.last_forced, total, -np.inf)
        nobody = 0.0 if self._trellis.last_forced < 0 else -np.inf
        top = max(float(ended.max(initial=-np.inf)), nobody)
        likely: Gains = np.exp(ended - top) / (np.exp(ended - top).sum() + np.exp(nobody - top))
        for number in range(count - 1, -1, -1):
            if likely[number] > _NEGLIGIBLE:
                likely[max(int(self._begin[number]), 0) : number] += likely[number] * stay[number]
        return np.minimum(likely, 1.0)

    def _forward(self) -> tuple[Gains, NDArray[np.intp]]:
        """The best gain of a path that ends with each, and what is before it there, -1: it begins with it."""
        count = len(self._trellis.start)
        to, before = np.full(count, -np.inf), np.full(count, -1, np.intp)
        for number in range(count):
            first = int(self._begin[number])
            if first < 0:
                to[number], first = self._trellis.start[number], 0
            ways = self._trellis.joins[number, first:number] + to[first:number]
            if len(ways):
                place = int(ways.argmax())
                if ways[place] > to[number]:
                    to[number], before[number] = ways[place], first + place
            to[number] += self._trellis.looks[number]
        return to, before

    def _backward(self) -> tuple[Gains, NDArray[np.intp]]:
        """The best gain of what follows each on a path, and what follows, -1: it ends there."""
        count = len(self._trellis.start)
        on, after = np.full(count, -np.inf), np.full(count, -1, np.intp)
        on[max(self._trellis.last_forced, 0) :] = 0.0
        for number in range(count - 1, 0, -1):
            first = max(int(self._begin[number]), 0)
            gains = self._trellis.joins[number, first:number] + (on[number] + self._trellis.looks[number])
            better = gains > on[first:number]
            on[first:number][better] = gains[better]
            after[first:number][better] = number
        return on, after

    def _back(self, number: int) -> tuple[int, ...]:
        found: list[int] = []
        while number >= 0:
            found.append(number)
            number = int(self._before[number])
        return tuple(reversed(found))

    def _onward(self, number: int) -> tuple[int, ...]:
        found: list[int] = []
        while number >= 0:
            found.append(number)
            number = int(self._after[number])
        return tuple(found)


def alternatives(solved: Solved, best: Way, forced: Sequence[bool], most: int) -> tuple[Way, ...]:
    """Other paths, the best first, at most ``most``: each is the best of those that lack one step of ``best``."""
    found: dict[tuple[int, ...], Way] = {}
    for number in best.numbers:
        other = None if forced[number] else solved.without(number)
        if other is not None:
            found.setdefault(other.numbers, other)
    return tuple(sorted(found.values(), key=lambda way: -way.gain)[:most])
