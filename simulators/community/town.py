"""The town's plan from a seed: streets, blocks, grids and police grids, lots along the streets, green and water."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulators.community.ground import Point
from simulators.community.names import AVENUES, CROSS_STREETS, DISTRICTS, counted

STREET_WIDTH_M = 13.0
"""Between the fronts on both sides."""

COLUMNS, ROWS = len(CROSS_STREETS), len(AVENUES)
GRIDS, POLICE_GRIDS = 26, 8
_LOT_M = 19.0
_LOT_DEPTH_M = 15.0

Node = tuple[int, int]
"""A crossing: (column, row)."""


@dataclass(frozen=True)
class Street:
    name: str
    points: list[Point]


@dataclass(frozen=True)
class PoliceGrid:
    police_grid_id: str
    name: str


@dataclass(frozen=True)
class Grid:
    grid_id: str
    name: str
    police_grid_id: str
    outline: list[Point]


@dataclass(frozen=True)
class Lot:
    """A building's place: its door on the street, its outline, and the grid it is in."""

    lot: int
    door: Point
    outline: list[Point]
    grid_id: str
    edge: tuple[Node, Node]


@dataclass(frozen=True)
class Town:
    """``crossings`` by (column, row); ``edges`` the stretches of street between neighbouring crossings."""

    crossings: dict[Node, Point]
    edges: list[tuple[Node, Node]]
    streets: list[Street]
    police_grids: list[PoliceGrid]
    grids: list[Grid]
    lots: list[Lot]
    green: list[list[Point]]
    water: list[list[Point]]
    boundary: list[Point]

    def neighbours(self, node: Node) -> list[Node]:
        """Crossings one stretch of street away."""
        return [b if a == node else a for a, b in self.edges if node in (a, b)]


def plan_town(rng: np.random.Generator) -> Town:
    """A town of six avenues and eight cross streets, none quite straight."""
    crossings = _crossings(rng)
    edges = [((c, r), (c + 1, r)) for r in range(ROWS) for c in range(COLUMNS - 1)]
    edges += [((c, r), (c, r + 1)) for c in range(COLUMNS) for r in range(ROWS - 1)]
    streets = [Street(name, [crossings[(c, r)] for c in range(COLUMNS)]) for r, name in enumerate(AVENUES)]
    streets += [Street(name, [crossings[(c, r)] for r in range(ROWS)]) for c, name in enumerate(CROSS_STREETS)]
    police_grids = [
        PoliceGrid(f"P{number}", f"第{counted(number)}警格（{DISTRICTS[number - 1]}）")
        for number in range(1, POLICE_GRIDS + 1)
    ]
    grids, grid_of_block = _grids(crossings, rng)
    parks = {(1, 3), (5, 1)}
    lots = _lots(crossings, edges, grid_of_block, parks)
    west, south = crossings[(0, 0)]
    east, north = crossings[(COLUMNS - 1, ROWS - 1)]
    river = [
        Point(west - 60, south - 62),
        Point(0, south - 48),
        Point(east + 60, south - 66),
        Point(east + 60, south - 46),
        Point(0, south - 28),
        Point(west - 60, south - 42),
    ]
    boundary = [
        Point(west - 40, south - 70),
        Point(east + 40, south - 70),
        Point(east + 40, north + 40),
        Point(west - 40, north + 40),
    ]
    green = [_shrunk(_block(crossings, *park), 8.0) for park in sorted(parks)]
    return Town(crossings, edges, streets, police_grids, grids, lots, green, [river], boundary)


def _crossings(rng: np.random.Generator) -> dict[Node, Point]:
    east = np.concatenate([[0.0], np.cumsum(rng.uniform(80, 88, COLUMNS - 1))])
    north = np.concatenate([[0.0], np.cumsum(rng.uniform(78, 86, ROWS - 1))])
    east -= east.mean()
    north -= north.mean()
    return {
        (c, r): Point(float(east[c] + rng.uniform(-4, 4)), float(north[r] + rng.uniform(-4, 4)))
        for c in range(COLUMNS)
        for r in range(ROWS)
    }


def _block(crossings: dict[Node, Point], column: int, row: int, wide: int = 1) -> list[Point]:
    """The outline of ``wide`` blocks side by side, anticlockwise from the south-west crossing."""
    south = [crossings[(column + step, row)] for step in range(wide + 1)]
    north = [crossings[(column + step, row + 1)] for step in range(wide, -1, -1)]
    return south + north


def _grids(crossings: dict[Node, Point], rng: np.random.Generator) -> tuple[list[Grid], dict[Node, str]]:
    """26 grids out of 35 blocks: nine are two blocks wide. Police grids take three or four grids in walking order."""
    pairs = 9
    per_row = rng.permutation([2, 2, 2, 2, 1])
    spans: list[tuple[int, int, int]] = []
    for row in range(ROWS - 1):
        widths = [2] * int(per_row[row]) + [1] * (COLUMNS - 1 - 2 * int(per_row[row]))
        column = 0
        for width in rng.permutation(widths):
            spans.append((column, row, int(width)))
            column += int(width)
    if len(spans) != (COLUMNS - 1) * (ROWS - 1) - pairs or len(spans) != GRIDS:
        raise AssertionError(f"{len(spans)} grids were laid out, {GRIDS} are wanted")
    grids, grid_of_block = [], {}
    for index, (column, row, width) in enumerate(spans):
        grid_id = f"G{index + 1:02d}"
        police = index * POLICE_GRIDS // GRIDS
        name = f"栖凤第{counted(index + 1)}网格"
        grids.append(Grid(grid_id, name, f"P{police + 1}", _block(crossings, column, row, width)))
        for step in range(width):
            grid_of_block[(column + step, row)] = grid_id
    return grids, grid_of_block


def _lots(
    crossings: dict[Node, Point],
    edges: list[tuple[Node, Node]],
    grid_of_block: dict[Node, str],
    parks: set[Node],
) -> list[Lot]:
    """Lots on both sides of every stretch of street that has a built block there."""
    lots: list[Lot] = []
    for a, b in edges:
        start, end = np.array(crossings[a]), np.array(crossings[b])
        length = float(np.hypot(*(end - start)))
        along = (end - start) / length
        left = np.array([-along[1], along[0]])
        horizontal = a[1] == b[1]
        for side in (1, -1):
            ahead = a if side == 1 else ((a[0], a[1] - 1) if horizontal else a)
            block = ahead if horizontal else ((a[0] - 1, a[1]) if side == 1 else a)
            if block not in grid_of_block or block in parks:
                continue
            count = int((length - 2 * _LOT_DEPTH_M) // _LOT_M)
            margin = (length - count * _LOT_M) / 2
            for index in range(count):
                middle = margin + (index + 0.5) * _LOT_M
                door = start + along * middle + left * side * STREET_WIDTH_M / 2
                half, deep = along * (_LOT_M / 2 - 1), left * side * _LOT_DEPTH_M
                corners = [door - half, door + half, door + half + deep, door - half + deep]
                outline = [Point(float(corner[0]), float(corner[1])) for corner in corners]
                door_point = Point(float(door[0]), float(door[1]))
                lots.append(Lot(len(lots), door_point, outline, grid_of_block[block], (a, b)))
    return lots


def _shrunk(outline: list[Point], margin_m: float) -> list[Point]:
    array = np.array(outline)
    middle = array.mean(axis=0)
    reach = np.hypot(*(array - middle).T)[:, None]
    moved = middle + (array - middle) * (1 - margin_m * 1.41 / reach)
    return [Point(float(east), float(north)) for east, north in moved]
