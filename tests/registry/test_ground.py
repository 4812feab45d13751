"""Of the map a guard sees the ground that lies open and the own grid; the police room sees all of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from hub.access.people import Place, PlaceKind, Role
from hub.registry.ground import ground_of
from tests.hub import client_of, open_console, open_hub, sign_in

HERE = {"type": "Point", "coordinates": [105.47, 25.1]}


def feature(**properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": HERE}


BOUNDARY, STREET = feature(kind="boundary", name="栖凤社区"), feature(kind="street", name="栖凤路")
OWN_GRID, OTHER_GRID = (feature(kind="grid", name=f"第{n}网格", grid_id=f"G{n}") for n in (1, 2))
WHOLE = [
    BOUNDARY,
    feature(kind="grid", name="第1网格", grid_id="G1", police_grid_id="P1"),
    OTHER_GRID,
    STREET,
    feature(kind="building", name="场所4"),
    feature(kind="venue", name="场所4"),
    {"type": "Feature", "properties": None, "geometry": HERE},
    "no feature",
]
OF_A_GUARD = [BOUNDARY, OWN_GRID, STREET, feature(kind="building")]
MAP = msgspec.json.encode({"type": "FeatureCollection", "features": WHOLE})


def test_who_has_no_grid_yet_sees_the_ground_alone() -> None:
    assert msgspec.json.decode(ground_of(MAP, frozenset())) == {
        "type": "FeatureCollection",
        "features": [BOUNDARY, STREET, feature(kind="building")],
    }


async def test_guard_sees_the_ground_and_the_own_grid_and_the_police_room_sees_the_whole_map(tmp_path: Path) -> None:
    async with open_hub(tmp_path) as hub, open_console(hub) as console:
        await hub.registry.put_map(MAP)
        assert (await console.get("/api/map")).content == MAP
        for role, place in ((Role.GUARD, "V01"), (Role.GRID_MEMBER, "G1"), (Role.DISPATCHER, "G1")):
            kind = PlaceKind.VENUE if place == "V01" else PlaceKind.GRID
            token = await sign_in(hub, role, (Place(kind=kind, place_id=place),))
            async with client_of(console.base_url, token) as client:
                seen = (await client.get("/api/map")).raise_for_status()
                assert seen.json()["features"] == OF_A_GUARD
                grids = {grid["grid_id"] for grid in (await client.get("/api/state")).json()["grids"]}
            assert seen.headers["content-type"] == "application/geo+json"
            assert grids == {"G1"}
