"""A network of streets made of a map, and how far it is on foot along it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

Points = NDArray[np.float64]
"""Shape (N, 2): metres east and north."""

DETOUR = 1.3
"""Walked metres for each metre in a straight line, where the map has no street that leads there: between the 1.2 of a
town of small blocks and the 1.7 of one of dead ends (Hess, "Measures of Connectivity", Places 11(2), 1997)."""
JOIN_M = 3.0
"""Streets that end nearer than this to another one meet it: maps are drawn by hand."""
_METRES_PER_DEGREE = 111_320.0
_SAME_M = 0.05


class _Properties(msgspec.Struct):
    kind: str = ""


class _Geometry(msgspec.Struct):
    type: str = ""
    coordinates: Any = None


class _Feature(msgspec.Struct):
    properties: _Properties | None = None
    geometry: _Geometry | None = None


class _Map(msgspec.Struct):
    features: list[msgspec.Raw]


@dataclass(frozen=True)
class _Foot:
    """Where N points come onto the network: the segment, how far along it, and how far away from it, metres."""

    segment: NDArray[np.intp]
    along_m: NDArray[np.float64]
    beside_m: NDArray[np.float64]


@dataclass(frozen=True)
class Stretches:
    """N short pieces of street: begins and ends (N, 2), their lengths, and where their middles lie on the network."""

    begins: Points
    ends: Points
    lengths_m: NDArray[np.float64]
    middles: _Foot


class StreetNetwork:
    """Streets that cross, meet or share a corner are joined; points beside them walk to the nearest one straight."""

    def __init__(self, lines: Sequence[Points]) -> None:
        """``lines`` are streets as (corners, 2) metres east and north; those of fewer than two corners are left out."""
        begins, ends = _pieces([line for line in lines if len(line) > 1])
        corners, nodes = np.unique(np.round(np.concatenate([begins, ends]) / _SAME_M), axis=0, return_inverse=True)
        self._begins, self._ends = begins, ends
        self._lengths_m = np.hypot(*(ends - begins).T)
        self._from, self._to = nodes.reshape(2, -1)
        # Of several pieces between the same two corners the shortest counts; csr_matrix would add them up.
        pairs = np.sort(nodes.reshape(2, -1), axis=0)
        order = np.lexsort((self._lengths_m, pairs[1], pairs[0]))
        shortest = order[np.unique(pairs[:, order], axis=1, return_index=True)[1]]
        ways = (self._lengths_m[shortest], tuple(pairs[:, shortest]))
        self._corners: Points = corners * _SAME_M
        self._graph = csr_matrix(ways, shape=(len(corners), len(corners)))  # type: ignore[no-untyped-call]

    @property
    def segments(self) -> int:
        """How many pieces of street between two corners there are."""
        return len(self._lengths_m)

    def walk_m(self, source: Points, targets: Points) -> NDArray[np.float64]:
        """Metres on foot from ``source`` (2,) to each of ``targets`` (N, 2), as ``walks_m``."""
        walked: NDArray[np.float64] = self.walks_m(source[None], targets)[0]
        return walked

    def walks_m(self, sources: Points, targets: Points) -> NDArray[np.float64]:
        """Metres on foot from each of ``sources`` (M, 2) to each of ``targets`` (N, 2), never less than straight.

        Where no street leads there it is the straight line times DETOUR; who is nearer to each other than to the street
        does not go by it.
        """
        straight: NDArray[np.float64] = np.hypot(*(targets[None] - sources[:, None]).transpose(2, 0, 1))
        if not self.segments or not straight.size:
            return straight * DETOUR
        here, there = self._foot(sources), self._foot(targets)
        beside_m = here.beside_m[:, None] + there.beside_m
        walked = np.where(straight <= beside_m, straight, self._along_m(here, there))
        whole: NDArray[np.float64] = np.where(np.isinf(walked), straight * DETOUR, np.maximum(walked, straight))
        return whole

    def way(self, source: Points, target: Points) -> Points:
        """The corners (N, 2) of the walk that ``walks_m`` measures from ``source`` (2,) to ``target`` (2,), and both.

        Straight where no street leads there, and where who is so near does not go by the street.
        """
        straight = np.stack([source, target])
        if not self.segments:
            return straight
        feet = self._foot(straight)
        if np.hypot(*(target - source)) <= feet.beside_m.sum():
            return straight
        begin, end = (int(one) for one in feet.segment)
        share = (feet.along_m / self._lengths_m[feet.segment])[:, None]
        onto, off = self._begins[feet.segment] * (1 - share) + self._ends[feet.segment] * share
        tails_m = np.stack([feet.along_m, self._lengths_m[feet.segment] - feet.along_m], axis=1)
        first, last = ((int(self._from[one]), int(self._to[one])) for one in (begin, end))
        far, before = dijkstra(self._graph, directed=False, indices=first, return_predecessors=True)
        through = far[:, last] + tails_m[0][:, None] + tails_m[1]
        out, into = (int(one) for one in np.unravel_index(through.argmin(), through.shape))
        if begin == end and abs(feet.along_m[1] - feet.along_m[0]) <= through[out, into]:
            return np.stack([source, onto, off, target])
        if np.isinf(through[out, into]):
            return straight
        nodes = [last[into]]
        while nodes[-1] != first[out]:
            nodes.append(int(before[out, nodes[-1]]))
        return np.concatenate([source[None], onto[None], self._corners[nodes[::-1]], off[None], target[None]])

    def stretches(self, longest_m: float) -> Stretches:
        """All streets cut into stretches of at most so many metres."""
        counts = np.maximum(np.ceil(self._lengths_m / longest_m).astype(int), 1)
        segment = np.repeat(np.arange(self.segments), counts)
        number = np.arange(len(segment)) - np.repeat(np.cumsum(counts) - counts, counts)
        along = (self._ends - self._begins)[segment] / counts[segment, None]
        begins = self._begins[segment] + along * number[:, None]
        lengths = self._lengths_m[segment] / counts[segment]
        middles = _Foot(segment, (number + 0.5) * lengths, np.zeros(len(segment)))
        return Stretches(begins, begins + along, lengths, middles)

    def spread_m(self, sources: Points, stretches: Stretches) -> NDArray[np.float64]:
        """Metres along the streets from each of ``sources`` (M, 2) to the middle of each of N stretches: (M, N).

        Infinite where no street leads there.
        """
        if not self.segments or not len(sources):
            return np.zeros((len(sources), len(stretches.lengths_m)))
        return self._along_m(self._foot(sources), stretches.middles)

    def _along_m(self, here: _Foot, there: _Foot) -> NDArray[np.float64]:
        """From each foot to each, along the streets and beside them."""
        to_nodes = self._to_nodes(here)
        through = np.minimum(
            to_nodes[:, self._from[there.segment]] + there.along_m,
            to_nodes[:, self._to[there.segment]] + self._lengths_m[there.segment] - there.along_m,
        )
        same = here.segment[:, None] == there.segment
        through[same] = np.minimum(through, np.abs(there.along_m - here.along_m[:, None]))[same]
        along: NDArray[np.float64] = through + (here.beside_m[:, None] + there.beside_m)
        return along

    def _to_nodes(self, here: _Foot) -> NDArray[np.float64]:
        """Metres along the streets from each foot to each corner: (M, corners)."""
        sides = np.concatenate([self._from[here.segment], self._to[here.segment]])
        ends, place = np.unique(sides, return_inverse=True)
        from_ends = dijkstra(self._graph, directed=False, indices=ends)
        begins, far = place.reshape(2, -1)
        to_nodes: NDArray[np.float64] = np.minimum(
            from_ends[begins] + here.along_m[:, None],
            from_ends[far] + (self._lengths_m[here.segment] - here.along_m)[:, None],
        )
        return to_nodes

    def _foot(self, points: Points) -> _Foot:
        """One point after the other: all at once would take the memory of points times pieces."""
        found = [self._foot_of(point) for point in points]
        segment = np.array([one[0] for one in found], dtype=np.intp)
        share, away = (np.array([one[field] for one in found]) for field in (1, 2))
        return _Foot(segment, share * self._lengths_m[segment], away)

    def _foot_of(self, point: Points) -> tuple[int, float, float]:
        along, apart = self._ends - self._begins, point - self._begins
        share = (np.einsum("sd,sd->s", apart, along) / self._lengths_m**2).clip(0.0, 1.0)
        away = np.hypot(*(apart - share[:, None] * along).T)
        nearest = int(away.argmin())
        return nearest, float(share[nearest]), float(away[nearest])


@dataclass(frozen=True)
class Ground:
    """Metres east and north of a middle; equirectangular, good to centimetres over a community."""

    latitude: float
    longitude: float

    def metres(self, latitude_longitude: NDArray[np.float64]) -> Points:
        """(N, 2) degrees to (N, 2) metres east and north."""
        north, east = (latitude_longitude - np.array([self.latitude, self.longitude])).T * _METRES_PER_DEGREE
        return np.stack([east * np.cos(np.radians(self.latitude)), north], axis=1)

    def degrees(self, metres: Points) -> NDArray[np.float64]:
        """(N, 2) metres east and north to (N, 2) degrees of latitude and longitude."""
        east, north = metres.T / _METRES_PER_DEGREE
        return np.stack([self.latitude + north, self.longitude + east / np.cos(np.radians(self.latitude))], axis=1)


def read_streets(map_geojson: bytes, ground: Ground) -> StreetNetwork:
    """The network of a map's features of kind ``street`` (LineString, MultiLineString); what is none is left out."""
    lines = []
    for raw in msgspec.json.decode(map_geojson, type=_Map).features:
        lines += [ground.metres(line) for line in _lines_of(raw)]
    return StreetNetwork(lines)


def _lines_of(raw: msgspec.Raw) -> list[NDArray[np.float64]]:
    """The corners of a street's lines, as latitude and longitude; none of what is no street."""
    try:
        feature = msgspec.json.decode(raw, type=_Feature)
        if feature.properties is None or feature.properties.kind != "street" or feature.geometry is None:
            return []
        given = feature.geometry.coordinates
        lines = {"LineString": [given], "MultiLineString": given}.get(feature.geometry.type, [])
        return [
            np.array([(corner[1], corner[0]) for corner in line], dtype=np.float64).reshape(-1, 2) for line in lines
        ]
    except (msgspec.MsgspecError, TypeError, IndexError, KeyError, ValueError):
        return []


def _pieces(lines: Sequence[Points]) -> tuple[Points, Points]:
    """The streets cut at every place where they cross or meet: begins and ends of straight pieces."""
    empty = np.zeros((0, 2))
    if not lines:
        return empty, empty
    begins = np.concatenate([line[:-1] for line in lines])
    ends = np.concatenate([line[1:] for line in lines])
    tips = np.concatenate([line[[0, -1]] for line in lines])
    cut: list[Points] = []
    for begin, end in zip(begins, ends, strict=True):
        at = np.unique(np.r_[0.0, 1.0, _crossings(begin, end, begins, ends), _met_by(begin, end, tips)])
        cut.append(begin + at[:, None] * (end - begin))
    cut += _bridges(begins, ends, tips)
    whole_begins = np.concatenate([corners[:-1] for corners in cut])
    whole_ends = np.concatenate([corners[1:] for corners in cut])
    real = np.hypot(*(whole_ends - whole_begins).T) > _SAME_M
    return whole_begins[real], whole_ends[real]


def _crossings(begin: Points, end: Points, begins: Points, ends: Points) -> NDArray[np.float64]:
    """Where, as shares of the way from ``begin`` to ``end``, other segments cross it."""
    along, across = end - begin, ends - begins
    slant = along[0] * across[:, 1] - along[1] * across[:, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = begins - begin
        share = (apart[:, 0] * across[:, 1] - apart[:, 1] * across[:, 0]) / slant
        other = (apart[:, 0] * along[1] - apart[:, 1] * along[0]) / slant
        crosses = (share > 0) & (share < 1) & (other >= 0) & (other <= 1)
    found: NDArray[np.float64] = share[crosses]
    return found


def _met_by(begin: Points, end: Points, tips: Points) -> NDArray[np.float64]:
    """Where on the way from ``begin`` to ``end`` another street's tip is nearer than JOIN_M."""
    share, away = _beside(begin, end, tips)
    return share[(away <= JOIN_M) & (share > 0) & (share < 1)]


def _bridges(begins: Points, ends: Points, tips: Points) -> list[Points]:
    """The last metres of each street that ends just before another one."""
    found: list[Points] = []
    for begin, end in zip(begins, ends, strict=True):
        share, away = _beside(begin, end, tips)
        near = (away <= JOIN_M) & (away > _SAME_M)
        found += [np.stack([tip, begin + at * (end - begin)]) for tip, at in zip(tips[near], share[near], strict=True)]
    return found


def _beside(begin: Points, end: Points, points: Points) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Of each point the nearest place on a segment, as a share of its way, and how far off that is, metres."""
    along = end - begin
    share = ((points - begin) @ along / max(float(along @ along), 1e-9)).clip(0.0, 1.0)
    return share, np.hypot(*(points - begin - share[:, None] * along).T)
