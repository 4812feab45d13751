"""A search around a venue asks the cameras within a walk of it.

C01 is 100 m west of V01, as V01 is of V02 and so on; where no street leads, 1.3 m are walked for each.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec
import pytest
import pytest_asyncio

from hub.app import Hub
from hub.cases.messages import Case, CloseCase, NewCase
from hub.errors import Refusal
from hub.registry.records import Camera
from hub.sightings.messages import Description, Near, Query
from tests.hub import OFFICER, open_console, open_hub

pytestmark = pytest.mark.asyncio(loop_scope="module")
IN_RED = Query(description=Description(upper=("red",)))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hub]:
    """C01, and C04 at V04, which has no place of its own."""
    async with open_hub(tmp_path_factory.mktemp("hub"), vision_workers=1) as opened:
        await opened.vision.stop()
        await opened.vision.put_camera(Camera(camera_id="C04", name="后门", venue_id="V04"))
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def case(hub: Hub) -> AsyncIterator[Case]:
    opened = await hub.cases.open_case(NewCase(title="六岁女孩走失", purpose="寻找走失儿童"), OFFICER)
    yield opened
    await hub.cases.close_case(opened.case_id, CloseCase(outcome="找到了"), OFFICER)


async def test_console_is_told_how_many_cameras_that_is(hub: Hub) -> None:
    async with open_console(hub) as console:
        told = await console.post("/api/cameras/near", json={"venue_id": "V01", "within_m": 500})
    assert told.json() == {"camera_ids": ["C01", "C04"]}


async def asked(hub: Hub, case: Case, query: Query) -> tuple[str, ...]:
    """The cameras that the query means once it is complete."""
    answer = await hub.cases.search(case.case_id, query, OFFICER)
    assert answer.coverage.cameras_searched == len(answer.query.camera_ids or answer.query.venue_ids)
    return answer.query.camera_ids


@pytest.mark.parametrize(
    ("venue_id", "within_m", "cameras"),
    [
        ("V01", 150, ("C01",)),
        ("V04", 150, ("C04",)),
        ("V01", 500, ("C01", "C04")),
        ("V04", 550, ("C04", "C01")),
    ],
)
async def test_cameras_within_the_walk_are_asked_nearest_first(
    hub: Hub, case: Case, venue_id: str, within_m: float, cameras: tuple[str, ...]
) -> None:
    near = Near(venue_id=venue_id, within_m=within_m)
    assert await hub.cases.questions.cameras_near(near) == cameras
    assert await asked(hub, case, msgspec.structs.replace(IN_RED, near=near)) == cameras


async def test_cameras_named_are_asked_beside_those_near_each_once(hub: Hub, case: Case) -> None:
    near = Near(venue_id="V04", within_m=150)
    query = msgspec.structs.replace(IN_RED, near=near, camera_ids=("C01", "C04"))
    assert await asked(hub, case, query) == ("C01", "C04")


async def test_line_asks_around_a_venue_unless_the_form_names_venues(hub: Hub, case: Case) -> None:
    line = Query(text="红色上衣，场所4附近")
    assert await asked(hub, case, line) == ("C04",)
    assert await asked(hub, case, msgspec.structs.replace(line, venue_ids=("V04",))) == ()


CHILD_WALKS_MPS = 1.81
"""1.2 m/s times e to the 1.645 times .25: what 19 of 20 children keep below."""


@pytest.mark.parametrize(
    ("walked_m", "cameras"), [(0, ("C01",)), (149, ("C01",)), (380, ("C01",)), (540, ("C01", "C04"))]
)
async def test_who_left_a_point_of_the_map_is_looked_for_as_far_as_a_child_walks_until_then(
    hub: Hub, case: Case, walked_m: float, cameras: tuple[str, ...]
) -> None:
    venue = hub.registry.venues["V01"]
    left_at_ms = hub.clock.wall_us() // 1000 - 3_600_000
    near = Near(latitude=venue.latitude, longitude=venue.longitude, since_at_ms=left_at_ms)
    until_at_ms = left_at_ms + round(walked_m / CHILD_WALKS_MPS * 1000)
    query = msgspec.structs.replace(IN_RED, near=near, until_at_ms=until_at_ms)
    assert await asked(hub, case, query) == cameras
    answer = await hub.cases.search(case.case_id, query, OFFICER)
    assert answer.query.since_at_ms == left_at_ms, "nobody is looked for before he left"
    async with open_console(hub) as console:
        point = {"latitude": venue.latitude, "longitude": venue.longitude, "since_at_ms": left_at_ms}
        told = await console.post("/api/cameras/near", json={**point, "until_at_ms": until_at_ms})
    assert told.json() == {"camera_ids": list(cameras)}


@pytest.mark.parametrize(
    "near",
    [
        {"within_m": 300},
        {"venue_id": "V01"},
        {"venue_id": "V01", "within_m": 300, "since_at_ms": 1},
        {"venue_id": "V01", "latitude": 25.1, "longitude": 105.5, "within_m": 300},
        {"latitude": 25.1, "within_m": 300},
    ],
)
async def test_near_no_place_or_two_is_refused(hub: Hub, near: dict[str, object]) -> None:
    async with open_console(hub) as console:
        told = await console.post("/api/cameras/near", json=near)
    assert told.status_code == 422


async def test_watch_of_who_walks_on_asks_all_cameras(hub: Hub, case: Case) -> None:
    near = Near(venue_id="V04", since_at_ms=hub.clock.wall_us() // 1000)
    watch = await hub.cases.start_watch(case.case_id, msgspec.structs.replace(IN_RED, near=near), OFFICER)
    assert (watch.query.camera_ids, watch.query.venue_ids) == ((), ())


async def test_watch_keeps_the_cameras_that_were_near(hub: Hub, case: Case) -> None:
    near = Near(venue_id="V04", within_m=150)
    watch = await hub.cases.start_watch(case.case_id, msgspec.structs.replace(IN_RED, near=near), OFFICER)
    assert watch.query.camera_ids == ("C04",)


@pytest.mark.parametrize(
    ("near", "code"),
    [(Near(venue_id="V02", within_m=100), "no_camera_near"), (Near(venue_id="V99", within_m=100), "unknown_venue")],
)
async def test_place_without_a_camera_near_is_refused(hub: Hub, case: Case, near: Near, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        await hub.cases.search(case.case_id, msgspec.structs.replace(IN_RED, near=near), OFFICER)
    assert refused.value.code == code
