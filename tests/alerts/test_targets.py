"""Alerts to a temporary talk group and to venues chosen on the map: who gets them, who may send and see them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from hub.access.people import COMMUNITY, Place, PlaceKind, Role
from hub.alerts.messages import NewAlert, Target, TargetKind
from hub.app import Hub
from hub.console.view import view_of
from hub.talk.groups import NewGroup
from tests.hub import client_of, entrant, open_console, open_hub, sign_in

pytestmark = pytest.mark.asyncio(loop_scope="module")
GRID_1 = Place(kind=PlaceKind.GRID, place_id="G1")
"""V01 and V02."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hub]:
    async with open_hub(tmp_path_factory.mktemp("hub")) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def console(hub: Hub) -> AsyncIterator[httpx.AsyncClient]:
    async with open_console(hub, Role.DISPATCHER) as client:
        yield client


async def group_of(hub: Hub, *radio_ids: str) -> str:
    new = NewGroup(name="走失", radio_ids=radio_ids)
    return (await hub.talk_groups.open_group(new, radio_ids, "officer")).group_id


async def issue(console: httpx.AsyncClient, **target: Any) -> httpx.Response:
    return await console.post("/api/alerts", json={"text": "六岁男孩走失", "target": target})


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


async def test_alert_to_a_temporary_group_goes_to_its_radios_until_it_is_closed(
    hub: Hub, console: httpx.AsyncClient
) -> None:
    group_id = await group_of(hub, "R04", "R01")
    answer = await issue(console, kind="group", id=group_id)
    assert answer.status_code == 201, answer.text
    assert [one["radio_id"] for one in answer.json()["deliveries"]] == ["R01", "R04"]
    assert answer.json()["target"] == {"kind": "group", "id": group_id, "ids": [], "points": [], "within_m": None}
    await hub.talk_groups.close_group(group_id, "officer")
    assert code(await issue(console, kind="group", id=group_id)) == (422, "unknown_target")
    assert code(await issue(console, kind="group", id="private.R01")) == (422, "unknown_target")


async def test_alert_to_chosen_venues_names_each_once_and_is_kept_so(hub: Hub, console: httpx.AsyncClient) -> None:
    answer = await issue(console, kind="venues", ids=["V03", "V01", "V03"])
    assert answer.status_code == 201, answer.text
    assert [one["radio_id"] for one in answer.json()["deliveries"]] == ["R01", "R03"]
    assert answer.json()["target"] == {
        "kind": "venues",
        "id": None,
        "ids": ["V03", "V01"],
        "points": [],
        "within_m": None,
    }
    assert (await console.get(f"/api/alerts/{answer.json()['alert_id']}")).json() == answer.json()


@pytest.mark.parametrize(
    ("ids", "refused"),
    [(["V01", "V99"], (422, "unknown_target")), ([], (422, "no_radios")), (["V01"] * 2001, (422, "bad_field"))],
)
async def test_venues_that_nobody_knows_or_none_at_all_are_refused(
    console: httpx.AsyncClient, ids: list[str], refused: tuple[int, str]
) -> None:
    assert code(await issue(console, kind="venues", ids=ids)) == refused


@pytest.mark.parametrize(
    ("role", "places", "ids", "status"),
    [
        (Role.DISPATCHER, (GRID_1,), ["V01", "V02"], 201),
        (Role.DISPATCHER, (GRID_1,), ["V01", "V03"], 403),
        (Role.OFFICER, (COMMUNITY,), ["V01", "V03"], 201),
        (Role.GUARD, (Place(kind=PlaceKind.VENUE, place_id="V01"),), ["V01"], 403),
        (Role.ADMINISTRATOR, (COMMUNITY,), ["V01"], 403),
    ],
)
async def test_whoever_alerts_venues_or_a_temporary_group_is_responsible_for_all_of_them(
    hub: Hub, console: httpx.AsyncClient, role: Role, places: tuple[Place, ...], ids: list[str], status: int
) -> None:
    async with client_of(console.base_url, await sign_in(hub, role, places)) as client:
        assert (await issue(client, kind="venues", ids=ids)).status_code == status
        group_id = await group_of(hub, *(venue_id.replace("V", "R") for venue_id in ids))
        assert (await issue(client, kind="group", id=group_id)).status_code == status


async def test_of_an_alert_to_chosen_venues_one_sees_those_of_ones_own_places(hub: Hub) -> None:
    target = Target(kind=TargetKind.VENUES, ids=("V03", "V01"))
    alert = await hub.alerts.issue(NewAlert(text="请留意", target=target), "officer")
    seen = view_of(entrant(hub, Role.DISPATCHER, (GRID_1,)), hub.registry).alert(alert)
    assert seen is not None
    assert (seen.target.ids, [one.venue_id for one in seen.deliveries]) == (("V01",), ["V01"])
    assert view_of(entrant(hub, Role.OFFICER), hub.registry).alert(alert) is alert


WEST = [[25.09, 105.4705], [25.11, 105.4705], [25.11, 105.4725], [25.09, 105.4725]]
"""Holds V01 and V02; a hundredth of a degree of longitude, at V03 and V04, lies further east."""


async def test_alert_goes_to_the_venues_inside_what_was_drawn_and_keeps_the_shape(
    hub: Hub, console: httpx.AsyncClient
) -> None:
    answer = await issue(console, kind="polygon", points=WEST, ids=["V04"])
    assert [one["venue_id"] for one in answer.json()["deliveries"]] == ["V01", "V02"]
    kept = (await hub.alerts.find(answer.json()["alert_id"])).target
    assert (kept.kind, kept.ids, [list(one) for one in kept.points]) == (TargetKind.POLYGON, ("V01", "V02"), WEST)


async def test_alert_goes_to_the_venues_beside_a_path(console: httpx.AsyncClient) -> None:
    street = [[25.1005, 105.4705], [25.1005, 105.472]]  # 56 m to the north of V01 and V02; V03 is 115 m from its end
    for within_m, venue_ids in ((None, ["V01", "V02", "V03"]), (60, ["V01", "V02"])):
        answer = await issue(console, kind="path", points=street, within_m=within_m)
        assert [one["venue_id"] for one in answer.json()["deliveries"]] == venue_ids


async def test_shape_concerns_the_places_of_its_venues_alone(hub: Hub, console: httpx.AsyncClient) -> None:
    async with client_of(console.base_url, await sign_in(hub, Role.DISPATCHER, (GRID_1,))) as of_grid:
        assert (await issue(of_grid, kind="polygon", points=WEST)).status_code == 201
        wider = [[25.09, 105.4705], [25.11, 105.4705], [25.11, 105.4735], [25.09, 105.4735]]
        assert (await issue(of_grid, kind="polygon", points=wider)).status_code == 403


@pytest.mark.parametrize(
    ("shape", "refused"),
    [
        ({"kind": "polygon", "points": WEST[:2]}, "bad_shape"),
        ({"kind": "path", "points": WEST[:1]}, "bad_shape"),
        ({"kind": "polygon", "points": [[0, 0], [0, 1], [1, 1]]}, "no_radios"),
        ({"kind": "polygon", "points": [[91, 0], [0, 1], [1, 1]]}, "bad_field"),
        ({"kind": "path", "points": WEST, "within_m": 5}, "bad_field"),
        ({"kind": "path", "points": WEST * 26}, "bad_field"),
    ],
)
async def test_what_is_no_shape_or_holds_nobody_is_refused(
    console: httpx.AsyncClient, shape: dict[str, Any], refused: str
) -> None:
    assert code(await issue(console, **shape)) == (422, refused)
