"""Who is nearest on foot, as a console asks a hub."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from hub.access.people import Place, PlaceKind, Role
from hub.shifts.messages import Opening
from tests.hub import open_console, open_hub

STREET = {
    "type": "Feature",
    "properties": {"kind": "street", "name": "长街"},
    "geometry": {"type": "LineString", "coordinates": [[105.46, 25.1], [105.48, 25.1]]},
}
ASKED = {"latitude": 25.1, "longitude": 105.4721, "limit": 3}


async def test_nearest_venues_come_first_with_metres_and_seconds_and_whether_they_are_open(tmp_path: Path) -> None:
    async with open_hub(tmp_path) as hub, open_console(hub) as console:
        await hub.registry.put_map(json.dumps({"type": "FeatureCollection", "features": [STREET]}).encode())
        today = datetime.fromtimestamp(hub.clock.wall_us() / 1e6, ZoneInfo("Asia/Shanghai")).isoweekday()
        another_day = Opening(weekday=(today + 2) % 7 + 1, begin_minute=0, end_minute=1)
        await hub.shifts.put_hours("V03", (another_day,), "chief")
        found = (await console.get("/api/nearest", params=ASKED)).json()
    assert [one["venue_id"] for one in found] == ["V02", "V03", "V01"]
    assert [one["is_open"] for one in found][:2] == [True, False]
    assert 9 < found[0]["walk_m"] < 11
    assert abs(found[0]["walk_s"] - found[0]["walk_m"] / 1.4) < 0.2


async def test_guard_is_told_of_the_venues_in_their_own_places_alone(tmp_path: Path) -> None:
    own = (Place(kind=PlaceKind.VENUE, place_id="V03"),)
    async with open_hub(tmp_path) as hub, open_console(hub, Role.GUARD, own) as phone:
        found = (await phone.get("/api/nearest", params=ASKED)).json()
    assert [one["venue_id"] for one in found] == ["V03"]


async def test_place_that_is_none_is_refused_with_the_field(tmp_path: Path) -> None:
    async with open_hub(tmp_path) as hub, open_console(hub) as console:
        for wrong in ({"latitude": 91}, {"longitude": "east"}, {"limit": 51}, {"limit": 0}):
            answer = await console.get("/api/nearest", params=ASKED | wrong)
            assert (answer.status_code, answer.json()["error"]["field"]) == (422, next(iter(wrong)))
        assert (await console.get("/api/nearest")).json()["error"]["field"] == "latitude"
